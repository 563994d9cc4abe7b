//! The one place that changes things: it carries out commands, and takes in what the engine and the tasks report.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, ViewportCommand};

use super::command::Command;
use super::edit::Stage;
use super::laboratory::Laboratory;
use super::quiet::{FrameClock, WindowAudience};
use super::results_table;
use super::session::{LessonProgress, Session, ZOOM_RANGE};
use super::state::export::{ExportForm, FolderIs, expand_home};
use super::state::{Below, Drawing, LiveRun, Measured, OpenForm, Opened, Overlay, Since, State};
use super::task::{ExportOrder, Report, Task, Tasks};
use super::views::Room;
use crate::engine::fold;
use crate::engine::handle::RunHandle;
use crate::engine::message::{EventKind, Outcome};
use crate::export::{self, FigureOptions, FigureTheme};
use crate::lesson::Library;
use crate::lesson::watch::LibraryWatcher;
use crate::model::plan::{ExperimentPlan, RunId, RunRequest};
use crate::model::plot::Metric;
use crate::model::record::{Completion, RunRecord};
use crate::model::run::{ExperimentOpening, Opening, Run};

pub(super) mod bench;
mod beside;
mod code;
mod first;
pub(super) mod pythons;
mod shelf;

/// The longest that a frame spends on what the engine says.
const DRAIN_TIME: Duration = Duration::from_millis(5);

/// What the window works with besides its state.
pub struct Services {
    /// Where experiments are run.
    pub laboratory: Box<dyn Laboratory>,
    /// Dialogs, files, clipboard.
    pub tasks: Tasks,
    /// The lesson files.
    pub library: Library,
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
    /// The session as it was last handed over to be kept.
    pub kept: Session,
    /// The folder for exports where the reader has chosen none.
    pub default_folder: PathBuf,
}

/// Carries out one command.
pub fn perform(command: Command, state: &mut State, services: &mut Services, ctx: &egui::Context) {
    match command {
        Command::RunOrStop if state.run.is_some() => stop(state, services),
        Command::RunOrStop | Command::Run => start(state, services, ctx),
        Command::ShowExport => show_export(state, services),
        Command::CopyPlot => copy_plot(state, services),
        Command::ShowBelow(below) => show_below(below, state),
        Command::ShowTimeline(index) => state.timeline = index,
        Command::CopyTable(index) => copy_table(index, state, ctx),
        Command::Open => show_open(state, ctx),
        Command::EditOpen(path) => {
            if let Overlay::Open(form) = &mut state.overlay {
                *form = OpenForm { path, problem: None };
            }
        }
        Command::ChooseFiles => send(Task::ChooseFiles, state, services),
        Command::OpenTyped => open_typed(state, services),
        Command::OpenPaths(paths) => open_paths(&paths, state, services),
        Command::BackToLive => state.opened = None,
        Command::Beside(command) => beside::perform(command, state, services),
        Command::ShowFinished => show_finished(state),
        Command::PreviousLesson => neighbour(-1, state, services),
        Command::NextLesson => neighbour(1, state, services),
        Command::SelectLesson(id) => bench::select_lesson(&id, state, services),
        Command::SelectExperiment(id) => bench::select_experiment(&id, state, services),
        Command::ToggleDone => toggle_done(state),
        Command::Answer { question, choice } => answer(&question, choice, state),
        Command::ForgetProgress => {
            state.session.forget_progress();
            state.notices.done("Progress and answers are forgotten.", Instant::now());
        }
        Command::ShowFaq => toggle_overlay(state, Overlay::Faq),
        Command::FocusFilter => focus_filter(state, ctx),
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
        Command::SetPrecision(precision) => state.session.precision = precision,
        Command::SetRunOnRelease(on) => state.session.run_on_release = on,
        Command::SetSwitchInterval(interval_us) => state.session.switch_interval_us = interval_us,
        Command::EditExport(form) => {
            if let Overlay::Export(open) = &mut state.overlay {
                let folder_is = if open.folder == form.folder { open.folder_is } else { FolderIs::of(&form.folder) };
                **open = ExportForm { folder_is, ..form };
            }
        }
        Command::ChooseExportFolder => {
            if let Overlay::Export(form) = &state.overlay {
                let start = PathBuf::from(form.folder.trim());
                send(Task::ChooseFolder { start }, state, services);
            }
        }
        Command::Export => export(state, services),
        Command::DismissNotice(id) => state.notices.dismiss(id),
        Command::DismissHint => state.session.hint_dismissed = true,
        Command::ShowPalette => toggle_overlay(state, Overlay::Palette),
        Command::ShowSettings => toggle_overlay(state, Overlay::Settings),
        Command::ShowHelp => toggle_overlay(state, Overlay::Help),
        Command::ShowAbout => toggle_overlay(state, Overlay::About),
        Command::Dismiss if state.overlay != Overlay::None => state.overlay = Overlay::None,
        Command::Dismiss => present(false, state, ctx),
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
        | Command::Quit => look(&command, state, ctx),
    }
}

