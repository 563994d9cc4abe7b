//! Which engines there are.

use std::sync::Arc;

use super::cancel::CancelFlag;
use super::gil::GilModel;
use super::native::NativeEngine;
use super::{Engine, Support, machine};
use crate::model::first_program::Transcript;
use crate::model::plan::RunRequest;
use crate::model::series::{EngineKind, Interpreter, SeriesKey, StartMethod};
use crate::model::workload::{Workload, WorkloadKind};
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
    let equipment = Equipment::of_this_machine(Switches::Ignored);
    let mut keys = vec![SeriesKey::of(EngineKind::Native)];
    keys.extend(request.experiments.iter().flat_map(|plan| plan.series.iter().cloned()));
    keys.sort_unstable();
    keys.dedup();
    let interval_us = request.switch_interval_us;
    let engines: Vec<_> = keys.into_iter().filter_map(|key| equipment.engine(&key, interval_us)).collect();
    let mut asked = request.experiments.iter().flat_map(|plan| &plan.series).peekable();
    let Some(first) = asked.peek().map(|key| key.label()) else { return Ok(engines) };
    if asked.any(|key| engines.iter().any(|engine| engine.key() == key)) {
        Ok(engines)
    } else {
        Err(CatalogueError::NoneHere(first))
    }
}

/// Whether Python engines count how often the GIL goes from one computing thread to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switches {
    Counted,
    Ignored,
}

/// What all engines of a run have in common.
pub(super) struct Equipment {
    workshop: Arc<Workshop>,
    cores: usize,
    switches: Switches,
}

impl Equipment {
    pub(super) fn of_this_machine(switches: Switches) -> Self {
        Self { workshop: Arc::new(Workshop::new()), cores: machine::cores(), switches }
    }

    /// The engine of a series; `None` where there is none.
    pub(super) fn engine(&self, key: &SeriesKey, switch_interval_us: u32) -> Option<Box<dyn Engine>> {
        let workshop = Arc::clone(&self.workshop);
        match key.engine {
            EngineKind::Native => Some(Box::new(NativeEngine::new(workshop, self.cores))),
            EngineKind::GilModel => Some(Box::new(GilModel::new(workshop, self.cores, switch_interval_us))),
            EngineKind::PythonThreads
            | EngineKind::PythonProcesses
            | EngineKind::PythonInterpreters
            | EngineKind::PythonAsyncio => {
                let engine = super::python::PythonEngine::new(key, workshop, self.cores)?;
                let engine = engine.with_switch_interval(switch_interval_us);
                Some(Box::new(match self.switches {
                    Switches::Counted => engine.noting_switches(),
                    Switches::Ignored => engine,
                }))
            }
        }
    }
}

/// Every series that can be measured on this machine, in the order lists show them.
pub fn available() -> Vec<SeriesKey> {
    [EngineKind::Native, EngineKind::GilModel].map(SeriesKey::of).to_vec()
}

/// Whether a series can run a workload here and now, and if not, why and what to do about it.
///
/// It starts no interpreter: where only that would tell (whether there is NumPy) it is taken to have it; [`asked_support`] asks.
pub fn support(key: &SeriesKey, workload: &Workload) -> Support {
    match key.engine {
        EngineKind::Native | EngineKind::GilModel => support_in_this_process(key.engine, workload),
        EngineKind::PythonThreads
        | EngineKind::PythonProcesses
        | EngineKind::PythonInterpreters
        | EngineKind::PythonAsyncio => python_support(key, workload),
    }
}

/// As [`support`], and starts an interpreter where only that tells, which may take a second.
pub fn asked_support(key: &SeriesKey, workload: &Workload) -> Support {
    if needs_interpreter(key.engine) {
        return super::python::engine::asked_support(key, workload);
    }
    support(key, workload)
}

/// Whether threads of this process can run a workload.
pub(super) fn support_in_this_process(engine: EngineKind, workload: &Workload) -> Support {
    let remedy = match workload.kind() {
        WorkloadKind::Numpy | WorkloadKind::Code => "choose a Python engine",
        _ => "choose other settings, or native threads",
    };
    engine.why_not_as_set(workload).map_or(Support::Available, |reason| Support::Unavailable {
        reason: reason.to_owned(),
        remedy: Some(remedy.to_owned()),
    })
}

