//! The one place that changes things: it carries out commands, and takes in what the engine and the tasks report.

use std::path::PathBuf;
use std::time::Instant;

use eframe::egui;

use super::command::Command;
use super::edit::Stage;
use super::laboratory::Laboratory;
use super::quiet::FrameClock;
use super::session::{Fold, LessonProgress, Session};
use super::state::{Below, OpenForm, Overlay, State, Wish};
use super::task::{Task, Tasks};
use crate::engine::handle::RunHandle;
use crate::export;
use crate::lesson::Library;
use crate::lesson::watch::LibraryWatcher;

pub(super) mod bench;
mod beside;
mod code;
mod files;
mod first;
pub(super) mod pythons;
pub(super) mod reports;
pub(super) mod run;
mod shelf;
pub(super) mod window;

/// What the window works with besides its state.
pub struct Services {
    /// Where experiments are run.
    pub laboratory: Box<dyn Laboratory>,
    /// Dialogs, files, clipboard.
    pub tasks: Tasks,
    /// The lesson files.
    pub lessons: Library,
    /// Tells when a lesson file has changed.
    pub watcher: Option<LibraryWatcher>,
    /// Asked for frames by whoever has news.
    pub ctx: egui::Context,
    /// The run that is on.
    pub run: Option<RunHandle>,
    /// Counts frames for the engine.
    pub frames: FrameClock,
    /// Name, version and build.
    pub program: String,
    /// The number of the next run.
    pub next_run: u64,
    /// The session as its file has it, as far as is known; `None` where the file is to be written anew.
    pub kept: Option<Session>,
    /// The folder for exports where the reader has chosen none.
    pub default_folder: PathBuf,
}

/// Carries out one command.
pub fn perform(command: Command, state: &mut State, services: &mut Services, ctx: &egui::Context) {
    match command {
        Command::RunOrStop if state.run.is_some() => run::stop(state, services),
        // A second time takes the wish back.
        Command::RunOrStop if state.wish == Wish::Run => state.wish = Wish::Nothing,
        Command::RunOrStop | Command::Run => run::start(state, services, ctx),
        Command::ShowExport => files::show_export(state, services),
        Command::CopyPlot => files::copy_plot(state, services),
        Command::ShowBelow(below) => show_below(below, state),
        Command::ShowTimeline(index) => state.timeline = index,
        Command::CopyTable(index) => files::copy_table(index, state, ctx),
        Command::Open => files::show_open(state, ctx),
        Command::EditOpen(path) => {
            if let Overlay::Open(form) = &mut state.overlay {
                *form = OpenForm { path, remark: None };
            }
        }
        Command::ChooseFiles => {
            send(Task::ChooseFiles, state, services);
        }
        Command::OpenTyped => files::open_typed(state, services),
        Command::OpenPaths(paths) => files::open_paths(&paths, state, services),
        Command::BackToLive => state.opened = None,
        Command::Beside(command) => beside::perform(command, state, services),
        Command::ShowFinished => run::show_finished(state),
        Command::PreviousLesson => neighbour(-1, state, services),
        Command::NextLesson => neighbour(1, state, services),
        Command::SelectLesson(id) => bench::select_lesson(&id, state, services),
        Command::SelectExperiment(id) => bench::select_experiment(&id, state, services),
        Command::NoteRead(id) => state.session.reach(&id, LessonProgress::Read),
        Command::ToggleDone => toggle_done(state),
        Command::Answer { question, choice } => answer(&question, choice, state),
        Command::ForgetProgress => {
            state.session.forget_progress();
            state.notices.done("Progress and answers are forgotten.", Instant::now());
        }
        Command::ShowFaq => toggle_overlay(state, Overlay::Faq),
        Command::FocusFilter => window::focus_filter(state, ctx),
        Command::SetFilter(words) => state.filter = words,
        Command::ShowMetric(_)
        | Command::SetAxes(_)
        | Command::SetThreads { .. }
        | Command::SetParameter { .. }
        | Command::ToggleEngine(_)
        | Command::ToggleCurve(_)
        | Command::SetPredicting(_)
        | Command::SetPrediction { .. }
        | Command::ClearPrediction
        | Command::ResetExperiment => set(&command, state, services, ctx),
        Command::SetPrecision(precision) => {
            state.session.precision = precision;
            bench::refresh_plans(state);
        }
        Command::SetRunOnRelease(on) => state.session.run_on_release = on,
        Command::SetSwitchInterval(interval_us) => {
            state.session.switch_interval_us = interval_us;
            bench::refresh_plans(state);
        }
        Command::EditExport(form) => files::edit_export(form, state, services),
        Command::ChooseExportFolder => {
            if let Overlay::Export(form) = &state.overlay {
                let start = PathBuf::from(form.folder.trim());
                send(Task::ChooseFolder { start }, state, services);
            }
        }
        Command::Export => files::export(state, services),
        Command::DismissNotice(id) => state.notices.dismiss(id),
        Command::DismissHint => state.session.hint_dismissed = true,
        Command::ShowPalette => toggle_overlay(state, Overlay::Palette),
        Command::ShowSettings => toggle_overlay(state, Overlay::Settings),
        Command::ShowHelp => toggle_overlay(state, Overlay::Help),
        Command::ShowAbout => toggle_overlay(state, Overlay::About),
        Command::Dismiss if state.overlay != Overlay::None => state.overlay = Overlay::None,
        Command::Dismiss => window::present(false, state, ctx),
        Command::First(command) => first::perform(command, state, services),
        Command::Code(command) => code::perform(command, state, services, ctx),
        Command::Python(command) => pythons::perform(command, state, services),
        Command::FoldLessons
        | Command::FoldText
        | Command::FoldResults
        | Command::Presenter
        | Command::FullScreen
        | Command::ZoomIn
        | Command::ZoomOut
        | Command::ZoomReset
        | Command::SetTheme(_)
        | Command::Quit => window::look(&command, state, ctx),
    }
}

