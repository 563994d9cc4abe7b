//! What runs the units on N threads and measures them. Knows neither the window nor the exporters.

use std::time::{Duration, Instant};

use crate::model::series::SeriesKey;
use crate::model::timeline::Timeline;
use crate::model::units::ThreadCount;
use crate::model::window::Window;
use crate::model::workload::Workload;

pub mod cancel;
pub mod catalogue;
pub mod cgroup;
pub mod comparison;
#[cfg(test)]
mod contract;
pub mod cpu_clock;
pub mod disturbance;
#[cfg(test)]
mod fixture;
pub mod fold;
pub mod gil;
pub mod handle;
pub mod machine;
pub mod message;
pub mod mock;
pub mod native;
pub mod noise;
mod outbox;
pub mod process_stat;
pub mod python;
pub mod quiet;
pub mod schedule;
mod start_line;
pub mod sweep;
pub mod window;

use cancel::CancelFlag;

/// What runs the units of a workload on N threads. The same sweep drives every engine.
pub trait Engine: Send {
    /// The series its windows belong to.
    fn key(&self) -> &SeriesKey;

    /// Whether it can run `workload` here and now.
    fn support(&self, workload: &Workload) -> Support;

    /// Measures one window as MEASURING.md says: workers at a barrier, warm-up, snapshot, sleep, snapshot, stop, join. No
    /// worker is left when it returns.
    ///
    /// # Errors
    /// When it was cancelled, when the window is impossible, or when the engine cannot go on.
    fn measure(&mut self, order: &WindowOrder<'_>, cancel: &CancelFlag) -> Result<Window, MeasureError>;

    /// Who held the GIL in the last window, where the engine knows.
    fn timeline(&mut self) -> Option<Timeline> {
        None
    }

    /// This engine with the GIL on, under the key that says so, for where [`MeasureError::GilCameBack`]; `None` where it has no choice.
    fn with_gil_on(&self) -> Option<Box<dyn Engine>> {
        None
    }
}

/// Whether an engine can run a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Support {
    /// It can.
    Available,
    /// It cannot.
    Unavailable {
        /// Why, as a sentence without full stop.
        reason: String,
        /// What the reader can do about it, as a sentence without full stop, if anything.
        remedy: Option<String>,
    },
}

/// One window to measure.
#[derive(Debug, Clone, Copy)]
pub struct WindowOrder<'a> {
    /// What every worker does.
    pub workload: &'a Workload,
    /// How many workers.
    pub threads: ThreadCount,
    /// The round, from 0.
    pub round: u32,
    /// How long the workers run before the first snapshot.
    pub warm_up: Duration,
    /// How long the coordinator sleeps between the snapshots.
    pub length: Duration,
    /// When the run began; [`Window::started_s`] counts from here.
    pub run_began: Instant,
}

/// Why a window has no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MeasureError {
    /// The run was stopped.
    #[error("the run was stopped")]
    Cancelled,
    /// More CPU time than the cores can give: the window is wrong.
    #[error("{used_cores:.2} cores' worth of CPU time was counted on {cores} cores")]
    Impossible {
        /// CPU seconds per second.
        used_cores: f64,
        /// Cores there are.
        cores: usize,
    },
    /// The series is one without the GIL, and an imported module switched it on again: the window is another series'.
    #[error(
        "the GIL is on although it was to be off; an imported extension module that is not marked as free of the GIL switches it on again"
    )]
    GilCameBack,
    /// The engine cannot go on; a sentence without full stop.
    #[error("{0}")]
    Failed(String),
}
