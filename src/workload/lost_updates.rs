//! lost-updates: workers increment one shared number, in ways that are safe and ways that are not.
//!
//! Each increment reads the number, adds one and writes it back. Where another worker writes in between, its update is lost.
//! How many were lost is exact: every worker knows how many increments it made, and after the last has ended the number is
//! what was counted.
//!
//! Without a GIL reading and writing are a relaxed load and a relaxed store of one atomic variable. They stand for a language
//! whose threads run truly in parallel and whose increment is not one step; what happens between them is up to the processor.
//! (Rust itself does not allow such a race on a plain variable.) Under the GIL model the same code is asked to hand on the GIL
//! where CPython from 3.10 on is: at a backward jump and at a call, and never between the load and the store of a plain `c += 1`.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;

use crossbeam_utils::CachePadded;

use super::{Context, StopSignal, Unit, UnitEnd};
use crate::model::window::LostUpdates;

/// Increments of one unit.
const INCREMENTS: u32 = 1000;

/// How one increment is written, in Python's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Increment {
    /// `c += 1`
    Plain,
    /// `t = c; t = same(t); c = t + 1`
    Call,
    /// `t = c; time.sleep(0); c = t + 1`
    Sleep,
    /// `with lock: c += 1`
    Lock,
}

impl Increment {
    /// The one that lesson files call by this word; plain for a word that there is not.
    pub fn from_word(word: &str) -> Self {
        match word {
            "call" => Self::Call,
            "sleep" => Self::Sleep,
            "lock" => Self::Lock,
            _ => Self::Plain,
        }
    }
}

/// The number that the workers of one window share.
#[derive(Debug, Default)]
pub struct Shared {
    number: CachePadded<AtomicU64>,
    lock: CachePadded<Mutex<()>>,
    made: CachePadded<AtomicU64>,
}

impl Shared {
    /// What was made and what was counted. Exact once every unit that shares the number is dropped.
    pub fn report(&self) -> LostUpdates {
        let made = self.made.load(Ordering::Acquire);
        LostUpdates { expected: made, counted: self.number.load(Ordering::Acquire) }
    }

    fn read(&self) -> u64 {
        self.number.load(Ordering::Relaxed)
    }

    fn write(&self, value: u64) {
        self.number.store(value, Ordering::Relaxed);
    }
}

/// One worker's increments.
#[derive(Debug)]
pub struct Increments {
    shared: Arc<Shared>,
    increment: Increment,
    made: u64,
}

impl Increments {
    /// The unit of one more worker.
    pub fn new(shared: Arc<Shared>, increment: Increment) -> Self {
        Self { shared, increment, made: 0 }
    }

    fn once(&self, context: &mut impl Context) {
        let shared = &*self.shared;
        match self.increment {
            Increment::Plain => shared.write(shared.read() + 1),
            Increment::Call => {
                // The call takes about half of an iteration, and the interpreter polls where the called function begins.
                let same = step(shared.read());
                context.poll();
                shared.write(same + 1);
            }
            Increment::Sleep => {
                let read = shared.read();
                context.blocking(thread::yield_now);
                shared.write(read + 1);
            }
            Increment::Lock => {
                let guard = take(&shared.lock, context);
                // Entering the block is a call.
                context.poll();
                shared.write(shared.read() + 1);
                drop(guard);
            }
        }
    }
}

impl Unit for Increments {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        for _ in 0..INCREMENTS {
            // As cheap as reading a variable, and an increment that waits may take long.
            if stop.is_raised() {
                return UnitEnd::Interrupted;
            }
            self.once(context);
            self.made += 1;
            // The rest of an iteration: an interpreter does more than the increment.
            black_box(step(self.made));
            context.poll();
        }
        UnitEnd::Done
    }
}

impl Drop for Increments {
    fn drop(&mut self) {
        self.shared.made.fetch_add(self.made, Ordering::AcqRel);
    }
}

