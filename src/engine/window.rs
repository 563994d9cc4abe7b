//! One window with threads of this process: the protocol of MEASURING.md, shared by every engine that has such threads.
//!
//! The workers wait at the start line, run through the warm-up, and are counted between two snapshots. Engines differ
//! only in the [`Context`] that each worker runs its units in, for which the compiler makes one copy of this code each.
//!
//! `batch` is another way, for work that starts its own threads. `crew` is what workers do, `snapshot` what is read at
//! both ends, `latency` how long units took.

use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use super::cancel::CancelFlag;
use super::handle::panic_message;
use super::{MeasureError, WindowOrder};
use crate::model::statistics;
use crate::model::units::ThreadCount;
use crate::model::window::Window;
use crate::workload::{Context, Prepared, StopSignal};
use crew::{Crew, Member};
use snapshot::Snapshot;

mod batch;
mod crew;
pub(super) mod latency;
mod snapshot;

/// CPU time over wall time may exceed the cores by this much, for the time that a snapshot itself takes.
const CLOCK_TOLERANCE: f64 = 1.02;

/// Everything a window needs beside its workers' contexts.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// What to measure.
    pub order: &'a WindowOrder<'a>,
    /// The workload, ready.
    pub prepared: &'a Prepared,
    /// What ends this window, and no other.
    pub stop: &'a StopSignal,
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
    switches: impl Fn() -> Option<u64> + Sync,
    cancel: &CancelFlag,
) -> Result<Measured<C>, MeasureError> {
    if let Some(batch) = setting.prepared.batch() {
        return batch::measure(setting, batch, context, switches, cancel);
    }
    let threads = setting.order.threads.get();
    let crew = Crew::new(setting, threads);
    let _link = cancel.link(&setting.stop.flag());
    let mut members = Vec::with_capacity(threads);
    for number in 0..threads {
        if cancel.is_raised() {
            return Err(MeasureError::Cancelled);
        }
        let unit = setting.prepared.unit(number).map_err(|error| MeasureError::Failed(error.to_string()))?;
        members.push(Member { number, unit, context: context(number), latencies: crew.latencies() });
    }
    // Made before the workers start, filled without allocating.
    let mut snapshots = [Snapshot::of(threads), Snapshot::of(threads)];
    let (timed, ended) = thread::scope(|scope| {
        let workers = match crew.start(scope, members, setting.thread_name, cancel) {
            Ok(workers) => workers,
            Err(error) => return (Err(error), Vec::new()),
        };
        let timed = crew.time(setting, &mut snapshots, &switches, cancel);
        setting.stop.raise();
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
    let run_for = second.at.saturating_duration_since(released);
    let latency = latency::typical(&latencies, run_for);
    let in_ms = |quantiles: [f64; 7]| quantiles.map(|seconds| seconds * 1000.0);
    let quantiles = statistics::quantiles(&latencies).map(in_ms);
    let window = Window {
        lost: setting.prepared.lost_updates(),
        latency_quantiles_ms: quantiles.and_then(|quantiles| latency::known(quantiles, run_for)),
        deadlocks: setting.prepared.deadlocks(),
        ..first.window_until(second, setting.order, latency)
    };
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

/// The number of workers as engines print it.
pub(super) fn in_words(threads: ThreadCount) -> String {
    if threads == ThreadCount::ONE { "1 thread".to_owned() } else { format!("{threads} threads") }
}

#[cfg(test)]
mod tests;
