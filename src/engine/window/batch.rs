//! A window of work that starts its own threads: start-join and job.
//!
//! There are no workers whose counters could be read at any time. One coordinator does batch after batch, and both snapshots are
//! taken between two batches: the window holds whole batches, at least one, and lasts as long as they take. So nothing is counted
//! that was begun outside, and nothing that was begun inside is left out.

use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Measured, Setting, check_possible};
use crate::engine::cancel::CancelFlag;
use crate::engine::handle::panic_message;
use crate::engine::{MeasureError, cpu_clock};
use crate::model::window::Window;
use crate::workload::batch::Batch;
use crate::workload::{Context, UnitEnd};

/// How often it is looked whether the run was stopped, while the coordinator works.
const LOOK: Duration = Duration::from_millis(20);

/// As [`super::measure`], for work that starts its own threads. The threads have the first contexts, the coordinator has the last.
pub(super) fn measure<C: Context + Send>(
    setting: &Setting<'_>,
    batch: Batch,
    context: impl Fn(usize) -> C,
    switches: impl Fn() -> Option<u64> + Sync,
    cancel: &CancelFlag,
) -> Result<Measured<C>, MeasureError> {
    let _link = cancel.link(&setting.stop.flag());
    let threads = setting.order.threads.get();
    let mut coordinator =
        Coordinator { batch, context: context(threads), workers: (0..threads).map(context).collect() };
    let (done, ended) = sync_channel::<()>(0);
    let timed = thread::scope(|scope| {
        let builder = thread::Builder::new().name(format!("{}-main", setting.thread_name));
        let (coordinator, switches) = (&mut coordinator, &switches);
        let thread = builder.spawn_scoped(scope, move || {
            // Dropped at the end, also by a panic: that is the signal.
            let _done = done;
            coordinator.work(setting, switches)
        });
        let thread = thread.map_err(|error| MeasureError::Failed(format!("failed to start a thread: {error}")))?;
        while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            if cancel.is_raised() {
                // Wakes those who wait for the GIL.
                setting.stop.raise();
            }
        }
        thread.join().map_err(|panic| MeasureError::Failed(format!("a worker panicked: {}", panic_message(&*panic))))?
    });
    if cancel.is_raised() {
        return Err(MeasureError::Cancelled);
    }
    let (first, second, units) = timed?;
    let window = first.window_until(&second, units, setting);
    check_possible(&window, setting.cores)?;
    let contexts = coordinator.workers.into_iter().chain([coordinator.context]).collect();
    Ok(Measured { window, contexts, from: first.at, to: second.at })
}

/// What stands for the program's main thread.
struct Coordinator<C> {
    batch: Batch,
    context: C,
    workers: Vec<C>,
}

impl<C: Context + Send> Coordinator<C> {
    fn work(
        &mut self,
        setting: &Setting<'_>,
        switches: &impl Fn() -> Option<u64>,
    ) -> Result<(Edge, Edge, u64), MeasureError> {
        self.context.enter();
        let result = self.count(setting, switches);
        self.context.leave();
        result
    }

    fn count(
        &mut self,
        setting: &Setting<'_>,
        switches: &impl Fn() -> Option<u64>,
    ) -> Result<(Edge, Edge, u64), MeasureError> {
        let order = setting.order;
        let warm_up = self.batch.for_warm_up(order.warm_up);
        let began = Instant::now();
        while began.elapsed() < order.warm_up {
            self.run(warm_up, setting)?;
        }
        let first = Edge::now(switches);
        let mut units = 0;
        while units == 0 || first.at.elapsed() < order.length {
            self.run(self.batch, setting)?;
            units += self.batch.units(self.workers.len());
        }
        Ok((first, Edge::closing(switches), units))
    }

    fn run(&mut self, batch: Batch, setting: &Setting<'_>) -> Result<(), MeasureError> {
        match batch.run(&mut self.context, &mut self.workers, setting.stop, setting.thread_name) {
            UnitEnd::Done => Ok(()),
            UnitEnd::Interrupted => Err(MeasureError::Cancelled),
            UnitEnd::Failed(error) => Err(MeasureError::Failed(error.to_string())),
        }
    }
}

/// What is read between two batches, when no thread of theirs is there.
struct Edge {
    at: Instant,
    process_cpu: Option<Duration>,
    /// CPU time of all threads but the coordinator's, by thread: theirs is the observer's.
    others: Option<BTreeMap<u64, Duration>>,
    switches: Option<u64>,
}

