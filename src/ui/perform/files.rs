//! Files: opening lessons and results, exporting figures and tables.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use eframe::egui;

use super::{Services, bench, send, shelf};
use crate::export::{FigureOptions, FigureTheme};
use crate::model::plot::{AxisChoice, Metric};
use crate::model::record::RunRecord;
use crate::ui::results_table;
use crate::ui::state::export::{ExportForm, TargetIs, expand_home};
use crate::ui::state::remark::Remark;
use crate::ui::state::{Drawing, OpenForm, Opened, Overlay, State};
use crate::ui::task::{ExportOrder, Task};

/// Shows the dialog for opening a file, or takes it away.
pub(super) fn show_open(state: &mut State, ctx: &egui::Context) {
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

/// Looks whether there is a file at the path that was typed, and opens it then.
pub(super) fn open_typed(state: &mut State, services: &Services) {
    let Overlay::Open(form) = &state.overlay else { return };
    let path = expand_home(form.path.trim());
    send(Task::LookAtFile(path), state, services);
}

/// Opens the file whose path was typed, if that still stands there.
pub(super) fn open_looked_at(path: PathBuf, is_there: bool, state: &mut State, services: &mut Services) {
    let Overlay::Open(form) = &mut state.overlay else { return };
    if expand_home(form.path.trim()) != path {
        return;
    }
    if is_there {
        state.overlay = Overlay::None;
        open_paths(&[path], state, services);
    } else {
        form.remark = Some(Remark::Problem(format!("There is no such file: {}", path.display())));
    }
}

/// Opens lessons and results, by how their names end.
pub(super) fn open_paths(paths: &[PathBuf], state: &mut State, services: &mut Services) {
    for path in paths {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("json") => {
                send(Task::ReadRecord(path.clone()), state, services);
            }
            Some("md" | "markdown") => shelf::add_file(path, state, services),
            _ => state.notices.failed(format!("A lesson (.md) or a result (.json) was expected: {}", path.display())),
        }
    }
}

/// Shows an opened result, with its lesson beside it where the list has that.
pub(super) fn show_record(path: PathBuf, record: RunRecord, state: &mut State, services: &Services) {
    let Some(first) = record.experiments.first() else {
        state.notices.failed(format!("The result holds no experiment: {}", path.display()));
        return;
    };
    bench::select_lesson_of(&record.lesson, &first.id, state, services);
    let axes = AxisChoice::default();
    let figure = record.figure(None, Metric::Speedup, axes);
    let lesson = state.lessons.lesson().filter(|lesson| lesson.id == record.lesson);
    let own = lesson.and_then(|lesson| lesson.experiment(&first.id)).map(|experiment| experiment.metric);
    let metric = own.filter(|metric| figure.metrics.contains(metric)).unwrap_or(Metric::Speedup);
    let figure = if metric == Metric::Speedup { figure } else { record.figure(None, metric, axes) };
    let drawing = Drawing::of(Arc::new(figure), &record);
    let hidden = std::collections::BTreeSet::new();
    state.overlay = Overlay::None;
    let differences = Vec::new();
    state.opened = Some(Opened { path, record: Arc::new(record), drawing, metric, axes, hidden, differences });
    bench::refresh_plans(state);
}

pub(super) fn show_export(state: &mut State, services: &Services) {
    let Some((figure, record)) = state.figure().cloned().zip(state.record()) else {
        state.notices.failed("There is nothing to export before the first run.");
        return;
    };
    let form = ExportForm::new(&state.session.export, &figure, record, &services.default_folder);
    if matches!(state.overlay, Overlay::Export(_)) {
        state.overlay = Overlay::None;
        return;
    }
    state.overlay = Overlay::Export(Box::new(form));
    look_at_target(state, services);
}

/// Changes what the export dialog holds.
pub(super) fn edit_export(form: ExportForm, state: &mut State, services: &Services) {
    let Overlay::Export(open) = &mut state.overlay else { return };
    let is_other = open.target() != form.target();
    let target_is = if is_other { TargetIs::Unknown } else { open.target_is };
    **open = ExportForm { target_is, ..form };
    if is_other {
        look_at_target(state, services);
    }
}

/// Takes over the folder that was chosen.
pub(super) fn export_folder_chosen(folder: &Path, state: &mut State, services: &Services) {
    let Overlay::Export(form) = &mut state.overlay else { return };
    form.folder = folder.display().to_string();
    form.remark = None;
    look_at_target(state, services);
}

/// Asks what is there where the export is to go.
fn look_at_target(state: &mut State, services: &Services) {
    let Overlay::Export(form) = &mut state.overlay else { return };
    form.target_is = TargetIs::Unknown;
    let target = form.target();
    send(Task::LookAtTarget(target), state, services);
}

pub(super) fn export(state: &mut State, services: &Services) {
    let Overlay::Export(form) = &mut state.overlay else { return };
    if state.exporting {
        return;
    }
    form.remark = None;
    let (path, options) = match (form.path(), form.options()) {
        (Ok(path), Ok(options)) => (path, options),
        (Err(problem), _) => {
            form.remark = Some(Remark::Problem(problem));
            return;
        }
        (_, Err(error)) => {
            form.remark = Some(Remark::Problem(format!("Failed to export: {error}.")));
            return;
        }
    };
    state.session.export = form.preferences();
    let format = form.format;
    let Some((spec, record)) = bench::figure_to_export(state) else { return };
    let order = ExportOrder { path, format, options, spec, record };
    state.exporting = send(Task::Export(Box::new(order)), state, services);
}

pub(super) fn copy_plot(state: &mut State, services: &Services) {
    let Some((spec, _)) = bench::figure_to_export(state) else { return };
    let options = match &state.overlay {
        Overlay::Export(form) => form.options().unwrap_or_default(),
        _ => FigureOptions { theme: FigureTheme::Light, ..FigureOptions::default() },
    };
    send(Task::CopyPlot { spec, options }, state, services);
}

pub(super) fn copy_table(index: usize, state: &mut State, ctx: &egui::Context) {
    if let Some(table) = state.drawing().and_then(|drawing| drawing.tables.get(index)) {
        ctx.copy_text(results_table::tab_separated(table));
        state.notices.done("The table is on the clipboard.", Instant::now());
    }
}
