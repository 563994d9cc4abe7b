//! semaphore: take one of a few slots, wait, give it back.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::stop::Interrupt;
use super::{Context, StopSignal, Unit, UnitEnd, WaitEnd};

/// A counting semaphore whose waits end with the window.
#[derive(Debug)]
pub struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
}

impl Slots {
    /// So many free slots.
    pub fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), freed: Condvar::new() }
    }

    fn try_take(&self) -> bool {
        let mut free = self.lock();
        let is_free = *free > 0;
        *free -= usize::from(is_free);
        is_free
    }

    /// Waits for a slot, or for the end of the window.
    fn take(&self, stop: &StopSignal) -> WaitEnd {
        let mut free = self.lock();
        loop {
            if stop.is_raised() {
                return WaitEnd::Interrupted;
            }
            if *free > 0 {
                *free -= 1;
                return WaitEnd::Elapsed;
            }
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self) {
        *self.lock() += 1;
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Interrupt for Slots {
    fn interrupt(&self) {
        // A worker that looked at the signal before it was raised holds the mutex until it waits.
        drop(self.lock());
        self.freed.notify_all();
    }
}

/// Waits with one of the slots.
#[derive(Debug, Clone)]
pub struct WithSlot {
    slots: Arc<Slots>,
    wait: Duration,
}

impl WithSlot {
    /// The unit of one more worker.
    pub fn new(slots: Arc<Slots>, wait: Duration) -> Self {
        Self { slots, wait }
    }
}

impl Unit for WithSlot {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        let taken = self.slots.try_take() || context.blocking(|| self.slots.take(stop)) == WaitEnd::Elapsed;
        if !taken {
            return UnitEnd::Interrupted;
        }
        let end = context.blocking(|| stop.wait(self.wait));
        self.slots.give_back();
        match end {
            WaitEnd::Elapsed => UnitEnd::Done,
            WaitEnd::Interrupted => UnitEnd::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::super::NoGil;
    use super::*;

    #[test]
    fn no_more_have_a_slot_than_there_are() {
        let slots = Arc::new(Slots::new(3));
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let stop = StopSignal::new();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        assert_eq!(slots.take(&stop), WaitEnd::Elapsed);
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        slots.give_back();
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 3);
        assert_eq!(*slots.lock(), 3, "every slot came back");
    }

    #[test]
    fn the_end_of_a_window_ends_every_wait() {
        let slots = Arc::new(Slots::new(1));
        let stop = StopSignal::with_interrupt(Arc::clone(&slots) as Arc<dyn Interrupt>);
        thread::scope(|scope| {
            for _ in 0..8 {
                let mut unit = WithSlot::new(Arc::clone(&slots), Duration::from_hours(1));
                let stop = &stop;
                scope.spawn(move || {
                    stop.enlist();
                    assert_eq!(unit.run(&mut NoGil, stop), UnitEnd::Interrupted);
                });
            }
            stop.raise();
        });
        assert_eq!(*slots.lock(), 1);
    }
}
