//! Whole runs of scripted engines: what is measured, in which order, and how it ends.

use super::*;
use crate::engine::handle::RunHandle;
use crate::engine::message::Event;
use crate::engine::mock::{self, Asked, AskedLog, Fault, MockClock, MockEngine};
use crate::engine::quiet::NoAudience;
use crate::model::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan, RunId};
use crate::model::series::EngineKind;
use crate::model::stopping::Precision;
use crate::model::workload::WorkloadKind;

fn native() -> SeriesKey {
    SeriesKey::of(EngineKind::Native)
}

fn model() -> SeriesKey {
    SeriesKey::of(EngineKind::GilModel)
}

fn plan(id: &str, kind: WorkloadKind, series: &[SeriesKey], threads: &[usize]) -> ExperimentPlan {
    ExperimentPlan {
        id: id.to_owned(),
        workload: Workload::new(kind),
        series: series.to_vec(),
        threads: threads.iter().copied().map(ThreadCount::clamped).collect(),
    }
}

fn request(experiments: Vec<ExperimentPlan>) -> RunRequest {
    RunRequest {
        run_id: RunId(7),
        experiments,
        precision: Precision::Quick,
        seed: 42,
        switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
    }
}

fn both() -> RunRequest {
    request(vec![
        plan("cpu", WorkloadKind::CountPrimes, &[model(), native()], &[1, 2, 4]),
        plan("waiting", WorkloadKind::Wait, &[model(), native()], &[1, 2, 4]),
    ])
}

/// Runs to the end, with `engines` made on a fresh clock.
fn run_with(request: RunRequest, engines: impl FnOnce(&MockClock) -> Vec<MockEngine>) -> Vec<EventKind> {
    let clock = MockClock::new();
    let engines = engines(&clock).into_iter().map(|engine| Box::new(engine) as Box<dyn Engine>).collect();
    let run =
        RunHandle::start_in(request, engines, Box::new(NoAudience), mock::surroundings(&clock)).expect("it starts");
    run.events().iter().map(|event| event.kind).collect()
}

fn textbook(request: RunRequest) -> Vec<EventKind> {
    let clock = MockClock::new();
    let engines = mock::engines(&request, &clock);
    let run =
        RunHandle::start_in(request, engines, Box::new(NoAudience), mock::surroundings(&clock)).expect("it starts");
    run.events().iter().map(|event| event.kind).collect()
}

fn samples(events: &[EventKind]) -> Vec<(usize, Curve, Window)> {
    let sample = |event: &EventKind| match event {
        EventKind::SampleMeasured { experiment, curve, window } => {
            Some((*experiment, curve.clone(), (**window).clone()))
        }
        _ => None,
    };
    events.iter().filter_map(sample).collect()
}

fn warnings(events: &[EventKind]) -> Vec<Warning> {
    let warning = |event: &EventKind| match event {
        EventKind::Warned { warning, .. } => Some(warning.clone()),
        _ => None,
    };
    events.iter().filter_map(warning).collect()
}

#[test]
fn events_come_in_the_documented_order() {
    let events = textbook(both());
    assert_eq!(events.first(), Some(&EventKind::Started));
    assert_eq!(events.last(), Some(&EventKind::Finished(Outcome::Completed)));
    assert_eq!(events.iter().filter(|event| matches!(event, EventKind::Finished(_) | EventKind::Started)).count(), 2);
    let mut round = 0;
    for event in &events {
        match event {
            EventKind::SampleMeasured { window, .. } => assert_eq!(window.round, round),
            EventKind::RoundFinished(progress) => {
                round += 1;
                assert_eq!(progress.rounds, round);
            }
            _ => {}
        }
    }
}

#[test]
fn a_clear_machine_is_done_at_the_second_look() {
    let events = textbook(both());
    assert_eq!(warnings(&events), []);
    let last = events.iter().rev().find_map(|event| match event {
        EventKind::RoundFinished(progress) => Some(*progress),
        _ => None,
    });
    let last = last.expect("there are rounds");
    assert_eq!((last.rounds, last.next_look), (9, 12));
    assert!(last.widest.is_some_and(|widest| widest <= 0.10), "{last:?}");
}

#[test]
fn a_round_holds_every_point_once_and_the_ceiling() {
    let events = textbook(both());
    let first: Vec<_> = samples(&events).into_iter().filter(|(_, _, window)| window.round == 0).collect();
    for experiment in 0..2 {
        for curve in [Curve::Series(model()), Curve::Series(native()), Curve::Ceiling] {
            let mut counts: Vec<usize> = first
                .iter()
                .filter(|(of, is, _)| *of == experiment && *is == curve)
                .map(|(_, _, window)| window.threads.get())
                .collect();
            counts.sort_unstable();
            assert_eq!(counts, [1, 2, 4], "{experiment} {curve:?}");
        }
    }
    // The first windows are those of one thread.
    assert!(first.iter().take_while(|(_, _, window)| window.threads == ThreadCount::ONE).count() >= 4);
}

#[test]
fn dropping_a_handle_in_mid_run_ends_it() {
    let clock = MockClock::new();
    let engine = MockEngine::new(native(), clock.clone()).fault_at(3, Fault::Hang);
    let request = request(vec![plan("cpu", WorkloadKind::CountPrimes, &[native()], &[1, 2, 4])]);
    let run = RunHandle::start_in(request, vec![Box::new(engine)], Box::new(NoAudience), mock::surroundings(&clock));
    let run = run.expect("it starts");
    let events = run.events().clone();
    assert_eq!(events.recv().map(|event: Event| event.kind), Ok(EventKind::Started));
    drop(run);
    // The clone hears the end, so the thread is gone.
    assert!(events.iter().count() > 0);
}

#[test]
fn what_was_asked_of_the_engines_depends_on_the_seed_alone() {
    let asked = |seed: u64| -> Vec<Asked> {
        let log = AskedLog::default();
        run_with(RunRequest { seed, ..both() }, |clock| {
            vec![
                MockEngine::new(native(), clock.clone()).logging(&log),
                MockEngine::new(model(), clock.clone()).logging(&log),
            ]
        });
        log.read()
    };
    assert_eq!(asked(1), asked(1));
    assert_ne!(asked(1), asked(2));
}
