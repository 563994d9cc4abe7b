//! What the measuring itself costs: the native engine over a bare loop, how soon a run shows its first sample, and how
//! soon it stops.
//!
//! `cargo bench --bench native [-- ROUNDS]`. Every figure is a ratio or a worst case of one run of this program; pairs are
//! interleaved, in turned order, so that drift hits both alike.

#![expect(clippy::print_stdout, reason = "a bench prints")]
#![expect(clippy::expect_used, reason = "a bench that cannot run shall say so and end")]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use threadlab::engine::cancel::CancelFlag;
use threadlab::engine::handle::RunHandle;
use threadlab::engine::message::EventKind;
use threadlab::engine::native::NativeEngine;
use threadlab::engine::quiet::NoAudience;
use threadlab::engine::{Engine, MeasureError, WindowOrder, catalogue, machine};
use threadlab::model::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan, RunId, RunRequest};
use threadlab::model::series::{EngineKind, SeriesKey};
use threadlab::model::statistics::Estimate;
use threadlab::model::stopping::Precision;
use threadlab::model::units::ThreadCount;
use threadlab::model::workload::{Workload, WorkloadKind};
use threadlab::workload::Workshop;
use threadlab::workload::primes::is_prime;
use threadlab::workload::thread_clock::ThreadClock;

const WARM_UP: Duration = Duration::from_millis(20);
const LENGTH: Duration = Duration::from_millis(100);
const LIMIT: u32 = 1000;

/// Units per second and per CPU second of one window.
#[derive(Clone, Copy)]
struct Rates {
    per_sec: f64,
    per_cpu_sec: f64,
}

fn main() {
    // Cargo passes `--bench`, which is no number.
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(31);
    println!("machine: {}, {rounds} rounds", machine::read().in_words());
    overhead(rounds);
    start(rounds.min(10));
    stop(rounds.min(10));
}

/// The native engine at one thread over a bare loop of the same kernel.
fn overhead(rounds: usize) {
    let mut engine = NativeEngine::new(Arc::new(Workshop::new()), machine::cores());
    let mut pairs = Vec::new();
    for round in 0..rounds {
        let (engine, bare) = if round % 2 == 0 {
            let engine = engine_window(&mut engine);
            (engine, bare_window())
        } else {
            let bare = bare_window();
            (engine_window(&mut engine), bare)
        };
        pairs.push((engine, bare));
    }
    let ratio = |rate: fn(&Rates) -> f64| {
        let ratios: Vec<f64> = pairs.iter().map(|(engine, bare)| rate(engine) / rate(bare)).collect();
        Estimate::of(&ratios).expect("there are rounds")
    };
    let print =
        |what: &str, ratio: Estimate| println!("{what:<62}{:.3} [{:.3}, {:.3}]", ratio.median, ratio.low, ratio.high);
    print("native engine over bare loop, units/s (goal 0.99)", ratio(|rates| rates.per_sec));
    print("native engine over bare loop, units/CPU s", ratio(|rates| rates.per_cpu_sec));
}

