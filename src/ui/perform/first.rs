//! Running the first program.

use super::{Services, send, toggle_overlay};
use crate::model::first_program::{Transcript, program};
use crate::model::series::Interpreter;
use crate::ui::first_command::FirstCommand;
use crate::ui::state::first::FirstRun;
use crate::ui::state::{Overlay, State};
use crate::ui::task::Task;

/// Carries out what the reader asked for.
pub(super) fn perform(command: FirstCommand, state: &mut State, services: &Services) {
    match command {
        FirstCommand::Show => toggle_overlay(state, Overlay::First),
        FirstCommand::SetPause(pause) => state.first.pause = pause,
        FirstCommand::Run(python) => {
            // A run measures, and is not to be disturbed.
            if state.run.is_none() && !state.first.is_running {
                let program = program(state.first.pause);
                state.first.is_running = send(Task::RunProgram { python: Box::new(python), program }, state, services);
            }
        }
    }
}

/// Takes in what came of it.
pub(super) fn ended(python: Interpreter, result: Result<Transcript, String>, state: &mut State) {
    state.first.is_running = false;
    let failed = |reason| format!("It could not be run in {}: {reason}.", python.path);
    state.first.outcome = Some(match result {
        Ok(transcript) => Ok(FirstRun { python, transcript: transcript.to_show() }),
        Err(reason) => Err(failed(reason)),
    });
}
