//! What the learner sets: threads, parameters, engines, precision.

use eframe::egui::{self, Button, Label, Popup, PopupCloseBehavior, RichText, Ui};

use super::controls::segments;
use crate::engine::Support;
use crate::model::stopping::Precision;
use crate::ui::command::{Command, Inbox};
use crate::ui::state::{Bench, EngineOffer, State};
use crate::ui::theme::{self, space};
use crate::ui::{parameter_choice, parameter_slider, range_slider};

/// Draws the controls. They are at rest while their experiment is measured, since the run keeps what it began with.
pub(super) fn show(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
    ui.add_enabled_ui(!state.is_running_here(), |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        ui.spacing_mut().slider_width = SLIDER_WIDTH;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            threads(ui, bench, inbox);
            parameters(ui, state, bench, inbox);
        });
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            engines(ui, bench, inbox);
            let choices = Precision::ALL.map(|precision| (precision, Command::SetPrecision(precision)));
            segments(ui, "Precision", choices, state.session.precision, |it| it.label().to_owned(), inbox);
        });
    });
}

/// The engines that can run here as check boxes; the others in a menu, each with the reason why not.
fn engines(ui: &mut Ui, bench: &Bench, inbox: &mut Inbox) {
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        bench.engines.iter().partition(|offer| offer.support == Support::Available);
    for offer in here {
        engine(ui, bench, offer, inbox);
    }
    if elsewhere.is_empty() {
        return;
    }
    let more = ui
        .add(Button::new("More engines…").frame_when_inactive(false))
        .on_hover_text("Engines that cannot run here, and why.");
    Popup::menu(&more).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(360.0);
        for offer in elsewhere {
            engine(ui, bench, offer, inbox);
            if let Support::Unavailable { reason, remedy } = &offer.support {
                let remedy = remedy.as_ref().map(|remedy| format!(" {remedy}.")).unwrap_or_default();
                ui.indent(offer.engine, |ui| ui.add(Label::new(theme::caption(format!("{reason}.{remedy}"))).wrap()));
            }
        }
    });
}

/// Draws a control in a row of controls, or begins a new row where it does not fit. egui does not wrap what is laid out
/// as one; how wide it was in the frame before is known.
fn flow(ui: &mut Ui, salt: impl std::hash::Hash + std::fmt::Debug, content: impl FnOnce(&mut Ui)) {
    let id = ui.make_persistent_id(salt);
    let width = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(LIKELY_WIDTH);
    if ui.available_size_before_wrap().x < width {
        ui.end_row();
    }
    let response = ui.horizontal(content).response;
    ui.data_mut(|data| data.insert_temp(id, response.rect.width()));
}

/// Narrow enough for two controls in a row, in points.
const SLIDER_WIDTH: f32 = 112.0;

/// How wide a control is before it was drawn for the first time, in points.
const LIKELY_WIDTH: f32 = 320.0;

fn threads(ui: &mut Ui, bench: &Bench, inbox: &mut Inbox) {
    flow(ui, "threads", |ui| {
        ui.label("Threads");
        let chosen = (bench.settings.from, bench.settings.to);
        let limits = bench.bounds.min..=bench.bounds.max;
        if let Some(edit) = range_slider::show(ui, chosen, &limits) {
            let (from, to) = edit.value;
            inbox.send(Command::SetThreads { from, to, stage: edit.stage });
        }
    });
}

fn parameters(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
    let Some((lesson, group)) = state.lessons.lesson().zip(bench.group()) else { return };
    for (index, (experiment, workload)) in group.experiments(lesson).zip(&bench.settings.workloads).enumerate() {
        for parameter in workload.kind().parameters() {
            flow(ui, (index, parameter.id), |ui| {
                let (value, lesson_value) = (workload.value(parameter.id), experiment.workload.value(parameter.id));
                let edit = if parameter.choices.is_empty() {
                    parameter_slider::show(ui, parameter, value, lesson_value)
                } else {
                    parameter_choice::show(ui, parameter, value, lesson_value)
                };
                if let Some(edit) = edit {
                    inbox.send(Command::SetParameter {
                        experiment: index,
                        name: parameter.id,
                        value: edit.value,
                        stage: edit.stage,
                    });
                }
            });
        }
    }
}

fn engine(ui: &mut Ui, bench: &Bench, offer: &EngineOffer, inbox: &mut Inbox) {
    let engine = offer.engine;
    let mut checked = bench.settings.engines.contains(&engine);
    let is_there = offer.support == Support::Available;
    checked &= is_there;
    let response = ui.add_enabled(is_there, egui::Checkbox::new(&mut checked, RichText::new(engine.label())));
    if response.changed() {
        inbox.send(Command::ToggleEngine(engine));
    }
    match &offer.support {
        Support::Available => response.on_hover_text(engine.summary()),
        Support::Unavailable { reason, remedy } => {
            let remedy = remedy.as_ref().map(|remedy| format!("\n{remedy}.")).unwrap_or_default();
            response.on_disabled_hover_text(format!("{}\n{reason}.{remedy}", engine.summary()))
        }
    };
}
