//! Which engine measured a curve, and how it is told apart everywhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::workload::{Bound, Workload, WorkloadKind};

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

    /// Whether it measures in a CPython.
    pub fn needs_interpreter(self) -> bool {
        !matches!(self, Self::Native | Self::GilModel)
    }

    /// Whether the engine, wherever it is there, runs workloads of this kind.
    pub fn can_run(self, workload: WorkloadKind) -> bool {
        self.why_not(workload).is_none()
    }

    /// Why the engine, wherever it is there, runs no workloads of this kind: a sentence without full stop. `None` where it does.
    pub fn why_not(self, workload: WorkloadKind) -> Option<&'static str> {
        match (self, workload) {
            (Self::Native | Self::GilModel, WorkloadKind::Code) => {
                Some("your code is Python, and this engine runs none")
            }
            (Self::PythonAsyncio, WorkloadKind::Code) => Some(
                "tasks of one event loop overlap only what they await, and `work` is a function that awaits nothing",
            ),
            (Self::Native | Self::GilModel, WorkloadKind::Numpy) => Some("NumPy runs in Python only"),
            (Self::PythonAsyncio, WorkloadKind::StartJoin) => Some("tasks of one event loop start no threads"),
            (Self::PythonInterpreters, WorkloadKind::StartJoin) => {
                Some("sub-interpreters are run by threads, and those start and join as any others")
            }
            (Self::PythonAsyncio, WorkloadKind::Sleeper) => Some(ONE_LOOP),
            (Self::PythonAsyncio, _) if workload.bound() != Bound::Waiting => Some(ONE_LOOP),
            (Self::PythonProcesses | Self::PythonInterpreters, WorkloadKind::LostUpdates | WorkloadKind::Counter) => {
                Some("its workers share no variables, so there is nothing that they could count in together")
            }
            (Self::PythonProcesses | Self::PythonInterpreters, WorkloadKind::Sleeper) => {
                Some("each of its workers has a GIL of its own, so that none waits for another's")
            }
            (Self::PythonProcesses, WorkloadKind::Semaphore | WorkloadKind::TwoLocks)
            | (Self::PythonInterpreters, WorkloadKind::Semaphore | WorkloadKind::TwoLocks | WorkloadKind::Critical) => {
                Some("its workers share no locks of the `threading` module")
            }
            _ => None,
        }
    }

    /// As [`Self::why_not`], for a workload with its parameters.
    pub fn why_not_as_set(self, workload: &Workload) -> Option<&'static str> {
        let is_atomic = workload.kind() == WorkloadKind::Counter && workload.word("how") == "atomic";
        if is_atomic && self != Self::Native {
            return Some("Python has no atomic numbers");
        }
        self.why_not(workload.kind())
    }

    /// One sentence on what it is, for tooltips.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Native => {
                "Threads of the operating system without a GIL: for work that computes, what this machine can do."
            }
            Self::GilModel => "Threads of the operating system that take turns under a model of CPython's GIL.",
            Self::PythonThreads => "The threading module of a CPython on this machine.",
            Self::PythonProcesses => "The multiprocessing module of a CPython on this machine.",
            Self::PythonInterpreters => "Sub-interpreters of one CPython process, each with a GIL of its own.",
            Self::PythonAsyncio => "Tasks of one asyncio event loop in a CPython on this machine.",
        }
    }
}

/// Why an event loop runs no work that computes.
const ONE_LOOP: &str = "tasks of one event loop compute one after the other, so asyncio runs waiting workloads only";

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
    /// Whether a free-threaded build was kept without the GIL, whatever it imports, by `-X gil=0`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gil_forced_off: bool,
}

/// How `multiprocessing` starts its processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartMethod {
    /// A new interpreter each.
    Spawn,
    /// A copy of the running one.
    Fork,
    /// A copy of a helper that runs nothing else.
    Forkserver,
}

impl StartMethod {
    /// Every method, as `multiprocessing` names them.
    pub const ALL: [Self; 3] = [Self::Spawn, Self::Fork, Self::Forkserver];

    /// The word that `multiprocessing.get_context` takes.
    pub fn id(self) -> &'static str {
        match self {
            Self::Spawn => "spawn",
            Self::Fork => "fork",
            Self::Forkserver => "forkserver",
        }
    }

    /// The method named by `id`, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.id() == id)
    }

    /// One sentence on what it does.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Spawn => "Each process is a new interpreter: slow to start, safe everywhere.",
            Self::Fork => "Each process is a copy of the running one: quick to start, unsafe beside threads.",
            Self::Forkserver => {
                "Each process is a copy of a helper that runs nothing else: quick, and safe beside threads."
            }
        }
    }
}

/// One curve: an engine and, for Python engines, the interpreter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// The engine.
    pub engine: EngineKind,
    /// The interpreter of a Python engine; `None` for the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<Interpreter>,
    /// How processes are started; `None` where the engine starts none, and in results of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_method: Option<StartMethod>,
}

impl SeriesKey {
    /// The series of an engine that needs no interpreter.
    pub fn of(engine: EngineKind) -> Self {
        Self { engine, interpreter: None, start_method: None }
    }

    /// The series of an engine in an interpreter.
    pub fn in_interpreter(engine: EngineKind, interpreter: Interpreter) -> Self {
        Self { engine, interpreter: Some(interpreter), start_method: None }
    }

    /// This series with processes started in that way.
    #[must_use]
    pub fn with_start_method(self, method: StartMethod) -> Self {
        Self { start_method: Some(method), ..self }
    }

