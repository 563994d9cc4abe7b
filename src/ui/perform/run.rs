//! A run: starting it, taking in what it measures, keeping what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;

use super::{Services, bench, code, send};
use crate::engine::fold;
use crate::engine::message::{EventKind, Outcome};
use crate::model::plan::{ExperimentPlan, RunId, RunRequest};
use crate::model::record::{Completion, RunRecord};
use crate::model::run::{ExperimentOpening, Opening, Run};
use crate::ui::quiet::WindowAudience;
use crate::ui::session::LessonProgress;
use crate::ui::state::{Bench, LiveRun, Measured, Overlay, Since, State, Wish};
use crate::ui::task::Task;

/// The longest that a frame spends on what the engine says.
const DRAIN_TIME: Duration = Duration::from_millis(5);

/// Starts measuring the group shown.
pub(super) fn start(state: &mut State, services: &mut Services, ctx: &egui::Context) {
    if state.run.is_some() {
        return;
    }
    // Interpreters that start, or a program that runs, would disturb what is measured.
    if state.is_machine_busy() {
        state.wish = Wish::Run;
        return;
    }
    state.wish = Wish::Nothing;
    let asked_at = Instant::now();
    state.opened = None;
    if let Some(bench) = &mut state.bench {
        bench.settings.predicting = false;
    }
    let Some((lesson, bench)) = state.lessons.lesson().zip(state.bench.as_ref()) else { return };
    let Some(group) = bench.group().cloned() else { return };
    let plans: Vec<(usize, ExperimentPlan)> = bench.settings.plans(lesson, &group, &state.machine, &bench.offers);
    if plans.is_empty() {
        state.notices.run_failed("There is nothing to run: check at least one engine that can run here.");
        return;
    }
    if plans.iter().any(|(_, plan)| plan.workload.code().is_some()) && !state.may_run_code(lesson) {
        state.overlay = Overlay::Agreement;
        return;
    }
    let told = |(index, plan): &(usize, ExperimentPlan)| {
        let experiment = group.experiments.get(*index).and_then(|place| lesson.experiments.get(*place))?;
        let title = experiment.title.of(&plan.workload);
        Some(ExperimentOpening { title, claims: experiment.claims.clone() })
    };
    let opening = Opening {
        program: services.program.clone(),
        started_at: now_in_words(),
        machine: state.machine.clone(),
        lesson: lesson.id.clone(),
        lesson_title: lesson.title.clone(),
        experiments: plans.iter().filter_map(told).collect(),
    };
    let id = RunId(services.next_run);
    services.next_run += 1;
    let request = RunRequest {
        run_id: id,
        experiments: plans.into_iter().map(|(_, plan)| plan).collect(),
        precision: state.session.precision,
        // What JSON readers keep exactly.
        seed: fastrand::u64(..1 << 53),
        switch_interval_us: state.session.switch_interval_us,
    };
    let run = Run::new(&request, opening);
    let audience = Box::new(WindowAudience::new(ctx.clone(), services.frames.clone()));
    match services.laboratory.start(request, audience) {
        Ok(handle) => {
            services.run = Some(handle);
            state.notices.forget_runs();
            state.code_faults.remove(&run.record().lesson);
            state.session.hint_dismissed = true;
            state.run = Some(LiveRun {
                id,
                group: group.key,
                run,
                timelines: Vec::new(),
                progress: None,
                elapsed: Duration::ZERO,
                asked_at,
                is_drawn: false,
                stopping: false,
            });
        }
        Err(error) => state.notices.run_failed(format!("Failed to start the run: {error}.")),
    }
    bench::refresh_figure(state);
}

/// Starts the run that the reader has asked for while something else was going on, when that is over.
pub(super) fn start_if_wanted(state: &mut State, services: &mut Services, ctx: &egui::Context) {
    if state.wish == Wish::Run && !state.is_machine_busy() {
        start(state, services, ctx);
    }
}

/// The time in words that other programs understand, to the second.
fn now_in_words() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Asks for the end of the run.
pub(super) fn stop(state: &mut State, services: &Services) {
    if let (Some(live), Some(handle)) = (&mut state.run, &services.run) {
        live.stopping = true;
        handle.cancel();
    }
}

