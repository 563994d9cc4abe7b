//! The Pythons of this machine, and which of them the learner measures in.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::remark::Remark;
use crate::engine::catalogue::{self, InterpreterOffer};
use crate::model::series::{EngineKind, Interpreter, SeriesKey, StartMethod};

/// Which Pythons to measure in; kept with the session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PythonChoice {
    /// Those chosen; `None` for the usual one.
    pub chosen: Option<Vec<ChosenPython>>,
    /// Executables that the learner has named, beside those that are found.
    pub own_paths: Vec<PathBuf>,
    /// How processes are started; `None` for each interpreter's default.
    pub start_method: Option<StartMethod>,
}

/// A Python that the learner has chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenPython {
    /// Its executable.
    pub path: String,
    /// What it was when it was chosen, such as `3.11.7`, to name it when it is gone.
    pub version: String,
    /// The states of the GIL to measure, where the build has a choice.
    #[serde(default)]
    pub gil: GilChoice,
}

/// The states of the GIL that a free-threaded build is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GilChoice {
    /// As such builds start.
    #[default]
    Off,
    /// Kept off with `-X gil=0`, whatever is imported.
    KeptOff,
    /// Started with `-X gil=1`.
    On,
    /// Two series, one of each.
    Both,
}

impl GilChoice {
    /// Every choice, in the order the dialog shows them.
    pub const ALL: [Self; 4] = [Self::Off, Self::KeptOff, Self::On, Self::Both];

    /// What a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::Off => "GIL off",
            Self::KeptOff => "Kept off",
            Self::On => "GIL on",
            Self::Both => "Both",
        }
    }

    /// A free-threaded interpreter in the states that were chosen.
    fn states(self, python: &Interpreter) -> Vec<Interpreter> {
        match self {
            Self::Off => vec![python.with_gil(false)],
            Self::KeptOff => vec![python.without_gil()],
            Self::On => vec![python.with_gil(true)],
            Self::Both => vec![python.with_gil(false), python.with_gil(true)],
        }
    }
}

/// How far the search for Pythons has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Search {
    /// It goes on.
    #[default]
    Looking,
    /// It is done.
    Done,
}

/// What is known of the Pythons of this machine.
#[derive(Debug, Default)]
pub struct Pythons {
    /// How far the search has come.
    pub search: Search,
    /// How many searches were asked for and have not reported yet.
    pub searches: usize,
    /// Every Python: the usable ones first, newest first.
    pub offers: Vec<InterpreterOffer>,
    /// The one that the shell starts as `python3`, or else the first usable one.
    pub usual: Option<Interpreter>,
    /// What stands in the field for a path.
    pub typed: String,
    /// The path that was named last, until it has been looked at.
    pub named: Option<PathBuf>,
    /// What came of the path that was named last.
    pub remark: Option<Remark>,
}

impl Pythons {
    /// Those chosen, with the usual one where the learner has chosen none.
    pub fn chosen(&self, choice: &PythonChoice) -> Vec<ChosenPython> {
        choice.chosen.clone().unwrap_or_else(|| self.usual.iter().map(ChosenPython::of).collect())
    }

    /// Whether the Python at `path` is chosen, and in which states of the GIL.
    pub fn choice_of(&self, choice: &PythonChoice, path: &str) -> Option<GilChoice> {
        self.chosen(choice).iter().find(|chosen| chosen.path == path).map(|chosen| chosen.gil)
    }

    /// The interpreters to measure in, in the order of the offers.
    pub fn interpreters(&self, choice: &PythonChoice) -> Vec<Interpreter> {
        let chosen = self.chosen(choice);
        let states = |python: &Interpreter| {
            let chosen = chosen.iter().find(|chosen| chosen.path == python.path)?;
            Some(if python.free_threaded { chosen.gil.states(python) } else { vec![python.clone()] })
        };
        self.usable().filter_map(states).flatten().collect()
    }

    /// The interpreter that the first program runs in: the usual one where it is chosen or nothing is, or else the first chosen.
    pub fn for_programs(&self, choice: &PythonChoice) -> Option<Interpreter> {
        let chosen = self.interpreters(choice);
        let is_usual = |python: &&Interpreter| self.usual.as_ref().is_some_and(|usual| usual.path == python.path);
        chosen.iter().find(is_usual).or(chosen.first()).or(self.usual.as_ref()).cloned()
    }

