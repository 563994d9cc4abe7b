//! Quantities that cannot be wrong once they exist.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// How many workers run in a window: 1 to [`ThreadCount::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "usize", into = "usize")]
pub struct ThreadCount(NonZeroUsize);

/// Why a number cannot be a thread count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no thread count: a whole number from 1 to {max} was expected", max = ThreadCount::MAX)]
pub struct ThreadCountError(pub usize);

impl ThreadCount {
    /// The most workers one window may have.
    pub const MAX: usize = 1024;
    /// One worker, the reference of every speedup.
    pub const ONE: Self = Self(NonZeroUsize::MIN);

    /// Checks a number.
    ///
    /// # Errors
    /// For 0 and for anything above [`ThreadCount::MAX`].
    pub fn new(count: usize) -> Result<Self, ThreadCountError> {
        match NonZeroUsize::new(count) {
            Some(count) if count.get() <= Self::MAX => Ok(Self(count)),
            _ => Err(ThreadCountError(count)),
        }
    }

    /// The nearest possible count.
    pub fn clamped(count: usize) -> Self {
        NonZeroUsize::new(count.min(Self::MAX)).map_or(Self::ONE, Self)
    }

    /// The plain number.
    pub fn get(self) -> usize {
        self.0.get()
    }

    /// The number for arithmetic; exact, since counts are small.
    #[expect(clippy::cast_precision_loss, reason = "at most 1024")]
    pub fn as_f64(self) -> f64 {
        self.get() as f64
    }
}

impl TryFrom<usize> for ThreadCount {
    type Error = ThreadCountError;
    fn try_from(count: usize) -> Result<Self, Self::Error> {
        Self::new(count)
    }
}

impl From<ThreadCount> for usize {
    fn from(count: ThreadCount) -> Self {
        count.get()
    }
}

impl std::fmt::Display for ThreadCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