    /// The same series with the GIL on; `None` where the build has no choice, or where it is on.
    pub fn with_gil_on(&self) -> Option<Self> {
        let python =
            self.interpreter.as_ref().filter(|python| python.free_threaded && python.has_gil() != Some(true))?;
        let interpreter = Some(python.with_gil(true));
        Some(Self { interpreter, ..self.clone() })
    }

    /// The labels of series that stand in one legend: two interpreters of one version are told apart by their paths.
    pub fn labels<'a>(keys: impl IntoIterator<Item = &'a Self>) -> Vec<String> {
        let keys: Vec<&Self> = keys.into_iter().collect();
        let labels: Vec<String> = keys.iter().map(|key| key.label()).collect();
        let is_twice = |label: &String| labels.iter().filter(|other| *other == label).count() > 1;
        let whole = |(key, label): (&&Self, &String)| match &key.interpreter {
            Some(python) if is_twice(label) => format!("{label}, {}", python.path),
            _ => label.clone(),
        };
        keys.iter().zip(&labels).map(whole).collect()
    }

    /// The name within a sentence, such as "the GIL model".
    pub fn in_sentence(&self) -> String {
        match self.engine {
            EngineKind::Native => "native threads".to_owned(),
            EngineKind::GilModel => "the GIL model".to_owned(),
            _ => self.label(),
        }
    }

    /// Whether the switch interval can shape its curve: whether there is a GIL that threads hand to one another.
    pub fn depends_on_switch_interval(&self) -> bool {
        match self.engine {
            EngineKind::Native => false,
            EngineKind::GilModel => true,
            _ => self.interpreter.as_ref().is_none_or(|python| python.has_gil() != Some(false)),
        }
    }

    /// What legends show: the engine's label, the interpreter's version, and how processes were started.
    pub fn label(&self) -> String {
        let python = self.interpreter.as_ref().map(|python| format!(" {}", python.label())).unwrap_or_default();
        let start = self.start_method.map(|method| format!(", {}", method.id())).unwrap_or_default();
        format!("{}{python}{start}", self.engine.label())
    }
}

impl Interpreter {
    /// Whether its GIL was on while it ran; `None` where a build that has the choice could not be asked.
    pub fn has_gil(&self) -> Option<bool> {
        self.gil_enabled.or((!self.free_threaded).then_some(true))
    }

    /// It with the GIL on, or off as free-threaded builds start.
    #[must_use]
    pub fn with_gil(&self, on: bool) -> Self {
        Self { gil_enabled: Some(on), gil_forced_off: false, ..self.clone() }
    }

    /// It with the GIL kept off by `-X gil=0`.
    #[must_use]
    pub fn without_gil(&self) -> Self {
        Self { gil_enabled: Some(false), gil_forced_off: true, ..self.clone() }
    }

    /// Its version with the state of the GIL where a build has a choice, such as `3.13.1t, GIL on`.
    pub fn label(&self) -> String {
        let gil = match (self.free_threaded, self.gil_enabled, self.gil_forced_off) {
            (false, ..) => "",
            (true, Some(true), _) => "t, GIL on",
            (true, _, true) => "t, GIL kept off",
            (true, _, false) => "t",
        };
        format!("{}{gil}", self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(path: &str, free_threaded: bool, gil: bool) -> Interpreter {
        Interpreter {
            path: path.to_owned(),
            version: "3.13.1".to_owned(),
            free_threaded,
            gil_enabled: Some(gil),
            gil_forced_off: false,
        }
    }

    #[test]
    fn a_label_says_what_really_held() {
        let key = |free, gil| SeriesKey::in_interpreter(EngineKind::PythonThreads, python("/a", free, gil)).label();
        assert_eq!(key(false, true), "Python threads 3.13.1");
        assert_eq!(key(true, false), "Python threads 3.13.1t");
        assert_eq!(key(true, true), "Python threads 3.13.1t, GIL on");
        let kept_off = python("/a", true, false).without_gil();
        assert_eq!((kept_off.label().as_str(), kept_off.has_gil()), ("3.13.1t, GIL kept off", Some(false)));
        assert_eq!(kept_off.with_gil(true).label(), "3.13.1t, GIL on");
        let processes = SeriesKey::in_interpreter(EngineKind::PythonProcesses, python("/a", false, true));
        assert_eq!(processes.with_start_method(StartMethod::Spawn).label(), "Python processes 3.13.1, spawn");
    }

    #[test]
    fn the_switch_interval_is_that_of_a_gil() {
        let key = |gil| SeriesKey::in_interpreter(EngineKind::PythonThreads, python("/a", true, gil));
        assert!(key(true).depends_on_switch_interval() && !key(false).depends_on_switch_interval());
        assert!(SeriesKey::of(EngineKind::GilModel).depends_on_switch_interval());
        assert!(!SeriesKey::of(EngineKind::Native).depends_on_switch_interval());
    }

    #[test]
    fn interpreters_of_one_version_are_told_apart() {
        let keys = ["/a/python", "/b/python"]
            .map(|path| SeriesKey::in_interpreter(EngineKind::PythonThreads, python(path, false, true)));
        let all = [SeriesKey::of(EngineKind::Native), keys[0].clone(), keys[1].clone()];
        assert_eq!(
            SeriesKey::labels(&all),
            ["Native threads", "Python threads 3.13.1, /a/python", "Python threads 3.13.1, /b/python"]
        );
        assert_eq!(SeriesKey::labels(&all[..2]), ["Native threads", "Python threads 3.13.1"]);
    }
}
