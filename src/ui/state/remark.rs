//! What a dialog of the window says below its fields.

/// A sentence about what was tried last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Why it failed.
    Problem(String),
    /// Nothing failed: what can be done besides.
    Hint(&'static str),
}

impl Remark {
    /// What a system's dialog that was left without a choice is answered with. It is the same where no dialog could be shown:
    /// nobody can tell.
    pub const NO_FILE: Self = Self::Hint("No file was chosen. A path can also be typed here.");
    /// See [`Self::NO_FILE`].
    pub const NO_FOLDER: Self = Self::Hint("No folder was chosen. Its path can also be typed here.");

    /// The sentence.
    pub fn words(&self) -> &str {
        match self {
            Self::Problem(words) => words,
            Self::Hint(words) => words,
        }
    }
}
