//! The questions of all lessons, with a search.

use eframe::egui::collapsing_header::CollapsingState;
use eframe::egui::{self, Align, Button, Layout, RichText, ScrollArea, TextEdit, Ui};
use egui_commonmark::CommonMarkCache;

use super::overlay::dialog;
use crate::lesson::{FaqEntry, Lesson};
use crate::ui::command::{Command, Inbox};
use crate::ui::state::State;
use crate::ui::state::lessons::Page;
use crate::ui::theme::{self, space};
use crate::ui::verdict_view;

/// What is typed; belongs to the view alone.
#[derive(Debug, Default)]
pub(super) struct FaqMemory {
    query: String,
    was_open: bool,
}

impl FaqMemory {
    /// Forgets what was typed: the dialog was closed.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

/// Every question with its lesson, in the order of the lessons.
fn all(state: &State) -> impl Iterator<Item = (&Lesson, usize, &FaqEntry)> {
    state
        .lessons
        .entries()
        .iter()
        .filter_map(|entry| match &entry.page {
            Page::Lesson(lesson) => Some(lesson.as_ref()),
            Page::Broken { .. } => None,
        })
        .flat_map(|lesson| lesson.faq.iter().enumerate().map(move |(index, entry)| (lesson, index, entry)))
}

/// How well a question answers a query: every word must be in question or answer; the question counts more. `None` where it
/// does not answer.
fn score(entry: &FaqEntry, query: &str) -> Option<usize> {
    let (question, answer) = (entry.question.to_lowercase(), entry.answer.to_lowercase());
    query.to_lowercase().split_whitespace().try_fold(0, |sum, word| {
        let in_question = question.contains(word);
        (in_question || answer.contains(word)).then_some(sum + if in_question { 2 } else { 1 })
    })
}

/// Draws the dialog.
pub(super) fn show(
    ui: &mut Ui,
    state: &State,
    memory: &mut FaqMemory,
    markdown: &mut CommonMarkCache,
    inbox: &mut Inbox,
) {
    let first_frame = !memory.was_open;
    memory.was_open = true;
    // Higher than any window: the list scrolls by itself.
    dialog(ui, "Questions and answers", 640.0, 0.0, inbox, |ui, inbox| {
        let field = TextEdit::singleline(&mut memory.query)
            .hint_text("Find a question")
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(8, 6));
        let response = ui.add(field);
        super::controls::name(&response, "Find a question");
        if first_frame {
            response.request_focus();
        }
        ui.add_space(space::S);
        let mut found: Vec<_> =
            all(state).filter_map(|it| score(it.2, &memory.query).map(|score| (score, it))).collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        if found.is_empty() {
            ui.label(RichText::new("No question has these words.").weak());
        }
        let room = (ui.ctx().content_rect().height() - 260.0).max(120.0);
        ScrollArea::vertical().max_height(room).min_scrolled_height(room).auto_shrink(false).show(ui, |ui| {
            for (_, (lesson, index, entry)) in found {
                ui.push_id((&lesson.id, index), |ui| question(ui, state, lesson, entry, markdown, inbox));
            }
        });
    });
}

/// The question; with its lesson where several ask the same and each answers it by what it measures.
fn in_words(state: &State, lesson: &Lesson, entry: &FaqEntry) -> String {
    if all(state).filter(|(_, _, other)| other.question == entry.question).count() > 1 {
        format!("{} (\u{201c}{}\u{201d})", entry.question, lesson.title)
    } else {
        entry.question.clone()
    }
}

fn question(
    ui: &mut Ui,
    state: &State,
    lesson: &Lesson,
    entry: &FaqEntry,
    markdown: &mut CommonMarkCache,
    inbox: &mut Inbox,
) {
    let id = ui.make_persistent_id("question");
    let mut open = CollapsingState::load_with_default_open(ui.ctx(), id, false);
    let arrow = if open.is_open() { "▼" } else { "▶" };
    let words = in_words(state, lesson, entry);
    let header = Button::new(format!("{arrow}  {words}")).frame_when_inactive(false).wrap();
    let header = ui
        .with_layout(Layout::right_to_left(Align::TOP), |ui| {
            verdict_view::sign(ui, state.faq_verdict(lesson, entry));
            ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| ui.add(header)).inner
        })
        .inner;
    super::controls::name(&header, &words);
    if header.clicked() {
        open.toggle(ui);
    }
    open.store(ui.ctx());
    if !open.is_open() {
        return;
    }
    ui.indent(id, |ui| {
        let mut own = Inbox::default();
        super::lesson_text::text(ui, state, lesson, &entry.answer, "answer", markdown, &mut own);
        ui.label(theme::caption(format!("From \u{201c}{}\u{201d}", lesson.title)));
        let first = entry.experiments.iter().find_map(|id| lesson.experiment(id));
        if let Some(experiment) = first
            && ui.button("Show the experiment").on_hover_text("Opens its lesson and shows the experiment.").clicked()
        {
            own.send(Command::SelectExperiment(experiment.id.clone()));
        }
        // A link leads into its own lesson, whichever is open.
        for command in own.take() {
            inbox.send(Command::Dismiss);
            inbox.send(Command::SelectLesson(lesson.id.clone()));
            inbox.send(command);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_there_and_the_question_counts_more() {
        let entry = FaqEntry {
            question: "What is the GIL?".to_owned(),
            answer: "A lock that one thread holds.".to_owned(),
            experiments: Vec::new(),
        };
        assert_eq!(score(&entry, "gil"), Some(2));
        assert_eq!(score(&entry, "Lock thread"), Some(2));
        assert_eq!(score(&entry, "gil lock"), Some(3));
        assert_eq!(score(&entry, "gil asyncio"), None);
        assert_eq!(score(&entry, ""), Some(0));
    }
}
