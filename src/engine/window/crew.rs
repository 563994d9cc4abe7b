//! The workers of a window and their coordinator.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use super::Setting;
use super::latency::{self, Latencies};
use super::snapshot::Snapshot;
use crate::engine::MeasureError;
use crate::engine::cancel::CancelFlag;
use crate::engine::cpu_clock::RunDelay;
use crate::engine::start_line::{Signal, StartLine};
use crate::workload::thread_clock::ThreadClock;
use crate::workload::{Context, StopSignal, Unit, UnitEnd, WorkerUnit, WorkloadError};

/// A worker needs little: its unit is a loop or a call into the system.
const STACK_BYTES: usize = 512 * 1024;

/// Run delay takes an open file a worker; for more workers than this it is not read. It is judged only where there are no
/// more workers than cores.
const MOST_RUN_DELAYS: usize = 256;

/// How many workers are started before the next ones wait for their arrival.
const STAGE: usize = 64;

/// What the workers of one window share with their coordinator.
pub(super) struct Crew<'a> {
    line: StartLine,
    stop: &'a StopSignal,
    /// One counter a worker, each in a cache line of its own: unpadded ones cost up to 7.6 times.
    pub(super) counts: Vec<CachePadded<AtomicU64>>,
    pub(super) sensors: Vec<OnceLock<Sensors>>,
    /// How many latencies each worker has room for; 0 where they are not noted.
    latencies: usize,
    reads_delay: bool,
}

/// What a worker opens so that the coordinator can read it.
pub(super) struct Sensors {
    pub(super) clock: Option<ThreadClock>,
    delay: Option<RunDelay>,
}

/// A worker before it starts.
pub(super) struct Member<C> {
    /// From 0.
    pub(super) number: usize,
    pub(super) unit: WorkerUnit,
    pub(super) context: C,
    pub(super) latencies: Latencies,
}

/// A worker after it ended.
pub(super) struct Left<C> {
    pub(super) context: C,
    pub(super) latencies: Latencies,
}

pub(super) type Ended<C> = Result<Left<C>, Box<WorkloadError>>;

impl<'a> Crew<'a> {
    pub(super) fn new(setting: &Setting<'a>, threads: usize) -> Self {
        Self {
            line: StartLine::default(),
            stop: setting.stop,
            counts: (0..threads).map(|_| CachePadded::default()).collect(),
            sensors: (0..threads).map(|_| OnceLock::new()).collect(),
            latencies: latency::room(setting.order),
            reads_delay: threads <= MOST_RUN_DELAYS,
        }
    }

    /// Room for the times of one worker's units.
    pub(super) fn latencies(&self) -> Latencies {
        Latencies::with_room(self.latencies)
    }

    /// Starts every worker and waits until all are at the line; none will be left if one cannot be started, or if the run is
    /// stopped meanwhile.
    ///
    /// They are started in stages, and each stage waits until its workers have arrived: so at any time few of them still want a
    /// core, and stopping a start of a thousand threads does not have to wait for those that have not had one yet.
    pub(super) fn start<'scope, C: Context + Send + 'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        members: Vec<Member<C>>,
        name: &str,
        cancel: &CancelFlag,
    ) -> Result<Vec<ScopedJoinHandle<'scope, Ended<C>>>, MeasureError> {
        let threads = members.len();
        let mut workers = Vec::with_capacity(threads);
        for member in members {
            let number = member.number + 1;
            if workers.len() % STAGE == 0 {
                self.line.gather(workers.len());
            }
            if cancel.is_raised() {
                self.line.signal(Signal::CalledOff);
                return Err(MeasureError::Cancelled);
            }
            let builder = thread::Builder::new().name(format!("{name}-{number}")).stack_size(STACK_BYTES);
            match builder.spawn_scoped(scope, move || self.work(member)) {
                Ok(worker) => workers.push(worker),
                Err(error) => {
                    self.line.signal(Signal::CalledOff);
                    return Err(MeasureError::Failed(format!(
                        "failed to start thread {number} of {threads}: {error}; ask for fewer threads or raise the \
                         system's limit (`ulimit -u`)"
                    )));
                }
            }
        }
        self.line.gather(threads);
        Ok(workers)
    }

    /// What a worker does.
    fn work<C: Context>(&self, mut member: Member<C>) -> Ended<C> {
        self.stop.enlist();
        let sensors = Sensors {
            clock: ThreadClock::of_current(),
            delay: self.reads_delay.then(RunDelay::of_this_thread).flatten(),
        };
        // Each worker has a cell of its own, set once.
        let _ = self.sensors[member.number].set(sensors);
        if self.line.wait() == Signal::CalledOff {
            return Ok(Left { context: member.context, latencies: member.latencies });
        }
        member.context.enter();
        let end = if self.latencies == 0 { self.count(&mut member) } else { self.count_and_time(&mut member) };
        member.context.leave();
        match end {
            UnitEnd::Failed(error) => Err(error),
            UnitEnd::Done | UnitEnd::Interrupted => Ok(Left { context: member.context, latencies: member.latencies }),
        }
    }

    fn count<C: Context>(&self, member: &mut Member<C>) -> UnitEnd {
        let cell = &self.counts[member.number];
        let mut done = 0_u64;
        loop {
            match member.unit.run(&mut member.context, self.stop) {
                UnitEnd::Done => {
                    done += 1;
                    cell.store(done, Ordering::Relaxed);
                }
                end => return end,
            }
        }
    }

    /// For units that wait, beside which two looks at the clock are nothing.
    fn count_and_time<C: Context>(&self, member: &mut Member<C>) -> UnitEnd {
        let cell = &self.counts[member.number];
        let mut done = 0_u64;
        let mut began = Instant::now();
        loop {
            match member.unit.run(&mut member.context, self.stop) {
                UnitEnd::Done => {
                    done += 1;
                    cell.store(done, Ordering::Relaxed);
                    let ended = Instant::now();
                    member.latencies.note(began, ended);
                    began = ended;
                }
                end => return end,
            }
        }
    }

    /// Releases the workers, takes the two snapshots, and says when it released them.
    pub(super) fn time(
        &self,
        setting: &Setting<'_>,
        [first, second]: &mut [Snapshot; 2],
        switches: &impl Fn() -> Option<u64>,
        cancel: &CancelFlag,
    ) -> Result<Instant, MeasureError> {
        let released = Instant::now();
        self.line.signal(Signal::Go);
        if cancel.wait(setting.order.warm_up) {
            return Err(MeasureError::Cancelled);
        }
        first.delayed = self.run_delay();
        first.take(self, setting.prepared, switches);
        if cancel.wait(setting.order.length) {
            return Err(MeasureError::Cancelled);
        }
        second.take(self, setting.prepared, switches);
        second.delayed = self.run_delay();
        // The workers learn of a stop before this thread does, and may have ended before the second snapshot.
        if cancel.is_raised() {
            return Err(MeasureError::Cancelled);
        }
        Ok(released)
    }

    /// Summed over the workers; `None` where it is unknown of one of them. Outside the snapshots, since it reads a file
    /// a worker, and therefore with a time of its own.
    fn run_delay(&self) -> Option<(Instant, Duration)> {
        let delay = self.sensors.iter().map(|sensors| sensors.get()?.delay.as_ref()?.read()).sum::<Option<Duration>>();
        Some((Instant::now(), delay?))
    }
}
