//! A window on scripted engines.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use eframe::egui;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, HarnessBuilder};
use threadlab::engine::catalogue::{self, InterpreterOffer};
use threadlab::engine::handle::RunHandle;
use threadlab::engine::mock::{self, Fault, MockClock, MockEngine};
use threadlab::engine::quiet::Audience;
use threadlab::engine::{Engine, Support};
use threadlab::lesson::Library;
use threadlab::model::first_program::Transcript;
use threadlab::model::machine::Machine;
use threadlab::model::plan::RunRequest;
use threadlab::model::series::{EngineKind, Interpreter, SeriesKey};
use threadlab::model::workload::Workload;
use threadlab::ui::app::{App, Setup};
use threadlab::ui::command::Command;
use threadlab::ui::interpreter_search::{Findings, InterpreterSource, SearchOrder};
use threadlab::ui::laboratory::{Laboratory, LaboratoryError};
use threadlab::ui::state::Below;
use threadlab::ui::state::pythons::Search;

/// Why the Python engines are not there.
pub(crate) const REASON: &str = "No CPython was scripted";

/// Engines that behave as the textbook says, on a machine with four cores that does not exist.
pub(crate) struct Scripted {
    /// The Pythons that are found.
    pub(crate) pythons: Findings,
    /// What a search and a program wait for, if anything: a message each.
    gate: Option<Receiver<()>>,
    /// What every window does instead of being measured.
    pub(crate) fault: Option<Fault>,
    /// From the second run on: the window of each engine from which nothing ends until it is stopped.
    pub(crate) hang_at: Option<u64>,
    /// How many runs were asked for.
    runs: Rc<Cell<u32>>,
}

impl Laboratory for Scripted {
    fn machine(&self) -> Machine {
        mock::machine()
    }

    fn interpreters(&self) -> Box<dyn InterpreterSource> {
        Box::new(Gated { findings: self.pythons.clone(), gate: self.gate.clone() })
    }

    fn support(&self, key: &SeriesKey, workload: &Workload) -> Support {
        match (key.engine, &key.interpreter) {
            (EngineKind::Native | EngineKind::GilModel, _) | (_, Some(_)) => catalogue::support(key, workload),
            (_, None) => Support::Unavailable { reason: REASON.to_owned(), remedy: Some("Script one".to_owned()) },
        }
    }

    fn start(&self, request: RunRequest, audience: Box<dyn Audience>) -> Result<RunHandle, LaboratoryError> {
        // The same numbers each time, so that pictures can be compared.
        let request = RunRequest { seed: 7, ..request };
        let clock = MockClock::new();
        self.runs.set(self.runs.get() + 1);
        let hang_at = self.hang_at.filter(|_| self.runs.get() > 1);
        let engines = match (&self.fault, hang_at) {
            (None, Some(window)) => [EngineKind::Native, EngineKind::GilModel]
                .into_iter()
                .map(|kind| MockEngine::new(SeriesKey::of(kind), clock.clone()).fault_at(window, Fault::Hang))
                .map(|engine| Box::new(engine) as Box<dyn Engine>)
                .collect(),
            (None, None) => mock::engines(&request, &clock),
            (Some(fault), _) => std::iter::once(SeriesKey::of(EngineKind::Native))
                .chain(request.experiments.iter().flat_map(|plan| plan.series.iter().cloned()))
                .map(|key| MockEngine::new(key, clock.clone()).always(fault.clone()))
                .map(|engine| Box::new(engine) as Box<dyn Engine>)
                .collect(),
        };
        Ok(RunHandle::start_in(request, engines, audience, mock::surroundings(&clock))?)
    }
}

/// Findings that are reported when the test says so.
struct Gated {
    findings: Findings,
    gate: Option<Receiver<()>>,
}

impl Gated {
    /// A test that is over lets everybody through.
    fn wait(&self) {
        if let Some(gate) = &self.gate {
            let _over = gate.recv();
        }
    }
}

