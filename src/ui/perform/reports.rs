//! What the tasks report.

use std::time::Instant;

use super::{Services, beside, files, first, pythons, run};
use crate::ui::state::remark::Remark;
use crate::ui::state::{Overlay, State};
use crate::ui::task::Report;

/// Takes it in.
pub(in crate::ui) fn drain(state: &mut State, services: &mut Services, now: Instant) {
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
                    Overlay::Export(form) => form.remark = Some(Remark::Problem(problem)),
                    _ => state.notices.failed(problem),
                }
            }
            Report::PlotCopied(Ok(())) => state.notices.done("The figure is on the clipboard.", now),
            Report::FolderChosen(Some(folder)) => files::export_folder_chosen(&folder, state, services),
            Report::TargetLookedAt(target, is) => {
                if let Overlay::Export(form) = &mut state.overlay
                    && form.target() == target
                {
                    form.target_is = is;
                }
            }
            Report::FileLookedAt { path, is_there } => files::open_looked_at(path, is_there, state, services),
            Report::FolderChosen(None) => {
                if let Overlay::Export(form) = &mut state.overlay {
                    form.remark = Some(Remark::NO_FOLDER);
                }
            }
            Report::SessionSaved(Ok(())) | Report::ResultKept(Ok(())) => {}
            Report::ResultsRead(results) => run::restore_results(results, state),
            Report::FilesChosen(paths) if paths.is_empty() => {
                if let Overlay::Open(form) = &mut state.overlay {
                    form.remark = Some(Remark::NO_FILE);
                }
            }
            Report::FilesChosen(paths) => {
                if matches!(state.overlay, Overlay::Open(_)) {
                    state.overlay = Overlay::None;
                }
                files::open_paths(&paths, state, services);
            }
            Report::InterpretersFound(findings) => pythons::found(*findings, state, services),
            Report::ProgramRan(python, result) => {
                first::ended(*python, result, state);
                let ctx = services.ctx.clone();
                run::start_if_wanted(state, services, &ctx);
            }
            Report::PythonChosen(path) => pythons::file_chosen(path, state, services),
            Report::RecordedRead(Ok(record)) => beside::show(record, state),
            Report::RecordRead { path, record: Ok(record) } => files::show_record(path, *record, state, services),
            Report::PlotCopied(Err(problem))
            | Report::RecordedRead(Err(problem))
            | Report::RecordRead { record: Err(problem), .. }
            | Report::SessionSaved(Err(problem))
            | Report::ResultKept(Err(problem)) => state.notices.failed(problem),
        }
    }
}