/// Takes in what the engine says, for at most 5 ms. Asks for another frame where more is waiting.
pub(in crate::ui) fn drain_events(state: &mut State, services: &mut Services, ctx: &egui::Context) {
    let Some(handle) = &services.run else { return };
    let began = Instant::now();
    let mut outcome = None;
    let mut is_fresh = false;
    while began.elapsed() < DRAIN_TIME && outcome.is_none() {
        match handle.events().try_recv() {
            Ok(event) => {
                let Some(live) = state.run.as_mut().filter(|live| live.id == event.run_id) else { continue };
                fold::apply(&mut live.run, &event);
                live.elapsed = event.elapsed;
                is_fresh = true;
                match event.kind {
                    EventKind::RoundFinished(progress) => live.progress = Some(progress),
                    EventKind::TimelineRecorded { experiment, timeline, .. } => {
                        live.timelines.push((experiment, Arc::new(*timeline)));
                    }
                    EventKind::Finished(how) => outcome = Some(how),
                    _ => {}
                }
            }
            Err(crossbeam_channel::TryRecvError::Empty) => break,
            Err(crossbeam_channel::TryRecvError::Disconnected) => {
                outcome = Some(Outcome::Failed("the engine ended without saying how".to_owned()));
            }
        }
    }
    let is_waiting = !handle.events().is_empty();
    if let Some(outcome) = outcome {
        services.run = None;
        conclude(outcome, state, services);
    } else if is_waiting {
        ctx.request_repaint();
    }
    if is_fresh || services.run.is_none() {
        bench::refresh_figure(state);
    }
}

/// Keeps what a run measured.
fn conclude(outcome: Outcome, state: &mut State, services: &Services) {
    let Some(live) = state.run.take() else { return };
    if let Outcome::Failed(reason) = &outcome {
        let of_code = code::note_fault(reason, live.run.record(), state);
        let words = of_code.unwrap_or_else(|| format!("The run failed: {reason}. What was measured before is kept."));
        state.notices.run_failed(words);
    }
    let mut record = live.run.into_record();
    if record.rounds == 0 && record.experiments.iter().all(|experiment| experiment.results.is_empty()) {
        return;
    }
    bench::keep_predictions(&mut record, &live.group, state);
    if outcome == Outcome::Completed {
        let lesson = record.lesson.clone();
        state.session.reach(&lesson, LessonProgress::Run);
    }
    let is_finished = outcome == Outcome::Completed;
    // A run that was stopped shows what it has, and the way back to the finished one.
    let finished = state.measured.remove(&live.group).filter(|_| !is_finished).and_then(|before| {
        if before.outcome == Some(Outcome::Completed) { Some(Box::new(before)) } else { before.finished }
    });
    let record = Arc::new(record);
    if finished.is_none() {
        keep_result(&live.group, &record, state, services);
    }
    let measured =
        Measured { record, outcome: Some(outcome), timelines: live.timelines, since: Since::ThisStart, finished };
    state.measured.insert(live.group, measured);
}

/// Hands a result over to be kept.
fn keep_result(group: &str, record: &Arc<RunRecord>, state: &mut State, services: &Services) {
    if let Some(dir) = state.config_dir.clone() {
        let task = Task::KeepResult { dir, group: group.to_owned(), record: Arc::clone(record) };
        send(task, state, services);
    }
}

/// Shows the finished run again that a stopped one stands before.
pub(super) fn show_finished(state: &mut State) {
    let Some(key) = state.bench.as_ref().and_then(Bench::group).map(|group| group.key.clone()) else {
        return;
    };
    if let Some(finished) = state.measured.get_mut(&key).and_then(|measured| measured.finished.take()) {
        state.measured.insert(key, *finished);
        bench::refresh_figure(state);
    }
}

/// Shows what was measured before this start, where nothing was measured since.
pub(super) fn restore_results(results: Vec<(String, RunRecord)>, state: &mut State) {
    for (group, record) in results {
        let outcome = match record.completion {
            Completion::Completed => Some(Outcome::Completed),
            // Nothing tells any more whether it was stopped or failed.
            Completion::Partial => None,
        };
        state.measured.entry(group).or_insert_with(|| Measured {
            record: Arc::new(record),
            outcome,
            timelines: Vec::new(),
            since: Since::Before,
            finished: None,
        });
    }
    bench::refresh_figure(state);
}
