//! Fixed results for pictures, tests and benches of the window: always the same, and never shown to a reader as measured.

use std::sync::Arc;

use crate::model::plot::{
    Axis, AxisChoice, AxisScale, CurveRole, CurveShape, Metric, Panel, PlotCurve, PlotInput, PlotOptions, PlotPoint,
    PlotSpec, specify,
};
use crate::model::prediction::Prediction;
use crate::model::results::{Curve, Results};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::timeline::{Slice, Timeline};
use crate::model::units::ThreadCount;
use crate::model::window::Window;
use crate::model::workload::Bound;

/// Rounds of every sample.
pub const ROUNDS: u32 = 9;

/// Results as a machine with `cores` cores gives them, at every count of `threads`.
pub fn results(bound: Bound, cores: f64, threads: &[usize]) -> Results {
    let engines = [EngineKind::Native, EngineKind::GilModel];
    let keys = engines.map(SeriesKey::of);
    let mut results = Results::new(&keys);
    for round in 0..ROUNDS {
        for &count in threads {
            let count = ThreadCount::clamped(count);
            for key in &keys {
                results.add(&Curve::Series(key.clone()), window(bound, key.engine, cores, count, round));
            }
            results.add(&Curve::Ceiling, window(Bound::Cpu, EngineKind::Native, cores, count, round));
        }
    }
    results
}

/// What a learner might have expected.
pub fn prediction(threads: &[usize]) -> Prediction {
    let points = threads.iter().map(|&count| ThreadCount::clamped(count));
    Prediction { points: points.map(|count| (count, 1.0 + 0.6 * (count.as_f64() - 1.0))).collect() }
}

/// The figure of CPU-bound beside I/O-bound work.
pub fn figure(metric: Metric, axes: AxisChoice, threads: &[usize]) -> Arc<PlotSpec> {
    let cpu = results(Bound::Cpu, 4.0, threads);
    let waiting = results(Bound::Waiting, 4.0, threads);
    let prediction = prediction(threads);
    let input = |experiment, title, bound, results, prediction| PlotInput {
        experiment,
        title,
        bound,
        workload: None,
        results,
        prediction,
        reference: None,
    };
    let inputs = [
        input("cpu", "CPU-bound: count primes", Bound::Cpu, &cpu, Some(&prediction)),
        input("io", "I/O-bound: wait 5 ms", Bound::Waiting, &waiting, None),
    ];
    let options = PlotOptions {
        title: "CPU-bound beside I/O-bound",
        metric,
        axes,
        provenance: "Fixed sample, not a measurement",
        planned: None,
    };
    Arc::new(specify(&inputs, options))
}

/// One panel with one curve of `points` points.
pub fn long_curve(points: u32) -> Arc<PlotSpec> {
    let y = |index: u32| 50.0 + 40.0 * (f64::from(index) / 997.0).sin() * (f64::from(index) / 13.0).cos();
    let curve = PlotCurve {
        name: "GIL model".to_owned(),
        role: CurveRole::Measured { engine: EngineKind::GilModel, variant: 0 },
        shape: CurveShape::Line,
        points: (1..=points)
            .map(|index| PlotPoint {
                x: f64::from(index),
                y: y(index),
                interval: Some((y(index) - 2.0, y(index) + 2.0)),
                rounds: Some(ROUNDS),
                lost: None,
            })
            .collect(),
    };
    Arc::new(PlotSpec {
        title: "Many points".to_owned(),
        metric: Metric::Throughput,
        metrics: Metric::ALL.to_vec(),
        panels: vec![Panel {
            experiment: "many".to_owned(),
            title: "Many points".to_owned(),
            x: Axis::of_thread_counts(1.0, f64::from(points), AxisScale::Linear),
            y: Axis::of_values("units per second", 0.0, 100.0, AxisScale::Linear),
            curves: vec![curve],
        }],
        table: None,
        provenance: String::new(),
    })
}

/// A timeline of `slices` slices of about 5 ms among four workers.
pub fn timeline(slices: u64) -> Timeline {
    let slice = |index: u64| {
        let jitter = |index: u64| (index * 7919) % 400_000;
        let worker = usize::try_from((index * 5 + index / 7) % 4).unwrap_or(0);
        Slice {
            worker,
            from_ns: index * 5_000_000 + jitter(index),
            to_ns: (index + 1) * 5_000_000 + jitter(index + 1) - 40_000,
        }
    };
    Timeline { threads: ThreadCount::clamped(4), main: None, slices: (0..slices).map(slice).collect() }
}

fn window(bound: Bound, engine: EngineKind, cores: f64, threads: ThreadCount, round: u32) -> Window {
    let count = threads.as_f64();
    let parallel = count.min(cores) / (1.0 + 0.004 * (count - 1.0));
    let (single, speedup, cpu_per_unit) = match (bound, engine) {
        (Bound::Waiting, EngineKind::GilModel) => (193.0, count / (1.0 + 0.004 * (count - 1.0)), 0.000_06),
        (Bound::Waiting, _) => (196.0, count, 0.000_02),
        (_, EngineKind::GilModel) => (10_200.0, 1.0 / (1.0 + 0.012 * (count - 1.0)), 1.0 / 10_200.0),
        _ => (10_400.0, parallel, 1.0 / 10_400.0),
    };
    // A little noise, the same every time.
    let noise = 1.0 + 0.02 * ((f64::from(round) * 1.7 + count * 0.9).sin()) * (0.4 + count / 8.0).min(2.5);
    let wall_s = 0.2;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count far below 2^52, above 0")]
    let units = (single * speedup * noise * wall_s).round().max(1.0) as u64;
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let workers_cpu_s = Some(units as f64 * cpu_per_unit);
    Window {
        threads,
        round,
        started_s: f64::from(round) * 3.0,
        wall_s,
        units,
        workers_cpu_s,
        observer_cpu_s: Some(0.0),
        server_cpu_s: None,
        run_delay_s: Some(0.0),
        latency_ms: (bound == Bound::Waiting).then_some(5.1),
        gil_switches: (engine == EngineKind::GilModel).then_some(40),
        lost: None,
        latency_quantiles_ms: None,
        deadlocks: None,
        disturbance: None,
    }
}
