//! What the window needs of the machine and its engines; tests put a scripted one in its place.

use super::interpreter_search::{InterpreterSource, NoPythons, PythonsOfThisMachine};
use crate::engine::handle::{RunHandle, StartError};
use crate::engine::quiet::Audience;
use crate::engine::{Support, catalogue, machine};
use crate::model::machine::Machine;
use crate::model::plan::RunRequest;
use crate::model::series::SeriesKey;
use crate::model::workload::Workload;

/// Where experiments are run.
pub trait Laboratory {
    /// The machine, read once when the window opens.
    fn machine(&self) -> Machine;

    /// Whether a series can be measured here.
    fn support(&self, key: &SeriesKey, workload: &Workload) -> Support;

    /// What finds the Pythons of the machine; none where it is not told otherwise.
    fn interpreters(&self) -> Box<dyn InterpreterSource> {
        Box::new(NoPythons)
    }

    /// Starts a run.
    ///
    /// # Errors
    /// When the engines cannot be prepared or the run cannot be started.
    fn start(&self, request: RunRequest, audience: Box<dyn Audience>) -> Result<RunHandle, LaboratoryError>;
}

/// Why a run did not start. Fits "failed to start the run: {error}".
#[derive(Debug, thiserror::Error)]
pub enum LaboratoryError {
    /// The engines cannot be prepared.
    #[error(transparent)]
    Catalogue(#[from] catalogue::CatalogueError),
    /// The run cannot be started.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// This machine with its real engines.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThisMachine;

impl Laboratory for ThisMachine {
    fn machine(&self) -> Machine {
        machine::read()
    }

    fn support(&self, key: &SeriesKey, workload: &Workload) -> Support {
        catalogue::support(key, workload)
    }

    fn interpreters(&self) -> Box<dyn InterpreterSource> {
        Box::<PythonsOfThisMachine>::default()
    }

    fn start(&self, request: RunRequest, audience: Box<dyn Audience>) -> Result<RunHandle, LaboratoryError> {
        let engines = catalogue::engines(&request)?;
        Ok(RunHandle::start(request, engines, audience)?)
    }
}
