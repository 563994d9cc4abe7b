//! Ending a window's workers at once, whatever they do.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Something besides the workers' own threads that must learn of the end of a window, such as a server that holds answers back.
pub trait Interrupt: Send + Sync {
    /// Lets every call that now waits for it return soon.
    fn interrupt(&self);
}

/// The flag of a [`StopSignal`]: once raised it stays raised. Clones share it. Raising it waits for nothing and wakes nobody, so
/// that any thread may do it at any time; whoever computes sees it within 50 µs of having a core.
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Raises it.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it is raised. As cheap as reading a variable.
    #[inline]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// One window's end: a flag that the workers look at, and a way to cut their waiting short. Once raised it stays raised; each
/// window has its own.
pub struct StopSignal {
    flag: StopFlag,
    workers: Mutex<Vec<Thread>>,
    also: Vec<Arc<dyn Interrupt>>,
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitEnd {
    /// The time is over.
    Elapsed,
    /// The stop signal was raised.
    Interrupted,
}

impl StopSignal {
    /// A signal that is not raised.
    pub fn new() -> Self {
        Self { flag: StopFlag::default(), workers: Mutex::new(Vec::new()), also: Vec::new() }
    }

    /// A signal that also tells `interrupt` when it is raised.
    pub fn with_interrupt(interrupt: Arc<dyn Interrupt>) -> Self {
        Self { also: vec![interrupt], ..Self::new() }
    }

    /// Lets the signal tell `interrupt` too when it is raised.
    pub fn also_tell(&mut self, interrupt: Arc<dyn Interrupt>) {
        self.also.push(interrupt);
    }

    /// The flag alone, for those who raise it without waiting for anything, or only look at it. Whoever raises it leaves it to the
    /// window's coordinator to [raise](Self::raise) the signal, which wakes those who wait.
    pub fn flag(&self) -> StopFlag {
        self.flag.clone()
    }

    /// Makes the current thread one whose waits are cut short. Each worker calls it once, before the barrier, since it locks.
    pub fn enlist(&self) {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(thread::current());
    }

    /// Ends the window: no unit that has not ended by now counts.
    pub fn raise(&self) {
        self.flag.raise();
        for worker in self.workers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            worker.unpark();
        }
        for also in &self.also {
            also.interrupt();
        }
    }

    /// Whether the window is over. As cheap as reading a variable.
    #[inline]
    pub fn is_raised(&self) -> bool {
        self.flag.is_raised()
    }

    /// Sleeps for `duration`, or until the signal is raised. The current thread must be enlisted.
    ///
    /// The sleep is the operating system's own timed wait (on Linux a futex with an absolute time-out, which has the same timer
    /// and the same slack as `clock_nanosleep`), so that it is as late as a real sleep is.
    pub fn wait(&self, duration: Duration) -> WaitEnd {
        let deadline = Instant::now() + duration;
        loop {
            if self.is_raised() {
                return WaitEnd::Interrupted;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return WaitEnd::Elapsed;
            }
            thread::park_timeout(left);
        }
    }
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StopSignal").field("raised", &self.is_raised()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Barrier, mpsc};

    use super::*;

    #[test]
    fn a_wait_lasts_at_least_its_time() {
        let stop = StopSignal::new();
        stop.enlist();
        // A stale token of `park` must not end it early.
        thread::current().unpark();
        let began = Instant::now();
        assert_eq!(stop.wait(Duration::from_millis(5)), WaitEnd::Elapsed);
        assert!(began.elapsed() >= Duration::from_millis(5));
    }

    #[test]
    fn raising_ends_waits_of_an_hour() {
        let stop = StopSignal::new();
        let enlisted = Barrier::new(9);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    stop.enlist();
                    enlisted.wait();
                    assert_eq!(stop.wait(Duration::from_hours(1)), WaitEnd::Interrupted);
                });
            }
            enlisted.wait();
            stop.raise();
        });
        assert!(stop.is_raised());
    }

    #[test]
    fn a_worker_that_enlists_late_does_not_sleep() {
        let stop = StopSignal::new();
        stop.raise();
        stop.enlist();
        assert_eq!(stop.wait(Duration::from_hours(1)), WaitEnd::Interrupted);
    }

    #[test]
    fn raising_tells_the_interrupt_after_the_flag() {
        struct Server {
            told: AtomicUsize,
            channel: Mutex<mpsc::Sender<()>>,
        }
        impl Interrupt for Server {
            fn interrupt(&self) {
                self.told.fetch_add(1, Ordering::SeqCst);
                self.channel.lock().expect("one user").send(()).expect("the test listens");
            }
        }
        let (sender, receiver) = mpsc::channel();
        let server = Arc::new(Server { told: AtomicUsize::new(0), channel: Mutex::new(sender) });
        let stop = StopSignal::with_interrupt(Arc::clone(&server) as Arc<dyn Interrupt>);
        stop.raise();
        assert_eq!(receiver.try_recv(), Ok(()));
        assert_eq!(server.told.load(Ordering::SeqCst), 1);
    }
}
