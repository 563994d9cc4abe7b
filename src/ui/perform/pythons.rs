//! Which Pythons there are, and in which of them to measure.

use std::path::PathBuf;

use super::{Services, bench, send};
use crate::ui::interpreter_search::{Findings, SearchOrder};
use crate::ui::python_command::PythonCommand;
use crate::ui::state::pythons::{ChosenPython, PythonChoice, Pythons, Search};
use crate::ui::state::{Overlay, State};
use crate::ui::task::Task;

/// Asking an interpreter what it is starts a process, and a window may be open.
const BUSY: &str = "A run measures, and is not to be disturbed: look for Pythons when it is over.";

/// Carries out what the reader asked for.
pub(super) fn perform(command: PythonCommand, state: &mut State, services: &mut Services) {
    if state.run.is_some()
        && matches!(command, PythonCommand::LookAgain | PythonCommand::Add | PythonCommand::Forget(_))
    {
        state.pythons.problem = Some(BUSY.to_owned());
        return;
    }
    match command {
        PythonCommand::Show => {
            super::toggle_overlay(state, Overlay::Python);
            return;
        }
        PythonCommand::LookAgain => search(true, state, services),
        PythonCommand::Toggle(path) => toggle(&path, state),
        PythonCommand::SetGil(path, gil) => edit(state, |chosen| {
            for python in chosen.iter_mut().filter(|python| python.path == path) {
                python.gil = gil;
            }
        }),
        PythonCommand::SetStartMethod(method) => state.session.python.start_method = method,
        PythonCommand::Type(text) => {
            state.pythons.typed = text;
            return;
        }
        PythonCommand::Add => {
            let typed = state.pythons.typed.trim().trim_matches(['"', '\'']).to_owned();
            if !typed.is_empty() {
                add(PathBuf::from(typed), state, services);
            }
        }
        PythonCommand::Choose => {
            send(Task::ChoosePython, state, services);
            return;
        }
        PythonCommand::Forget(path) => {
            let file = PathBuf::from(&path);
            state.session.python.own_paths.retain(|own| *own != file);
            edit(state, |chosen| chosen.retain(|python| python.path != path));
            search(false, state, services);
        }
        PythonCommand::ToggleSeries(key) => {
            bench::toggle_series(&key, state);
        }
    }
    bench::refresh_offers(state, services);
}

/// Begins to look for Pythons.
pub(in crate::ui) fn search(afresh: bool, state: &mut State, services: &Services) {
    state.pythons.search = Search::Looking;
    let order =
        SearchOrder { own_paths: state.session.python.own_paths.clone(), memory_dir: state.config_dir.clone(), afresh };
    send(Task::FindInterpreters(order), state, services);
}

/// Takes in what was found, and says which of those chosen are gone.
pub(super) fn found(findings: Findings, state: &mut State, services: &Services) {
    let Pythons { named, typed, .. } = std::mem::take(&mut state.pythons);
    let Findings { offers, usual } = findings;
    state.pythons = Pythons { search: Search::Done, offers, usual, typed, ..Pythons::default() };
    follow_links(state);
    if let Some(path) = named {
        look_at_named(&path, state);
    }
    for gone in state.pythons.missing(&state.session.python) {
        let words = format!(
            "Python {} was chosen but cannot be used any more: {}. Choose another under Python….",
            gone.version, gone.path
        );
        state.notices.failed(words);
    }
    bench::refresh_offers(state, services);
}

/// The file that the reader chose in the system's dialog.
pub(super) fn file_chosen(path: Option<PathBuf>, state: &mut State, services: &Services) {
    match path {
        Some(_) if state.run.is_some() => state.pythons.problem = Some(BUSY.to_owned()),
        Some(path) => add(path, state, services),
        None => state.pythons.problem = Some("No file was chosen. A path can also be typed here.".to_owned()),
    }
}

fn add(path: PathBuf, state: &mut State, services: &Services) {
    let own = &mut state.session.python.own_paths;
    if !own.contains(&path) {
        own.push(path.clone());
    }
    state.pythons.problem = None;
    state.pythons.named = Some(path);
    search(false, state, services);
}

/// Ticks the Python that was named, or says why it cannot be.
fn look_at_named(path: &PathBuf, state: &mut State) {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let offer = state.pythons.offers.iter().find(|offer| [path, &absolute].contains(&&PathBuf::from(&offer.path)));
    match offer.map(|offer| offer.interpreter.clone()) {
        Some(Ok(python)) => {
            if state.pythons.choice_of(&state.session.python, &python.path).is_none() {
                edit(state, |chosen| chosen.push(ChosenPython::of(&python)));
            }
            state.pythons.typed.clear();
        }
        Some(Err(reason)) => {
            // What is no Python is not to be looked at on every start.
            state.session.python.own_paths.retain(|own| own != path);
            state.pythons.problem = Some(format!("{} cannot be used: {reason}.", path.display()));
        }
        None => state.pythons.typed.clear(),
    }
}

/// A Python may be listed under another of its names than when it was chosen.
fn follow_links(state: &mut State) {
    let real = |path: &str| std::fs::canonicalize(path).ok();
    let missing = state.pythons.missing(&state.session.python);
    if missing.is_empty() {
        return;
    }
    let listed: Vec<_> = state.pythons.usable().map(|python| (python.path.clone(), real(&python.path))).collect();
    edit(state, |chosen| {
        for python in chosen.iter_mut().filter(|python| missing.contains(python)) {
            let file = real(&python.path);
            if let Some((path, _)) = listed.iter().find(|(_, other)| file.is_some() && *other == file) {
                python.path.clone_from(path);
            }
        }
    });
}

fn toggle(path: &str, state: &mut State) {
    let Some(python) = state.pythons.usable().find(|python| python.path == path).cloned() else {
        // One that is gone can only be taken away.
        edit(state, |chosen| chosen.retain(|python| python.path != path));
        return;
    };
    edit(state, |chosen| {
        let before = chosen.len();
        chosen.retain(|chosen| chosen.path != python.path);
        if chosen.len() == before {
            chosen.push(ChosenPython::of(&python));
        }
    });
}

/// Changes the list of those chosen, which begins with the usual one.
fn edit(state: &mut State, change: impl FnOnce(&mut Vec<ChosenPython>)) {
    let choice: &mut PythonChoice = &mut state.session.python;
    let mut chosen = state.pythons.chosen(choice);
    let before = chosen.clone();
    change(&mut chosen);
    if chosen != before {
        choice.chosen = Some(chosen);
    }
}
