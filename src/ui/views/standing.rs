//! What is to be known of a result besides its curves: where and when it was measured, and with which settings.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::controls::{banner, button, labelled_button, right_first};
use crate::model::format;
use crate::model::record::RunRecord;
use crate::ui::beside_command::BesideCommand;
use crate::ui::command::{Command, Inbox};
use crate::ui::state::{Opened, Since, State};
use crate::ui::theme::{self, Palette, space};

/// A result from a file: where it was measured, and the way back.
pub(super) fn of_opened(ui: &mut Ui, opened: &Opened, inbox: &mut Inbox) {
    let palette = Palette::in_use(ui);
    banner(ui, |ui| {
        button(ui, Command::BackToLive, inbox);
        button(ui, Command::Beside(BesideCommand::ShowOpened), inbox);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let name = opened.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let apart = apart(&opened.differences).map(|apart| format!(". {apart}")).unwrap_or_default();
            let words = format!("Opened result {name}: {}{apart}", opened.drawing.figure.provenance);
            let label = egui::Label::new(RichText::new(words).color(palette.on_selection)).wrap();
            ui.add(label).on_hover_text(opened.path.display().to_string());
        });
    });
    ui.add_space(space::S);
}

/// Where the result that is shown is not that of a finished run of today: what it is, and the way to what there is besides.
pub(super) fn of_own(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(measured) = state.measured_here() else { return };
    let on = |record: &RunRecord| format::date_time(&record.started_at);
    let mut words = Vec::new();
    if let Some(finished) = &measured.finished {
        words.push(format!(
            "This run ended early, after {}. The finished one of {} is still there.",
            format::rounds(measured.record.rounds),
            on(&finished.record)
        ));
    } else if measured.since == Since::Before {
        words.push(format!("Measured on {}, before this start.", on(&measured.record)));
        if measured.outcome.is_none() {
            words.push(format!("It ended early, after {}.", format::rounds(measured.record.rounds)));
        }
    }
    if measured.record.machine != state.machine && !words.is_empty() {
        words.push(format!("It was another machine: {}.", measured.record.machine.in_words()));
    }
    let differences = state.bench.as_ref().map_or(&[][..], |bench| &bench.differences);
    if !differences.is_empty() {
        words.push(format!("Measured with other settings than these: {}.", differences.join(", ")));
    }
    if words.is_empty() {
        return;
    }
    if measured.finished.is_none() {
        ui.add(egui::Label::new(theme::caption(words.join(" "))).wrap());
        return;
    }
    right_first(ui, |ui| {
        button(ui, Command::ShowFinished, inbox);
        beside_it(ui, &words.join(" "));
    });
}

/// The settings of another result that are not those of the controls, in a sentence.
fn apart(differences: &[String]) -> Option<String> {
    (!differences.is_empty()).then(|| format!("Set otherwise than here: {}.", differences.join(", ")))
}

/// What is shown beside this machine's own result, and the way to take it away.
pub(super) fn of_beside(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(beside) = &state.beside else { return };
    let words = if state.is_beside_drawn() {
        let apart = apart(&beside.differences).map(|apart| format!(" {apart}")).unwrap_or_default();
        format!("With crosses: {}.{apart}", beside.record.provenance())
    } else if beside.is_comparable && state.figure().is_some_and(|figure| figure.table.is_some()) {
        // Pythons of another machine are other tools: each would need a column of its own.
        "The table shows what was measured here alone. The other plots show the recorded result too.".to_owned()
    } else {
        "The other result is not drawn: it was measured with other parameters than these, or without this experiment."
            .to_owned()
    };
    right_first(ui, |ui| {
        labelled_button(ui, "Hide", Command::Beside(BesideCommand::Hide), inbox);
        beside_it(ui, &words);
    });
}

/// A small text to the left of what stands at the right end of a row.
fn beside_it(ui: &mut Ui, words: &str) {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add(egui::Label::new(theme::caption(words)).wrap());
    });
}
