//! Which engines there are.

use std::sync::Arc;

use super::gil::GilModel;
use super::native::NativeEngine;
use super::{Engine, Support, machine};
use crate::model::plan::RunRequest;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::workload::Workload;
use crate::workload::Workshop;

/// Why there are no engines for a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not one of the series asked for can be measured on this machine.
    #[error("{0} cannot be measured on this machine; choose another engine")]
    NoneHere(String),
}

/// The engines for a request: one for each series that some experiment asks for, and native threads for the ceiling.
///
/// A series that no engine can run is left out here; the run then says so ([`crate::model::warning::Warning::SeriesFailed`])
/// and measures the others.
///
/// # Errors
/// When not one of the series can be measured here.
pub fn engines(request: &RunRequest) -> Result<Vec<Box<dyn Engine>>, CatalogueError> {
    let workshop = Arc::new(Workshop::new());
    let cores = machine::cores();
    let mut keys = vec![SeriesKey::of(EngineKind::Native)];
    keys.extend(request.experiments.iter().flat_map(|plan| plan.series.iter().cloned()));
    keys.sort_unstable();
    keys.dedup();
    let engines: Vec<_> = keys.into_iter().filter_map(|key| engine(&key, request, &workshop, cores)).collect();
    let mut asked = request.experiments.iter().flat_map(|plan| &plan.series).peekable();
    let Some(first) = asked.peek().map(|key| key.label()) else { return Ok(engines) };
    if asked.any(|key| engines.iter().any(|engine| engine.key() == key)) {
        Ok(engines)
    } else {
        Err(CatalogueError::NoneHere(first))
    }
}

fn engine(key: &SeriesKey, request: &RunRequest, workshop: &Arc<Workshop>, cores: usize) -> Option<Box<dyn Engine>> {
    match key.engine {
        EngineKind::Native => Some(Box::new(NativeEngine::new(Arc::clone(workshop), cores))),
        EngineKind::GilModel => Some(Box::new(GilModel::new(Arc::clone(workshop), cores, request.switch_interval_us))),
        EngineKind::PythonThreads
        | EngineKind::PythonProcesses
        | EngineKind::PythonInterpreters
        | EngineKind::PythonAsyncio => None,
    }
}

/// Every series that can be measured on this machine, in the order lists show them.
pub fn available() -> Vec<SeriesKey> {
    [EngineKind::Native, EngineKind::GilModel].map(SeriesKey::of).to_vec()
}

/// Whether a series can run a workload here and now, and if not, why and what to do about it.
pub fn support(key: &SeriesKey, _workload: &Workload) -> Support {
    match key.engine {
        EngineKind::Native | EngineKind::GilModel => Support::Available,
        EngineKind::PythonThreads
        | EngineKind::PythonProcesses
        | EngineKind::PythonInterpreters
        | EngineKind::PythonAsyncio => Support::Unavailable {
            reason: "this version of Threadlab does not drive Python interpreters yet".to_owned(),
            remedy: Some("use the GIL model, which takes turns as CPython's threads do".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan, RunId};
    use crate::model::stopping::Precision;
    use crate::model::units::ThreadCount;
    use crate::model::workload::WorkloadKind;

    fn request(kinds: &[EngineKind]) -> RunRequest {
        RunRequest {
            run_id: RunId(1),
            experiments: vec![ExperimentPlan {
                id: "x".to_owned(),
                workload: Workload::new(WorkloadKind::Wait),
                series: kinds.iter().copied().map(SeriesKey::of).collect(),
                threads: vec![ThreadCount::ONE],
            }],
            precision: Precision::Quick,
            seed: 1,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
        }
    }

    #[track_caller]
    fn check(asked: &[EngineKind], expected: &[EngineKind]) {
        let engines = engines(&request(asked)).expect("some can be measured");
        let kinds: Vec<EngineKind> = engines.iter().map(|engine| engine.key().engine).collect();
        assert_eq!(kinds, expected);
    }

    #[test]
    fn native_threads_are_always_there_for_the_ceiling() {
        check(&[EngineKind::GilModel], &[EngineKind::Native, EngineKind::GilModel]);
        check(&[EngineKind::Native, EngineKind::Native], &[EngineKind::Native]);
    }

    #[test]
    fn threads_of_this_process_run_every_workload() {
        for key in [EngineKind::Native, EngineKind::GilModel].map(SeriesKey::of) {
            assert!(available().contains(&key), "{key:?}");
            for kind in WorkloadKind::ALL {
                assert_eq!(support(&key, &Workload::new(kind)), Support::Available, "{key:?} {kind:?}");
            }
        }
    }
}
