//! Who held the GIL, when.

use serde::{Deserialize, Serialize};

use super::units::ThreadCount;

/// The holders of the GIL during one window, in order of time, without overlaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// How many workers ran.
    pub threads: ThreadCount,
    /// Who held it, from the window's first snapshot on; the longest such record an engine keeps is bounded.
    pub slices: Vec<Slice>,
}

/// One worker's uninterrupted hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The worker, from 0.
    pub worker: usize,
    /// Nanoseconds after the first snapshot.
    pub from_ns: u64,
    /// Nanoseconds after the first snapshot; not before `from_ns`.
    pub to_ns: u64,
}
