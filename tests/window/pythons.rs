//! The Pythons of the machine, in the window.

use crossbeam_channel::Sender;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use threadlab::model::first_program::Pause;
use threadlab::model::series::{EngineKind, StartMethod};
use threadlab::ui::app::App;
use threadlab::ui::command::Command;
use threadlab::ui::first_command::FirstCommand;
use threadlab::ui::interpreter_search::Findings;
use threadlab::ui::python_command::PythonCommand;
use threadlab::ui::session::Session;
use threadlab::ui::state::pythons::{ChosenPython, GilChoice, Search};
use threadlab::ui::state::{Overlay, Wish};

use super::bench::{Bench, Opening, REASON, pythons};

/// A window whose search ends when a message is sent.
fn open_while_it_looks() -> (Bench, Sender<()>) {
    let (release, gate) = crossbeam_channel::bounded(8);
    let bench = Opening { pythons: pythons(), gate: Some(gate), ..Opening::default() }.open();
    (bench, release)
}

fn pass(bench: &mut Bench, release: &Sender<()>, what: &str, done: impl Fn(&App) -> bool) {
    release.send(()).expect("somebody waits");
    bench.until(what, done);
}

#[test]
fn a_run_waits_until_the_search_is_over() {
    let (mut bench, release) = open_while_it_looks();
    bench.click("Run");
    assert!(bench.harness.state().state().run.is_none());
    bench.harness.get_by_label_contains("Looking for Pythons … The run starts after that.");
    // A second time takes it back.
    bench.click("Waiting …");
    assert_eq!(bench.harness.state().state().wish, Wish::Nothing);
    bench.click("Run");
    pass(&mut bench, &release, "the run", |app| !app.state().measured.is_empty());
}

#[test]
fn a_run_waits_for_the_first_program() {
    let (mut bench, release) = open_while_it_looks();
    pass(&mut bench, &release, "the search", |app| app.state().pythons.search == Search::Done);
    bench.perform(Command::First(FirstCommand::Show));
    bench.click("Run it");
    bench.perform(Command::Dismiss);
    bench.click("Run");
    assert!(bench.harness.state().state().run.is_none());
    bench.harness.get_by_label_contains("The first program still runs.");
    pass(&mut bench, &release, "the run", |app| !app.state().measured.is_empty());
    assert!(bench.harness.state().state().first.outcome.is_some());
}

#[test]
fn nobody_is_told_to_install_a_python_while_it_still_looks() {
    let (mut bench, release) = open_while_it_looks();
    bench.perform(Command::Python(PythonCommand::Show));
    bench.harness.run_steps(9);
    assert!(bench.harness.query_all_by_label_contains("Threadlab still looks for the Pythons").count() >= 1);
    assert_eq!(bench.harness.query_all_by_label_contains(REASON).count(), 0);
    pass(&mut bench, &release, "the search", |app| app.state().pythons.search == Search::Done);
    assert_eq!(bench.harness.query_all_by_label_contains("Threadlab still looks").count(), 0);
}

#[test]
fn a_path_that_is_named_during_a_search_is_not_forgotten() {
    let (mut bench, release) = open_while_it_looks();
    bench.perform(Command::Python(PythonCommand::Type("/opt/python3.12.1/bin/python3".to_owned())));
    bench.perform(Command::Python(PythonCommand::Add));
    pass(&mut bench, &release, "the first search", |app| app.state().pythons.searches == 1);
    let state = bench.harness.state().state();
    assert_eq!((state.pythons.search, state.pythons.named.is_some()), (Search::Looking, true));
    pass(&mut bench, &release, "the second search", |app| app.state().pythons.search == Search::Done);
    let chosen = bench.harness.state().state().session.python.chosen.clone().expect("a choice");
    assert!(chosen.iter().any(|python| python.version == "3.12.1"), "{chosen:?}");
}

#[test]
fn a_path_of_which_nothing_is_learned_is_said() {
    let mut bench = open(pythons());
    bench.perform(Command::Python(PythonCommand::Show));
    bench.perform(Command::Python(PythonCommand::Type("somewhere/python3".to_owned())));
    bench.click("Add");
    bench.until("the search", |app| app.state().pythons.remark.is_some());
    // From where the program was started.
    let meant = std::env::current_dir().expect("a folder").join("somewhere/python3");
    bench.harness.get_by_label_contains(&format!("Nothing was learned of {}", meant.display()));
    assert!(bench.harness.state().state().session.python.own_paths.is_empty());

    bench.perform(Command::Python(PythonCommand::Type("~/python3".to_owned())));
    bench.click("Add");
    bench.until("the search", |app| {
        app.state().pythons.remark.as_ref().is_some_and(|it| !it.words().contains("somewhere"))
    });
    let remark = bench.harness.state().state().pythons.remark.clone().expect("a remark");
    assert!(!remark.words().contains('~'), "{remark:?}");
}

