//! Where the command line writes: data on standard output, everything else on standard error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// One line of data.
///
/// A reader that closed its end (`threadlab list | head`) is no error: what it no longer wants is dropped.
///
/// # Errors
/// When standard output cannot be written for a reason other than a closed pipe.
pub(super) fn data(line: impl Display) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(io::Error::new(error.kind(), format!("failed to write to standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// One line for the reader. A standard error that is gone is nobody's loss.
pub(super) fn say(line: impl Display) {
    let _gone = writeln!(io::stderr().lock(), "{line}");
}

/// Whether a person sees standard error as it is written.
pub(super) fn is_interactive() -> bool {
    io::stderr().is_terminal()
}
