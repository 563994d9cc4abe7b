//! A whole run as it is written to JSON and opened again. `threadlab run --json` prints exactly this.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::claim::Judgement;
use super::format;
use super::machine::Machine;
use super::prediction::Prediction;
use super::results::{Point, Results, Series};
use super::stopping::Precision;
use super::warning::Warning;
use super::workload::{Bound, ParameterValue, Workload, WorkloadKind};

mod check;

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
    /// The switch interval of the model and of Python threads, in microseconds.
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

/// Why a text is no record, or a record cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is no JSON at all.
    #[error("line {line}, column {column} is no JSON: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// It is JSON of another kind.
    #[error("no Threadlab result: the text has no `format` number")]
    NoRecord,
    /// It is a result of another version.
    #[error("result format {found} is unknown: this Threadlab reads format {FORMAT}")]
    Format {
        /// What the text says.
        found: String,
    },
    /// A value is missing, of the wrong kind, or impossible.
    #[error("{message} in `{path}`")]
    Value {
        /// Where, such as `experiments[0].series[1].points`.
        path: String,
        /// What is wrong.
        message: String,
    },
}

/// The most characters of what is wrong, and of its place: what a changed file holds is repeated in them.
const MOST_MESSAGE_CHARS: usize = 400;
const MOST_PATH_CHARS: usize = 120;

impl RecordError {
    fn value(path: &str, message: &str) -> Self {
        Self::Value {
            path: format::shortened(path, MOST_PATH_CHARS),
            message: format::shortened(message, MOST_MESSAGE_CHARS),
        }
    }

    /// What to do about it: a sentence without full stop.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "the file is empty, cut off or changed; take the original, or run the lesson again",
            Self::NoRecord => "choose a file that `threadlab run --out NAME.json` or the window has saved",
            Self::Format { .. } => "open it with the version of Threadlab that saved it, or a newer one",
            Self::Value { .. } => {
                "the file was changed after Threadlab had saved it; take the original, or run the lesson again"
            }
        }
    }
}

impl RunRecord {
    /// Reads a record.
    ///
    /// The points are folded anew from the windows, so that what is shown always follows from what was measured.
    ///
    /// # Errors
    /// Where the text is no JSON, no record, of another format, or holds something impossible; with the place.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| syntax_error(&error))?;
        match value.get("format") {
            Some(format) if format.as_u64() == Some(u64::from(FORMAT)) => {}
            Some(format) if format.is_number() => return Err(RecordError::Format { found: format.to_string() }),
            _ => return Err(RecordError::NoRecord),
        }
        let mut record: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { "the result".to_owned() } else { path };
            RecordError::value(&path, &error.into_inner().to_string())
        })?;
        check::record(&record)?;
        for experiment in &mut record.experiments {
            experiment.results = experiment.results.folded_anew();
        }
        Ok(record)
    }

    /// The record as JSON, with a line break at the end.
    ///
    /// # Errors
    /// Where the record could not be opened again, as when a number in it is not finite.
    pub fn to_json(&self) -> Result<String, RecordError> {
        let mut text = serde_json::to_string_pretty(self).map_err(|error| syntax_error(&error))?;
        text.push('\n');
        Self::parse(&text)?;
        Ok(text)
    }
}

fn syntax_error(error: &serde_json::Error) -> RecordError {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
    RecordError::Syntax {
        line: error.line(),
        // The parser counts what it has read of the line: nothing yet of an empty one.
        column: error.column().max(1),
        message: format::shortened(&message, MOST_MESSAGE_CHARS),
    }
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
#[serde(from = "ExperimentJson", into = "ExperimentJson")]
pub struct ExperimentRecord {
    /// Its id in the lesson.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The workload.
    pub workload: WorkloadKind,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The Python text of own code.
    pub code: Option<String>,
    /// Curves and ceiling.
    pub results: Results,
    /// The verdicts.
    pub claims: Vec<Judgement>,
    /// The learner's prediction, where there was one.
    pub prediction: Option<Prediction>,
    /// What makes this experiment less trustworthy.
    pub warnings: Vec<WarningRecord>,
}

impl ExperimentRecord {
    /// Its workload with the parameters it ran with.
    pub fn workload_as_run(&self) -> Workload {
        let workload = Workload::new(self.workload);
        let workload = match &self.code {
            Some(code) => workload.with_code(code),
            None => workload,
        };
        self.parameters.iter().fold(workload, |workload, (name, value)| {
            let unchanged = workload.clone();
            workload.with_written(name, value).unwrap_or(unchanged)
        })
    }

    /// What limits its workload with the parameters it ran with.
    pub fn bound(&self) -> Bound {
        self.workload_as_run().bound()
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

/// An experiment as results files have it: its curves beside its other values.
#[derive(Serialize, Deserialize)]
struct ExperimentJson {
    id: String,
    title: String,
    workload: WorkloadKind,
    parameters: BTreeMap<String, ParameterValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    series: Vec<Series>,
    ceiling: Vec<Point>,
    claims: Vec<Judgement>,
    prediction: Option<Prediction>,
    warnings: Vec<WarningRecord>,
}

impl From<ExperimentRecord> for ExperimentJson {
    fn from(record: ExperimentRecord) -> Self {
        Self {
            id: record.id,
            title: record.title,
            workload: record.workload,
            parameters: record.parameters,
            code: record.code,
            series: record.results.series,
            ceiling: record.results.ceiling,
            claims: record.claims,
            prediction: record.prediction,
            warnings: record.warnings,
        }
    }
}

impl From<ExperimentJson> for ExperimentRecord {
    fn from(json: ExperimentJson) -> Self {
        Self {
            id: json.id,
            title: json.title,
            workload: json.workload,
            parameters: json.parameters,
            code: json.code,
            results: Results { series: json.series, ceiling: json.ceiling },
            claims: json.claims,
            prediction: json.prediction,
            warnings: json.warnings,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
