//! What commands are called, and what they do, in a sentence.

use std::borrow::Cow;

use super::Command;
use crate::model::plot::{AxisChoice, Metric};
use crate::ui::python_command::PythonCommand;

impl Command {
    /// What menu, button and palette call it.
    pub fn label(&self) -> Cow<'static, str> {
        let fixed = match self {
            Self::RunOrStop => "Run or stop",
            Self::Run => "Run",
            Self::ShowExport => "Export…",
            Self::CopyPlot => "Copy plot",
            Self::ShowBelow(below) => return format!("Below the plot: {}", below.label()).into(),
            Self::ShowTimeline(_) => "Timeline",
            Self::CopyTable(_) => "Copy table",
            Self::Open => "Open lesson or result…",
            Self::OpenPaths(_) => "Open files",
            Self::EditOpen(_) => "Path",
            Self::OpenTyped => "Open",
            Self::BackToLive => "Back to live",
            Self::ShowFinished => "Show the finished run",
            Self::PreviousLesson => "Previous lesson",
            Self::NextLesson => "Next lesson",
            Self::SelectLesson(id) => return format!("Lesson: {id}").into(),
            Self::SelectExperiment(id) => return format!("Experiment: {id}").into(),
            Self::ShowPalette => "Command palette",
            Self::FoldLessons => "Lesson list",
            Self::FoldText => "Lesson text",
            Self::FoldResults => "Verdicts and table",
            Self::Presenter => "Presenter mode",
            Self::FullScreen => "Full screen",
            Self::ZoomIn => "Zoom in",
            Self::ZoomOut => "Zoom out",
            Self::ZoomReset => "Usual size",
            Self::ShowMetric(metric) => return format!("Plot: {}", metric.label()).into(),
            Self::SetPrecision(precision) => return format!("Precision: {}", precision.label()).into(),
            Self::SetTheme(theme) => return format!("Theme: {}", theme.label()).into(),
            Self::SetRunOnRelease(true) => "Run when a slider is let go: on",
            Self::SetRunOnRelease(false) => "Run when a slider is let go: off",
            Self::SetSwitchInterval(_) => "Switch interval (model and Python threads)",
            Self::SetPredicting(true) => "Predict the curve",
            Self::SetPredicting(false) => "Finish predicting",
            Self::SetPrediction { .. } => "Prediction",
            Self::ClearPrediction => "Clear prediction",
            Self::SetThreads { .. } => "Threads",
            Self::SetParameter { name, .. } => name,
            Self::ToggleEngine(engine) => engine.label(),
            Self::ToggleCurve(name) => return format!("Curve: {name}").into(),
            Self::SetAxes(axes) => axes.label(),
            Self::ResetExperiment => "Reset experiment",
            Self::SetFilter(_) => "Filter lessons",
            Self::FocusFilter => "Find a lesson",
            Self::NoteRead(_) => "Lesson read",
            Self::ToggleDone => "Mark lesson as done",
            Self::Answer { .. } => "Answer",
            Self::ForgetProgress => "Forget progress and answers",
            Self::ShowFaq => "Questions and answers…",
            Self::EditExport(_) => "Export options",
            Self::ChooseExportFolder | Self::ChooseFiles => "Choose…",
            Self::Export => "Export",
            Self::DismissNotice(_) => "Dismiss",
            Self::DismissHint => "Got it",
            Self::Python(PythonCommand::LookAgain) => "Look for Pythons again",
            Self::Beside(command) => command.label(),
            Self::First(command) => command.label(),
            Self::Code(command) => command.label(),
            Self::Python(command) => command.label(),
            Self::ShowSettings => "Settings…",
            Self::ShowHelp => "Help",
            Self::ShowAbout => "About Threadlab",
            Self::Dismiss => "Close",
            Self::Quit => "Quit",
        };
        fixed.into()
    }

    /// One sentence on what it does.
    pub fn tooltip(&self) -> Cow<'static, str> {
        let fixed = match self {
            Self::RunOrStop => "Measures this experiment on this machine, or stops the run that is on.",
            Self::Run => "Measures this experiment on this machine.",
            Self::ShowExport => "Saves the figure or its data as SVG, PNG, PDF, CSV or JSON.",
            Self::CopyPlot => "Puts the figure on the clipboard as a picture.",
            Self::ShowBelow(below) => below.help(),
            Self::ShowTimeline(_) => "Who held the GIL in one window.",
            Self::CopyTable(_) => "Puts the table on the clipboard, with tabs between the columns.",
            Self::Open => "Opens a lesson (.md) or a result that Threadlab exported (.json).",
            Self::OpenPaths(_) => "Opens the files dropped on the window.",
            Self::EditOpen(_) => "The path of a lesson (.md) or a result (.json).",
            Self::ChooseFiles => "Asks for files with the system's own dialog.",
            Self::OpenTyped => "Opens the file at this path.",
            Self::ShowFinished => "Shows the last run that came to its end instead of the one that was stopped.",
            Self::BackToLive => "Leaves the opened result and shows what this machine measured.",
            Self::PreviousLesson => "Goes to the lesson before this one.",
            Self::NextLesson => "Goes to the lesson after this one.",
            Self::SelectLesson(_) => "Opens this lesson.",
            Self::SelectExperiment(_) => "Shows this experiment.",
            Self::ShowPalette => "Finds any command by its name.",
            Self::FoldLessons => "Shows or hides the list of lessons.",
            Self::FoldText => "Shows or hides the lesson's text.",
            Self::FoldResults => "Shows or hides verdicts and results table below the plot.",
            Self::Presenter => "Leaves only title and plot, for a projector; Escape comes back.",
            Self::FullScreen => "Fills the screen, or leaves it.",
            Self::ZoomIn => "Makes text and controls larger.",
            Self::ZoomOut => "Makes text and controls smaller.",
            Self::ZoomReset => "Puts text and controls back to their usual size.",
            Self::ShowMetric(metric) => {
                return match metric {
                    Metric::Throughput => "Units of work finished per second.",
                    Metric::Speedup => "Throughput over that of one thread.",
                    Metric::Efficiency => "Speedup over the number of threads: 1 is perfect.",
                    Metric::CoresUsed => "CPU seconds that the workers used per second.",
                    Metric::Latency => "The median time of one unit; bars from 5 % to 95 % of the units.",
                    Metric::LostUpdates => "The share of increments that left no trace.",
                    Metric::BySetting => {
                        "Throughput over that of Python threads, against the setting in which the experiments differ."
                    }
                    Metric::Decision => "The speedup of every tool with every kind of work.",
                }
                .into();
            }
            Self::SetPrecision(precision) => {
                return format!(
                    "Aims at intervals of ±{:.0} % and takes at most {} s for each experiment.",
                    precision.target() * 100.0,
                    precision.budget().as_secs(),
                )
                .into();
            }
            Self::SetTheme(_) => "Chooses the window's colours.",
            Self::SetRunOnRelease(_) => "Whether a slider that is let go starts a run by itself.",
            Self::SetSwitchInterval(_) => {
                "How long a thread, of the model or of Python, keeps the GIL before another may ask for it; CPython's default is 5 ms."
            }
            Self::SetPredicting(_) => "Drag the points of the curve you expect, then run and compare.",
            Self::SetPrediction { .. } => "The speedup you expect at each thread count.",
            Self::ClearPrediction => "Forgets the curve you drew.",
            Self::SetThreads { .. } => "The thread counts to measure.",
            Self::SetParameter { .. } => "A parameter of the workload.",
            Self::ToggleEngine(engine) => engine.summary(),
            Self::ToggleCurve(_) => "Shows or hides this curve.",
            Self::SetAxes(AxisChoice::Automatic) => {
                "Logarithmic axes where the values span more than a decade and a half."
            }
            Self::SetAxes(AxisChoice::Linear) => "Equal ways on an axis stand for equal differences.",
            Self::SetAxes(AxisChoice::Logarithmic) => "Equal ways on an axis stand for equal ratios.",
            Self::ResetExperiment => "Puts threads, engines and parameters back to what the lesson sets.",
            Self::SetFilter(_) => "Only lessons that contain these words are listed.",
            Self::FocusFilter => "Puts the keyboard into the filter of the lesson list.",
            Self::NoteRead(_) => "Notes that the end of this lesson's text was in sight.",
            Self::ToggleDone => "Marks this lesson as done, or takes the mark away.",
            Self::Answer { .. } => "Answers this question.",
            Self::ForgetProgress => {
                "Forgets which lessons were read, run and done, and what was answered; measurements stay."
            }
            Self::ShowFaq => "Finds a question in any lesson, with its answer and what was measured says of it.",
            Self::EditExport(_) => "Changes what is exported.",
            Self::ChooseExportFolder => "Asks for the folder with the system's own dialog.",
            Self::Export => "Writes the file.",
            Self::DismissNotice(_) => "Takes this message away.",
            Self::DismissHint => "Takes this hint away for good.",
            Self::Beside(command) => command.tooltip(),
            Self::First(command) => command.tooltip(),
            Self::Code(command) => command.tooltip(),
            Self::Python(command) => command.tooltip(),
            Self::ShowSettings => "Theme, size, precision and where settings are kept.",
            Self::ShowHelp => "How Threadlab works, and every shortcut.",
            Self::ShowAbout => "Version, machine and licence.",
            Self::Dismiss => "Closes whatever lies over the window, or leaves presenter mode.",
            Self::Quit => "Ends the run that is on and closes the window.",
        };
        fixed.into()
    }
}
