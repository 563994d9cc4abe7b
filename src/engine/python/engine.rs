//! The engines that measure in a CPython.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::harness::{Harness, HarnessError, Settings};
use super::protocol::{Mode, Op, Point, Request, Work};
use super::version::Version;
use crate::engine::cancel::CancelFlag;
use crate::engine::window::{check_possible, latency};
use crate::engine::{Engine, MeasureError, Support, WindowOrder, cpu_clock};
use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::model::series::{EngineKind, Interpreter, SeriesKey, StartMethod};
use crate::model::units::ThreadCount;
use crate::model::window::Window;
use crate::model::workload::{Bound, Workload, WorkloadKind};
use crate::workload::Workshop;

/// What each worker may add to the time of an answer: a process that starts a new interpreter on a busy machine.
const TIME_PER_WORKER: Duration = Duration::from_millis(500);

/// One way of running workers in one CPython. It starts the interpreter for its first window and keeps it for the next.
///
/// Each engine has an interpreter process of its own, so that none inherits what another left: a fork of a process with
/// twenty sub-interpreters would not be the fork that a program makes.
#[derive(Debug)]
pub struct PythonEngine {
    key: SeriesKey,
    mode: Mode,
    settings: Settings,
    workshop: Arc<Workshop>,
    cores: usize,
    switch_interval_us: u32,
    notes_switches: bool,
    harness: Option<Harness>,
}

impl PythonEngine {
    /// The engine of a series; `None` for a series that is not of a Python engine or names no interpreter.
    pub fn new(key: &SeriesKey, workshop: Arc<Workshop>, cores: usize) -> Option<Self> {
        let mode = mode(key.engine)?;
        let interpreter = key.interpreter.as_ref()?;
        let version = interpreter.version.parse().ok()?;
        let gil_enabled = interpreter.gil_enabled.unwrap_or(!interpreter.free_threaded);
        let settings = Settings {
            gil_forced_off: interpreter.gil_forced_off,
            ..Settings::new(PathBuf::from(&interpreter.path), version, interpreter.free_threaded, gil_enabled)
        };
        let switch_interval_us = DEFAULT_SWITCH_INTERVAL_US;
        let key = key.clone();
        Some(Self { key, mode, settings, workshop, cores, switch_interval_us, notes_switches: false, harness: None })
    }

    /// This engine with another switch interval, in microseconds, than CPython's default.
    #[must_use]
    pub fn with_switch_interval(mut self, switch_interval_us: u32) -> Self {
        self.switch_interval_us = switch_interval_us;
        self
    }

    /// This engine, which also counts how often the GIL goes from one computing thread to another. Where units are not much shorter
    /// than the switch interval that is too few.
    #[must_use]
    pub fn noting_switches(mut self) -> Self {
        self.notes_switches = true;
        self
    }

    /// This engine with other limits on time and memory.
    #[must_use]
    pub fn with_settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// The interpreter's process group, while it runs.
    pub fn group(&self) -> Option<u32> {
        self.harness.as_ref().map(Harness::group)
    }

    /// Times the unit in a bare loop of the interpreter's main thread, without workers: units per second.
    ///
    /// # Errors
    /// As [`Engine::measure`].
    pub fn measure_alone(
        &mut self,
        workload: &Workload,
        length: Duration,
        cancel: &CancelFlag,
    ) -> Result<f64, MeasureError> {
        let request =
            Request { op: Op::Alone, ..self.request(workload, ThreadCount::ONE, Duration::from_millis(20), length)? };
        let point = self.ask(request, length, cancel)?;
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        Ok(point.units as f64 / point.wall_s)
    }

