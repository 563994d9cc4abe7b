//! What one unit of work does, one file for each workload. No timing inside: the engines count units and read clocks.
//! The one exception is [`mixed::Speed::calibrate`], which decides how much work `mixed` is, once a run.
//!
//! A run has one [`Workshop`]. For each window it [prepares](Workshop::prepare) the workload, which gives one
//! [`WorkerUnit`] for each worker and the [`StopSignal`] that ends the window. Every engine with threads of this process
//! drives the same units; they differ only in the [`Context`] they pass, and the compiler makes one copy of the code for each.

pub mod batch;
pub mod counter;
pub mod critical;
pub mod lost_updates;
pub mod mixed;
pub mod pool;
pub mod primes;
pub mod semaphore;
pub mod sha256;
pub mod sleeper;
pub mod socket;
pub mod stop;
pub mod thread_clock;
pub mod two_locks;
pub mod wait;
pub mod workshop;
pub mod zlib;

pub use stop::{StopFlag, StopSignal, WaitEnd};
pub use workshop::{Prepared, WorkerUnit, Workshop};

/// How a unit meets the GIL. Native threads have none, so that all of this is nothing for them; the model polls and releases.
pub trait Context {
    /// Whether starting a thread waits until it runs, as `threading.Thread.start` does.
    const START_AWAITS_THREAD: bool = false;

    /// The worker begins to run units: called once by the worker itself, after the barrier.
    fn enter(&mut self);

    /// A point where CPython's interpreter loop looks whether it shall hand on the GIL.
    fn poll(&mut self);

    /// So many loop iterations have been done, after each of which CPython's interpreter loop would have looked. They take it some
    /// 50 ns each and native code one or two, so that a model of CPython looks after several.
    #[inline]
    fn poll_after(&mut self, iterations: u32) {
        let _ = iterations;
        self.poll();
    }

    /// Runs `wait`, a call into the operating system that releases the GIL.
    fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R;

    /// Runs `compute`, a computation for which an extension module of CPython releases the GIL. Unlike a call that waits it is
    /// followed by next to nothing that holds the GIL.
    fn released<R>(&mut self, compute: impl FnOnce() -> R) -> R {
        self.blocking(compute)
    }

    /// The worker will run no more units: called once by the worker itself, also after a failed unit.
    fn leave(&mut self);
}

/// The context of native threads: no GIL, so every call is nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoGil;

impl Context for NoGil {
    #[inline]
    fn enter(&mut self) {}

    #[inline]
    fn poll(&mut self) {}

    #[inline]
    fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        wait()
    }

    #[inline]
    fn leave(&mut self) {}
}

/// One worker's prepared unit of work.
pub trait Unit: Send {
    /// Runs one unit, or ends early when `stop` is raised. It looks at `stop` at its beginning and after each 10 to 50 µs of
    /// computing; waiting is interrupted at once. The thread must be [enlisted](StopSignal::enlist) with `stop`.
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd;
}

/// How a unit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitEnd {
    /// It is done and counts.
    Done,
    /// The stop signal was raised before it was done; it does not count.
    Interrupted,
    /// It could not be done, and the window has no result.
    Failed(Box<WorkloadError>),
}

/// Why a workload cannot be prepared or a unit cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkloadError {
    /// The local server could not be started.
    #[error("failed to start the local server: {0}")]
    Server(String),
    /// A worker could not connect to the local server.
    #[error("failed to connect to the local server: {0}")]
    Connect(String),
    /// A thread that the workload starts could not do its work.
    #[error("failed to run {0}; ask for fewer threads or raise the system's limit (`ulimit -u`)")]
    Thread(String),
    /// The workload starts its own threads, so that no worker can have a unit of it.
    #[error("workload `{0}` starts its own threads")]
    StartsThreads(&'static str),
    /// Only Python has what it needs.
    #[error("workload `{0}` runs in Python only")]
    InPythonOnly(&'static str),
    /// A buffer could not be compressed.
    #[error("failed to compress: {0}")]
    Compress(String),
    /// A request got no answer.
    #[error("a request to the local server failed: {0}")]
    Request(String),
    /// The system allows too few open files for so many connections.
    #[error(
        "{threads} connections need {needed} open files, but this system allows {allowed}; raise the limit (`ulimit -n`)"
    )]
    TooFewFiles {
        /// Workers wanted, each with its own connection.
        threads: usize,
        /// Open files that takes, both ends included.
        needed: u64,
        /// The hard limit.
        allowed: u64,
    },
}
