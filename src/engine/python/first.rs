//! Running a whole program once, such as the first one with threads.

use std::path::PathBuf;

use super::harness::{Harness, Settings};
use crate::engine::cancel::CancelFlag;
use crate::model::first_program::Transcript;
use crate::model::series::Interpreter;

/// Runs a program in an interpreter that is started for it, and tells what it printed.
///
/// # Errors
/// When the interpreter cannot be started or the program fails: a sentence without full stop.
pub fn run(python: &Interpreter, program: &str, cancel: &CancelFlag) -> Result<Transcript, String> {
    let version = python.version.parse().map_err(|error: super::version::VersionError| error.to_string())?;
    let gil_enabled = python.gil_enabled.unwrap_or(!python.free_threaded);
    let settings = Settings::new(PathBuf::from(&python.path), version, python.free_threaded, gil_enabled);
    let mut harness = Harness::start(&settings, cancel).map_err(|error| error.to_string())?;
    harness.run_program(program, cancel).map_err(|error| error.to_string())
}
