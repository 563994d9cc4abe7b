//! Stopping a run from another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::workload::StopFlag;

/// A flag that, once raised, stays raised. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    raised: AtomicBool,
    /// Raised together with it.
    linked: Mutex<Vec<StopFlag>>,
    changed: Condvar,
}

impl CancelFlag {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to stop, raises the flags that are [linked](Self::link), and wakes whoever sleeps in [`CancelFlag::wait`].
    pub fn raise(&self) {
        let linked = self.lock();
        self.0.raised.store(true, Ordering::Release);
        for flag in linked.iter() {
            flag.raise();
        }
        drop(linked);
        self.0.changed.notify_all();
    }

    /// Raises `flag` too when this one is raised, for as long as the link lives; at once if it is raised already.
    ///
    /// So the workers of a window learn of a stop from the very thread that asks for it. Their coordinator, which sleeps, would
    /// learn of it only when it has a core again, and hundreds of computing workers have their turns before it.
    pub fn link(&self, flag: &StopFlag) -> Link<'_> {
        let mut linked = self.lock();
        if self.is_raised() {
            flag.raise();
        }
        linked.push(flag.clone());
        Link { to: self, flag: flag.clone() }
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

    fn lock(&self) -> MutexGuard<'_, Vec<StopFlag>> {
        self.0.linked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ties a [`StopFlag`] to a [`CancelFlag`] until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Link<'a> {
    to: &'a CancelFlag,
    flag: StopFlag,
}

impl Drop for Link<'_> {
    fn drop(&mut self) {
        self.to.lock().retain(|flag| !flag.is_same(&self.flag));
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
    fn linked_flags_are_raised_with_it_as_long_as_the_link_lives() {
        let cancel = CancelFlag::new();
        let (before, during, after) = (StopFlag::default(), StopFlag::default(), StopFlag::default());
        drop(cancel.link(&before));
        let link = cancel.link(&during);
        cancel.clone().raise();
        drop(link);
        let _link = cancel.link(&after);
        assert_eq!([before, during, after].map(|flag| flag.is_raised()), [false, true, true]);
    }
}
