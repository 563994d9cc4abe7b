//! One worker's view of the GIL: when it takes it, looks at it and lets go.

use std::sync::Arc;
use std::time::Instant;

use crate::model::units::ThreadCount;
use crate::workload::Context;

use super::footprint::Footprint;
use super::hold::Holds;
use super::lock::{Gil, Taking};

/// How many iterations of a native loop take about 50 ns, as one takes CPython, which polls at each.
const ITERATIONS_BETWEEN_POLLS: u32 = 24;

/// A worker under the GIL.
#[derive(Debug)]
pub struct GilContext {
    gil: Arc<Gil>,
    worker: usize,
    footprint: Arc<Footprint>,
    holds: Holds,
    held_from: Option<Instant>,
    /// Done since the last poll.
    iterations: u32,
}

impl GilContext {
    /// Worker number `worker` (from 0) of `threads`, whose interpreter touches `footprint` between two blocking calls.
    pub fn new(gil: Arc<Gil>, worker: usize, threads: ThreadCount, footprint: Arc<Footprint>) -> Self {
        Self { gil, worker, footprint, holds: Holds::for_one_of(threads), held_from: None, iterations: 0 }
    }

    /// When it held the lock.
    pub fn into_holds(mut self) -> Holds {
        std::mem::take(&mut self.holds)
    }

    /// Without the lock if the window is over; the unit ends at its next look at the stop signal.
    fn take(&mut self) {
        if self.gil.take(self.worker) == Taking::Held {
            self.held_from = Some(Instant::now());
        }
    }

    fn drop_held(&mut self) {
        if let Some(from) = self.held_from.take() {
            self.holds.note(from, Instant::now());
            self.gil.drop_held(self.worker);
        }
    }

    #[cold]
    fn switch(&mut self) {
        // Whoever has given up does not try again.
        if self.held_from.is_some() {
            self.footprint.walk_to_switch();
            self.drop_held();
            self.take();
        }
    }
}

impl Context for GilContext {
    const START_AWAITS_THREAD: bool = true;

    fn enter(&mut self) {
        self.take();
    }

    #[inline]
    fn poll(&mut self) {
        if self.gil.drop_requested() {
            self.switch();
        }
    }

    #[inline]
    fn poll_after(&mut self, iterations: u32) {
        self.iterations += iterations;
        if self.iterations >= ITERATIONS_BETWEEN_POLLS {
            self.iterations = 0;
            self.poll();
        }
    }

    fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        self.drop_held();
        let result = wait();
        self.take();
        self.footprint.walk();
        result
    }

    fn released<R>(&mut self, compute: impl FnOnce() -> R) -> R {
        self.drop_held();
        let result = compute();
        self.take();
        result
    }

    fn leave(&mut self) {
        self.drop_held();
    }
}

