//! Everything the window shows. Views read it; only [`super::perform`] changes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::remark::Remark;
use super::session::{LessonProgress, Session};
use crate::engine::message::{Outcome, Progress};
use crate::lesson::trust::Trust;
use crate::lesson::{Experiment, recorded};
use crate::model::machine::Machine;
use crate::model::plan::RunId;
use crate::model::plot::{AxisChoice, CurveRole, Metric, PlotSpec};
use crate::model::record::RunRecord;
use crate::model::run::Run;
use crate::model::timeline::Timeline;

mod bench;
pub mod code;
pub mod difference;
pub mod evidence;
pub mod export;
pub mod first;
pub mod lessons;
pub mod notice;
pub mod pythons;
pub mod remark;
pub mod settings;

pub use bench::{Bench, Drawing, SeriesOffer};
use code::FaultyCode;
use export::ExportForm;
use first::FirstProgram;
use lessons::Lessons;
use notice::Notices;
use pythons::{Pythons, Search};

/// Everything the window shows.
#[derive(Debug)]
pub struct State {
    /// What outlives the window.
    pub session: Session,
    /// Where it is kept; `None` where nothing can be kept.
    pub config_dir: Option<PathBuf>,
    /// This machine.
    pub machine: Machine,
    /// The Pythons of this machine.
    pub pythons: Pythons,
    /// The first program with threads.
    pub first: FirstProgram,
    /// Which lessons' code may run.
    pub trust: Trust,
    /// What went wrong last in lessons' code, by the lesson's id.
    pub code_faults: BTreeMap<String, FaultyCode>,
    /// The lessons.
    pub lessons: Lessons,
    /// The words that lessons in the list must contain.
    pub filter: String,
    /// The group shown of the open lesson, by its place; `None` for a broken lesson.
    pub bench: Option<Bench>,
    /// The run that is on.
    pub run: Option<LiveRun>,
    /// What is to start as soon as nothing disturbs it.
    pub wish: Wish,
    /// What each group measured last, by the group's key.
    pub measured: BTreeMap<String, Measured>,
    /// A result that was opened from a file and is shown instead of this machine's own.
    pub opened: Option<Opened>,
    /// A result of the open lesson, recorded earlier or elsewhere, whose curves stand behind this machine's own.
    pub beside: Option<Beside>,
    /// What lies over the window.
    pub overlay: Overlay,
    /// Messages.
    pub notices: Notices,
    /// Whether only title and plot are shown.
    pub presenting: bool,
    /// The experiment that a link in the text pointed to.
    pub pointed_out: Option<String>,
    /// The zoom at which text has its usual size on this monitor; the reader's own comes on top.
    pub usual_zoom: f32,
    /// Whether the lesson filter is to take the keyboard.
    pub focus_filter: bool,
    /// Whether a file is being written.
    pub exporting: bool,
    /// What stands below the plot.
    pub below: Below,
    /// What stands below the plot and is to come into sight.
    pub reveal: Option<Below>,
    /// The place of the timeline that is shown.
    pub timeline: usize,
}

/// What is to start as soon as nothing disturbs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wish {
    /// Nothing.
    #[default]
    Nothing,
    /// A run of what is shown.
    Run,
}

/// What stands below the plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Below {
    /// What the measurement says of the claims.
    #[default]
    Verdicts,
    /// The numbers: the plot's text form.
    Table,
    /// The laws that the curves follow, and what bounds them.
    Why,
    /// Who held the GIL, when.
    Timeline,
}

impl Below {
    /// Every choice, in tab order.
    pub const ALL: [Self; 4] = [Self::Verdicts, Self::Table, Self::Why, Self::Timeline];

    /// The tab's label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Verdicts => "Verdicts",
            Self::Table => "Table",
            Self::Why => "Why",
            Self::Timeline => "Timeline",
        }
    }

    /// One sentence for the tooltip.
    pub fn help(self) -> &'static str {
        match self {
            Self::Verdicts => "What the measurement says of each claim.",
            Self::Table => "The numbers behind the plot.",
            Self::Why => "The law that each curve follows, and how many cores it used.",
            Self::Timeline => "Which thread of the model held the GIL, when.",
        }
    }
}

