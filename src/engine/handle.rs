//! Starting a run, listening to it, and stopping it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, bounded};

use super::Engine;
use super::cancel::CancelFlag;
use super::machine;
use super::message::{Event, Outcome};
use super::noise::SystemMonitor;
use super::outbox::{CHANNEL_CAPACITY, Outbox};
use super::quiet::{Audience, Gate};
use super::sweep::{Surroundings, Sweep, WallClock};
use crate::model::plan::{RunId, RunRequest};

/// A run in progress, on a thread of its own. Dropping it stops the run and waits until every worker has ended.
///
/// Events come in the order that [`super::message`] documents. A slow reader never makes the measuring wait, and a reader
/// that is dropped loses only its own events.
#[derive(Debug)]
pub struct RunHandle {
    run_id: RunId,
    events: Option<Receiver<Event>>,
    cancel: CancelFlag,
    abandoned: CancelFlag,
    thread: Option<JoinHandle<()>>,
}

/// Why a run could not be started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The request holds no experiment.
    #[error("there is no experiment to run")]
    NoExperiment,
    /// An experiment asks for no engine.
    #[error("experiment `{0}` names no engine to run on")]
    NoSeries(String),
    /// An experiment asks for no thread count.
    #[error("experiment `{0}` names no thread count")]
    NoThreads(String),
    /// The operating system gave no thread.
    #[error("failed to start the thread that measures: {0}")]
    Thread(String),
}

impl RunHandle {
    /// Starts a run on this machine.
    ///
    /// # Errors
    /// When the request is empty, or the operating system gives no thread.
    pub fn start(
        request: RunRequest,
        engines: Vec<Box<dyn Engine>>,
        audience: Box<dyn Audience>,
    ) -> Result<Self, StartError> {
        let clock = Box::new(WallClock::start());
        let machine = machine::read();
        let monitor = Box::new(SystemMonitor::new(machine.clone()));
        let surroundings = Surroundings { clock, machine, monitor };
        Self::start_in(request, engines, audience, surroundings)
    }

    /// Starts a run in surroundings of the caller's choice: scripted ones, such as those of [`super::mock`].
    ///
    /// # Errors
    /// When the request is empty, or the operating system gives no thread.
    pub fn start_in(
        request: RunRequest,
        engines: Vec<Box<dyn Engine>>,
        audience: Box<dyn Audience>,
        surroundings: Surroundings,
    ) -> Result<Self, StartError> {
        check(&request)?;
        let run_id = request.run_id;
        let (sender, events) = bounded(CHANNEL_CAPACITY);
        let (cancel, abandoned) = (CancelFlag::new(), CancelFlag::new());
        let outbox = Outbox::new(run_id, sender, abandoned.clone());
        let sweep = Sweep::new(request, engines, surroundings, Gate::new(audience), outbox, cancel.clone());
        let thread = std::thread::Builder::new()
            .name("sweep".to_owned())
            .spawn(move || run(sweep))
            .map_err(|error| StartError::Thread(error.to_string()))?;
        Ok(Self { run_id, events: Some(events), cancel, abandoned, thread: Some(thread) })
    }

    /// What the run says, in order. Ends (disconnects) after `Finished`.
    #[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "only `drop` takes the receiver out")]
    pub fn events(&self) -> &Receiver<Event> {
        self.events.as_ref().expect("the receiver lives until the handle is dropped")
    }

    /// Asks the run to stop, and returns at once; `Finished(Cancelled)` follows when every worker has ended.
    pub fn cancel(&self) {
        self.cancel.raise();
    }

    /// A flag that stops this run, for a signal handler or another thread.
    pub fn cancel_flag(&self) -> CancelFlag {
        self.cancel.clone()
    }

    /// Which run it is.
    pub fn run_id(&self) -> RunId {
        self.run_id
    }

    /// Whether its thread has ended. Events may still wait in the channel.
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for RunHandle {
    fn drop(&mut self) {
        self.cancel.raise();
        self.abandoned.raise();
        // Before joining: the sweep may be waiting for room in the channel.
        self.events = None;
        if let Some(thread) = self.thread.take() {
            // It catches its own panics, so there is nothing to hear here.
            let _ = thread.join();
        }
    }
}

fn check(request: &RunRequest) -> Result<(), StartError> {
    if request.experiments.is_empty() {
        return Err(StartError::NoExperiment);
    }
    for plan in &request.experiments {
        if plan.series.is_empty() {
            return Err(StartError::NoSeries(plan.id.clone()));
        }
        if plan.threads.is_empty() {
            return Err(StartError::NoThreads(plan.id.clone()));
        }
    }
    Ok(())
}

fn run(mut sweep: Sweep) {
    // A fault in the sweep or an engine ends this run and not the program; the sweep is only used to say so.
    let outcome = catch_unwind(AssertUnwindSafe(|| sweep.run()))
        .unwrap_or_else(|panic| Outcome::Failed(format!("a fault in Threadlab: {}", panic_message(&*panic))));
    sweep.finish(outcome);
}

/// What a panic says.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it gave no reason".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::catalogue;
    use crate::engine::message::EventKind;
    use crate::engine::quiet::NoAudience;
    use crate::model::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan};
    use crate::model::series::{EngineKind, SeriesKey};
    use crate::model::stopping::Precision;
    use crate::model::units::ThreadCount;
    use crate::model::workload::{Workload, WorkloadKind};

    /// A run of real engines that would take minutes.
    fn start() -> RunHandle {
        let experiment = |kind: WorkloadKind, parameter| ExperimentPlan {
            id: kind.id().to_owned(),
            workload: Workload::new(kind).with(parameter, 1000.0).expect("it is in range"),
            series: [EngineKind::Native, EngineKind::GilModel].map(SeriesKey::of).to_vec(),
            threads: [1, 2, 16].map(ThreadCount::clamped).to_vec(),
        };
        let request = RunRequest {
            run_id: RunId(11),
            experiments: vec![
                experiment(WorkloadKind::CountPrimes, "limit"),
                experiment(WorkloadKind::Wait, "wait_ms"),
                experiment(WorkloadKind::Socket, "delay_ms"),
            ],
            precision: Precision::Thorough,
            seed: 3,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
        };
        let engines = catalogue::engines(&request).expect("both are here");
        RunHandle::start(request, engines, Box::new(NoAudience)).expect("it starts")
    }

    #[test]
    fn a_real_run_is_cancelled_after_its_first_sample_and_keeps_it() {
        let run = start();
        assert_eq!(run.run_id(), RunId(11));
        let mut events = Vec::new();
        for event in run.events() {
            assert_eq!(event.run_id, RunId(11));
            if matches!(event.kind, EventKind::SampleMeasured { .. }) {
                run.cancel();
            }
            events.push(event);
        }
        assert_eq!(events.first().map(|event| &event.kind), Some(&EventKind::Started));
        assert_eq!(events.last().map(|event| &event.kind), Some(&EventKind::Finished(Outcome::Cancelled)));
        assert!(events.iter().any(|event| matches!(event.kind, EventKind::SampleMeasured { .. })));
        assert!(events.is_sorted_by_key(|event| event.elapsed));
    }

    #[test]
    fn a_real_run_ends_when_its_handle_is_dropped() {
        let run = start();
        let events = run.events().clone();
        drop(run);
        // The sender is gone, and with it the thread that owned it.
        let sent = events.iter().count();
        assert!(sent <= CHANNEL_CAPACITY && events.recv().is_err(), "{sent}");
    }
}
