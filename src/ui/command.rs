//! Every action of the window, with its label, tooltip and shortcut. Menu, buttons, palette and keys all come from here.

use std::path::PathBuf;

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::beside_command::BesideCommand;
use super::code_command::CodeCommand;
use super::edit::Stage;
use super::first_command::FirstCommand;
use super::python_command::PythonCommand;
use super::session::ThemeChoice;
use super::state::Below;
use super::state::export::ExportForm;
use crate::model::plot::{AxisChoice, Metric};
use crate::model::prediction::Prediction;
use crate::model::series::EngineKind;
use crate::model::stopping::Precision;
use crate::model::units::ThreadCount;

mod words;

/// What the reader asks for. Views return it; [`super::perform`] alone carries it out.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Starts a run, or stops the one that is on.
    RunOrStop,
    /// Starts a run unless one is on.
    Run,
    /// Opens or closes the export dialog.
    ShowExport,
    /// Puts the plot on the clipboard as a picture.
    CopyPlot,
    /// Chooses what stands below the plot.
    ShowBelow(Below),
    /// Chooses whose turns the timeline shows, by its place among the timelines.
    ShowTimeline(usize),
    /// Puts a results table on the clipboard, by its place in the record.
    CopyTable(usize),
    /// Asks for a lesson or a result file and opens it.
    Open,
    /// Opens these lesson or result files.
    OpenPaths(Vec<PathBuf>),
    /// Changes the path in the dialog for opening a file.
    EditOpen(String),
    /// Asks for files with the system's own dialog.
    ChooseFiles,
    /// Opens the file whose path was typed.
    OpenTyped,
    /// Goes back from an opened result to this machine's own.
    BackToLive,
    /// Shows the last finished run instead of the stopped one after it.
    ShowFinished,
    /// Goes to the lesson before.
    PreviousLesson,
    /// Goes to the lesson after.
    NextLesson,
    /// Goes to a lesson.
    SelectLesson(String),
    /// Goes to an experiment of this lesson and points it out.
    SelectExperiment(String),
    /// Shows or hides the command palette.
    ShowPalette,
    /// Shows or hides the lesson list.
    FoldLessons,
    /// Shows or hides the lesson's text.
    FoldText,
    /// Shows or hides verdicts and table below the plot.
    FoldResults,
    /// Leaves only title and plot, for a projector.
    Presenter,
    /// Fills the screen, or leaves it.
    FullScreen,
    /// Larger text and controls.
    ZoomIn,
    /// Smaller text and controls.
    ZoomOut,
    /// Text and controls at their usual size.
    ZoomReset,
    /// Chooses what the plot shows.
    ShowMetric(Metric),
    /// Chooses how exact a run is.
    SetPrecision(Precision),
    /// Chooses light, dark, or as the system.
    SetTheme(ThemeChoice),
    /// Whether a slider that is let go starts a run.
    SetRunOnRelease(bool),
    /// The switch interval of the model and of Python threads, in microseconds.
    SetSwitchInterval(u32),
    /// Whether the curve is predicted by dragging.
    SetPredicting(bool),
    /// The curve the learner expects of one experiment of the group shown.
    SetPrediction {
        /// Index in the group.
        experiment: usize,
        /// The whole curve.
        prediction: Prediction,
    },
    /// Forgets the predictions of the group shown.
    ClearPrediction,
    /// The range of thread counts.
    SetThreads {
        /// The least.
        from: ThreadCount,
        /// The most.
        to: ThreadCount,
        /// Whether the reader is still dragging.
        stage: Stage,
    },
    /// A parameter of one experiment of the group shown.
    SetParameter {
        /// Index in the group.
        experiment: usize,
        /// The parameter's id.
        name: &'static str,
        /// The new value, within its range.
        value: f64,
        /// Whether the reader is still dragging.
        stage: Stage,
    },
    /// Adds an engine to the group shown, or takes it away.
    ToggleEngine(EngineKind),
    /// Shows or hides a curve by its name in the legend.
    ToggleCurve(String),
    /// Linear, logarithmic, or as the values need.
    SetAxes(AxisChoice),
    /// Puts threads, engines and parameters back to what the lesson sets.
    ResetExperiment,
    /// The words that lessons in the list must contain.
    SetFilter(String),
    /// Puts the keyboard into the lesson filter.
    FocusFilter,
    /// Notes that the end of a lesson's text was in sight.
    NoteRead(String),
    /// Marks the lesson as done, or takes the mark away.
    ToggleDone,
    /// Answers a question of the open lesson.
    Answer {
        /// The question's id.
        question: String,
        /// The place among its choices.
        choice: usize,
    },
    /// Forgets how far every lesson has come, and every answer.
    ForgetProgress,
    /// Shows or hides the questions of all lessons.
    ShowFaq,
    /// Changes what the export dialog holds.
    EditExport(ExportForm),
    /// Asks for the folder to export to.
    ChooseExportFolder,
    /// Writes the file that the export dialog describes.
    Export,
    /// Takes a message away.
    DismissNotice(u64),
    /// Takes the first-start hint away for good.
    DismissHint,
    /// Shows another result beside this machine's own.
    Beside(BesideCommand),
    /// Shows and runs the first program.
    First(FirstCommand),
    /// Edits and runs the lesson's own code.
    Code(CodeCommand),
    /// Chooses Pythons and what to measure in them.
    Python(PythonCommand),
    /// Shows or hides the settings.
    ShowSettings,
    /// Shows or hides the help page.
    ShowHelp,
    /// Shows or hides what this program is.
    ShowAbout,
    /// Closes whatever lies over the window, or leaves presenter mode.
    Dismiss,
    /// Closes the window.
    Quit,
}

