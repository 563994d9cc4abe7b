//! A scripted engine: instant, exact, and as faulty as a test asks for.
//!
//! Everything above the engines is tested with it. It never sleeps: its windows move a [`MockClock`] forward, from which
//! the sweep takes the time too, so that budgets and rounds come out the same on every machine.

mod textbook;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::cancel::CancelFlag;
use super::noise::NoMonitor;
use super::sweep::{Clock, Surroundings};
use super::{Engine, MeasureError, Support, WindowOrder};
use crate::model::machine::Machine;
use crate::model::plan::RunRequest;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::timeline::{Slice, Timeline};
use crate::model::units::ThreadCount;
use crate::model::window::{LostUpdates, Window};
use crate::model::workload::{Bound, Workload, WorkloadKind};

/// A clock that only the mock's windows move. Clones show the same time.
#[derive(Debug, Clone)]
pub struct MockClock {
    began: Instant,
    elapsed_ns: Arc<AtomicU64>,
}

impl MockClock {
    /// A clock at 0.
    pub fn new() -> Self {
        Self { began: Instant::now(), elapsed_ns: Arc::default() }
    }

    /// Moves the time forward.
    pub fn advance(&self, by: Duration) {
        self.elapsed_ns.fetch_add(u64::try_from(by.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Default for MockClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for MockClock {
    fn began(&self) -> Instant {
        self.began
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.elapsed_ns.load(Ordering::Relaxed))
    }
}

/// What a scripted window does instead of being measured properly.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The engine cannot go on.
    Fail(String),
    /// The GIL is on although the series is one without it.
    GilCameBack,
    /// More CPU time than there is.
    Impossible,
    /// A panic, as a defect in an engine would make one.
    Panic(String),
    /// This program itself used so much of a core.
    Observer(f64),
    /// The window lasts so many times as long as it was to.
    Overlong(u32),
    /// No unit ends.
    NoUnits,
    /// The window lasts (really, not on the clock) until the run is cancelled.
    Hang,
}

/// What was asked of a mock.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The series.
    pub key: SeriesKey,
    /// The workload.
    pub workload: Workload,
    /// The thread count.
    pub threads: ThreadCount,
    /// The round.
    pub round: u32,
    /// The length of the window.
    pub length: Duration,
    /// The warm-up before it.
    pub warm_up: Duration,
}

/// Everything that was asked of the mocks that share it, in order.
#[derive(Debug, Clone, Default)]
pub struct AskedLog(Arc<Mutex<Vec<Asked>>>);

impl AskedLog {
    /// What was asked so far.
    pub fn read(&self) -> Vec<Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, asked: Asked) -> usize {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(asked);
        log.len() - 1
    }
}

type Throughput = Box<dyn Fn(&Workload, ThreadCount) -> f64 + Send>;
type LostShare = Box<dyn Fn(&Workload, ThreadCount) -> Option<f64> + Send>;

/// Increments of one unit that loses some.
const INCREMENTS: u64 = 1000;

/// The scripted engine.
pub struct MockEngine {
    key: SeriesKey,
    clock: MockClock,
    log: AskedLog,
    support: Support,
    throughput: Throughput,
    lost_share: LostShare,
    noise: f64,
    random: Rng,
    faults: BTreeMap<u64, Fault>,
    always: Option<Fault>,
    windows: u64,
    timeline: Option<Timeline>,
}

impl MockEngine {
    /// An engine with 1000 units per second and thread, without noise or faults.
    pub fn new(key: SeriesKey, clock: MockClock) -> Self {
        Self {
            key,
            clock,
            log: AskedLog::default(),
            support: Support::Available,
            throughput: Box::new(|_, threads| 1000.0 * threads.as_f64()),
            lost_share: Box::new(|_, _| None),
            noise: 0.0,
            random: Rng::with_seed(1),
            faults: BTreeMap::new(),
            always: None,
            windows: 0,
            timeline: None,
        }
    }

    /// Units per second by workload and thread count.
    #[must_use]
    pub fn throughput(mut self, per_sec: impl Fn(&Workload, ThreadCount) -> f64 + Send + 'static) -> Self {
        self.throughput = Box::new(per_sec);
        self
    }

