//! The standard library's mutex and condition variable, for systems whose pthread knows no monotonic clock or that have none.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::monitor::{Monitor, Woken};

/// A standard mutex with its condition variable and the variables that it guards.
#[derive(Debug, Default)]
pub struct StdMonitor<T> {
    variables: T,
    mutex: Mutex<()>,
    condition: Condvar,
}

impl<T: Send + Sync> Monitor<T> for StdMonitor<T> {
    type Guard<'a>
        = MutexGuard<'a, ()>
    where
        T: 'a;

    fn new(variables: T) -> Self {
        Self { variables, mutex: Mutex::default(), condition: Condvar::default() }
    }

    fn variables(&self) -> &T {
        &self.variables
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, guard: MutexGuard<'a, ()>) -> MutexGuard<'a, ()> {
        self.condition.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_timeout<'a>(&'a self, guard: MutexGuard<'a, ()>, timeout: Duration) -> (MutexGuard<'a, ()>, Woken) {
        let (guard, result) = self.condition.wait_timeout(guard, timeout).unwrap_or_else(PoisonError::into_inner);
        (guard, if result.timed_out() { Woken::TimedOut } else { Woken::Signalled })
    }

    fn signal(&self) {
        self.condition.notify_one();
    }

    fn signal_all(&self) {
        self.condition.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::super::monitor::contract;
    use super::*;

    #[test]
    fn keeps_the_contract_of_a_monitor() {
        contract::check::<StdMonitor<()>>();
    }
}