fn python_support(key: &SeriesKey, workload: &Workload) -> Support {
    super::python::engine::support(key, workload)
}

/// Whether an engine runs in an interpreter, so that its series need one.
pub fn needs_interpreter(kind: EngineKind) -> bool {
    kind.needs_interpreter()
}

/// The series of an engine: one for each interpreter where it needs one, and one without any where there is none. Processes
/// have one for each of `start_methods`, or with each interpreter's default where none is named.
pub fn series(kind: EngineKind, interpreters: &[Interpreter], start_methods: &[StartMethod]) -> Vec<SeriesKey> {
    if !needs_interpreter(kind) || interpreters.is_empty() {
        return vec![SeriesKey::of(kind)];
    }
    let of_one = |interpreter: &Interpreter| {
        let key = SeriesKey::in_interpreter(kind, interpreter.clone());
        match (kind, start_methods) {
            (EngineKind::PythonProcesses, []) => vec![key.with_start_method(default_start_method(interpreter))],
            (EngineKind::PythonProcesses, methods) => {
                methods.iter().map(|method| key.clone().with_start_method(*method)).collect()
            }
            _ => vec![key],
        }
    };
    interpreters.iter().flat_map(of_one).collect()
}

/// The ways in which `multiprocessing` can start processes on this system.
pub fn start_methods() -> Vec<StartMethod> {
    StartMethod::ALL.into_iter().filter(|method| super::python::engine::why_not_started(*method).is_none()).collect()
}

/// How `multiprocessing` of an interpreter starts processes on this system unless it is told otherwise.
pub fn default_start_method(interpreter: &Interpreter) -> StartMethod {
    if !cfg!(unix) || cfg!(target_os = "macos") {
        return StartMethod::Spawn;
    }
    // 3.14 is the first with another default (What's New In Python 3.14).
    let mut numbers = interpreter.version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    let version = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    if version >= (3, 14) { StartMethod::Forkserver } else { StartMethod::Fork }
}

/// Runs a whole program in an interpreter, and tells what it printed.
///
/// # Errors
/// When the interpreter cannot be started or the program fails: a sentence without full stop.
pub fn run_program(python: &Interpreter, program: &str, cancel: &CancelFlag) -> Result<Transcript, String> {
    super::python::first::run(python, program, cancel)
}

/// A Python that was found on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterpreterOffer {
    /// Its executable.
    pub path: String,
    /// Such as `3.11.7`; `None` where it did not say.
    pub version: Option<String>,
    /// Whether it was built without the GIL; `None` where it did not say.
    pub free_threaded: Option<bool>,
    /// How it was found, in a word or two.
    pub origin: String,
    /// Itself as series name it, or why Threadlab cannot measure in it: a sentence without full stop.
    pub interpreter: Result<Interpreter, String>,
}

/// Finds the Pythons of this machine. It remembers what it asked, so that looking again is quick.
#[derive(Debug, Default)]
pub struct InterpreterFinder {
    discovery: super::python::discovery::Discovery,
}

impl InterpreterFinder {
    /// Takes in what [`Self::to_memory`] of an earlier start gave. A text that cannot be read changes nothing.
    pub fn recall(&mut self, memory: &str) {
        self.discovery.recall(memory);
    }

    /// What it knows, as text for a later start.
    pub fn to_memory(&self) -> String {
        self.discovery.to_memory()
    }

    /// Forgets what it knows, so that each Python is asked again.
    pub fn forget(&mut self) {
        self.discovery.forget();
    }

    /// Every Python, with those at `chosen`: the usable ones first, newest first. Each is asked what it is, so this may take
    /// a second the first time.
    pub fn find(&mut self, chosen: &[std::path::PathBuf]) -> Vec<InterpreterOffer> {
        let surroundings = super::python::places::Surroundings::of_this_process();
        self.discovery.find(&surroundings, chosen).iter().map(offer).collect()
    }

    /// The Python at one path.
    pub fn look_at(&mut self, path: &std::path::Path) -> InterpreterOffer {
        offer(&self.discovery.look_at(path))
    }

    /// The Python that the shell would start as `python3`, or else the first usable one.
    pub fn usual(&mut self) -> Option<Interpreter> {
        let surroundings = super::python::places::Surroundings::of_this_process();
        self.discovery.usual(&surroundings)?.interpreter()
    }
}

