//! The curve the learner expects, drawn before running.

use serde::{Deserialize, Serialize};

use super::units::ThreadCount;

/// A predicted speedup for each of some thread counts, ascending.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Prediction {
    /// Thread count and the speedup expected there (1 at one thread), 0 or more.
    pub points: Vec<(ThreadCount, f64)>,
}
