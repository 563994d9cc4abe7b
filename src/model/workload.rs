//! What one unit of work is: the kinds of workload, their parameters, and the values set for them.
//!
//! This is the description only; `crate::workload` runs it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

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
    /// Hashes a buffer: CPU-bound, releases the GIL where the buffer is not small.
    Sha256,
    /// Compresses a buffer: CPU-bound, releases the GIL.
    Zlib,
    /// One product of two matrices by NumPy: CPU-bound, releases the GIL. In Python only.
    Numpy,
    /// Increments one number that all workers share, in safe and unsafe ways.
    LostUpdates,
    /// One worker sleeps while the others compute.
    Sleeper,
    /// Computes, a share of it inside one lock.
    Critical,
    /// Takes one of a few slots, waits, gives it back.
    Semaphore,
    /// Counts together with all workers, in several right ways.
    Counter,
    /// Takes two locks, in one order or in opposite ones.
    TwoLocks,
    /// Threads that are started, sleep and are joined: what starting and joining costs.
    StartJoin,
    /// Jobs that compute and wait, handed to an executor.
    Pool,
    /// One whole computation that is divided among workers started for it.
    Job,
    /// A function in Python, from the lesson or from the learner. In Python only.
    Code,
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

/// What the learner can set: a number with a slider, or one of a few choices.
///
/// The value of a choice is its index; files and command lines write its word, see [`ParameterValue`].
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
    /// What there is to choose from; empty for a number.
    pub choices: &'static [Choice],
    /// One sentence for the tooltip.
    pub help: &'static str,
}

/// One of the things a parameter lets choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The word in lesson files, on the command line and in results.
    pub id: &'static str,
    /// What a reader sees.
    pub label: &'static str,
}

/// A parameter's value as files and command lines write it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number or a word was expected")]
pub enum ParameterValue {
    /// For a parameter that is a number.
    Number(f64),
    /// For a parameter that is a choice: the choice's id.
    Word(String),
}

impl Parameter {
    /// A parameter that is a choice; the first one is the default.
    #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
    pub const fn choice(id: &'static str, label: &'static str, choices: &'static [Choice], help: &'static str) -> Self {
        let max = choices.len().saturating_sub(1) as f64;
        Self { id, label, unit: "", min: 0.0, max, default: 0.0, step: 1.0, scale: SliderScale::Linear, choices, help }
    }

    /// A number whose slider is logarithmic, with its least and greatest value and its default.
    pub const fn logarithmic(
        id: &'static str,
        label: &'static str,
        unit: &'static str,
        [min, max, default]: [f64; 3],
        help: &'static str,
    ) -> Self {
        Self { id, label, unit, min, max, default, step: 0.0, scale: SliderScale::Logarithmic, choices: &[], help }
    }

    /// The choice that a value stands for; `None` for a number, or for a value that is the index of no choice.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a small whole number")]
    pub fn chosen(&self, value: f64) -> Option<&'static Choice> {
        let is_index = (0.0..1e6).contains(&value) && value.fract().abs() < f64::EPSILON;
        is_index.then(|| self.choices.get(value as usize)).flatten()
    }

    /// The value as files write it.
    pub fn written(&self, value: f64) -> ParameterValue {
        self.chosen(value).map_or(ParameterValue::Number(value), |choice| ParameterValue::Word(choice.id.to_owned()))
    }

    /// The value that a file or a command line means.
    ///
    /// # Errors
    /// When it is out of range, no choice, or a number where a word is needed or the other way round.
    pub fn read(&self, value: &ParameterValue) -> Result<f64, ParameterError> {
        match value {
            ParameterValue::Number(value) if self.choices.is_empty() => {
                if (self.min..=self.max).contains(value) {
                    Ok(*value)
                } else {
                    let (name, value, min, max) = (self.id, *value, self.min, self.max);
                    Err(ParameterError::OutOfRange { name, value, min, max })
                }
            }
            ParameterValue::Word(word) if self.choices.is_empty() => {
                Err(ParameterError::NoNumber { name: self.id, word: word.clone() })
            }
            value => {
                let index = match value {
                    ParameterValue::Word(word) => self.choices.iter().position(|choice| choice.id == word),
                    ParameterValue::Number(_) => None,
                };
                #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
                index.map(|index| index as f64).ok_or_else(|| ParameterError::NoChoice {
                    name: self.id,
                    value: value.to_string(),
                    known: listed(self.choices.iter().map(|choice| choice.id)),
                })
            }
        }
    }
}

