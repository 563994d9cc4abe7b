//! How soon computing workers have all ended once a run is stopped, however many they are.
//!
//! `cargo bench --bench stop [-- ROUNDS]`. Each round stops an endless window at another moment, measured by a thread that then
//! has to get a core beside all the workers.

#![expect(clippy::print_stdout, reason = "a bench prints")]
#![expect(clippy::expect_used, reason = "a bench that cannot run shall say so and end")]

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use threadlab::engine::cancel::CancelFlag;
use threadlab::engine::gil::GilModel;
use threadlab::engine::native::NativeEngine;
use threadlab::engine::{Engine, MeasureError, WindowOrder, machine};
use threadlab::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use threadlab::model::statistics::Estimate;
use threadlab::model::units::ThreadCount;
use threadlab::model::workload::{Workload, WorkloadKind};
use threadlab::workload::Workshop;

/// When the first round is stopped, after its start; the next ones later and later.
const EARLIEST: Duration = Duration::from_millis(20);

fn main() {
    // Cargo passes `--bench`, which is no number.
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10);
    println!("machine: {}, {rounds} rounds", machine::read().in_words());
    println!("stop to all workers ended, count-primes (goal 200 ms)");
    for name in ["native threads", "GIL model"] {
        for threads in [8, 128, 1024] {
            let times: Vec<Duration> = (0..rounds).map(|round| stop(name, threads, round)).collect();
            let ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
            let median = Estimate::of(&ms).expect("there are rounds").median;
            let most = ms.iter().copied().fold(0.0, f64::max);
            println!("{name:<16}{threads:>5} threads {median:>8.0} ms median {most:>8.0} ms at most");
        }
    }
}

fn engine(name: &str) -> Box<dyn Engine> {
    let workshop = Arc::new(Workshop::new());
    match name {
        "GIL model" => Box::new(GilModel::new(workshop, machine::cores(), DEFAULT_SWITCH_INTERVAL_US)),
        _ => Box::new(NativeEngine::new(workshop, machine::cores())),
    }
}

fn stop(name: &str, threads: usize, round: u32) -> Duration {
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let order = WindowOrder {
        workload: &workload,
        threads: ThreadCount::clamped(threads),
        round,
        warm_up: Duration::from_millis(20),
        length: Duration::from_hours(1),
        run_began: Instant::now(),
    };
    let mut engine = engine(name);
    let cancel = CancelFlag::new();
    thread::scope(|scope| {
        let measuring = scope.spawn(|| engine.measure(&order, &cancel).map(|window| window.units));
        thread::sleep(EARLIEST + Duration::from_millis(97) * round);
        let began = Instant::now();
        cancel.raise();
        let result = measuring.join().expect("the engine does not panic");
        let time = began.elapsed();
        assert_eq!(result, Err(MeasureError::Cancelled));
        time
    })
}
