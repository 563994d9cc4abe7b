//! What one unit of work is: the kinds of workload, their parameters, and the values set for them.
//!
//! This is the description only; `crate::workload` runs it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadKind {
    /// Counts primes by trial division: CPU-bound, holds the GIL.
    CountPrimes,
    /// Sleeps.
    Wait,
    /// One request to a local server that answers after a delay.
    Socket,
    /// A share of CPU work and the rest waiting.
    Mixed,
}

/// What limits a workload, which decides how its claims are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Needs a core for its whole unit, so that the machine's ceiling limits it.
    Cpu,
    /// Waits for its whole unit; cores do not limit it.
    Waiting,
    /// Both.
    Mixed,
}

/// A number that the learner can set with a slider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// The word in lesson files and results; it ends in the unit where there is one.
    pub id: &'static str,
    /// The slider's label.
    pub label: &'static str,
    /// The unit shown after the number, or "".
    pub unit: &'static str,
    /// The least value allowed.
    pub min: f64,
    /// The greatest value allowed.
    pub max: f64,
    /// The value where a lesson sets none.
    pub default: f64,
    /// The distance between two values; 0 for none.
    pub step: f64,
    /// Whether the slider is logarithmic.
    pub scale: SliderScale,
    /// One sentence for the tooltip.
    pub help: &'static str,
}

/// How a slider's way maps to its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliderScale {
    /// Equal ways, equal differences.
    Linear,
    /// Equal ways, equal ratios.
    Logarithmic,
}

const PRIME_LIMIT: Parameter = Parameter {
    id: "limit",
    label: "Count primes below",
    unit: "",
    min: 100.0,
    max: 20_000.0,
    default: 1000.0,
    step: 100.0,
    scale: SliderScale::Logarithmic,
    help: "One unit of work tries every number below this limit.",
};

const WAIT_MS: Parameter = Parameter {
    id: "wait_ms",
    label: "Wait",
    unit: "ms",
    min: 0.5,
    max: 1000.0,
    default: 5.0,
    step: 0.0,
    scale: SliderScale::Logarithmic,
    help: "How long one unit of work sleeps.",
};

const DELAY_MS: Parameter = Parameter {
    id: "delay_ms",
    label: "Server delay",
    unit: "ms",
    min: 0.5,
    max: 1000.0,
    default: 5.0,
    step: 0.0,
    scale: SliderScale::Logarithmic,
    help: "How long the local server waits before it answers a request.",
};

const UNIT_MS: Parameter = Parameter {
    id: "unit_ms",
    label: "One unit takes",
    unit: "ms",
    min: 1.0,
    max: 100.0,
    default: 5.0,
    step: 0.0,
    scale: SliderScale::Logarithmic,
    help: "CPU work and waiting of one unit together, on one thread.",
};

const CPU_SHARE: Parameter = Parameter {
    id: "cpu_share",
    label: "CPU share",
    unit: "",
    min: 0.0,
    max: 1.0,
    default: 0.2,
    step: 0.05,
    scale: SliderScale::Linear,
    help: "The part of a unit that computes; the rest waits.",
};

impl WorkloadKind {
    /// Every kind, in the order lists show them.
    pub const ALL: [Self; 4] = [Self::CountPrimes, Self::Wait, Self::Socket, Self::Mixed];

    /// The word used in lesson files and results.
    pub fn id(self) -> &'static str {
        match self {
            Self::CountPrimes => "count-primes",
            Self::Wait => "wait",
            Self::Socket => "socket",
            Self::Mixed => "mixed",
        }
    }

    /// The kind named by `id`, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// What a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::CountPrimes => "Count primes",
            Self::Wait => "Wait",
            Self::Socket => "Socket requests",
            Self::Mixed => "Compute and wait",
        }
    }

    /// What limits it.
    pub fn bound(self) -> Bound {
        match self {
            Self::CountPrimes => Bound::Cpu,
            Self::Wait | Self::Socket => Bound::Waiting,
            Self::Mixed => Bound::Mixed,
        }
    }

    /// The parameters it has, in slider order.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::CountPrimes => &[PRIME_LIMIT],
            Self::Wait => &[WAIT_MS],
            Self::Socket => &[DELAY_MS],
            Self::Mixed => &[UNIT_MS, CPU_SHARE],
        }
    }
}

/// A kind with a value for each of its parameters, all within range.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    kind: WorkloadKind,
    values: BTreeMap<&'static str, f64>,
}

/// Why a parameter cannot be set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// The workload has no parameter of that name.
    #[error("workload `{workload}` has no parameter `{name}`; it has {known}")]
    Unknown {
        /// The workload's id.
        workload: &'static str,
        /// The name given.
        name: String,
        /// The names that exist, for the message.
        known: String,
    },
    /// The value is outside the parameter's range, or no number.
    #[error("`{name} = {value}` is outside its range {min} to {max}")]
    OutOfRange {
        /// The parameter's id.
        name: &'static str,
        /// The value given.
        value: f64,
        /// The least allowed.
        min: f64,
        /// The greatest allowed.
        max: f64,
    },
}

impl Workload {
    /// A workload with every parameter at its default.
    pub fn new(kind: WorkloadKind) -> Self {
        Self { kind, values: kind.parameters().iter().map(|p| (p.id, p.default)).collect() }
    }

    /// This workload with one parameter set.
    ///
    /// # Errors
    /// When the kind has no such parameter or the value is out of range.
    pub fn with(mut self, name: &str, value: f64) -> Result<Self, ParameterError> {
        let Some(parameter) = self.kind.parameters().iter().find(|p| p.id == name) else {
            let known: Vec<_> = self.kind.parameters().iter().map(|p| format!("`{}`", p.id)).collect();
            return Err(ParameterError::Unknown {
                workload: self.kind.id(),
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        if !(parameter.min..=parameter.max).contains(&value) {
            return Err(ParameterError::OutOfRange {
                name: parameter.id,
                value,
                min: parameter.min,
                max: parameter.max,
            });
        }
        self.values.insert(parameter.id, value);
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

    /// Every parameter with its value, by name.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.values.iter().map(|(name, value)| (*name, *value))
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
