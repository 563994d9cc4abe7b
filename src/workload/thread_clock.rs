//! The CPU time of one thread, read from another.

#![cfg_attr(
    all(unix, not(target_vendor = "apple")),
    expect(unsafe_code, reason = "no safe crate reads another thread's CPU clock")
)]

use std::time::Duration;

/// A thread's CPU clock. It can be read from any thread of this process for as long as its own thread lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadClock {
    #[cfg(all(unix, not(target_vendor = "apple")))]
    id: libc::clockid_t,
}

#[cfg(all(unix, not(target_vendor = "apple")))]
impl ThreadClock {
    /// The clock of the current thread; `None` where the system has none.
    pub fn of_current() -> Option<Self> {
        let mut id: libc::clockid_t = 0;
        // SAFETY: `id` may be written to, and a thread's own handle is valid.
        let code = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut id) };
        (code == 0).then_some(Self { id })
    }

    /// The CPU time of its thread so far; `None` when the thread has ended.
    pub fn read(self) -> Option<Duration> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` may be written to; an id that is no longer valid is an error, not undefined.
        let code = unsafe { libc::clock_gettime(self.id, &raw mut time) };
        let seconds = u64::try_from(time.tv_sec).ok()?;
        let nanoseconds = u32::try_from(time.tv_nsec).ok()?;
        (code == 0).then(|| Duration::new(seconds, nanoseconds))
    }
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
impl ThreadClock {
    /// `None`: this system has no such clock that one thread can read of another.
    pub fn of_current() -> Option<Self> {
        None
    }

    /// `None`.
    pub fn read(self) -> Option<Duration> {
        None
    }
}

#[cfg(all(test, unix, not(target_vendor = "apple")))]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn counts_the_work_of_its_own_thread_only() {
        let (clock_sender, clock) = mpsc::channel();
        let (go, gone) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                let own = ThreadClock::of_current().expect("this system has thread clocks");
                while own.read().expect("this thread lives") < Duration::from_millis(5) {}
                clock_sender.send(own).expect("the test listens");
                // Lives, but asleep, until the test has read the clock.
                gone.recv().expect("the test lets go");
            });
            let clock = clock.recv().expect("the thread sends its clock");
            let before = clock.read().expect("the thread lives");
            assert!(before >= Duration::from_millis(5));
            let here = ThreadClock::of_current().expect("this system has thread clocks");
            let began = here.read().expect("this thread lives");
            while here.read().expect("this thread lives") < began + Duration::from_millis(5) {}
            let after = clock.read().expect("the thread lives");
            assert!(after.saturating_sub(before) < Duration::from_millis(5), "it counted the work of another thread");
            go.send(()).expect("the thread waits");
        });
    }
}
