//! CPU time of this process, and how long a thread waited for a core. That of single threads is in
//! [`crate::workload::thread_clock`].
//!
//! What the system does not tell is unknown, and what rests on it is absent.

use std::collections::BTreeMap;
use std::time::Duration;

/// CPU time that this process has used, all its threads together; `None` where the system does not tell.
pub fn of_process() -> Option<Duration> {
    system::of_process()
}

/// CPU time of each thread of this process but the calling one, by the system's number of the thread; `None` where the system does
/// not tell. That of a thread that runs at the moment can be old by a clock tick.
#[cfg(target_os = "linux")]
pub fn of_other_threads() -> Option<BTreeMap<u64, Duration>> {
    let number = |name: &std::ffi::OsStr| name.to_str()?.parse::<u64>().ok();
    let own = number(std::fs::read_link("/proc/thread-self").ok()?.file_name()?)?;
    let threads = std::fs::read_dir("/proc/self/task").ok()?.flatten().filter_map(|task| {
        let thread = number(&task.file_name()).filter(|thread| *thread != own)?;
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        let cpu_ns = text.split_ascii_whitespace().next()?.parse().ok()?;
        Some((thread, Duration::from_nanos(cpu_ns)))
    });
    Some(threads.collect())
}

/// Unknown on this system.
#[cfg(not(target_os = "linux"))]
pub fn of_other_threads() -> Option<BTreeMap<u64, Duration>> {
    None
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

#[cfg(unix)]
#[expect(unsafe_code, reason = "no safe crate reads this process's CPU clock")]
mod system {
    use std::time::Duration;

    pub(super) fn of_process() -> Option<Duration> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` may be written to, and the id is one of the constants meant for this call.
        let code = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
        let seconds = u64::try_from(time.tv_sec).ok()?;
        let nanoseconds = u32::try_from(time.tv_nsec).ok()?;
        (code == 0).then(|| Duration::new(seconds, nanoseconds))
    }
}

#[cfg(not(unix))]
mod system {
    use std::time::Duration;

    pub(super) fn of_process() -> Option<Duration> {
        None
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

    #[cfg(unix)]
    #[test]
    fn the_process_clock_counts_every_thread() {
        use crate::workload::thread_clock::ThreadClock;

        let before = of_process().expect("Unix has a process clock");
        let worker = std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                std::hint::black_box(
                    (0..1_000_000_u64).fold(1, |hash, i| std::hint::black_box(hash ^ i).rotate_left(5)),
                );
                ThreadClock::of_current()?.read()
            });
            worker.join().expect("it does not panic")
        });
        let all = of_process().expect("Unix has a process clock").saturating_sub(before);
        assert!(worker.is_none_or(|worker| all >= worker), "{all:?} {worker:?}");
        assert!(all > Duration::ZERO);
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
