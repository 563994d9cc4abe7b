//! What the learner sets: threads, parameters, engines, precision.

use eframe::egui::{self, Ui};

use super::controls::{quiet_button, segments};
use super::python_dialog;
use crate::engine::{Support, catalogue};
use crate::lesson::Lesson;
use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::model::series::EngineKind;
use crate::model::stopping::Precision;
use crate::model::workload::{Parameter, Workload};
use crate::ui::code_command::CodeCommand;
use crate::ui::command::{Command, Inbox};
use crate::ui::edit::Stage;
use crate::ui::python_command::PythonCommand;
use crate::ui::state::settings::Group;
use crate::ui::state::{Bench, SeriesOffer, State};
use crate::ui::theme::space;
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
            engines(ui, state, bench, inbox);
            let choices = Precision::ALL.map(|precision| (precision, Command::SetPrecision(precision)));
            flow(ui, "precision", |ui| {
                segments(ui, "Precision", choices, state.session.precision, |it| it.label().to_owned(), inbox);
            });
            switch_interval(ui, state.session.switch_interval_us, inbox);
        });
    });
}

/// The engines as check boxes, with a box for each Python chosen, and the way to the others.
fn engines(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
    let named = |engine: EngineKind| {
        let experiments = state.lessons.lesson().zip(bench.group());
        experiments.is_some_and(|(lesson, group)| group.experiments(lesson).any(|it| it.engines.contains(&engine)))
    };
    for offer in &bench.offers {
        let engine = offer.key.engine;
        let is_wanted = bench.settings.engines.contains(&engine) || named(engine);
        let is_first_choice = offer.key.interpreter.is_some() && engine == EngineKind::PythonThreads;
        // Where it runs in one Python, the dialog says why not in the others: a row of boxes that cannot be ticked says little.
        if !offer.is_there() && bench.offers.iter().any(|other| other.key.engine == engine && other.is_there()) {
            continue;
        }
        if is_wanted || is_first_choice || !catalogue::needs_interpreter(engine) {
            series(ui, bench, offer, inbox);
        }
    }
    if bench.settings.workloads.iter().any(|workload| workload.code().is_some()) {
        quiet_button(ui, "Edit code…", Command::Code(CodeCommand::Show), inbox);
    }
    quiet_button(ui, "Python…", Command::Python(PythonCommand::Show), inbox);
}

/// The switch interval, where it is another than CPython's: it shapes the curves. A click leads to the setting.
fn switch_interval(ui: &mut Ui, interval_us: u32, inbox: &mut Inbox) {
    if interval_us == DEFAULT_SWITCH_INTERVAL_US {
        return;
    }
    let words = format!("Switch interval {} ms", f64::from(interval_us) / 1000.0);
    flow(ui, "switch interval", |ui| quiet_button(ui, &words, Command::ShowSettings, inbox));
}

/// Draws a control in a row of controls, or begins a new row where it does not fit. egui does not wrap what is laid out
/// as one; how wide it was in the frame before is known.
fn flow<R>(ui: &mut Ui, salt: impl std::hash::Hash + std::fmt::Debug, content: impl FnOnce(&mut Ui) -> R) {
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
            let is_shared = is_shared(parameter, lesson, group, &bench.settings.workloads);
            if is_shared && index > 0 {
                continue;
            }
            flow(ui, (index, parameter.id), |ui| {
                let (value, lesson_value) = (workload.value(parameter.id), experiment.workload.value(parameter.id));
                let label = if is_shared {
                    parameter.label.to_owned()
                } else {
                    label_of(parameter, index, &bench.settings.workloads)
                };
                // Experiments of one group may have the same parameter.
                let control = |ui: &mut Ui| {
                    if parameter.choices.is_empty() {
                        parameter_slider::show(ui, parameter, &label, value, lesson_value)
                    } else {
                        parameter_choice::show(ui, parameter, &label, value, lesson_value)
                    }
                };
                let edit = ui.push_id(index, control).inner;
                let Some(edit) = edit else { return };
                let last = if is_shared { bench.settings.workloads.len() - 1 } else { index };
                for experiment in index..=last {
                    // The reader is done when all plots have it.
                    let reached = if experiment == last { edit.stage } else { Stage::Changing };
                    inbox.send(Command::SetParameter {
                        experiment,
                        name: parameter.id,
                        value: edit.value,
                        stage: reached,
                    });
                }
            });
        }
    }
}

