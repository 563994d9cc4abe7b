//! What the textbook says of each workload, for scripted engines on a made-up machine of four cores.

use crate::engine::schedule;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::units::ThreadCount;
use crate::model::workload::{Bound, Workload, WorkloadKind};

/// Units per second of `workload` on `threads` threads of a series.
pub(super) fn throughput(key: &SeriesKey, workload: &Workload, threads: ThreadCount) -> f64 {
    const CORES: f64 = 4.0;
    let threads = threads.as_f64();
    let held = shares_a_gil(key);
    let cores = if held && !releases_the_gil(workload) { 1.0 } else { CORES.min(most_at_once(workload)) };
    // Joined before the next is started, threads take turns.
    let one_by_one = workload.kind() == WorkloadKind::StartJoin && workload.word("join") == "inside";
    let slots = if workload.kind() == WorkloadKind::Semaphore { workload.value("slots") } else { f64::INFINITY };
    let threads = if one_by_one { 1.0 } else { threads.min(slots) };
    match workload.bound() {
        _ if workload.kind() == WorkloadKind::Sleeper => {
            // Who wakes beside others that compute waits for the GIL, a switch interval of 5 ms for each of them at most.
            let turn_ms = if held { 5.0 * (threads - 1.0) } else { 0.0 };
            1000.0 / (workload.value("sleep_ms") + 0.1 + turn_ms)
        }
        _ if workload.kind() == WorkloadKind::Job => {
            // A worker is started for each part of each job: a process costs far more than a thread.
            let start_ms = if key.engine == EngineKind::PythonProcesses { 20.0 } else { 0.1 };
            let payload_ms = workload.value("payload_kib") / 1000.0;
            1000.0 / (workload.value("job_ms") / threads.min(cores) + threads * (start_ms + payload_ms))
        }
        _ if workload.kind() == WorkloadKind::Code => 5000.0 * threads.min(cores),
        Bound::Cpu => 50_000.0 * threads.min(cores),
        Bound::Waiting => {
            let is_time = |(name, value): (&str, f64)| name.ends_with("_ms").then_some(value);
            threads * 1000.0 / (workload.values().filter_map(is_time).sum::<f64>() + 0.1)
        }
        Bound::Mixed => {
            let unit_s = schedule::nominal_unit(workload).unwrap_or_default().as_secs_f64().max(1e-6);
            let share = workload.cpu_share().unwrap_or(1.0);
            1.0 / unit_s * threads.min(cores / share)
        }
    }
}

/// Whether the threads of a series hand one GIL to one another.
fn shares_a_gil(key: &SeriesKey) -> bool {
    match key.engine {
        EngineKind::GilModel | EngineKind::PythonAsyncio => true,
        EngineKind::PythonThreads => has_gil(key),
        EngineKind::Native | EngineKind::PythonProcesses | EngineKind::PythonInterpreters => false,
    }
}

fn has_gil(key: &SeriesKey) -> bool {
    key.interpreter.as_ref().is_none_or(|python| python.has_gil() != Some(false))
}

/// The share of its updates that a series loses, where `workload` counts them: what was seen of CPython 3.11 and 3.13
/// free-threaded with two and with eight threads, and the mean of both with four.
pub(super) fn lost_share(key: &SeriesKey, workload: &Workload, threads: ThreadCount) -> Option<f64> {
    if workload.kind() != WorkloadKind::LostUpdates {
        return None;
    }
    let (two, eight) = match (workload.word("code"), shares_a_gil(key)) {
        // From 3.10 on nothing hands on the GIL between the load and the store.
        ("lock", _) | ("plain", true) => (0.0, 0.0),
        ("plain", false) => (0.20, 0.60),
        ("call", true) => (0.35, 0.61),
        ("call", false) => (0.37, 0.63),
        // Who hands it on each time loses all but one of each round.
        (_, true) => return Some(1.0 - 1.0 / threads.as_f64()),
        (_, false) => (0.48, 0.84),
    };
    let doublings = threads.as_f64().log2().min(3.0);
    Some(if doublings < 1.0 { 0.0 } else { two + (eight - two) * (doublings - 1.0) / 2.0 })
}

/// Whether the unit's computing is done by a library that gives the GIL back: hashlib does so from 2048 bytes on, and so does own
/// code that only compresses, as a bundled lesson's.
fn releases_the_gil(workload: &Workload) -> bool {
    match workload.kind() {
        WorkloadKind::Sha256 => workload.value("buffer_kib") >= 2.0,
        WorkloadKind::Zlib | WorkloadKind::Numpy => true,
        WorkloadKind::Code => workload.code().is_some_and(|code| code.contains("zlib")),
        _ => false,
    }
}

/// How many units can be worked on at once whatever the machine, where they share a lock or a cache line.
fn most_at_once(workload: &Workload) -> f64 {
    match workload.kind() {
        WorkloadKind::Counter if matches!(workload.word("how"), "one-lock" | "atomic") => 1.0,
        WorkloadKind::Critical => 1.0 / workload.value("lock_share").max(1e-9),
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::series::Interpreter;

    fn threads(version: &str, gil: bool) -> SeriesKey {
        let interpreter = Interpreter {
            path: format!("/opt/{version}/bin/python3"),
            version: version.to_owned(),
            free_threaded: !gil,
            gil_enabled: Some(gil),
            gil_forced_off: false,
        };
        SeriesKey::in_interpreter(EngineKind::PythonThreads, interpreter)
    }

    #[test]
    fn computing_scales_where_the_gil_is_off() {
        let primes = Workload::new(WorkloadKind::CountPrimes);
        let gain = |key: &SeriesKey| {
            throughput(key, &primes, ThreadCount::clamped(4)) / throughput(key, &primes, ThreadCount::ONE)
        };
        assert!((gain(&threads("3.11.7", true)) - 1.0).abs() < 1e-9);
        assert!((gain(&threads("3.14.0", false)) - 4.0).abs() < 1e-9);
    }

    #[test]
    fn updates_get_lost_as_they_do_in_cpython() {
        let lost = |code: &str, gil: bool, count: usize| {
            let code = crate::model::workload::ParameterValue::Word(code.to_owned());
            let workload = Workload::new(WorkloadKind::LostUpdates).with_written("code", &code).expect("a choice");
            lost_share(&threads("3.12.1", gil), &workload, ThreadCount::clamped(count)).expect("it counts them")
        };
        for gil in [true, false] {
            assert_eq!((lost("lock", gil, 8).to_bits(), lost("call", gil, 1).to_bits()), (0, 0));
            assert!((0.3..0.4).contains(&lost("call", gil, 2)) && lost("call", gil, 8) > 0.6);
        }
        assert_eq!(lost("plain", true, 8).to_bits(), 0);
        assert!(lost("plain", false, 2) > 0.1 && lost("plain", false, 4) < lost("plain", false, 8));
        assert!((lost("sleep", true, 8) - 0.875).abs() < 1e-9);
        let primes = Workload::new(WorkloadKind::CountPrimes);
        assert_eq!(lost_share(&threads("3.12.1", true), &primes, ThreadCount::ONE), None);
    }
}
