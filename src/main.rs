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

#[cfg(feature = "gui")]
fn open_window(arguments: threadlab::cli::arguments::Arguments) -> ExitCode {
    let options = threadlab::ui::Options {
        lessons_dir: arguments.common.lessons,
        open_file: arguments.file,
        config_dir: arguments.config,
    };
    match threadlab::ui::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => threadlab::cli::no_window(&error).into(),
    }
}

#[cfg(not(feature = "gui"))]
fn open_window(_arguments: threadlab::cli::arguments::Arguments) -> ExitCode {
    threadlab::cli::no_window(&"this build of threadlab has no window").into()
}
