//! The command line's words.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::exit::{Exit, UsageError};
use super::thread_list::ThreadList;
use crate::lesson::{Entry, Library};
use crate::model::plot::Metric;
use crate::model::series::{EngineKind, StartMethod};
use crate::model::stopping::Precision;
use crate::model::workload::ParameterValue;

/// A desktop laboratory for Python threads.
///
/// Without a command it opens the window.
#[derive(Debug, Parser)]
#[command(name = "threadlab", version = super::build_identity(), max_term_width = 100)]
pub struct Arguments {
    /// What to open in the window: a lesson's id, a lesson (.md) or a result (.json)
    #[arg(value_name = "LESSON|FILE")]
    pub open: Option<PathBuf>,
    /// Folder for settings and the last session, instead of the usual one
    #[arg(long, value_name = "DIR")]
    pub config: Option<PathBuf>,
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do instead of opening the window
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Common {
    /// A folder of lessons, beside those that come with the program
    #[arg(long, value_name = "DIR", global = true)]
    pub lessons: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure a lesson's experiments without a window
    Run(RunArguments),
    /// Measure the claims of lessons and say which hold on this machine
    Verify(VerifyArguments),
    /// Measure how near the GIL model comes to your CPython
    Compare(CompareArguments),
    /// List the lessons and their experiments
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check lesson files and say what is wrong where
    Check(CheckArguments),
    /// Write a file to begin with
    New {
        /// What to begin
        #[command(subcommand)]
        what: NewCommand,
    },
    /// Run the first program with threads and show which thread printed each line, and when
    First(FirstArguments),
    /// Say what this machine offers and what disturbs measuring on it
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw a result that was saved as JSON
    Plot(PlotArguments),
}

/// What `new` can begin.
#[derive(Debug, Subcommand)]
pub enum NewCommand {
    /// A lesson: a file with comments that passes `check`, in this folder or in that of `--lessons`
    Lesson {
        /// The lesson's id: lower-case letters, digits and hyphens; the file is called after it
        #[arg(default_value = "my-lesson")]
        id: String,
    },
}

/// What `check` takes.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// Lesson files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The Python that parses the lessons' code; default: what `python3` starts
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// End with exit code 1 for warnings too
    #[arg(long)]
    pub strict: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What `run` takes.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// A lesson, or one experiment of it
    #[arg(value_name = "LESSON[/EXPERIMENT]")]
    pub target: String,
    /// Thread counts, such as 1-8 or 1,2,4,8; default: the lesson's range
    #[arg(long, value_name = "COUNTS")]
    pub threads: Option<ThreadList>,
    /// What to measure with.
    #[command(flatten)]
    pub engines: EngineArguments,
    /// A workload parameter, such as `wait_ms=10` or `code=call` (repeatable)
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub settings: Vec<(String, ParameterValue)>,
    /// How narrow the intervals shall become
    #[arg(long, value_enum, default_value = "normal")]
    pub precision: PrecisionWord,
    /// Repeats the order of windows of an earlier run
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// The switch interval of the GIL model and of Python threads, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5.0, value_parser = switch_interval)]
    pub switch_interval: f64,
    /// How figures are drawn and where they go.
    #[command(flatten)]
    pub figure: FigureArguments,
    /// Print the whole result as JSON on standard output
    #[arg(long)]
    pub json: bool,
    /// End with exit code 3 when a claim is refuted
    #[arg(long)]
    pub verify: bool,
}

/// What `verify` takes.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// Lessons, or experiments of them; default: all lessons
    #[arg(value_name = "LESSON[/EXPERIMENT]")]
    pub targets: Vec<String>,
    /// What to measure with.
    #[command(flatten)]
    pub engines: EngineArguments,
    /// How narrow the intervals shall become
    #[arg(long, value_enum, default_value = "quick")]
    pub precision: PrecisionWord,
    /// Repeats the order of windows of an earlier run
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Also judge each claim turned into its opposite, which must be refuted where the claim holds
    #[arg(long, hide = true)]
    pub invert: bool,
}

