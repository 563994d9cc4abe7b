//! What every engine must do, whatever it runs the units on. Each engine of this process is put through all of it.

use std::sync::Arc;
use std::time::Duration;

use rstest::rstest;

use super::cancel::CancelFlag;
use super::fixture;
use super::gil::GilModel;
use super::mock::{MockClock, MockEngine};
use super::native::NativeEngine;
#[cfg(target_os = "linux")]
use super::window::check_possible;
use super::{Engine, MeasureError, Support, WindowOrder, machine};
use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::window::Window;
use crate::model::workload::{Bound, Workload, WorkloadKind};
use crate::workload::Workshop;

/// The engine of that kind; a scripted one for a kind that this process does not run itself.
fn engine(kind: EngineKind) -> Box<dyn Engine> {
    let workshop = Arc::new(Workshop::new());
    match kind {
        EngineKind::Native => Box::new(NativeEngine::new(workshop, machine::cores())),
        EngineKind::GilModel => Box::new(GilModel::new(workshop, machine::cores(), DEFAULT_SWITCH_INTERVAL_US)),
        kind => Box::new(MockEngine::new(SeriesKey::of(kind), MockClock::new())),
    }
}

/// How long an ordered window is. Short: nothing here depends on the figures themselves.
const LENGTH: Duration = Duration::from_millis(30);

fn measure(
    engine: &mut dyn Engine,
    workload: &Workload,
    threads: usize,
    cancel: &CancelFlag,
    length: Duration,
) -> Result<Window, MeasureError> {
    let order =
        WindowOrder { round: 3, warm_up: Duration::from_millis(5), ..fixture::order(workload, threads, length) };
    engine.measure(&order, cancel)
}

/// A window, measured again where the machine's noise made one impossible or its worker got no core at all, as a sweep does.
#[track_caller]
fn window(engine: &mut dyn Engine, workload: &Workload, threads: usize) -> Window {
    let mut length = LENGTH;
    for _ in 0..50 {
        match measure(engine, workload, threads, &CancelFlag::new(), length) {
            Ok(window) if window.units > 0 => return window,
            // Some units take longer than the window.
            Ok(_) => length = (length * 2).min(Duration::from_secs(2)),
            Err(MeasureError::Impossible { .. }) => {}
            Err(error) => panic!("{workload:?} on {threads} threads: {error}"),
        }
    }
    panic!("every window was impossible or without a unit");
}

#[rstest]
fn windows_say_what_was_asked_and_count_units(
    #[values(EngineKind::Native, EngineKind::GilModel, EngineKind::PythonThreads)] kind: EngineKind,
    #[values(
        WorkloadKind::CountPrimes,
        WorkloadKind::Wait,
        WorkloadKind::Socket,
        WorkloadKind::Mixed,
        WorkloadKind::Sha256,
        WorkloadKind::Zlib,
        WorkloadKind::LostUpdates,
        WorkloadKind::Sleeper,
        WorkloadKind::Critical,
        WorkloadKind::Semaphore,
        WorkloadKind::Counter,
        WorkloadKind::TwoLocks,
        WorkloadKind::StartJoin,
        WorkloadKind::Pool,
        WorkloadKind::Job
    )]
    work: WorkloadKind,
) {
    let mut engine = engine(kind);
    let workload = Workload::new(work);
    assert_eq!(engine.key(), &SeriesKey::of(kind));
    assert_eq!(engine.support(&workload), Support::Available);
    for threads in [1, 2, 5] {
        let window = window(&mut *engine, &workload, threads);
        assert_eq!((window.threads.get(), window.round), (threads, 3));
        assert!(window.units > 0, "{window:?}");
        assert!(window.wall_s >= LENGTH.as_secs_f64(), "{window:?}");
        assert!(window.started_s > 0.0, "{window:?}");
        assert_eq!(window.disturbance, None, "that is for the sweep to judge");
        for seconds in [window.workers_cpu_s, window.observer_cpu_s, window.server_cpu_s, window.run_delay_s] {
            assert!(seconds.is_none_or(|seconds| seconds >= 0.0), "{window:?}");
        }
        // On a busy machine it may be unknown, but units that only compute are never timed.
        assert!(window.latency_ms.is_none_or(|ms| ms > 0.0 && workload.bound() != Bound::Cpu), "{window:?}");
        assert_eq!(window.gil_switches.is_some(), kind == EngineKind::GilModel, "{window:?}");
    }
}

#[rstest]
fn a_wait_takes_at_least_its_time(#[values(EngineKind::Native, EngineKind::GilModel)] kind: EngineKind) {
    let workload = Workload::new(WorkloadKind::Wait);
    let mut engine = engine(kind);
    let latency_ms = (0..50).find_map(|_| window(&mut *engine, &workload, 3).latency_ms);
    let latency_ms = latency_ms.expect("waits are timed");
    assert!(latency_ms >= workload.value("wait_ms"), "{latency_ms}");
}

#[cfg(target_os = "linux")]
#[rstest]
fn cpu_time_is_known_and_possible(#[values(EngineKind::Native, EngineKind::GilModel)] kind: EngineKind) {
    let window = window(&mut *engine(kind), &Workload::new(WorkloadKind::CountPrimes), 3);
    let cores = window.cores_used().expect("Linux has thread clocks");
    assert!(cores > 0.0, "{window:?}");
    assert_eq!(check_possible(&window, machine::cores()), Ok(()));
    assert!(window.observer_cpu_s.is_some(), "{window:?}");
}

