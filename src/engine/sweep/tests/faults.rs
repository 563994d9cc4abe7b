//! Windows that go wrong, engines that fail, and runs that are stopped.

use super::*;
use crate::model::series::Interpreter;

#[test]
fn a_disturbed_window_is_measured_again() {
    let log = AskedLog::default();
    let events = run_with(primes(&[1, 2]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).logging(&log).fault_at(4, Fault::Observer(0.5))]
    });
    assert_eq!(warnings(&events), []);
    assert!(samples(&events).iter().all(|(_, _, window)| window.disturbance.is_none()));
    let asked = log.read();
    assert_eq!((asked[4].threads, asked[4].round), (asked[5].threads, asked[5].round), "the fifth was repeated");
    // Nine rounds of two points, and one repeat.
    assert_eq!(asked.len(), 19);
}

#[test]
fn a_window_disturbed_three_times_is_kept_and_the_run_warns() {
    let log = AskedLog::default();
    let events = run_with(primes(&[1]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).logging(&log).always(Fault::Observer(0.5))]
    });
    let asked = log.read();
    // Each is a sample of the series and of the ceiling.
    assert_eq!(asked.len(), samples(&events).len() / 2 * 3);
    assert!(samples(&events).iter().all(|(_, _, window)| window.disturbance.is_some()));
    let kept = u32::try_from(asked.len() / 3).expect("a small number");
    assert_eq!(warnings(&events), [Warning::Observer { windows: kept, share_of_core: 0.5 }]);
}

#[test]
fn an_overlong_window_is_measured_again() {
    let log = AskedLog::default();
    let events = run_with(primes(&[1, 2]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).logging(&log).fault_at(4, Fault::Overlong(9))]
    });
    assert_eq!(warnings(&events), []);
    assert!(samples(&events).iter().all(|(_, _, window)| window.disturbance.is_none()));
    assert_eq!(log.read().len(), 19, "nine rounds of two points, and one repeat");
}

/// When the last window of a run ended.
fn end(events: &[EventKind]) -> f64 {
    samples(events).iter().map(|(_, _, window)| window.started_s + window.wall_s).fold(0.0, f64::max)
}

#[test]
fn a_starved_machine_gets_no_more_time_than_the_budget_allows() {
    // Each window lasts 29 s instead of 0.2: the second begins after the time is over, although the round needs it.
    let log = AskedLog::default();
    let events = run_with(primes(&[1, 2, 4]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).logging(&log).always(Fault::Overlong(145))]
    });
    assert_eq!(outcome(&events), &Outcome::Completed);
    assert_eq!(log.read().len(), 1, "no repeat, no second window");
    let warnings = warnings(&events);
    let [Warning::Overlong { windows: 1, times }, Warning::TooFewRounds { rounds: 0 }] = warnings[..] else {
        panic!("{warnings:?}")
    };
    assert!((times - 145.0).abs() < 1e-9, "{times}");
}

#[test]
fn overlong_windows_in_later_rounds_end_the_run_within_one_window_of_its_budget() {
    // Noise keeps it going until the budget of 10 s is spent; from the 26th on each window lasts more than a second.
    let events = run_with(primes(&[1, 2, 4]), |clock| {
        let engine = MockEngine::new(native(), clock.clone()).noise(0.8, 3);
        vec![(25..200).fold(engine, |engine, window| engine.fault_at(window, Fault::Overlong(6)))]
    });
    assert_eq!(outcome(&events), &Outcome::Completed);
    let longest = samples(&events).iter().map(|(_, _, window)| window.wall_s).fold(0.0, f64::max);
    assert!(end(&events) <= 10.0 + longest, "{} s of 10 and one window of {longest} s", end(&events));
    assert!(warnings(&events).iter().any(|warning| matches!(warning, Warning::Overlong { .. })));
}

#[test]
fn an_impossible_window_is_discarded_measured_again_and_reported() {
    let log = AskedLog::default();
    let events = run_with(primes(&[1, 2]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).logging(&log).fault_at(1, Fault::Impossible)]
    });
    assert_eq!(warnings(&events), [Warning::Impossible { windows: 1 }]);
    assert_eq!(log.read().len(), 19);
    assert_eq!(samples(&events).len(), 9 * 2 * 2);
}

#[test]
fn a_point_that_is_always_impossible_has_no_sample() {
    let events =
        run_with(primes(&[1]), |clock| vec![MockEngine::new(native(), clock.clone()).always(Fault::Impossible)]);
    assert_eq!(samples(&events), []);
    assert_eq!(outcome(&events), &Outcome::Completed);
    let warnings = warnings(&events);
    assert!(matches!(warnings[..], [Warning::Impossible { .. }, Warning::TooFewRounds { rounds: 0 }]), "{warnings:?}");
}

