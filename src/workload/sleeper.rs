//! sleeper: one worker sleeps over and over, all others compute. How long its sleeps take shows how long it waits to get going
//! again.

use std::time::Duration;

use super::mixed::{Compute, Speed};
use super::wait::Wait;
use super::{Context, StopSignal, Unit, UnitEnd};

/// How much a computing worker does between two looks at the stop signal of its own: it never ends a unit.
const ROUND: Duration = Duration::from_millis(10);

/// One worker of the two sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sleeper {
    /// The one that sleeps; each sleep is a unit.
    Sleeps(Wait),
    /// One that computes until the end, which is no unit.
    Computes(Compute),
}

impl Sleeper {
    /// Worker `number`, from 0: the first one sleeps for `sleep`.
    pub fn new(number: usize, sleep: Duration, speed: Speed) -> Self {
        if number == 0 {
            Self::Sleeps(Wait { duration: sleep })
        } else {
            Self::Computes(Compute::lasting(ROUND, speed))
        }
    }
}

impl Unit for Sleeper {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        match self {
            Self::Sleeps(wait) => wait.run(context, stop),
            Self::Computes(compute) => loop {
                let end = compute.run(context, stop);
                if end != UnitEnd::Done {
                    break end;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::super::NoGil;
    use super::*;

    const SPEED: Speed = Speed { numbers_per_sec: 1e7 };

    #[test]
    fn only_the_first_worker_does_units() {
        let stop = StopSignal::new();
        stop.enlist();
        let sleep = Duration::from_millis(1);
        thread::scope(|scope| {
            let computing = scope.spawn(|| Sleeper::new(1, sleep, SPEED).run(&mut NoGil, &stop));
            for _ in 0..3 {
                assert_eq!(Sleeper::new(0, sleep, SPEED).run(&mut NoGil, &stop), UnitEnd::Done);
            }
            stop.raise();
            assert_eq!(computing.join().expect("it does not panic"), UnitEnd::Interrupted);
        });
        assert_eq!(Sleeper::new(0, sleep, SPEED).run(&mut NoGil, &stop), UnitEnd::Interrupted);
    }
}
