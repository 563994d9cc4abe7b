//! The command line: a thin skin over the same core that the window uses.

use std::fmt::Display;

pub mod arguments;
mod check;
mod choice;
mod compare;
mod console;
mod doctor;
pub mod exit;
mod figure;
mod first;
mod interpreters;
mod interrupt;
mod list;
mod measure;
mod new;
mod plot;
mod progress;
mod report;
pub mod thread_list;
mod trust;
mod verify;

use arguments::{Command, Common};
use exit::{Exit, UsageError};

/// Performs a command and says how the program ends. Errors are reported here, once.
pub fn perform(command: Command, common: &Common) -> Exit {
    let result = match command {
        Command::Run(arguments) => measure::run(&arguments, common),
        Command::List { json } => list::run(json, common),
        Command::Check(arguments) => check::run(&arguments),
        Command::New { what } => new::run(&what, common),
        Command::First(arguments) => first::run(&arguments),
        Command::Doctor { json } => doctor::run(json),
        Command::Plot(arguments) => plot::run(&arguments, common),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments, common),
    };
    result.unwrap_or_else(|error| {
        console::say(format!("threadlab: {error:#}"));
        if error.downcast_ref::<UsageError>().is_some() { Exit::Usage } else { Exit::Failed }
    })
}

/// Reports a mistake of the caller.
pub fn wrong_usage(error: &UsageError) -> Exit {
    console::say(format!("threadlab: {error}"));
    Exit::Usage
}

/// Reports that no window can be shown, and what to do instead.
pub fn no_window(reason: &dyn Display) -> Exit {
    console::say(format!(
        "threadlab: {reason}; `threadlab run LESSON` measures without a window (`threadlab list` shows the lessons)"
    ));
    Exit::Failed
}

/// Name, version and build of this program, such as `0.1.0 (1a2b3c4)`.
pub fn build_identity() -> &'static str {
    env!("THREADLAB_BUILD")
}