    /// Those that were chosen and are not there any more; none before the search is done.
    pub fn missing(&self, choice: &PythonChoice) -> Vec<ChosenPython> {
        if self.search == Search::Looking {
            return Vec::new();
        }
        let is_gone = |chosen: &ChosenPython| !self.usable().any(|python| python.path == chosen.path);
        self.chosen(choice).into_iter().filter(is_gone).collect()
    }

    /// Every Python that Threadlab can measure in.
    pub fn usable(&self) -> impl Iterator<Item = &Interpreter> {
        self.offers.iter().filter_map(|offer| offer.interpreter.as_ref().ok())
    }

    /// The usual Python in words, such as "CPython 3.11.7".
    pub fn in_words(&self) -> Option<String> {
        let usual = self.usual.as_ref()?;
        let build = if usual.free_threaded { "t" } else { "" };
        Some(format!("CPython {}{build}", usual.version))
    }
}

impl ChosenPython {
    /// This interpreter, as such builds start.
    pub fn of(python: &Interpreter) -> Self {
        Self { path: python.path.clone(), version: python.version.clone(), gil: GilChoice::Off }
    }
}

/// What a terminal shows between backticks, between quotation marks.
pub fn quoted(words: &str) -> String {
    let mut parts = words.split('`');
    let mut quoted = parts.next().unwrap_or_default().to_owned();
    for (index, part) in parts.enumerate() {
        quoted.push(if index % 2 == 0 { '“' } else { '”' });
        quoted.push_str(part);
    }
    quoted
}

/// The series that check boxes offer: those without interpreter, then each Python engine in each interpreter.
pub fn series(interpreters: &[Interpreter], start_method: Option<StartMethod>) -> Vec<SeriesKey> {
    let methods: Vec<StartMethod> = start_method.into_iter().collect();
    EngineKind::ALL.into_iter().flat_map(|kind| catalogue::series(kind, interpreters, &methods)).collect()
}

/// What stands beside a series' check box: the engine's label, or such as `3.11 threads` for Python.
pub fn box_labels(keys: &[SeriesKey]) -> Vec<String> {
    let pythons: Vec<&Interpreter> = keys.iter().filter_map(|key| key.interpreter.as_ref()).collect();
    let label = |key: &SeriesKey| match &key.interpreter {
        Some(python) => format!("{} {}", short_name(python, &pythons), word(key.engine)),
        None => key.engine.label().to_owned(),
    };
    keys.iter().map(label).collect()
}

/// The version, as short as it can be among others, with the state of the GIL where a build has a choice.
fn short_name(python: &Interpreter, among: &[&Interpreter]) -> String {
    let series =
        |of: &Interpreter| of.version.rsplit_once('.').map_or(of.version.clone(), |(series, _)| series.to_owned());
    let others =
        || among.iter().filter(|other| other.path != python.path && other.free_threaded == python.free_threaded);
    let version =
        if others().any(|other| series(other) == series(python)) { python.version.clone() } else { series(python) };
    let build = if python.free_threaded { "t" } else { "" };
    let gil = if python.free_threaded && python.gil_enabled == Some(true) { " GIL on" } else { "" };
    // Of one version: by their places among all of it.
    let mut paths: Vec<&str> =
        others().filter(|other| other.version == python.version).map(|other| other.path.as_str()).collect();
    let place = if paths.is_empty() {
        String::new()
    } else {
        paths.push(&python.path);
        paths.sort_unstable();
        paths.dedup();
        let place = paths.iter().position(|path| *path == python.path).unwrap_or_default() + 1;
        format!(" ({place})")
    };
    format!("{version}{build}{gil}{place}")
}

