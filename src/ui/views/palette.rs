//! The command palette: finds any command by its name.

use eframe::egui::{self, Align, Button, Id, Key, Layout, Modal, Modifiers, RichText, ScrollArea, TextEdit, Ui};

use crate::ui::beside_command::BesideCommand;
use crate::ui::code_command::CodeCommand;
use crate::ui::command::{Command, Inbox};
use crate::ui::state::State;
use crate::ui::theme::space;

/// What is typed, and which line is chosen; belongs to the view alone.
#[derive(Debug, Default)]
pub(super) struct PaletteMemory {
    query: String,
    chosen: usize,
    was_open: bool,
}

impl PaletteMemory {
    /// Forgets what was typed: the palette was closed.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }
}

/// A command with what the palette shows for it.
struct Entry {
    label: String,
    command: Command,
}

/// Every command that makes sense now: the plain ones, and one for each lesson and experiment.
fn entries(state: &State) -> Vec<Entry> {
    let plain = Command::plain().into_iter().filter(|command| is_useful(state, command));
    let mut entries: Vec<_> = plain.map(|command| Entry { label: command.label().into_owned(), command }).collect();
    // Who looks for a setting by its name finds the page it stands on.
    entries.push(Entry {
        label: format!("Settings: {}…", Command::SetSwitchInterval(0).label()),
        command: Command::ShowSettings,
    });
    entries.extend(state.lessons.entries().iter().map(|entry| Entry {
        label: format!("Lesson: {}", entry.title),
        command: Command::SelectLesson(entry.id.clone()),
    }));
    if let Some(lesson) = state.lessons.lesson() {
        entries.extend(lesson.experiments.iter().map(|experiment| Entry {
            label: format!("Experiment: {}", state.experiment_title(experiment)),
            command: Command::SelectExperiment(experiment.id.clone()),
        }));
    }
    entries
}

fn is_useful(state: &State, command: &Command) -> bool {
    match command {
        Command::ShowPalette => false,
        Command::Dismiss => state.presenting,
        Command::BackToLive | Command::Beside(BesideCommand::ShowOpened) => state.opened.is_some(),
        Command::Beside(BesideCommand::ShowRecorded) => state.has_recorded(),
        Command::Beside(BesideCommand::Hide) => state.beside.is_some(),
        Command::ShowFinished => state.measured_here().is_some_and(|measured| measured.finished.is_some()),
        Command::ShowExport | Command::CopyPlot => state.record().is_some(),
        Command::RunOrStop => state.run.is_some() || state.can_run(),
        Command::PreviousLesson => state.lessons.neighbour(-1).is_some(),
        Command::NextLesson => state.lessons.neighbour(1).is_some(),
        Command::ShowMetric(metric) => {
            state.figure().is_some_and(|figure| figure.metric != *metric && figure.metrics.contains(metric))
        }
        Command::SetAxes(axes) => state.axes().is_some_and(|now| now != *axes),
        Command::SetPrecision(precision) => state.session.precision != *precision,
        Command::SetTheme(theme) => state.session.theme != *theme,
        Command::SetRunOnRelease(on) => state.session.run_on_release != *on,
        Command::SetPredicting(on) => state.bench.as_ref().is_some_and(|bench| bench.settings.predicting != *on),
        Command::ClearPrediction => state.bench.as_ref().is_some_and(super::super::state::Bench::has_prediction),
        Command::Code(CodeCommand::Reset) => state.lessons.lesson().is_some_and(|lesson| state.is_code_edited(lesson)),
        Command::Code(_) => state.lessons.lesson().is_some_and(|lesson| lesson.work().is_some()),
        Command::ResetExperiment => state.bench.is_some() && state.run.is_none(),
        _ => true,
    }
}

/// How well a label answers a query: every word must be in it; words at its beginning or at the beginning of a word
/// count more. `None` where it does not answer.
fn score(label: &str, query: &str) -> Option<u32> {
    let label = label.to_lowercase();
    query.split_whitespace().try_fold(0, |sum, word| {
        let place = label.find(&word.to_lowercase())?;
        let begins_word = place == 0 || label[..place].ends_with([' ', '-']);
        Some(sum + if place == 0 { 3 } else { u32::from(begins_word) * 2 })
    })
}

/// The commands that answer a query, the best first.
fn answers(state: &State, query: &str) -> Vec<Entry> {
    let scored = entries(state).into_iter().filter_map(|entry| score(&entry.label, query).map(|score| (score, entry)));
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

/// Draws the palette.
pub(super) fn show(ui: &mut Ui, state: &State, memory: &mut PaletteMemory, inbox: &mut Inbox) {
    let first_frame = !memory.was_open;
    memory.was_open = true;

    let (down, up, enter) = ui.input_mut(|input| {
        (
            input.count_and_consume_key(Modifiers::NONE, Key::ArrowDown),
            input.count_and_consume_key(Modifiers::NONE, Key::ArrowUp),
            input.consume_key(Modifiers::NONE, Key::Enter),
        )
    });

    let width = 520.0_f32.min(ui.ctx().content_rect().width() - 64.0);
    let area = Modal::default_area(Id::unique("palette")).anchor(egui::Align2::CENTER_TOP, [0.0, 72.0]);
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(16));
    let response = Modal::new(Id::unique("palette")).area(area).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(width);
        let field = TextEdit::singleline(&mut memory.query)
            .hint_text("Type a command or a lesson")
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(8, 6));
        let response = ui.add(field);
        super::controls::name(&response, "Find a command");
        if first_frame {
            response.request_focus();
        }
        if response.changed() {
            memory.chosen = 0;
        }
        // After the field: who types fast and presses Enter in the same frame means what was typed.
        let found = answers(state, &memory.query);
        let last = found.len().saturating_sub(1);
        memory.chosen = (memory.chosen + down).saturating_sub(up).min(last);
        ui.add_space(space::XS);
        if found.is_empty() {
            ui.label(RichText::new("No command has these words.").weak());
        }
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
                for (index, entry) in found.iter().enumerate() {
                    let mut line = Button::selectable(index == memory.chosen, entry.label.as_str());
                    if let Some(keys) = entry.command.shortcuts().first() {
                        line = line.shortcut_text(RichText::new(super::controls::keys_in_words(ui, *keys)).weak());
                    }
                    let response = ui.add(line).on_hover_text(entry.command.tooltip());
                    if index == memory.chosen && (down > 0 || up > 0) {
                        response.scroll_to_me(None);
                    }
                    let chosen = response.clicked() || (enter && index == memory.chosen);
                    if chosen {
                        inbox.send(Command::Dismiss);
                        inbox.send(entry.command.clone());
                    }
                }
            });
        });
    });
    if response.should_close() {
        inbox.send(Command::Dismiss);
    }
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn the_beginning_of_a_word_counts_more() {
        assert_eq!(score("Export…", "exp"), Some(3));
        assert_eq!(score("Command palette", "pal"), Some(2));
        assert_eq!(score("Lesson list", "ist"), Some(0));
        assert_eq!(score("Lesson list", "list les"), Some(5));
        assert_eq!(score("Lesson list", "plot"), None);
        assert_eq!(score("Lesson list", ""), Some(0));
    }
}
