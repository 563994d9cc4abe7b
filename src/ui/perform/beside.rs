//! A result shown beside the reader's own.

use std::sync::Arc;

use super::{Services, bench, send};
use crate::model::record::RunRecord;
use crate::ui::beside_command::BesideCommand;
use crate::ui::state::{Beside, State};
use crate::ui::task::Task;

/// Carries out a command about it.
pub(super) fn perform(command: BesideCommand, state: &mut State, services: &mut Services) {
    match command {
        BesideCommand::ShowRecorded => {
            if let Some(lesson) = state.lessons.lesson().map(|lesson| lesson.id.clone()) {
                send(Task::ReadRecorded { lesson }, state, services);
            }
        }
        BesideCommand::ShowOpened => {
            let Some(opened) = state.opened.take() else { return };
            if state.lessons.lesson().is_none_or(|lesson| lesson.id != opened.record.lesson) {
                bench::select_lesson(&opened.record.lesson, state, services);
            }
            if let Some(first) = opened.record.experiments.first() {
                bench::select_experiment(&first.id, state, services);
            }
            show(opened.record, state);
        }
        BesideCommand::Hide => {
            state.beside = None;
            bench::refresh_figure(state);
        }
    }
}

/// Shows a record beside what the open lesson measures, if it is of that lesson.
pub(super) fn show(record: Arc<RunRecord>, state: &mut State) {
    if state.lessons.lesson().is_some_and(|lesson| lesson.id == record.lesson) {
        state.beside = Some(Beside { record, is_comparable: false, differences: Vec::new() });
        bench::refresh_figure(state);
    } else {
        let title = &record.lesson_title;
        state
            .notices
            .failed(format!("There is nothing to show the result beside: its lesson, {title}, is not open here."));
    }
}
