//! The group of experiments in the middle of the window: opening it, changing its settings, drawing its figure.

use std::sync::Arc;

use super::Services;
use crate::engine::{Support, catalogue};
use crate::lesson::{Experiment, Lesson};
use crate::model::plan::ExperimentPlan;
use crate::model::plot::{PlotInput, PlotOptions, PlotSpec, Recorded, specify};
use crate::model::prediction::Prediction;
use crate::model::record::{Completion, ExperimentRecord, RunRecord};
use crate::model::results::Results;
use crate::model::series::SeriesKey;
use crate::model::units::ThreadCount;
use crate::model::workload::Workload;
use crate::ui::command::Command;
use crate::ui::edit::Stage;
use crate::ui::laboratory::Laboratory;
use crate::ui::state::difference::{Controls, Whose, differences};
use crate::ui::state::pythons::{self, PythonChoice, Pythons, Search};
use crate::ui::state::settings::{Group, GroupSettings, ThreadBounds};
use crate::ui::state::{Bench, Drawing, SeriesOffer, State, Wish};

/// Opens a lesson, with the first of its groups.
pub(super) fn select_lesson(id: &str, state: &mut State, services: &Services) {
    if state.lessons.select(id) {
        show_lesson(state, services);
    }
}

/// Opens the lesson at this place of the list, with the first of its groups.
pub(super) fn select_lesson_at(index: usize, state: &mut State, services: &Services) {
    if state.lessons.select_at(index) {
        show_lesson(state, services);
    }
}

fn show_lesson(state: &mut State, services: &Services) {
    state.opened = None;
    state.beside = None;
    open(0, state, services);
}

/// Opens the lesson of a result where there is one, with the group that holds the result's first experiment. What is open already
/// stays as it is.
pub(super) fn select_lesson_of(lesson: &str, experiment: &str, state: &mut State, services: &Services) {
    let is_other = state.lessons.selected().is_none_or(|entry| entry.id != lesson);
    if !state.lessons.select(lesson) {
        return;
    }
    let groups = state.lessons.groups();
    let holds = |group: &Group| {
        state.lessons.lesson().is_some_and(|lesson| group.experiments(lesson).any(|it| it.id == experiment))
    };
    let index = groups.iter().position(holds);
    if is_other {
        state.beside = None;
    }
    if is_other || index.is_some_and(|index| state.bench.as_ref().is_none_or(|bench| bench.index != index)) {
        open(index.unwrap_or(0), state, services);
    }
}

/// Opens the group that holds an experiment of this lesson, and points the experiment out.
pub(super) fn select_experiment(id: &str, state: &mut State, services: &Services) {
    let Some(lesson) = state.lessons.lesson().cloned() else { return };
    let groups = state.lessons.groups();
    let holds = |group: &Group| group.experiments(&lesson).any(|it| it.id == id);
    let Some(index) = groups.iter().position(holds) else { return };
    state.opened = None;
    if state.bench.as_ref().is_none_or(|bench| bench.index != index) {
        open(index, state, services);
    }
    state.pointed_out = Some(id.to_owned());
}

/// Opens a group of the open lesson, with the settings that were remembered for it.
pub(in crate::ui) fn open(index: usize, state: &mut State, services: &Services) {
    state.pointed_out = None;
    // The wish was for what was shown.
    state.wish = Wish::Nothing;
    state.session.lesson = state.lessons.selected().map(|entry| entry.id.clone());
    let Some(lesson) = state.lessons.lesson().cloned() else {
        state.bench = None;
        return;
    };
    let groups = state.lessons.groups();
    let Some(group) = groups.get(index).or_else(|| groups.first()) else {
        state.bench = None;
        return;
    };
    let bounds = ThreadBounds::of(&lesson, group, &state.machine);
    let mut settings = GroupSettings::of(&lesson, group, &state.machine);
    if let Some(saved) = state.session.groups.get(&group.key) {
        settings = settings.restored(saved, bounds);
    }
    super::code::take_in(&mut settings, &lesson, state);
    let offers = offers(&*services.laboratory, &settings.workloads, &state.pythons, &state.session.python);
    let index = index.min(groups.len() - 1);
    let titles = titles(&lesson, &groups, state);
    let figure = Arc::new(PlotSpec {
        title: group.title(&titles),
        metric: settings.metric,
        metrics: vec![settings.metric],
        panels: Vec::new(),
        table: None,
        provenance: String::new(),
    });
    let drawing = Drawing { figure, tables: Vec::new(), explanations: Vec::new() };
    let (counts, differences) = (Vec::new(), Vec::new());
    state.timeline = 0;
    state.bench = Some(Bench { index, groups, titles, settings, bounds, offers, counts, differences, drawing });
    refresh_figure(state);
}

