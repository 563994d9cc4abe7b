//! The protocol of CPython's GIL, as `Python/ceval_gil.c` of 3.11 and 3.12 has it.
//!
//! The protocol of 3.13 and 3.14 is the same but for the drop request, which is one bit for each thread instead of one flag.
//!
//! # Who is served by a forced switch
//!
//! Where two threads compute and a third sleeps for 1 ms at a time, a race of one or two microseconds decides how often the sleeper has its turn. The
//! waiting thread that asks the holder to let go has just timed out, and goes back to waiting. If the holder's signal comes before
//! the operating system has put it to sleep, then it takes that signal itself, although the sleeper has waited for longer: POSIX and
//! glibc allow that. The sleeper then waits for one more switch interval at least. In CPython 3.11.7 with glibc 2.36 the sleeper was served in
//! 8 to 40 % of the cases where the signal came less than 1 µs after the asker had called `pthread_cond_timedwait`, in 54 to 84 % of those
//! where it came 1 to 2 µs after, and in nearly all others (traced by hand, with a library that stands between CPython and glibc).
//!
//! So tens of nanoseconds count, on either thread's way, and the model takes as many as CPython in three places: which of the lock's words share a
//! cache line ([`super::pthread`]), how often a computing loop looks ([`super::context`]), and what it touches before it lets go
//! ([`super::footprint`]). On another processor, or another build of CPython, the race may end otherwise.
//!
//! One thing is not CPython's: a stop flag, with which a window ends. As long as it is not raised the protocol is CPython's to
//! the letter.

use std::time::Duration;

use crossbeam_utils::CachePadded;

use super::monitor::{Flag, Monitor, Number, Primitives, Stop, System, Woken};
use crate::workload::stop::Interrupt;

/// The lock on the operating system's primitives.
pub type Gil = GilLock<System>;

/// A global interpreter lock: at most one thread holds it; a thread that wants it asks the holder to let go after the switch
/// interval, and a holder that was asked does not come back before another thread has had its turn.
pub struct GilLock<P: Primitives> {
    /// Read at every poll of the holder; apart from what waiters write.
    drop_request: CachePadded<P::Flag>,
    /// CPython's `mutex` and `cond`, which guard the variables, and are where threads wait for the lock.
    free: P::Monitor<Variables<P>>,
    /// CPython's `switch_mutex` and `switch_cond`: where a thread that was made to let go waits for the next to take over.
    switched: P::Monitor<()>,
    /// Once raised, nobody waits any more.
    stop: P::Stop,
}

/// What lies before `cond` and `mutex` in CPython's `struct _gil_runtime_state`, in the same order and size.
#[repr(C)]
struct Variables<P: Primitives> {
    /// In microseconds.
    interval_us: u64,
    /// The thread that held the lock last, plus one; 0 for none.
    last_holder: P::Number,
    locked: P::Flag,
    switch_number: P::Number,
}

/// How trying to take the lock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// The thread holds it.
    Held,
    /// The stop flag is raised, and the thread does not hold it: it shall end.
    GivenUp,
}

impl<P: Primitives> GilLock<P> {
    /// A free lock. A thread waits for `interval_us` microseconds (at least 1) before it asks the holder to let go. Whoever
    /// raises `stop` calls [`wake_all`](Self::wake_all) afterwards.
    pub fn new(interval_us: u32, stop: P::Stop) -> Self {
        Self {
            stop,
            drop_request: CachePadded::new(P::Flag::lowered()),
            free: P::Monitor::new(Variables {
                interval_us: u64::from(interval_us.max(1)),
                last_holder: P::Number::zero(),
                locked: P::Flag::lowered(),
                switch_number: P::Number::zero(),
            }),
            switched: P::Monitor::new(()),
        }
    }

    /// How often the lock has gone to another thread than its last holder so far.
    pub fn switches(&self) -> usize {
        self.free.variables().switch_number.get()
    }

    fn is_held(&self) -> bool {
        self.free.variables().locked.get()
    }

    /// Takes the lock, as the thread numbered `me` (CPython: `take_gil`). The thread must not hold it. It gives up once the
    /// stop flag is raised, so that the lock does not have to go through the hands of all who want it before all have ended.
    pub fn take(&self, me: usize) -> Taking {
        let Variables { interval_us, last_holder, locked, switch_number } = self.free.variables();
        let mut guard = self.free.lock();
        while locked.get() && !self.stop.is_raised() {
            let saved = switch_number.get();
            let woken;
            (guard, woken) = self.free.wait_timeout(guard, Duration::from_micros(*interval_us));
            // A whole interval without a switch: time to ask.
            if woken == Woken::TimedOut && locked.get() && switch_number.get() == saved {
                self.drop_request.set(true);
            }
        }
        if self.stop.is_raised() {
            return Taking::GivenUp;
        }
        let switched_guard = self.switched.lock();
        locked.set(true);
        if last_holder.get() != me + 1 {
            last_holder.set(me + 1);
            switch_number.set(switch_number.get().wrapping_add(1));
        }
        self.switched.signal();
        drop(switched_guard);
        self.drop_request.set(false);
        drop(guard);
        Taking::Held
    }

    /// Lets go of the lock (CPython: `drop_gil`). The thread numbered `me` must hold it.
    ///
    /// Wakes one waiter but hands nothing over: any thread may take the lock next, except that a thread which was asked to let go
    /// waits here until another has taken it (CPython: `FORCE_SWITCHING`), or until the stop flag is raised: then perhaps nobody
    /// wants it any more.
    pub fn drop_held(&self, me: usize) {
        let Variables { last_holder, locked, .. } = self.free.variables();
        debug_assert!(locked.get(), "letting go of a lock that nobody holds");
        last_holder.set(me + 1);
        let guard = self.free.lock();
        locked.set(false);
        self.free.signal();
        drop(guard);
        if self.drop_request.get() {
            let mut guard = self.switched.lock();
            if last_holder.get() == me + 1 && !self.stop.is_raised() {
                self.drop_request.set(false);
                guard = self.switched.wait(guard);
            }
            drop(guard);
        }
    }

    /// Wakes everybody who waits here, so that they see the stop flag. To be called after it was raised, by a thread that does
    /// not hold the lock.
    ///
    /// No wake-up is lost: each looks at the flag while it holds the mutex that it then waits with, and here that mutex is taken
    /// after the flag was raised. So a thread either sees the flag, or waits already.
    pub fn wake_all(&self) {
        wake_all_of(&self.free);
        wake_all_of(&self.switched);
    }

    /// Whether the holder was asked to let go: what CPython's interpreter loop looks at (`eval_breaker`) at function entry, at a
    /// backward jump and after a call.
    #[inline]
    pub fn drop_requested(&self) -> bool {
        self.drop_request.get()
    }
}

fn wake_all_of<T>(monitor: &impl Monitor<T>) {
    let guard = monitor.lock();
    monitor.signal_all();
    drop(guard);
}

impl Interrupt for Gil {
    fn interrupt(&self) {
        self.wake_all();
    }
}

impl<P: Primitives> std::fmt::Debug for GilLock<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GilLock")
            .field("interval_us", &self.free.variables().interval_us)
            .field("held", &self.is_held())
            .field("switches", &self.switches())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
