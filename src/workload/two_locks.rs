//! two-locks: take two locks, work, give them back; all workers in one order, or every second one in the other.
//!
//! With opposite orders two workers can each hold what the other waits for. No program gets out of that by itself, so a worker
//! loses patience after a while, says who held what, gives its lock back and begins again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::mixed::{Compute, Speed};
use super::stop::Interrupt;
use super::{Context, StopSignal, Unit, UnitEnd};
use crate::model::window::{DeadlockReport, LockName, Waiter};

/// What is computed with one lock, and again with both.
const WORK: Duration = Duration::from_micros(100);

/// In which order workers take the locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All take A first.
    Same,
    /// The second, fourth … take B first.
    Opposite,
}

impl Order {
    /// The one that lesson files call by this word; the same for a word that there is not.
    pub fn from_word(word: &str) -> Self {
        if word == "opposite" { Self::Opposite } else { Self::Same }
    }

    /// The locks in the order of worker `number`, from 0.
    fn of(self, number: usize) -> [LockName; 2] {
        match self {
            Self::Opposite if number % 2 == 1 => [LockName::B, LockName::A],
            Self::Same | Self::Opposite => [LockName::A, LockName::B],
        }
    }
}

/// The two locks of one window, with a record of who holds and who waits.
#[derive(Debug)]
pub struct Board {
    state: Mutex<State>,
    freed: [Condvar; 2],
}

#[derive(Debug)]
struct State {
    /// The worker that holds each lock.
    holders: [Option<usize>; 2],
    /// What each worker waits for.
    waits: Vec<Option<LockName>>,
    report: DeadlockReport,
}

/// How a try to get a lock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Got {
    Lock,
    OutOfPatience,
    Interrupted,
}

impl Board {
    /// For so many workers.
    pub fn new(threads: usize) -> Self {
        let report = DeadlockReport { count: 0, last: Vec::new() };
        Self {
            state: Mutex::new(State { holders: [None; 2], waits: vec![None; threads], report }),
            freed: [Condvar::new(), Condvar::new()],
        }
    }

    /// The deadlocks so far.
    pub fn report(&self) -> DeadlockReport {
        self.lock().report.clone()
    }

    fn try_take(&self, worker: usize, name: LockName) -> bool {
        self.lock().try_take(worker, name)
    }

    /// Waits for a lock: for as long as it takes, or for as long as `patience` lasts.
    fn take(&self, worker: usize, name: LockName, patience: Option<Duration>, stop: &StopSignal) -> Got {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let mut state = self.lock();
        state.set_wait(worker, Some(name));
        let got = loop {
            if stop.is_raised() {
                break Got::Interrupted;
            }
            if state.try_take(worker, name) {
                break Got::Lock;
            }
            let freed = &self.freed[index(name)];
            let Some(deadline) = deadline else {
                state = freed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.note_deadlock(worker, name);
                break Got::OutOfPatience;
            }
            state = freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        };
        state.set_wait(worker, None);
        got
    }

