//! Below the plot: verdicts, table, explanation or timeline.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::controls::{quiet_button, segments};
use crate::model::record::RunRecord;
use crate::ui::command::{Command, Inbox};
use crate::ui::results_table::{self, TableAction};
use crate::ui::state::{Below, Drawing, State};
use crate::ui::theme::{self, space};
use crate::ui::verdict_view::{self, ClaimState};
use crate::ui::{fit_view, timeline_view};

/// The most that a table takes of the height, in points; it scrolls beyond.
const TABLE_HEIGHT: f32 = 320.0;
/// The least height of a timeline, in points.
const TIMELINE_HEIGHT: f32 = 160.0;

/// How much of what was chosen shows that it is there, in points.
const PLAINLY_THERE: f32 = 40.0;

/// Draws the choice of what stands below the plot. Where that is out of sight, below the edge of a page that scrolls, it has a
/// button that leads there.
pub(super) fn header(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let spacing = ui.spacing();
    let top = ui.cursor().top() + spacing.interact_size.y + spacing.item_spacing.y + space::XS;
    let is_out_of_sight = ui.clip_rect().bottom() - top < PLAINLY_THERE;
    ui.horizontal(|ui| {
        let choices = Below::ALL.map(|below| (below, Command::ShowBelow(below)));
        segments(ui, "Below the plot", choices, state.below, |below| below.label().to_owned(), inbox);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            quiet_button(ui, "Hide", Command::FoldResults, inbox);
            if is_out_of_sight {
                quiet_button(ui, "More below ↓", Command::ShowBelow(state.below), inbox);
            }
        });
    });
    ui.add_space(space::XS);
}

/// Draws what was chosen.
pub(super) fn content(ui: &mut Ui, state: &State, record: &RunRecord, inbox: &mut Inbox) {
    let Some(drawing) = state.drawing() else { return };
    match state.below {
        Below::Verdicts => verdicts(ui, state, record),
        Below::Table => tables(ui, record, drawing, inbox),
        Below::Why => why(ui, record, drawing),
        Below::Timeline => timeline(ui, state, record, inbox),
    }
}

/// The title of an experiment, where several stand side by side.
fn owner(ui: &mut Ui, record: &RunRecord, title: &str) {
    if record.experiments.len() > 1 {
        ui.label(theme::title(title));
    }
}

fn verdicts(ui: &mut Ui, state: &State, record: &RunRecord) {
    let is_growing = state.opened.is_none() && state.is_running_here();
    for experiment in record.experiments.iter().filter(|experiment| !experiment.claims.is_empty()) {
        owner(ui, record, &experiment.title);
        for judgement in &experiment.claims {
            // A verdict that may still turn round would be believed.
            let claim = if is_growing { ClaimState::Running(None) } else { ClaimState::Judged(judgement) };
            verdict_view::show(ui, &judgement.text, claim);
            ui.add_space(space::S);
        }
    }
    if record.experiments.iter().all(|experiment| experiment.claims.is_empty()) {
        let words =
            if is_growing { "The verdicts come with the end of the run." } else { "This experiment makes no claim." };
        ui.label(RichText::new(words).weak());
    }
}

fn tables(ui: &mut Ui, record: &RunRecord, drawing: &Drawing, inbox: &mut Inbox) {
    for (index, (experiment, table)) in record.experiments.iter().zip(&drawing.tables).enumerate() {
        owner(ui, record, &experiment.title);
        let action = ui.push_id(("table", index), |ui| {
            results_table::show(ui, table, TABLE_HEIGHT, "The first numbers are coming.")
        });
        if action.inner == Some(TableAction::Copy) {
            inbox.send(Command::CopyTable(index));
        }
        ui.add_space(space::M);
    }
}

fn why(ui: &mut Ui, record: &RunRecord, drawing: &Drawing) {
    for (index, (experiment, explanation)) in record.experiments.iter().zip(&drawing.explanations).enumerate() {
        owner(ui, record, &experiment.title);
        ui.push_id(("why", index), |ui| {
            fit_view::show(ui, explanation, "There are too few points to explain.");
        });
        ui.add_space(space::M);
    }
}

fn timeline(ui: &mut Ui, state: &State, record: &RunRecord, inbox: &mut Inbox) {
    let timelines = state.timelines();
    let Some((_, shown)) = timelines.get(state.timeline).or_else(|| timelines.first()) else {
        let words = "A run with the GIL model shows here which thread held the GIL, when.";
        ui.label(RichText::new(words).weak());
        return;
    };
    let several = record.experiments.len() > 1;
    let name = |index: usize| {
        let Some((experiment, timeline)) = timelines.get(index) else { return String::new() };
        let threads = crate::model::format::threads(timeline.threads.get());
        match record.experiments.get(*experiment).filter(|_| several) {
            Some(experiment) => format!("{}, {threads}", experiment.title),
            None => threads,
        }
    };
    let chosen = if state.timeline < timelines.len() { state.timeline } else { 0 };
    let combo = egui::ComboBox::from_id_salt("timeline").selected_text(name(chosen)).width(240.0);
    let response = combo.show_ui(ui, |ui| {
        for index in 0..timelines.len() {
            if ui.selectable_label(index == chosen, name(index)).clicked() {
                inbox.send(Command::ShowTimeline(index));
            }
        }
    });
    super::controls::name(&response.response, "Timeline of");
    timeline_view::show(ui, shown, ui.available_height().max(TIMELINE_HEIGHT));
}