impl From<f64> for ParameterValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for ParameterValue {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

/// As a command line writes it: the number or the bare word.
impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

fn listed(words: impl Iterator<Item = &'static str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
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
    choices: &[],
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
    choices: &[],
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
    choices: &[],
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
    choices: &[],
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
    choices: &[],
    help: "The part of a unit that computes; the rest waits.",
};

const HASHED_KIB: Parameter = Parameter::logarithmic(
    "buffer_kib",
    "Buffer",
    "KiB",
    [0.25, 4096.0, 256.0],
    "How much one unit of work hashes. From 2 KiB on CPython lets go of the GIL meanwhile.",
);

const COMPRESSED_KIB: Parameter = Parameter::logarithmic(
    "buffer_kib",
    "Buffer",
    "KiB",
    [1.0, 4096.0, 64.0],
    "How much text one unit of work compresses. CPython lets go of the GIL meanwhile.",
);

const MATRIX_SIZE: Parameter = Parameter {
    step: 16.0,
    ..Parameter::logarithmic(
        "size",
        "Matrix size",
        "",
        [16.0, 1024.0, 256.0],
        "One unit multiplies two square matrices of so many rows. NumPy's own threads are switched off \
         (OPENBLAS_NUM_THREADS=1 and its like), so that each worker computes on one core.",
    )
};

const CODE: Parameter = Parameter::choice(
    "code",
    "Code",
    &[
        Choice { id: "plain", label: "c += 1" },
        Choice { id: "call", label: "a call in the middle" },
        Choice { id: "sleep", label: "sleep(0) in the middle" },
        Choice { id: "lock", label: "c += 1 with a lock" },
    ],
    "How one increment of the shared number is written. A unit is 1000 of them.",
);

const SLEEP_MS: Parameter = Parameter::logarithmic(
    "sleep_ms",
    "Sleep",
    "ms",
    [0.5, 20.0, 1.0],
    "How long one thread sleeps, over and over, while all the others compute. Only its sleeps are counted.",
);

const LOCKED_UNIT_MS: Parameter = Parameter::logarithmic(
    "unit_ms",
    "One unit takes",
    "ms",
    [0.2, 100.0, 2.0],
    "The computing of one unit on one thread.",
);

const LOCK_SHARE: Parameter = Parameter {
    id: "lock_share",
    label: "Share with the lock",
    unit: "",
    min: 0.0,
    max: 1.0,
    default: 0.5,
    step: 0.05,
    scale: SliderScale::Linear,
    choices: &[],
    help: "The part of a unit that computes while it holds the lock that all threads share.",
};

const SLOTS: Parameter = Parameter {
    step: 1.0,
    ..Parameter::logarithmic(
        "slots",
        "Slots",
        "",
        [1.0, 64.0, 4.0],
        "How many threads the semaphore lets wait at the same time.",
    )
};

const SLOT_WAIT_MS: Parameter =
    Parameter::logarithmic("wait_ms", "Wait", "ms", [0.5, 1000.0, 5.0], "How long one unit of work keeps its slot.");

const HOW: Parameter = Parameter::choice(
    "how",
    "How",
    &[
        Choice { id: "one-lock", label: "one lock" },
        Choice { id: "sharded", label: "a lock for each thread" },
        Choice { id: "local", label: "a variable of its own" },
        Choice { id: "atomic", label: "an atomic number" },
    ],
    "How threads count together: a unit is 1000 increments. Python has no atomic numbers.",
);

const ORDER: Parameter = Parameter::choice(
    "order",
    "Order",
    &[Choice { id: "same", label: "the same for all" }, Choice { id: "opposite", label: "opposite for every second" }],
    "In which order threads take the two locks.",
);

const PATIENCE_MS: Parameter = Parameter::logarithmic(
    "patience_ms",
    "Patience",
    "ms",
    [10.0, 1000.0, 200.0],
    "How long a thread that holds one lock waits for the other one before it says who holds what and begins again.",
);

const JOIN: Parameter = Parameter::choice(
    "join",
    "Join",
    &[Choice { id: "after", label: "after the loop that starts" }, Choice { id: "inside", label: "inside the loop" }],
    "Whether the program waits for each thread after it has started all, or before it starts the next.",
);

const BODY_MS: Parameter = Parameter {
    id: "body_ms",
    label: "Each thread sleeps",
    unit: "ms",
    min: 0.0,
    max: 100.0,
    default: 1.0,
    step: 0.5,
    scale: SliderScale::Linear,
    choices: &[],
    help: "What each thread does between its start and its end; with 0 it does nothing.",
};

const POOL_WAIT_MS: Parameter = Parameter::logarithmic(
    "wait_ms",
    "A job waits",
    "ms",
    [0.5, 1000.0, 20.0],
    "How long one job sleeps after it has computed.",
);

const POOL_CPU_MS: Parameter = Parameter::logarithmic(
    "cpu_ms",
    "A job computes",
    "ms",
    [0.1, 100.0, 1.0],
    "How long one job computes, on one thread alone.",
);

const JOB_MS: Parameter = Parameter::logarithmic(
    "job_ms",
    "One job takes",
    "ms",
    [1.0, 10_000.0, 100.0],
    "How long one worker computes alone. A window lasts for at least one whole job.",
);

const PAYLOAD_KIB: Parameter = Parameter {
    id: "payload_kib",
    label: "Payload",
    unit: "KiB",
    min: 0.0,
    max: 65_536.0,
    default: 0.0,
    step: 1.0,
    scale: SliderScale::Linear,
    choices: &[],
    help: "What is sent to each worker and back. Threads share it and send nothing; processes copy it through a pipe.",
};

impl WorkloadKind {
    /// Every kind, in the order lists show them.
    pub const ALL: [Self; 17] = [
        Self::CountPrimes,
        Self::Wait,
        Self::Socket,
        Self::Mixed,
        Self::Sha256,
        Self::Zlib,
        Self::Numpy,
        Self::LostUpdates,
        Self::Sleeper,
        Self::Critical,
        Self::Semaphore,
        Self::Counter,
        Self::TwoLocks,
        Self::StartJoin,
        Self::Pool,
        Self::Job,
        Self::Code,
    ];