fn toggle_overlay(state: &mut State, overlay: Overlay) {
    state.overlay = if state.overlay == overlay { Overlay::None } else { overlay };
}

fn neighbour(steps: isize, state: &mut State, services: &mut Services) {
    if let Some(id) = state.lessons.neighbour(steps).map(|entry| entry.id.clone()) {
        bench::select_lesson(&id, state, services);
    }
}

fn toggle_done(state: &mut State) {
    let Some(lesson) = state.lessons.lesson() else { return };
    let is_done = state.session.progress(&lesson.id) == LessonProgress::Done;
    let has_run = state.measured.keys().any(|key| key.split('/').next() == Some(lesson.id.as_str()));
    let before = if has_run { LessonProgress::Run } else { LessonProgress::Read };
    let progress = if is_done { before } else { LessonProgress::Done };
    state.session.lessons.insert(lesson.id.clone(), progress);
}

/// Keeps an answer of the open lesson.
fn answer(question: &str, choice: usize, state: &mut State) {
    let Some(lesson) = state.lessons.lesson() else { return };
    state.session.answers.insert(format!("{}/{question}", lesson.id), choice);
}

/// Changes a setting of the plot or of the experiment shown.
fn set(command: &Command, state: &mut State, services: &mut Services, ctx: &egui::Context) {
    let released = bench::set(command, state, services);
    if released == Stage::Released && state.session.run_on_release && state.run.is_none() {
        run::start(state, services, ctx);
    }
}

/// Takes in what changed in the folder of lessons.
pub fn drain_watch(state: &mut State, services: &mut Services) {
    shelf::drain(state, services);
}

/// Fills the list of lessons for the first time, and opens the one that was open last.
pub fn open_shelf(state: &mut State, services: &mut Services) {
    shelf::follow(state, services);
    shelf::fill(state, services);
    if let Some(dir) = state.config_dir.clone() {
        send(Task::ReadResults { dir }, state, services);
    }
}

/// Hands the session over to be kept, where it has changed.
pub fn keep_session(state: &mut State, services: &mut Services) {
    let Some(dir) = state.config_dir.clone().filter(|_| Some(&state.session) != services.kept.as_ref()) else { return };
    match state.session.to_json() {
        Ok(bytes) => {
            if send(Task::SaveSession { dir, bytes }, state, services) {
                services.kept = Some(state.session.clone());
            }
        }
        Err(error) => state.notices.failed(format!("Settings could not be kept: {error}.")),
    }
}

/// Hands a task over. Says whether it was taken; where it was not, the reader is told.
fn send(task: Task, state: &mut State, services: &Services) -> bool {
    let is_taken = services.tasks.send(task);
    if !is_taken {
        state.notices.failed("Too much is waiting to be done; try again in a moment.");
    }
    is_taken
}

fn show_below(below: Below, state: &mut State) {
    state.below = below;
    state.reveal = Some(below);
    // Who asks for it wants to see it.
    if state.session.layout.results == Fold::Closed {
        state.session.layout.results = Fold::Open;
    }
}

/// Where exports go unless another folder is chosen.
pub fn default_export_folder() -> PathBuf {
    export::default_folder()
}
