//! What disturbs a run from outside.

use crate::model::machine::Machine;
use crate::model::plan::ExperimentPlan;
use crate::model::results::Results;
use crate::model::warning::Warning;

/// Watches the machine during a run. A sweep calls `begin` before its first window, `look` after each round, and `finish`
/// after its last window.
pub trait Monitor: Send {
    /// The run begins. Returns what is known to disturb it already.
    fn begin(&mut self) -> Vec<Warning>;

    /// Between two rounds.
    fn look(&mut self);

    /// The run is over. Returns what disturbed it.
    fn finish(&mut self) -> Vec<Warning>;
}

/// Sees nothing: for scripted runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMonitor;

impl Monitor for NoMonitor {
    fn begin(&mut self) -> Vec<Warning> {
        Vec::new()
    }

    fn look(&mut self) {}

    fn finish(&mut self) -> Vec<Warning> {
        Vec::new()
    }
}

/// Watches this machine.
#[derive(Debug, Default)]
pub struct SystemMonitor;

impl SystemMonitor {
    /// Ready to begin.
    pub fn new() -> Self {
        Self
    }
}

impl Monitor for SystemMonitor {
    fn begin(&mut self) -> Vec<Warning> {
        Vec::new()
    }

    fn look(&mut self) {}

    fn finish(&mut self) -> Vec<Warning> {
        Vec::new()
    }
}

/// What the windows of one experiment tell.
pub fn of_windows(_plan: &ExperimentPlan, _results: &Results, _machine: &Machine) -> Vec<Warning> {
    Vec::new()
}
