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
    /// The switch interval of the model and of Python threads, in microseconds (CPython's default is 5000).
    pub switch_interval_us: u32,
}

/// CPython's default switch interval in microseconds (`sys.getswitchinterval()` is 0.005).
pub const DEFAULT_SWITCH_INTERVAL_US: u32 = 5000;

/// Chooses the thread counts to measure between two ends: all of them where there are at most six; else those of 1, 2, 3, 4,
/// 6, 8, 12, 16, … where these are at most eight; else the powers of two. Each count costs a window a round, and a run that
/// cannot afford six rounds decides nothing. Both ends, every count of `wanted` that lies between, and 1 are always among
/// them.
pub fn thread_counts(from: ThreadCount, to: ThreadCount, wanted: &[ThreadCount]) -> Vec<ThreadCount> {
    const MOST: usize = 8;
    let (low, high) = (from.min(to), from.max(to));
    let within = |count: &ThreadCount| (low..=high).contains(count);
    let powers = || (0..usize::BITS).map(|power| 1_usize << power).take_while(|count| *count <= ThreadCount::MAX);
    let every = low.get()..=high.get();
    let mut counts: Vec<ThreadCount> = if every.clone().count() <= 6 {
        every.map(ThreadCount::clamped).collect()
    } else {
        let mut fine: Vec<ThreadCount> =
            powers().flat_map(|power| [power, power + power / 2]).map(ThreadCount::clamped).filter(within).collect();
        fine.dedup();
        if fine.len() <= MOST { fine } else { powers().map(ThreadCount::clamped).filter(within).collect() }
    };
    counts.extend([low, high]);
    counts.push(ThreadCount::ONE);
    counts.extend(wanted.iter().copied().filter(|count| (low..=high).contains(count)));
    counts.sort_unstable();
    counts.dedup();
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: usize, to: usize, wanted: &[usize], expected: &[usize]) {
        let wanted: Vec<ThreadCount> = wanted.iter().copied().map(ThreadCount::clamped).collect();
        let counts = thread_counts(ThreadCount::clamped(from), ThreadCount::clamped(to), &wanted);
        assert_eq!(counts.iter().map(|count| count.get()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn few_counts_are_all_measured() {
        check(1, 1, &[], &[1]);
        check(1, 6, &[], &[1, 2, 3, 4, 5, 6]);
        check(6, 3, &[], &[1, 3, 4, 5, 6]);
    }

    #[test]
    fn many_counts_are_thinned_at_equal_ratios() {
        check(1, 8, &[], &[1, 2, 3, 4, 6, 8]);
        check(1, 16, &[5, 99], &[1, 2, 3, 4, 5, 6, 8, 12, 16]);
        check(1, 256, &[], &[1, 2, 4, 8, 16, 32, 64, 128, 256]);
        check(1, 1000, &[], &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000]);
        check(10, 100, &[], &[1, 10, 12, 16, 24, 32, 48, 64, 96, 100]);
    }
}