    fn give_back(&self, name: LockName) {
        self.lock().holders[index(name)] = None;
        self.freed[index(name)].notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Interrupt for Board {
    fn interrupt(&self) {
        // A worker that looked at the signal before it was raised holds the mutex until it waits.
        drop(self.lock());
        for freed in &self.freed {
            freed.notify_all();
        }
    }
}

impl State {
    fn try_take(&mut self, worker: usize, name: LockName) -> bool {
        let holder = &mut self.holders[index(name)];
        let is_free = holder.is_none();
        if is_free {
            *holder = Some(worker);
        }
        is_free
    }

    fn set_wait(&mut self, worker: usize, name: Option<LockName>) {
        if let Some(wait) = self.waits.get_mut(worker) {
            *wait = name;
        }
    }

    /// Notes a deadlock if `worker`, which has waited long enough for `wanted`, is in one: it holds the other lock, and whoever
    /// holds `wanted` waits for that. Patience that ran out for another reason, such as a busy machine, is none.
    fn note_deadlock(&mut self, worker: usize, wanted: LockName) {
        let held = other(wanted);
        let Some(holder) = self.holders[index(wanted)] else { return };
        if self.holders[index(held)] != Some(worker) || self.waits.get(holder) != Some(&Some(held)) {
            return;
        }
        let waiter = |worker: usize, holds, waits_for| {
            let thread = u32::try_from(worker + 1).unwrap_or(u32::MAX);
            Waiter { thread, holds, waits_for }
        };
        self.report.count += 1;
        self.report.last = vec![waiter(worker, held, wanted), waiter(holder, wanted, held)];
    }
}

fn index(name: LockName) -> usize {
    match name {
        LockName::A => 0,
        LockName::B => 1,
    }
}

fn other(name: LockName) -> LockName {
    match name {
        LockName::A => LockName::B,
        LockName::B => LockName::A,
    }
}

/// Takes both locks.
#[derive(Debug)]
pub struct TwoLocks {
    board: Arc<Board>,
    worker: usize,
    order: [LockName; 2],
    patience: Duration,
    work: Compute,
}

impl TwoLocks {
    /// The unit of worker `number`, from 0.
    pub fn new(board: Arc<Board>, number: usize, order: Order, patience: Duration, speed: Speed) -> Self {
        Self { board, worker: number, order: order.of(number), patience, work: Compute::lasting(WORK, speed) }
    }

    fn take(&self, name: LockName, patience: Option<Duration>, context: &mut impl Context, stop: &StopSignal) -> Got {
        if self.board.try_take(self.worker, name) {
            return Got::Lock;
        }
        context.blocking(|| self.board.take(self.worker, name, patience, stop))
    }

    /// With the first lock held: works, takes the second one, works again, gives the second one back.
    fn with_first(&self, second: LockName, context: &mut impl Context, stop: &StopSignal) -> Result<UnitEnd, Got> {
        let mut work = self.work;
        if work.run(context, stop) == UnitEnd::Interrupted {
            return Ok(UnitEnd::Interrupted);
        }
        match self.take(second, Some(self.patience), context, stop) {
            Got::Lock => {}
            got => return Err(got),
        }
        let end = work.run(context, stop);
        self.board.give_back(second);
        Ok(end)
    }
}

impl Unit for TwoLocks {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        let [first, second] = self.order;
        loop {
            if self.take(first, None, context, stop) != Got::Lock {
                return UnitEnd::Interrupted;
            }
            let end = self.with_first(second, context, stop);
            self.board.give_back(first);
            match end {
                Ok(end) => return end,
                Err(Got::OutOfPatience) => {}
                Err(_) => return UnitEnd::Interrupted,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::super::NoGil;
    use super::*;

    const SPEED: Speed = Speed { numbers_per_sec: 1e7 };

    fn unit(board: &Arc<Board>, number: usize, order: Order, patience: Duration) -> TwoLocks {
        TwoLocks::new(Arc::clone(board), number, order, patience, SPEED)
    }

    #[test]
    fn two_that_hold_what_the_other_wants_are_found_out() {
        let board = Arc::new(Board::new(2));
        let stop = StopSignal::new();
        assert!(board.try_take(1, LockName::B));
        thread::scope(|scope| {
            // Thread 1 has A and wants B; thread 2 has B and wants A.
            let (waits, told) = mpsc::channel();
            let first = scope.spawn({
                let (board, stop) = (&board, &stop);
                move || {
                    assert!(board.try_take(0, LockName::A));
                    waits.send(()).expect("the test listens");
                    let got = board.take(0, LockName::B, Some(Duration::from_secs(1)), stop);
                    board.give_back(LockName::A);
                    got
                }
            });
            told.recv().expect("it holds A");
            assert_eq!(board.take(1, LockName::A, None, &stop), Got::Lock);
            assert_eq!(first.join().expect("it does not panic"), Got::OutOfPatience);
        });
        let report = board.report();
        assert_eq!(report.count, 1);
        let words = report.in_words();
        assert_eq!(words.as_deref(), Some("thread 1 holds A and waits for B; thread 2 holds B and waits for A"));
    }

    #[test]
    fn patience_that_runs_out_for_another_reason_is_no_deadlock() {
        let board = Board::new(2);
        assert!(board.try_take(0, LockName::A) && board.try_take(1, LockName::B));
        let got = board.take(0, LockName::B, Some(Duration::from_millis(1)), &StopSignal::new());
        assert_eq!((got, board.report().count), (Got::OutOfPatience, 0));
    }

    /// Four workers that each do some units; gives the deadlocks.
    fn deadlocks(order: Order, patience: Duration) -> u64 {
        let board = Arc::new(Board::new(4));
        let stop = StopSignal::with_interrupt(Arc::clone(&board) as Arc<dyn Interrupt>);
        thread::scope(|scope| {
            for number in 0..4 {
                let mut unit = unit(&board, number, order, patience);
                let stop = &stop;
                scope.spawn(move || {
                    for _ in 0..20 {
                        assert_eq!(unit.run(&mut NoGil, stop), UnitEnd::Done);
                    }
                });
            }
        });
        let state = board.lock();
        assert_eq!((state.holders, &state.waits), ([None; 2], &vec![None; 4]), "all is given back");
        state.report.count
    }

    #[test]
    fn one_order_never_deadlocks_and_two_orders_go_on_after_it() {
        assert_eq!(deadlocks(Order::Same, Duration::from_hours(1)), 0);
        // How many there are is chance; that every unit gets done is not.
        deadlocks(Order::Opposite, Duration::from_millis(1));
    }

    #[test]
    fn the_end_of_a_window_ends_a_deadlock() {
        let board = Arc::new(Board::new(2));
        let stop = StopSignal::with_interrupt(Arc::clone(&board) as Arc<dyn Interrupt>);
        thread::scope(|scope| {
            for number in 0..2 {
                let mut unit = unit(&board, number, Order::Opposite, Duration::from_hours(1));
                let stop = &stop;
                scope.spawn(move || while unit.run(&mut NoGil, stop) == UnitEnd::Done {});
            }
            stop.raise();
        });
        assert_eq!(board.lock().holders, [None; 2]);
    }
}