/// What changes the window itself.
fn look(command: &Command, state: &mut State, ctx: &egui::Context) {
    let room = Room::of(ctx.content_rect().size());
    let layout = &mut state.session.layout;
    match command {
        Command::FoldLessons => layout.lessons = layout.lessons.toggled(room.lessons),
        Command::FoldText => layout.text = layout.text.toggled(room.text),
        Command::FoldResults => layout.results = layout.results.toggled(room.results),
        Command::Presenter => present(!state.presenting, state, ctx),
        Command::FullScreen => {
            let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
        }
        Command::ZoomIn => zoom(state, ctx, 0.1),
        Command::ZoomOut => zoom(state, ctx, -0.1),
        Command::ZoomReset => zoom(state, ctx, 1.0 - state.session.zoom),
        Command::SetTheme(theme) => {
            state.session.theme = *theme;
            ctx.set_theme(theme.preference());
        }
        Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        _ => {}
    }
}

fn zoom(state: &mut State, ctx: &egui::Context, by: f32) {
    let zoom = ((state.session.zoom + by) * 10.0).round() / 10.0;
    state.session.zoom = zoom.clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end());
    apply_zoom(state, ctx);
}

/// How much larger everything is on a projector.
const PRESENTER_ZOOM: f32 = 1.5;

fn present(on: bool, state: &mut State, ctx: &egui::Context) {
    state.presenting = on;
    apply_zoom(state, ctx);
}

fn apply_zoom(state: &State, ctx: &egui::Context) {
    let more = if state.presenting { PRESENTER_ZOOM } else { 1.0 };
    ctx.set_zoom_factor(state.usual_zoom * state.session.zoom * more);
}

/// The height of a monitor in points for which the window was designed.
const USUAL_MONITOR_HEIGHT: f32 = 1080.0;

/// Fits text and controls to the monitor, once it is known: a 4K monitor whose system does not scale would show them tiny. Says
/// whether they changed.
pub(super) fn fit_monitor(state: &mut State, ctx: &egui::Context) -> bool {
    let Some(monitor) = ctx.input(|input| input.viewport().monitor_size) else { return false };
    // In points of this moment, which are as large as the zoom makes them.
    let usual = usual_zoom(monitor.min_elem() * ctx.zoom_factor());
    if (usual - state.usual_zoom).abs() < 0.01 {
        return false;
    }
    state.usual_zoom = usual;
    apply_zoom(state, ctx);
    true
}

/// The zoom for a monitor whose shorter side is this long in the system's own points, in steps that keep lines sharp.
fn usual_zoom(height: f32) -> f32 {
    if !height.is_finite() || height < 1.6 * USUAL_MONITOR_HEIGHT {
        return 1.0;
    }
    ((height / USUAL_MONITOR_HEIGHT * 4.0).floor() / 4.0).clamp(1.0, 3.0)
}

fn toggle_overlay(state: &mut State, overlay: Overlay) {
    state.overlay = if state.overlay == overlay { Overlay::None } else { overlay };
}

fn focus_filter(state: &mut State, ctx: &egui::Context) {
    present(false, state, ctx);
    state.session.layout.lessons = super::session::Fold::Open;
    state.focus_filter = true;
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
        start(state, services, ctx);
    }
}

