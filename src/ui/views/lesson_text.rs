//! The lesson's text, its claims with their verdicts, and its FAQ.

use eframe::egui::collapsing_header::CollapsingState;
use eframe::egui::{self, Align, Button, Layout, RichText, ScrollArea, Ui};
use egui_commonmark::CommonMarkCache;

use super::code_editor::{self, Size};
use super::controls::labelled_button;
use super::text_part::{self, Part};
use super::{code_block, glossary, questions, text_table};
use crate::lesson::{FaqEntry, Lesson};
use crate::ui::command::{Command, Inbox};
use crate::ui::session::LessonProgress;
use crate::ui::state::State;
use crate::ui::state::lessons::Page;
use crate::ui::theme::{self, space};
use crate::ui::verdict_view;

/// How links to experiments begin.
const EXPERIMENT_LINK: &str = "experiment:";

/// Draws the page into a panel of its own.
pub(super) fn show(ui: &mut Ui, state: &State, markdown: &mut CommonMarkCache, inbox: &mut Inbox) {
    let Some(entry) = state.lessons.selected() else {
        ui.label(RichText::new("Choose a lesson from the list.").weak());
        return;
    };
    // Another lesson begins at its top.
    ScrollArea::vertical().id_salt(("lesson text", &entry.id)).auto_shrink(false).show(ui, |ui| {
        match &entry.page {
            Page::Lesson(lesson) => page(ui, state, lesson, markdown, inbox),
            // Its errors stand in the middle, where there is room for them.
            Page::Broken { .. } => {}
        }
        ui.add_space(space::L);
    });
}

fn page(ui: &mut Ui, state: &State, lesson: &Lesson, markdown: &mut CommonMarkCache, inbox: &mut Inbox) {
    ui.add(egui::Label::new(theme::heading(lesson.title.as_str())).wrap());
    ui.label(theme::caption(format!("{} minutes", lesson.minutes)));
    ui.add_space(space::S);
    ui.label(theme::strong("You will know"));
    for (index, goal) in lesson.goals.iter().enumerate() {
        ui.push_id(("goal", index), |ui| {
            ui.horizontal_top(|ui| {
                ui.label(RichText::new("•").weak());
                ui.vertical(|ui| glossary::show_unmarked(ui, goal, markdown));
            });
        });
    }
    ui.add_space(space::M);
    text(ui, state, lesson, &lesson.text, "text", markdown, inbox);
    let is_end_seen = ui.cursor().top() <= ui.clip_rect().bottom() && !ui.is_sizing_pass();
    if is_end_seen && state.session.progress(&lesson.id) == LessonProgress::New {
        inbox.send(Command::NoteRead(lesson.id.clone()));
    }
    ui.add_space(space::L);
    claims(ui, state, lesson, inbox);
    if !lesson.faq.is_empty() {
        ui.add_space(space::L);
        ui.label(theme::title("Questions"));
        for (index, entry) in lesson.faq.iter().enumerate() {
            ui.push_id(("faq", index), |ui| question(ui, state, lesson, entry, index, markdown, inbox));
        }
    }
    if !lesson.questions.is_empty() {
        ui.add_space(space::L);
        questions::show(ui, state, lesson, inbox);
    }
    ui.add_space(space::L);
    ending(ui, state, lesson, inbox);
}

/// Markdown whose links to experiments are commands, and whose terms show their meaning.
pub(super) fn text(
    ui: &mut Ui,
    state: &State,
    lesson: &Lesson,
    source: &str,
    salt: impl std::hash::Hash + std::fmt::Debug,
    markdown: &mut CommonMarkCache,
    inbox: &mut Inbox,
) {
    for experiment in &lesson.experiments {
        let link = format!("{EXPERIMENT_LINK}{}", experiment.id);
        if markdown.get_link_hook(&link).is_none() {
            markdown.add_link_hook(link);
        }
    }
    ui.push_id(salt, |ui| {
        // egui draws the scroll bar of a wide table that is out of sight at the edge of what is in sight.
        let scroll = &mut ui.spacing_mut().scroll;
        (scroll.dormant_background_opacity, scroll.dormant_handle_opacity) = (0.0, 0.0);
        for (index, part) in text_part::parts(source).into_iter().enumerate() {
            ui.push_id(index, |ui| match part {
                Part::Text(text) => {
                    // Rows of text, not of buttons.
                    ui.spacing_mut().interact_size.y = ui.text_style_height(&egui::TextStyle::Body);
                    glossary::show(ui, &text_part::joined(text), markdown);
                    // Now: the next text forgets what was clicked in this one.
                    follow_links(lesson, markdown, inbox);
                }
                Part::Table(table) => {
                    text_table::show(ui, table, markdown, "table");
                    follow_links(lesson, markdown, inbox);
                }
                Part::Code { is_work: true, .. } => code_editor::show(ui, state, lesson, Size::Inline, inbox),
                Part::Code { language, code, .. } => code_block::show(ui, language, code),
            });
        }
    });
}

