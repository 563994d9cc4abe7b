//! The lock under a scheduler that tries many interleavings, and under real threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};

use super::super::monitor::{Flag, Monitor, Number, Primitives, Stop, Woken};
use super::{Gil, GilLock, Taking};
use crate::workload::StopFlag;

mod alone;

/// Primitives whose every step the scheduler of `shuttle` decides.
struct Scheduled;

struct ScheduledMonitor<T> {
    variables: T,
    mutex: shuttle::sync::Mutex<()>,
    condition: shuttle::sync::Condvar,
}

impl Primitives for Scheduled {
    type Monitor<T: Send + Sync> = ScheduledMonitor<T>;
    type Flag = shuttle::sync::atomic::AtomicBool;
    type Number = shuttle::sync::atomic::AtomicUsize;
    type Stop = ScheduledStop;
}

impl<T: Send + Sync> Monitor<T> for ScheduledMonitor<T> {
    type Guard<'a>
        = shuttle::sync::MutexGuard<'a, ()>
    where
        T: 'a;

    fn new(variables: T) -> Self {
        Self { variables, mutex: shuttle::sync::Mutex::new(()), condition: shuttle::sync::Condvar::new() }
    }

    fn variables(&self) -> &T {
        &self.variables
    }

    fn lock(&self) -> Self::Guard<'_> {
        self.mutex.lock().expect("no thread panics")
    }

    fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> Self::Guard<'a> {
        self.condition.wait(guard).expect("no thread panics")
    }

    /// Times out, or waits for a signal as long as it takes: a lost signal is then a deadlock, which `shuttle` reports.
    fn wait_timeout<'a>(&'a self, guard: Self::Guard<'a>, _timeout: Duration) -> (Self::Guard<'a>, Woken) {
        if thread_rng().gen_bool(0.5) {
            drop(guard);
            shuttle::thread::yield_now();
            (self.lock(), Woken::TimedOut)
        } else {
            (self.wait(guard), Woken::Signalled)
        }
    }

    fn signal(&self) {
        self.condition.notify_one();
    }

    fn signal_all(&self) {
        self.condition.notify_all();
    }
}

/// A stop flag that threads share.
#[derive(Clone)]
struct ScheduledStop(Arc<shuttle::sync::atomic::AtomicBool>);

