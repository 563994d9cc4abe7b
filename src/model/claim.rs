//! Claims of a lesson, and what the measurement says of them.

use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::series::{EngineKind, SeriesKey};
use super::workload::Workload;

mod bounds;
mod ceiling;
mod invert;
mod judge;
mod settings;
mod wording;

pub use judge::{Subject, judge};

/// A sentence of the lesson with the check that decides it.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Unique in its experiment.
    pub id: String,
    /// The sentence, as the lesson says it.
    pub text: String,
    /// The workload with the parameters that it speaks of; `None` where it holds for any.
    pub workload: Option<Workload>,
    /// What decides it.
    pub check: Check,
}

/// A typed check over the results of the claim's experiment. It holds where the whole interval of the quantity lies
/// within the bounds, is refuted where the whole interval lies outside, at every thread count it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is compared.
    pub quantity: Quantity,
    /// At which thread counts.
    pub at: At,
    /// The least value allowed, inclusive.
    pub at_least: Option<Expression>,
    /// The greatest value allowed, inclusive.
    pub at_most: Option<Expression>,
    /// Only of interpreters whose GIL was so while they ran; `None` for any. Series of no interpreter are not affected.
    pub gil: Option<GilState>,
}

/// Whether an interpreter's GIL was on while it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GilState {
    /// In the usual build, or in a free-threaded one that was told so or had to load what needs it.
    On,
    /// In a free-threaded build only.
    Off,
}

impl GilState {
    /// Whether a series may be judged by a claim that speaks of this state.
    fn is_of(self, key: &SeriesKey) -> bool {
        key.interpreter.as_ref().is_none_or(|python| python.has_gil() == Some(self == Self::On))
    }
}

/// What a check compares with its bounds.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// Throughput over that of one thread of the same series, in the same round.
    Speedup {
        /// The series' engine.
        engine: EngineKind,
    },
    /// Throughput of one engine over that of another at the same thread count, in the same round.
    ThroughputRatio {
        /// Above the line.
        engine: EngineKind,
        /// Below the line.
        over: EngineKind,
    },
    /// Speedup of one engine over the speedup of another at the same thread count, in the same round.
    SpeedupRatio {
        /// Above the line.
        engine: EngineKind,
        /// Below the line.
        over: EngineKind,
    },
    /// CPU seconds per second.
    CoresUsed {
        /// The series' engine.
        engine: EngineKind,
    },
    /// The median time of one unit over that at one thread.
    LatencyRatio {
        /// The series' engine.
        engine: EngineKind,
    },
    /// The median time of one unit in milliseconds.
    Latency {
        /// The series' engine.
        engine: EngineKind,
    },
    /// The share of updates that got lost, 0 to 1.
    LostShare {
        /// The series' engine.
        engine: EngineKind,
    },
    /// The share of windows with a deadlock, 0 to 1.
    Deadlocks {
        /// The series' engine.
        engine: EngineKind,
    },
}

impl Quantity {
    /// Whether it compares with one thread of the same series, so that at one thread it says nothing.
    pub fn is_over_one_thread(&self) -> bool {
        match self {
            Self::Speedup { .. } | Self::SpeedupRatio { .. } | Self::LatencyRatio { .. } => true,
            Self::ThroughputRatio { .. }
            | Self::CoresUsed { .. }
            | Self::Latency { .. }
            | Self::LostShare { .. }
            | Self::Deadlocks { .. } => false,
        }
    }

    /// Whether it says how work scales, which a machine without free cores can neither confirm nor refute.
    pub(in crate::model) fn is_of_scaling(&self) -> bool {
        match self {
            Self::Speedup { .. }
            | Self::ThroughputRatio { .. }
            | Self::SpeedupRatio { .. }
            | Self::CoresUsed { .. }
            | Self::LatencyRatio { .. } => true,
            Self::Latency { .. } | Self::LostShare { .. } | Self::Deadlocks { .. } => false,
        }
    }
}

/// The thread counts that a check speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum At {
    /// One count, rounded to the nearest whole number, at least 1. It must not depend on `threads`.
    Threads(Expression),
    /// Every measured count between two ends, both inclusive; it must hold at all of them. Neither end may depend on
    /// `threads`.
    Range(Expression, Expression),
}

/// What the measurement says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The interval lies within the bounds.
    Holds,
    /// The interval lies outside the bounds.
    Refuted,
    /// Neither, for a reason.
    CannotTell,
}

impl Verdict {
    /// What a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Refuted => "refuted",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// A decided claim. Serialised as `id`, `text`, `verdict`, `reason`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The claim's id.
    pub id: String,
    /// The claim's sentence.
    pub text: String,
    /// Holds, refuted or cannot tell.
    pub verdict: Verdict,
    /// A full sentence with the numbers, or with the reason why it cannot be told.
    pub reason: String,
}
