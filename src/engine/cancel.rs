//! Stopping a run from another thread.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::workload::StopFlag;

/// A flag that, once raised, stays raised. Clones share it.
#[derive(Clone, Default)]
pub struct CancelFlag(Arc<Shared>);

#[derive(Default)]
struct Shared {
    raised: AtomicBool,
    linked: Mutex<Linked>,
    changed: Condvar,
}

/// What else is raised together with a flag, by number.
#[derive(Default)]
struct Linked {
    next: u64,
    raise: Vec<(u64, Box<dyn Fn() + Send>)>,
}

impl CancelFlag {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to stop, raises what is [linked](Self::link), and wakes whoever sleeps in [`CancelFlag::wait`].
    pub fn raise(&self) {
        let linked = self.lock();
        self.0.raised.store(true, Ordering::Release);
        for (_, raise) in &linked.raise {
            raise();
        }
        drop(linked);
        self.0.changed.notify_all();
    }

    /// Raises a window's stop flag too when this one is raised, for as long as the link lives; at once if it is raised already.
    ///
    /// So the workers of a window learn of a stop from the very thread that asks for it. Their coordinator, which sleeps, would
    /// learn of it only when it has a core again, and hundreds of computing workers may have their turns before it.
    pub fn link(&self, flag: &StopFlag) -> Link<'_> {
        let flag = flag.clone();
        self.also_raise(move || flag.raise())
    }

    /// Calls `raise` too when this flag is raised, for as long as the link lives; at once if it is raised already. `raise` raises
    /// another flag: it waits for nothing and does not come back to this one.
    pub fn also_raise(&self, raise: impl Fn() + Send + 'static) -> Link<'_> {
        let mut linked = self.lock();
        if self.is_raised() {
            raise();
        }
        let number = linked.next;
        linked.next += 1;
        linked.raise.push((number, Box::new(raise)));
        Link { to: self, number }
    }

    /// Whether the run shall stop.
    pub fn is_raised(&self) -> bool {
        self.0.raised.load(Ordering::Acquire)
    }

    /// Sleeps for `time`, or until the flag is raised. Says whether it is raised.
    ///
    /// The sleep is one timed wait, not a loop of short ones: a coordinator that woke up to look would itself be noise.
    pub fn wait(&self, time: Duration) -> bool {
        let Some(until) = Instant::now().checked_add(time) else { return self.wait_for_good() };
        let mut guard = self.lock();
        while !self.is_raised() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            guard = self.0.changed.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn wait_for_good(&self) -> bool {
        let mut guard = self.lock();
        while !self.is_raised() {
            guard = self.0.changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Linked> {
        self.0.linked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CancelFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelFlag").field("raised", &self.is_raised()).finish_non_exhaustive()
    }
}

/// Ties something to a [`CancelFlag`] until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Link<'a> {
    to: &'a CancelFlag,
    number: u64,
}

impl Drop for Link<'_> {
    fn drop(&mut self) {
        self.to.lock().raise.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raised_flag_ends_the_longest_wait_of_its_clones() {
        let flag = CancelFlag::new();
        assert!(!flag.wait(Duration::from_millis(1)));
        std::thread::scope(|scope| {
            let other = flag.clone();
            let sleeper = scope.spawn(move || (other.wait(Duration::MAX), other.wait(Duration::from_hours(1))));
            flag.raise();
            assert_eq!(sleeper.join().ok(), Some((true, true)));
        });
        assert!(flag.is_raised());
    }

    #[test]
    fn what_is_linked_is_raised_with_it_as_long_as_the_link_lives() {
        let cancel = CancelFlag::new();
        let [before, during, after] = [(); 3].map(|()| CancelFlag::new());
        let link = |to: &CancelFlag| {
            let to = to.clone();
            cancel.also_raise(move || to.raise())
        };
        drop(link(&before));
        let living = link(&during);
        cancel.clone().raise();
        drop(living);
        let _late = link(&after);
        assert_eq!([before, during, after].map(|flag| flag.is_raised()), [false, true, true]);
    }
}
