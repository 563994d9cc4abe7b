//! Made-up windows, results and figures for tests.

use super::machine::Machine;
use super::results::{Curve, Results};
use super::series::{EngineKind, SeriesKey};
use super::units::ThreadCount;
use super::window::Window;
use super::workload::{Choice, Parameter};

/// A parameter that is a choice of two.
pub(crate) const CODE: Parameter = Parameter::choice(
    "code",
    "Code",
    &[Choice { id: "plain", label: "c += 1" }, Choice { id: "call", label: "a call in the middle" }],
    "What one increment is.",
);

/// A curve with its throughput at each thread count.
pub(crate) type MadeUpCurve<'a> = (Curve, &'a [(usize, f64)]);

/// A thread count that is known to be possible.
pub(crate) fn threads(count: usize) -> ThreadCount {
    ThreadCount::new(count).expect("a possible thread count")
}

/// The curve of an engine without interpreter.
pub(crate) fn curve(engine: EngineKind) -> Curve {
    Curve::Series(SeriesKey::of(engine))
}

/// A window with a throughput, and with CPU time of one core.
pub(crate) fn window(count: usize, round: u32, per_sec: f64) -> Window {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made-up rates are small")]
    // Units are whole, so that the length carries the fraction.
    let units = (per_sec * 1000.0).round() as u64;
    Window { units, wall_s: 1000.0, workers_cpu_s: Some(1000.0), ..unread_window(count, round) }
}

/// A window of one second without units, of which nothing else is known.
pub(crate) fn unread_window(count: usize, round: u32) -> Window {
    Window {
        threads: threads(count),
        round,
        started_s: f64::from(round),
        wall_s: 1.0,
        units: 0,
        workers_cpu_s: None,
        observer_cpu_s: None,
        server_cpu_s: None,
        run_delay_s: None,
        latency_ms: None,
        gil_switches: None,
        lost: None,
        latency_quantiles_ms: None,
        deadlocks: None,
        disturbance: None,
    }
}

/// Results of some rounds; round r is `spread` × (r mod 3 − 1) away from the throughput given, a share of it, at every
/// count but one thread, so that ratios spread too.
pub(crate) fn results(curves: &[MadeUpCurve<'_>], rounds: u32, spread: f64) -> Results {
    let keys: Vec<SeriesKey> = curves
        .iter()
        .filter_map(|(curve, _)| match curve {
            Curve::Series(key) => Some(key.clone()),
            Curve::Ceiling => None,
        })
        .collect();
    let mut results = Results::new(&keys);
    for round in 0..rounds {
        for (curve, points) in curves {
            for &(count, per_sec) in *points {
                let away = if count == 1 { 0.0 } else { spread * (f64::from(round % 3) - 1.0) };
                results.add(curve, window(count, round, per_sec * (1.0 + away)));
            }
        }
    }
    results
}

/// A machine with some cores and no quota.
pub(crate) fn machine(cores: usize) -> Machine {
    Machine {
        cores,
        quota_cores: None,
        quota_unknown: false,
        cpu_model: None,
        os: None,
        architecture: "x86_64".to_owned(),
        memory_bytes: None,
    }
}