#[test]
fn an_engine_that_fails_ends_the_run_and_what_was_measured_stays() {
    let events = run_with(primes(&[1, 2]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).fault_at(2, Fault::Fail("the kettle boiled over".to_owned()))]
    });
    assert_eq!(samples(&events).len(), 2 * 2);
    let Outcome::Failed(reason) = outcome(&events) else { panic!("{:?}", outcome(&events)) };
    assert!(reason.starts_with("Native threads at "), "{reason}");
    assert!(reason.ends_with(": the kettle boiled over"), "{reason}");
}

#[test]
fn a_panic_ends_the_run_and_not_the_program() {
    let events = run_with(primes(&[1, 2]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).fault_at(2, Fault::Panic("a defect, on purpose".to_owned()))]
    });
    assert_eq!(samples(&events).len(), 2 * 2);
    assert_eq!(outcome(&events), &Outcome::Failed("a fault in Threadlab: a defect, on purpose".to_owned()));
}

#[test]
fn a_cancelled_run_keeps_what_was_measured() {
    let clock = MockClock::new();
    let engine = MockEngine::new(native(), clock.clone()).fault_at(3, Fault::Hang);
    let run =
        RunHandle::start_in(primes(&[1, 2]), vec![Box::new(engine)], Box::new(NoAudience), mock::surroundings(&clock));
    let run = run.expect("it starts");
    let mut events = Vec::new();
    for event in run.events() {
        events.push(event.kind);
        // The next window hangs.
        if samples(&events).len() == 3 * 2 {
            run.cancel();
        }
    }
    assert_eq!(samples(&events).len(), 3 * 2);
    assert_eq!(outcome(&events), &Outcome::Cancelled);
    assert_eq!(warnings(&events), [], "a run that was stopped has no target to miss");
}

#[test]
fn a_window_in_which_no_unit_ended_is_measured_again_and_longer() {
    let log = AskedLog::default();
    run_with(primes(&[1]), |clock| {
        vec![MockEngine::new(native(), clock.clone()).logging(&log).fault_at(0, Fault::NoUnits)]
    });
    let asked = log.read();
    assert_eq!(asked[1].length, asked[0].length * 4);
    assert_eq!((asked[0].round, asked[1].round), (0, 0));
}

fn free_threaded(gil: bool) -> SeriesKey {
    let (path, version) = ("/python3.13t".to_owned(), "3.13.1".to_owned());
    let python = Interpreter { path, version, free_threaded: true, gil_enabled: Some(gil), gil_forced_off: false };
    SeriesKey::in_interpreter(EngineKind::PythonThreads, python)
}

/// The curves of the results, each with whether it has windows, of a run whose engine without the GIL finds it on.
fn measured_with_gil(series: &[SeriesKey], back_at: u64) -> (Vec<(SeriesKey, bool)>, Vec<Warning>) {
    let request = request(vec![plan("own", WorkloadKind::Wait, series, &[1, 2])]);
    let opening = crate::model::run::Opening {
        program: String::new(),
        started_at: String::new(),
        machine: mock::machine(),
        lesson: String::new(),
        lesson_title: String::new(),
        experiments: Vec::new(),
    };
    let mut run = crate::model::run::Run::new(&request, opening);
    let clock = MockClock::new();
    let engine = |key: &SeriesKey| {
        let engine = MockEngine::new(key.clone(), clock.clone());
        let engine = if *key == free_threaded(false) { engine.fault_at(back_at, Fault::GilCameBack) } else { engine };
        Box::new(engine) as Box<dyn Engine>
    };
    let engines = series.iter().map(engine).collect();
    let handle = RunHandle::start_in(request, engines, Box::new(NoAudience), mock::surroundings(&clock));
    let events: Vec<_> = handle.expect("it starts").events().iter().collect();
    for event in &events {
        crate::engine::fold::apply(&mut run, event);
    }
    let kinds: Vec<EventKind> = events.into_iter().map(|event| event.kind).collect();
    assert_eq!(outcome(&kinds), &Outcome::Completed);
    let results = &run.record().experiments[0].results;
    let curves = results.series.iter().map(|it| (it.key.clone(), !it.points.is_empty())).collect();
    (curves, warnings(&kinds))
}

#[test]
fn a_series_whose_gil_came_back_is_measured_under_the_name_of_what_held() {
    let (on, off) = (free_threaded(true), free_threaded(false));
    let warning = |is_twin| Warning::GilCameBack { series: off.label(), instead: on.label(), is_twin };
    // The series asked for besides goes on.
    let alone = measured_with_gil(&[off.clone(), native()], 0);
    assert_eq!(alone, (vec![(on.clone(), true), (native(), true)], vec![warning(false)]));
    let both = measured_with_gil(&[off.clone(), on.clone()], 0);
    assert_eq!(both, (vec![(on.clone(), true)], vec![warning(true)]));
    // What was measured before without the GIL stays under its own name.
    let late = measured_with_gil(&[off.clone(), native()], 5);
    assert_eq!(late, (vec![(off.clone(), true), (native(), true), (on.clone(), true)], vec![warning(false)]));
}