impl InterpreterSource for Gated {
    fn find(&mut self, order: &SearchOrder) -> Findings {
        self.wait();
        self.findings.find(order)
    }

    fn run_program(&mut self, python: &Interpreter, program: &str) -> Result<Transcript, String> {
        self.wait();
        self.findings.run_program(python, program)
    }
}

/// A window with what it is opened with; the folder lives as long as the window.
pub(crate) struct Bench {
    pub(crate) harness: Harness<'static, App>,
    pub(crate) folder: tempfile::TempDir,
    runs: Rc<Cell<u32>>,
}

/// What a window is opened with.
pub(crate) struct Opening {
    pub(crate) size: egui::Vec2,
    pub(crate) theme: egui::Theme,
    pub(crate) fault: Option<Fault>,
    /// The Pythons that are found.
    pub(crate) pythons: Findings,
    /// Lets searches and programs end, a message each; without it they end at once.
    pub(crate) gate: Option<Receiver<()>>,
    /// See [`Scripted::hang_at`].
    pub(crate) hang_at: Option<u64>,
    /// A configuration folder that an earlier window has left, in place of a new one.
    pub(crate) config: Option<PathBuf>,
    /// Name and text of lesson files.
    pub(crate) lessons: Vec<(&'static str, String)>,
    /// The settings file, as it is found.
    pub(crate) session: Option<String>,
    pub(crate) builder: fn(HarnessBuilder<App>) -> HarnessBuilder<App>,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            size: egui::vec2(1280.0, 800.0),
            theme: egui::Theme::Light,
            fault: None,
            pythons: Findings::default(),
            gate: None,
            hang_at: None,
            config: None,
            lessons: Vec::new(),
            session: None,
            builder: |builder| builder,
        }
    }
}

impl Opening {
    pub(crate) fn open(self) -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = self.config.unwrap_or_else(|| folder.path().join("config"));
        let lessons = folder.path().join("lessons");
        std::fs::create_dir_all(&config).expect("a folder");
        std::fs::create_dir_all(&lessons).expect("a folder");
        if let Some(session) = &self.session {
            std::fs::write(config.join("session.json"), session).expect("a file");
        }
        for (name, text) in &self.lessons {
            std::fs::write(lessons.join(name), text).expect("a file");
        }
        let library = Library::open((!self.lessons.is_empty()).then_some(lessons.as_path()));
        let runs = Rc::new(Cell::new(0));
        let is_gated = self.gate.is_some();
        let laboratory = Scripted {
            pythons: self.pythons,
            gate: self.gate,
            fault: self.fault,
            hang_at: self.hang_at,
            runs: Rc::clone(&runs),
        };
        let mut setup = Setup::new(Box::new(laboratory), library, Some(config));
        setup.export_folder = folder.path().join("figures");
        "threadlab (scripted)".clone_into(&mut setup.program);
        let builder = Harness::builder().with_size(self.size).with_theme(self.theme).with_max_steps(16);
        let harness = (self.builder)(builder).build_eframe(move |cc| App::new(&cc.egui_ctx, setup).expect("threads"));
        let mut bench = Bench { harness, folder, runs };
        if !is_gated {
            bench.until("the Pythons", |app| app.state().pythons.search == Search::Done);
        }
        bench
    }
}

/// A Python as a search finds it: its version with a `t` for a free-threaded build, and why it cannot be used.
pub(crate) fn python(version: &str, unfit: Option<&str>) -> InterpreterOffer {
    let free_threaded = version.ends_with('t');
    let path = format!("/opt/python{version}/bin/python3");
    let version = version.trim_end_matches('t').to_owned();
    let interpreter = Interpreter {
        path: path.clone(),
        version: version.clone(),
        free_threaded,
        gil_enabled: Some(!free_threaded),
        gil_forced_off: false,
    };
    InterpreterOffer {
        path,
        version: Some(version),
        free_threaded: Some(free_threaded),
        origin: "pyenv".to_owned(),
        interpreter: unfit.map_or(Ok(interpreter), |reason| Err(reason.to_owned())),
    }
}