    /// The word used in lesson files and results.
    pub fn id(self) -> &'static str {
        match self {
            Self::CountPrimes => "count-primes",
            Self::Wait => "wait",
            Self::Socket => "socket",
            Self::Mixed => "mixed",
            Self::Sha256 => "sha256",
            Self::Zlib => "zlib",
            Self::Numpy => "numpy",
            Self::LostUpdates => "lost-updates",
            Self::Sleeper => "sleeper",
            Self::Critical => "critical",
            Self::Semaphore => "semaphore",
            Self::Counter => "counter",
            Self::TwoLocks => "two-locks",
            Self::StartJoin => "start-join",
            Self::Pool => "pool",
            Self::Job => "job",
            Self::Code => "code",
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
            Self::Sha256 => "Hash a buffer (SHA-256)",
            Self::Zlib => "Compress a buffer (zlib)",
            Self::Numpy => "Multiply matrices (NumPy)",
            Self::LostUpdates => "Increment one number",
            Self::Sleeper => "Sleep beside computing threads",
            Self::Critical => "Compute with one lock",
            Self::Semaphore => "Wait with a slot",
            Self::Counter => "Count together",
            Self::TwoLocks => "Take two locks",
            Self::StartJoin => "Start and join threads",
            Self::Pool => "Jobs for an executor",
            Self::Job => "Divide one job",
            Self::Code => "Your own code",
        }
    }

    /// What limits it.
    pub fn bound(self) -> Bound {
        match self {
            Self::CountPrimes
            | Self::Sha256
            | Self::Zlib
            | Self::Numpy
            | Self::LostUpdates
            | Self::Critical
            | Self::Counter
            | Self::TwoLocks
            | Self::Job => Bound::Cpu,
            Self::Wait | Self::Socket | Self::Sleeper | Self::Semaphore | Self::StartJoin => Bound::Waiting,
            // Nobody knows what code does.
            Self::Mixed | Self::Pool | Self::Code => Bound::Mixed,
        }
    }

