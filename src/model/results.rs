//! Windows folded into points: what the plot, the table, the verdicts and the exports read.

use serde::{Deserialize, Serialize};

use super::series::SeriesKey;
use super::statistics::Estimate;
use super::units::ThreadCount;
use super::window::Window;

/// One thread count of one series. Unknown values are `None`, never 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// How many workers ran.
    pub threads: ThreadCount,
    /// Units per second.
    pub throughput_per_sec: Estimate,
    /// Throughput over that of one thread in the same round; `None` until one round has both.
    pub speedup: Option<Estimate>,
    /// Speedup over the thread count.
    pub efficiency: Option<Estimate>,
    /// CPU seconds of the workers per second.
    pub cores_used: Option<Estimate>,
    /// Units per CPU second of the workers.
    pub units_per_cpu_sec: Option<Estimate>,
    /// Time of one unit in milliseconds.
    pub latency_ms: Option<Estimate>,
    /// Switches of the GIL per second, for the model.
    pub gil_switches_per_sec: Option<Estimate>,
    /// CPU of the local server, as a share of one core.
    pub server_cores_used: Option<Estimate>,
    /// Every window it rests on, by round.
    pub windows: Vec<Window>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Who measured it.
    #[serde(flatten)]
    pub key: SeriesKey,
    /// By ascending thread count.
    pub points: Vec<Point>,
}

/// All curves of one experiment, with the ceiling measured in the same rounds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Results {
    /// In the order asked for.
    pub series: Vec<Series>,
    /// Native count-primes at the same thread counts in the same rounds: what the machine can do.
    pub ceiling: Vec<Point>,
}

/// Which curve of an experiment a window belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Curve {
    /// A series asked for.
    Series(SeriesKey),
    /// The ceiling.
    Ceiling,
}