/// What `compare` takes.
#[derive(Debug, clap::Args)]
pub struct CompareArguments {
    /// A Python to compare with (repeatable); default: what `python3` starts
    #[arg(long = "python", value_name = "PATH")]
    pub pythons: Vec<PathBuf>,
    /// Whether free-threaded Pythons run with the GIL (default: off); without it there is nothing to compare
    #[arg(long, value_enum)]
    pub gil: Option<GilWord>,
    /// Only this row of the table (repeatable)
    #[arg(long = "row", value_name = "ROW")]
    pub rows: Vec<String>,
    /// How many rounds; 6 are the fewest that give an interval
    #[arg(long, value_name = "NUMBER", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: u32,
    /// How long each window is, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(50..=60_000))]
    pub window_ms: u32,
    /// Repeats the order of windows of an earlier comparison
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Where to save the result: .json (repeatable)
    #[arg(long = "out", value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What to measure with.
#[derive(Debug, Clone, clap::Args)]
pub struct EngineArguments {
    /// An engine to measure (repeatable); default: the lesson's
    #[arg(long = "engine", value_name = "ENGINE", value_parser = engine)]
    pub kinds: Vec<EngineKind>,
    /// A Python to measure in (repeatable); default: what `python3` starts
    #[arg(long = "python", value_name = "PATH")]
    pub pythons: Vec<PathBuf>,
    /// Whether free-threaded Pythons run with the GIL
    #[arg(long, value_enum)]
    pub gil: Option<GilWord>,
    /// How Python processes are started: spawn, fork or forkserver (repeatable, a series for each); default: the interpreter's
    #[arg(long = "start-method", value_name = "METHOD", value_parser = start_method)]
    pub start_methods: Vec<StartMethod>,
    /// Run the code of lessons that did not come with the program; read it first
    #[arg(long)]
    pub trust: bool,
}

/// What `first` takes.
#[derive(Debug, clap::Args)]
pub struct FirstArguments {
    /// A Python to run it in (repeatable); default: what `python3` starts
    #[arg(long = "python", value_name = "PATH")]
    pub pythons: Vec<PathBuf>,
    /// Whether free-threaded Pythons run with the GIL
    #[arg(long, value_enum)]
    pub gil: Option<GilWord>,
    /// Let each thread sleep a millisecond after each line
    #[arg(long)]
    pub pause: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Whether the GIL of a free-threaded Python is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GilWord {
    /// As such builds start
    Off,
    /// Kept off with `-X gil=0`, whatever is imported
    KeptOff,
    /// Started with `-X gil=1`
    On,
    /// Two series, one of each
    Both,
}

/// What `plot` takes.
#[derive(Debug, clap::Args)]
pub struct PlotArguments {
    /// A result saved by `run --out NAME.json`, by `run --json`, or by the window
    #[arg(value_name = "RESULT.json")]
    pub result: PathBuf,
    /// Only this experiment
    #[arg(long, value_name = "EXPERIMENT")]
    pub experiment: Option<String>,
    /// Draw another result of the same lesson behind it, or the one that comes with the program: `recorded`
    #[arg(long, value_name = "RESULT.json|recorded")]
    pub beside: Option<PathBuf>,
    /// How figures are drawn and where they go.
    #[command(flatten)]
    pub figure: FigureArguments,
}

/// How a figure is drawn and where it goes.
#[derive(Debug, Clone, clap::Args)]
pub struct FigureArguments {
    /// Where to save: .svg, .png, .pdf, .csv, .json or .py (repeatable)
    #[arg(long = "out", value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// What the figure shows; default: the lesson's choice
    #[arg(long, value_name = "METRIC", value_parser = metric)]
    pub metric: Option<Metric>,
    /// The figure's size in pixels
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1200x675", value_parser = size)]
    pub size: (u32, u32),
    /// Pixels of the PNG for each of these
    #[arg(long, value_name = "FACTOR", default_value_t = 2.0)]
    pub scale: f32,
    /// Light or dark ground
    #[arg(long, value_enum, default_value = "light")]
    pub theme: ThemeWord,
}

/// The precisions as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrecisionWord {
    /// ±10 % within 10 s an experiment
    Quick,
    /// ±5 % within 25 s an experiment
    Normal,
    /// ±2 % within 120 s an experiment
    Thorough,
}

impl From<PrecisionWord> for Precision {
    fn from(word: PrecisionWord) -> Self {
        match word {
            PrecisionWord::Quick => Self::Quick,
            PrecisionWord::Normal => Self::Normal,
            PrecisionWord::Thorough => Self::Thorough,
        }
    }
}

/// The grounds as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeWord {
    /// Dark lines on white
    Light,
    /// Light lines on dark
    Dark,
}