/// Starts measuring the group shown.
fn start(state: &mut State, services: &mut Services, ctx: &egui::Context) {
    if state.run.is_some() {
        return;
    }
    let asked_at = Instant::now();
    state.opened = None;
    if let Some(bench) = &mut state.bench {
        bench.settings.predicting = false;
    }
    let Some((lesson, bench)) = state.lessons.lesson().zip(state.bench.as_ref()) else { return };
    let Some(group) = bench.group().cloned() else { return };
    let plans: Vec<(usize, ExperimentPlan)> = bench.settings.plans(lesson, &group, &state.machine, &bench.offers);
    if plans.is_empty() {
        state.notices.failed("There is nothing to run: check at least one engine that can run here.");
        return;
    }
    if plans.iter().any(|(_, plan)| plan.workload.code().is_some()) && !state.may_run_code(lesson) {
        state.overlay = Overlay::Agreement;
        return;
    }
    let told = |(index, plan): &(usize, ExperimentPlan)| {
        let experiment = group.experiments.get(*index).and_then(|place| lesson.experiments.get(*place))?;
        let title = experiment.title.of(&plan.workload);
        Some(ExperimentOpening { title, claims: experiment.claims.clone() })
    };
    let opening = Opening {
        program: services.program.clone(),
        started_at: now_in_words(),
        machine: state.machine.clone(),
        lesson: lesson.id.clone(),
        lesson_title: lesson.title.clone(),
        experiments: plans.iter().filter_map(told).collect(),
    };
    let id = RunId(services.next_run);
    services.next_run += 1;
    let request = RunRequest {
        run_id: id,
        experiments: plans.into_iter().map(|(_, plan)| plan).collect(),
        precision: state.session.precision,
        // What JSON readers keep exactly.
        seed: fastrand::u64(..1 << 53),
        switch_interval_us: state.session.switch_interval_us,
    };
    let run = Run::new(&request, opening);
    let audience = Box::new(WindowAudience::new(ctx.clone(), services.frames.clone()));
    match services.laboratory.start(request, audience) {
        Ok(handle) => {
            services.run = Some(handle);
            state.code_faults.remove(&run.record().lesson);
            state.session.hint_dismissed = true;
            state.run = Some(LiveRun {
                id,
                group: group.key,
                run,
                timelines: Vec::new(),
                progress: None,
                elapsed: Duration::ZERO,
                asked_at,
                is_drawn: false,
                stopping: false,
            });
        }
        Err(error) => state.notices.failed(format!("Failed to start the run: {error}.")),
    }
    bench::refresh_figure(state);
}

/// The time in words that other programs understand, to the second.
fn now_in_words() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn stop(state: &mut State, services: &Services) {
    if let (Some(live), Some(handle)) = (&mut state.run, &services.run) {
        live.stopping = true;
        handle.cancel();
    }
}

/// Takes in what the engine says, for at most 5 ms. Asks for another frame where more is waiting.
pub fn drain_events(state: &mut State, services: &mut Services, ctx: &egui::Context) {
    let Some(handle) = &services.run else { return };
    let began = Instant::now();
    let mut outcome = None;
    let mut is_fresh = false;
    while began.elapsed() < DRAIN_TIME && outcome.is_none() {
        match handle.events().try_recv() {
            Ok(event) => {
                let Some(live) = state.run.as_mut().filter(|live| live.id == event.run_id) else { continue };
                fold::apply(&mut live.run, &event);
                live.elapsed = event.elapsed;
                is_fresh = true;
                match event.kind {
                    EventKind::RoundFinished(progress) => live.progress = Some(progress),
                    EventKind::TimelineRecorded { experiment, timeline, .. } => {
                        live.timelines.push((experiment, Arc::new(*timeline)));
                    }
                    EventKind::Finished(how) => outcome = Some(how),
                    _ => {}
                }
            }
            Err(crossbeam_channel::TryRecvError::Empty) => break,
            Err(crossbeam_channel::TryRecvError::Disconnected) => {
                outcome = Some(Outcome::Failed("the engine ended without saying how".to_owned()));
            }
        }
    }
    let is_waiting = !handle.events().is_empty();
    if let Some(outcome) = outcome {
        services.run = None;
        conclude(outcome, state, services);
    } else if is_waiting {
        ctx.request_repaint();
    }
    if is_fresh || services.run.is_none() {
        bench::refresh_figure(state);
    }
}

/// Keeps what a run measured.
fn conclude(outcome: Outcome, state: &mut State, services: &Services) {
    let Some(live) = state.run.take() else { return };
    if let Outcome::Failed(reason) = &outcome {
        let of_code = code::note_fault(reason, live.run.record(), state);
        let words = of_code.unwrap_or_else(|| format!("The run failed: {reason}. What was measured before is kept."));
        state.notices.failed(words);
    }
    let mut record = live.run.into_record();
    if record.rounds == 0 && record.experiments.iter().all(|experiment| experiment.results.is_empty()) {
        return;
    }
    bench::keep_predictions(&mut record, &live.group, state);
    if outcome == Outcome::Completed {
        let lesson = record.lesson.clone();
        state.session.reach(&lesson, LessonProgress::Run);
    }
    let is_finished = outcome == Outcome::Completed;
    // A run that was stopped shows what it has, and the way back to the finished one.
    let finished =
        state.measured.remove(&live.group).filter(|_| !is_finished).and_then(|before| {
            if before.outcome == Outcome::Completed { Some(Box::new(before)) } else { before.finished }
        });
    let record = Arc::new(record);
    if finished.is_none() {
        keep_result(&live.group, &record, state, services);
    }
    let measured = Measured { record, outcome, timelines: live.timelines, since: Since::ThisStart, finished };
    state.measured.insert(live.group, measured);
}