#[test]
fn a_python_that_is_listed_under_another_name_stays_chosen() {
    let python = ChosenPython { path: "/link/python3".to_owned(), version: "3.12.1".to_owned(), gil: GilChoice::Off };
    let mut session = Session::default();
    session.python.chosen = Some(vec![python]);
    let session = session.to_json().ok().and_then(|json| String::from_utf8(json).ok());
    let listed = "/opt/python3.12.1/bin/python3";
    let pythons = Findings { listed_as: vec![("/link/python3".into(), listed.to_owned())], ..pythons() };
    let bench = Opening { pythons, session, ..Opening::default() }.open();
    let state = bench.harness.state().state();
    let chosen: Vec<_> = state.session.python.chosen.iter().flatten().map(|python| python.path.as_str()).collect();
    assert_eq!(chosen, [listed]);
    assert!(state.notices.shown().is_empty(), "{:?}", state.notices.shown());
}

#[test]
fn searches_that_are_too_many_are_refused_and_the_others_end() {
    let (mut bench, release) = open_while_it_looks();
    for _ in 0..80 {
        bench.perform(Command::Python(PythonCommand::LookAgain));
    }
    let searches = bench.harness.state().state().pythons.searches;
    assert!((60..80).contains(&searches), "{searches}");
    drop(release);
    bench.until("all of them", |app| app.state().pythons.search == Search::Done);
    assert_eq!(bench.harness.state().state().pythons.searches, 0);
}

/// A window on an experiment that computes and lists no Python engine: those of the bundled lessons may.
fn open(pythons: Findings) -> Bench {
    let lesson = include_str!("../../assets/lesson.md")
        .replace("workload = \"wait\"", "workload = \"count-primes\"")
        .replace("wait_ms = 5", "limit = 1000");
    let mut bench = Opening { pythons, lessons: vec![("my-lesson.md", lesson)], ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("my-lesson".to_owned()));
    bench
}

fn legend(bench: &Bench) -> Vec<String> {
    let figure = bench.harness.state().state().figure().expect("a figure").clone();
    figure.panels.iter().flat_map(|panel| &panel.curves).map(|curve| curve.name.clone()).collect()
}

#[test]
fn the_usual_python_is_named_and_can_be_measured_beside_the_others() {
    let mut bench = open(pythons());
    assert!(bench.harness.query_all_by_label_contains("no quota, CPython 3.11.7").count() >= 1);
    bench.tick("3.11 threads");
    bench.measure();
    assert!(legend(&bench).contains(&"Python threads 3.11.7".to_owned()), "{:?}", legend(&bench));
    assert!(!bench.harness.state().state().bench.as_ref().expect("a bench").is_stale());
    // It is remembered.
    let saved = bench.harness.state().state().session.to_json().expect("plain data");
    let session: Session = serde_json::from_slice(&saved).expect("what was written");
    let groups: Vec<_> = session.groups.values().filter_map(|group| group.engines.clone()).collect();
    assert!(groups.iter().any(|engines| engines.contains(&EngineKind::PythonThreads)));
}

#[test]
fn each_python_chosen_has_a_box_and_a_curve_of_its_own() {
    let mut bench = open(pythons());
    bench.keys(Modifiers::COMMAND, Key::P);
    bench.tick("CPython 3.12.1, /opt/python3.12.1/bin/python3");
    bench.tick("CPython 3.14.0t, /opt/python3.14.0t/bin/python3");
    bench.choose("Both");
    bench.tick("Python threads");
    bench.click("Close");
    for label in ["3.14t threads", "3.14t GIL on threads", "3.12 threads", "3.11 threads"] {
        bench.harness.get_by_role_and_label(Role::CheckBox, label);
    }
    bench.tick("3.12 threads");
    bench.measure();
    let python: Vec<_> = legend(&bench).into_iter().filter(|name| name.starts_with("Python")).collect();
    assert_eq!(python, ["Python threads 3.14.0t", "Python threads 3.14.0t, GIL on", "Python threads 3.11.7"]);
    let chosen = bench.harness.state().state().session.python.chosen.clone().expect("a choice");
    let gil: Vec<_> = chosen.iter().map(|python| (python.version.as_str(), python.gil)).collect();
    assert_eq!(gil, [("3.11.7", GilChoice::Off), ("3.12.1", GilChoice::Off), ("3.14.0", GilChoice::Both)]);
}

