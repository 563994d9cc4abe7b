//! What the reader asks for about a lesson's own code.

/// A part of [`super::command::Command`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeCommand {
    /// Shows or hides the large editor.
    Show,
    /// Replaces the code of the open lesson.
    Edit(String),
    /// Puts the code back to what the lesson says.
    Reset,
    /// Agrees that the lesson's code may run, and runs it.
    Agree,
}

impl CodeCommand {
    /// What menu, button and palette call it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Show => "Edit code…",
            Self::Edit(_) => "Code",
            Self::Reset => "Reset code",
            Self::Agree => "Run this code",
        }
    }

    /// One sentence on what it does.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Show => "Opens the lesson's own workload in a larger editor.",
            Self::Edit(_) => "Changes the lesson's own workload.",
            Self::Reset => "Puts the lesson's own workload back to what the lesson says.",
            Self::Agree => "Lets this text run in your Python, now and later; a changed text is asked about again.",
        }
    }
}
