//! One measured window, as an engine reports it.

use serde::{Deserialize, Serialize};

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
    /// How often the GIL went to another thread, for the model.
    pub gil_switches: Option<u64>,
    /// Why this window is not to be trusted fully; kept only after two more attempts.
    pub disturbance: Option<Disturbance>,
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
