//! What is to be run: the request that the window and the command line send to the engine.

use serde::{Deserialize, Serialize};

use super::series::SeriesKey;
use super::stopping::Precision;
use super::units::ThreadCount;
use super::workload::Workload;

/// Tells one run from another, so that late events of an old run are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunId(pub u64);

/// One experiment with the learner's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentPlan {
    /// The experiment's id in its lesson.
    pub id: String,
    /// The workload with its parameters.
    pub workload: Workload,
    /// The series to measure, at least one, without repeats.
    pub series: Vec<SeriesKey>,
    /// The thread counts, ascending, without repeats. The sweep adds 1 where it is missing.
    pub threads: Vec<ThreadCount>,
}

/// A whole run: experiments that are measured interleaved in the same rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRequest {
    /// This run.
    pub run_id: RunId,
    /// At least one experiment.
    pub experiments: Vec<ExperimentPlan>,
    /// How narrow the intervals shall become, and the time for it, per experiment.
    pub precision: Precision,
    /// Decides the order of the windows in each round.
    pub seed: u64,
    /// The model's switch interval in microseconds (CPython's default is 5000).
    pub switch_interval_us: u32,
}

/// CPython's default switch interval in microseconds (`sys.getswitchinterval()` is 0.005).
pub const DEFAULT_SWITCH_INTERVAL_US: u32 = 5000;

/// Chooses the thread counts to measure between two ends: all of them where there are at most eight, else about eight at
/// equal ratios. Both ends, and every count of `wanted` that lies between, are always among them; so is 1.
pub fn thread_counts(from: ThreadCount, to: ThreadCount, wanted: &[ThreadCount]) -> Vec<ThreadCount> {
    const MOST: usize = 8;
    let (low, high) = (from.min(to), from.max(to));
    let mut counts: Vec<ThreadCount> = if high.get() - low.get() < MOST {
        (low.get()..=high.get()).map(ThreadCount::clamped).collect()
    } else {
        let ratio = high.as_f64() / low.as_f64();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between the two ends")]
        (0..MOST)
            .map(|step| {
                let part = f64::from(u32::try_from(step).unwrap_or(0)) / 7.0;
                ThreadCount::clamped((low.as_f64() * ratio.powf(part)).round() as usize)
            })
            .collect()
    };
    counts.push(ThreadCount::ONE);
    counts.extend(wanted.iter().copied().filter(|count| (low..=high).contains(count)));
    counts.sort_unstable();
    counts.dedup();
    counts
}
