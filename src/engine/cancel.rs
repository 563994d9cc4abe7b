//! Stopping a run from another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A flag that, once raised, stays raised. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    raised: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl CancelFlag {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to stop, and wakes whoever sleeps in [`CancelFlag::wait`].
    pub fn raise(&self) {
        let guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.raised.store(true, Ordering::Release);
        drop(guard);
        self.0.changed.notify_all();
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
        let mut guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut guard = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.is_raised() {
            guard = self.0.changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        true
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
}
