//! Windows that go wrong, engines that fail, and runs that are stopped.

use super::*;

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