fn engine_window(engine: &mut NativeEngine) -> Rates {
    let workload = Workload::new(WorkloadKind::CountPrimes).with("limit", f64::from(LIMIT)).expect("it is in range");
    let order = WindowOrder {
        workload: &workload,
        threads: ThreadCount::ONE,
        round: 0,
        warm_up: WARM_UP,
        length: LENGTH,
        run_began: Instant::now(),
    };
    loop {
        match engine.measure(&order, &CancelFlag::new()) {
            Ok(window) => {
                let per_cpu_sec = window.throughput_per_sec() / window.cores_used().unwrap_or(f64::NAN);
                return Rates { per_sec: window.throughput_per_sec(), per_cpu_sec };
            }
            Err(MeasureError::Impossible { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// The loop that anyone would write: no engine, no context, a stop flag and a counter once a unit.
fn bare_window() -> Rates {
    let (stop, units) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let (sender, clock) = crossbeam_channel::bounded(1);
        let (stop, units) = (&stop, &units);
        scope.spawn(move || {
            sender.send(ThreadClock::of_current()).expect("the main thread listens");
            let mut done = 0;
            while !stop.load(Ordering::Relaxed) {
                black_box((2..black_box(LIMIT)).map(|number| u32::from(is_prime(number))).sum::<u32>());
                done += 1;
                units.store(done, Ordering::Relaxed);
            }
        });
        let clock = clock.recv().expect("the worker sends its clock");
        let snapshot = || {
            let cpu = clock.and_then(ThreadClock::read).map_or(f64::NAN, |time| time.as_secs_f64());
            (cpu, units.load(Ordering::Relaxed), Instant::now())
        };
        thread::sleep(WARM_UP);
        let (cpu_before, units_before, before) = snapshot();
        thread::sleep(LENGTH);
        let (cpu_after, units_after, after) = snapshot();
        stop.store(true, Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let units = (units_after - units_before) as f64;
        Rates { per_sec: units / (after - before).as_secs_f64(), per_cpu_sec: units / (cpu_after - cpu_before) }
    })
}

/// A request for both engines, at that many threads at most.
fn request(kind: WorkloadKind, parameter: Option<(&str, f64)>, most: usize) -> RunRequest {
    let mut workload = Workload::new(kind);
    if let Some((name, value)) = parameter {
        workload = workload.with(name, value).expect("it is in range");
    }
    let threads = [1, 2, 4, 8, most].map(ThreadCount::clamped).to_vec();
    RunRequest {
        run_id: RunId(1),
        experiments: vec![ExperimentPlan {
            id: "bench".to_owned(),
            workload,
            series: vec![SeriesKey::of(EngineKind::Native), SeriesKey::of(EngineKind::GilModel)],
            threads,
        }],
        precision: Precision::Quick,
        seed: 1,
        switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
    }
}

fn start_run(request: RunRequest) -> RunHandle {
    let engines = catalogue::engines(&request).expect("both engines are here");
    RunHandle::start(request, engines, Box::new(NoAudience)).expect("a thread can be started")
}

/// From the request to the first sample.
fn start(rounds: usize) {
    for kind in WorkloadKind::ALL.into_iter().filter(|kind| EngineKind::Native.can_run(*kind)) {
        let mut times = Vec::new();
        for _ in 0..rounds {
            let began = Instant::now();
            let run = start_run(request(kind, None, 16));
            let sample = |event: &EventKind| matches!(event, EventKind::SampleMeasured { .. });
            run.events().iter().find(|event| sample(&event.kind)).expect("there is a sample");
            times.push(began.elapsed());
        }
        print_times(&format!("start to first sample, {} (goal 1000 ms)", kind.id()), &times);
    }
}

/// From cancelling to the last worker's end, at several moments of a run.
fn stop(rounds: usize) {
    let cases = [
        (WorkloadKind::CountPrimes, None, 256),
        (WorkloadKind::Wait, Some(("wait_ms", 1000.0)), 256),
        (WorkloadKind::Socket, Some(("delay_ms", 1000.0)), 256),
        (WorkloadKind::Mixed, Some(("unit_ms", 100.0)), 256),
    ];
    for (kind, parameter, most) in cases {
        let mut times = Vec::new();
        for round in 0..rounds {
            let run = start_run(request(kind, parameter, most));
            thread::sleep(Duration::from_millis(50 + 130 * u64::try_from(round).unwrap_or(0)));
            let began = Instant::now();
            run.cancel();
            let last = |event: &EventKind| matches!(event, EventKind::Finished(_));
            run.events().iter().find(|event| last(&event.kind)).expect("it ends");
            times.push(began.elapsed());
        }
        print_times(&format!("stop to all workers ended, {} (goal 200 ms)", kind.id()), &times);
    }
}

fn print_times(what: &str, times: &[Duration]) {
    let ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
    let median = Estimate::of(&ms).expect("there are rounds").median;
    let most = ms.iter().copied().fold(0.0, f64::max);
    println!("{what:<62}{median:.0} ms median, {most:.0} ms at most");
}
