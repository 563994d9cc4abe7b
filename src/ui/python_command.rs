//! What the reader asks for about Pythons.

use crate::model::series::{SeriesKey, StartMethod};
use crate::ui::state::pythons::GilChoice;

/// A part of [`super::command::Command`].
#[derive(Debug, Clone, PartialEq)]
pub enum PythonCommand {
    /// Shows or hides the list of Pythons.
    Show,
    /// Looks for Pythons again, and asks each what it is.
    LookAgain,
    /// Chooses the Python at a path, or leaves it out.
    Toggle(String),
    /// Chooses the states of the GIL that the free-threaded Python at a path is measured in.
    SetGil(String, GilChoice),
    /// Chooses how processes are started; `None` for each interpreter's default.
    SetStartMethod(Option<StartMethod>),
    /// Changes the field for a path.
    Type(String),
    /// Adds the Python at the path in the field.
    Add,
    /// Asks for an executable with the system's own dialog.
    Choose,
    /// Takes a path away that the learner had named.
    Forget(String),
    /// Adds a series to the group shown, or takes it away.
    ToggleSeries(SeriesKey),
}

impl PythonCommand {
    /// What menu, button and palette call it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Show => "Python…",
            Self::LookAgain => "Look again",
            Self::Toggle(_) => "Measure in this Python",
            Self::SetGil(..) => "GIL of this Python",
            Self::SetStartMethod(_) => "Start of processes",
            Self::Type(_) => "Path of a Python",
            Self::Add => "Add",
            Self::Choose => "Choose…",
            Self::Forget(_) => "Forget",
            Self::ToggleSeries(_) => "Series",
        }
    }

    /// One sentence on what it does.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Show => "Chooses the Pythons of this machine to measure in, and what to measure in them.",
            Self::LookAgain => "Looks for Pythons again, and asks each what it is.",
            Self::Toggle(_) => "Measures in this Python, or leaves it out.",
            Self::SetGil(..) => "Whether this free-threaded build runs with the GIL (-X gil=1) or without.",
            Self::SetStartMethod(_) => "How the multiprocessing module starts its processes.",
            Self::Type(_) => "The path of a Python's executable.",
            Self::Add => "Asks the program at this path whether it is a Python, and measures in it if it is.",
            Self::Choose => "Asks for the executable with the system's own dialog.",
            Self::Forget(_) => "Takes this path out of the list.",
            Self::ToggleSeries(_) => "Measures this curve, or leaves it out.",
        }
    }
}
