//! Which engine measured a curve, and how it is told apart everywhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::workload::{Bound, WorkloadKind};

/// What runs the units on N threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// OS threads in this process, no GIL: the ceiling.
    Native,
    /// OS threads under a model of CPython's GIL.
    GilModel,
    /// `threading` in a chosen CPython.
    PythonThreads,
    /// `multiprocessing` in a chosen CPython.
    PythonProcesses,
    /// Sub-interpreters, each with its own GIL.
    PythonInterpreters,
    /// One event loop, N tasks.
    PythonAsyncio,
}

impl EngineKind {
    /// Every kind, in the order lists show them.
    pub const ALL: [Self; 6] = [
        Self::Native,
        Self::GilModel,
        Self::PythonThreads,
        Self::PythonProcesses,
        Self::PythonInterpreters,
        Self::PythonAsyncio,
    ];

    /// The word used in lesson files, on the command line and in results.
    pub fn id(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::GilModel => "gil-model",
            Self::PythonThreads => "python-threads",
            Self::PythonProcesses => "python-processes",
            Self::PythonInterpreters => "python-interpreters",
            Self::PythonAsyncio => "python-asyncio",
        }
    }

    /// The kind named by `id`, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The name a reader sees in legends and tables.
    pub fn label(self) -> &'static str {
        match self {
            Self::Native => "Native threads",
            Self::GilModel => "GIL model",
            Self::PythonThreads => "Python threads",
            Self::PythonProcesses => "Python processes",
            Self::PythonInterpreters => "Python sub-interpreters",
            Self::PythonAsyncio => "Python asyncio",
        }
    }

    /// Whether the engine, wherever it is there, runs workloads of this kind: one event loop overlaps waiting and nothing
    /// else.
    pub fn can_run(self, workload: WorkloadKind) -> bool {
        self != Self::PythonAsyncio || workload.bound() == Bound::Waiting
    }

    /// One sentence on what it is, for tooltips.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Native => "Threads of the operating system without a GIL: what this machine can do.",
            Self::GilModel => "Threads of the operating system that take turns under a model of CPython's GIL.",
            Self::PythonThreads => "The threading module of a CPython on this machine.",
            Self::PythonProcesses => "The multiprocessing module of a CPython on this machine.",
            Self::PythonInterpreters => "Sub-interpreters of one CPython process, each with a GIL of its own.",
            Self::PythonAsyncio => "Tasks of one asyncio event loop in a CPython on this machine.",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// The CPython that ran a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Interpreter {
    /// Its executable, with shims resolved.
    pub path: String,
    /// Such as `3.11.7`.
    pub version: String,
    /// Whether it was built without the GIL.
    pub free_threaded: bool,
    /// Whether the GIL was on while it ran; `None` where it could not be asked.
    pub gil_enabled: Option<bool>,
}

/// One curve: an engine and, for Python engines, the interpreter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// The engine.
    pub engine: EngineKind,
    /// The interpreter of a Python engine; `None` for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<Interpreter>,
}

impl SeriesKey {
    /// The series of an engine that needs no interpreter.
    pub fn of(engine: EngineKind) -> Self {
        Self { engine, interpreter: None }
    }

    /// The name within a sentence, such as "the GIL model".
    pub fn in_sentence(&self) -> String {
        match self.engine {
            EngineKind::Native => "native threads".to_owned(),
            EngineKind::GilModel => "the GIL model".to_owned(),
            _ => self.label(),
        }
    }

    /// What legends show: the engine's label, and the interpreter's version.
    pub fn label(&self) -> String {
        match &self.interpreter {
            None => self.engine.label().to_owned(),
            Some(python) => {
                let gil = match (python.free_threaded, python.gil_enabled) {
                    (false, _) => "",
                    (true, Some(true)) => "t, GIL on",
                    (true, _) => "t",
                };
                format!("{} {}{gil}", self.engine.label(), python.version)
            }
        }
    }
}
