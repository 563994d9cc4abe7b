//! What a keyboard does, and in which order Tab goes.

use super::bench::Bench;
use super::bench::waiting;
use eframe::egui::Key;
use eframe::egui::Modifiers;
use eframe::egui::accesskit::{NodeId, Role};
use egui_kittest::kittest::By;
use egui_kittest::kittest::NodeT as _;
use egui_kittest::kittest::Queryable as _;
use threadlab::model::stopping::Precision;
use threadlab::ui::command::Command;
use threadlab::ui::state::Overlay;

const PLAIN: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

#[test]
fn space_in_a_field_is_a_space() {
    let mut bench = waiting();
    bench.keys(CTRL, Key::F);
    bench.harness.get_by_label("Filter lessons").type_text("the gil");
    bench.harness.run_steps(2);
    bench.keys(PLAIN, Key::Space);
    assert!(bench.harness.state().state().run.is_none());
    assert_eq!(bench.harness.state().state().filter, "the gil");
}

#[test]
fn lessons_are_gone_through_by_key_and_click() {
    let mut bench = waiting();
    let entries: Vec<_> = bench.harness.state().state().lessons.entries().to_vec();
    let shown = |bench: &Bench| bench.harness.state().state().lessons.selected().map(|entry| entry.id.clone());
    bench.perform(Command::SelectLesson(entries[0].id.clone()));
    bench.keys(CTRL, Key::CloseBracket);
    assert_eq!(shown(&bench), Some(entries[1].id.clone()));
    bench.keys(CTRL, Key::OpenBracket);
    assert_eq!(shown(&bench), Some(entries[0].id.clone()));
    bench.keys(CTRL, Key::OpenBracket);
    assert_eq!(shown(&bench), Some(entries[0].id.clone()), "there is none before the first");
    let progress = bench.harness.state().state().progress(&entries[2].id).label();
    let name = format!("3 {}, {progress}", entries[2].title);
    bench.click(&name);
    assert_eq!(shown(&bench), Some(entries[2].id.clone()));
}

#[test]
fn the_thread_slider_moves_by_key_and_marks_the_run_as_stale() {
    let mut bench = waiting();
    bench.measure();
    let most = |bench: &Bench| bench.harness.state().state().bench.as_ref().expect("a bench").settings.to.get();
    let before = most(&bench);
    bench.harness.get_by_role_and_label(Role::Slider, "Most threads, handle").focus();
    bench.harness.run_steps(2);
    bench.keys(PLAIN, Key::ArrowLeft);
    assert!(most(&bench) < before, "{} of {before}", most(&bench));
    bench.harness.get_by_label_contains("settings changed since");
    assert!(bench.harness.state().state().run.is_none(), "sliders run nothing unless they are asked to");

    bench.perform(Command::SetRunOnRelease(true));
    bench.keys(PLAIN, Key::ArrowLeft);
    bench.until("a run that the slider began", |app| {
        app.state().run.is_none() && app.state().bench.as_ref().is_some_and(|bench| !bench.is_stale())
    });
}

#[test]
fn the_palette_finds_and_runs_a_command() {
    let mut bench = waiting();
    bench.keys(CTRL, Key::K);
    bench.harness.get_by_label("Find a command").type_text("thorough");
    bench.harness.run_steps(3);
    bench.keys(PLAIN, Key::Enter);
    assert_eq!(bench.harness.state().state().session.precision, Precision::Thorough);
    assert_eq!(bench.harness.state().state().overlay, Overlay::None);

    // Typed and entered within one frame.
    bench.keys(CTRL, Key::K);
    bench.harness.get_by_label("Find a command").type_text("normal");
    bench.keys(PLAIN, Key::Enter);
    assert_eq!(bench.harness.state().state().session.precision, Precision::Normal);

    // A setting is found by its name.
    bench.keys(CTRL, Key::K);
    bench.harness.get_by_label("Find a command").type_text("switch");
    bench.keys(PLAIN, Key::Enter);
    assert_eq!(bench.harness.state().state().overlay, Overlay::Settings);
    assert!(bench.harness.query_all_by_label("Switch interval (model and Python threads)").count() >= 1);
    bench.keys(PLAIN, Key::Escape);

    bench.keys(CTRL, Key::K);
    assert_eq!(bench.harness.state().state().overlay, Overlay::Palette);
    bench.keys(PLAIN, Key::Escape);
    assert_eq!(bench.harness.state().state().overlay, Overlay::None);
}

/// A stop of the Tab key.
#[derive(Debug)]
struct Stop {
    id: NodeId,
    role: Role,
    name: String,
}

/// What has the keyboard.
fn focused(bench: &Bench) -> Option<Stop> {
    let has_keyboard = By::new().predicate(|node| node.is_focused() && !node.is_hidden());
    let node = bench.harness.query_all(has_keyboard).next()?;
    let node = node.accesskit_node();
    Some(Stop {
        id: node.locate().0,
        role: node.role(),
        name: node.label().or_else(|| node.value()).unwrap_or_default(),
    })
}

#[test]
fn tab_comes_to_run_at_once_then_through_text_lessons_and_menus() {
    let mut bench = waiting();
    let mut stops: Vec<Stop> = Vec::new();
    for _ in 0..200 {
        bench.keys(PLAIN, Key::Tab);
        let Some(stop) = focused(&bench) else { continue };
        if stops.first().is_some_and(|first| first.id == stop.id) {
            break;
        }
        stops.push(stop);
    }
    let place = |role: Role, name: &str| {
        let found = stops.iter().position(|stop| stop.role == role && stop.name.contains(name));
        found.unwrap_or_else(|| panic!("{name} is no stop: {stops:#?}"))
    };
    // Only the edges of the two panels come before.
    let run = stops.iter().position(|stop| stop.name == "Run").expect("it is a stop");
    assert!(run < 3, "Run is stop {run}: {stops:#?}");
    let (text, filter) = (place(Role::Button, "Mark as done"), place(Role::TextInput, "Filter lessons"));
    let menu = place(Role::Button, "File menu");
    assert!(run < text && text < filter && filter < menu, "{run}, {text}, {filter}, {menu}: {stops:#?}");
}

#[test]
fn a_switch_interval_that_is_not_cpythons_is_said_beside_the_controls() {
    let mut bench = waiting();
    assert!(bench.harness.query_by_label_contains("Switch interval").is_none());
    bench.perform(Command::SetSwitchInterval(500));
    bench.click("Switch interval 0.5 ms");
    assert_eq!(bench.harness.state().state().overlay, Overlay::Settings);
}

#[test]
fn enter_in_the_filter_opens_the_first_lesson_that_is_listed() {
    let mut bench = waiting();
    bench.keys(Modifiers::COMMAND, Key::F);
    for letter in ["d", "e", "a", "d", "l", "o", "c", "k"] {
        bench.harness.event(eframe::egui::Event::Text(letter.to_owned()));
        bench.harness.run_steps(2);
    }
    let selected = |bench: &Bench| bench.harness.state().state().lessons.selected().map(|entry| entry.id.clone());
    assert_eq!(selected(&bench).as_deref(), Some("waiting"), "typing alone opens nothing");
    bench.keys(Modifiers::NONE, Key::Enter);
    assert_eq!(selected(&bench).as_deref(), Some("order"));
}
