//! The engine: windows whose workers run under one [`Gil`].

use std::sync::Arc;
use std::time::Instant;

use super::context::GilContext;
use super::footprint::Footprint;
use super::hold::{self, Holds};
use super::lock::Gil;
use crate::engine::cancel::CancelFlag;
use crate::engine::catalogue;
use crate::engine::window::{self, Setting};
use crate::engine::{Engine, MeasureError, Support, WindowOrder};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::timeline::Timeline;
use crate::model::window::Window;
use crate::model::workload::Workload;
use crate::workload::Workshop;
use crate::workload::stop::Interrupt;

/// The engine whose workers are threads of the operating system that take turns under a model of CPython's GIL.
#[derive(Debug)]
pub struct GilModel {
    key: SeriesKey,
    workshop: Arc<Workshop>,
    cores: usize,
    switch_interval_us: u32,
    footprint: Arc<Footprint>,
    last: Option<LastWindow>,
}

/// What [`GilModel::timeline`] needs of the last window.
#[derive(Debug)]
struct LastWindow {
    holds: Vec<Holds>,
    /// The number of the context that is the main thread's, where there is one.
    main: Option<usize>,
    from: Instant,
    to: Instant,
}

impl GilModel {
    /// An engine on a machine whose `cores` this process may use. `switch_interval_us` is what `sys.setswitchinterval` sets, in
    /// microseconds.
    pub fn new(workshop: Arc<Workshop>, cores: usize, switch_interval_us: u32) -> Self {
        let footprint = Arc::new(Footprint::new());
        Self { key: SeriesKey::of(EngineKind::GilModel), workshop, cores, switch_interval_us, footprint, last: None }
    }
}

impl Engine for GilModel {
    fn key(&self) -> &SeriesKey {
        &self.key
    }

    fn support(&self, workload: &Workload) -> Support {
        catalogue::support_in_this_process(self.key.engine, workload)
    }

    fn measure(&mut self, order: &WindowOrder<'_>, cancel: &CancelFlag) -> Result<Window, MeasureError> {
        self.last = None;
        let prepared = self.workshop.prepare(order.workload, order.threads);
        let prepared = prepared.map_err(|error| MeasureError::Failed(error.to_string()))?;
        let mut stop = prepared.stop_signal();
        let gil = Arc::new(Gil::new(self.switch_interval_us, stop.flag()));
        stop.also_tell(Arc::clone(&gil) as Arc<dyn Interrupt>);
        let setting = Setting { order, prepared: &prepared, stop: &stop, cores: self.cores, thread_name: "gil" };
        let measured = window::measure(
            &setting,
            |worker| GilContext::new(Arc::clone(&gil), worker, order.threads, Arc::clone(&self.footprint)),
            || u64::try_from(gil.switches()).ok(),
            cancel,
        )?;
        let holds = measured.contexts.into_iter().map(GilContext::into_holds).collect();
        // A batch's coordinator has the last context.
        let main = prepared.batch().is_some().then_some(order.threads.get());
        self.last = Some(LastWindow { holds, main, from: measured.from, to: measured.to });
        Ok(measured.window)
    }

    fn timeline(&mut self) -> Option<Timeline> {
        let last = self.last.as_ref()?;
        Some(Timeline { main: last.main, ..hold::timeline(&last.holds, last.from, last.to) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::units::ThreadCount;
    use crate::model::workload::WorkloadKind;

    fn measure(engine: &mut GilModel, workload: &Workload, threads: usize) -> Result<Window, MeasureError> {
        let order = WindowOrder {
            workload,
            threads: ThreadCount::clamped(threads),
            round: 0,
            warm_up: Duration::from_millis(2),
            // Long enough for every worker to have had a core, on a machine with much else to do.
            length: Duration::from_millis(100),
            run_began: Instant::now(),
        };
        engine.measure(&order, &CancelFlag::new())
    }

    fn engine(switch_interval_us: u32) -> GilModel {
        GilModel::new(Arc::new(Workshop::new()), usize::MAX, switch_interval_us)
    }

    #[test]
    fn every_workload_is_measured_and_has_a_timeline() {
        let mut engine = engine(200);
        for kind in WorkloadKind::ALL.into_iter().filter(|kind| EngineKind::GilModel.can_run(*kind)) {
            let workload = Workload::new(kind);
            assert_eq!(engine.support(&workload), Support::Available);
            let window = measure(&mut engine, &workload, 3).expect("it can be measured");
            assert!(window.gil_switches.is_some_and(|switches| switches > 0), "{kind:?}");
            let timeline = engine.timeline().expect("the model knows");
            // The main thread that starts the others holds it too.
            let starts_threads = matches!(kind, WorkloadKind::StartJoin | WorkloadKind::Job);
            assert_eq!(timeline.threads.get(), if starts_threads { 4 } else { 3 });
            assert_eq!(timeline.main, starts_threads.then_some(3), "{kind:?}");
            assert!(!timeline.slices.is_empty());
            for pair in timeline.slices.windows(2) {
                assert!(pair[0].to_ns <= pair[1].from_ns, "{kind:?}: two held it at once: {pair:?}");
            }
        }
    }

    #[test]
    fn computing_workers_never_run_at_the_same_time() {
        // The holds are what the clock saw, so this holds however busy the machine is.
        let mut engine = engine(1000);
        let window = measure(&mut engine, &Workload::new(WorkloadKind::CountPrimes), 4).expect("it can be measured");
        let held: u64 = engine.timeline().expect("the model knows").slices.iter().map(|s| s.to_ns - s.from_ns).sum();
        assert!(Duration::from_nanos(held).as_secs_f64() <= window.wall_s, "held {held} ns of {} s", window.wall_s);
    }

    #[test]
    fn a_single_worker_never_switches() {
        let mut engine = engine(5000);
        let window = measure(&mut engine, &Workload::new(WorkloadKind::CountPrimes), 1).expect("it can be measured");
        // Taking it for the first time counts as one, and may come after the first snapshot.
        assert!(window.gil_switches.is_some_and(|switches| switches <= 1), "{window:?}");
        let timeline = engine.timeline().expect("the model knows");
        assert_eq!(timeline.slices.len(), 1, "one hold for the whole window: {timeline:?}");
    }

    #[test]
    fn a_cancelled_window_leaves_no_timeline() {
        let mut engine = engine(5000);
        let workload = Workload::new(WorkloadKind::Wait).with("wait_ms", 1000.0).expect("in range");
        let cancel = CancelFlag::new();
        cancel.raise();
        let order = WindowOrder {
            workload: &workload,
            threads: ThreadCount::clamped(4),
            round: 0,
            warm_up: Duration::from_hours(1),
            length: Duration::from_hours(1),
            run_began: Instant::now(),
        };
        assert_eq!(engine.measure(&order, &cancel), Err(MeasureError::Cancelled));
        assert_eq!(engine.timeline(), None);
    }
}
