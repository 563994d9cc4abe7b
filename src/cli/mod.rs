//! The command line: a thin skin over the same core that the window uses.

use std::fmt::Display;
use std::thread::ScopedJoinHandle;

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

/// A command's stack, in bytes: as large as that of most main threads.
const STACK: usize = 8 << 20;

/// Performs a command and says how the program ends. Errors are reported here, once.
///
/// A thread of its own does it. The main thread, to which the system gives signals, so has nothing else to do: one that has just
/// computed would have to wait longest for a core beside a thousand others (see `interrupt`).
pub fn perform(command: Command, common: &Common) -> Exit {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("command".to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, || perform_here(command, common)).map(ScopedJoinHandle::join) {
            Ok(Ok(exit)) => exit,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => {
                console::say(format!("threadlab: the system gave no thread for the command: {error}"));
                Exit::Failed
            }
        }
    })
}

fn perform_here(command: Command, common: &Common) -> Exit {
    let result = match command {
        Command::Run(arguments) => measure::run(&arguments, common),
        Command::List { json } => list::run(json, common),
        Command::Check(arguments) => check::run(&arguments, common),
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
