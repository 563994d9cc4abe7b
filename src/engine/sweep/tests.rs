//! Whole runs of scripted engines: what is measured, in which order, and how it ends.

use super::*;
use crate::engine::handle::{RunHandle, StartError};
use crate::engine::message::Event;
use crate::engine::mock::{self, Asked, AskedLog, Fault, MockClock, MockEngine};
use crate::engine::quiet::NoAudience;
use crate::engine::schedule::LONGEST_PLAIN_WINDOW;
use crate::model::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan, RunId};
use crate::model::series::EngineKind;
use crate::model::stopping::Precision;
use crate::model::workload::WorkloadKind;

mod faults;

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

fn primes(threads: &[usize]) -> RunRequest {
    request(vec![plan("cpu", WorkloadKind::CountPrimes, &[native()], threads)])
}

fn outcome(events: &[EventKind]) -> &Outcome {
    match events.last() {
        Some(EventKind::Finished(outcome)) => outcome,
        other => panic!("the last event is {other:?}"),
    }
}

#[test]
fn windows_grow_when_the_first_ones_show_that_units_are_long() {
    let log = AskedLog::default();
    let events = run_with(primes(&[1, 2]), |clock| {
        let slow = MockEngine::new(native(), clock.clone()).throughput(|_, threads| 40.0 * threads.as_f64());
        vec![slow.logging(&log)]
    });
    // Twenty units of 25 ms.
    let wanted = Duration::from_millis(500);
    let asked = log.read();
    assert_eq!(asked[0].length, LONGEST_PLAIN_WINDOW);
    assert!(asked[1..].iter().all(|asked| asked.length == wanted), "{:?}", &asked[..4]);
    assert!(samples(&events).iter().all(|(_, _, window)| window.units >= 20));
}

#[test]
fn a_noisy_machine_spends_the_budget_and_says_what_was_reached() {
    let events = run_with(primes(&[1, 2, 4, 8]), |clock| vec![MockEngine::new(native(), clock.clone()).noise(0.8, 3)]);
    let warnings = warnings(&events);
    let [Warning::TargetNotReached { target, reached }] = warnings[..] else { panic!("{warnings:?}") };
    assert!(reached.is_some_and(|reached| reached > target), "{reached:?} {target}");
    let ends: Vec<f64> = samples(&events).iter().map(|(_, _, window)| window.started_s + window.wall_s).collect();
    let last = ends.into_iter().fold(0.0, f64::max);
    assert!((9.0..=10.0).contains(&last), "{last} s of 10");
}

#[test]
fn too_few_rounds_for_an_interval_are_said() {
    // Six windows a round of 1 s and more: one round nearly fills the budget of 10 s, and two of them twice that.
    let waits = || {
        let mut plan = plan("slow", WorkloadKind::Wait, &[native()], &[1, 2, 3, 4, 5, 6]);
        plan.workload = plan.workload.with("wait_ms", 500.0).expect("it is in range");
        request(vec![plan])
    };
    let events = run_with(waits(), |clock| {
        let two_per_sec = |workload: &Workload, threads: ThreadCount| match workload.bound() {
            Bound::Waiting => 2.0 * threads.as_f64(),
            _ => 1000.0,
        };
        vec![MockEngine::new(native(), clock.clone()).throughput(two_per_sec)]
    });
    assert_eq!(warnings(&events), [Warning::TooFewRounds { rounds: 2 }]);
    assert_eq!(outcome(&events), &Outcome::Completed);
}

#[test]
fn six_rounds_may_take_longer_than_the_budget() {
    let mut plan = plan("waiting", WorkloadKind::Wait, &[native(), model()], &[1, 2, 3, 4, 5]);
    plan.workload = plan.workload.with("wait_ms", 10.0).expect("it is in range");
    let events = run_with(request(vec![plan]), |clock| {
        let waiting = |workload: &Workload, threads: ThreadCount| match workload.bound() {
            Bound::Waiting => 100.0 * threads.as_f64(),
            _ => 50_000.0,
        };
        [native(), model()].map(|key| MockEngine::new(key, clock.clone()).throughput(waiting)).into()
    });
    let progress: Vec<Progress> = events
        .iter()
        .filter_map(|event| match event {
            EventKind::RoundFinished(progress) => Some(*progress),
            _ => None,
        })
        .collect();
    assert_eq!(progress.len(), 6);
    // After four rounds the budget is spent, and two are still to come.
    assert!(progress[3].time_left > Duration::from_secs(1), "{:?}", progress[3]);
    assert_eq!(progress[5].time_left, Duration::ZERO);
}