/// The title of every experiment of a lesson, with the values that were remembered for its sliders.
fn titles(lesson: &Lesson, groups: &[Group], state: &State) -> Vec<String> {
    let mut titles: Vec<String> = lesson.experiments.iter().map(Experiment::title).collect();
    for group in groups {
        let Some(saved) = state.session.groups.get(&group.key) else { continue };
        let bounds = ThreadBounds::of(lesson, group, &state.machine);
        let settings = GroupSettings::of(lesson, group, &state.machine).restored(saved, bounds);
        retitle(&mut titles, lesson, group, &settings);
    }
    titles
}

/// Writes the titles of one group's experiments anew.
fn retitle(titles: &mut [String], lesson: &Lesson, group: &Group, settings: &GroupSettings) {
    for (index, workload) in group.experiments.iter().zip(&settings.workloads) {
        if let Some((title, experiment)) = titles.get_mut(*index).zip(lesson.experiments.get(*index)) {
            *title = experiment.title.of(workload);
        }
    }
}

/// For each series whether it can run the workloads.
fn offers(
    laboratory: &dyn Laboratory,
    workloads: &[Workload],
    known: &Pythons,
    choice: &PythonChoice,
) -> Vec<SeriesOffer> {
    let keys = pythons::series(&known.interpreters(choice), choice.start_method);
    let labels = pythons::box_labels(&keys);
    let offer = |(key, label): (SeriesKey, String)| {
        let is_sought =
            known.search == Search::Looking && key.interpreter.is_none() && catalogue::needs_interpreter(key.engine);
        let support = |workload| if is_sought { still_looking() } else { laboratory.support(&key, workload) };
        let supports = workloads.iter().map(support).collect();
        SeriesOffer { key, label, supports }
    };
    keys.into_iter().zip(labels).map(offer).collect()
}

/// What is said of a Python engine before anybody knows whether there is a Python.
fn still_looking() -> Support {
    Support::Unavailable { reason: "Threadlab still looks for the Pythons of this machine".to_owned(), remedy: None }
}

/// Brings up to date which series can be asked for, after the Pythons or the workloads have changed.
pub(super) fn refresh_offers(state: &mut State, services: &Services) {
    if let Some(bench) = &mut state.bench {
        let workloads = &bench.settings.workloads;
        bench.offers = offers(&*services.laboratory, workloads, &state.pythons, &state.session.python);
    }
    refresh_figure(state);
}

/// Adds a series to the group shown, or takes it away.
pub(super) fn toggle_series(key: &SeriesKey, state: &mut State) {
    if let Some(bench) = &mut state.bench {
        bench.settings.toggle_series(key, &bench.offers);
        keep_settings(state);
    }
}

fn keep_settings(state: &mut State) {
    if let Some((bench, key)) = state.bench.as_ref().and_then(|bench| Some((bench, bench.group()?.key.clone()))) {
        state.session.groups.insert(key, bench.settings.saved());
    }
}

/// Changes a setting. Says whether the reader is done with it, so that a run may follow.
pub(super) fn set(command: &Command, state: &mut State, services: &Services) -> Stage {
    if set_opened(command, state) {
        return Stage::Changing;
    }
    let Some(bench) = &mut state.bench else { return Stage::Changing };
    let settings = &mut bench.settings;
    let mut reached = Stage::Changing;
    match command {
        Command::ShowMetric(metric) => {
            settings.metric = *metric;
            // What is drawn by hand is a speedup: no other plot is named above it.
            settings.predicting &= *metric == crate::model::plot::Metric::Speedup;
        }
        Command::SetAxes(axes) => settings.axes = *axes,
        Command::ToggleCurve(name) => toggle(&mut settings.hidden, name),
        Command::SetThreads { from, to, stage: how } => {
            let fit = |count: ThreadCount| count.clamp(bench.bounds.min, bench.bounds.max);
            (settings.from, settings.to) = (fit(*from.min(to)), fit(*to.max(from)));
            reached = *how;
        }
        Command::SetParameter { experiment, name, value, stage: how } => {
            if let Some(workload) = settings.workloads.get_mut(*experiment)
                && let Ok(changed) = workload.clone().with(name, *value)
            {
                *workload = changed;
                reached = *how;
            }
        }
        Command::ToggleEngine(engine) => {
            settings.toggle_engine(*engine);
        }
        Command::SetPredicting(on) => {
            settings.predicting = *on;
            if *on && settings.metric != crate::model::plot::Metric::Speedup {
                settings.metric = crate::model::plot::Metric::Speedup;
            }
        }
        Command::SetPrediction { experiment, prediction } => {
            if let Some(place) = settings.predictions.get_mut(*experiment) {
                place.clone_from(prediction);
            }
        }
        Command::ClearPrediction => settings.predictions.fill(Prediction::default()),
        Command::ResetExperiment => reset(state),
        _ => {}
    }
    if let Some((bench, lesson)) = state.bench.as_mut().zip(state.lessons.lesson())
        && let Some(group) = bench.groups.get(bench.index)
    {
        retitle(&mut bench.titles, lesson, group, &bench.settings);
    }
    keep_settings(state);
    refresh_offers(state, services);
    reached
}

