//! Lesson files: TOML front matter, then Markdown; parsed in two steps, raw then checked.

pub mod plan;

use std::path::PathBuf;

use crate::model::claim::Claim;
use crate::model::expression::Expression;
use crate::model::plot::Metric;
use crate::model::series::EngineKind;
use crate::model::workload::Workload;

/// A lesson that passed every check.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// Unique among the lessons loaded: lower-case letters, digits and hyphens.
    pub id: String,
    /// The title.
    pub title: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// What the learner will know afterwards, at least one.
    pub goals: Vec<String>,
    /// At least one.
    pub experiments: Vec<Experiment>,
    /// The text without front matter and FAQ, as Markdown.
    pub text: String,
    /// The questions under `## FAQ`.
    pub faq: Vec<FaqEntry>,
    /// Where it came from.
    pub origin: Origin,
}

/// A workload, the engines to run it on, a range of thread counts, and the claims it tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Unique in its lesson.
    pub id: String,
    /// The title above its plot.
    pub title: String,
    /// The workload with the parameters the lesson sets; the sliders start there.
    pub workload: Workload,
    /// The engines checked at first, at least one.
    pub engines: Vec<EngineKind>,
    /// The slider's range of thread counts, both inclusive; each rounds to a whole number, at least 1.
    pub threads: ThreadRange,
    /// The tab shown first.
    pub metric: Metric,
    /// Experiments of one group stand side by side and are run together.
    pub group: Option<String>,
    /// The claims it tests.
    pub claims: Vec<Claim>,
}

/// A range of thread counts that may depend on the machine.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadRange {
    /// The least the slider offers.
    pub min: Expression,
    /// The most the slider offers.
    pub max: Expression,
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaqEntry {
    /// The question, as plain text.
    pub question: String,
    /// The answer, as Markdown.
    pub answer: String,
    /// Ids of the experiments that its links `experiment:<id>` name, in order of appearance, without repeats.
    pub experiments: Vec<String>,
}

/// Where a lesson came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Embedded in the program.
    Bundled,
    /// A file.
    File(PathBuf),
}
