//! Which Pythons there are, and in which of them to measure.

use std::path::{Path, PathBuf};

use super::{Services, bench, send};
use crate::ui::interpreter_search::{Findings, SearchOrder};
use crate::ui::python_command::PythonCommand;
use crate::ui::state::export::expand_home;
use crate::ui::state::pythons::{ChosenPython, PythonChoice, Search, quoted};
use crate::ui::state::remark::Remark;
use crate::ui::state::{Overlay, State};
use crate::ui::task::Task;

/// Asking an interpreter what it is starts a process, and a window may be open.
const BUSY: &str = "A run measures, and is not to be disturbed: look for Pythons when it is over.";

/// Carries out what the reader asked for.
pub(super) fn perform(command: PythonCommand, state: &mut State, services: &mut Services) {
    if state.run.is_some()
        && matches!(command, PythonCommand::LookAgain | PythonCommand::Add | PythonCommand::Forget(_))
    {
        state.pythons.remark = Some(Remark::Problem(BUSY.to_owned()));
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
                add(&expand_home(&typed), state, services);
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
    let chosen = state.session.python.chosen.iter().flatten().map(|python| PathBuf::from(&python.path));
    let order = SearchOrder {
        own_paths: state.session.python.own_paths.clone(),
        follow: chosen.chain(state.pythons.named.clone()).collect(),
        memory_dir: state.config_dir.clone(),
        afresh,
    };
    if send(Task::FindInterpreters(order), state, services) {
        state.pythons.searches += 1;
        state.pythons.search = Search::Looking;
    } else if state.pythons.searches == 0 {
        state.pythons.search = Search::Done;
    }
}

/// Takes in what was found, and says which of those chosen are gone.
pub(super) fn found(findings: Findings, state: &mut State, services: &mut Services) {
    let Findings { offers, usual, listed_as } = findings;
    state.pythons.offers = offers;
    state.pythons.usual = usual;
    state.pythons.searches = state.pythons.searches.saturating_sub(1);
    follow(&listed_as, state);
    // A search that began before a path was named knows nothing of it.
    if state.pythons.searches > 0 {
        bench::refresh_offers(state, services);
        return;
    }
    state.pythons.search = Search::Done;
    if let Some(path) = state.pythons.named.take() {
        look_at_named(&path, &listed_as, state);
    }
    for gone in state.pythons.missing(&state.session.python) {
        let words = format!(
            "Python {} was chosen but cannot be used any more: {}. Choose another under Python….",
            gone.version, gone.path
        );
        state.notices.failed(words);
    }
    bench::refresh_offers(state, services);
    let ctx = services.ctx.clone();
    super::run::start_if_wanted(state, services, &ctx);
}

/// The file that the reader chose in the system's dialog.
pub(super) fn file_chosen(path: Option<PathBuf>, state: &mut State, services: &Services) {
    match path {
        Some(_) if state.run.is_some() => state.pythons.remark = Some(Remark::Problem(BUSY.to_owned())),
        Some(path) => add(&path, state, services),
        None => state.pythons.remark = Some(Remark::NO_FILE),
    }
}

fn add(path: &Path, state: &mut State, services: &Services) {
    // What is typed is meant from where the program was started; it is kept for starts from elsewhere.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let own = &mut state.session.python.own_paths;
    if !own.contains(&path) {
        own.push(path.clone());
    }
    state.pythons.remark = None;
    state.pythons.named = Some(path);
    search(false, state, services);
}

/// Ticks the Python that was named, or says why it cannot be.
fn look_at_named(path: &PathBuf, listed_as: &[(PathBuf, String)], state: &mut State) {
    let other_name = listed_as.iter().find(|(named, _)| named == path).map(|(_, listed)| PathBuf::from(listed));
    let is_meant = |offer: &PathBuf| offer == path || Some(offer) == other_name.as_ref();
    let offer = state.pythons.offers.iter().find(|offer| is_meant(&PathBuf::from(&offer.path)));
    let problem = match offer.map(|offer| offer.interpreter.clone()) {
        Some(Ok(python)) => {
            if state.pythons.choice_of(&state.session.python, &python.path).is_none() {
                edit(state, |chosen| chosen.push(ChosenPython::of(&python)));
            }
            state.pythons.typed.clear();
            return;
        }
        Some(Err(reason)) => format!("{} cannot be used: {}.", path.display(), quoted(&reason)),
        None => format!("Nothing was learned of {}: is it there, and may it be run?", path.display()),
    };
    // What is no Python is not to be looked at on every start.
    state.session.python.own_paths.retain(|own| own != path);
    state.pythons.remark = Some(Remark::Problem(problem));
}

/// A Python may be listed under another of its names than when it was chosen.
fn follow(listed_as: &[(PathBuf, String)], state: &mut State) {
    let Some(chosen) = &mut state.session.python.chosen else { return };
    for python in chosen.iter_mut() {
        if let Some((_, listed)) = listed_as.iter().find(|(path, _)| *path == Path::new(&python.path)) {
            python.path.clone_from(listed);
        }
    }
    // Two names of one.
    let mut seen = Vec::new();
    chosen.retain(|python| {
        let is_new = !seen.contains(&python.path);
        seen.push(python.path.clone());
        is_new
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
