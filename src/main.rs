//! Arguments to window or command line; sole owner of the exit code.

use std::process::ExitCode;

/// The variable that says what is logged to standard error, such as `threadlab=debug`; warnings and errors without it.
const LOG_VARIABLE: &str = "THREADLAB_LOG";

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env(LOG_VARIABLE)
        .unwrap_or_else(|_unset_or_unreadable| tracing_subscriber::EnvFilter::new("threadlab=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = match threadlab::cli::arguments::parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    match arguments.command {
        // What is to be opened and a command at once: one of the two would be dropped.
        Some(_) if arguments.open.is_some() => threadlab::cli::wrong_usage(&arguments.open_and_command()).into(),
        Some(command) => threadlab::cli::perform(command, &arguments.common).into(),
        None => match arguments.check_window() {
            Ok(()) => open_window(arguments),
            Err(error) => threadlab::cli::wrong_usage(&error).into(),
        },
    }
}

#[cfg(feature = "gui")]
fn open_window(arguments: threadlab::cli::arguments::Arguments) -> ExitCode {
    let options = threadlab::ui::Options {
        lesson: arguments.lesson(),
        open_file: arguments.open.filter(|path| path.exists()),
        lessons_dir: arguments.common.lessons,
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
