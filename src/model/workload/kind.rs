//! The kinds of workload, with what is known of each.

use serde::{Deserialize, Serialize};

use super::parameter::Parameter;
use super::table::{
    BODY_MS, CODE, COMPRESSED_KIB, CPU_SHARE, DELAY_MS, HASHED_KIB, HOW, JOB_MS, JOIN, LOCK_SHARE, LOCKED_UNIT_MS,
    MATRIX_SIZE, ORDER, PATIENCE_MS, PAYLOAD_KIB, POOL_CPU_MS, POOL_WAIT_MS, PRIME_LIMIT, SLEEP_MS, SLOT_WAIT_MS,
    SLOTS, UNIT_MS, WAIT_MS,
};

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadKind {
    /// Counts primes by trial division: CPU-bound, holds the GIL.
    CountPrimes,
    /// Sleeps.
    Wait,
    /// One request to a local server that answers after a delay.
    Socket,
    /// A share of CPU work and the rest waiting.
    Mixed,
    /// Hashes a buffer: CPU-bound, releases the GIL where the buffer is not small.
    Sha256,
    /// Compresses a buffer: CPU-bound, releases the GIL.
    Zlib,
    /// One product of two matrices by NumPy: CPU-bound, releases the GIL. In Python only.
    Numpy,
    /// Increments one number that all workers share, in safe and unsafe ways.
    LostUpdates,
    /// One worker sleeps while the others compute.
    Sleeper,
    /// Computes, a share of it inside one lock.
    Critical,
    /// Takes one of a few slots, waits, gives it back.
    Semaphore,
    /// Counts together with all workers, in several right ways.
    Counter,
    /// Takes two locks, in one order or in opposite ones.
    TwoLocks,
    /// Threads that are started, sleep and are joined: what starting and joining costs.
    StartJoin,
    /// Jobs that compute and wait, handed to an executor.
    Pool,
    /// One whole computation that is divided among workers started for it.
    Job,
    /// A function in Python, from the lesson or from the learner. In Python only.
    Code,
}

/// What limits a workload, which decides how its claims are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Needs a core for its whole unit, so that the machine's ceiling limits it.
    Cpu,
    /// Waits for its whole unit; cores do not limit it.
    Waiting,
    /// Both.
    Mixed,
}

impl WorkloadKind {
    /// Every kind, in the order lists show them.
    pub const ALL: [Self; 17] = [
        Self::CountPrimes,
        Self::Wait,
        Self::Socket,
        Self::Mixed,
        Self::Sha256,
        Self::Zlib,
        Self::Numpy,
        Self::LostUpdates,
        Self::Sleeper,
        Self::Critical,
        Self::Semaphore,
        Self::Counter,
        Self::TwoLocks,
        Self::StartJoin,
        Self::Pool,
        Self::Job,
        Self::Code,
    ];

    /// The word used in lesson files and results.
    pub fn id(self) -> &'static str {
        match self {
            Self::CountPrimes => "count-primes",
            Self::Wait => "wait",
            Self::Socket => "socket",
            Self::Mixed => "mixed",
            Self::Sha256 => "sha256",
            Self::Zlib => "zlib",
            Self::Numpy => "numpy",
            Self::LostUpdates => "lost-updates",
            Self::Sleeper => "sleeper",
            Self::Critical => "critical",
            Self::Semaphore => "semaphore",
            Self::Counter => "counter",
            Self::TwoLocks => "two-locks",
            Self::StartJoin => "start-join",
            Self::Pool => "pool",
            Self::Job => "job",
            Self::Code => "code",
        }
    }

    /// The kind named by `id`, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// What a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::CountPrimes => "Count primes",
            Self::Wait => "Wait",
            Self::Socket => "Socket requests",
            Self::Mixed => "Compute and wait",
            Self::Sha256 => "Hash a buffer (SHA-256)",
            Self::Zlib => "Compress a buffer (zlib)",
            Self::Numpy => "Multiply matrices (NumPy)",
            Self::LostUpdates => "Increment one number",
            Self::Sleeper => "Sleep beside computing threads",
            Self::Critical => "Compute with one lock",
            Self::Semaphore => "Wait with a slot",
            Self::Counter => "Count together",
            Self::TwoLocks => "Take two locks",
            Self::StartJoin => "Start and join threads",
            Self::Pool => "Jobs for an executor",
            Self::Job => "Divide one job",
            Self::Code => "Your own code",
        }
    }

    /// What limits it.
    pub fn bound(self) -> Bound {
        match self {
            Self::CountPrimes
            | Self::Sha256
            | Self::Zlib
            | Self::Numpy
            | Self::LostUpdates
            | Self::Critical
            | Self::Counter
            | Self::TwoLocks
            | Self::Job => Bound::Cpu,
            Self::Wait | Self::Socket | Self::Sleeper | Self::Semaphore | Self::StartJoin => Bound::Waiting,
            // Nobody knows what code does.
            Self::Mixed | Self::Pool | Self::Code => Bound::Mixed,
        }
    }

    /// Whether its units are updates of a number that can get lost, and are counted.
    pub fn counts_updates(self) -> bool {
        matches!(self, Self::LostUpdates | Self::Counter)
    }

    /// Whether its units are timed one by one: not where they only compute, and not where windows hold whole batches.
    pub fn times_units(self) -> bool {
        self.bound() != Bound::Cpu && self != Self::StartJoin
    }

    /// The parameter of that name, if it has one.
    pub fn parameter(self, name: &str) -> Option<&'static Parameter> {
        self.parameters().iter().find(|parameter| parameter.id == name)
    }

    /// The parameters it has, in slider order.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::CountPrimes => &[PRIME_LIMIT],
            Self::Wait => &[WAIT_MS],
            Self::Socket => &[DELAY_MS],
            Self::Mixed => &[UNIT_MS, CPU_SHARE],
            Self::Sha256 => &[HASHED_KIB],
            Self::Zlib => &[COMPRESSED_KIB],
            Self::Numpy => &[MATRIX_SIZE],
            Self::LostUpdates => &[CODE],
            Self::Sleeper => &[SLEEP_MS],
            Self::Critical => &[LOCKED_UNIT_MS, LOCK_SHARE],
            Self::Semaphore => &[SLOTS, SLOT_WAIT_MS],
            Self::Counter => &[HOW],
            Self::TwoLocks => &[ORDER, PATIENCE_MS],
            Self::StartJoin => &[JOIN, BODY_MS],
            Self::Pool => &[POOL_WAIT_MS, POOL_CPU_MS],
            Self::Job => &[JOB_MS, PAYLOAD_KIB],
            Self::Code => &[],
        }
    }
}
