//! What the units of one run share, and how a workload becomes one unit for each worker.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::model::units::ThreadCount;
use crate::model::window::{DeadlockReport, LostUpdates};
use crate::model::workload::{Workload, WorkloadKind};

use super::batch::{Batch, Join};
use super::counter::{self, Counter, Counting};
use super::critical::Critical;
use super::lost_updates::{self, Increment, Increments};
use super::mixed::{Compute, Mixed, Speed};
use super::pool::{JobQueue, PoolWorker};
use super::primes::CountPrimes;
use super::semaphore::{Slots, WithSlot};
use super::sha256::HashBuffer;
use super::sleeper::Sleeper;
use super::socket::{Connections, Request, Server};
use super::stop::Interrupt;
use super::two_locks::{Board, Order, TwoLocks};
use super::wait::Wait;
use super::zlib::{self, CompressBuffer};
use super::{Context, StopSignal, Unit, UnitEnd, WorkloadError};

/// What the units of one run share: the speed that `mixed` was set by, and the local server with the connections to it. One for a
/// run, shared by its engines.
#[derive(Debug, Default)]
pub struct Workshop {
    speed: OnceLock<Speed>,
    server: Mutex<Option<Arc<SocketShop>>>,
}

/// The local server and this process's connections to it.
#[derive(Debug)]
struct SocketShop {
    server: Server,
    connections: Arc<Connections>,
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

    /// Where the local server of this run listens, for workers in other processes; see [`super::socket`] for its protocol. Started
    /// at the first call.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn server_address(&self) -> Result<SocketAddr, WorkloadError> {
        Ok(self.socket_shop()?.server.address())
    }

    /// CPU time that the local server has used so far; `None` where there is no server or the system does not tell.
    pub fn server_cpu(&self) -> Option<Duration> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.server.cpu_time()
    }

    /// Makes a workload ready for one window of so many workers.
    ///
    /// # Errors
    /// When the socket workload's server cannot be started or the system allows too few connections.
    pub fn prepare(&self, workload: &Workload, threads: ThreadCount) -> Result<Prepared, WorkloadError> {
        let duration = |name| duration_ms(workload.value(name));
        let source = match workload.kind() {
            WorkloadKind::CountPrimes => Source::CountPrimes(CountPrimes { limit: whole(workload.value("limit")) }),
            WorkloadKind::Wait => Source::Wait(Wait { duration: duration("wait_ms") }),
            WorkloadKind::Mixed => {
                let share = workload.value("cpu_share");
                Source::Mixed(Mixed::new(duration("unit_ms"), share, self.speed()))
            }
            WorkloadKind::Sha256 => Source::Sha256(HashBuffer::new(bytes(workload.value("buffer_kib")))),
            WorkloadKind::Zlib => Source::Zlib(zlib::text(bytes(workload.value("buffer_kib"))).into()),
            WorkloadKind::Pool => {
                let job = duration("cpu_ms") + duration("wait_ms");
                let share = workload.cpu_share().unwrap_or(1.0);
                Source::Pool(JobQueue::new(threads.get(), Mixed::new(job, share, self.speed())))
            }
            WorkloadKind::StartJoin => {
                let inside = workload.word("join") == "inside";
                let join = if inside { Join::InsideTheLoop } else { Join::AfterTheLoop };
                Source::Batch(Batch::StartJoin { body: duration("body_ms"), join }, workload.kind().id())
            }
            WorkloadKind::Job => {
                let speed = self.speed();
                let whole = Compute::lasting(duration("job_ms"), speed);
                Source::Batch(Batch::Job { whole, speed }, workload.kind().id())
            }
            WorkloadKind::Numpy | WorkloadKind::Code => {
                return Err(WorkloadError::InPythonOnly(workload.kind().id()));
            }
            WorkloadKind::LostUpdates => {
                Source::LostUpdates { shared: Arc::default(), increment: Increment::from_word(workload.word("code")) }
            }
            WorkloadKind::Sleeper => Source::Sleeper { sleep: duration("sleep_ms"), speed: self.speed() },
            WorkloadKind::Critical => {
                let share = workload.value("lock_share");
                Source::Critical(Critical::new(Arc::default(), duration("unit_ms"), share, self.speed()))
            }
            WorkloadKind::Semaphore => {
                let slots = usize::try_from(whole(workload.value("slots"))).unwrap_or(usize::MAX);
                Source::Semaphore { slots: Arc::new(Slots::new(slots)), wait: duration("wait_ms") }
            }
            WorkloadKind::Counter => {
                let counting = Counting::from_word(workload.word("how"));
                Source::Counter { shared: Arc::new(counter::Shared::new(counting, threads.get())), counting }
            }
            WorkloadKind::TwoLocks => Source::TwoLocks {
                board: Arc::new(Board::new(threads.get())),
                order: Order::from_word(workload.word("order")),
                patience: duration("patience_ms"),
                speed: self.speed(),
            },
            WorkloadKind::Socket => {
                let shop = self.socket_shop()?;
                shop.connections.reserve(threads.get())?;
                let (window, end) = shop.server.open_window();
                Source::Socket { shop, delay: duration("delay_ms"), window, end }
            }
        };
        Ok(Prepared { source })
    }

    fn socket_shop(&self) -> Result<Arc<SocketShop>, WorkloadError> {
        let mut shop = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shop) = &*shop {
            return Ok(Arc::clone(shop));
        }
        let server = Server::start().map_err(|error| WorkloadError::Server(error.to_string()))?;
        let connections = Arc::new(Connections::new(server.address()));
        Ok(Arc::clone(shop.insert(Arc::new(SocketShop { server, connections }))))
    }
}

