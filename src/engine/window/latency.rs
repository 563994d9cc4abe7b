//! How long units took, as their workers saw it.

use std::time::{Duration, Instant};

use crate::engine::{WindowOrder, schedule};
use crate::model::statistics;
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

/// The median of the times of units in seconds. `None` where it is more than half of the time that the workers have run: longer
/// units could not have ended yet, so that the short ones alone would be seen.
pub(super) fn typical(latencies_s: &[f64], run_for: Duration) -> Option<f64> {
    statistics::median(latencies_s).filter(|median_s| *median_s <= run_for.as_secs_f64() / 2.0)
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
}
