//! Whole windows with real workers.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rstest::rstest;

use super::*;
use crate::engine::fixture::order;
use crate::model::workload::{Workload, WorkloadKind};
use crate::workload::{NoGil, Workshop};

/// Tells what happens to a worker, and panics where the test wants it.
struct Told<'a> {
    entered: &'a (dyn Fn() + Sync),
    left: &'a AtomicUsize,
    panics: bool,
}

impl Context for Told<'_> {
    fn enter(&mut self) {
        (self.entered)();
        assert!(!self.panics, "a worker that panics, on purpose");
    }
    fn poll(&mut self) {}
    fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        wait()
    }
    fn leave(&mut self) {
        self.left.fetch_add(1, Ordering::SeqCst);
    }
}

#[rstest]
#[case(WorkloadKind::Wait, "wait_ms")]
#[case(WorkloadKind::Socket, "delay_ms")]
fn cancelling_ends_workers_that_wait_long(#[case] kind: WorkloadKind, #[case] parameter: &str) {
    let workload = Workload::new(kind).with(parameter, 1000.0).expect("it is in range");
    let order = order(&workload, 8, Duration::from_hours(1));
    let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
    let stop = prepared.stop_signal();
    let setting = Setting { order: &order, prepared: &prepared, stop: &stop, cores: 8, thread_name: "cancelled" };
    let (cancel, entered, left) = (CancelFlag::new(), AtomicUsize::new(0), AtomicUsize::new(0));
    let tell = || {
        if entered.fetch_add(1, Ordering::SeqCst) == 7 {
            cancel.raise();
        }
    };
    let context = |_| Told { entered: &tell, left: &left, panics: false };
    let result = measure(&setting, context, || None, &cancel);
    assert_eq!(result.map(|measured| measured.window.units), Err(MeasureError::Cancelled));
    assert_eq!(left.load(Ordering::SeqCst), 8, "every worker has ended");
}

#[test]
fn computing_workers_end_although_their_coordinator_does_nothing() {
    // As on a machine where it gets no core for a long time: here it is kept busy in its first snapshot until all have left.
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let order = order(&workload, 64, Duration::from_hours(1));
    let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
    let stop = prepared.stop_signal();
    let setting = Setting { order: &order, prepared: &prepared, stop: &stop, cores: 64, thread_name: "starved" };
    let (cancel, left, left_before) = (CancelFlag::new(), AtomicUsize::new(0), AtomicUsize::new(0));
    let context = |_| Told { entered: &|| {}, left: &left, panics: false };
    let snapshot = || {
        cancel.raise();
        let patience = Instant::now() + Duration::from_mins(1);
        while left.load(Ordering::SeqCst) < 64 && Instant::now() < patience {
            std::thread::yield_now();
        }
        left_before.fetch_max(left.load(Ordering::SeqCst), Ordering::SeqCst);
        None
    };
    let result = measure(&setting, context, snapshot, &cancel);
    assert_eq!(left_before.load(Ordering::SeqCst), 64, "some workers waited for their coordinator");
    assert_eq!(result.map(|measured| measured.window.units), Err(MeasureError::Cancelled));
}

#[test]
fn a_stop_that_comes_with_the_last_snapshot_is_no_window() {
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let order = order(&workload, 2, Duration::from_millis(20));
    let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
    let stop = prepared.stop_signal();
    let setting = Setting { order: &order, prepared: &prepared, stop: &stop, cores: 64, thread_name: "late" };
    let (cancel, first) = (CancelFlag::new(), OnceLock::new());
    let snapshot = || {
        if first.get_or_init(Instant::now).elapsed() >= order.length {
            cancel.raise();
        }
        None
    };
    let result = measure(&setting, |_| NoGil, snapshot, &cancel);
    let units = result.map(|measured| measured.window.units);
    assert_eq!(units, Err(MeasureError::Cancelled), "its workers may have ended before the second snapshot");
}

#[test]
fn a_run_that_is_stopped_already_starts_no_worker() {
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let order = order(&workload, 1024, Duration::from_hours(1));
    let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
    let stop = prepared.stop_signal();
    let setting = Setting { order: &order, prepared: &prepared, stop: &stop, cores: 64, thread_name: "never" };
    let (cancel, made) = (CancelFlag::new(), AtomicUsize::new(0));
    let context = |number| {
        made.fetch_add(1, Ordering::SeqCst);
        if number == 9 {
            cancel.raise();
        }
        NoGil
    };
    let result = measure(&setting, context, || None, &cancel);
    assert_eq!(result.map(|measured| measured.window.units), Err(MeasureError::Cancelled));
    assert_eq!(made.load(Ordering::SeqCst), 10);
}

#[test]
fn a_panic_in_one_worker_is_the_windows_error_and_the_others_end() {
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let order = order(&workload, 4, Duration::from_millis(1));
    let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
    let stop = prepared.stop_signal();
    let setting = Setting { order: &order, prepared: &prepared, stop: &stop, cores: 8, thread_name: "panicking" };
    let left = AtomicUsize::new(0);
    let context = |number| Told { entered: &|| {}, left: &left, panics: number == 2 };
    let result = measure(&setting, context, || None, &CancelFlag::new());
    let message = "a worker panicked: a worker that panics, on purpose".to_owned();
    assert_eq!(result.map(|measured| measured.window.units), Err(MeasureError::Failed(message)));
    assert_eq!(left.load(Ordering::SeqCst), 3);
}

#[cfg(target_os = "linux")]
#[test]
fn workers_have_names_and_none_is_left() {
    fn named() -> usize {
        let tasks = std::fs::read_dir("/proc/self/task").expect("Linux lists the threads");
        let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm"));
        tasks.flatten().filter_map(|task| name(task).ok()).filter(|name| name.starts_with("counted-")).count()
    }
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let order = order(&workload, 5, Duration::from_millis(5));
    let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
    let stop = prepared.stop_signal();
    let setting = Setting { order: &order, prepared: &prepared, stop: &stop, cores: 1024, thread_name: "counted" };
    let within = AtomicUsize::new(0);
    let switches = || {
        within.store(named(), Ordering::SeqCst);
        None
    };
    let measured = measure(&setting, |_| NoGil, switches, &CancelFlag::new()).expect("nothing stops it");
    assert_eq!((within.load(Ordering::SeqCst), measured.contexts.len()), (5, 5));
    // The kernel takes a moment to forget a thread that has been joined.
    let mut looks = 0;
    while named() > 0 && looks < 1000 {
        thread::yield_now();
        looks += 1;
    }
    assert_eq!(named(), 0, "workers are left");
}