/// Commands that views collect while they draw, in order.
#[derive(Debug, Default)]
pub struct Inbox(Vec<Command>);

impl Inbox {
    /// Adds one.
    pub fn send(&mut self, command: Command) {
        self.0.push(command);
    }

    /// Takes all of them out.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.0)
    }
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const PLAIN: Modifiers = Modifiers::NONE;

impl Command {
    /// Every command that needs nothing but itself, in palette order.
    pub fn plain() -> Vec<Self> {
        let mut all = vec![
            Self::RunOrStop,
            Self::ShowExport,
            Self::CopyPlot,
            Self::Open,
            Self::BackToLive,
            Self::Beside(BesideCommand::ShowRecorded),
            Self::Beside(BesideCommand::ShowOpened),
            Self::Beside(BesideCommand::Hide),
            Self::ShowFinished,
            Self::PreviousLesson,
            Self::NextLesson,
            Self::ToggleDone,
            Self::FocusFilter,
            Self::ShowFaq,
        ];
        all.extend(Metric::ALL.map(Self::ShowMetric));
        all.extend(Below::ALL.map(Self::ShowBelow));
        all.extend(Precision::ALL.map(Self::SetPrecision));
        all.extend(AxisChoice::ALL.map(Self::SetAxes));
        all.extend([
            Self::SetPredicting(true),
            Self::SetPredicting(false),
            Self::ClearPrediction,
            Self::ResetExperiment,
            Self::FoldLessons,
            Self::FoldText,
            Self::FoldResults,
            Self::Presenter,
            Self::FullScreen,
            Self::ZoomIn,
            Self::ZoomOut,
            Self::ZoomReset,
        ]);
        all.extend(ThemeChoice::ALL.map(Self::SetTheme));
        all.extend([
            Self::SetRunOnRelease(true),
            Self::SetRunOnRelease(false),
            Self::First(FirstCommand::Show),
            Self::Code(CodeCommand::Show),
            Self::Code(CodeCommand::Reset),
            Self::Python(PythonCommand::Show),
            Self::Python(PythonCommand::LookAgain),
            Self::ShowPalette,
            Self::ShowSettings,
            Self::ShowHelp,
            Self::ShowAbout,
            Self::ForgetProgress,
            Self::Dismiss,
            Self::Quit,
        ]);
        all
    }

