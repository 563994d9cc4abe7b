//! CPU time of single threads and of this process, and how long a thread waited for a core.
//!
//! Linux tells all three; elsewhere they are unknown, and what rests on them is absent.

use std::time::Duration;

/// A thread's CPU time, readable by every thread of this process.
#[derive(Debug, Clone, Copy)]
pub struct ThreadClock(system::ClockId);

impl ThreadClock {
    /// The clock of the calling thread; `None` where the system has none.
    pub fn of_this_thread() -> Option<Self> {
        system::of_this_thread().map(Self)
    }

    /// CPU time that its thread has used; `None` once it has ended.
    pub fn read(self) -> Option<Duration> {
        system::read(self.0)
    }
}

/// CPU time that this process has used, all its threads together; `None` where the system does not tell.
pub fn of_process() -> Option<Duration> {
    system::of_process()
}

/// How long a thread was ready to run but waited for a core.
#[derive(Debug)]
pub struct RunDelay(#[cfg(target_os = "linux")] std::fs::File);

#[cfg(target_os = "linux")]
impl RunDelay {
    /// That of the calling thread, kept open for the coordinator to read; `None` where the kernel does not count it.
    pub fn of_this_thread() -> Option<Self> {
        let delay = Self(std::fs::File::open("/proc/thread-self/schedstat").ok()?);
        delay.read().is_some().then_some(delay)
    }

    /// The time so far. Allocates nothing.
    pub fn read(&self) -> Option<Duration> {
        use std::os::unix::fs::FileExt;

        let mut buffer = [0_u8; 96];
        let length = self.0.read_at(&mut buffer, 0).ok()?;
        parse_schedstat(std::str::from_utf8(buffer.get(..length)?).ok()?)
    }
}

#[cfg(not(target_os = "linux"))]
impl RunDelay {
    /// Unknown on this system.
    pub fn of_this_thread() -> Option<Self> {
        None
    }

    /// Unknown on this system.
    pub fn read(&self) -> Option<Duration> {
        None
    }
}

/// The second of the three fields: nanoseconds on a run queue (Linux, `Documentation/scheduler/sched-stats.rst`).
#[cfg(any(target_os = "linux", test))]
fn parse_schedstat(text: &str) -> Option<Duration> {
    let mut fields = text.split_ascii_whitespace();
    let delay_ns = fields.nth(1)?.parse().ok()?;
    // All three are there, or the text was cut.
    fields.next()?;
    Some(Duration::from_nanos(delay_ns))
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the clocks of threads are to be had from the C library only")]
mod system {
    use std::mem::MaybeUninit;
    use std::time::Duration;

    pub(super) type ClockId = libc::clockid_t;

    pub(super) fn of_this_thread() -> Option<ClockId> {
        let mut clock = MaybeUninit::uninit();
        // SAFETY: `pthread_self` is always a live thread, and `clock` is valid for one write.
        let failed = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), clock.as_mut_ptr()) };
        // SAFETY: the call succeeded, so it has written the id.
        (failed == 0).then(|| unsafe { clock.assume_init() })
    }

    pub(super) fn of_process() -> Option<Duration> {
        read(libc::CLOCK_PROCESS_CPUTIME_ID)
    }

    pub(super) fn read(clock: ClockId) -> Option<Duration> {
        let mut time = MaybeUninit::uninit();
        // SAFETY: an id of a thread that has ended is refused with an error; `time` is valid for one write.
        let failed = unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) };
        if failed != 0 {
            return None;
        }
        // SAFETY: the call succeeded, so it has written the time.
        let time: libc::timespec = unsafe { time.assume_init() };
        Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::time::Duration;

    pub(super) type ClockId = std::convert::Infallible;

    pub(super) fn of_this_thread() -> Option<ClockId> {
        None
    }

    pub(super) fn of_process() -> Option<Duration> {
        None
    }

    pub(super) fn read(clock: ClockId) -> Option<Duration> {
        match clock {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_delay_is_the_second_field() {
        assert_eq!(parse_schedstat("869727 1200 1\n"), Some(Duration::from_nanos(1200)));
        assert_eq!(parse_schedstat("869727 1200"), None);
        assert_eq!(parse_schedstat(""), None);
        assert_eq!(parse_schedstat("a b c"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn clocks_count_work_of_their_own_thread_only() {
        fn compute() -> u64 {
            (0..3_000_000_u64).fold(1, |hash, i| std::hint::black_box(hash ^ i).rotate_left(5))
        }
        let mine = ThreadClock::of_this_thread().expect("Linux has thread clocks");
        let mine_before = mine.read().expect("this thread lives");
        let process_before = of_process().expect("Linux has a process clock");
        let other = std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                std::hint::black_box(compute());
                let clock = ThreadClock::of_this_thread().expect("Linux has thread clocks");
                (clock, clock.read().expect("it still runs"))
            });
            worker.join().expect("it does not panic")
        });
        let process = of_process().expect("Linux has a process clock") - process_before;
        assert!(other.1 > Duration::ZERO && process >= other.1, "{process:?} {:?}", other.1);
        std::hint::black_box(compute());
        assert!(mine.read().expect("this thread lives") > mine_before);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn run_delay_grows_and_is_readable_from_elsewhere() {
        // Where the kernel was built without it there is nothing to test.
        let Some(delay) = RunDelay::of_this_thread() else { return };
        let elsewhere = std::thread::scope(|scope| scope.spawn(|| delay.read()).join().ok().flatten());
        assert!(elsewhere.is_some() && delay.read() >= elsewhere);
    }
}