impl Edge {
    fn now(switches: &impl Fn() -> Option<u64>) -> Self {
        let others = cpu_clock::of_other_threads();
        let (process_cpu, switches) = (cpu_clock::of_process(), switches());
        Self { others, process_cpu, switches, at: Instant::now() }
    }

    /// The same at the end: what takes time is read last, outside the window.
    fn closing(switches: &impl Fn() -> Option<u64>) -> Self {
        let at = Instant::now();
        let (process_cpu, switches) = (cpu_clock::of_process(), switches());
        Self { at, process_cpu, switches, others: cpu_clock::of_other_threads() }
    }

    fn window_until(&self, later: &Self, units: u64, setting: &Setting<'_>) -> Window {
        let order = setting.order;
        let observer_cpu = self.others.as_ref().zip(later.others.as_ref()).map(|(before, after)| {
            // Only threads that were there before: the system may still list one of a batch that has been joined.
            let used = |(thread, cpu): (&u64, &Duration)| Some(cpu.saturating_sub(*before.get(thread)?));
            after.iter().filter_map(used).sum::<Duration>()
        });
        let process_cpu = self.process_cpu.zip(later.process_cpu).and_then(|(before, after)| after.checked_sub(before));
        // The threads have ended, and their clocks with them. What the process used and no thread that is still there: theirs, and
        // what it took to start and to join them.
        let workers_cpu = process_cpu.zip(observer_cpu).map(|(process, observer)| process.saturating_sub(observer));
        Window {
            threads: order.threads,
            round: order.round,
            started_s: self.at.saturating_duration_since(order.run_began).as_secs_f64(),
            wall_s: later.at.saturating_duration_since(self.at).as_secs_f64(),
            units,
            workers_cpu_s: workers_cpu.map(|time| time.as_secs_f64()),
            observer_cpu_s: observer_cpu.map(|time| time.as_secs_f64()),
            server_cpu_s: None,
            run_delay_s: None,
            latency_ms: None,
            gil_switches: self.switches.zip(later.switches).and_then(|(before, after)| after.checked_sub(before)),
            lost: None,
            latency_quantiles_ms: None,
            deadlocks: None,
            disturbance: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Setting, measure};
    use super::*;
    use crate::engine::fixture::order;
    use crate::model::workload::{Workload, WorkloadKind};
    use crate::workload::{NoGil, Workshop};

    fn measured(workload: &Workload, length: Duration, cancel: &CancelFlag) -> Result<Window, MeasureError> {
        let order = order(workload, 3, length);
        let prepared = Workshop::new().prepare(workload, order.threads).expect("it can be prepared");
        let stop = prepared.stop_signal();
        let setting = Setting { order: &order, prepared: &prepared, stop: &stop, cores: 1024, thread_name: "batch" };
        measure(&setting, |_| NoGil, || None, cancel).map(|measured| measured.window)
    }

    #[test]
    fn a_window_holds_whole_batches_however_short_it_is_ordered() {
        let start_join = Workload::new(WorkloadKind::StartJoin);
        let window = measured(&start_join, Duration::ZERO, &CancelFlag::new()).expect("nothing stops it");
        assert_eq!(window.units, 3);
        assert!(window.wall_s >= 0.001, "each sleeps for 1 ms: {window:?}");
        let longer = measured(&start_join, Duration::from_millis(20), &CancelFlag::new()).expect("nothing stops it");
        assert!(longer.units >= 6 && longer.units.is_multiple_of(3) && longer.wall_s >= 0.02, "{longer:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_cpu_time_of_threads_that_have_ended_is_known() {
        let job = Workload::new(WorkloadKind::Job).with("job_ms", 20.0).expect("in range");
        let window = measured(&job, Duration::ZERO, &CancelFlag::new()).expect("nothing stops it");
        assert_eq!(window.units, 1);
        // Half of what the job was set to, for a machine that has become faster since.
        assert!(window.workers_cpu_s >= Some(0.01), "{window:?}");
        assert!(window.observer_cpu_s.is_some(), "{window:?}");
    }

    #[test]
    fn stopping_ends_a_long_job() {
        let job = Workload::new(WorkloadKind::Job).with("job_ms", 10_000.0).expect("in range");
        let cancel = CancelFlag::new();
        thread::scope(|scope| {
            let window = scope.spawn(|| measured(&job, Duration::from_hours(1), &cancel));
            cancel.raise();
            assert_eq!(
                window.join().expect("it does not panic").map(|window| window.units),
                Err(MeasureError::Cancelled)
            );
        });
    }
}