    /// Starts the interpreter unless it runs.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn warm(&mut self, cancel: &CancelFlag) -> Result<&mut Harness, MeasureError> {
        let harness = match self.harness.take() {
            Some(harness) => harness,
            None => Harness::start(&self.settings, cancel).map_err(measure_error)?,
        };
        Ok(self.harness.insert(harness))
    }

    fn request(
        &self,
        workload: &Workload,
        threads: ThreadCount,
        warm_up: Duration,
        length: Duration,
    ) -> Result<Request, MeasureError> {
        Ok(Request {
            id: 0,
            op: Op::Point,
            engine: self.mode,
            start_method: self.key.start_method,
            workers: threads.get(),
            warm_up_s: warm_up.as_secs_f64(),
            length_s: length.as_secs_f64(),
            timed: workload.bound() != Bound::Cpu,
            stamped: self.notes_switches && workload.bound() == Bound::Cpu,
            switch_interval_s: f64::from(self.switch_interval_us.max(1)) / 1e6,
            look_after_s: None,
            workload: self.work(workload)?,
        })
    }

    fn work(&self, workload: &Workload) -> Result<Work, MeasureError> {
        let server = || self.workshop.server_address().map(|server| (server.ip().to_string(), server.port()));
        Work::of(workload, server).map_err(|error| MeasureError::Failed(error.to_string()))
    }

    fn ask(&mut self, request: Request, longest: Duration, cancel: &CancelFlag) -> Result<Point, MeasureError> {
        let harness = self.warm(cancel)?;
        let result = harness.ask(request, longest, cancel);
        let is_ready = matches!(result, Ok(_) | Err(HarnessError::Refused { .. }));
        if !is_ready || harness.has_leftover() {
            self.harness = None;
        }
        result.map_err(measure_error)
    }
}

impl Engine for PythonEngine {
    fn key(&self) -> &SeriesKey {
        &self.key
    }

    fn support(&self, workload: &Workload) -> Support {
        asked_support(&self.key, workload)
    }

    fn measure(&mut self, order: &WindowOrder<'_>, cancel: &CancelFlag) -> Result<Window, MeasureError> {
        let request = self.request(order.workload, order.threads, order.warm_up, order.length)?;
        if order.workload.kind() == WorkloadKind::Numpy && !self.settings.sees_packages {
            self.settings.sees_packages = true;
            self.harness = None;
        }
        // The interpreter's start is not this window's.
        self.warm(cancel)?;
        let server = order.workload.kind() == WorkloadKind::Socket;
        let server_cpu = || if server { self.workshop.server_cpu() } else { None };
        let (own_before, server_before) = (cpu_clock::of_process(), server_cpu());
        let workers = u32::try_from(order.threads.get()).unwrap_or(u32::MAX);
        let longest = order.warm_up + order.length + TIME_PER_WORKER.saturating_mul(workers);
        let point = self.ask(request, longest, cancel)?;
        let received = Instant::now();
        let own = cpu_clock::of_process().zip(own_before).and_then(|(now, before)| now.checked_sub(before));
        let server_cpu = if server { self.workshop.server_cpu() } else { None };
        // A server that has just been started for this window may not have had a clock before.
        let server_cpu = server_cpu.and_then(|now| now.checked_sub(server_before.unwrap_or_default()));
        // More than the window's share, since it covers the whole exchange; the coordinator in the interpreter belongs to it.
        let observer = own.map(|own| own.saturating_sub(server_cpu.unwrap_or_default()).as_secs_f64());
        let run_for = order.warm_up.saturating_add(Duration::try_from_secs_f64(point.wall_s).unwrap_or_default());
        let window = Window {
            threads: order.threads,
            round: order.round,
            started_s: (received.saturating_duration_since(order.run_began).as_secs_f64() - point.age_s).max(0.0),
            wall_s: point.wall_s,
            units: point.units,
            workers_cpu_s: point.workers_cpu_s,
            observer_cpu_s: observer.map(|own| own + point.coordinator_cpu_s.unwrap_or(0.0)),
            server_cpu_s: server_cpu.map(|time| time.as_secs_f64()),
            run_delay_s: point.run_delay_s,
            latency_ms: point.latency_ms.filter(|ms| latency::can_be_known(ms / 1000.0, run_for)),
            gil_switches: point.gil_switches,
            lost: point.lost,
            latency_quantiles_ms: point.latency_quantiles_ms.and_then(|quantiles| latency::known(quantiles, run_for)),
            deadlocks: point.deadlocks,
            disturbance: None,
        };
        check_possible(&window, self.cores)?;
        Ok(window)
    }