#[test]
fn the_unfit_ones_are_listed_with_their_reasons() {
    let mut bench = open(pythons());
    bench.click("Python…");
    let old = bench.harness.get_by_role_and_label(Role::CheckBox, "Python 2.7.18, /opt/python2.7.18/bin/python3");
    assert!(old.accesskit_node().is_disabled());
    bench.harness.get_by_label_contains("Python 2.7.18 is too old: Threadlab needs 3.8 or later.");
    // Counting primes is nothing for one event loop, and 3.11 has no sub-interpreters: each says so.
    let asyncio = bench.harness.get_by_role_and_label(Role::CheckBox, EngineKind::PythonAsyncio.label());
    assert!(asyncio.accesskit_node().is_disabled());
    bench.harness.get_by_label_contains("Python asyncio: Tasks of one event loop compute one after the other");
    bench.harness.get_by_label_contains("Python sub-interpreters: Python 3.11.7 has no");
}

#[test]
fn the_start_of_processes_can_be_chosen() {
    let mut bench = open(pythons());
    bench.click("Python…");
    // A dialog finds its height within a few frames.
    bench.harness.run_steps(9);
    bench.tick("Python processes");
    bench.choose("spawn");
    assert_eq!(bench.harness.state().state().session.python.start_method, Some(StartMethod::Spawn));
    bench.click("Close");
    bench.measure();
    assert!(legend(&bench).contains(&"Python processes 3.11.7, spawn".to_owned()), "{:?}", legend(&bench));
}

#[test]
fn without_any_python_it_says_what_to_install() {
    let mut bench = open(Findings::default());
    assert!(bench.harness.query_by_role_and_label(Role::CheckBox, "3.11 threads").is_none());
    bench.click("Python…");
    bench.harness.get_by_label_contains("Install CPython 3.8 or later");
    let engine = bench.harness.get_by_role_and_label(Role::CheckBox, EngineKind::PythonThreads.label());
    assert!(engine.accesskit_node().is_disabled());
    // The reason is said once for all four.
    assert_eq!(bench.harness.query_all_by_label_contains(REASON).count(), 1);
    bench.keys(Modifiers::NONE, Key::Escape);
    assert_eq!(bench.harness.state().state().overlay, Overlay::None);
}

#[test]
fn a_python_that_is_gone_is_said() {
    let mut session = Session::default();
    session.python.chosen = Some(vec![ChosenPython {
        path: "/gone/python3".to_owned(),
        version: "3.10.2".to_owned(),
        gil: GilChoice::Off,
    }]);
    let session = session.to_json().ok().and_then(|json| String::from_utf8(json).ok());
    let mut bench = Opening { pythons: pythons(), session, ..Opening::default() }.open();
    bench.harness.get_by_label_contains("Python 3.10.2 was chosen but cannot be used any more");
    bench.perform(Command::Python(PythonCommand::Show));
    bench.tick("CPython 3.10.2");
    assert_eq!(bench.harness.state().state().session.python.chosen, Some(Vec::new()));
}

#[test]
fn a_path_that_is_no_python_says_why() {
    let mut bench = open(pythons());
    bench.perform(Command::Python(PythonCommand::Type(" /opt/python2.7.18/bin/python3 ".to_owned())));
    bench.perform(Command::Python(PythonCommand::Show));
    bench.click("Add");
    bench.until("the search", |app| app.state().pythons.remark.is_some());
    bench.harness.get_by_label_contains("cannot be used: Python 2.7.18 is too old");
    assert!(bench.harness.state().state().session.python.own_paths.is_empty());
    bench.perform(Command::Python(PythonCommand::Type("/opt/python3.12.1/bin/python3".to_owned())));
    bench.click("Add");
    bench.until("the search", |app| app.state().session.python.chosen.is_some());
    bench.harness.get_by_role_and_label(Role::CheckBox, "3.12 threads");
}

#[test]
fn the_first_program_shows_who_printed_what_when() {
    let mut bench = open(pythons());
    bench.perform(Command::First(FirstCommand::Show));
    bench.harness.get_by_label_contains("in CPython 3.11.7");
    bench.click("Run it");
    bench.until("the program", |app| app.state().first.outcome.is_some());
    bench.harness.get_by_label_contains("Timeline of 0.60 ms: 11 lines of 3 threads, 2 turns");
    bench.harness.get_by_label("0.300 ms");
    assert_eq!(bench.harness.query_all_by_label("second").count(), 5);
    bench.harness.get_by_label_contains("before the second printed one");
    bench.tick("Sleep 1 ms after each line");
    assert_eq!(bench.harness.state().state().first.pause, Pause::Millisecond);
}
