//! How soon a thread that wakes up gets a core, on Linux from 6.12 on.

#![expect(unsafe_code, reason = "no safe crate sets a thread's slice")]

use std::mem::size_of;

/// The shortest slice that the system grants, in nanoseconds.
const SHORTEST_NS: u64 = 100_000;

/// What threads that the current one starts from then on get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heirs {
    /// The same slice.
    Same,
    /// The usual one.
    Usual,
}

/// `struct sched_attr` in its first version (Linux, `sched_setattr(2)`).
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Attributes {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

/// Lets a thread have a core for short, but soon: of those that wait, the scheduler takes the one whose slice would be
/// over first (EEVDF; Linux, `Documentation/scheduler/sched-eevdf.rst`). A thread that computes gets no more of a core thereby.
/// Older systems, other policies and threads with precedence (a negative nice value) stay as they are.
///
/// `thread` is its number, 0 for the current one. The number of the main thread is that of the process.
pub(super) fn shorten(thread: u32, heirs: Heirs) {
    let Ok(size) = u32::try_from(size_of::<Attributes>()) else { return };
    let mut attributes = Attributes::default();
    // SAFETY: the pointer is to a structure of that size, which the system may fill in.
    let code = unsafe { libc::syscall(libc::SYS_sched_getattr, thread, &raw mut attributes, size, 0) };
    // With the usual slice, a thread's heirs would get the usual precedence too: what the user gave them counts for more.
    if code != 0 || attributes.policy != libc::SCHED_OTHER.unsigned_abs() || attributes.nice < 0 {
        return;
    }
    let reset_on_fork = u64::from(libc::SCHED_FLAG_RESET_ON_FORK.unsigned_abs());
    attributes.size = size;
    attributes.runtime = SHORTEST_NS;
    attributes.flags = if heirs == Heirs::Usual { reset_on_fork } else { 0 };
    // SAFETY: as above; the structure is only read.
    let code = unsafe { libc::syscall(libc::SYS_sched_setattr, thread, &raw const attributes, 0) };
    if code != 0 {
        tracing::debug!("the slice stays as it is: {}", std::io::Error::last_os_error());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Attributes {
        let mut attributes = Attributes::default();
        let size = u32::try_from(size_of::<Attributes>()).expect("it is small");
        // SAFETY: as in `shorten`.
        let code = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, size, 0) };
        assert_eq!(code, 0);
        attributes
    }

    fn in_thread<R: Send>(read: impl FnOnce() -> R + Send) -> R {
        std::thread::scope(|scope| scope.spawn(read).join()).expect("it does not panic")
    }

    #[test]
    fn workers_get_the_usual_slice() {
        in_thread(|| {
            let usual = now().runtime;
            shorten(0, Heirs::Same);
            // Linux before 6.12 knows of none.
            let shortened = now().runtime;
            assert_eq!(in_thread(|| now().runtime), shortened);
            shorten(0, Heirs::Usual);
            assert_eq!((now().runtime, in_thread(|| now().runtime)), (shortened, usual));
        });
    }

    #[test]
    fn who_was_given_precedence_passes_it_on() {
        in_thread(|| {
            let preferred = Attributes { nice: -5, ..now() };
            // SAFETY: as in `shorten`.
            let code = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const preferred, 0) };
            if code != 0 {
                // Only a privileged process may take it.
                return;
            }
            shorten(0, Heirs::Usual);
            assert_eq!(in_thread(|| now().nice), -5);
        });
    }
}