/// Whether two paths name the same interpreter: the same file, behind links. A virtual environment is one of its own.
#[cfg(unix)]
pub fn is_same_interpreter(one: &std::path::Path, other: &std::path::Path) -> bool {
    use super::python::discovery::identity_of;
    identity_of(one) == identity_of(other)
}

/// Whether two paths name the same interpreter.
#[cfg(not(unix))]
pub fn is_same_interpreter(one: &std::path::Path, other: &std::path::Path) -> bool {
    one == other
}

/// A fault in Python code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFault {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, counted in characters.
    pub column: usize,
    /// What Python says.
    pub message: String,
}

/// Lets an interpreter parse some sources without running them. One answer for each: `None` where it can be parsed.
///
/// # Errors
/// When the interpreter does not answer; a sentence without full stop.
pub fn parse_python(interpreter: &Interpreter, sources: &[&str]) -> Result<Vec<Option<CodeFault>>, String> {
    use super::python::syntax::{SYNTAX_LIMIT, check};
    let answers = check(std::path::Path::new(&interpreter.path), sources, SYNTAX_LIMIT)?;
    let fault = |fault: super::python::syntax::SyntaxFault| CodeFault {
        line: fault.line,
        column: fault.column,
        message: fault.message,
    };
    Ok(answers.into_iter().map(|answer| answer.map(fault)).collect())
}

fn offer(found: &super::python::discovery::Found) -> InterpreterOffer {
    let interpreter = found.interpreter().ok_or_else(|| {
        let unknown = || "it cannot be used".to_owned();
        found.unfit.as_ref().map_or_else(unknown, ToString::to_string)
    });
    InterpreterOffer {
        path: found.path.display().to_string(),
        version: found.identity.as_ref().map(|identity| identity.version.to_string()),
        free_threaded: found.identity.as_ref().map(|identity| identity.free_threaded),
        origin: found.origin.to_string(),
        interpreter,
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
    fn threads_of_this_process_run_every_workload_but_those_of_python() {
        for key in [EngineKind::Native, EngineKind::GilModel].map(SeriesKey::of) {
            assert!(available().contains(&key), "{key:?}");
            for kind in WorkloadKind::ALL {
                let is_available = support(&key, &Workload::new(kind)) == Support::Available;
                let of_python = [WorkloadKind::Numpy, WorkloadKind::Code];
                assert_eq!(is_available, !of_python.contains(&kind), "{key:?} {kind:?}");
            }
        }
    }

    #[test]
    fn each_interpreter_is_a_series_of_its_own() {
        let interpreter = |version: &str| Interpreter {
            path: format!("/bin/python{version}"),
            version: version.to_owned(),
            free_threaded: false,
            gil_enabled: Some(true),
            gil_forced_off: false,
        };
        let both = [interpreter("3.11.7"), interpreter("3.14.0")];
        let keys = series(EngineKind::PythonThreads, &both, &[]);
        assert_eq!(
            keys.iter().map(SeriesKey::label).collect::<Vec<_>>(),
            ["Python threads 3.11.7", "Python threads 3.14.0"]
        );
        assert_eq!(series(EngineKind::Native, &both, &[]), [SeriesKey::of(EngineKind::Native)]);
        assert_eq!(series(EngineKind::PythonAsyncio, &[], &[]), [SeriesKey::of(EngineKind::PythonAsyncio)]);
        let starts = series(EngineKind::PythonProcesses, &both[..1], &StartMethod::ALL);
        assert_eq!(
            starts.iter().map(SeriesKey::label).collect::<Vec<_>>(),
            ["Python processes 3.11.7, spawn", "Python processes 3.11.7, fork", "Python processes 3.11.7, forkserver"]
        );
        if cfg!(target_os = "linux") {
            let defaults = series(EngineKind::PythonProcesses, &both, &[]);
            let methods: Vec<_> = defaults.iter().map(|key| key.start_method).collect();
            assert_eq!(methods, [Some(StartMethod::Fork), Some(StartMethod::Forkserver)]);
        }
        let nowhere = support(&SeriesKey::of(EngineKind::PythonAsyncio), &Workload::new(WorkloadKind::Wait));
        assert!(matches!(nowhere, Support::Unavailable { remedy: Some(_), .. }));
    }
}