    /// The share of updates that get lost, 0 to 1, by workload and thread count; `None` where none are counted.
    #[must_use]
    pub fn lost_share(mut self, share: impl Fn(&Workload, ThreadCount) -> Option<f64> + Send + 'static) -> Self {
        self.lost_share = Box::new(share);
        self
    }

    /// Noise: each window's throughput is off by up to this share, evenly spread, drawn from `seed`.
    #[must_use]
    pub fn noise(mut self, share: f64, seed: u64) -> Self {
        self.noise = share;
        self.random = Rng::with_seed(seed);
        self
    }

    /// A fault in this engine's `window`th window, from 0.
    #[must_use]
    pub fn fault_at(mut self, window: u64, fault: Fault) -> Self {
        self.faults.insert(window, fault);
        self
    }

    /// A fault in every window that has no other.
    #[must_use]
    pub fn always(mut self, fault: Fault) -> Self {
        self.always = Some(fault);
        self
    }

    /// Supports no workload, for this reason.
    #[must_use]
    pub fn unavailable(mut self, reason: &str) -> Self {
        self.support = Support::Unavailable { reason: reason.to_owned(), remedy: None };
        self
    }

    /// Notes what is asked of it in `log`.
    #[must_use]
    pub fn logging(mut self, log: &AskedLog) -> Self {
        self.log = log.clone();
        self
    }

    fn window(&mut self, order: &WindowOrder<'_>, observer_share: f64, units: Option<u64>) -> Window {
        self.window_of(order, order.length, observer_share, units)
    }

    fn window_of(
        &mut self,
        order: &WindowOrder<'_>,
        length: Duration,
        observer_share: f64,
        units: Option<u64>,
    ) -> Window {
        let wall_s = length.as_secs_f64();
        let rate = (self.throughput)(order.workload, order.threads);
        let error = 1.0 + self.noise * (2.0 * self.random.f64() - 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a scripted, small number")]
        let counted = (rate * error * wall_s).round() as u64;
        // A window of jobs holds whole ones, however long they take.
        let whole = (order.workload.kind() == WorkloadKind::Job && rate > 0.0).then_some(counted.max(1));
        #[expect(clippy::cast_precision_loss, reason = "a scripted, small number")]
        let whole = whole.map(|jobs| (jobs, jobs as f64 / (rate * error)));
        let (counted, wall_s) = whole.unwrap_or((counted, wall_s));
        let length = Duration::try_from_secs_f64(wall_s).unwrap_or(length);
        let started_s = (self.clock.elapsed() + order.warm_up).as_secs_f64();
        self.clock.advance(order.warm_up + length);
        let lost = (self.lost_share)(order.workload, order.threads).map(|share| {
            let expected = counted * INCREMENTS;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a share of a scripted, small number"
            )]
            let gone = (expected as f64 * (share * error).clamp(0.0, 1.0)).round() as u64;
            LostUpdates { expected, counted: expected - gone }
        });
        let waits = order.workload.bound() == Bound::Waiting;
        let cores = if waits { 0.01 } else { rate / (self.throughput)(order.workload, ThreadCount::ONE) };
        Window {
            threads: order.threads,
            round: order.round,
            started_s,
            wall_s,
            units: units.unwrap_or(counted),
            workers_cpu_s: Some(cores * wall_s),
            observer_cpu_s: Some(observer_share * wall_s),
            server_cpu_s: None,
            run_delay_s: Some(0.0),
            latency_ms: (order.workload.bound() != Bound::Cpu).then(|| 1000.0 * order.threads.as_f64() / rate),
            gil_switches: (self.key.engine == EngineKind::GilModel).then_some(10),
            lost,
            latency_quantiles_ms: None,
            deadlocks: None,
            disturbance: None,
        }
    }
}

impl Engine for MockEngine {
    fn key(&self) -> &SeriesKey {
        &self.key
    }

    fn support(&self, _workload: &Workload) -> Support {
        self.support.clone()
    }