/// Hands a result over to be kept.
fn keep_result(group: &str, record: &Arc<RunRecord>, state: &mut State, services: &Services) {
    if let Some(dir) = state.config_dir.clone() {
        let task = Task::KeepResult { dir, group: group.to_owned(), record: Arc::clone(record) };
        send(task, state, services);
    }
}

/// Shows the finished run again that a stopped one stands before.
fn show_finished(state: &mut State) {
    let Some(key) = state.bench.as_ref().and_then(super::state::Bench::group).map(|group| group.key.clone()) else {
        return;
    };
    if let Some(finished) = state.measured.get_mut(&key).and_then(|measured| measured.finished.take()) {
        state.measured.insert(key, *finished);
        bench::refresh_figure(state);
    }
}

/// Shows what was measured before this start, where nothing was measured since.
fn restore_results(results: Vec<(String, RunRecord)>, state: &mut State) {
    for (group, record) in results {
        let outcome = match record.completion {
            Completion::Completed => Outcome::Completed,
            Completion::Partial => Outcome::Cancelled,
        };
        state.measured.entry(group).or_insert_with(|| Measured {
            record: Arc::new(record),
            outcome,
            timelines: Vec::new(),
            since: Since::Before,
            finished: None,
        });
    }
    bench::refresh_figure(state);
}

/// Takes in what the tasks report.
pub fn drain_reports(state: &mut State, services: &mut Services, now: Instant) {
    while let Ok(report) = services.tasks.reports().try_recv() {
        match report {
            Report::Exported(Ok(path)) => {
                state.exporting = false;
                state.overlay = Overlay::None;
                state.notices.done(format!("Saved as {}", path.display()), now);
            }
            Report::Exported(Err(problem)) => {
                state.exporting = false;
                match &mut state.overlay {
                    Overlay::Export(form) => form.problem = Some(problem),
                    _ => state.notices.failed(problem),
                }
            }
            Report::PlotCopied(Ok(())) => state.notices.done("The figure is on the clipboard.", now),
            Report::FolderChosen(Some(folder)) => {
                if let Overlay::Export(form) = &mut state.overlay {
                    form.folder = folder.display().to_string();
                    form.folder_is = FolderIs::of(&form.folder);
                }
            }
            // No folder: cancelled, or no dialog could be shown; the path field is there too.
            Report::FolderChosen(None) | Report::SessionSaved(Ok(())) | Report::ResultKept(Ok(())) => {}
            Report::ResultsRead(results) => restore_results(results, state),
            // No file: cancelled, or no dialog could be shown; the path field is there too.
            Report::FilesChosen(paths) if paths.is_empty() => {}
            Report::FilesChosen(paths) => {
                if matches!(state.overlay, Overlay::Open(_)) {
                    state.overlay = Overlay::None;
                }
                open_paths(&paths, state, services);
            }
            Report::InterpretersFound(findings) => pythons::found(*findings, state, services),
            Report::ProgramRan(python, result) => first::ended(*python, result, state),
            Report::PythonChosen(path) => pythons::file_chosen(path, state, services),
            Report::RecordRead { path, record: Ok(record) } => show_record(path, *record, state),
            Report::RecordedRead(Ok(record)) => beside::show(record, state),
            Report::PlotCopied(Err(problem))
            | Report::RecordRead { record: Err(problem), .. }
            | Report::RecordedRead(Err(problem))
            | Report::SessionSaved(Err(problem))
            | Report::ResultKept(Err(problem)) => state.notices.failed(problem),
        }
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
    let Some(dir) = state.config_dir.clone().filter(|_| state.session != services.kept) else { return };
    match state.session.to_json() {
        Ok(bytes) => {
            services.kept = state.session.clone();
            send(Task::SaveSession { dir, bytes }, state, services);
        }
        Err(error) => state.notices.failed(format!("Settings could not be kept: {error}.")),
    }
}

fn send(task: Task, state: &mut State, services: &Services) {
    if !services.tasks.send(task) {
        state.notices.failed("Too much is waiting to be done; try again in a moment.");
    }
}

/// Shows the dialog for opening a file, or takes it away.
fn show_open(state: &mut State, ctx: &egui::Context) {
    if matches!(state.overlay, Overlay::Open(_)) {
        state.overlay = Overlay::None;
        return;
    }
    state.overlay = Overlay::Open(OpenForm::default());
    // The field takes the keyboard where nothing else has it.
    ctx.memory_mut(|memory| {
        if let Some(focused) = memory.focused() {
            memory.surrender_focus(focused);
        }
    });
}

/// Opens the file whose path was typed.
fn open_typed(state: &mut State, services: &mut Services) {
    let Overlay::Open(form) = &mut state.overlay else { return };
    let path = expand_home(form.path.trim());
    if !path.is_file() {
        form.problem = Some(format!("There is no such file: {}", path.display()));
        return;
    }
    state.overlay = Overlay::None;
    open_paths(&[path], state, services);
}

/// Opens lessons and results, by how their names end.
fn open_paths(paths: &[PathBuf], state: &mut State, services: &mut Services) {
    for path in paths {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("json") => send(Task::ReadRecord(path.clone()), state, services),
            Some("md" | "markdown") => shelf::add_file(path, state, services),
            _ => state.notices.failed(format!("A lesson (.md) or a result (.json) was expected: {}", path.display())),
        }
    }
}