#[rstest]
fn the_longest_waits_end_when_the_run_is_cancelled(
    #[values(EngineKind::Native, EngineKind::GilModel)] kind: EngineKind,
    #[values(
        (WorkloadKind::Wait, "wait_ms", 1000.0),
        (WorkloadKind::Socket, "delay_ms", 1000.0),
        (WorkloadKind::Pool, "wait_ms", 1000.0),
        (WorkloadKind::StartJoin, "body_ms", 100.0),
        (WorkloadKind::Job, "job_ms", 10_000.0)
    )]
    (work, parameter, longest): (WorkloadKind, &'static str, f64),
) {
    let workload = Workload::new(work).with(parameter, longest).expect("it is in range");
    let cancel = CancelFlag::new();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| measure(&mut *engine(kind), &workload, 16, &cancel, Duration::from_hours(1)));
        // Early, in the start-up, must do as well as late (which the tests of `window` have): there is nothing to wait for.
        cancel.raise();
        let result = worker.join().expect("it does not panic");
        assert_eq!(result.map(|window| window.units), Err(MeasureError::Cancelled));
    });
}

fn set(kind: WorkloadKind, name: &str, word: &str) -> Workload {
    Workload::new(kind).with_written(name, &word.into()).expect("a choice that there is")
}

/// Windows of a workload, until one of them is as wanted.
#[track_caller]
fn some_window(kind: EngineKind, workload: &Workload, threads: usize, is_wanted: impl Fn(&Window) -> bool) {
    let mut engine = engine(kind);
    assert!((0..100).any(|_| is_wanted(&window(&mut *engine, workload, threads))), "{workload:?}");
}

#[rstest]
fn what_is_safe_loses_nothing(
    #[values(EngineKind::Native, EngineKind::GilModel)] kind: EngineKind,
    #[values(
        set(WorkloadKind::LostUpdates, "code", "lock"),
        set(WorkloadKind::Counter, "how", "one-lock"),
        set(WorkloadKind::Counter, "how", "sharded"),
        set(WorkloadKind::Counter, "how", "local")
    )]
    workload: Workload,
) {
    for threads in [1, 4] {
        let lost = window(&mut *engine(kind), &workload, threads).lost.expect("it is counted");
        assert!(lost.expected > 0 && lost.counted == lost.expected, "{lost:?}");
    }
}

#[test]
fn the_model_loses_updates_where_cpython_does() {
    for _ in 0..3 {
        let lost = window(&mut *engine(EngineKind::GilModel), &set(WorkloadKind::LostUpdates, "code", "plain"), 4).lost;
        assert!(
            lost.is_some_and(|lost| lost.counted == lost.expected),
            "between load and store nobody polls: {lost:?}"
        );
    }
    let loses = |window: &Window| window.lost.is_some_and(|lost| lost.counted < lost.expected);
    some_window(EngineKind::GilModel, &set(WorkloadKind::LostUpdates, "code", "call"), 4, loses);
    some_window(EngineKind::GilModel, &set(WorkloadKind::LostUpdates, "code", "sleep"), 4, loses);
    // One thread never loses anything, whatever the code.
    for word in ["plain", "call", "sleep"] {
        for kind in [EngineKind::Native, EngineKind::GilModel] {
            let lost = window(&mut *engine(kind), &set(WorkloadKind::LostUpdates, "code", word), 1).lost;
            assert!(lost.is_some_and(|lost| lost.counted == lost.expected), "{word}: {lost:?}");
        }
    }
}

#[rstest]
fn opposite_orders_deadlock_and_one_order_does_not(
    #[values(EngineKind::Native, EngineKind::GilModel)] kind: EngineKind,
) {
    let patient = |order| set(WorkloadKind::TwoLocks, "order", order).with("patience_ms", 10.0).expect("in range");
    some_window(kind, &patient("opposite"), 2, |window| {
        window.deadlocks.as_ref().is_some_and(|report| {
            report.in_words().is_some_and(|words| words.contains("thread 1 holds A and waits for B"))
        })
    });
    let report = window(&mut *engine(kind), &patient("same"), 4).deadlocks.expect("it is looked for");
    assert_eq!((report.count, report.last), (0, Vec::new()));
}

#[rstest]
fn quantiles_enclose_the_median(
    #[values(EngineKind::Native, EngineKind::GilModel)] kind: EngineKind,
    #[values(WorkloadKind::Sleeper, WorkloadKind::Semaphore, WorkloadKind::Wait)] work: WorkloadKind,
) {
    some_window(kind, &Workload::new(work), 2, |window| {
        let Some((median, quantiles)) = window.latency_ms.zip(window.latency_quantiles_ms) else { return false };
        let known: Vec<f64> = quantiles.into_iter().map_while(|quantile| quantile).collect();
        assert!(known.is_sorted() && (known[3] - median).abs() < 1e-9, "{window:?}");
        true
    });
}

#[rstest]
fn a_deadlock_ends_with_its_window(#[values(EngineKind::Native, EngineKind::GilModel)] kind: EngineKind) {
    let workload = set(WorkloadKind::TwoLocks, "order", "opposite").with("patience_ms", 1000.0).expect("in range");
    let cancel = CancelFlag::new();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| measure(&mut *engine(kind), &workload, 8, &cancel, Duration::from_hours(1)));
        cancel.raise();
        let result = worker.join().expect("it does not panic");
        assert_eq!(result.map(|window| window.units), Err(MeasureError::Cancelled));
    });
}