/// A worker that panics lets go, so that the others can end.
impl Drop for GilContext {
    fn drop(&mut self) {
        self.drop_held();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use crate::workload::primes::CountPrimes;
    use crate::workload::wait::Wait;
    use crate::workload::{StopFlag, StopSignal, Unit, UnitEnd};

    use super::super::hold;
    use super::*;

    fn context(gil: &Arc<Gil>, worker: usize, count: usize) -> GilContext {
        GilContext::new(Arc::clone(gil), worker, ThreadCount::clamped(count), Arc::new(Footprint::new()))
    }

    /// Runs a unit on each of `count` workers until each has done `units`; gives the timeline.
    fn run<U: Unit + Copy + Sync>(gil: &Arc<Gil>, count: usize, units: usize, unit: U) -> Vec<hold::Holds> {
        let stop = StopSignal::new();
        thread::scope(|scope| {
            let workers: Vec<_> = (0..count)
                .map(|worker| {
                    let mut context = context(gil, worker, count);
                    let (stop, mut unit) = (&stop, unit);
                    scope.spawn(move || {
                        stop.enlist();
                        context.enter();
                        for _ in 0..units {
                            assert_eq!(unit.run(&mut context, stop), UnitEnd::Done);
                        }
                        context.leave();
                        context
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().expect("no worker panics").into_holds()).collect()
        })
    }

    #[track_caller]
    fn check_exclusive(holds: &[hold::Holds], began: Instant) -> usize {
        let slices = hold::timeline(holds, began, Instant::now()).slices;
        for pair in slices.windows(2) {
            assert!(pair[0].to_ns <= pair[1].from_ns, "two workers held it at once: {pair:?}");
        }
        slices.len()
    }

    #[test]
    fn computing_workers_take_turns() {
        let gil = Arc::new(Gil::new(50, StopFlag::default()));
        let began = Instant::now();
        let holds = run(&gil, 4, 50, CountPrimes { limit: 1000 });
        assert!(check_exclusive(&holds, began) >= 4);
        assert!(gil.switches() >= 4);
    }

    #[test]
    fn waiting_workers_hold_it_only_between_their_waits() {
        let gil = Arc::new(Gil::new(5000, StopFlag::default()));
        let began = Instant::now();
        let holds = run(&gil, 4, 5, Wait { duration: Duration::from_millis(1) });
        // Entering, and once after each of five waits.
        assert_eq!(check_exclusive(&holds, began), 4 * 6);
    }

    #[test]
    fn nobody_holds_it_during_a_blocking_call() {
        let gil = Arc::new(Gil::new(5000, StopFlag::default()));
        let mut waiting = context(&gil, 0, 2);
        let mut other = context(&gil, 1, 2);
        let value = AtomicUsize::new(0);
        waiting.enter();
        let result = waiting.blocking(|| {
            other.enter();
            value.store(7, Ordering::Relaxed);
            other.leave();
            value.load(Ordering::Relaxed)
        });
        waiting.leave();
        assert_eq!((result, gil.switches()), (7, 3));
    }

    #[test]
    fn a_worker_that_gave_up_holds_nothing_and_does_not_try_again() {
        let began = Instant::now();
        let stop = StopSignal::new();
        let gil = Arc::new(Gil::new(1, stop.flag()));
        let (mut first, mut late) = (context(&gil, 0, 2), context(&gil, 1, 2));
        first.enter();
        stop.raise();
        late.enter();
        first.leave();
        // Free now, but the window is over.
        assert_eq!(late.blocking(|| 7), 7);
        late.poll();
        late.leave();
        assert_eq!(gil.switches(), 1);
        assert!(hold::timeline(&[late.into_holds()], began, Instant::now()).slices.is_empty());
    }

    #[test]
    fn it_looks_once_in_so_many_iterations_of_a_quick_loop() {
        let gil = Arc::new(Gil::new(1, StopFlag::default()));
        let mut computing = context(&gil, 0, 2);
        computing.enter();
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                let mut other = context(&gil, 1, 2);
                other.enter();
                other.leave();
            });
            while !gil.drop_requested() {
                thread::yield_now();
            }
            for _ in 1..ITERATIONS_BETWEEN_POLLS {
                computing.poll_after(1);
            }
            assert_eq!(gil.switches(), 1, "it looked too early");
            computing.poll_after(1);
            // To the other, and back.
            assert_eq!(gil.switches(), 3, "it did not look");
            computing.leave();
            other.join().expect("it does not panic");
        });
    }

    #[test]
    fn a_computation_without_the_lock_lets_others_have_it_and_adds_no_work() {
        let gil = Arc::new(Gil::new(5000, StopFlag::default()));
        let mut computing = context(&gil, 0, 2);
        let mut other = context(&gil, 1, 2);
        // So much work between two calls that the test would not end.
        computing.footprint = Arc::new(Footprint::endless());
        computing.enter();
        assert_eq!(
            computing.released(|| {
                other.enter();
                other.leave();
                7
            }),
            7
        );
        assert_eq!(gil.switches(), 3);
        computing.leave();
    }

    #[test]
    fn a_worker_that_panics_lets_go() {
        let gil = Arc::new(Gil::new(5000, StopFlag::default()));
        let mut context = context(&gil, 0, 1);
        let panicked = thread::scope(|scope| {
            scope
                .spawn(move || {
                    context.enter();
                    panic!("a worker that panics, on purpose");
                })
                .join()
        });
        assert!(panicked.is_err());
        gil.take(1);
        gil.drop_held(1);
    }
}
