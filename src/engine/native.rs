//! Threads of the operating system without a GIL: what this machine can do.

use std::sync::Arc;

use super::cancel::CancelFlag;
use super::catalogue;
use super::window::{self, Setting};
use super::{Engine, MeasureError, Support, WindowOrder};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::window::Window;
use crate::model::workload::Workload;
use crate::workload::{NoGil, Workshop};

/// The engine whose workers are plain threads. It also measures the ceiling.
#[derive(Debug)]
pub struct NativeEngine {
    key: SeriesKey,
    workshop: Arc<Workshop>,
    cores: usize,
}

impl NativeEngine {
    /// An engine on a machine whose `cores` this process may use.
    pub fn new(workshop: Arc<Workshop>, cores: usize) -> Self {
        Self { key: SeriesKey::of(EngineKind::Native), workshop, cores }
    }
}

impl Engine for NativeEngine {
    fn key(&self) -> &SeriesKey {
        &self.key
    }

    fn support(&self, workload: &Workload) -> Support {
        catalogue::support_in_this_process(self.key.engine, workload)
    }

    fn measure(&mut self, order: &WindowOrder<'_>, cancel: &CancelFlag) -> Result<Window, MeasureError> {
        let prepared = self.workshop.prepare(order.workload, order.threads);
        let prepared = prepared.map_err(|error| MeasureError::Failed(error.to_string()))?;
        let stop = prepared.stop_signal();
        let setting = Setting { order, prepared: &prepared, stop: &stop, cores: self.cores, thread_name: "native" };
        let measured = window::measure(&setting, |_| NoGil, || None, cancel)?;
        Ok(measured.window)
    }
}
