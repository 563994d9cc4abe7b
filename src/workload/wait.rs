//! wait: a sleep, as `time.sleep` makes one.

use std::time::Duration;

use super::{Context, StopSignal, Unit, UnitEnd, WaitEnd};

/// Sleeps. How long it really took is for the engine to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The time asked for.
    pub duration: Duration,
}

impl Unit for Wait {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        match context.blocking(|| stop.wait(self.duration)) {
            WaitEnd::Elapsed => UnitEnd::Done,
            WaitEnd::Interrupted => UnitEnd::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::NoGil;
    use super::*;

    #[test]
    fn sleeps_for_its_time() {
        let stop = StopSignal::new();
        stop.enlist();
        let began = Instant::now();
        assert_eq!(Wait { duration: Duration::from_millis(2) }.run(&mut NoGil, &stop), UnitEnd::Done);
        assert!(began.elapsed() >= Duration::from_millis(2));
    }

    #[test]
    fn an_interrupted_sleep_does_not_count() {
        let stop = StopSignal::new();
        stop.enlist();
        stop.raise();
        assert_eq!(Wait { duration: Duration::from_hours(1) }.run(&mut NoGil, &stop), UnitEnd::Interrupted);
    }
}
