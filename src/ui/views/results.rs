//! Below the plot: the verdicts, then the table, which is the plot's text form.

use eframe::egui::Ui;

use crate::model::record::RunRecord;
use crate::ui::command::{Command, Inbox};
use crate::ui::results_table::{self, TableAction};
use crate::ui::state::State;
use crate::ui::theme::{self, space};
use crate::ui::verdict_view::{self, ClaimState};

/// The most that a table takes of the height, in points; it scrolls beyond.
const TABLE_HEIGHT: f32 = 320.0;

/// Draws verdicts and tables of a record.
pub(super) fn show(ui: &mut Ui, state: &State, record: &RunRecord, inbox: &mut Inbox) {
    let several = record.experiments.len() > 1;
    let is_growing = state.opened.is_none() && state.is_running_here();
    for experiment in record.experiments.iter().filter(|experiment| !experiment.claims.is_empty()) {
        if several {
            ui.label(theme::title(experiment.title.as_str()));
        }
        for judgement in &experiment.claims {
            // A verdict that may still turn round would be believed.
            let claim = if is_growing { ClaimState::Running(None) } else { ClaimState::Judged(judgement) };
            verdict_view::show(ui, &judgement.text, claim);
            ui.add_space(space::XS);
        }
        ui.add_space(space::S);
    }
    let Some(drawing) = state.drawing() else { return };
    for (index, (experiment, table)) in record.experiments.iter().zip(&drawing.tables).enumerate() {
        if several {
            ui.label(theme::title(experiment.title.as_str()));
        }
        let action = ui.push_id(("table", index), |ui| {
            results_table::show(ui, table, TABLE_HEIGHT, "The first numbers are coming.")
        });
        if action.inner == Some(TableAction::Copy) {
            inbox.send(Command::CopyTable(index));
        }
        ui.add_space(space::M);
    }
}
