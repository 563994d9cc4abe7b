//! What is remembered from one start to the next: settings, the last session, and how far each lesson has come.
//!
//! One JSON file in the configuration folder. What cannot be understood of it is set aside beside it, never overwritten.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use eframe::egui;
use serde::{Deserialize, Serialize};

use super::state::code::CodeEdit;
use super::state::export::ExportPreferences;
use super::state::pythons::PythonChoice;
use super::state::settings::SavedGroup;
use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::model::prediction::Prediction;
use crate::model::stopping::Precision;

mod restore;

pub use restore::Restored;

/// The number in `format` that this program writes and reads.
pub const FORMAT: u32 = 1;

/// The file's name in the configuration folder.
pub const FILE_NAME: &str = "session.json";

/// The environment variable that names another configuration folder.
pub const CONFIG_VARIABLE: &str = "THREADLAB_CONFIG_DIR";

/// The least and the greatest zoom that can be set.
pub const ZOOM_RANGE: std::ops::RangeInclusive<f32> = 0.5..=4.0;

/// The switch intervals that can be set, in microseconds.
pub const SWITCH_INTERVALS_US: std::ops::RangeInclusive<u32> = 100..=100_000;

/// Everything that outlives the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// [`FORMAT`].
    pub format: u32,
    /// The window's colours.
    pub theme: ThemeChoice,
    /// The size of text and controls; 1 is usual.
    pub zoom: f32,
    /// How exact a run is.
    pub precision: Precision,
    /// The switch interval of the model and of Python threads, in microseconds.
    pub switch_interval_us: u32,
    /// Whether a slider that is let go starts a run.
    pub run_on_release: bool,
    /// Whether the first-start hint was taken away.
    pub hint_dismissed: bool,
    /// Panels and window.
    pub layout: WindowLayout,
    /// The lesson shown last.
    pub lesson: Option<String>,
    /// How far each lesson has come, by id.
    pub lessons: BTreeMap<String, LessonProgress>,
    /// What was answered to the questions of lessons, by `lesson/question`: the place among the choices.
    pub answers: BTreeMap<String, usize>,
    /// The settings of each group of experiments, by lesson and first experiment: `lesson/experiment`.
    pub groups: BTreeMap<String, SavedGroup>,
    /// What the export dialog was left at.
    pub export: ExportPreferences,
    /// Which Pythons to measure in.
    pub python: PythonChoice,
    /// What the learner made of lessons' own code, by the lesson's id.
    pub codes: BTreeMap<String, CodeEdit>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            format: FORMAT,
            theme: ThemeChoice::System,
            zoom: 1.0,
            precision: Precision::Quick,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
            run_on_release: false,
            hint_dismissed: false,
            layout: WindowLayout::default(),
            // A new reader sees the whole matter in one picture first.
            lesson: Some("both".to_owned()),
            lessons: BTreeMap::new(),
            answers: BTreeMap::new(),
            groups: BTreeMap::new(),
            export: ExportPreferences::default(),
            python: PythonChoice::default(),
            codes: BTreeMap::new(),
        }
    }
}

/// The window's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// As the system.
    #[default]
    System,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

impl ThemeChoice {
    /// Every choice, in the order settings show them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// What a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// What egui is told.
    pub fn preference(self) -> egui::ThemePreference {
        match self {
            Self::System => egui::ThemePreference::System,
            Self::Light => egui::ThemePreference::Light,
            Self::Dark => egui::ThemePreference::Dark,
        }
    }
}

/// Panels and window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowLayout {
    /// The lesson list.
    pub lessons: Fold,
    /// The lesson's text.
    pub text: Fold,
    /// Verdicts and table.
    pub results: Fold,
    /// The window's inner size in points.
    pub size: Option<[f32; 2]>,
    /// The list's width in points.
    pub lessons_width: Option<f32>,
    /// The text's width in points.
    pub text_width: Option<f32>,
}

impl Default for WindowLayout {
    fn default() -> Self {
        Self {
            lessons: Fold::Fitting,
            text: Fold::Fitting,
            results: Fold::Fitting,
            size: None,
            lessons_width: None,
            text_width: None,
        }
    }
}