/// A run that is on.
#[derive(Debug)]
pub struct LiveRun {
    /// Its id; events of another run are ignored.
    pub id: RunId,
    /// The key of the group that runs.
    pub group: String,
    /// What was measured so far.
    pub run: Run,
    /// Who held the GIL, with the place of the experiment in the run.
    pub timelines: Vec<(usize, Arc<Timeline>)>,
    /// How far it has come.
    pub progress: Option<Progress>,
    /// When the reader asked for it.
    pub asked_at: Instant,
    /// Whether a frame with a point of it was drawn.
    pub is_drawn: bool,
    /// Since it began, as the last event said.
    pub elapsed: Duration,
    /// Whether the reader has asked for its end.
    pub stopping: bool,
}

impl LiveRun {
    /// How much of the run lies behind, from 0 to 1, as far as it can be known.
    pub fn share(&self) -> f32 {
        let Some(progress) = self.progress else { return 0.0 };
        let total = self.elapsed + progress.time_left;
        if total.is_zero() { 0.0 } else { self.elapsed.as_secs_f32() / total.as_secs_f32() }
    }
}

/// What a group measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Everything measured.
    pub record: Arc<RunRecord>,
    /// How the run ended; `None` for one from before this start that ended early, which may have been stopped or have failed.
    pub outcome: Option<Outcome>,
    /// Who held the GIL, with the place of the experiment in the record.
    pub timelines: Vec<(usize, Arc<Timeline>)>,
    /// When it was measured.
    pub since: Since,
    /// The finished run that this one, which did not come to its end, would put out of sight.
    pub finished: Option<Box<Measured>>,
}

/// When something was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Since this window was opened.
    ThisStart,
    /// Before, and kept.
    Before,
}

/// A result opened from a file.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Where it came from.
    pub path: PathBuf,
    /// What it holds.
    pub record: Arc<RunRecord>,
    /// Its plot and tables.
    pub drawing: Drawing,
    /// The tab shown.
    pub metric: Metric,
    /// Linear, logarithmic, or as the values need.
    pub axes: AxisChoice,
    /// Curves that the reader has hidden.
    pub hidden: BTreeSet<String>,
    /// Its settings where the controls say something else, in words.
    pub differences: Vec<String>,
}

/// A result of the open lesson that stands behind this machine's own.
#[derive(Debug, Clone)]
pub struct Beside {
    /// What it holds.
    pub record: Arc<RunRecord>,
    /// Whether it has some experiment of the group shown, with the same parameters: plots that can hold curves of it then do.
    pub is_comparable: bool,
    /// Its settings where the controls say something else, in words.
    pub differences: Vec<String>,
}

/// The dialog for opening a file, while it is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenForm {
    /// The path, as typed.
    pub path: String,
    /// What came of the last attempt.
    pub remark: Option<Remark>,
}

/// What lies over the window.
#[derive(Debug, Default, PartialEq)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The command palette.
    Palette,
    /// The dialog for opening a file.
    Open(OpenForm),
    /// The export dialog.
    Export(Box<ExportForm>),
    /// The Pythons of this machine.
    Python,
    /// The first program with threads.
    First,
    /// The lesson's own code, in a large editor.
    Code,
    /// Whether the lesson's own code may run.
    Agreement,
    /// The settings.
    Settings,
    /// The help page.
    Help,
    /// What this program is.
    About,
    /// The questions of all lessons.
    Faq,
}

impl State {
    /// The start of a window: no lessons yet.
    pub fn new(session: Session, config_dir: Option<PathBuf>, machine: Machine) -> Self {
        Self {
            session,
            config_dir,
            machine,
            pythons: Pythons::default(),
            first: FirstProgram::default(),
            trust: Trust::default(),
            code_faults: BTreeMap::new(),
            lessons: Lessons::default(),
            filter: String::new(),
            bench: None,
            run: None,
            wish: Wish::Nothing,
            measured: BTreeMap::new(),
            opened: None,
            beside: None,
            overlay: Overlay::None,
            notices: Notices::default(),
            presenting: false,
            pointed_out: None,
            usual_zoom: 1.0,
            focus_filter: false,
            exporting: false,
            below: Below::default(),
            reveal: None,
            timeline: 0,
        }
    }

    /// The record that plot, table and verdicts show: an opened one, the one that is growing, or the last one.
    pub fn record(&self) -> Option<&RunRecord> {
        if let Some(opened) = &self.opened {
            return Some(&opened.record);
        }
        let key = &self.bench.as_ref()?.group()?.key;
        match &self.run {
            Some(live) if live.group == *key => Some(live.run.record()),
            _ => self.measured.get(key).map(|measured| measured.record.as_ref()),
        }
    }