/// A workload ready for one window.
pub struct Prepared {
    source: Source,
}

/// Where a worker's unit comes from.
enum Source {
    CountPrimes(CountPrimes),
    Wait(Wait),
    Mixed(Mixed),
    Sha256(HashBuffer),
    /// What is compressed.
    Zlib(Arc<[u8]>),
    LostUpdates {
        shared: Arc<lost_updates::Shared>,
        increment: Increment,
    },
    Sleeper {
        sleep: Duration,
        speed: Speed,
    },
    Critical(Critical),
    Semaphore {
        slots: Arc<Slots>,
        wait: Duration,
    },
    Counter {
        shared: Arc<counter::Shared>,
        counting: Counting,
    },
    TwoLocks {
        board: Arc<Board>,
        order: Order,
        patience: Duration,
        speed: Speed,
    },
    Pool(JobQueue),
    /// With the workload's name.
    Batch(Batch, &'static str),
    /// Each has a connection of its own.
    Socket {
        shop: Arc<SocketShop>,
        delay: Duration,
        window: u32,
        end: Arc<dyn Interrupt>,
    },
}

impl Prepared {
    /// The unit of worker `number`, from 0. To be called once for each, on the coordinator's thread, before the barrier.
    ///
    /// # Errors
    /// When a connection to the local server cannot be made.
    pub fn unit(&self, number: usize) -> Result<WorkerUnit, WorkloadError> {
        match &self.source {
            Source::CountPrimes(unit) => Ok(WorkerUnit::CountPrimes(*unit)),
            Source::Wait(unit) => Ok(WorkerUnit::Wait(*unit)),
            Source::Mixed(unit) => Ok(WorkerUnit::Mixed(*unit)),
            Source::Sha256(unit) => Ok(WorkerUnit::Sha256(unit.clone())),
            Source::Zlib(buffer) => Ok(WorkerUnit::Zlib(Box::new(CompressBuffer::new(Arc::clone(buffer))))),
            Source::LostUpdates { shared, increment } => {
                Ok(WorkerUnit::LostUpdates(Increments::new(Arc::clone(shared), *increment)))
            }
            Source::Sleeper { sleep, speed } => Ok(WorkerUnit::Sleeper(Sleeper::new(number, *sleep, *speed))),
            Source::Critical(unit) => Ok(WorkerUnit::Critical(unit.clone())),
            Source::Semaphore { slots, wait } => Ok(WorkerUnit::Semaphore(WithSlot::new(Arc::clone(slots), *wait))),
            Source::Counter { shared, counting } => {
                Ok(WorkerUnit::Counter(Counter::new(Arc::clone(shared), *counting, number)))
            }
            Source::TwoLocks { board, order, patience, speed } => {
                Ok(WorkerUnit::TwoLocks(TwoLocks::new(Arc::clone(board), number, *order, *patience, *speed)))
            }
            Source::Pool(queue) => Ok(WorkerUnit::Pool(PoolWorker::new(queue.clone()))),
            Source::Batch(_, workload) => Err(WorkloadError::StartsThreads(workload)),
            Source::Socket { shop, delay, window, .. } => {
                Ok(WorkerUnit::Socket(Request::new(Arc::clone(&shop.connections), *delay, *window)?))
            }
        }
    }

    /// What a coordinator does, for a workload that starts its own threads; the others have a [unit](Self::unit) for each worker.
    pub fn batch(&self) -> Option<Batch> {
        match &self.source {
            Source::Batch(batch, _) => Some(*batch),
            _ => None,
        }
    }

    /// The signal that ends this window.
    pub fn stop_signal(&self) -> StopSignal {
        match &self.source {
            Source::Socket { end, .. } => StopSignal::with_interrupt(Arc::clone(end)),
            Source::Semaphore { slots, .. } => StopSignal::with_interrupt(Arc::clone(slots) as Arc<dyn Interrupt>),
            Source::TwoLocks { board, .. } => StopSignal::with_interrupt(Arc::clone(board) as Arc<dyn Interrupt>),
            _ => StopSignal::new(),
        }
    }