/// Changes how an opened result is shown. Says whether the command was meant for one.
fn set_opened(command: &Command, state: &mut State) -> bool {
    let Some(opened) = &mut state.opened else { return false };
    match command {
        Command::ShowMetric(metric) => opened.metric = *metric,
        Command::SetAxes(axes) => opened.axes = *axes,
        Command::ToggleCurve(name) => toggle(&mut opened.hidden, name),
        _ => return false,
    }
    opened.drawing.figure = Arc::new(opened.record.figure(None, opened.metric, opened.axes));
    true
}

fn toggle(hidden: &mut std::collections::BTreeSet<String>, name: &str) {
    if !hidden.remove(name) {
        hidden.insert(name.to_owned());
    }
}

fn reset(state: &mut State) {
    let Some((lesson, bench)) = state.lessons.lesson().zip(state.bench.as_mut()) else { return };
    let Some(group) = bench.groups.get(bench.index) else { return };
    let mut fresh = GroupSettings::of(lesson, group, &state.machine);
    // The code has a way back of its own.
    for (fresh, now) in fresh.workloads.iter_mut().zip(&bench.settings.workloads) {
        if let Some(code) = now.code() {
            *fresh = fresh.clone().with_code(code);
        }
    }
    let predictions = std::mem::take(&mut bench.settings.predictions);
    bench.settings = GroupSettings { predictions, metric: bench.settings.metric, ..fresh };
}

/// Draws the group's figure anew: what was measured, with the prediction as it stands now.
pub(in crate::ui) fn refresh_figure(state: &mut State) {
    let Some(lesson) = state.lessons.lesson().cloned() else { return };
    let Some(bench) = &state.bench else { return };
    let Some(group) = bench.group() else { return };
    let record = bench_record(state);
    let settings = &bench.settings;
    let nothing = Results::default();
    let beside = state.beside.as_ref().map(|beside| beside.record.as_ref());
    let place = beside.map(RunRecord::place).unwrap_or_default();
    // What was measured keeps the title it was measured under.
    let mut titles = bench.titles.clone();
    for measured in record.iter().flat_map(|record| &record.experiments) {
        let place = lesson.experiments.iter().position(|experiment| experiment.id == measured.id);
        if let Some(title) = place.and_then(|place| titles.get_mut(place)) {
            title.clone_from(&measured.title);
        }
    }
    let title = group.title(&titles);
    let as_run = |experiment: &Experiment| {
        let measured = record.and_then(|record| record.experiments.iter().find(|it| it.id == experiment.id));
        measured.map(ExperimentRecord::workload_as_run)
    };
    let as_run: Vec<_> = group.experiments(&lesson).map(as_run).collect();
    let inputs: Vec<PlotInput<'_>> = group
        .experiments(&lesson)
        .zip(&as_run)
        .zip(group.experiments.iter().filter_map(|index| titles.get(*index)))
        .zip(settings.workloads.iter().zip(&settings.predictions))
        .map(|(((experiment, as_run), title), (workload, prediction))| {
            let measured = record.and_then(|record| record.experiments.iter().find(|it| it.id == experiment.id));
            let work = as_run.as_ref().unwrap_or(workload);
            let recorded = beside.and_then(|beside| beside.results_of(&lesson.id, &experiment.id, work));
            PlotInput {
                experiment: &experiment.id,
                title,
                bound: work.bound(),
                workload: Some(work),
                results: measured.map_or(&nothing, |measured| &measured.results),
                prediction: Some(prediction).filter(|prediction| !prediction.points.is_empty()),
                reference: recorded.map(|results| Recorded { results, place: &place }),
            }
        })
        .collect();
    let is_comparable = inputs.iter().any(|input| input.reference.is_some());
    let provenance = match (record, beside) {
        (Some(record), beside) => record.provenance_beside(beside),
        (None, beside) => beside.map(RunRecord::provenance).unwrap_or_default(),
    };
    let is_whole = record.is_some_and(|record| record.completion == Completion::Completed);
    let options = PlotOptions {
        title: &title,
        metric: settings.metric,
        axes: settings.axes,
        provenance: &provenance,
        planned: (!is_whole).then_some((settings.from, settings.to)),
    };
    let figure = specify(&inputs, options);
    // The same figure keeps its prepared points.
    let figure = if *bench.drawing.figure == figure { Arc::clone(&bench.drawing.figure) } else { Arc::new(figure) };
    let drawing = match record {
        Some(record) => Drawing::of(figure, record),
        None => Drawing { figure, tables: Vec::new(), explanations: Vec::new() },
    };
    if let Some(bench) = &mut state.bench {
        bench.drawing = drawing;
    }
    if let Some(beside) = &mut state.beside {
        beside.is_comparable = is_comparable;
    }
    refresh_plans(state);
}

