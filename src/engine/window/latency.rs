//! How long units took, as their workers saw it.

use std::time::{Duration, Instant};

use crate::engine::{WindowOrder, schedule};
use crate::model::statistics;
use crate::model::window::Quantiles;
use crate::model::workload::Bound;

/// The most units whose time a worker notes in a window.
const MOST_LATENCIES: usize = 4096;

/// When units ended, and how long they took; in memory that was there before the window.
pub(super) struct Latencies(Vec<(Instant, Duration)>);

impl Latencies {
    pub(super) fn with_room(units: usize) -> Self {
        Self(Vec::with_capacity(units))
    }

    /// Notes a unit; what finds no room is left out.
    pub(super) fn note(&mut self, began: Instant, ended: Instant) {
        if self.0.len() < self.0.capacity() {
            self.0.push((ended, ended.saturating_duration_since(began)));
        }
    }

    /// In seconds, of the units that ended within a window.
    pub(super) fn between(&self, from: Instant, to: Instant) -> impl Iterator<Item = f64> {
        self.0.iter().filter(move |(ended, _)| (from..=to).contains(ended)).map(|(_, time)| time.as_secs_f64())
    }
}

/// The median of the times of units in seconds, where it [can be known](can_be_known).
pub(super) fn typical(latencies_s: &[f64], run_for: Duration) -> Option<f64> {
    statistics::median(latencies_s).filter(|median_s| can_be_known(*median_s, run_for))
}

/// Whether a time of units in seconds can be known from workers that have run for so long: not where it is more than half of that.
/// Longer units could not have ended yet, so that the short ones alone would be seen.
pub(in crate::engine) fn can_be_known(latency_s: f64, run_for: Duration) -> bool {
    latency_s <= run_for.as_secs_f64() / 2.0
}

/// Quantiles in milliseconds without those that [cannot be known](can_be_known); `None` where not even the median is.
pub(in crate::engine) fn known(quantiles_ms: [f64; 7], run_for: Duration) -> Option<Quantiles> {
    let known = quantiles_ms.map(|ms| can_be_known(ms / 1000.0, run_for).then_some(ms));
    known[3].map(|_median| known)
}

/// How many units a worker may do in a window; 0 for workloads that only compute, whose units are too short to time.
pub(super) fn room(order: &WindowOrder<'_>) -> usize {
    const SPARE: usize = 16;
    let Some(unit) = schedule::nominal_unit(order.workload).filter(|_| order.workload.bound() != Bound::Cpu) else {
        return 0;
    };
    let units = (order.warm_up + order.length).as_nanos() / unit.as_nanos().max(1);
    usize::try_from(units).unwrap_or(MOST_LATENCIES).saturating_add(SPARE).min(MOST_LATENCIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_is_unknown_where_longer_units_could_not_have_ended() {
        let run_for = Duration::from_millis(100);
        assert_eq!(typical(&[0.005, 0.006, 0.09], run_for), Some(0.006));
        assert_eq!(typical(&[0.005, 0.06, 0.09], run_for), None);
        assert_eq!(typical(&[], run_for), None);
    }

    #[test]
    fn a_quantile_as_long_as_half_the_run_is_unknown() {
        let run_for = Duration::from_millis(100);
        let quantiles = known([1.0, 2.0, 3.0, 4.0, 50.0, 50.1, 90.0], run_for);
        assert_eq!(quantiles, Some([Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(50.0), None, None]));
        assert_eq!(known([1.0, 2.0, 3.0, 51.0, 60.0, 70.0, 90.0], run_for), None, "not even the median is known");
    }
}