    /// Updates that were made and those that were counted, for workloads that count them. Exact once every unit is dropped.
    pub fn lost_updates(&self) -> Option<LostUpdates> {
        match &self.source {
            Source::LostUpdates { shared, .. } => Some(shared.report()),
            Source::Counter { shared, .. } => Some(shared.report()),
            _ => None,
        }
    }

    /// The deadlocks so far, for the workload that looks for them.
    pub fn deadlocks(&self) -> Option<DeadlockReport> {
        match &self.source {
            Source::TwoLocks { board, .. } => Some(board.report()),
            _ => None,
        }
    }

    /// CPU time that the local server has used so far; `None` where this workload has no server or the system does not tell.
    pub fn server_cpu(&self) -> Option<Duration> {
        match &self.source {
            Source::Socket { shop, .. } => shop.server.cpu_time(),
            _ => None,
        }
    }
}

/// One worker's unit, of any workload. The choice is made once a unit, never inside its loop.
#[derive(Debug)]
pub enum WorkerUnit {
    /// See [`CountPrimes`].
    CountPrimes(CountPrimes),
    /// See [`Wait`].
    Wait(Wait),
    /// See [`Mixed`].
    Mixed(Mixed),
    /// See [`HashBuffer`].
    Sha256(HashBuffer),
    /// See [`CompressBuffer`].
    Zlib(Box<CompressBuffer>),
    /// See [`Increments`].
    LostUpdates(Increments),
    /// See [`Sleeper`].
    Sleeper(Sleeper),
    /// See [`Critical`].
    Critical(Critical),
    /// See [`WithSlot`].
    Semaphore(WithSlot),
    /// See [`Counter`].
    Counter(Counter),
    /// See [`TwoLocks`].
    TwoLocks(TwoLocks),
    /// See [`PoolWorker`].
    Pool(PoolWorker),
    /// See [`Request`].
    Socket(Request),
}

impl Unit for WorkerUnit {
    #[inline]
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        match self {
            Self::CountPrimes(unit) => unit.run(context, stop),
            Self::Wait(unit) => unit.run(context, stop),
            Self::Mixed(unit) => unit.run(context, stop),
            Self::Sha256(unit) => unit.run(context, stop),
            Self::Zlib(unit) => unit.run(context, stop),
            Self::LostUpdates(unit) => unit.run(context, stop),
            Self::Sleeper(unit) => unit.run(context, stop),
            Self::Critical(unit) => unit.run(context, stop),
            Self::Semaphore(unit) => unit.run(context, stop),
            Self::Counter(unit) => unit.run(context, stop),
            Self::TwoLocks(unit) => unit.run(context, stop),
            Self::Pool(unit) => unit.run(context, stop),
            Self::Socket(unit) => unit.run(context, stop),
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

/// Kibibytes in bytes.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and buffers are small")]
fn bytes(kib: f64) -> usize {
    (kib * 1024.0).round() as usize
}

#[cfg(test)]
mod tests {
    use super::super::NoGil;
    use super::*;
    use crate::model::series::EngineKind;
    use crate::model::workload::ParameterValue;

    #[track_caller]
    fn prepare(workload: &Workload) -> WorkerUnit {
        let prepared = Workshop::new().prepare(workload, ThreadCount::ONE).expect("it needs nothing");
        prepared.unit(0).expect("it needs nothing")
    }

    #[test]
    fn parameters_reach_the_batches() {
        let batch = |workload: &Workload| {
            Workshop::new().prepare(workload, ThreadCount::ONE).expect("it needs nothing").batch()
        };
        let start_join = Workload::new(WorkloadKind::StartJoin).with("body_ms", 2.5).expect("in range");
        let body = Duration::from_micros(2500);
        assert_eq!(batch(&start_join), Some(Batch::StartJoin { body, join: Join::AfterTheLoop }));
        let inside = ParameterValue::Word("inside".to_owned());
        let start_join = start_join.with_written("join", &inside).expect("it is one of its words");
        assert_eq!(batch(&start_join), Some(Batch::StartJoin { body, join: Join::InsideTheLoop }));
        assert!(matches!(batch(&Workload::new(WorkloadKind::Job)), Some(Batch::Job { .. })));
        assert_eq!(batch(&Workload::new(WorkloadKind::Wait)), None);
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
        for kind in WorkloadKind::ALL.into_iter().filter(|kind| EngineKind::Native.can_run(*kind)) {
            let workshop = Workshop::new();
            let prepared = workshop.prepare(&Workload::new(kind), ThreadCount::ONE).expect("it can be prepared");
            let stop = prepared.stop_signal();
            stop.enlist();
            if prepared.batch().is_some() {
                assert_eq!(prepared.unit(0).err(), Some(WorkloadError::StartsThreads(kind.id())));
                continue;
            }
            let mut unit = prepared.unit(0).expect("one more worker");
            assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Done, "{kind:?}");
            stop.raise();
            assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Interrupted, "{kind:?}");
        }
    }
}