/// Takes a lock as CPython's `Lock.acquire` does: at once where it is free, and without the GIL where it has to be waited for.
pub(super) fn take<'a, T>(lock: &'a Mutex<T>, context: &mut impl Context) -> MutexGuard<'a, T> {
    match lock.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => context.blocking(|| lock.lock().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// Gives `value` back after about as long as an interpreter takes for a few steps, some 20 ns.
#[inline(never)]
pub(super) fn step(value: u64) -> u64 {
    let mut scrambled = value | 1;
    for _ in 0..8 {
        scrambled ^= scrambled << 13;
        scrambled ^= scrambled >> 7;
        scrambled ^= scrambled << 17;
    }
    black_box(scrambled);
    value
}

#[cfg(test)]
mod tests {
    use super::super::NoGil;
    use super::*;

    const ALL: [Increment; 4] = [Increment::Plain, Increment::Call, Increment::Sleep, Increment::Lock];

    /// Runs another worker's whole unit at a given poll or blocking call of the first one's.
    struct Intruder<'a> {
        other: Increments,
        polls_left: u32,
        calls_left: u32,
        stop: &'a StopSignal,
    }

    impl Intruder<'_> {
        fn intrude(&mut self) {
            assert_eq!(self.other.run(&mut NoGil, self.stop), UnitEnd::Done);
        }
    }

    impl Context for Intruder<'_> {
        fn enter(&mut self) {}
        fn poll(&mut self) {
            self.polls_left = self.polls_left.wrapping_sub(1);
            if self.polls_left == 0 {
                self.intrude();
            }
        }
        fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
            self.calls_left = self.calls_left.wrapping_sub(1);
            if self.calls_left == 0 {
                self.intrude();
            }
            wait()
        }
        fn leave(&mut self) {}
    }

    /// One unit with another in its middle, at the `polls`th poll or the `calls`th blocking call.
    #[track_caller]
    fn check(increment: Increment, polls: u32, calls: u32, lost: u64) {
        let stop = StopSignal::new();
        stop.enlist();
        let shared = Arc::new(Shared::default());
        // The other one increments plainly: it must not wait for the lock of the first.
        let other = Increments::new(Arc::clone(&shared), Increment::Plain);
        let mut context = Intruder { other, polls_left: polls, calls_left: calls, stop: &stop };
        let mut unit = Increments::new(Arc::clone(&shared), increment);
        assert_eq!(unit.run(&mut context, &stop), UnitEnd::Done);
        drop((unit, context));
        let report = shared.report();
        assert_eq!((report.expected, report.expected - report.counted), (2000, lost), "{increment:?}");
    }

    #[test]
    fn another_worker_between_read_and_write_loses_all_it_did() {
        // Polls at the end of an iteration are harmless; those in the middle of an increment are not.
        for polls in [1, 2, 500, 1000] {
            check(Increment::Plain, polls, 0, 0);
        }
        check(Increment::Call, 1, 0, 1000);
        check(Increment::Call, 2, 0, 0);
        check(Increment::Call, 999, 0, 1000);
        check(Increment::Sleep, 0, 7, 1000);
        check(Increment::Sleep, 7, 0, 0);
        check(Increment::Lock, 1, 0, 0);
        check(Increment::Lock, 2, 0, 0);
    }

    #[test]
    fn an_interrupted_unit_counts_what_it_made() {
        for increment in ALL {
            let stop = StopSignal::new();
            stop.enlist();
            let shared = Arc::new(Shared::default());
            let mut unit = Increments::new(Arc::clone(&shared), increment);
            assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Done);
            stop.raise();
            assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Interrupted);
            drop(unit);
            assert_eq!(shared.report(), LostUpdates { expected: 1000, counted: 1000 }, "{increment:?}");
        }
    }

    #[test]
    fn a_lock_loses_nothing() {
        let (shared, stop) = (Arc::new(Shared::default()), StopSignal::new());
        thread::scope(|scope| {
            for _ in 0..4 {
                let mut unit = Increments::new(Arc::clone(&shared), Increment::Lock);
                let stop = &stop;
                scope.spawn(move || {
                    for _ in 0..20 {
                        assert_eq!(unit.run(&mut NoGil, stop), UnitEnd::Done);
                    }
                });
            }
        });
        assert_eq!(shared.report(), LostUpdates { expected: 80_000, counted: 80_000 });
    }
}