    /// What the group shown has measured, unless it is being measured or an opened result is shown.
    pub fn measured_here(&self) -> Option<&Measured> {
        let key = &self.bench.as_ref().filter(|_| self.opened.is_none())?.group()?.key;
        self.measured.get(key).filter(|_| !self.is_running_here())
    }

    /// Whether a recorded result of the open lesson comes with the program and is not shown yet.
    pub fn has_recorded(&self) -> bool {
        let lesson = self.lessons.lesson().filter(|_| self.beside.is_none() && self.opened.is_none());
        lesson.is_some_and(|lesson| recorded::of(&lesson.id).is_some())
    }

    /// Whether the result beside is drawn: whether it measured the same work as an experiment that is shown.
    pub fn is_beside_drawn(&self) -> bool {
        let mut curves = self.figure().into_iter().flat_map(|figure| &figure.panels).flat_map(|panel| &panel.curves);
        curves.any(|curve| matches!(curve.role, CurveRole::Reference { .. }))
    }

    /// The plot that is shown.
    pub fn figure(&self) -> Option<&Arc<PlotSpec>> {
        self.drawing().map(|drawing| &drawing.figure)
    }

    /// Plot and tables that are shown.
    pub fn drawing(&self) -> Option<&Drawing> {
        match &self.opened {
            Some(opened) => Some(&opened.drawing),
            None => self.bench.as_ref().map(|bench| &bench.drawing),
        }
    }

    /// The axes of the plot that is shown.
    pub fn axes(&self) -> Option<AxisChoice> {
        match &self.opened {
            Some(opened) => Some(opened.axes),
            None => self.bench.as_ref().map(|bench| bench.settings.axes),
        }
    }

    /// The curves that the reader has hidden in the plot that is shown.
    pub fn hidden(&self) -> Option<&BTreeSet<String>> {
        match &self.opened {
            Some(opened) => Some(&opened.hidden),
            None => self.bench.as_ref().map(|bench| &bench.settings.hidden),
        }
    }

    /// Who held the GIL in the run that is shown, with the place of the experiment in the record.
    pub fn timelines(&self) -> &[(usize, Arc<Timeline>)] {
        let key = self.bench.as_ref().and_then(Bench::group).map(|group| group.key.as_str());
        match (&self.opened, &self.run, key) {
            (Some(_), _, _) | (None, _, None) => &[],
            (None, Some(live), Some(key)) if live.group == key => &live.timelines,
            (None, _, Some(key)) => self.measured.get(key).map_or(&[], |measured| &measured.timelines),
        }
    }

    /// Whether the group shown is being measured.
    pub fn is_running_here(&self) -> bool {
        let key = self.bench.as_ref().and_then(Bench::group).map(|group| &group.key);
        self.run.as_ref().is_some_and(|live| Some(&live.group) == key)
    }

    /// Whether an experiment belongs to the group shown.
    pub fn is_in_group_shown(&self, experiment: &str) -> bool {
        let shown = self.bench.as_ref().and_then(Bench::group).zip(self.lessons.lesson());
        shown.is_some_and(|(group, lesson)| group.experiments(lesson).any(|it| it.id == experiment))
    }

    /// The title of an experiment of the open lesson, with the values that its sliders have now.
    pub fn experiment_title(&self, experiment: &Experiment) -> String {
        let place =
            self.lessons.lesson().and_then(|lesson| lesson.experiments.iter().position(|it| it.id == experiment.id));
        let title = place.zip(self.bench.as_ref()).and_then(|(place, bench)| bench.titles.get(place).cloned());
        title.unwrap_or_else(|| experiment.title())
    }

    /// Whether a run can be started: some engine is checked that can run here.
    pub fn can_run(&self) -> bool {
        let chosen =
            |bench: &Bench| bench.offers.iter().any(|offer| offer.is_there() && bench.settings.is_chosen(&offer.key));
        self.bench.as_ref().is_some_and(chosen)
    }

    /// Whether interpreters are being started for something else than a measurement.
    pub fn is_machine_busy(&self) -> bool {
        self.first.is_running || self.pythons.search == Search::Looking
    }

    /// How far a lesson of the list has come.
    pub fn progress(&self, lesson: &str) -> LessonProgress {
        self.session.progress(lesson)
    }

    /// Takes away messages that were shown long enough; says when to look again.
    pub fn expire_notices(&mut self, now: Instant) -> Option<Duration> {
        self.notices.expire(now)
    }
}