/// Whether a panel is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fold {
    /// Where there is room for it.
    #[default]
    Fitting,
    /// Always.
    Open,
    /// Never.
    Closed,
}

impl Fold {
    /// Whether it is shown, given whether there is room.
    pub fn is_open(self, room: bool) -> bool {
        match self {
            Self::Fitting => room,
            Self::Open => true,
            Self::Closed => false,
        }
    }

    /// The choice that turns what is seen into its opposite.
    #[must_use]
    pub fn toggled(self, room: bool) -> Self {
        if self.is_open(room) { Self::Closed } else { Self::Open }
    }
}

/// How far a lesson has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LessonProgress {
    /// Never read.
    #[default]
    New,
    /// The end of its text was in sight.
    Read,
    /// An experiment of it was run to its end.
    Run,
    /// The learner marked it as done.
    Done,
}

impl LessonProgress {
    /// What a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Read => "read",
            Self::Run => "run",
            Self::Done => "done",
        }
    }
}

/// The folder that settings are kept in: `given` (from the command line), then [`CONFIG_VARIABLE`], then the system's own.
pub fn config_dir(given: Option<PathBuf>, variable: Option<&OsStr>) -> Option<PathBuf> {
    given
        .or_else(|| variable.filter(|value| !value.is_empty()).map(PathBuf::from))
        .or_else(|| directories::ProjectDirs::from("", "", "threadlab").map(|dirs| dirs.config_dir().to_path_buf()))
}

impl Session {
    /// The bytes to keep.
    ///
    /// # Errors
    /// Never for the types that are kept; serde cannot tell.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(self)
    }

    fn sanitised(mut self) -> Self {
        self.zoom = if self.zoom.is_finite() { self.zoom.clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end()) } else { 1.0 };
        self.switch_interval_us =
            self.switch_interval_us.clamp(*SWITCH_INTERVALS_US.start(), *SWITCH_INTERVALS_US.end());
        let sane = |width: f32| width.is_finite() && (80.0..=4000.0).contains(&width);
        self.layout.lessons_width = self.layout.lessons_width.filter(|width| sane(*width));
        self.layout.text_width = self.layout.text_width.filter(|width| sane(*width));
        for prediction in self.groups.values_mut().flat_map(|group| &mut group.predictions) {
            if !prediction.is_sound() {
                *prediction = Prediction::default();
            }
        }
        self.layout.size = self.layout.size.filter(|size| size.iter().all(|side| (200.0..=16_000.0).contains(side)));
        self
    }

    /// How far a lesson has come.
    pub fn progress(&self, lesson: &str) -> LessonProgress {
        self.lessons.get(lesson).copied().unwrap_or_default()
    }

    /// What was answered to a question of a lesson: the place among its choices.
    pub fn answer(&self, lesson: &str, question: &str) -> Option<usize> {
        self.answers.get(&format!("{lesson}/{question}")).copied()
    }

    /// Forgets how far the lessons have come, and every answer.
    pub fn forget_progress(&mut self) {
        self.lessons.clear();
        self.answers.clear();
    }

    /// Notes that a lesson has come at least this far.
    pub fn reach(&mut self, lesson: &str, progress: LessonProgress) {
        let entry = self.lessons.entry(lesson.to_owned()).or_default();
        *entry = (*entry).max(progress);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_goes_back_by_itself() {
        let mut session = Session::default();
        session.reach("a", LessonProgress::Run);
        session.reach("a", LessonProgress::Read);
        assert_eq!(session.progress("a"), LessonProgress::Run);
        assert_eq!(session.progress("b"), LessonProgress::New);
    }

    #[test]
    fn the_command_line_names_the_folder_before_the_environment() {
        let given = Some(PathBuf::from("given"));
        let variable = Some(OsStr::new("variable"));
        assert_eq!(config_dir(given.clone(), variable), given);
        assert_eq!(config_dir(None, variable), Some(PathBuf::from("variable")));
    }

    #[test]
    fn a_fold_toggles_what_is_seen() {
        assert_eq!(Fold::Fitting.toggled(true), Fold::Closed);
        assert_eq!(Fold::Fitting.toggled(false), Fold::Open);
        assert_eq!(Fold::Closed.toggled(true), Fold::Open);
    }
}
