//! critical: computing, a share of it inside one lock that all workers share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::lost_updates::take;
use super::mixed::{Compute, Speed};
use super::{Context, StopSignal, Unit, UnitEnd};

/// Computes outside the lock, then inside it.
#[derive(Debug, Clone)]
pub struct Critical {
    lock: Arc<Mutex<()>>,
    outside: Compute,
    inside: Compute,
}

impl Critical {
    /// A unit that takes `unit` alone on one thread, `lock_share` (0 to 1) of it inside `lock`.
    pub fn new(lock: Arc<Mutex<()>>, unit: Duration, lock_share: f64, speed: Speed) -> Self {
        let inside = unit.mul_f64(lock_share.clamp(0.0, 1.0));
        let outside = unit.saturating_sub(inside);
        Self { lock, outside: Compute::lasting(outside, speed), inside: Compute::lasting(inside, speed) }
    }
}

impl Unit for Critical {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        if self.outside.run(context, stop) == UnitEnd::Interrupted {
            return UnitEnd::Interrupted;
        }
        // At the end of a window each holder lets go within a chunk of computing, so that nobody waits long here.
        let guard = take(&self.lock, context);
        let end = self.inside.run(context, stop);
        drop(guard);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::super::NoGil;
    use super::*;

    const SPEED: Speed = Speed { numbers_per_sec: 1e7 };

    /// Counts polls with the lock free and with the lock taken.
    struct Log {
        lock: Arc<Mutex<()>>,
        outside: u64,
        inside: u64,
    }

    impl Context for Log {
        fn enter(&mut self) {}
        fn poll(&mut self) {
            if self.lock.try_lock().is_ok() {
                self.outside += 1;
            } else {
                self.inside += 1;
            }
        }
        fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
            wait()
        }
        fn leave(&mut self) {}
    }

    #[track_caller]
    fn check(lock_share: f64, outside: u64, inside: u64) {
        let (lock, stop) = (Arc::new(Mutex::new(())), StopSignal::new());
        let mut log = Log { lock: Arc::clone(&lock), outside: 0, inside: 0 };
        let mut unit = Critical::new(lock, Duration::from_millis(1), lock_share, SPEED);
        assert_eq!(unit.run(&mut log, &stop), UnitEnd::Done);
        assert_eq!((log.outside, log.inside), (outside, inside));
    }

    #[test]
    fn the_share_is_computed_inside_the_lock() {
        check(0.0, 10_000, 0);
        check(0.25, 7500, 2500);
        check(1.0, 0, 10_000);
    }

    #[test]
    fn an_interrupted_unit_gives_the_lock_back() {
        let (lock, stop) = (Arc::new(Mutex::new(())), StopSignal::new());
        stop.raise();
        for lock_share in [0.0, 0.5, 1.0] {
            let mut unit = Critical::new(Arc::clone(&lock), Duration::from_millis(1), lock_share, SPEED);
            assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Interrupted);
            assert!(lock.try_lock().is_ok(), "at a share of {lock_share}");
        }
    }
}