/// Whether one control sets a parameter for all plots of a group: where there are more than two and the lesson means the same
/// by it in each, so that a row of like sliders would tell nothing.
fn is_shared(parameter: &Parameter, lesson: &Lesson, group: &Group, workloads: &[Workload]) -> bool {
    let has_it = |workload: &Workload| workload.kind().parameters().iter().any(|other| other.id == parameter.id);
    let is_one = |workloads: &mut dyn Iterator<Item = &Workload>| {
        let values: Vec<Option<f64>> = workloads.map(|it| has_it(it).then(|| it.value(parameter.id))).collect();
        values.iter().all(|value| value.is_some() && *value == values[0])
    };
    workloads.len() > 2
        && is_one(&mut workloads.iter())
        && is_one(&mut group.experiments(lesson).map(|experiment| &experiment.workload))
}

/// The name of a parameter: with its plot's place where several plots have one of that name.
fn label_of(parameter: &Parameter, index: usize, workloads: &[Workload]) -> String {
    let has_it = |workload: &&Workload| workload.kind().parameters().iter().any(|other| other.label == parameter.label);
    let place = match (workloads.len(), index) {
        _ if workloads.iter().filter(has_it).count() < 2 => return parameter.label.to_owned(),
        (2 | 3, 0) => "left".to_owned(),
        (2, 1) | (3, 2) => "right".to_owned(),
        (3, 1) => "middle".to_owned(),
        _ => format!("plot {}", index + 1),
    };
    format!("{}, {place}", parameter.label)
}

fn series(ui: &mut Ui, bench: &Bench, offer: &SeriesOffer, inbox: &mut Inbox) {
    let key = &offer.key;
    let is_there = offer.is_there();
    let mut checked = is_there && bench.settings.is_chosen(key);
    let response = ui.add_enabled(is_there, egui::Checkbox::new(&mut checked, offer.label.as_str()));
    if response.changed() {
        inbox.send(match &key.interpreter {
            Some(_) => Command::Python(PythonCommand::ToggleSeries(key.clone())),
            None => Command::ToggleEngine(key.engine),
        });
    }
    let mut words = key.engine.summary().to_owned();
    if let Some(python) = &key.interpreter {
        let start = key.start_method.map(|method| format!(", started by {}", method.id())).unwrap_or_default();
        words = format!("{words}\nCPython {}{start}: {}", python.label(), python.path);
    }
    match offer.support() {
        Support::Available => response.on_hover_text(words),
        Support::Unavailable { reason, remedy } => {
            response.on_disabled_hover_text(format!("{words}\n{}", python_dialog::why_not(reason, remedy.as_deref())))
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::workload::WorkloadKind::{CountPrimes, LostUpdates, Wait};

    #[test]
    fn parameters_of_one_name_say_whose_they_are() {
        let check = |kinds: &[crate::model::workload::WorkloadKind], index: usize, expected: &str| {
            let workloads: Vec<Workload> = kinds.iter().map(|kind| Workload::new(*kind)).collect();
            let parameter = &workloads[index].kind().parameters()[0];
            assert_eq!(label_of(parameter, index, &workloads), expected);
        };
        check(&[LostUpdates], 0, "Code");
        check(&[CountPrimes, Wait], 1, "Wait");
        check(&[LostUpdates, LostUpdates], 0, "Code, left");
        check(&[LostUpdates, LostUpdates], 1, "Code, right");
        check(&[Wait, CountPrimes, Wait], 1, "Count primes below");
        check(&[Wait, CountPrimes, Wait], 2, "Wait, right");
        check(&[Wait, Wait, Wait, Wait], 3, "Wait, plot 4");
    }
}
