//! What a sweep takes from outside: the time, the machine, and who watches for disturbances.

use std::time::{Duration, Instant};

use crate::engine::noise::Monitor;
use crate::model::machine::Machine;

/// The time since a run began. Scripted runs put in their own.
pub trait Clock: Send {
    /// When the run began, for [`crate::engine::WindowOrder::run_began`].
    fn began(&self) -> Instant;

    /// How long ago that was.
    fn elapsed(&self) -> Duration;
}

/// The real time.
#[derive(Debug, Clone, Copy)]
pub struct WallClock(Instant);

impl WallClock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for WallClock {
    fn began(&self) -> Instant {
        self.0
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What a sweep takes from outside beside its engines.
pub struct Surroundings {
    /// The time since the run began.
    pub clock: Box<dyn Clock>,
    /// The machine it runs on.
    pub machine: Machine,
    /// Who watches for disturbances from outside.
    pub monitor: Box<dyn Monitor>,
}
