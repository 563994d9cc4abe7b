//! The lesson's own code: editing it, agreeing to it, and noting what went wrong in it.

use std::sync::Arc;

use eframe::egui;

use super::{Services, bench, send};
use crate::lesson::Lesson;
use crate::lesson::trust::Fingerprint;
use crate::model::code::CodeFault;
use crate::model::record::RunRecord;
use crate::ui::code_command::CodeCommand;
use crate::ui::state::code::{CodeEdit, FaultyCode};
use crate::ui::state::settings::GroupSettings;
use crate::ui::state::{Overlay, State};
use crate::ui::task::Task;

/// Carries out what the reader asked for.
pub(super) fn perform(command: CodeCommand, state: &mut State, services: &mut Services, ctx: &egui::Context) {
    let Some(lesson) = state.lessons.lesson().cloned() else { return };
    let Some(work) = lesson.work() else { return };
    match command {
        CodeCommand::Show => super::toggle_overlay(state, Overlay::Code),
        CodeCommand::Edit(text) => {
            let of = state.code_origin(&lesson).unwrap_or_else(|| Fingerprint::of(work));
            state.session.codes.insert(lesson.id.clone(), CodeEdit { text, of });
            follow(&lesson, state, services);
        }
        CodeCommand::Reset => {
            state.session.codes.remove(&lesson.id);
            follow(&lesson, state, services);
        }
        CodeCommand::Agree => {
            // What was shown: with the learner's changes, and never a text that was not seen.
            if let Some(shown) = state.code_of(&lesson).map(str::to_owned) {
                let print = Fingerprint::of(&shown);
                if let Some(edit) = state.session.codes.get_mut(&lesson.id) {
                    edit.of = print.clone();
                }
                state.trust.agree(print);
                keep_trust(state, services);
            }
            state.overlay = Overlay::None;
            super::run::start(state, services, ctx);
        }
    }
}

fn keep_trust(state: &mut State, services: &Services) {
    if let Some(dir) = state.config_dir.clone() {
        let text = state.trust.to_text();
        send(Task::KeepTrust { dir, text }, state, services);
    }
}

fn follow(lesson: &Arc<Lesson>, state: &mut State, services: &Services) {
    if let Some(mut bench) = state.bench.take() {
        take_in(&mut bench.settings, lesson, state);
        state.bench = Some(bench);
    }
    bench::refresh_offers(state, services);
}

/// Gives the experiments that measure the lesson's code the code as the learner has it.
pub(super) fn take_in(settings: &mut GroupSettings, lesson: &Lesson, state: &State) {
    if let Some(code) = state.code_of(lesson) {
        for workload in &mut settings.workloads {
            if workload.code().is_some() {
                *workload = workload.clone().with_code(code);
            }
        }
    }
}

/// Notes in which line the code of a run went wrong. Says what to tell the reader.
pub(super) fn note_fault(reason: &str, record: &RunRecord, state: &mut State) -> Option<String> {
    let fault = CodeFault::within(reason)?;
    let text = record.experiments.iter().find_map(|experiment| experiment.code.clone())?;
    let words = format!("Line {} of the code stopped it: {}.", fault.line, fault.message);
    state.code_faults.insert(record.lesson.clone(), FaultyCode { fault, text });
    Some(words)
}
