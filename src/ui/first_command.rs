//! What the reader asks for about the first program.

use crate::model::first_program::Pause;
use crate::model::series::Interpreter;

/// A part of [`super::command::Command`].
#[derive(Debug, Clone, PartialEq)]
pub enum FirstCommand {
    /// Shows or hides the first program.
    Show,
    /// Chooses whether its threads pause between their lines.
    SetPause(Pause),
    /// Runs it.
    Run(Interpreter),
}

impl FirstCommand {
    /// What menu, button and palette call it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Show => "First program…",
            Self::SetPause(_) => "Pause between lines",
            Self::Run(_) => "Run the first program",
        }
    }

    /// One sentence on what it does.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Show => "Two threads that count to 4: runs them in your Python and shows who printed what, and when.",
            Self::SetPause(_) => "Lets each thread sleep a millisecond after each line.",
            Self::Run(_) => "Runs the program in this Python.",
        }
    }
}