    fn with_gil_on(&self) -> Option<Box<dyn Engine>> {
        let key = self.key.with_gil_on()?;
        let engine = Self::new(&key, Arc::clone(&self.workshop), self.cores)?;
        Some(Box::new(Self {
            settings: Settings { gil_enabled: true, gil_forced_off: false, ..self.settings.clone() },
            switch_interval_us: self.switch_interval_us,
            notes_switches: self.notes_switches,
            ..engine
        }))
    }
}

/// As [`support`], and asks the interpreter itself where only that tells: whether it has NumPy. Takes as long as the interpreter
/// takes to start.
pub fn asked_support(key: &SeriesKey, workload: &Workload) -> Support {
    match (support(key, workload), &key.interpreter) {
        (Support::Available, Some(interpreter)) if workload.kind() == WorkloadKind::Numpy => {
            super::numpy::support(Path::new(&interpreter.path), key.engine)
        }
        (support, _) => support,
    }
}

/// Whether a series of a Python engine can run a workload as far as is known without asking the interpreter, and if not, why
/// and what to do about it.
pub fn support(key: &SeriesKey, workload: &Workload) -> Support {
    let unavailable = |reason: String, remedy: &str| Support::Unavailable { reason, remedy: Some(remedy.to_owned()) };
    if mode(key.engine).is_none() {
        return unavailable(format!("{} needs no interpreter", key.engine.label()), "choose a Python engine");
    }
    let Some(interpreter) = &key.interpreter else {
        return unavailable(
            "no interpreter is chosen".to_owned(),
            "install CPython 3.8 or later, or choose one with `--python PATH`",
        );
    };
    let Ok(version) = interpreter.version.parse::<Version>() else {
        return unavailable(
            format!("{} has no version that Threadlab understands", interpreter.path),
            "look for interpreters again",
        );
    };
    if version < Version::OLDEST {
        return unavailable(format!("Python {version} is too old"), "install CPython 3.8 or later");
    }
    if key.engine == EngineKind::PythonInterpreters && version < Version::WITH_INTERPRETERS {
        return unavailable(
            format!("Python {version} has no `concurrent.interpreters`"),
            "install CPython 3.14 or later",
        );
    }
    if key.engine == EngineKind::PythonAsyncio && workload.bound() == Bound::Cpu {
        return unavailable(
            "tasks of one event loop compute one after the other, so asyncio runs waiting workloads only".to_owned(),
            "choose a workload that waits",
        );
    }
    if let Some(reason) = key.start_method.and_then(why_not_started) {
        return unavailable(reason.to_owned(), "choose `spawn`");
    }
    // An event loop may run `mixed` work, though no lesson offers it: it overlaps the waiting part.
    let reason = key.engine.why_not_as_set(workload).filter(|_| workload.kind() != WorkloadKind::Mixed);
    if let Some(reason) = reason {
        return unavailable(reason.to_owned(), "choose Python threads, or another workload");
    }
    Support::Available
}

/// Why processes cannot be started in that way on this system: a sentence without full stop; `None` if they can.
pub fn why_not_started(method: StartMethod) -> Option<&'static str> {
    why_not_started_on(cfg!(windows), method)
}

fn why_not_started_on(is_windows: bool, method: StartMethod) -> Option<&'static str> {
    (is_windows && method != StartMethod::Spawn)
        .then_some("Windows cannot fork a process: there Python spawns them only")
}

/// The series of every Python engine that an interpreter has.
pub fn series(interpreter: &Interpreter) -> Vec<SeriesKey> {
    let version = interpreter.version.parse::<Version>().ok();
    EngineKind::ALL
        .into_iter()
        .filter(|kind| mode(*kind).is_some())
        .filter(|kind| *kind != EngineKind::PythonInterpreters || version >= Some(Version::WITH_INTERPRETERS))
        .map(|engine| SeriesKey::in_interpreter(engine, interpreter.clone()))
        .collect()
}

