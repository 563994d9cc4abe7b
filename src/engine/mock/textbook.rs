//! What the textbook says of each workload, for scripted engines on a made-up machine of four cores.

use crate::engine::schedule;
use crate::model::series::EngineKind;
use crate::model::units::ThreadCount;
use crate::model::workload::{Bound, Workload, WorkloadKind};

/// Units per second of `workload` on `threads` threads of an engine of the kind.
pub(super) fn throughput(kind: EngineKind, workload: &Workload, threads: ThreadCount) -> f64 {
    const CORES: f64 = 4.0;
    let threads = threads.as_f64();
    let held = matches!(kind, EngineKind::GilModel | EngineKind::PythonThreads | EngineKind::PythonAsyncio);
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
            let start_ms = if kind == EngineKind::PythonProcesses { 20.0 } else { 0.1 };
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
            let share = workload.cpu_share();
            1.0 / unit_s * threads.min(cores / share)
        }
    }
}

/// Whether the unit's computing is done by a library that gives the GIL back: hashlib does so from 2048 bytes on.
fn releases_the_gil(workload: &Workload) -> bool {
    match workload.kind() {
        WorkloadKind::Sha256 => workload.value("buffer_kib") >= 2.0,
        WorkloadKind::Zlib | WorkloadKind::Numpy => true,
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
