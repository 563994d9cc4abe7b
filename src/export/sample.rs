//! A run made up for tests: two experiments on eight cores, every number known.

use std::collections::BTreeMap;

use crate::model::machine::Machine;
use crate::model::plot::{AxisChoice, Metric, PlotInput, PlotOptions, PlotSpec, specify};
use crate::model::prediction::Prediction;
use crate::model::record::{Completion, ExperimentRecord, FORMAT, RunRecord};
use crate::model::results::{Curve, Results};
use crate::model::series::{EngineKind, Interpreter, SeriesKey};
use crate::model::stopping::Precision;
use crate::model::units::ThreadCount;
use crate::model::window::Window;
use crate::model::workload::{Bound, WorkloadKind};

/// One line, of a usual length.
pub(super) const PROVENANCE: &str = "Threadlab 0.1.0 · 8 cores, no quota, AMD EPYC 9355, Linux 6.12 · CPython 3.11.7, 3.14.0t · \
     22 November 2026 · Normal precision, 9 rounds";

/// How throughput grows with threads, over that of one.
pub(super) type Growth = fn(f64) -> f64;

/// No gain: the GIL.
pub(super) const FLAT: Growth = |threads| 1.0 - 0.012 * (threads - 1.0).min(5.0);
/// A gain up to eight cores.
pub(super) const CORES: Growth = |threads| threads.min(8.0) * (1.0 - 0.012 * (threads.min(8.0) - 1.0));
/// A gain without end.
pub(super) const WAITING: Growth = |threads| threads * (1.0 - 0.002 * (threads - 1.0)).max(0.3);
/// A gain that falls off.
pub(super) const LESS: Growth = |threads| threads / (1.0 + 0.12 * (threads - 1.0) + 0.008 * threads * (threads - 1.0));

/// A series of `engine`, with an interpreter where it needs one.
pub(super) fn key(engine: EngineKind, version: &str, free_threaded: bool) -> SeriesKey {
    let needs = !matches!(engine, EngineKind::Native | EngineKind::GilModel);
    let interpreter = needs.then(|| Interpreter {
        path: format!("/usr/bin/python{version}"),
        version: version.to_owned(),
        free_threaded,
        gil_enabled: free_threaded.then_some(false),
        gil_forced_off: false,
    });
    SeriesKey { engine, interpreter, start_method: None }
}

/// Nine rounds of made-up windows whose throughput grows as told; they spread by a few per cent.
pub(super) fn results(series: &[(SeriesKey, Growth)], threads: &[usize], per_sec: f64) -> Results {
    let keys: Vec<SeriesKey> = series.iter().map(|(key, _)| key.clone()).collect();
    let mut results = Results::new(&keys);
    let curves = series.iter().map(|(key, growth)| (Curve::Series(key.clone()), *growth, per_sec));
    for (number, (curve, growth, per_sec)) in curves.chain([(Curve::Ceiling, CORES, 2000.0)]).enumerate() {
        for round in 0..9 {
            for &count in threads {
                let count = ThreadCount::clamped(count);
                // Between −1 and 1, different for each window, the same in every run.
                let seed = f64::from(round) * 2.3 + count.as_f64() * 1.7 + number_as_f64(number) * 0.9;
                let spread = (seed * 12.989_8).sin();
                let throughput = per_sec * growth(count.as_f64()) * (1.0 + 0.04 * spread);
                results.add(&curve, window(count, round, throughput, growth(count.as_f64()).min(8.0)));
            }
        }
    }
    results
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made-up numbers are small")]
fn window(threads: ThreadCount, round: u32, throughput: f64, cores: f64) -> Window {
    Window {
        threads,
        round,
        started_s: f64::from(round),
        wall_s: 10.0,
        units: (throughput * 10.0).round() as u64,
        workers_cpu_s: Some(cores * 10.0),
        observer_cpu_s: Some(0.01),
        server_cpu_s: None,
        run_delay_s: Some(0.0),
        latency_ms: None,
        gil_switches: None,
        lost: None,
        latency_quantiles_ms: None,
        deadlocks: None,
        disturbance: None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "series are few")]
fn number_as_f64(number: usize) -> f64 {
    number as f64
}

fn experiment(
    id: &str,
    title: &str,
    workload: WorkloadKind,
    parameter: (&str, f64),
    results: Results,
) -> ExperimentRecord {
    ExperimentRecord {
        id: id.to_owned(),
        title: title.to_owned(),
        workload,
        code: None,
        parameters: BTreeMap::from([(parameter.0.to_owned(), parameter.1.into())]),
        results,
        claims: Vec::new(),
        prediction: None,
        warnings: Vec::new(),
    }
}

/// Native threads and the GIL model, computing and waiting, on 1 to 8 threads.
pub(super) fn record() -> RunRecord {
    let of = |model: Growth, native: Growth, per_sec| {
        results(
            &[(SeriesKey::of(EngineKind::Native), native), (SeriesKey::of(EngineKind::GilModel), model)],
            &[1, 2, 3, 4, 6, 8],
            per_sec,
        )
    };
    RunRecord {
        format: FORMAT,
        program: "threadlab 0.1.0".to_owned(),
        started_at: "2026-11-22T14:20:00+00:00".to_owned(),
        machine: Machine {
            cores: 8,
            quota_cores: None,
            quota_unknown: false,
            cpu_model: Some("AMD EPYC 9355".to_owned()),
            os: Some("Linux 6.12".to_owned()),
            architecture: "x86_64".to_owned(),
            memory_bytes: None,
        },
        lesson: "both".to_owned(),
        lesson_title: "CPU-bound beside I/O-bound".to_owned(),
        precision: Precision::Normal,
        seed: 42,
        switch_interval_us: 5000,
        completion: Completion::Completed,
        rounds: 9,
        elapsed_s: 21.5,
        experiments: vec![
            experiment(
                "cpu",
                "CPU-bound: count primes",
                WorkloadKind::CountPrimes,
                ("limit", 1000.0),
                of(FLAT, CORES, 2000.0),
            ),
            experiment("io", "I/O-bound: wait 5 ms", WorkloadKind::Wait, ("wait_ms", 5.0), of(WAITING, WAITING, 190.0)),
        ],
        warnings: Vec::new(),
    }
}

/// The figure of some results.
pub(super) fn figure(
    title: &str,
    metric: Metric,
    panels: &[(&str, &str, Bound, &Results, Option<&Prediction>)],
) -> PlotSpec {
    let inputs: Vec<PlotInput<'_>> = panels
        .iter()
        .map(|&(experiment, title, bound, results, prediction)| PlotInput {
            experiment,
            title,
            bound,
            workload: None,
            results,
            prediction,
            reference: None,
        })
        .collect();
    specify(&inputs, PlotOptions { title, metric, axes: AxisChoice::Automatic, provenance: PROVENANCE, planned: None })
}

/// The figure of [`record`]: speedup in two panels.
pub(super) fn two_panels() -> PlotSpec {
    let record = record();
    let panels: Vec<_> = record
        .experiments
        .iter()
        .map(|it| (it.id.as_str(), it.title.as_str(), it.workload.bound(), &it.results, None))
        .collect();
    figure(&record.lesson_title, Metric::Speedup, &panels)
}
