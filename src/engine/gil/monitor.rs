//! What the GIL is built on: a mutex with a condition variable, and two kinds of atomic variable.
//!
//! The protocol in [`super::lock`] is generic over these, so that the very same code runs on the operating system's primitives and,
//! in tests, on those of a scheduler that tries many interleavings.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::workload::StopFlag;

/// A mutex with its condition variable and the variables that it guards, named after Hoare's construct.
pub trait Monitor<T>: Send + Sync {
    /// Holds the mutex; dropping it gives the mutex back.
    type Guard<'a>
    where
        Self: 'a;

    /// A free mutex that nobody waits for.
    fn new(variables: T) -> Self;

    /// The variables. They may also be read without the mutex, as far as their types allow it.
    fn variables(&self) -> &T;

    /// Takes the mutex.
    fn lock(&self) -> Self::Guard<'_>;

    /// Gives the mutex back, waits for a signal (or wakes for no reason), and takes the mutex again.
    fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> Self::Guard<'a>;

    /// The same, but not for longer than `timeout`.
    fn wait_timeout<'a>(&'a self, guard: Self::Guard<'a>, timeout: Duration) -> (Self::Guard<'a>, Woken);

    /// Wakes one waiter, if there is one.
    fn signal(&self);

    /// Wakes every waiter.
    fn signal_all(&self);
}

/// Why a timed wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// By a signal, or for no reason.
    Signalled,
    /// The time was over.
    TimedOut,
}

/// A boolean shared by threads, read and written in relaxed order.
pub trait Flag: Send + Sync {
    /// One that is lowered.
    fn lowered() -> Self;
    /// Its value.
    fn get(&self) -> bool;
    /// Changes it.
    fn set(&self, value: bool);
}

/// A number shared by threads, read and written in relaxed order.
pub trait Number: Send + Sync {
    /// Zero.
    fn zero() -> Self;
    /// Its value.
    fn get(&self) -> usize;
    /// Changes it.
    fn set(&self, value: usize);
}

/// A flag that ends everything under a lock, once raised by somebody else.
pub trait Stop: Send + Sync {
    /// Whether it is raised.
    fn is_raised(&self) -> bool;
}

/// A family of primitives.
pub trait Primitives {
    /// Its mutex with condition variable.
    type Monitor<T: Send + Sync>: Monitor<T>;
    /// Its boolean.
    type Flag: Flag;
    /// Its number.
    type Number: Number;
    /// The flag that ends a window, raised from outside.
    type Stop: Stop;
}

/// The operating system's primitives: pthread's own mutex and condition variable where they know the monotonic clock, as CPython
/// uses them, otherwise those of the standard library.
///
/// They are not interchangeable: how a mutex and a condition variable queue their waiters decides how a convoy behaves.
#[derive(Debug, Clone, Copy)]
pub struct System;

impl Primitives for System {
    #[cfg(all(unix, not(target_vendor = "apple")))]
    type Monitor<T: Send + Sync> = super::pthread::PthreadMonitor<T>;
    #[cfg(not(all(unix, not(target_vendor = "apple"))))]
    type Monitor<T: Send + Sync> = super::std_monitor::StdMonitor<T>;
    type Flag = AtomicBool;
    type Number = AtomicUsize;
    type Stop = StopFlag;
}

impl Stop for StopFlag {
    #[inline]
    fn is_raised(&self) -> bool {
        Self::is_raised(self)
    }
}

impl Flag for AtomicBool {
    fn lowered() -> Self {
        Self::new(false)
    }
    #[inline]
    fn get(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
    #[inline]
    fn set(&self, value: bool) {
        self.store(value, Ordering::Relaxed);
    }
}

impl Number for AtomicUsize {
    fn zero() -> Self {
        Self::new(0)
    }
    #[inline]
    fn get(&self) -> usize {
        self.load(Ordering::Relaxed)
    }
    #[inline]
    fn set(&self, value: usize) {
        self.store(value, Ordering::Relaxed);
    }
}

/// One table of checks for every [`Monitor`].
#[cfg(test)]
pub(super) mod contract {
    use std::thread;
    use std::time::Instant;

    use super::*;

    /// Fails where `M` is no mutex with a condition variable.
    pub(in super::super) fn check<M: Monitor<()>>() {
        excludes::<M>();
        signals::<M>();
        signals_all::<M>();
        times_out::<M>();
    }

    fn excludes<M: Monitor<()>>() {
        let (monitor, inside, total) = (M::new(()), AtomicBool::new(false), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        let guard = monitor.lock();
                        assert!(!inside.swap(true, Ordering::Relaxed), "two threads hold one mutex");
                        // Not atomic as a whole, so that it loses updates without the mutex.
                        total.store(total.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                        inside.store(false, Ordering::Relaxed);
                        drop(guard);
                    }
                });
            }
        });
        assert_eq!(total.load(Ordering::Relaxed), 4000);
    }

    fn signals<M: Monitor<()>>() {
        let (monitor, turn) = (M::new(()), AtomicUsize::new(0));
        thread::scope(|scope| {
            for me in 0..2 {
                let (monitor, turn) = (&monitor, &turn);
                scope.spawn(move || {
                    for _ in 0..500 {
                        let mut guard = monitor.lock();
                        while turn.load(Ordering::Relaxed) % 2 != me {
                            guard = monitor.wait(guard);
                        }
                        turn.fetch_add(1, Ordering::Relaxed);
                        monitor.signal();
                        drop(guard);
                    }
                });
            }
        });
        assert_eq!(turn.load(Ordering::Relaxed), 1000);
    }

    fn signals_all<M: Monitor<()>>() {
        let (monitor, waiting, over) = (M::new(()), AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut guard = monitor.lock();
                    waiting.fetch_add(1, Ordering::Relaxed);
                    while !over.load(Ordering::Relaxed) {
                        guard = monitor.wait(guard);
                    }
                    drop(guard);
                });
            }
            // Whoever has counted itself gives the mutex back only by waiting.
            loop {
                let guard = monitor.lock();
                if waiting.load(Ordering::Relaxed) == 4 {
                    over.store(true, Ordering::Relaxed);
                    monitor.signal_all();
                    break;
                }
                drop(guard);
                thread::yield_now();
            }
        });
    }

    fn times_out<M: Monitor<()>>() {
        let monitor = M::new(());
        let timeout = Duration::from_millis(3);
        loop {
            let began = Instant::now();
            let (guard, woken) = monitor.wait_timeout(monitor.lock(), timeout);
            drop(guard);
            // It may wake for no reason, but not say that the time is over when it is not.
            if woken == Woken::TimedOut {
                assert!(began.elapsed() >= timeout, "it waited for only {:?}", began.elapsed());
                break;
            }
        }
    }
}