fn word(engine: EngineKind) -> &'static str {
    match engine {
        EngineKind::Native | EngineKind::GilModel => engine.label(),
        EngineKind::PythonThreads => "threads",
        EngineKind::PythonProcesses => "processes",
        EngineKind::PythonInterpreters => "sub-interpreters",
        EngineKind::PythonAsyncio => "asyncio",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(path: &str, version: &str, free_threaded: bool) -> Interpreter {
        Interpreter {
            path: path.to_owned(),
            version: version.to_owned(),
            free_threaded,
            gil_enabled: Some(!free_threaded),
            gil_forced_off: false,
        }
    }

    fn known(pythons: &[Interpreter]) -> Pythons {
        let offer = |python: &Interpreter| InterpreterOffer {
            path: python.path.clone(),
            version: Some(python.version.clone()),
            free_threaded: Some(python.free_threaded),
            origin: "PATH".to_owned(),
            interpreter: Ok(python.clone()),
        };
        Pythons {
            search: Search::Done,
            offers: pythons.iter().map(offer).collect(),
            usual: pythons.last().cloned(),
            ..Pythons::default()
        }
    }

    #[test]
    fn the_usual_one_is_measured_unless_others_are_chosen() {
        let all = [python("/a", "3.13.1", true), python("/b", "3.11.7", false)];
        let pythons = known(&all);
        let mut choice = PythonChoice::default();
        assert_eq!(pythons.interpreters(&choice), [all[1].clone()]);
        choice.chosen = Some(vec![ChosenPython { gil: GilChoice::Both, ..ChosenPython::of(&all[0]) }]);
        let states: Vec<_> = pythons.interpreters(&choice).iter().map(|python| python.gil_enabled).collect();
        assert_eq!(states, [Some(false), Some(true)]);
        choice.chosen = Some(Vec::new());
        assert_eq!(pythons.interpreters(&choice), []);
    }

    #[test]
    fn a_program_runs_in_the_usual_one_where_it_is_chosen() {
        let all = [python("/a", "3.13.1", true), python("/b", "3.11.7", false)];
        let pythons = known(&all);
        let choose = |chosen: &[usize]| PythonChoice {
            chosen: Some(chosen.iter().map(|&index| ChosenPython::of(&all[index])).collect()),
            ..PythonChoice::default()
        };
        let runs_in = |choice| pythons.for_programs(&choice).map(|python| python.path);
        assert_eq!(runs_in(PythonChoice::default()).as_deref(), Some("/b"));
        assert_eq!(runs_in(choose(&[0, 1])).as_deref(), Some("/b"));
        assert_eq!(runs_in(choose(&[0])).as_deref(), Some("/a"));
        assert_eq!(runs_in(choose(&[])).as_deref(), Some("/b"));
        assert_eq!(Pythons::default().for_programs(&PythonChoice::default()), None);
    }

    #[test]
    fn backticks_become_quotation_marks() {
        assert_eq!(quoted("run `a -m b` or `c`"), "run “a -m b” or “c”");
        assert_eq!(quoted("nothing"), "nothing");
    }

    #[test]
    fn who_is_gone_is_named() {
        let pythons = known(&[python("/b", "3.11.7", false)]);
        let gone = ChosenPython::of(&python("/gone", "3.12.1", false));
        let choice = PythonChoice { chosen: Some(vec![gone.clone()]), ..PythonChoice::default() };
        assert_eq!(pythons.missing(&choice), [gone]);
        assert_eq!(Pythons::default().missing(&choice), [], "nobody knows yet");
        assert_eq!(pythons.missing(&PythonChoice::default()), []);
    }

    #[track_caller]
    fn check_labels(pythons: &[Interpreter], expected: &[&str]) {
        let keys: Vec<_> =
            pythons.iter().map(|it| SeriesKey::in_interpreter(EngineKind::PythonThreads, it.clone())).collect();
        assert_eq!(box_labels(&keys), expected);
    }

    #[test]
    fn boxes_have_short_names_that_differ() {
        check_labels(&[python("/a", "3.11.7", false)], &["3.11 threads"]);
        check_labels(
            &[python("/a", "3.11.7", false), python("/b", "3.11.2", false)],
            &["3.11.7 threads", "3.11.2 threads"],
        );
        check_labels(
            &[python("/b", "3.11.7", false), python("/a", "3.11.7", false)],
            &["3.11.7 (2) threads", "3.11.7 (1) threads"],
        );
        let free = python("/t", "3.13.1", true);
        let on = Interpreter { gil_enabled: Some(true), ..free.clone() };
        check_labels(
            &[free, on, python("/a", "3.13.1", false)],
            &["3.13t threads", "3.13t GIL on threads", "3.13 threads"],
        );
    }
}
