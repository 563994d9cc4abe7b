//! Lesson files: TOML front matter, then Markdown; parsed in two steps, raw then checked. `docs/lesson-format.md` tells
//! an author what may stand in them.

use std::ops::Range;
use std::path::PathBuf;

use crate::model::claim::Claim;
use crate::model::expression::Expression;
use crate::model::plot::Metric;
use crate::model::series::EngineKind;
use crate::model::workload::Workload;

pub use title::Title;

mod body;
mod check;
mod diagnostic;
pub mod glossary;
mod library;
pub mod plan;
mod question;
mod raw;
pub mod recorded;
#[cfg(test)]
mod tests;
pub mod title;
pub mod trust;
#[cfg(feature = "gui")]
pub mod watch;

pub use body::PythonBlock;
pub use check::{FORMAT, is_id};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use library::{CheckedFile, Entry, FolderProblem, Library, PythonFault, check_files};
pub use question::{Answer, Choice, Question, Rule};

/// The largest lesson file, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// The line that begins and ends the front matter.
const FENCE: &str = "+++";

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
    /// What the learner is asked at the end.
    pub questions: Vec<Question>,
    /// The text without front matter and FAQ, as Markdown.
    pub text: String,
    /// The headings of the text, in order.
    pub sections: Vec<Section>,
    /// The code blocks of text and FAQ, in order.
    pub code: Vec<CodeBlock>,
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
    /// The title above its plot, for any values of the workload's parameters.
    pub title: Title,
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

/// A heading of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// 1 for `#` to 6 for `######`.
    pub level: u8,
    /// The heading, as plain text.
    pub title: String,
}

/// A block of code in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// What it is for.
    pub role: CodeRole,
    /// The word after the fence, such as `python`; empty where there is none.
    pub language: String,
    /// The code, with a line feed at the end of every line.
    pub text: String,
}

/// What a block of code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeRole {
    /// To be read.
    Example,
    /// The lesson's own workload, fenced as `python work`. It runs only under the rules of trust.
    Work,
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

impl Lesson {
    /// Reads a lesson file. Front matter and body are both checked to their ends.
    ///
    /// # Errors
    /// With every error of the file. Broken TOML hides what its values mean, but not the errors of the body.
    pub fn parse(source: &str, origin: Origin) -> Result<Self, Diagnostics> {
        let name = match &origin {
            Origin::Bundled => "bundled lesson".to_owned(),
            Origin::File(path) => path.display().to_string(),
        };
        parse(source, &name, origin).map(|parsed| parsed.lesson)
    }

    /// The lesson's own workload: the block fenced as `python work`.
    pub fn work(&self) -> Option<&str> {
        self.code.iter().find(|block| block.role == CodeRole::Work).map(|block| block.text.as_str())
    }

    /// The experiment of that id, if there is one.
    pub fn experiment(&self, id: &str) -> Option<&Experiment> {
        self.experiments.iter().find(|experiment| experiment.id == id)
    }
}

impl Experiment {
    /// The title with the values that the lesson sets.
    pub fn title(&self) -> String {
        self.title.of(&self.workload)
    }
}

/// A lesson, and what only an author wants to know.
struct Parsed {
    lesson: Lesson,
    /// The place of its id, for errors that only the catalogue can find.
    id_span: Range<usize>,
    /// What is no error and better mended all the same.
    warnings: Vec<Diagnostic>,
    /// The Python in its text.
    python: Vec<PythonBlock>,
}

fn parse(source: &str, name: &str, origin: Origin) -> Result<Parsed, Diagnostics> {
    let mut report = Vec::new();
    if source.len() > MOST_BYTES {
        report.push(
            Diagnostic::new(source, 0..0, too_large()).help("put long material on a page of its own and link it"),
        );
        return Err(Diagnostics::new(name, source, report));
    }
    let split = front_matter(source, &mut report);
    let raw = split.as_ref().and_then(|split| {
        raw::read(source, &source[split.toml.clone()], split.toml.start, split.fence.clone(), &mut report)
    });
    // Links are looked up among all experiments that have an id, whatever else is wrong with them.
    let ids = raw.as_ref().and_then(raw::RawLesson::experiment_ids);
    let front = raw.and_then(|raw| check::check(source, raw, &mut report));
    let body =
        split.map_or_else(body::Body::default, |split| body::read(source, split.body, ids.as_deref(), &mut report));
    let work = body.code.iter().find(|block| block.role == CodeRole::Work).map(|block| block.text.as_str());
    let work = work.zip(body.work.clone());
    let front = front.map(|front| front.with_code(source, work.as_ref(), &mut report));
    let (errors, warnings): (Vec<_>, Vec<_>) =
        report.into_iter().partition(|diagnostic| diagnostic.severity == Severity::Error);
    match front {
        Some(front) if errors.is_empty() => Ok(Parsed {
            id_span: front.id.span,
            warnings,
            python: body.python,
            lesson: Lesson {
                id: front.id.value,
                title: front.title,
                minutes: front.minutes,
                goals: front.goals,
                experiments: front.experiments,
                questions: front.questions,
                text: body.text,
                sections: body.sections,
                code: body.code,
                faq: body.faq,
                origin,
            },
        }),
        _ => Err(Diagnostics::new(name, source, errors)),
    }
}

fn too_large() -> String {
    format!("the lesson is larger than {} KiB", MOST_BYTES / 1024)
}

/// Where the parts of a file are, in bytes.
struct Split {
    /// The opening line.
    fence: Range<usize>,
    /// Between the two lines.
    toml: Range<usize>,
    /// The beginning of the Markdown.
    body: usize,
}

fn front_matter(source: &str, report: &mut Vec<Diagnostic>) -> Option<Split> {
    let begin = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = source[begin..].split_inclusive('\n');
    let opening = lines.next().unwrap_or_default();
    let fence = begin..begin + opening.trim_end().len();
    if opening.trim_end() != FENCE {
        report.push(
            Diagnostic::new(source, fence, "the lesson has no front matter")
                .expected(format!("expected `{FENCE}` as the first line"))
                .help(format!("put the TOML fields between two lines `{FENCE}`, before the text")),
        );
        return None;
    }
    let toml_start = begin + opening.len();
    let mut at = toml_start;
    for line in lines {
        if line.trim_end() == FENCE {
            return Some(Split { fence, toml: toml_start..at, body: at + line.len() });
        }
        at += line.len();
    }
    report.push(
        Diagnostic::new(source, fence, "the front matter has no end")
            .help(format!("put a line `{FENCE}` between the TOML fields and the text")),
    );
    None
}