impl Stop for ScheduledStop {
    fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl ScheduledStop {
    fn lowered() -> Self {
        Self(Arc::new(shuttle::sync::atomic::AtomicBool::new(false)))
    }

    fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Flag for shuttle::sync::atomic::AtomicBool {
    fn lowered() -> Self {
        Self::new(false)
    }
    fn get(&self) -> bool {
        self.load(Ordering::SeqCst)
    }
    fn set(&self, value: bool) {
        self.store(value, Ordering::SeqCst);
    }
}

impl Number for shuttle::sync::atomic::AtomicUsize {
    fn zero() -> Self {
        Self::new(0)
    }
    fn get(&self) -> usize {
        self.load(Ordering::SeqCst)
    }
    fn set(&self, value: usize) {
        self.store(value, Ordering::SeqCst);
    }
}

/// Runs `worker` on each of `threads` scheduled threads, over many interleavings of two kinds.
fn interleave(threads: usize, worker: fn(&GilLock<Scheduled>, usize, &shuttle::sync::atomic::AtomicBool)) {
    let scenario = move || {
        let lock = Arc::new(GilLock::<Scheduled>::new(5000, ScheduledStop::lowered()));
        let inside = Arc::new(shuttle::sync::atomic::AtomicBool::new(false));
        let workers: Vec<_> = (0..threads)
            .map(|me| {
                let (lock, inside) = (Arc::clone(&lock), Arc::clone(&inside));
                shuttle::thread::spawn(move || worker(&lock, me, &inside))
            })
            .collect();
        for worker in workers {
            worker.join().expect("no thread panics");
        }
        assert!(!lock.is_held(), "it is held after everyone let go");
    };
    shuttle::check_random(scenario, 2000);
    shuttle::check_pct(scenario, 2000, 3);
}

/// Some steps of an interpreter loop: each looks whether the lock is to be handed on.
fn compute(lock: &GilLock<Scheduled>, me: usize, inside: &shuttle::sync::atomic::AtomicBool, steps: usize) {
    for _ in 0..steps {
        assert!(!inside.swap(true, Ordering::SeqCst), "two threads hold it");
        shuttle::thread::yield_now();
        inside.store(false, Ordering::SeqCst);
        if lock.drop_requested() {
            let before = lock.switches();
            lock.drop_held(me);
            lock.take(me);
            // One switch away from me, one back: whoever was asked to let go does not simply go on.
            assert!(lock.switches() >= before + 2, "no other thread had its turn");
        }
    }
}

#[test]
fn computing_threads_exclude_each_other_and_all_have_their_turn() {
    interleave(3, |lock, me, inside| {
        lock.take(me);
        compute(lock, me, inside, 4);
        lock.drop_held(me);
    });
}

#[test]
fn blocking_threads_exclude_each_other_and_none_sleeps_for_ever() {
    interleave(3, |lock, me, inside| {
        lock.take(me);
        for _ in 0..3 {
            compute(lock, me, inside, 1);
            lock.drop_held(me);
            shuttle::thread::yield_now();
            lock.take(me);
        }
        lock.drop_held(me);
    });
}

#[test]
fn a_blocking_thread_comes_back_beside_a_computing_one() {
    interleave(2, |lock, me, inside| {
        lock.take(me);
        if me == 0 {
            compute(lock, me, inside, 8);
        } else {
            for _ in 0..2 {
                lock.drop_held(me);
                shuttle::thread::yield_now();
                lock.take(me);
                compute(lock, me, inside, 1);
            }
        }
        lock.drop_held(me);
    });
}

/// Workers that compute, and workers that block, until they see the stop flag: as the units of a window do.
fn work_until_stopped(
    lock: &GilLock<Scheduled>,
    me: usize,
    stop: &ScheduledStop,
    inside: &shuttle::sync::atomic::AtomicBool,
) {
    let mut held = lock.take(me) == Taking::Held;
    while !stop.is_raised() {
        // Nobody computes without the lock before the window is over; afterwards it does not matter.
        if held {
            assert!(!inside.swap(true, Ordering::SeqCst), "two threads hold it");
            shuttle::thread::yield_now();
            inside.store(false, Ordering::SeqCst);
        } else {
            assert!(stop.is_raised(), "it gave up in the middle of a window");
        }
        if held && (me == 0 || lock.drop_requested()) {
            lock.drop_held(me);
            held = lock.take(me) == Taking::Held;
        }
    }
    if held {
        lock.drop_held(me);
    }
}

#[test]
fn whoever_waits_ends_when_the_flag_is_raised() {
    // No timed wait need ever time out here, so that a lost wake-up is a thread that waits for ever: `shuttle` reports it. The flag
    // is raised by one thread and the waiters are woken by another, later, as a stopped run does it.
    let scenario = || {
        let stop = ScheduledStop::lowered();
        let lock = Arc::new(GilLock::<Scheduled>::new(5000, stop.clone()));
        let inside = Arc::new(shuttle::sync::atomic::AtomicBool::new(false));
        let workers: Vec<_> = (0..3)
            .map(|me| {
                let (lock, stop, inside) = (Arc::clone(&lock), stop.clone(), Arc::clone(&inside));
                shuttle::thread::spawn(move || work_until_stopped(&lock, me, &stop, &inside))
            })
            .collect();
        let raiser = shuttle::thread::spawn(move || {
            // At any time: before the first is at work, or in the middle of a forced switch.
            for _ in 0..thread_rng().gen_range(0..80) {
                shuttle::thread::yield_now();
            }
            stop.raise();
        });
        raiser.join().expect("it does not panic");
        lock.wake_all();
        for worker in workers {
            worker.join().expect("no thread panics");
        }
        assert!(!lock.is_held(), "it is held after everyone let go");
    };
    shuttle::check_random(scenario, 2000);
    shuttle::check_pct(scenario, 2000, 3);
}

#[test]
fn real_threads_exclude_each_other() {
    const ROUNDS: usize = 3000;
    for threads in [2, 8] {
        let (lock, total) = (Gil::new(1, StopFlag::default()), AtomicUsize::new(0));
        thread::scope(|scope| {
            for me in 0..threads {
                let (lock, total) = (&lock, &total);
                scope.spawn(move || {
                    lock.take(me);
                    for round in 0..ROUNDS {
                        // Loses updates unless the lock excludes the others, and is long enough for them to try.
                        let seen = total.load(Ordering::Relaxed);
                        std::hint::black_box((0..100).fold(seen, |sum, step| std::hint::black_box(sum ^ step)));
                        total.store(seen + 1, Ordering::Relaxed);
                        if round % 10 == me % 10 || lock.drop_requested() {
                            lock.drop_held(me);
                            lock.take(me);
                        }
                    }
                    lock.drop_held(me);
                });
            }
        });
        assert_eq!(total.load(Ordering::Relaxed), threads * ROUNDS, "with {threads} threads");
    }
}

#[test]
fn a_thread_that_never_blocks_is_made_to_switch() {
    // Each thread computes until the other has had the lock ten times: without forced switches this would never end.
    let (lock, turns) = (Gil::new(100, StopFlag::default()), [AtomicUsize::new(0), AtomicUsize::new(0)]);
    thread::scope(|scope| {
        for me in 0..2 {
            let (lock, turns) = (&lock, &turns);
            scope.spawn(move || {
                lock.take(me);
                turns[me].fetch_add(1, Ordering::Relaxed);
                while turns[1 - me].load(Ordering::Relaxed) < 10 {
                    if lock.drop_requested() {
                        lock.drop_held(me);
                        lock.take(me);
                        turns[me].fetch_add(1, Ordering::Relaxed);
                    }
                }
                lock.drop_held(me);
            });
        }
    });
    assert!(lock.switches() >= 19, "{} switches", lock.switches());
}

#[test]
fn a_stop_frees_a_thousand_waiters_without_handing_the_lock_to_one() {
    // A switch interval of an hour: nobody wakes by itself.
    let stop = StopFlag::default();
    let (lock, gave_up, ready) = (Gil::new(u32::MAX, stop.clone()), AtomicUsize::new(0), AtomicUsize::new(0));
    lock.take(0);
    thread::scope(|scope| {
        for me in 1..=1000 {
            let (lock, gave_up, ready) = (&lock, &gave_up, &ready);
            let waiter = thread::Builder::new().stack_size(128 * 1024).spawn_scoped(scope, move || {
                ready.fetch_add(1, Ordering::Relaxed);
                gave_up.fetch_add(usize::from(lock.take(me) == Taking::GivenUp), Ordering::Relaxed);
            });
            waiter.expect("this system allows a thousand threads");
        }
        while ready.load(Ordering::Relaxed) < 1000 {
            thread::yield_now();
        }
        stop.raise();
        lock.wake_all();
    });
    assert_eq!((gave_up.load(Ordering::Relaxed), lock.switches()), (1000, 1), "the lock is still held by the first");
    lock.drop_held(0);
}

#[test]
fn taking_it_again_is_no_switch() {
    let lock = Gil::new(5000, StopFlag::default());
    for (me, switches) in [(0, 1), (0, 1), (1, 2), (1, 2), (0, 3)] {
        lock.take(me);
        lock.drop_held(me);
        assert_eq!(lock.switches(), switches);
    }
}
