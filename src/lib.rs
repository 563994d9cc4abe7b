//! Threadlab: a desktop laboratory for Python threads.
//!
//! The modules in reading order; each uses only those above it (`tests/architecture.rs` holds this):
//!
//! - [`model`]: samples, intervals, scaling laws, verdicts, predictions, plot specification. Pure.
//! - [`workload`]: what one unit of work does.
//! - [`lesson`]: lesson files, parsed and checked.
//! - [`engine`]: what runs the units on N threads and measures them.
//! - [`export`]: results and plots as bytes, and the one place that writes files.
//! - [`cli`]: the command line.
//! - `ui`: the window (feature `gui`).

pub mod cli;
pub mod engine;
pub mod export;
pub mod lesson;
pub mod model;
#[cfg(feature = "gui")]
pub mod ui;
pub mod workload;