/// A free-threaded one, two with the GIL of which the second is the usual one, and one that is too old.
pub(crate) fn pythons() -> Findings {
    let too_old = "Python 2.7.18 is too old: Threadlab needs 3.8 or later";
    let offers =
        vec![python("3.14.0t", None), python("3.12.1", None), python("3.11.7", None), python("2.7.18", Some(too_old))];
    let usual = offers.get(2).and_then(|offer| offer.interpreter.clone().ok());
    Findings { offers, usual, listed_as: Vec::new() }
}

/// A window on the lesson about waiting.
pub(crate) fn waiting() -> Bench {
    let mut bench = Opening::default().open();
    bench.perform(Command::SelectLesson("waiting".to_owned()));
    bench
}

impl Bench {
    /// Draws frames until `done` says so.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, done: impl Fn(&App) -> bool) {
        let patience = Instant::now() + Duration::from_mins(1);
        while !done(self.harness.state()) {
            assert!(Instant::now() < patience, "waited in vain for {what}");
            self.harness.step();
            std::thread::yield_now();
        }
        self.harness.run_steps(3);
    }

    /// Runs the experiment shown to its end.
    #[track_caller]
    pub(crate) fn measure(&mut self) {
        // The click starts it before it returns.
        let before = self.runs.get();
        self.click("Run");
        assert_eq!(self.runs.get(), before + 1, "no run was started");
        self.until("the end of the run", |app| app.state().run.is_none() && app.state().record().is_some());
    }

    /// What the verdicts below the plot say, each with its bottom.
    pub(crate) fn verdicts_below_the_plot(&self) -> Vec<(String, f32)> {
        let nodes = self.harness.query_all_by_role(Role::Button);
        let named = nodes.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect().bottom()));
        named.filter(|(name, _)| name.starts_with("Verdict: ")).collect()
    }

    /// Whether each claim of the group shown has its verdict above the status bar, whatever else stands below the plot.
    #[track_caller]
    pub(crate) fn check_verdicts_in_sight(&mut self) {
        for below in [Below::Verdicts, Below::Table] {
            self.perform(Command::ShowBelow(below));
            let state = self.harness.state().state();
            let record = state.record().expect("a record");
            let claims: usize = record.experiments.iter().map(|experiment| experiment.claims.len()).sum();
            let verdicts = self.verdicts_below_the_plot();
            assert_eq!(verdicts.len(), claims, "{}: {verdicts:?}", record.lesson);
            let lowest = verdicts.iter().map(|(_, bottom)| *bottom).fold(0.0, f32::max);
            let edge = self.harness.ctx.content_rect().height() - 36.0;
            assert!(lowest < edge, "{} {below:?}: {verdicts:?}", record.lesson);
        }
    }

    #[track_caller]
    pub(crate) fn click(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).click();
        self.harness.run_steps(3);
    }

    /// Ticks a box, or takes the tick away.
    #[track_caller]
    pub(crate) fn tick(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::CheckBox, label).click();
        self.harness.run_steps(3);
    }

    /// Chooses one of a row of choices.
    #[track_caller]
    pub(crate) fn choose(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::RadioButton, label).click();
        // What comes into sight takes its place a frame later.
        self.harness.run_steps(6);
    }

    pub(crate) fn keys(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(3);
    }

    pub(crate) fn perform(&mut self, command: Command) {
        let ctx = self.harness.ctx.clone();
        self.harness.state_mut().perform(command, &ctx);
        self.harness.run_steps(3);
    }

    /// The names of the curves that are drawn.
    pub(crate) fn curve_names(&self) -> Vec<String> {
        let figure = self.harness.state().state().figure().expect("a figure");
        figure.panels.iter().flat_map(|panel| &panel.curves).map(|curve| curve.name.clone()).collect()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}
