//! Arguments to window or command line; sole owner of the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match threadlab::cli::arguments::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    match arguments.command {
        Some(command) => threadlab::cli::perform(command, &arguments.common).into(),
        None => open_window(arguments),
    }
}

// The window's part lands with `ui::run`.
fn open_window(_arguments: threadlab::cli::arguments::Arguments) -> ExitCode {
    threadlab::cli::no_window(&"this build of threadlab has no window").into()
}
