//! What the reader asks for about a result shown beside their own.

/// A part of [`super::command::Command`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BesideCommand {
    /// Shows the result of the open lesson that comes with the program.
    ShowRecorded,
    /// Shows the result that was opened from a file beside this machine's own.
    ShowOpened,
    /// Takes it away.
    Hide,
}

impl BesideCommand {
    /// What menu, button and palette call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ShowRecorded => "Show a recorded result beside mine",
            Self::ShowOpened => "Show beside mine",
            Self::Hide => "Hide the result beside mine",
        }
    }

    /// One sentence on what it does.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::ShowRecorded => {
                "Draws what another machine measured, with crosses: its name says how many cores that has."
            }
            Self::ShowOpened => "Draws this result behind what this machine measures in the same lesson.",
            Self::Hide => "Leaves only what this machine measured.",
        }
    }
}