fn mode(kind: EngineKind) -> Option<Mode> {
    match kind {
        EngineKind::PythonThreads => Some(Mode::Threads),
        EngineKind::PythonProcesses => Some(Mode::Processes),
        EngineKind::PythonInterpreters => Some(Mode::Interpreters),
        EngineKind::PythonAsyncio => Some(Mode::Asyncio),
        EngineKind::Native | EngineKind::GilModel => None,
    }
}

fn measure_error(error: HarnessError) -> MeasureError {
    match error {
        HarnessError::Cancelled => MeasureError::Cancelled,
        HarnessError::GilCameBack => MeasureError::GilCameBack,
        error => MeasureError::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter(version: &str) -> Interpreter {
        Interpreter {
            path: "/nowhere/python3".to_owned(),
            version: version.to_owned(),
            free_threaded: false,
            gil_enabled: Some(true),
            gil_forced_off: false,
        }
    }

    #[track_caller]
    fn check(engine: EngineKind, version: Option<&str>, workload: WorkloadKind, expected: Option<&str>) {
        let key = SeriesKey { engine, interpreter: version.map(interpreter), start_method: None };
        match (support(&key, &Workload::new(workload)), expected) {
            (Support::Available, None) => {}
            (Support::Unavailable { reason, remedy: Some(_) }, Some(expected)) => {
                assert!(reason.contains(expected), "{reason}");
            }
            (support, _) => panic!("{support:?}"),
        }
    }

    #[test]
    fn what_cannot_be_run_says_why() {
        use EngineKind::{Native, PythonAsyncio, PythonInterpreters, PythonProcesses, PythonThreads};
        use WorkloadKind::{CountPrimes, Counter, Critical, LostUpdates, Mixed, Semaphore, Sleeper, Socket, Wait};
        check(PythonThreads, Some("3.8.0"), CountPrimes, None);
        check(PythonProcesses, Some("3.15.0"), Mixed, None);
        check(PythonThreads, Some("3.7.16"), CountPrimes, Some("3.7.16 is too old"));
        check(PythonThreads, None, CountPrimes, Some("no interpreter"));
        check(PythonThreads, Some("three"), CountPrimes, Some("no version"));
        check(PythonInterpreters, Some("3.13.1"), CountPrimes, Some("concurrent.interpreters"));
        check(PythonInterpreters, Some("3.14.0"), CountPrimes, None);
        check(PythonAsyncio, Some("3.11.7"), CountPrimes, Some("waiting workloads only"));
        check(PythonAsyncio, Some("3.11.7"), Wait, None);
        check(PythonAsyncio, Some("3.11.7"), Socket, None);
        check(Native, None, CountPrimes, Some("needs no interpreter"));
        check(PythonAsyncio, Some("3.11.7"), Semaphore, None);
        check(PythonAsyncio, Some("3.11.7"), Sleeper, Some("waiting workloads only"));
        check(PythonProcesses, Some("3.11.7"), Critical, None);
        check(PythonProcesses, Some("3.11.7"), LostUpdates, Some("share no variables"));
        check(PythonInterpreters, Some("3.14.0"), Critical, Some("share no locks"));
        check(PythonInterpreters, Some("3.14.0"), Sleeper, Some("a GIL of its own"));
        let key = SeriesKey { engine: PythonThreads, interpreter: Some(interpreter("3.11.7")), start_method: None };
        let atomic = Workload::new(Counter).with_written("how", &"atomic".into()).expect("a choice");
        assert!(matches!(support(&key, &atomic), Support::Unavailable { reason, .. } if reason.contains("no atomic")));
    }

    #[test]
    fn windows_only_spawns() {
        assert!(StartMethod::ALL.into_iter().all(|method| why_not_started_on(false, method).is_none()));
        let spawned = StartMethod::ALL.into_iter().filter(|method| why_not_started_on(true, *method).is_none());
        assert_eq!(spawned.collect::<Vec<_>>(), [StartMethod::Spawn]);
    }

    #[test]
    fn sub_interpreters_are_offered_where_they_are() {
        assert_eq!(series(&interpreter("3.13.0")).len(), 3);
        assert_eq!(series(&interpreter("3.14.0")).len(), 4);
    }
}
