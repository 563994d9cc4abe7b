//! What the end of a run tells: the warnings of the whole run.

use super::{CellState, Sweep, experiments, point};
use crate::engine::message::Outcome;
use crate::engine::noise;
use crate::model::warning::Warning;
use crate::model::window::Disturbance;

/// What went wrong in the windows of one experiment.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) impossible: u32,
    disturbed: u32,
    worst_share: f64,
    overlong: u32,
    longest_times: f64,
}

impl Faults {
    pub(super) fn note(&mut self, disturbance: Option<Disturbance>) {
        match disturbance {
            Some(Disturbance::Observer { share_of_core }) => {
                self.disturbed += 1;
                self.worst_share = self.worst_share.max(share_of_core);
            }
            Some(Disturbance::Overlong { times }) => {
                self.overlong += 1;
                self.longest_times = self.longest_times.max(times);
            }
            None => {}
        }
    }
}

impl Sweep {
    /// Sends the warnings that only the end of a run can tell.
    pub(super) fn sum_up(&mut self, outcome: &Outcome) {
        for warning in self.surroundings.monitor.finish() {
            self.warn(None, warning);
        }
        for experiment in 0..self.request.experiments.len() {
            let mut warnings = noise::of_windows(
                &self.request.experiments[experiment],
                &self.results[experiment],
                &self.surroundings.machine,
            );
            let faults = &self.faults[experiment];
            if faults.disturbed > 0 {
                warnings.push(Warning::Observer { windows: faults.disturbed, share_of_core: faults.worst_share });
            }
            if faults.overlong > 0 {
                warnings.push(Warning::Overlong { windows: faults.overlong, times: faults.longest_times });
            }
            if faults.impossible > 0 {
                warnings.push(Warning::Impossible { windows: faults.impossible });
            }
            if *outcome == Outcome::Completed {
                warnings.extend(self.target_missed(experiment));
            }
            for warning in warnings {
                self.warn(Some(experiment), warning);
            }
        }
    }

    fn target_missed(&self, experiment: usize) -> Option<Warning> {
        let target = self.request.precision.target();
        let of_this = |state: &&CellState| state.decides && experiments(&state.cell).contains(&experiment);
        let mut reached = 0.0_f64;
        for state in self.cells.iter().filter(of_this) {
            match self.width(&state.cell) {
                Some(width) => reached = reached.max(width),
                None => return Some(Warning::TooFewRounds { rounds: self.least_rounds(experiment) }),
            }
        }
        let finite = reached.is_finite().then_some(reached);
        (reached > target).then_some(Warning::TargetNotReached { target, reached: finite })
    }

    /// Rounds of the point that has the fewest.
    fn least_rounds(&self, experiment: usize) -> u32 {
        let of_this = self.cells.iter().filter(|state| state.decides);
        of_this
            .flat_map(|state| state.cell.feeds.iter().map(move |feed| (feed, state.cell.threads)))
            .filter(|((of, _), _)| *of == experiment)
            .map(|((_, curve), threads)| {
                point(&self.results[experiment], curve, threads).map_or(0, |point| point.throughput_per_sec.rounds)
            })
            .min()
            .unwrap_or(0)
    }
}