impl Arguments {
    /// Finds what is wrong with the arguments of the window before it opens.
    ///
    /// # Errors
    /// When the folder for settings is something else, or what is to be opened is neither a lesson nor a file.
    pub fn check_window(&self) -> Result<(), UsageError> {
        if let Some(open) = self.open.as_ref().filter(|open| !open.exists() && self.lesson().is_none()) {
            return Err(UsageError(format!(
                "{} is neither a command, nor a lesson's id, nor a file that is there; `threadlab list` names the lessons",
                open.display()
            )));
        }
        match &self.config {
            Some(path) if path.exists() && !path.is_dir() => Err(UsageError(format!(
                "--config: {} is a file, and a folder for settings was expected; name a folder, there or not",
                path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Why a command line that names both something to open and a command is wrong.
    pub fn open_and_command(&self) -> UsageError {
        let open = self.open.as_deref().unwrap_or(std::path::Path::new("")).display();
        UsageError(format!(
            "{open} before a command is neither opened nor measured; leave it out, or name it after the command"
        ))
    }

    /// The id of the lesson that is to be opened, where [`Arguments::open`] is one and no file of that name is there.
    pub fn lesson(&self) -> Option<String> {
        let id = self.open.as_ref().filter(|open| !open.exists())?.to_str()?;
        let library = Library::open(self.common.lessons.as_deref());
        // A broken lesson has no id; it is known by its file, and the window shows its errors.
        let is_broken = |entry: &&Entry| entry.lesson.is_err() && entry.name.strip_suffix(".md") == Some(id);
        let broken = || library.entries().iter().find(is_broken).map(|entry| entry.name.clone());
        library.find(id).map(|lesson| lesson.id.clone()).or_else(broken)
    }
}

/// Reads the words of a command line. Help and version are printed here.
///
/// # Errors
/// How to end the program: done after `--help` and `--version`, wrong usage after anything that cannot be read.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, Exit> {
    Arguments::try_parse_from(words).map_err(|error| {
        let _gone = error.print();
        if error.use_stderr() { Exit::Usage } else { Exit::Done }
    })
}

fn engine(word: &str) -> Result<EngineKind, String> {
    EngineKind::from_id(word).ok_or_else(|| one_of("engine", EngineKind::ALL.map(EngineKind::id)))
}

fn start_method(word: &str) -> Result<StartMethod, String> {
    StartMethod::from_id(word).ok_or_else(|| one_of("start method", StartMethod::ALL.map(StartMethod::id)))
}

fn metric(word: &str) -> Result<Metric, String> {
    Metric::from_id(word).ok_or_else(|| one_of("metric", Metric::ALL.map(Metric::id)))
}

fn one_of<const N: usize>(noun: &str, ids: [&'static str; N]) -> String {
    format!("no such {noun}; there are {}", ids.join(", "))
}

/// A name with a number or a word; which of them the parameter takes is known only once the workload is.
fn setting(word: &str) -> Result<(String, ParameterValue), String> {
    let (name, value) = word.split_once('=').ok_or("a name, `=` and a number or a word were expected")?;
    let value = value.trim();
    let value = value.parse().map_or_else(|_no_number: std::num::ParseFloatError| value.into(), ParameterValue::Number);
    Ok((name.trim().to_owned(), value))
}

fn switch_interval(word: &str) -> Result<f64, String> {
    match word.parse() {
        Ok(ms) if (0.001..=1000.0).contains(&ms) => Ok(ms),
        _ => Err("a number of milliseconds from 0.001 to 1000 was expected".to_owned()),
    }
}

fn size(word: &str) -> Result<(u32, u32), String> {
    word.split_once(['x', '×'])
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
        .ok_or_else(|| "a width, `x` and a height were expected, such as 1200x675".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[track_caller]
    fn check_refused(words: &[&str], expected: &str) {
        let all = std::iter::once("threadlab").chain(words.iter().copied());
        let message = Arguments::try_parse_from(all).expect_err("refused").to_string();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn wrong_words_are_explained() {
        check_refused(&["run", "gil", "--engine", "nativ"], "there are native, gil-model");
        check_refused(&["run", "gil", "--start-method", "clone"], "there are spawn, fork, forkserver");
        check_refused(&["run", "gil", "--threads", "0"], "0 is no thread count");
        check_refused(&["run", "gil", "--set", "wait_ms"], "a name, `=` and a number or a word");
        check_refused(&["run", "gil", "--switch-interval", "0"], "from 0.001 to 1000");
        check_refused(&["run", "gil", "--size", "large"], "a width, `x` and a height");
        check_refused(&["run", "gil", "--metric", "speed"], "there are throughput, speedup");
        check_refused(&["check"], "<FILE>");
        check_refused(&["compare", "--rounds", "0"], "0 is not in 1..=1000");
        check_refused(&["compare", "--window-ms", "5"], "5 is not in 50..=60000");
    }

    #[test]
    fn a_word_for_the_window_is_a_lesson_or_a_file() {
        let read = |word: &str| Arguments::try_parse_from(["threadlab", word]).expect("read");
        assert_eq!(read("gil").lesson().as_deref(), Some("gil"));
        assert!(read("gil").check_window().is_ok());
        assert_eq!(read("gill").lesson(), None);
        let error = read("gill").check_window().expect_err("neither");
        assert!(error.to_string().contains("neither a command, nor a lesson's id, nor a file"), "{error}");
    }
}