fn show_record(path: PathBuf, record: RunRecord, state: &mut State) {
    let metric = match record.experiments.len() {
        0 => {
            state.notices.failed(format!("The result holds no experiment: {}", path.display()));
            return;
        }
        _ => Metric::Speedup,
    };
    let axes = crate::model::plot::AxisChoice::default();
    let drawing = Drawing::of(Arc::new(record.figure(None, metric, axes)), &record);
    let hidden = std::collections::BTreeSet::new();
    state.overlay = Overlay::None;
    state.opened = Some(Opened { path, record: Arc::new(record), drawing, metric, axes, hidden });
}

fn show_export(state: &mut State, services: &Services) {
    let Some((figure, record)) = state.figure().cloned().zip(state.record()) else {
        state.notices.failed("There is nothing to export before the first run.");
        return;
    };
    let form = ExportForm::new(&state.session.export, &figure, record, &services.default_folder);
    toggle_overlay(state, Overlay::Export(Box::new(form)));
}

fn export(state: &mut State, services: &Services) {
    let Overlay::Export(form) = &mut state.overlay else { return };
    if state.exporting {
        return;
    }
    form.problem = None;
    let (path, options) = match (form.path(), form.options()) {
        (Ok(path), Ok(options)) => (path, options),
        (Err(problem), _) => {
            form.problem = Some(problem);
            return;
        }
        (_, Err(error)) => {
            form.problem = Some(format!("Failed to export: {error}."));
            return;
        }
    };
    state.session.export = form.preferences();
    let format = form.format;
    let Some((spec, record)) = bench::figure_to_export(state) else { return };
    state.exporting = true;
    let order = ExportOrder { path, format, options, spec, record };
    send(Task::Export(Box::new(order)), state, services);
}

fn copy_plot(state: &mut State, services: &Services) {
    let Some((spec, _)) = bench::figure_to_export(state) else { return };
    let options = match &state.overlay {
        Overlay::Export(form) => form.options().unwrap_or_default(),
        _ => FigureOptions { theme: FigureTheme::Light, ..FigureOptions::default() },
    };
    send(Task::CopyPlot { spec, options }, state, services);
}

fn show_below(below: Below, state: &mut State) {
    state.below = below;
    // Who asks for it wants to see it.
    if state.session.layout.results == super::session::Fold::Closed {
        state.session.layout.results = super::session::Fold::Open;
    }
}

fn copy_table(index: usize, state: &mut State, ctx: &egui::Context) {
    if let Some(table) = state.drawing().and_then(|drawing| drawing.tables.get(index)) {
        ctx.copy_text(results_table::tab_separated(table));
        state.notices.done("The table is on the clipboard.", Instant::now());
    }
}

/// Where exports go unless another folder is chosen.
pub fn default_export_folder() -> PathBuf {
    export::default_folder()
}

#[cfg(test)]
mod tests {
    use super::usual_zoom;

    #[test]
    fn only_large_unscaled_monitors_are_zoomed() {
        for (height, zoom) in [(768.0, 1.0), (1080.0, 1.0), (1440.0, 1.0), (2160.0, 2.0), (1800.0, 1.5), (4320.0, 3.0)]
        {
            assert!((usual_zoom(height) - zoom).abs() < 1e-6, "{height}: {}", usual_zoom(height));
        }
        assert!((usual_zoom(f32::NAN) - 1.0).abs() < 1e-6);
    }
}
