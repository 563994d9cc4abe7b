//! Ctrl+C, and the signals that ask a program to end.

use anyhow::Context as _;

use crate::engine::cancel::CancelFlag;

/// A flag that is raised when this process is asked to end.
///
/// # Errors
/// When the handler cannot be installed.
pub(super) fn flag() -> anyhow::Result<CancelFlag> {
    let flag = CancelFlag::new();
    let raised = flag.clone();
    ctrlc::set_handler(move || raised.raise()).context("failed to listen for Ctrl+C")?;
    Ok(flag)
}
