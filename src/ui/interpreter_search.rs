//! Looking for the Pythons of this machine and running whole programs in them, off the window's thread.

use std::path::{Path, PathBuf};

use super::kept_file;
use crate::engine::cancel::CancelFlag;
use crate::engine::catalogue::{self, InterpreterFinder, InterpreterOffer};
use crate::model::first_program::{PrintedLine, Transcript};
use crate::model::series::Interpreter;

/// The file beside the session that remembers what interpreters said of themselves.
pub const MEMORY_FILE: &str = "interpreters.json";

/// The most bytes that are read of it.
const MOST_MEMORY_BYTES: u64 = 1 << 20;

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchOrder {
    /// Executables that the learner has named.
    pub own_paths: Vec<PathBuf>,
    /// Executables that were chosen or named, which may be listed under another of their names now.
    pub follow: Vec<PathBuf>,
    /// The folder where what was learned is kept; `None` keeps nothing.
    pub memory_dir: Option<PathBuf>,
    /// Whether each Python is asked again, whatever is remembered.
    pub afresh: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// Every Python: the usable ones first, newest first.
    pub offers: Vec<InterpreterOffer>,
    /// The one that the shell starts as `python3`, or else the first usable one.
    pub usual: Option<Interpreter>,
    /// Of the paths to follow, those that are listed under another name, with that name.
    pub listed_as: Vec<(PathBuf, String)>,
}

/// Finds Pythons; tests put a scripted one in its place.
pub trait InterpreterSource: Send {
    /// Every Python that is there. May take a second.
    fn find(&mut self, order: &SearchOrder) -> Findings;

    /// Runs a whole program in one of them.
    ///
    /// # Errors
    /// When it cannot be run: a sentence without full stop.
    fn run_program(&mut self, python: &Interpreter, program: &str) -> Result<Transcript, String>;
}

/// Findings that are always the same, for tests.
impl InterpreterSource for Findings {
    fn find(&mut self, _order: &SearchOrder) -> Findings {
        self.clone()
    }

    fn run_program(&mut self, _python: &Interpreter, _program: &str) -> Result<Transcript, String> {
        let line = |thread: &str, at_ms, text: String| PrintedLine { thread: thread.to_owned(), at_ms, text };
        let count =
            |thread, from| (0..5).map(move |number| line(thread, from + 0.01 * f64::from(number), number.to_string()));
        let mut lines: Vec<_> = count("first", 0.1).chain(count("second", 0.3)).collect();
        lines.push(line("MainThread", 0.5, "both are done".to_owned()));
        Ok(Transcript { lines, took_ms: 0.6, gil_enabled: true })
    }
}

/// Where there is no Python.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPythons;

impl InterpreterSource for NoPythons {
    fn find(&mut self, _order: &SearchOrder) -> Findings {
        Findings::default()
    }

    fn run_program(&mut self, _python: &Interpreter, _program: &str) -> Result<Transcript, String> {
        Err("there is no Python here".to_owned())
    }
}

/// The Pythons of this machine.
#[derive(Debug, Default)]
pub struct PythonsOfThisMachine {
    finder: InterpreterFinder,
    has_recalled: bool,
}

impl InterpreterSource for PythonsOfThisMachine {
    fn find(&mut self, order: &SearchOrder) -> Findings {
        let file = order.memory_dir.as_ref().map(|dir| dir.join(MEMORY_FILE));
        if order.afresh {
            self.finder.forget();
        } else if !self.has_recalled {
            // A memory that is not there or broken is no error: each Python is asked then.
            if let Some(Ok(text)) = file.as_deref().map(|file| kept_file::read(file, MOST_MEMORY_BYTES)) {
                self.finder.recall(&text);
            }
        }
        self.has_recalled = true;
        let offers = self.finder.find(&order.own_paths);
        let usual = self.finder.usual();
        if let Some(file) = file {
            self.keep(&file);
        }
        let listed_as = listed_as(&order.follow, &offers);
        Findings { offers, usual, listed_as }
    }

    fn run_program(&mut self, python: &Interpreter, program: &str) -> Result<Transcript, String> {
        catalogue::run_program(python, program, &CancelFlag::new())
    }
}

impl PythonsOfThisMachine {
    /// Without a memory the next start is slower, and nothing else.
    fn keep(&self, file: &Path) {
        if let Err(error) = kept_file::write(file, self.finder.to_memory().as_bytes()) {
            tracing::debug!("what interpreters said could not be kept: {error}");
        }
    }
}

/// Which of these paths are names of a Python that is listed under another.
fn listed_as(paths: &[PathBuf], offers: &[InterpreterOffer]) -> Vec<(PathBuf, String)> {
    let is_listed = |path: &PathBuf| offers.iter().any(|offer| Path::new(&offer.path) == path);
    let other = |path: &PathBuf| {
        let offer = offers.iter().find(|offer| catalogue::is_same_interpreter(Path::new(&offer.path), path))?;
        Some((path.clone(), offer.path.clone()))
    };
    paths.iter().filter(|path| !is_listed(path)).filter_map(other).collect()
}
