//! One measured window, as an engine reports it.

use serde::{Deserialize, Serialize};

use super::format;
use super::units::ThreadCount;

/// One timed interval with N workers running; gives one throughput. What could not be measured is `None`, never 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// How many workers ran.
    pub threads: ThreadCount,
    /// The round it belongs to, from 0.
    pub round: u32,
    /// When its first snapshot was taken, in seconds after the run began.
    pub started_s: f64,
    /// Between the two snapshots, in seconds; above 0.
    pub wall_s: f64,
    /// Units of work counted between the snapshots.
    pub units: u64,
    /// CPU time of the workers between the snapshots, in seconds.
    pub workers_cpu_s: Option<f64>,
    /// CPU time of this process beside its workers and its server, in seconds: the observer.
    pub observer_cpu_s: Option<f64>,
    /// CPU time of the local server of the socket workload, in seconds.
    pub server_cpu_s: Option<f64>,
    /// Time the workers were ready to run but waited for a core, in seconds, summed over the workers.
    pub run_delay_s: Option<f64>,
    /// Time one unit took as measured by the workers: the median in milliseconds, for waiting workloads.
    pub latency_ms: Option<f64>,
    /// How often the GIL went to another thread: known of the model, and counted of CPython where it is compared with it.
    pub gil_switches: Option<u64>,
    /// Updates that got lost, over the workers' whole lives, for the workload that counts them.
    pub lost: Option<LostUpdates>,
    /// The times of units, where they are noted.
    pub latency_quantiles_ms: Option<Quantiles>,
    /// Deadlocks over the workers' whole lives, for the workload that looks for them.
    pub deadlocks: Option<DeadlockReport>,
    /// Why this window is not to be trusted fully; kept only after two more attempts.
    pub disturbance: Option<Disturbance>,
}

/// The times of units in milliseconds, from short to long: least, 5 %, 25 %, 50 %, 75 %, 95 %, greatest. `None` from the first one
/// on that is unknown, since units as long as that could not end within the window.
pub type Quantiles = [Option<f64>; 7];

/// How many increments were made of a shared number, and what the number was in the end. Both are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostUpdates {
    /// Increments that the workers made.
    pub expected: u64,
    /// The number after the last worker had ended; at most `expected`.
    pub counted: u64,
}

impl LostUpdates {
    /// The share of the increments that left no trace, 0 to 1; `None` where there were none.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn share(&self) -> Option<f64> {
        let lost = self.expected.checked_sub(self.counted)?;
        (self.expected > 0).then(|| lost as f64 / self.expected as f64)
    }

    /// Both numbers in words, such as `1,234 of 2,000 counted`.
    pub fn in_words(&self) -> String {
        format!("{} of {} counted", format::whole(self.counted), format::whole(self.expected))
    }
}

impl std::ops::Add for LostUpdates {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let expected = self.expected.saturating_add(other.expected);
        Self { expected, counted: self.counted.saturating_add(other.counted) }
    }
}

/// How often workers waited for each other in a circle until one of them lost patience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlockReport {
    /// How often.
    pub count: u64,
    /// The circle as it was the last time, beginning with the worker that lost patience; empty where there was none.
    pub last: Vec<Waiter>,
}

impl DeadlockReport {
    /// The last circle in words, such as `thread 1 holds A and waits for B; thread 2 holds B and waits for A`; `None`
    /// where there was none.
    pub fn in_words(&self) -> Option<String> {
        let sentence = |it: &Waiter| format!("thread {} holds {} and waits for {}", it.thread, it.holds, it.waits_for);
        (!self.last.is_empty()).then(|| self.last.iter().map(sentence).collect::<Vec<_>>().join("; "))
    }
}

/// A worker of a deadlock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// Its number, from 1.
    pub thread: u32,
    /// The lock it held.
    pub holds: LockName,
    /// The lock it waited for.
    pub waits_for: LockName,
}

/// One of the two locks of the workload that takes two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockName {
    /// The first.
    A,
    /// The second.
    B,
}

impl std::fmt::Display for LockName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}

/// What spoils a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Disturbance {
    /// This program itself used more than 2 % of a core beside the workers.
    Observer {
        /// The share of one core, 0 to 1 and above.
        share_of_core: f64,
    },
    /// The window lasted far longer than it was to: the machine gave the thread that measures no core.
    Overlong {
        /// How many times as long.
        times: f64,
    },
}

impl Window {
    /// Units per second.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn throughput_per_sec(&self) -> f64 {
        self.units as f64 / self.wall_s
    }

    /// CPU seconds the workers used per second: how many cores were busy for them.
    pub fn cores_used(&self) -> Option<f64> {
        self.workers_cpu_s.map(|cpu_s| cpu_s / self.wall_s)
    }

    /// Units per CPU second of the workers; `None` where they used no CPU time that could be measured.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn units_per_cpu_sec(&self) -> Option<f64> {
        self.workers_cpu_s.filter(|&cpu_s| cpu_s > 0.0).map(|cpu_s| self.units as f64 / cpu_s)
    }

    /// How often the GIL went to another thread, per second.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn gil_switches_per_sec(&self) -> Option<f64> {
        self.gil_switches.map(|switches| switches as f64 / self.wall_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: u64, counted: u64, share: Option<f64>, words: &str) {
        let lost = LostUpdates { expected, counted };
        assert_eq!((lost.share(), lost.in_words().as_str()), (share, words));
    }

    #[test]
    fn lost_updates_are_a_share_and_two_numbers() {
        check(2000, 1234, Some(0.383), "1,234 of 2,000 counted");
        check(1000, 1000, Some(0.0), "1,000 of 1,000 counted");
        check(0, 0, None, "0 of 0 counted");
        check(5, 6, None, "6 of 5 counted");
    }

    #[test]
    fn a_deadlock_says_who_held_what() {
        let waiter = |thread, holds, waits_for| Waiter { thread, holds, waits_for };
        let last = vec![waiter(1, LockName::A, LockName::B), waiter(2, LockName::B, LockName::A)];
        let report = DeadlockReport { count: 3, last };
        let words = "thread 1 holds A and waits for B; thread 2 holds B and waits for A";
        assert_eq!(report.in_words().as_deref(), Some(words));
        assert_eq!(DeadlockReport { count: 0, last: Vec::new() }.in_words(), None);
    }
}
