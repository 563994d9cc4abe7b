//! What the units of one run share, and how a workload becomes one unit for each worker.

use std::sync::OnceLock;
use std::time::Duration;

use crate::model::units::ThreadCount;
use crate::model::workload::{Workload, WorkloadKind};

use super::mixed::{Mixed, Speed};
use super::primes::CountPrimes;
use super::wait::Wait;
use super::{Context, StopSignal, Unit, UnitEnd, WorkloadError};

/// What the units of one run share: the speed that `mixed` was set by. One for a run, shared by its engines.
#[derive(Debug, Default)]
pub struct Workshop {
    speed: OnceLock<Speed>,
}

impl Workshop {
    /// An empty one; what a workload needs is made when it is first prepared.
    pub fn new() -> Self {
        Self::default()
    }

    /// How fast one thread computes. Measured once, at the first call (about 40 ms), which must come while no worker runs.
    pub fn speed(&self) -> Speed {
        *self.speed.get_or_init(Speed::calibrate)
    }

    /// Makes a workload ready for one window of so many workers.
    ///
    /// # Errors
    /// When the socket workload's server cannot be started or the system allows too few connections.
    pub fn prepare(&self, workload: &Workload, _threads: ThreadCount) -> Result<Prepared, WorkloadError> {
        let milliseconds = |name| duration_ms(workload.value(name));
        let unit = match workload.kind() {
            WorkloadKind::CountPrimes => WorkerUnit::CountPrimes(CountPrimes { limit: whole(workload.value("limit")) }),
            WorkloadKind::Wait => WorkerUnit::Wait(Wait { duration: milliseconds("wait_ms") }),
            WorkloadKind::Mixed => {
                WorkerUnit::Mixed(Mixed::new(milliseconds("unit_ms"), workload.value("cpu_share"), self.speed()))
            }
            WorkloadKind::Socket => return Err(WorkloadError::Server("it is not in this build".to_owned())),
        };
        Ok(Prepared { unit })
    }
}

/// A workload ready for one window.
#[derive(Debug)]
pub struct Prepared {
    unit: WorkerUnit,
}

impl Prepared {
    /// The unit of one more worker. To be called on the coordinator's thread, before the barrier.
    ///
    /// # Errors
    /// When a connection to the local server cannot be made.
    pub fn unit(&self) -> Result<WorkerUnit, WorkloadError> {
        Ok(self.unit.clone())
    }

    /// The signal that ends this window.
    pub fn stop_signal(&self) -> StopSignal {
        StopSignal::new()
    }

    /// CPU time that the local server has used so far; `None` where there is no server or the system does not tell.
    pub fn server_cpu(&self) -> Option<Duration> {
        None
    }
}

/// One worker's unit, of any workload. The choice is made once a unit, never inside its loop.
#[derive(Debug, Clone)]
pub enum WorkerUnit {
    /// See [`CountPrimes`].
    CountPrimes(CountPrimes),
    /// See [`Wait`].
    Wait(Wait),
    /// See [`Mixed`].
    Mixed(Mixed),
}

impl Unit for WorkerUnit {
    #[inline]
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        match self {
            Self::CountPrimes(unit) => unit.run(context, stop),
            Self::Wait(unit) => unit.run(context, stop),
            Self::Mixed(unit) => unit.run(context, stop),
        }
    }
}

fn duration_ms(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and limits are small")]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

#[cfg(test)]
mod tests {
    use super::super::NoGil;
    use super::*;

    #[track_caller]
    fn prepare(workload: &Workload) -> WorkerUnit {
        let prepared = Workshop::new().prepare(workload, ThreadCount::ONE).expect("it needs nothing");
        prepared.unit().expect("it needs nothing")
    }

    #[test]
    fn parameters_reach_the_units() {
        let primes = Workload::new(WorkloadKind::CountPrimes).with("limit", 300.0).expect("in range");
        assert!(matches!(prepare(&primes), WorkerUnit::CountPrimes(CountPrimes { limit: 300 })));
        let wait = Workload::new(WorkloadKind::Wait).with("wait_ms", 2.5).expect("in range");
        let expected = Duration::from_micros(2500);
        assert!(matches!(prepare(&wait), WorkerUnit::Wait(Wait { duration }) if duration == expected));
    }

    #[test]
    fn every_workload_runs_a_unit() {
        for kind in [WorkloadKind::CountPrimes, WorkloadKind::Wait, WorkloadKind::Mixed] {
            let workshop = Workshop::new();
            let prepared = workshop.prepare(&Workload::new(kind), ThreadCount::ONE).expect("it can be prepared");
            let stop = prepared.stop_signal();
            stop.enlist();
            let mut unit = prepared.unit().expect("one more worker");
            assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Done, "{kind:?}");
            stop.raise();
            assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Interrupted, "{kind:?}");
        }
    }
}
