//! Ctrl+C, and the signals that ask a program to end.

use anyhow::Context as _;

use super::exit::Exit;
use crate::engine::cancel::CancelFlag;

#[cfg(target_os = "linux")]
mod slice;

/// A flag that is raised when this process is asked to end. When it is asked again, it ends at once.
///
/// Called by the thread that performs the command, before it starts others that shall compute.
///
/// # Errors
/// When the handler cannot be installed.
pub(super) fn flag() -> anyhow::Result<CancelFlag> {
    let flag = CancelFlag::new();
    let raised = flag.clone();
    // Two threads have to get a core before a signal has become a flag: the main thread, to which the system gives it, and the
    // one that `ctrlc` starts. Beside a thousand that compute each would wait for its turn, a second or more.
    #[cfg(target_os = "linux")]
    {
        slice::shorten(std::process::id(), slice::Heirs::Usual);
        slice::shorten(0, slice::Heirs::Same);
    }
    let installed = ctrlc::set_handler(move || {
        if raised.is_raised() {
            end_at_once();
        }
        raised.raise();
    });
    #[cfg(target_os = "linux")]
    slice::shorten(0, slice::Heirs::Usual);
    installed.context("failed to listen for Ctrl+C")?;
    Ok(flag)
}

/// Leaves everything as it is: what holds subprocesses ends them (see `engine::python::process`).
#[expect(clippy::exit, reason = "whoever asks twice does not want to wait for what `main` would wait for")]
fn end_at_once() -> ! {
    std::process::exit(i32::from(Exit::Interrupted.code()))
}
