//! The first program, and what came of running it.

use crate::model::first_program::{Pause, Transcript};
use crate::model::series::Interpreter;

/// The first program, and what came of running it.
#[derive(Debug, Default)]
pub struct FirstProgram {
    /// Whether its threads pause between their lines.
    pub pause: Pause,
    /// Whether it runs.
    pub is_running: bool,
    /// What came of the last run; a sentence where it failed.
    pub outcome: Option<Result<FirstRun, String>>,
}

/// A run of the first program.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstRun {
    /// Where it ran.
    pub python: Interpreter,
    /// What it printed.
    pub transcript: Transcript,
}
