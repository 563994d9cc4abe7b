//! counter: four right ways for many workers to count together. They differ in how much the workers get in each other's way.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_utils::CachePadded;

use super::lost_updates::{step, take};
use super::{Context, StopSignal, Unit, UnitEnd};
use crate::model::window::LostUpdates;

/// Increments of one unit.
const INCREMENTS: u32 = 1000;

/// How workers count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// One number behind one lock.
    OneLock,
    /// A number with a lock of its own for each worker; their sum is the count.
    Sharded,
    /// A variable of the worker's own, added to the shared number under its lock once a unit.
    Local,
    /// One atomic number.
    Atomic,
}

impl Counting {
    /// The one that lesson files call by this word; one lock for a word that there is not.
    pub fn from_word(word: &str) -> Self {
        match word {
            "sharded" => Self::Sharded,
            "local" => Self::Local,
            "atomic" => Self::Atomic,
            _ => Self::OneLock,
        }
    }
}

/// A number behind a lock, in cache lines of its own.
type Locked = CachePadded<Mutex<u64>>;

/// What the workers of one window count in.
#[derive(Debug)]
pub struct Shared {
    /// One for each worker where they are sharded, otherwise one.
    numbers: Vec<Locked>,
    atomic: CachePadded<AtomicU64>,
    made: CachePadded<AtomicU64>,
}

impl Shared {
    /// For so many workers.
    pub fn new(counting: Counting, threads: usize) -> Self {
        let shards = if counting == Counting::Sharded { threads.max(1) } else { 1 };
        Self {
            numbers: (0..shards).map(|_| Locked::default()).collect(),
            atomic: CachePadded::default(),
            made: CachePadded::default(),
        }
    }

    /// What was made and what was counted: the same. Exact once every unit that counts here is dropped.
    pub fn report(&self) -> LostUpdates {
        let locked = |number: &Locked| *number.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = self.numbers.iter().map(locked).sum::<u64>() + self.atomic.load(Ordering::Acquire);
        LostUpdates { expected: self.made.load(Ordering::Acquire), counted }
    }
}

/// One worker's counting.
#[derive(Debug)]
pub struct Counter {
    shared: Arc<Shared>,
    counting: Counting,
    /// Which of the shared numbers it counts in.
    own: usize,
    made: u64,
}

impl Counter {
    /// The unit of worker `number`, from 0.
    pub fn new(shared: Arc<Shared>, counting: Counting, number: usize) -> Self {
        let own = number % shared.numbers.len().max(1);
        Self { shared, counting, own, made: 0 }
    }

    fn add(&mut self, count: u64, context: &mut impl Context) {
        if let Some(number) = self.shared.numbers.get(self.own) {
            let mut number = take(number, context);
            // Entering the block is a call.
            context.poll();
            *number += count;
            self.made += count;
        }
    }
}

impl Unit for Counter {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        let mut local = 0;
        for index in 0..INCREMENTS {
            if stop.is_raised() {
                break;
            }
            match self.counting {
                Counting::OneLock | Counting::Sharded => self.add(1, context),
                Counting::Local => local += 1,
                Counting::Atomic => {
                    self.shared.atomic.fetch_add(1, Ordering::Relaxed);
                    self.made += 1;
                }
            }
            // The rest of an iteration: an interpreter does more than the increment.
            black_box(step(u64::from(index)));
            context.poll();
        }
        if local > 0 {
            self.add(local, context);
        }
        if stop.is_raised() { UnitEnd::Interrupted } else { UnitEnd::Done }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.shared.made.fetch_add(self.made, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::super::NoGil;
    use super::*;

    #[test]
    fn every_way_counts_everything() {
        for counting in [Counting::OneLock, Counting::Sharded, Counting::Local, Counting::Atomic] {
            let (shared, stop) = (Arc::new(Shared::new(counting, 4)), StopSignal::new());
            thread::scope(|scope| {
                for number in 0..4 {
                    let mut unit = Counter::new(Arc::clone(&shared), counting, number);
                    let stop = &stop;
                    scope.spawn(move || {
                        for _ in 0..20 {
                            assert_eq!(unit.run(&mut NoGil, stop), UnitEnd::Done);
                        }
                    });
                }
            });
            assert_eq!(shared.report(), LostUpdates { expected: 80_000, counted: 80_000 }, "{counting:?}");
            stop.raise();
            let mut late = Counter::new(Arc::clone(&shared), counting, 0);
            assert_eq!(late.run(&mut NoGil, &stop), UnitEnd::Interrupted);
        }
    }
}
