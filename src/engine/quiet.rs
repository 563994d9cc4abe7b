//! Keeping still while a window is open: who watches a run is told between windows only.
//!
//! A repaint costs CPU that the workers then lack (24 to 30 ms a frame with a software renderer). So the sweep calls its
//! audience between two windows, waits until it has painted, and paces the calls so that a slow painter does not eat the
//! time budget.

use std::time::Duration;

/// Who watches a run. Told between windows, never within one.
pub trait Audience: Send {
    /// Something new can be shown. May block up to 50 ms while the window paints; the next warm-up begins after it.
    fn refresh(&mut self);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAudience;

impl Audience for NoAudience {
    fn refresh(&mut self) {}
}

/// Paces the calls to an audience.
///
/// The first news is passed on at once. After that there are at least 200 ms between two calls, and at least nine times as
/// long as the last call took, so that showing a run costs no more than a tenth of its time.
pub struct Gate {
    audience: Box<dyn Audience>,
    earliest: Duration,
}

impl Gate {
    const LEAST_PAUSE: Duration = Duration::from_millis(200);
    const PAUSE_OVER_COST: u32 = 9;

    /// A gate in front of `audience`.
    pub fn new(audience: Box<dyn Audience>) -> Self {
        Self { audience, earliest: Duration::ZERO }
    }

    /// Passes news on if enough time has passed. `clock` gives the time since the run began.
    pub fn between_windows(&mut self, clock: impl Fn() -> Duration) {
        if clock() >= self.earliest {
            self.now(clock);
        }
    }

    /// Passes news on in any case: at the end of a run.
    pub fn now(&mut self, clock: impl Fn() -> Duration) {
        let before = clock();
        self.audience.refresh();
        let after = clock();
        let cost = after.saturating_sub(before);
        self.earliest = after + Self::LEAST_PAUSE.max(cost * Self::PAUSE_OVER_COST);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    struct Counting(Arc<AtomicU32>);
    impl Audience for Counting {
        fn refresh(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn an_audience_is_told_at_once_and_then_at_most_five_times_a_second() {
        let told = Arc::new(AtomicU32::new(0));
        let mut gate = Gate::new(Box::new(Counting(Arc::clone(&told))));
        for ms in (0..=1000).step_by(50) {
            gate.between_windows(|| Duration::from_millis(ms));
        }
        assert_eq!(told.load(Ordering::Relaxed), 6);
        gate.now(|| Duration::from_millis(1001));
        assert_eq!(told.load(Ordering::Relaxed), 7);
    }

    #[test]
    fn a_slow_painter_is_told_less_often() {
        let told = Arc::new(AtomicU32::new(0));
        let mut gate = Gate::new(Box::new(Counting(Arc::clone(&told))));
        // Each look at this clock takes 50 ms: so does each refresh.
        let time = Cell::new(Duration::ZERO);
        let clock = || {
            time.set(time.get() + Duration::from_millis(50));
            time.get()
        };
        while time.get() < Duration::from_secs(2) {
            gate.between_windows(clock);
        }
        assert!(told.load(Ordering::Relaxed) <= 4, "{told:?}");
    }
}