#[test]
fn later_rounds_are_spent_on_wide_points_beside_one_thread_and_the_ceiling() {
    let events = run_with(RunRequest { precision: Precision::Normal, ..both() }, |clock| {
        vec![
            MockEngine::new(native(), clock.clone()),
            // Noise at four threads only.
            MockEngine::new(model(), clock.clone()).throughput({
                let random = std::sync::Mutex::new(Rng::with_seed(9));
                move |_, threads| {
                    let noise = random.lock().map_or(0.0, |mut random| random.f64());
                    if threads.get() == 4 { 1000.0 + 4000.0 * noise } else { 1000.0 * threads.as_f64() }
                }
            }),
        ]
    });
    let late = samples(&events).into_iter().filter(|(_, _, window)| window.round >= 9);
    let mut measured: Vec<(usize, String, usize)> = late
        .map(|(experiment, curve, window)| {
            let curve = match curve {
                Curve::Series(key) => key.engine.id().to_owned(),
                Curve::Ceiling => "ceiling".to_owned(),
            };
            (experiment, curve, window.threads.get())
        })
        .collect();
    measured.sort();
    measured.dedup();
    let of = |experiment: usize, curve: &str, threads: usize| (experiment, curve.to_owned(), threads);
    let expected: Vec<_> = (0..2)
        .flat_map(|experiment| {
            // In the first experiment the ceiling's windows are those of a series.
            let native = (experiment == 0).then(|| [of(0, "native", 1), of(0, "native", 4)]);
            let always = ["ceiling", "gil-model"].map(|curve| [of(experiment, curve, 1), of(experiment, curve, 4)]);
            always.into_iter().chain(native).flatten()
        })
        .collect();
    assert_eq!(measured, expected);
}

#[test]
fn a_series_that_cannot_be_measured_is_named_and_the_others_go_on() {
    let threads = SeriesKey::of(EngineKind::PythonThreads);
    let asked = request(vec![plan("cpu", WorkloadKind::CountPrimes, &[native(), model(), threads.clone()], &[1, 2])]);
    let events = run_with(asked, |clock| {
        vec![
            MockEngine::new(native(), clock.clone()),
            MockEngine::new(model(), clock.clone()).unavailable("it is on holiday"),
        ]
    });
    let failed =
        |key: &SeriesKey, reason: &str| Warning::SeriesFailed { series: key.label(), reason: reason.to_owned() };
    assert_eq!(warnings(&events), [failed(&model(), "it is on holiday"), failed(&threads, "no such engine is here")]);
    assert_eq!(outcome(&events), &Outcome::Completed);
}

#[test]
fn a_run_without_any_series_fails_with_the_reason() {
    let asked = request(vec![plan("cpu", WorkloadKind::CountPrimes, &[model()], &[1, 2])]);
    let events = run_with(asked, |clock| {
        vec![
            MockEngine::new(native(), clock.clone()),
            MockEngine::new(model(), clock.clone()).unavailable("it is on holiday"),
        ]
    });
    let reason = "GIL model cannot be measured: it is on holiday";
    assert_eq!(outcome(&events), &Outcome::Failed(reason.to_owned()));
    assert_eq!(samples(&events), [], "the ceiling alone answers nothing");
}

#[test]
fn a_timeline_comes_once_for_each_thread_count_right_after_its_sample() {
    let events = textbook(both());
    let mut places = Vec::new();
    for pair in events.windows(2) {
        if let EventKind::TimelineRecorded { experiment, curve, timeline } = &pair[1] {
            let EventKind::SampleMeasured { window, curve: of, .. } = &pair[0] else { panic!("{:?}", pair[0]) };
            assert_eq!((window.threads, of), (timeline.threads, curve));
            assert_eq!(*curve, Curve::Series(model()));
            places.push((*experiment, timeline.threads.get()));
        }
    }
    places.sort_unstable();
    assert_eq!(places, [(0, 1), (0, 2), (0, 4), (1, 1), (1, 2), (1, 4)]);
}

#[test]
fn measuring_never_waits_for_a_reader_that_has_stopped_reading() {
    let clock = MockClock::new();
    let log = AskedLog::default();
    let engine = MockEngine::new(native(), clock.clone()).noise(0.8, 3).logging(&log);
    // About a thousand events, which the channel has no room for.
    let many = RunRequest { precision: Precision::Thorough, ..primes(&[1, 2, 3, 4, 5, 6, 7, 8]) };
    let run = RunHandle::start_in(many, vec![Box::new(engine)], Box::new(NoAudience), mock::surroundings(&clock));
    let run = run.expect("it starts");
    let began = std::time::Instant::now();
    while log.read().len() < 400 {
        assert!(began.elapsed() < Duration::from_mins(1), "the sweep waits for its reader");
        std::thread::yield_now();
    }
    assert!(run.events().is_full());
    let events: Vec<EventKind> = run.events().iter().map(|event| event.kind).collect();
    assert_eq!(samples(&events).len(), log.read().len() * 2, "nothing was lost");
    assert_eq!(outcome(&events), &Outcome::Completed);
}

#[test]
fn a_request_that_asks_for_nothing_is_refused() {
    let check = |request: RunRequest| {
        let clock = MockClock::new();
        RunHandle::start_in(request, Vec::new(), Box::new(NoAudience), mock::surroundings(&clock)).err()
    };
    assert_eq!(check(request(Vec::new())), Some(StartError::NoExperiment));
    let no_series = plan("a", WorkloadKind::Wait, &[], &[1]);
    assert_eq!(check(request(vec![no_series])), Some(StartError::NoSeries("a".to_owned())));
    let no_threads = plan("b", WorkloadKind::Wait, &[native()], &[]);
    assert_eq!(check(request(vec![no_threads])), Some(StartError::NoThreads("b".to_owned())));
}