    #[expect(clippy::panic, reason = "a scripted fault")]
    fn measure(&mut self, order: &WindowOrder<'_>, cancel: &CancelFlag) -> Result<Window, MeasureError> {
        if cancel.is_raised() {
            return Err(MeasureError::Cancelled);
        }
        self.log.push(Asked {
            key: self.key.clone(),
            workload: order.workload.clone(),
            threads: order.threads,
            round: order.round,
            length: order.length,
            warm_up: order.warm_up,
        });
        let fault = self.faults.get(&self.windows).or(self.always.as_ref()).cloned();
        self.windows += 1;
        self.timeline = (self.key.engine == EngineKind::GilModel).then(|| turns(order));
        match fault {
            None => Ok(self.window(order, 0.001, None)),
            Some(Fault::Fail(reason)) => Err(MeasureError::Failed(reason)),
            Some(Fault::GilCameBack) => Err(MeasureError::GilCameBack),
            Some(Fault::Impossible) => {
                self.clock.advance(order.warm_up + order.length);
                Err(MeasureError::Impossible { used_cores: 9.0, cores: 4 })
            }
            Some(Fault::Panic(reason)) => panic!("{reason}"),
            Some(Fault::Observer(share)) => Ok(self.window(order, share, None)),
            Some(Fault::Overlong(times)) => Ok(self.window_of(order, order.length * times, 0.001, None)),
            Some(Fault::NoUnits) => Ok(self.window(order, 0.001, Some(0))),
            Some(Fault::Hang) => {
                cancel.wait(Duration::MAX);
                Err(MeasureError::Cancelled)
            }
        }
    }

    fn timeline(&mut self) -> Option<Timeline> {
        self.timeline.take()
    }

    fn with_gil_on(&self) -> Option<Box<dyn Engine>> {
        let engine = Self::new(self.key.with_gil_on()?, self.clock.clone()).logging(&self.log);
        Some(Box::new(engine))
    }
}

/// Turns of 5 ms, one worker after the other.
fn turns(order: &WindowOrder<'_>) -> Timeline {
    const TURN_NS: u64 = 5_000_000;
    let turns = u64::try_from(order.length.as_nanos()).unwrap_or(u64::MAX) / TURN_NS;
    let slices = (0..turns.min(100)).zip((0..order.threads.get()).cycle());
    let slices = slices.map(|(turn, worker)| Slice { worker, from_ns: turn * TURN_NS, to_ns: (turn + 1) * TURN_NS });
    Timeline { threads: order.threads, main: None, slices: slices.collect() }
}

/// A four-core machine that does not exist, for scripted runs.
pub fn machine() -> Machine {
    Machine {
        cores: 4,
        quota_cores: None,
        quota_unknown: false,
        cpu_model: Some("Scripted processor".to_owned()),
        os: Some("Scripted system".to_owned()),
        architecture: "x86_64".to_owned(),
        memory_bytes: Some(8 << 30),
    }
}

/// Surroundings in which time is `clock`'s, the machine is [`machine`], and nothing disturbs.
pub fn surroundings(clock: &MockClock) -> Surroundings {
    Surroundings { clock: Box::new(clock.clone()), machine: machine(), monitor: Box::new(NoMonitor) }
}

/// One engine for each series of the request, and native threads for the ceiling, that behave as the textbook says on
/// [`machine`]: waiting overlaps; computing scales to four cores on native threads and not at all under the GIL.
pub fn engines(request: &RunRequest, clock: &MockClock) -> Vec<Box<dyn Engine>> {
    let mut keys = vec![SeriesKey::of(EngineKind::Native)];
    keys.extend(request.experiments.iter().flat_map(|plan| plan.series.iter().cloned()));
    keys.sort_unstable();
    keys.dedup();
    let engine = |key: SeriesKey| -> Box<dyn Engine> {
        let (of_throughput, of_lost) = (key.clone(), key.clone());
        let throughput = move |workload: &Workload, threads| textbook::throughput(&of_throughput, workload, threads);
        let lost = move |workload: &Workload, threads| textbook::lost_share(&of_lost, workload, threads);
        let engine = MockEngine::new(key, clock.clone()).throughput(throughput).lost_share(lost);
        Box::new(engine.noise(0.01, request.seed))
    };
    keys.into_iter().map(engine).collect()
}
