//! What a control reports: the value asked for, and whether the hand is still on it.

/// A value that the reader set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edit<T> {
    /// The value asked for.
    pub value: T,
    /// Whether more is to come.
    pub stage: Stage,
}

/// Whether a reader is still busy with a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The handle is held: the value may change with the next frame.
    Changing,
    /// The handle was let go, a key was pressed or a number was entered: act on it, such as by running again.
    Released,
}