/// Brings up to date what a run would measure now, and in what the results that are shown differ from that.
pub(in crate::ui) fn refresh_plans(state: &mut State) {
    let (plans, counts) = planned(state);
    let lesson = state.lessons.lesson().map(|lesson| lesson.id.as_str());
    let compare = |record: &RunRecord, whose: Whose| {
        let controls = Controls {
            plans: if lesson == Some(record.lesson.as_str()) { &plans } else { &[] },
            precision: state.session.precision,
            switch_interval_us: state.session.switch_interval_us,
        };
        differences(record, controls, whose)
    };
    let own = bench_record(state).map(|record| compare(record, Whose::Own)).unwrap_or_default();
    let of_opened = state.opened.as_ref().map(|opened| compare(&opened.record, Whose::Another));
    let of_beside = state.beside.as_ref().map(|beside| compare(&beside.record, Whose::Another));
    if let Some(bench) = &mut state.bench {
        bench.counts = counts;
        bench.differences = own;
    }
    if let Some((opened, differences)) = state.opened.as_mut().zip(of_opened) {
        opened.differences = differences;
    }
    if let Some((beside, differences)) = state.beside.as_mut().zip(of_beside) {
        beside.differences = differences;
    }
}

/// The plans of what a run of the group shown would measure now, and for each of its experiments the thread counts.
fn planned(state: &State) -> (Vec<ExperimentPlan>, Vec<Vec<ThreadCount>>) {
    let Some((lesson, bench)) = state.lessons.lesson().zip(state.bench.as_ref()) else { return Default::default() };
    let Some(group) = bench.group() else { return Default::default() };
    let plans = bench.settings.plans(lesson, group, &state.machine, &bench.offers);
    let counts_at = |place| plans.iter().find(|(index, _)| *index == place).map(|(_, plan)| plan.threads.clone());
    let counts = (0..group.experiments.len()).map(|place| counts_at(place).unwrap_or_default()).collect();
    (plans.into_iter().map(|(_, plan)| plan).collect(), counts)
}

/// What the group shown has measured: the record that grows, or the last one.
fn bench_record(state: &State) -> Option<&RunRecord> {
    let key = &state.bench.as_ref()?.group()?.key;
    match &state.run {
        Some(live) if live.group == *key => Some(live.run.record()),
        _ => state.measured.get(key).map(|measured| measured.record.as_ref()),
    }
}

/// Writes the learner's predictions into the record of their run.
pub(super) fn keep_predictions(record: &mut RunRecord, group: &str, state: &State) {
    let Some((lesson, bench)) = state.lessons.lesson().zip(state.bench.as_ref()) else { return };
    let Some(shown) = bench.group().filter(|shown| shown.key == group) else { return };
    for (experiment, prediction) in shown.experiments(lesson).zip(&bench.settings.predictions) {
        let measured = record.experiments.iter_mut().find(|measured| measured.id == experiment.id);
        if let Some(measured) = measured.filter(|_| !prediction.points.is_empty()) {
            measured.prediction = Some(prediction.clone());
        }
    }
}

/// The figure as it is seen, without the curves that are hidden, and the record behind it.
pub(super) fn figure_to_export(state: &State) -> Option<(Arc<PlotSpec>, Arc<RunRecord>)> {
    let record = state.record()?;
    let mut figure = state.figure()?.as_ref().clone();
    if let Some(hidden) = state.hidden() {
        for panel in &mut figure.panels {
            panel.curves.retain(|curve| !hidden.contains(&curve.name));
        }
    }
    Some((Arc::new(figure), Arc::new(record.clone())))
}
