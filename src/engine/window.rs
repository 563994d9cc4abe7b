//! One window with threads of this process: the protocol of MEASURING.md, shared by every engine that has such threads.
//!
//! The workers wait at the start line, run through the warm-up, and are counted between two snapshots. Engines differ
//! only in the [`Context`] that each worker runs its units in, for which the compiler makes one copy of this code each.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use super::cancel::CancelFlag;
use super::cpu_clock::{self, RunDelay};
use super::handle::panic_message;
use super::schedule;
use super::start_line::{Signal, StartLine};
use super::{MeasureError, WindowOrder};
use crate::model::statistics;
use crate::model::units::ThreadCount;
use crate::model::window::Window;
use crate::model::workload::Bound;
use crate::workload::thread_clock::ThreadClock;
use crate::workload::{Context, Prepared, StopSignal, Unit, UnitEnd, WorkerUnit};

/// A worker needs little: its unit is a loop or a call into the system.
const STACK_BYTES: usize = 512 * 1024;

/// Run delay takes an open file a worker; for more workers than this it is not read. It is judged only where there are no
/// more workers than cores.
const MOST_RUN_DELAYS: usize = 256;

/// The most units whose time a worker notes in a window.
const MOST_LATENCIES: usize = 4096;

/// CPU time over wall time may exceed the cores by this much, for the time that a snapshot itself takes.
const CLOCK_TOLERANCE: f64 = 1.02;

/// Everything a window needs beside its workers' contexts.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// What to measure.
    pub order: &'a WindowOrder<'a>,
    /// The workload, ready.
    pub prepared: &'a Prepared,
    /// Cores that this process may use, for the check that no more were used.
    pub cores: usize,
    /// What threads are called, before their number.
    pub thread_name: &'static str,
}

/// A window, and what its workers leave to their engine.
#[derive(Debug)]
pub struct Measured<C> {
    /// The measurement.
    pub window: Window,
    /// The contexts, by worker.
    pub contexts: Vec<C>,
    /// When the first snapshot was taken.
    pub from: Instant,
    /// When the second one was taken.
    pub to: Instant,
}

/// Measures one window. `context` makes the context of a worker, numbered from 0, before any worker starts; `switches` reads
/// the GIL's counter, where there is one.
///
/// # Errors
/// When it was cancelled, when more CPU time was counted than there is, when a thread cannot be started, and when a worker
/// fails or panics. No worker is left in any case.
pub fn measure<C: Context + Send>(
    setting: &Setting<'_>,
    context: impl Fn(usize) -> C,
    switches: impl Fn() -> Option<u64>,
    cancel: &CancelFlag,
) -> Result<Measured<C>, MeasureError> {
    let threads = setting.order.threads.get();
    let crew = Crew::new(setting, threads);
    let mut members = Vec::with_capacity(threads);
    for number in 0..threads {
        let unit = setting.prepared.unit().map_err(|error| MeasureError::Failed(error.to_string()))?;
        members.push(Member { number, unit, context: context(number), latencies: crew.latencies() });
    }
    // Made before the workers start, filled without allocating.
    let mut snapshots = [Snapshot::of(threads), Snapshot::of(threads)];
    let (timed, ended) = thread::scope(|scope| {
        let workers = match crew.start(scope, members, setting.thread_name) {
            Ok(workers) => workers,
            Err(error) => return (Err(error), Vec::new()),
        };
        let timed = crew.time(setting, &mut snapshots, &switches, cancel);
        crew.stop.raise();
        (timed, workers.into_iter().map(ScopedJoinHandle::join).collect::<Vec<_>>())
    });
    let mut contexts = Vec::with_capacity(threads);
    let mut latencies = Vec::new();
    let [first, second] = &snapshots;
    for worker in ended {
        let left = worker
            .map_err(|panic| MeasureError::Failed(format!("a worker panicked: {}", panic_message(&*panic))))?
            .map_err(|error| MeasureError::Failed(error.to_string()))?;
        contexts.push(left.context);
        latencies.extend(left.latencies.between(first.at, second.at));
    }
    let released = timed?;
    let latency = typical_latency(&latencies, second.at.saturating_duration_since(released));
    let window = first.window_until(second, setting.order, latency);
    check_possible(&window, setting.cores)?;
    Ok(Measured { window, contexts, from: first.at, to: second.at })
}

