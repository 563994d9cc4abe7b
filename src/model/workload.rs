//! What one unit of work is: the kinds of workload, their parameters, and the values set for them.
//!
//! This is the description only; `crate::workload` runs it.

use std::collections::BTreeMap;
use std::sync::Arc;

mod kind;
mod parameter;
mod table;
mod work;

pub use kind::{Bound, WorkloadKind};
use parameter::listed;
pub use parameter::{Choice, Parameter, ParameterError, ParameterValue, SliderScale};
pub use work::Work;

/// A kind with a value for each of its parameters, all within range.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    kind: WorkloadKind,
    values: BTreeMap<&'static str, f64>,
    code: Option<Arc<str>>,
}

impl Workload {
    /// A workload with every parameter at its default.
    pub fn new(kind: WorkloadKind) -> Self {
        Self { kind, values: kind.parameters().iter().map(|p| (p.id, p.default)).collect(), code: None }
    }

    /// This workload with the Python text that a unit of [`WorkloadKind::Code`] calls; other kinds have none.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        self.code = (self.kind == WorkloadKind::Code).then(|| Arc::from(code));
        self
    }

    /// The Python text of [`WorkloadKind::Code`]: it defines a function `work` without arguments, one unit.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// This workload with one parameter set.
    ///
    /// # Errors
    /// When the kind has no such parameter or the value is out of range.
    pub fn with(self, name: &str, value: f64) -> Result<Self, ParameterError> {
        let written = self.kind.parameter(name).map_or(ParameterValue::Number(value), |it| it.written(value));
        self.with_written(name, &written)
    }

    /// This workload with one parameter set to what a file or a command line says.
    ///
    /// # Errors
    /// When the kind has no such parameter or it cannot have that value.
    pub fn with_written(mut self, name: &str, value: &ParameterValue) -> Result<Self, ParameterError> {
        let Some(parameter) = self.kind.parameter(name) else {
            return Err(ParameterError::Unknown {
                workload: self.kind.id(),
                name: name.to_owned(),
                known: listed(self.kind.parameters().iter().map(|parameter| parameter.id)),
            });
        };
        self.values.insert(parameter.id, parameter.read(value)?);
        Ok(self)
    }

    /// The kind.
    pub fn kind(&self) -> WorkloadKind {
        self.kind
    }

    /// The value of a parameter of this kind; the parameter's default for any other name is 0.
    pub fn value(&self, name: &str) -> f64 {
        self.values.get(name).copied().unwrap_or_default()
    }

    /// The word that is chosen for a parameter of this kind that is a choice; "" for any other name.
    pub fn word(&self, name: &str) -> &'static str {
        let chosen = self.kind.parameter(name).and_then(|parameter| parameter.chosen(self.value(name)));
        chosen.map_or("", |choice| choice.id)
    }

    /// Every parameter with its value, by name.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.values.iter().map(|(name, value)| (*name, *value))
    }

    /// Every parameter by name with its value as files write it.
    pub fn written(&self) -> BTreeMap<String, ParameterValue> {
        let written = |parameter: &Parameter| (parameter.id.to_owned(), parameter.written(self.value(parameter.id)));
        self.kind.parameters().iter().map(written).collect()
    }

    /// The share of a unit's time on one thread that computes, 0 to 1; `None` for own code, of which nobody has said it.
    pub fn cpu_share(&self) -> Option<f64> {
        Some(match (self.kind, self.bound()) {
            (WorkloadKind::Code, _) => return None,
            (_, Bound::Waiting) => 0.0,
            (_, Bound::Cpu) => 1.0,
            (WorkloadKind::Pool, Bound::Mixed) => self.value("cpu_ms") / (self.value("cpu_ms") + self.value("wait_ms")),
            (_, Bound::Mixed) => self.value("cpu_share"),
        })
    }

    /// What limits this workload with these values: a `mixed` one at either end of its slider is no longer mixed.
    pub fn bound(&self) -> Bound {
        match self.kind {
            WorkloadKind::Mixed if self.value("cpu_share") <= 0.0 => Bound::Waiting,
            WorkloadKind::Mixed if self.value("cpu_share") >= 1.0 => Bound::Cpu,
            kind => kind.bound(),
        }
    }
}
