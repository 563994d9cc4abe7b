//! What crosses from the engine's threads to the window or the command line.
//!
//! The order of one run's events: `Started` first; then any number of `SampleMeasured`, `TimelineRecorded`, `SeriesReplaced`,
//! `RoundFinished` and `Warned`, a round's samples before its `RoundFinished`, a timeline after its sample; `Finished` last, exactly once.
//! Events of another run are to be ignored.

use std::time::Duration;

use crate::model::plan::RunId;
use crate::model::results::Curve;
use crate::model::series::SeriesKey;
use crate::model::timeline::Timeline;
use crate::model::warning::Warning;
use crate::model::window::Window;

/// One message of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The run it belongs to.
    pub run_id: RunId,
    /// Since the run began.
    pub elapsed: Duration,
    /// What happened.
    pub kind: EventKind,
}

/// What happened in a run.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// Workers and server are ready; the first window follows.
    Started,
    /// A window was measured and counts.
    SampleMeasured {
        /// Index into the request's experiments.
        experiment: usize,
        /// The curve it belongs to.
        curve: Curve,
        /// The measurement. Boxed, since it is much larger than the other events.
        window: Box<Window>,
    },
    /// Who held the GIL in a window, from engines that know: once for each thread count of a curve.
    TimelineRecorded {
        /// Index into the request's experiments.
        experiment: usize,
        /// The curve it belongs to.
        curve: Curve,
        /// The holders in order of time.
        timeline: Box<Timeline>,
    },
    /// What an experiment asked for as one series is measured as another, since the GIL is not as it was to be. Once windows count
    /// for `from` it stays beside `to`; else `to` takes its place.
    SeriesReplaced {
        /// Index into the request's experiments.
        experiment: usize,
        /// The series asked for.
        from: SeriesKey,
        /// What its windows really are.
        to: SeriesKey,
    },
    /// Every window of a round was measured.
    RoundFinished(Progress),
    /// Something makes the result less trustworthy.
    Warned {
        /// Index into the request's experiments; `None` for the whole run.
        experiment: Option<usize>,
        /// What it is.
        warning: Warning,
    },
    /// The run is over and every worker has ended.
    Finished(Outcome),
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Rounds finished.
    pub rounds: u32,
    /// The round after which the intervals are looked at next.
    pub next_look: u32,
    /// The most time left, as the budget and the speed so far tell it.
    pub time_left: Duration,
    /// The widest half width among the points, as a share; `None` before 6 rounds.
    pub widest: Option<f64>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every interval met its target, or the budget was spent.
    Completed,
    /// The reader stopped it; what was measured is kept.
    Cancelled,
    /// It could not go on; what was measured is kept. A sentence without full stop says why.
    Failed(String),
}