/// The self-check of every window: its workers cannot have used more cores than there are.
///
/// # Errors
/// When they have.
pub fn check_possible(window: &Window, cores: usize) -> Result<(), MeasureError> {
    #[expect(clippy::cast_precision_loss, reason = "core counts are small")]
    let most = cores as f64 * CLOCK_TOLERANCE;
    match window.cores_used() {
        Some(used_cores) if used_cores > most => Err(MeasureError::Impossible { used_cores, cores }),
        _ => Ok(()),
    }
}

/// What the workers of one window share with their coordinator.
struct Crew {
    line: StartLine,
    stop: StopSignal,
    /// One counter a worker, each in a cache line of its own: unpadded ones cost up to 7.6 times.
    counts: Vec<CachePadded<AtomicU64>>,
    sensors: Vec<OnceLock<Sensors>>,
    /// How many latencies each worker has room for; 0 where they are not noted.
    latencies: usize,
    reads_delay: bool,
}

/// What a worker opens so that the coordinator can read it.
struct Sensors {
    clock: Option<ThreadClock>,
    delay: Option<RunDelay>,
}

/// A worker before it starts.
struct Member<C> {
    number: usize,
    unit: WorkerUnit,
    context: C,
    latencies: Latencies,
}

/// A worker after it ended.
struct Left<C> {
    context: C,
    latencies: Latencies,
}

type Ended<C> = Result<Left<C>, Box<crate::workload::WorkloadError>>;

impl Crew {
    fn new(setting: &Setting<'_>, threads: usize) -> Self {
        Self {
            line: StartLine::default(),
            stop: setting.prepared.stop_signal(),
            counts: (0..threads).map(|_| CachePadded::default()).collect(),
            sensors: (0..threads).map(|_| OnceLock::new()).collect(),
            latencies: latency_room(setting.order),
            reads_delay: threads <= MOST_RUN_DELAYS,
        }
    }

    fn latencies(&self) -> Latencies {
        Latencies(Vec::with_capacity(self.latencies))
    }