    /// The parameter of that name, if it has one.
    pub fn parameter(self, name: &str) -> Option<&'static Parameter> {
        self.parameters().iter().find(|parameter| parameter.id == name)
    }

    /// The parameters it has, in slider order.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::CountPrimes => &[PRIME_LIMIT],
            Self::Wait => &[WAIT_MS],
            Self::Socket => &[DELAY_MS],
            Self::Mixed => &[UNIT_MS, CPU_SHARE],
            Self::Sha256 => &[HASHED_KIB],
            Self::Zlib => &[COMPRESSED_KIB],
            Self::Numpy => &[MATRIX_SIZE],
            Self::LostUpdates => &[CODE],
            Self::Sleeper => &[SLEEP_MS],
            Self::Critical => &[LOCKED_UNIT_MS, LOCK_SHARE],
            Self::Semaphore => &[SLOTS, SLOT_WAIT_MS],
            Self::Counter => &[HOW],
            Self::TwoLocks => &[ORDER, PATIENCE_MS],
            Self::StartJoin => &[JOIN, BODY_MS],
            Self::Pool => &[POOL_WAIT_MS, POOL_CPU_MS],
            Self::Job => &[JOB_MS, PAYLOAD_KIB],
            Self::Code => &[],
        }
    }
}

/// A kind with a value for each of its parameters, all within range.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    kind: WorkloadKind,
    values: BTreeMap<&'static str, f64>,
    code: Option<Arc<str>>,
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
    /// A word stands where a number is needed.
    #[error("`{name}` is a number, and `{word}` is none")]
    NoNumber {
        /// The parameter's id.
        name: &'static str,
        /// The word given.
        word: String,
    },
    /// The parameter is a choice, and this is none of its words.
    #[error("`{name}` cannot be `{value}`; it is one of {known}")]
    NoChoice {
        /// The parameter's id.
        name: &'static str,
        /// The word or number given.
        value: String,
        /// The words that exist, for the message.
        known: String,
    },
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

    /// The share of a unit's time on one thread that computes, 0 to 1.
    pub fn cpu_share(&self) -> f64 {
        match (self.kind, self.bound()) {
            (_, Bound::Waiting) => 0.0,
            (_, Bound::Cpu) => 1.0,
            (WorkloadKind::Pool, Bound::Mixed) => self.value("cpu_ms") / (self.value("cpu_ms") + self.value("wait_ms")),
            (_, Bound::Mixed) => self.value("cpu_share"),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: Parameter = Parameter::choice(
        "code",
        "Code",
        &[Choice { id: "plain", label: "c += 1" }, Choice { id: "call", label: "a call in the middle" }],
        "What one increment is.",
    );

    #[track_caller]
    fn check(parameter: &Parameter, value: impl Into<ParameterValue>, expected: Result<f64, &str>) {
        let read = parameter.read(&value.into()).map_err(|error| error.to_string());
        assert_eq!(read, expected.map_err(str::to_owned));
        if let Ok(read) = read {
            assert_eq!(parameter.read(&parameter.written(read)), Ok(read), "what is written reads back");
        }
    }

    #[test]
    fn choices_are_words_and_numbers_are_numbers() {
        check(&CODE, "plain", Ok(0.0));
        check(&CODE, "call", Ok(1.0));
        check(&CODE, "cal", Err("`code` cannot be `cal`; it is one of `plain`, `call`"));
        check(&CODE, 1.0, Err("`code` cannot be `1`; it is one of `plain`, `call`"));
        check(&WAIT_MS, 7.5, Ok(7.5));
        check(&WAIT_MS, 0.1, Err("`wait_ms = 0.1` is outside its range 0.5 to 1000"));
        check(&WAIT_MS, "ten", Err("`wait_ms` is a number, and `ten` is none"));
    }

    #[test]
    fn only_the_index_of_a_choice_is_one() {
        for (value, expected) in [(0.0, Some("plain")), (1.0, Some("call")), (2.0, None), (0.5, None), (-1.0, None)] {
            assert_eq!(CODE.chosen(value).map(|choice| choice.id), expected, "{value}");
        }
        assert_eq!(CODE.chosen(f64::NAN), None);
        assert_eq!(WAIT_MS.chosen(0.0), None);
    }

    #[test]
    fn values_are_written_as_a_number_or_a_word() {
        let words = [(CODE.written(1.0), r#""call""#), (WAIT_MS.written(7.5), "7.5")];
        for (value, text) in words {
            assert_eq!(serde_json::to_string(&value).expect("it is plain"), text);
            assert_eq!(serde_json::from_str::<ParameterValue>(text).expect("it reads back"), value);
        }
        let error = serde_json::from_str::<ParameterValue>("[1]").expect_err("a list");
        assert!(error.to_string().contains("a number or a word was expected"), "{error}");
    }
}