    /// The keys that do it; the first one is shown.
    pub fn shortcuts(&self) -> &'static [KeyboardShortcut] {
        macro_rules! keys {
            ($(($modifiers:expr, $key:ident)),*) => {
                &const { [$(KeyboardShortcut::new($modifiers, Key::$key)),*] }
            };
        }
        match self {
            Self::RunOrStop => keys![(PLAIN, Space), (CTRL, R)],
            Self::ShowExport => keys![(CTRL, E)],
            Self::CopyPlot => keys![(CTRL_SHIFT, C)],
            Self::Open => keys![(CTRL, O)],
            Self::PreviousLesson => keys![(CTRL, OpenBracket)],
            Self::NextLesson => keys![(CTRL, CloseBracket)],
            Self::ShowPalette => keys![(CTRL, K)],
            Self::FoldLessons => keys![(PLAIN, F9)],
            Self::FoldText => keys![(PLAIN, F10)],
            Self::FoldResults => keys![(PLAIN, F8)],
            Self::Presenter => keys![(PLAIN, F5)],
            Self::FullScreen => keys![(PLAIN, F11)],
            Self::ZoomIn => keys![(CTRL, Plus), (CTRL, Equals)],
            Self::ZoomOut => keys![(CTRL, Minus)],
            Self::ZoomReset => keys![(CTRL, Num0)],
            Self::ShowMetric(Metric::Throughput) => keys![(CTRL, Num1)],
            Self::ShowMetric(Metric::Speedup) => keys![(CTRL, Num2)],
            Self::ShowMetric(Metric::Efficiency) => keys![(CTRL, Num3)],
            Self::ShowMetric(Metric::CoresUsed) => keys![(CTRL, Num4)],
            Self::ShowMetric(Metric::Latency) => keys![(CTRL, Num5)],
            Self::ShowMetric(Metric::LostUpdates) => keys![(CTRL, Num6)],
            Self::ShowMetric(Metric::BySetting) => keys![(CTRL, Num7)],
            Self::ShowMetric(Metric::Decision) => keys![(CTRL, Num8)],
            Self::FocusFilter => keys![(CTRL, F)],
            Self::ToggleDone => keys![(CTRL, D)],
            Self::Python(PythonCommand::Show) => keys![(CTRL, P)],
            Self::ShowSettings => keys![(CTRL, Comma)],
            Self::ShowHelp => keys![(PLAIN, F1)],
            Self::ShowFaq => keys![(PLAIN, F2)],
            Self::Dismiss => keys![(PLAIN, Escape)],
            Self::Quit => keys![(CTRL, Q)],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_two_commands_share_a_shortcut() {
        let mut owners: HashMap<(String, Key), Command> = HashMap::new();
        for command in Command::plain() {
            for keys in command.shortcuts() {
                let before = owners.insert((format!("{:?}", keys.modifiers), keys.logical_key), command.clone());
                assert_eq!(before, None, "{command:?} has the shortcut of another command");
            }
        }
    }

    #[test]
    fn every_command_of_the_palette_names_and_explains_itself() {
        for command in Command::plain() {
            let (label, tooltip) = (command.label(), command.tooltip());
            assert!(!label.is_empty() && !label.ends_with('.'), "{command:?}: {label}");
            assert!(tooltip.ends_with('.'), "{command:?}: {tooltip}");
        }
    }

    #[test]
    fn labels_in_the_palette_are_unique() {
        let mut labels: Vec<_> = Command::plain().iter().map(|c| c.label().into_owned()).collect();
        labels.sort_unstable();
        let all = labels.len();
        labels.dedup();
        assert_eq!(labels.len(), all);
    }

    #[test]
    fn keys_that_design_promises() {
        for (command, modifiers, key) in [
            (Command::RunOrStop, PLAIN, Key::Space),
            (Command::ShowExport, CTRL, Key::E),
            (Command::Open, CTRL, Key::O),
            (Command::PreviousLesson, CTRL, Key::OpenBracket),
            (Command::NextLesson, CTRL, Key::CloseBracket),
            (Command::ShowPalette, CTRL, Key::K),
            (Command::FullScreen, PLAIN, Key::F11),
            (Command::ZoomIn, CTRL, Key::Plus),
            (Command::ZoomOut, CTRL, Key::Minus),
            (Command::ZoomReset, CTRL, Key::Num0),
            (Command::ShowHelp, PLAIN, Key::F1),
        ] {
            assert!(command.shortcuts().contains(&KeyboardShortcut::new(modifiers, key)), "{command:?}");
        }
    }
}
