//! Looking for the Pythons of this machine, off the window's thread.

use std::path::{Path, PathBuf};

use crate::engine::catalogue::{InterpreterFinder, InterpreterOffer};
use crate::export;
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
}

/// Finds Pythons; tests put a scripted one in its place.
pub trait InterpreterSource: Send {
    /// Every Python that is there. May take a second.
    fn find(&mut self, order: &SearchOrder) -> Findings;
}

/// Findings that are always the same, for tests.
impl InterpreterSource for Findings {
    fn find(&mut self, _order: &SearchOrder) -> Findings {
        self.clone()
    }
}

/// Where there is no Python.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPythons;

impl InterpreterSource for NoPythons {
    fn find(&mut self, _order: &SearchOrder) -> Findings {
        Findings::default()
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
            if let Some(text) = file.as_deref().and_then(read) {
                self.finder.recall(&text);
            }
        }
        self.has_recalled = true;
        let offers = self.finder.find(&order.own_paths);
        let usual = self.finder.usual();
        if let Some(file) = file {
            self.keep(&file);
        }
        Findings { offers, usual }
    }
}

impl PythonsOfThisMachine {
    /// Without a memory the next start is slower, and nothing else.
    fn keep(&self, file: &Path) {
        if let Some(folder) = file.parent()
            && let Err(error) = std::fs::create_dir_all(folder)
        {
            tracing::debug!("what interpreters said could not be kept: {error}");
            return;
        }
        if let Err(error) = export::write_atomic(file, self.finder.to_memory().as_bytes()) {
            tracing::debug!("what interpreters said could not be kept: {error}");
        }
    }
}

fn read(file: &Path) -> Option<String> {
    let size = std::fs::metadata(file).ok()?.len();
    (size <= MOST_MEMORY_BYTES).then(|| std::fs::read_to_string(file).ok()).flatten()
}
