//! pthread's mutex and condition variable on the monotonic clock: what CPython's GIL stands on (`Python/condvar.h`).

#![expect(unsafe_code, reason = "the only way to pthread's own queueing, which decides how a convoy behaves")]

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::time::Duration;

use super::monitor::{Monitor, Woken};

/// A pthread mutex with its condition variable and the variables that it guards.
pub struct PthreadMonitor<T> {
    // Boxed, since neither may move once it is initialised.
    inner: Box<Inner<T>>,
}

/// In the order of CPython's `struct _gil_runtime_state` and with its place among the cache lines, 40 bytes after the beginning of one
/// (CPython 3.11.7, x86-64): the mutex's word then shares a line with what waiters sleep on. That is worth some 0.1 µs to threads on
/// two cores, and so much decides who gets the GIL next (see [`super::lock`]).
#[repr(C, align(64))]
struct Inner<T> {
    _offset: [u64; 5],
    variables: T,
    condition: UnsafeCell<libc::pthread_cond_t>,
    mutex: UnsafeCell<libc::pthread_mutex_t>,
}

// SAFETY: pthread mutexes and condition variables are made to be used by several threads at once, through pointers; nothing
// else lies in the cells.
unsafe impl<T: Send> Send for PthreadMonitor<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for PthreadMonitor<T> {}

/// Holds the mutex of a [`PthreadMonitor`].
pub struct Guard<'a, T> {
    monitor: &'a PthreadMonitor<T>,
    // pthread wants the thread that locked to unlock: a guard must not be sent.
    _not_send: std::marker::PhantomData<*const ()>,
}

impl<T> PthreadMonitor<T> {
    fn mutex(&self) -> *mut libc::pthread_mutex_t {
        self.inner.mutex.get()
    }

    fn condition(&self) -> *mut libc::pthread_cond_t {
        self.inner.condition.get()
    }
}

impl<T: Send + Sync> Monitor<T> for PthreadMonitor<T> {
    type Guard<'a>
        = Guard<'a, T>
    where
        T: 'a;

    fn new(variables: T) -> Self {
        let inner = Box::new(Inner {
            _offset: [0; 5],
            variables,
            mutex: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER),
            condition: UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER),
        });
        let mut attributes = MaybeUninit::<libc::pthread_condattr_t>::uninit();
        // SAFETY: `attributes` is initialised by the first call before the others read it, and destroyed by the last. The
        // condition variable is at its final address, nobody uses it yet, and a statically initialised one may be initialised anew.
        unsafe {
            succeeded("pthread_condattr_init", libc::pthread_condattr_init(attributes.as_mut_ptr()));
            let clock = libc::pthread_condattr_setclock(attributes.as_mut_ptr(), libc::CLOCK_MONOTONIC);
            succeeded("pthread_condattr_setclock", clock);
            succeeded("pthread_cond_init", libc::pthread_cond_init(inner.condition.get(), attributes.as_ptr()));
            succeeded("pthread_condattr_destroy", libc::pthread_condattr_destroy(attributes.as_mut_ptr()));
        }
        Self { inner }
    }

    fn variables(&self) -> &T {
        &self.inner.variables
    }

    fn lock(&self) -> Guard<'_, T> {
        // SAFETY: the mutex is initialised and at its final address.
        succeeded("pthread_mutex_lock", unsafe { libc::pthread_mutex_lock(self.mutex()) });
        Guard { monitor: self, _not_send: std::marker::PhantomData }
    }

    fn wait<'a>(&'a self, guard: Guard<'a, T>) -> Guard<'a, T> {
        debug_assert!(std::ptr::eq(self, guard.monitor), "a guard of another monitor");
        // SAFETY: both are initialised and at their final addresses, and `guard` shows that this thread holds the mutex.
        succeeded("pthread_cond_wait", unsafe { libc::pthread_cond_wait(self.condition(), self.mutex()) });
        guard
    }

    fn wait_timeout<'a>(&'a self, guard: Guard<'a, T>, timeout: Duration) -> (Guard<'a, T>, Woken) {
        debug_assert!(std::ptr::eq(self, guard.monitor), "a guard of another monitor");
        let deadline = monotonic_after(timeout);
        // SAFETY: as in `wait`; `deadline` is a valid time of the clock that the condition variable was given.
        let code = unsafe { libc::pthread_cond_timedwait(self.condition(), self.mutex(), &raw const deadline) };
        if code == libc::ETIMEDOUT {
            return (guard, Woken::TimedOut);
        }
        succeeded("pthread_cond_timedwait", code);
        (guard, Woken::Signalled)
    }

    fn signal(&self) {
        // SAFETY: the condition variable is initialised and at its final address.
        succeeded("pthread_cond_signal", unsafe { libc::pthread_cond_signal(self.condition()) });
    }

    fn signal_all(&self) {
        // SAFETY: the condition variable is initialised and at its final address.
        succeeded("pthread_cond_broadcast", unsafe { libc::pthread_cond_broadcast(self.condition()) });
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the guard shows that this thread holds the mutex.
        succeeded("pthread_mutex_unlock", unsafe { libc::pthread_mutex_unlock(self.monitor.mutex()) });
    }
}

impl<T> Drop for PthreadMonitor<T> {
    fn drop(&mut self) {
        // SAFETY: `&mut self` shows that no guard is left, so nobody holds the mutex or waits.
        unsafe {
            libc::pthread_cond_destroy(self.condition());
            libc::pthread_mutex_destroy(self.mutex());
        }
    }
}

/// The time of the monotonic clock `timeout` from now.
fn monotonic_after(timeout: Duration) -> libc::timespec {
    let mut now = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: `now` may be written to, and is read only after a successful call has done so.
    let now = unsafe {
        succeeded("clock_gettime", libc::clock_gettime(libc::CLOCK_MONOTONIC, now.as_mut_ptr()));
        now.assume_init()
    };
    let nanoseconds = now.tv_nsec + libc::c_long::from(timeout.subsec_nanos().cast_signed());
    let seconds = libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX);
    libc::timespec {
        tv_sec: now.tv_sec.saturating_add(seconds).saturating_add(nanoseconds / 1_000_000_000),
        tv_nsec: nanoseconds % 1_000_000_000,
    }
}

/// These calls fail only where they are misused, and then nothing that follows could be trusted.
#[track_caller]
fn succeeded(call: &str, code: libc::c_int) {
    assert!(code == 0, "{call} failed: {}", std::io::Error::from_raw_os_error(code));
}

#[cfg(test)]
mod tests {
    use super::super::monitor::contract;
    use super::*;

    #[test]
    fn keeps_the_contract_of_a_monitor() {
        contract::check::<PthreadMonitor<()>>();
    }

    #[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
    #[test]
    fn lies_among_the_cache_lines_as_the_gil_of_cpython_does() {
        use std::mem::offset_of;

        // As large as what CPython has before `cond`.
        type Lock = Inner<[u64; 4]>;
        assert_eq!(align_of::<Lock>(), 64);
        let lines = [offset_of!(Lock, variables), offset_of!(Lock, condition), offset_of!(Lock, mutex)];
        assert_eq!(lines.map(|offset| offset % 64), [40, 8, 56]);
    }
}