    /// Starts every worker and waits until all are at the line; none is left if one cannot be started.
    fn start<'scope, C: Context + Send + 'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        members: Vec<Member<C>>,
        name: &str,
    ) -> Result<Vec<ScopedJoinHandle<'scope, Ended<C>>>, MeasureError> {
        let threads = members.len();
        let mut workers = Vec::with_capacity(threads);
        for member in members {
            let number = member.number + 1;
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
            match member.unit.run(&mut member.context, &self.stop) {
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
            match member.unit.run(&mut member.context, &self.stop) {
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
    fn time(
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
        Ok(released)
    }

    /// Summed over the workers; `None` where it is unknown of one of them. Outside the snapshots, since it reads a file
    /// a worker, and therefore with a time of its own.
    fn run_delay(&self) -> Option<(Instant, Duration)> {
        let delay = self.sensors.iter().map(|sensors| sensors.get()?.delay.as_ref()?.read()).sum::<Option<Duration>>();
        Some((Instant::now(), delay?))
    }
}

/// Everything that is read at one end of a window.
struct Snapshot {
    at: Instant,
    counts: Vec<u64>,
    workers_cpu: Option<Duration>,
    process_cpu: Option<Duration>,
    server_cpu: Option<Duration>,
    switches: Option<u64>,
    /// When run delay was read, and what it was.
    delayed: Option<(Instant, Duration)>,
}

impl Snapshot {
    /// How often a snapshot is taken again if its coordinator lost the core in the middle.
    const ATTEMPTS: u32 = 5;

    fn of(threads: usize) -> Self {
        Self {
            at: Instant::now(),
            counts: vec![0; threads],
            workers_cpu: None,
            process_cpu: None,
            server_cpu: None,
            switches: None,
            delayed: None,
        }
    }

    /// Reads all at nearly one time. If it took long, the coordinator lost the core in between, and clock and counters
    /// would belong to different moments: then it reads again.
    fn take(&mut self, crew: &Crew, prepared: &Prepared, switches: &impl Fn() -> Option<u64>) {
        let threads = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
        let longest = Duration::from_micros(100).saturating_add(Duration::from_micros(2).saturating_mul(threads));
        for _ in 0..Self::ATTEMPTS {
            let began = Instant::now();
            self.read(crew, prepared, switches);
            if began.elapsed() <= longest {
                break;
            }
        }
    }

    fn read(&mut self, crew: &Crew, prepared: &Prepared, switches: &impl Fn() -> Option<u64>) {
        let before = cpu_clock::of_process();
        self.workers_cpu = crew.sensors.iter().map(|sensors| sensors.get()?.clock?.read()).sum();
        self.server_cpu = prepared.server_cpu();
        let after = cpu_clock::of_process();
        // Workers go on while their clocks are read one after the other: the middle is the process at that time.
        self.process_cpu = before.zip(after).map(|(before, after)| (before + after) / 2);
        self.switches = switches();
        for (count, cell) in self.counts.iter_mut().zip(&crew.counts) {
            *count = cell.load(Ordering::Relaxed);
        }
        self.at = Instant::now();
    }

    /// The window between this snapshot and a later one.
    fn window_until(&self, later: &Self, order: &WindowOrder<'_>, latency_s: Option<f64>) -> Window {
        let between = |earlier: Option<Duration>, later: Option<Duration>| later?.checked_sub(earlier?);
        let workers_cpu = between(self.workers_cpu, later.workers_cpu);
        let server_cpu = between(self.server_cpu, later.server_cpu);
        let process_cpu = between(self.process_cpu, later.process_cpu);
        // Read one after the other, so that their difference can fall below nothing by the time of reading.
        let observer_cpu = process_cpu
            .zip(workers_cpu)
            .map(|(process, workers)| process.saturating_sub(workers).saturating_sub(server_cpu.unwrap_or_default()));
        let wall_s = later.at.saturating_duration_since(self.at).as_secs_f64();
        let counted = self.counts.iter().zip(&later.counts).map(|(before, after)| after - before);
        Window {
            threads: order.threads,
            round: order.round,
            started_s: self.at.saturating_duration_since(order.run_began).as_secs_f64(),
            wall_s,
            units: counted.sum(),
            workers_cpu_s: workers_cpu.map(|time| time.as_secs_f64()),
            observer_cpu_s: observer_cpu.map(|time| time.as_secs_f64()),
            server_cpu_s: server_cpu.map(|time| time.as_secs_f64()),
            run_delay_s: self
                .delayed
                .zip(later.delayed)
                .and_then(|(before, after)| delay_within(wall_s, before, after)),
            latency_ms: latency_s.map(|seconds| seconds * 1000.0),
            gil_switches: self.switches.zip(later.switches).and_then(|(before, after)| after.checked_sub(before)),
            lost: None,
            latency_quantiles_ms: None,
            deadlocks: None,
            disturbance: None,
        }
    }
}

/// The part of the run delay between two readings that falls into a window of `wall_s` between them. On a busy machine the
/// coordinator itself may wait between a reading and its snapshot.
fn delay_within(wall_s: f64, before: (Instant, Duration), after: (Instant, Duration)) -> Option<f64> {
    let between_s = after.0.saturating_duration_since(before.0).as_secs_f64();
    let delay_s = after.1.checked_sub(before.1)?.as_secs_f64();
    (between_s > 0.0).then(|| delay_s * wall_s / between_s)
}

/// When units ended, and how long they took; in memory that was there before the window.
struct Latencies(Vec<(Instant, Duration)>);

impl Latencies {
    fn note(&mut self, began: Instant, ended: Instant) {
        if self.0.len() < self.0.capacity() {
            self.0.push((ended, ended.saturating_duration_since(began)));
        }
    }

    /// In seconds, of the units that ended within a window.
    fn between(&self, from: Instant, to: Instant) -> impl Iterator<Item = f64> {
        self.0.iter().filter(move |(ended, _)| (from..=to).contains(ended)).map(|(_, time)| time.as_secs_f64())
    }
}

/// The median of the times of units in seconds. `None` where it is more than half of the time that the workers have run: longer
/// units could not have ended yet, so that the short ones alone would be seen.
fn typical_latency(latencies_s: &[f64], run_for: Duration) -> Option<f64> {
    statistics::median(latencies_s).filter(|median_s| *median_s <= run_for.as_secs_f64() / 2.0)
}

/// How many units a worker may do in a window; 0 for workloads that only compute, whose units are too short to time.
fn latency_room(order: &WindowOrder<'_>) -> usize {
    const SPARE: usize = 16;
    let Some(unit) = schedule::nominal_unit(order.workload).filter(|_| order.workload.bound() != Bound::Cpu) else {
        return 0;
    };
    let units = (order.warm_up + order.length).as_nanos() / unit.as_nanos().max(1);
    usize::try_from(units).unwrap_or(MOST_LATENCIES).saturating_add(SPARE).min(MOST_LATENCIES)
}

/// The number of workers as engines print it.
pub(super) fn in_words(threads: ThreadCount) -> String {
    if threads == ThreadCount::ONE { "1 thread".to_owned() } else { format!("{threads} threads") }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use rstest::rstest;

    use super::*;
    use crate::model::workload::{Workload, WorkloadKind};
    use crate::workload::{NoGil, Workshop};

    /// Tells what happens to a worker, and panics where the test wants it.
    struct Told<'a> {
        entered: &'a (dyn Fn() + Sync),
        left: &'a AtomicUsize,
        panics: bool,
    }

    impl Context for Told<'_> {
        fn enter(&mut self) {
            (self.entered)();
            assert!(!self.panics, "a worker that panics, on purpose");
        }
        fn poll(&mut self) {}
        fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
            wait()
        }
        fn leave(&mut self) {
            self.left.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn order(workload: &Workload, threads: usize, length: Duration) -> WindowOrder<'_> {
        WindowOrder {
            workload,
            threads: ThreadCount::clamped(threads),
            round: 0,
            warm_up: Duration::from_millis(1),
            length,
            run_began: Instant::now(),
        }
    }

    #[rstest]
    #[case(WorkloadKind::Wait, "wait_ms")]
    #[case(WorkloadKind::Socket, "delay_ms")]
    fn cancelling_ends_workers_that_wait_long(#[case] kind: WorkloadKind, #[case] parameter: &str) {
        let workload = Workload::new(kind).with(parameter, 1000.0).expect("it is in range");
        let order = order(&workload, 8, Duration::from_hours(1));
        let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
        let setting = Setting { order: &order, prepared: &prepared, cores: 8, thread_name: "cancelled" };
        let (cancel, entered, left) = (CancelFlag::new(), AtomicUsize::new(0), AtomicUsize::new(0));
        let tell = || {
            if entered.fetch_add(1, Ordering::SeqCst) == 7 {
                cancel.raise();
            }
        };
        let context = |_| Told { entered: &tell, left: &left, panics: false };
        let result = measure(&setting, context, || None, &cancel);
        assert_eq!(result.map(|measured| measured.window.units), Err(MeasureError::Cancelled));
        assert_eq!(left.load(Ordering::SeqCst), 8, "every worker has ended");
    }

    #[test]
    fn a_panic_in_one_worker_is_the_windows_error_and_the_others_end() {
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let order = order(&workload, 4, Duration::from_millis(1));
        let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
        let setting = Setting { order: &order, prepared: &prepared, cores: 8, thread_name: "panicking" };
        let left = AtomicUsize::new(0);
        let context = |number| Told { entered: &|| {}, left: &left, panics: number == 2 };
        let result = measure(&setting, context, || None, &CancelFlag::new());
        let message = "a worker panicked: a worker that panics, on purpose".to_owned();
        assert_eq!(result.map(|measured| measured.window.units), Err(MeasureError::Failed(message)));
        assert_eq!(left.load(Ordering::SeqCst), 3);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn workers_have_names_and_none_is_left() {
        fn named() -> usize {
            let tasks = std::fs::read_dir("/proc/self/task").expect("Linux lists the threads");
            let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm"));
            tasks.flatten().filter_map(|task| name(task).ok()).filter(|name| name.starts_with("counted-")).count()
        }
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let order = order(&workload, 5, Duration::from_millis(5));
        let prepared = Workshop::new().prepare(&workload, order.threads).expect("it can be prepared");
        let setting = Setting { order: &order, prepared: &prepared, cores: 1024, thread_name: "counted" };
        let within = AtomicUsize::new(0);
        let switches = || {
            within.store(named(), Ordering::SeqCst);
            None
        };
        let measured = measure(&setting, |_| NoGil, switches, &CancelFlag::new()).expect("nothing stops it");
        assert_eq!((within.load(Ordering::SeqCst), measured.contexts.len()), (5, 5));
        // The kernel takes a moment to forget a thread that has been joined.
        let mut looks = 0;
        while named() > 0 && looks < 1000 {
            thread::yield_now();
            looks += 1;
        }
        assert_eq!(named(), 0, "workers are left");
    }

    #[test]
    fn more_cpu_time_than_cores_is_impossible() {
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let order = order(&workload, 3, Duration::from_millis(1));
        let mut first = Snapshot::of(3);
        let mut second = Snapshot::of(3);
        first.workers_cpu = Some(Duration::from_millis(100));
        second.at = first.at + Duration::from_millis(50);
        second.counts = vec![10, 20, 30];
        let mut check = |cpu_ms: u64| {
            second.workers_cpu = Some(Duration::from_millis(100 + cpu_ms));
            let window = first.window_until(&second, &order, None);
            assert_eq!((window.units, window.run_delay_s, window.server_cpu_s), (60, None, None));
            check_possible(&window, 2)
        };
        assert_eq!(check(100), Ok(()));
        let wrong = check(150);
        assert!(
            matches!(wrong, Err(MeasureError::Impossible { used_cores, cores: 2 }) if used_cores > 2.9),
            "{wrong:?}"
        );
        second.workers_cpu = None;
        assert_eq!(check_possible(&first.window_until(&second, &order, None), 2), Ok(()), "unknown is not impossible");
    }

    #[test]
    fn latency_is_unknown_where_longer_units_could_not_have_ended() {
        let run_for = Duration::from_millis(100);
        assert_eq!(typical_latency(&[0.005, 0.006, 0.09], run_for), Some(0.006));
        assert_eq!(typical_latency(&[0.005, 0.06, 0.09], run_for), None);
        assert_eq!(typical_latency(&[], run_for), None);
    }

    #[test]
    fn run_delay_is_that_of_the_window_alone() {
        let began = Instant::now();
        let reading = |at_ms, delay_ms| (began + Duration::from_millis(at_ms), Duration::from_millis(delay_ms));
        // Read 80 ms apart, of which the window is 60.
        let delay = delay_within(0.060, reading(0, 5), reading(80, 25));
        assert!(delay.is_some_and(|delay| (delay - 0.015).abs() < 1e-9), "{delay:?}");
        assert_eq!(delay_within(0.060, reading(0, 5), reading(0, 25)), None);
        assert_eq!(delay_within(0.060, reading(0, 25), reading(80, 5)), None);
    }

    #[test]
    fn the_observer_is_what_workers_and_server_did_not_use() {
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let order = order(&workload, 1, Duration::from_millis(1));
        let ms = |ms| Some(Duration::from_millis(ms));
        let mut first = Snapshot::of(1);
        (first.process_cpu, first.workers_cpu, first.server_cpu) = (ms(10), ms(5), ms(1));
        let mut second = Snapshot::of(1);
        second.at = first.at + Duration::from_millis(50);
        (second.process_cpu, second.workers_cpu, second.server_cpu) = (ms(70), ms(50), ms(8));
        let window = first.window_until(&second, &order, None);
        // 60 ms in all, 45 of the worker, 7 of the server.
        assert!(window.observer_cpu_s.is_some_and(|seconds| (seconds - 0.008).abs() < 1e-9), "{window:?}");
        second.workers_cpu = None;
        assert_eq!(first.window_until(&second, &order, None).observer_cpu_s, None);
    }
}
