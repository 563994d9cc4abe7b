//! The list of lessons, with a filter and how far each has come.

use eframe::egui::{self, Align, Button, FontSelection, Layout, RichText, ScrollArea, TextEdit, Ui};

use super::controls::tooltip;
use crate::ui::command::{Command, Inbox};
use crate::ui::session::LessonProgress;
use crate::ui::state::State;
use crate::ui::state::lessons::{LessonEntry, Page};
use crate::ui::theme::{self, Palette, space};

/// Draws the list into a panel of its own.
pub(super) fn show(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let is_entered = filter(ui, state, inbox);
    ui.add_space(space::S);
    let numbers = 1..;
    let listed: Vec<_> =
        state.lessons.entries().iter().zip(numbers).filter(|(entry, _)| entry.matches(&state.filter)).collect();
    if let Some((entry, _)) = listed.first().filter(|_| is_entered && !state.filter.trim().is_empty()) {
        inbox.send(Command::SelectLesson(entry.id.clone()));
    }
    if listed.is_empty() {
        let words = if state.lessons.entries().is_empty() {
            "There are no lessons here. Drop a lesson file on the window, or press Ctrl+O."
        } else {
            "No lesson has these words. Clear the filter to see all."
        };
        ui.label(RichText::new(words).weak());
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
            for (entry, number) in listed {
                row(ui, state, entry, number, inbox);
            }
        });
    });
}

/// The field that narrows the list. Says whether Enter was pressed in it, which opens the first lesson listed.
fn filter(ui: &mut Ui, state: &State, inbox: &mut Inbox) -> bool {
    let mut words = state.filter.clone();
    let field = TextEdit::singleline(&mut words)
        .hint_text("Filter lessons")
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(field).on_hover_text(tooltip(ui, &Command::FocusFilter));
    super::controls::name(&response, "Filter lessons");
    if state.focus_filter {
        response.request_focus();
    }
    if response.changed() {
        inbox.send(Command::SetFilter(words));
    }
    response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

fn row(ui: &mut Ui, state: &State, entry: &LessonEntry, number: usize, inbox: &mut Inbox) {
    let palette = Palette::in_use(ui);
    let is_open = state.lessons.selected().is_some_and(|open| open.id == entry.id);
    let progress = state.progress(&entry.id);
    let (caption, color) = match &entry.page {
        Page::Broken { count, .. } => (format!("{} {count}", theme::WARNING_SYMBOL), palette.warning),
        Page::Lesson(lesson) => {
            let color = if progress == LessonProgress::Done { palette.holds } else { palette.weak_text };
            let sign = if progress == LessonProgress::Done { "✓ " } else { "" };
            (format!("{sign}{} · {} min", progress.label(), lesson.minutes), color)
        }
    };
    let mut text = egui::text::LayoutJob::default();
    let title = format!("{number}  {}\n", entry.title);
    let words = if is_open { theme::strong(title).color(palette.on_selection) } else { RichText::new(title) };
    let color = if is_open { palette.on_selection } else { color };
    for words in [words, theme::caption(caption).color(color)] {
        words.append_to(&mut text, ui.style(), FontSelection::Default, Align::Min);
    }
    let button = Button::selectable(is_open, text).wrap().min_size(egui::vec2(0.0, 48.0));
    let response = ui.add(button);
    super::controls::name(&response, &format!("{number} {}, {}", entry.title, progress.label()));
    if response.clicked() {
        inbox.send(Command::SelectLesson(entry.id.clone()));
    }
}
