//! A whole run as it is written to JSON and opened again. `threadlab run --json` prints exactly this.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::claim::Judgement;
use super::machine::Machine;
use super::prediction::Prediction;
use super::results::Results;
use super::stopping::Precision;
use super::warning::Warning;
use super::workload::{Bound, Workload, WorkloadKind};

/// The number in `format` that this program writes and reads.
pub const FORMAT: u32 = 1;

/// Everything known of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// [`FORMAT`].
    pub format: u32,
    /// Name, version and build, such as `threadlab 0.1.0 (1a2b3c4)`.
    pub program: String,
    /// When it began, RFC 3339 with offset.
    pub started_at: String,
    /// Where it was measured.
    pub machine: Machine,
    /// The lesson's id.
    pub lesson: String,
    /// The lesson's title.
    pub lesson_title: String,
    /// How narrow the intervals were to become.
    pub precision: Precision,
    /// What decided the order of windows.
    pub seed: u64,
    /// The model's switch interval in microseconds.
    pub switch_interval_us: u32,
    /// Whether it ran to its end.
    pub completion: Completion,
    /// Rounds that were finished.
    pub rounds: u32,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// What was measured.
    pub experiments: Vec<ExperimentRecord>,
    /// What makes the whole run less trustworthy.
    pub warnings: Vec<WarningRecord>,
}

/// Whether a run ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completion {
    /// It did.
    Completed,
    /// It was stopped; what was measured before is kept.
    Partial,
}

/// One experiment of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRecord {
    /// Its id in the lesson.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The workload.
    pub workload: WorkloadKind,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, f64>,
    /// Curves and ceiling.
    #[serde(flatten)]
    pub results: Results,
    /// The verdicts.
    pub claims: Vec<Judgement>,
    /// The learner's prediction, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prediction: Option<Prediction>,
    /// What makes this experiment less trustworthy.
    pub warnings: Vec<WarningRecord>,
}

impl ExperimentRecord {
    /// What limits its workload with the parameters it ran with.
    pub fn bound(&self) -> Bound {
        let workload = self.parameters.iter().fold(Workload::new(self.workload), |workload, (name, value)| {
            let unchanged = workload.clone();
            workload.with(name, *value).unwrap_or(unchanged)
        });
        workload.bound()
    }
}

/// A warning with its sentence, for readers of the JSON that know no types.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarningRecord {
    /// The typed warning.
    #[serde(flatten)]
    pub warning: Warning,
    /// Its sentence.
    pub message: String,
}

impl From<Warning> for WarningRecord {
    fn from(warning: Warning) -> Self {
        let message = warning.to_string();
        Self { warning, message }
    }
}
