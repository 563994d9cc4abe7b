//! From a lesson's experiment and the reader's settings to a plan that the engine runs.

use super::{Experiment, ThreadRange};
use crate::model::claim::At;
use crate::model::expression::Expression;
use crate::model::machine::Machine;
use crate::model::plan::{ExperimentPlan, thread_counts};
use crate::model::series::SeriesKey;
use crate::model::units::ThreadCount;
use crate::model::workload::Workload;

/// What the reader has set for one experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The workload with its parameters.
    pub workload: Workload,
    /// The series to measure.
    pub series: Vec<SeriesKey>,
    /// The least thread count.
    pub from: ThreadCount,
    /// The greatest thread count, not below `from`.
    pub to: ThreadCount,
}

impl ThreadRange {
    /// Both ends on this machine, the lesser first.
    pub fn on(&self, machine: &Machine) -> (ThreadCount, ThreadCount) {
        let (min, max) = (count(&self.min, machine), count(&self.max, machine));
        (min.min(max), min.max(max))
    }
}

impl Experiment {
    /// What the sliders show before the reader has moved them.
    pub fn default_settings(&self, machine: &Machine) -> Settings {
        let (from, to) = self.threads.on(machine);
        Settings {
            workload: self.workload.clone(),
            series: self.engines.iter().copied().map(SeriesKey::of).collect(),
            from,
            to,
        }
    }

    /// The plan for some settings: about eight counts between the two ends, and every count that a claim speaks of.
    pub fn plan(&self, settings: &Settings, machine: &Machine) -> ExperimentPlan {
        ExperimentPlan {
            id: self.id.clone(),
            workload: settings.workload.clone(),
            series: settings.series.clone(),
            threads: thread_counts(settings.from, settings.to, &self.claimed_counts(machine)),
        }
    }

    /// The plan that its claims need and no more: the counts they speak of, and of a range its ends and the count between
    /// them. `series` are those of the engines they speak of.
    pub fn claims_plan(&self, series: Vec<SeriesKey>, machine: &Machine) -> ExperimentPlan {
        let mut threads = self.claimed_counts(machine);
        threads.extend(self.claims.iter().filter_map(|claim| match &claim.check.at {
            At::Threads(_) => None,
            At::Range(from, to) => {
                let (from, to) = (count(from, machine), count(to, machine));
                // At equal ratios: where curves bend, they bend over the logarithm of the count.
                Some(rounded((from.as_f64() * to.as_f64()).sqrt()))
            }
        }));
        threads.sort_unstable();
        threads.dedup();
        ExperimentPlan { id: self.id.clone(), workload: self.workload.clone(), series, threads }
    }

    /// The thread counts that its claims speak of on this machine.
    pub fn claimed_counts(&self, machine: &Machine) -> Vec<ThreadCount> {
        let mut counts: Vec<ThreadCount> = self
            .claims
            .iter()
            .flat_map(|claim| match &claim.check.at {
                At::Threads(at) => vec![count(at, machine)],
                At::Range(from, to) => vec![count(from, machine), count(to, machine)],
            })
            .collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    }
}

fn count(expression: &Expression, machine: &Machine) -> ThreadCount {
    rounded(expression.evaluate(machine.usable_cores(), 1.0).unwrap_or(1.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded, and limited to thread counts")]
fn rounded(value: f64) -> ThreadCount {
    ThreadCount::clamped(value.round().clamp(1.0, 1024.0) as usize)
}