fn follow_links(lesson: &Lesson, markdown: &CommonMarkCache, inbox: &mut Inbox) {
    for experiment in &lesson.experiments {
        let link = format!("{EXPERIMENT_LINK}{}", experiment.id);
        if markdown.get_link_hook(&link) == Some(true) {
            inbox.send(Command::SelectExperiment(experiment.id.clone()));
        }
    }
}

fn claims(ui: &mut Ui, state: &State, lesson: &Lesson, inbox: &mut Inbox) {
    let experiments: Vec<_> = lesson.experiments.iter().filter(|experiment| !experiment.claims.is_empty()).collect();
    if experiments.is_empty() {
        return;
    }
    ui.label(theme::title("What this lesson claims"));
    for experiment in &experiments {
        if experiments.len() > 1 {
            ui.add_space(space::S);
            let link = ui.link(state.experiment_title(experiment)).on_hover_text("Shows this experiment.");
            if link.clicked() {
                inbox.send(Command::SelectExperiment(experiment.id.clone()));
            }
        }
        for claim in &experiment.claims {
            ui.add_space(space::S);
            verdict_view::show(ui, &claim.text, state.standing(lesson, experiment, claim));
        }
    }
}

fn question(
    ui: &mut Ui,
    app: &State,
    lesson: &Lesson,
    entry: &FaqEntry,
    index: usize,
    markdown: &mut CommonMarkCache,
    inbox: &mut Inbox,
) {
    let id = ui.make_persistent_id("question");
    let mut state = CollapsingState::load_with_default_open(ui.ctx(), id, false);
    let sign = if state.is_open() { "▼" } else { "▶" };
    // egui's own header does not wrap, and would push the panel wider.
    let header = Button::new(format!("{sign}  {}", entry.question)).frame_when_inactive(false).wrap();
    // The sign stands at the right, and the question takes the room that it leaves.
    let header = ui
        .with_layout(Layout::right_to_left(Align::TOP), |ui| {
            verdict_view::sign(ui, app.faq_verdict(lesson, entry));
            ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| ui.add(header)).inner
        })
        .inner;
    super::controls::name(&header, &entry.question);
    if header.clicked() {
        state.toggle(ui);
    }
    state.store(ui.ctx());
    if !state.is_open() {
        return;
    }
    ui.indent(id, |ui| {
        text(ui, app, lesson, &entry.answer, ("answer", index), markdown, inbox);
        for id in &entry.experiments {
            let Some(experiment) = lesson.experiments.iter().find(|experiment| experiment.id == *id) else { continue };
            let label = format!("Run it: {}", app.experiment_title(experiment));
            if ui.button(label).on_hover_text("Shows this experiment and runs it.").clicked() {
                inbox.send(Command::SelectExperiment(id.clone()));
                inbox.send(Command::Run);
            }
        }
    });
}

fn ending(ui: &mut Ui, state: &State, lesson: &Lesson, inbox: &mut Inbox) {
    let is_done = state.progress(&lesson.id) == LessonProgress::Done;
    ui.horizontal_wrapped(|ui| {
        let label = if is_done { "✓ Done" } else { "Mark as done" };
        labelled_button(ui, label, Command::ToggleDone, inbox);
        if let Some(next) = state.lessons.neighbour(1) {
            labelled_button(ui, &format!("Next: {} →", next.title), Command::NextLesson, inbox);
        }
    });
}
