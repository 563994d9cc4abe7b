//! What has room, and where things stand.

use super::bench::Bench;
use super::bench::waiting;
use super::bench::{Opening, pythons};
use eframe::egui::Key;
use eframe::egui::Modifiers;
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, MouseWheelSource, MouseWheelUnit, TouchPhase, Vec2, pos2, vec2};
use egui_kittest::kittest::NodeT as _;
use egui_kittest::kittest::Queryable as _;
use threadlab::ui::command::Command;
use threadlab::ui::edit::Stage;
use threadlab::ui::python_command::PythonCommand;
use threadlab::ui::session::Fold;
use threadlab::ui::session::Session;
use threadlab::ui::state::Below;

const PLAIN: Modifiers = Modifiers::NONE;

#[test]
fn panels_fold_and_the_presenter_sees_the_plot_alone() {
    let mut bench = waiting();
    bench.keys(PLAIN, Key::F9);
    assert!(bench.harness.query_by_label("Filter lessons").is_none());
    bench.keys(PLAIN, Key::F9);
    assert!(bench.harness.query_by_label("Filter lessons").is_some());
    bench.keys(PLAIN, Key::F10);
    assert_eq!(bench.harness.state().state().session.layout.text, Fold::Closed);
    bench.keys(PLAIN, Key::F5);
    assert!(bench.harness.query_by_label("Run").is_none());
    bench.keys(PLAIN, Key::Escape);
    assert!(bench.harness.query_by_label("Run").is_some());
}

#[test]
fn what_stands_below_the_plot_can_be_hidden() {
    let mut bench = waiting();
    bench.measure();
    bench.click("Hide");
    assert!(bench.harness.query_by_label("Verdicts").is_none());
    bench.perform(Command::ShowBelow(Below::Table));
    bench.harness.get_by_role_and_label(Role::Table, "Results");
}

#[test]
fn panels_that_are_folded_can_be_seen_to_come_back() {
    let mut bench = Opening { size: vec2(1024.0, 640.0), ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("waiting".to_owned()));
    assert!(bench.harness.query_by_label("Filter lessons").is_none(), "there is no room for it");
    bench.click("Lessons panel");
    bench.harness.get_by_role_and_label(Role::TextInput, "Filter lessons");
    bench.measure();
    bench.click("Hide");
    assert!(bench.harness.query_by_label("Verdicts").is_none());
    bench.click("Results panel");
    assert!(bench.harness.query_all_by_label("Verdicts").count() >= 1);
}

#[test]
fn controls_stand_still_when_a_number_grows() {
    let mut bench = waiting();
    let place = |bench: &Bench| bench.harness.get_by_label_contains("Set Wait back").rect().left();
    let before = place(&bench);
    for value in [0.5, 12.25, 100.0, 1000.0] {
        bench.perform(Command::SetParameter { experiment: 0, name: "wait_ms", value, stage: Stage::Changing });
        assert!((place(&bench) - before).abs() < 0.5, "{value}: {} and {before}", place(&bench));
    }
}

/// Whatever can be pressed, ticked or typed into has a name, and lies within the window.
#[track_caller]
fn check_controls(bench: &Bench, size: eframe::egui::Vec2) {
    let controls = [
        Role::Button,
        Role::CheckBox,
        Role::RadioButton,
        Role::TextInput,
        Role::SpinButton,
        Role::Slider,
        Role::ComboBox,
        Role::Link,
    ];
    for role in controls {
        for node in bench.harness.query_all_by_role(role) {
            let inner = node.accesskit_node();
            let name = inner.label().unwrap_or_default();
            assert!(!name.trim().is_empty(), "a {role:?} has no name: {node:?}");
            let rect = node.rect();
            assert!(rect.left() > -1.0 && rect.right() < size.x + 1.0, "{role:?} `{name}` reaches out: {rect:?}");
        }
    }
}

#[test]
fn every_control_has_a_name_and_lies_in_the_window() {
    for size in [vec2(1024.0, 640.0), vec2(1280.0, 800.0), vec2(1600.0, 1000.0), vec2(800.0, 560.0)] {
        let mut bench = Opening { size, ..Opening::default() }.open();
        for lesson in ["waiting", "gil", "both"] {
            bench.perform(Command::SelectLesson(lesson.to_owned()));
            check_controls(&bench, size);
        }
        bench.measure();
        check_controls(&bench, size);
        for command in [Command::ShowExport, Command::ShowSettings, Command::ShowHelp, Command::ShowPalette] {
            bench.perform(command);
            check_controls(&bench, size);
        }
    }
}

#[test]
fn a_window_at_rest_asks_for_no_frame() {
    let mut bench = Opening {
        session: Session { hint_dismissed: true, ..Session::default() }
            .to_json()
            .ok()
            .and_then(|json| String::from_utf8(json).ok()),
        ..Opening::default()
    }
    .open();
    bench.harness.run();
    let delay = bench.harness.output().viewport_output.values().map(|output| output.repaint_delay).min();
    assert_eq!(delay, Some(std::time::Duration::MAX));
}

#[test]
fn after_a_run_every_verdict_is_in_sight() {
    // In a small window: `every_bundled_group_can_be_run`.
    for size in [vec2(1280.0, 800.0), vec2(1920.0, 1080.0)] {
        let mut bench = Opening { size, pythons: pythons(), ..Opening::default() }.open();
        for (lesson, experiment) in [("gil", "count-primes"), ("order", "opposite")] {
            bench.perform(Command::SelectLesson(lesson.to_owned()));
            bench.perform(Command::SelectExperiment(experiment.to_owned()));
            bench.measure();
            bench.check_verdicts_in_sight();
        }
    }
}

#[test]
fn where_verdicts_have_no_room_a_line_says_what_they_come_to_and_leads_to_them() {
    let size = vec2(1024.0, 640.0);
    let mut bench = Opening { size, pythons: pythons(), ..Opening::default() }.open();
    for path in ["/opt/python3.12.1/bin/python3", "/opt/python3.14.0t/bin/python3"] {
        bench.perform(Command::Python(PythonCommand::Toggle(path.to_owned())));
    }
    bench.perform(Command::SelectLesson("lost-updates".to_owned()));
    bench.measure();
    settle(&mut bench);
    let lowest = |bench: &Bench| bench.verdicts_below_the_plot().iter().map(|(_, bottom)| *bottom).fold(0.0, f32::max);
    let sight = size.y - 36.0;
    assert!(lowest(&bench) > sight, "there is room after all: {}", lowest(&bench));
    let tally = bench.harness.get_by_label("\u{2713} 5 hold").rect();
    let way = bench.harness.get_by_role_and_label(Role::Button, "Show verdicts").rect();
    assert!(tally.bottom() < sight && way.bottom() < sight, "{tally} {way}");
    bench.click("Show verdicts");
    settle(&mut bench);
    assert!(lowest(&bench) < way.top(), "{:?}", bench.verdicts_below_the_plot());
    bench.click("Show plot");
    settle(&mut bench);
    assert!(lowest(&bench) > sight);
    // Where they have room there is no such line.
    bench.perform(Command::SelectLesson("waiting".to_owned()));
    bench.measure();
    settle(&mut bench);
    assert!(bench.harness.query_by_label("Show verdicts").is_none());
}

#[test]
fn a_verdict_opens_to_its_reason() {
    let mut bench = waiting();
    bench.measure();
    bench.perform(Command::ShowBelow(Below::Table));
    let reason = |bench: &Bench| bench.harness.query_all_by_role_and_label(Role::Group, "Reason").count();
    assert_eq!(reason(&bench), 0);
    let (name, _) = bench.verdicts_below_the_plot().first().expect("a verdict").clone();
    bench.click(&name);
    assert_eq!(reason(&bench), 1);
    assert!(bench.harness.query_all_by_label_contains("At 8 threads").count() >= 1);
    assert!(
        bench.verdicts_below_the_plot().iter().all(|(_, bottom)| *bottom < 764.0),
        "{:?}",
        bench.verdicts_below_the_plot()
    );
    bench.click(&name);
    assert_eq!(reason(&bench), 0);
}

#[test]
fn verdicts_are_in_sight_where_the_results_are_folded_away() {
    let mut bench = Opening { size: vec2(1024.0, 640.0), ..Opening::default() }.open();
    bench.measure();
    bench.perform(Command::FoldResults);
    assert!(bench.harness.query_by_label("Verdicts").is_none());
    let verdicts = bench.verdicts_below_the_plot();
    assert!(!verdicts.is_empty() && verdicts.iter().all(|(_, bottom)| *bottom < 604.0), "{verdicts:?}");
}

#[test]
fn what_is_chosen_below_the_plot_comes_into_sight() {
    for size in [vec2(1280.0, 800.0), vec2(1024.0, 640.0)] {
        let mut bench = Opening { size, ..Opening::default() }.open();
        bench.perform(Command::SelectLesson("order".to_owned()));
        bench.perform(Command::SelectExperiment("opposite".to_owned()));
        bench.measure();
        let header = |bench: &Bench, label: &str| bench.harness.get_by_role_and_label(Role::RadioButton, label).rect();
        for (label, content) in [("Table", 80.0), ("Why", 80.0), ("Timeline", 20.0), ("Verdicts", 40.0)] {
            // From the top of the page, as after a run.
            scroll_up(&mut bench, size);
            bench.harness.get_by_role_and_label(Role::RadioButton, label).click_accesskit();
            settle(&mut bench);
            let shown = header(&bench, label);
            assert!(shown.bottom() + content < size.y - 36.0, "{size} {label}: {shown}");
            // And it is left alone from then on.
            scroll_up(&mut bench, size);
            let above = header(&bench, label);
            settle(&mut bench);
            assert_eq!(header(&bench, label), above, "{size} {label}");
        }
    }
}

#[test]
fn what_begins_below_the_edge_has_a_button_that_leads_there() {
    const WAY: &str = "More below ↓";
    for (size, is_out_of_sight) in [(vec2(1024.0, 640.0), true), (vec2(1600.0, 1000.0), false)] {
        let mut bench = Opening { size, ..Opening::default() }.open();
        bench.perform(Command::SelectLesson("waiting".to_owned()));
        bench.measure();
        settle(&mut bench);
        let header = |bench: &Bench| bench.harness.get_by_role_and_label(Role::RadioButton, "Verdicts").rect();
        assert_eq!(bench.harness.query_by_label(WAY).is_some(), is_out_of_sight, "{size}");
        if is_out_of_sight {
            let way = bench.harness.get_by_role_and_label(Role::Button, WAY).rect();
            assert!(way.bottom() < size.y - 36.0 && way.right() < size.x, "{size}: {way}");
            bench.click(WAY);
            settle(&mut bench);
            assert!(bench.harness.query_by_label(WAY).is_none(), "{size}: it is in sight now");
        }
        assert!(header(&bench).bottom() + 40.0 < size.y - 36.0, "{size}: {}", header(&bench));
    }
}

#[test]
fn a_reason_that_is_opened_comes_into_sight() {
    let size = vec2(1024.0, 640.0);
    let mut bench = Opening { size, ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("order".to_owned()));
    bench.perform(Command::SelectExperiment("opposite".to_owned()));
    bench.measure();
    for (name, _) in bench.verdicts_below_the_plot() {
        bench.harness.get_by_role_and_label(Role::Button, &name).click_accesskit();
        settle(&mut bench);
        assert_eq!(bench.harness.query_all_by_role_and_label(Role::Group, "Reason").count(), 1);
        // The reason stands right below its verdict.
        let verdict = bench.harness.get_by_role_and_label(Role::Button, &name).rect();
        assert!(verdict.bottom() + 20.0 < size.y - 36.0, "{name}: {verdict}");
        bench.harness.get_by_role_and_label(Role::Button, &name).click_accesskit();
        settle(&mut bench);
    }
}

#[test]
fn no_reason_is_drawn_over_what_stands_below_the_verdicts() {
    // Around the height from which what stands below the verdicts has a panel of its own.
    let high = (710_u16..=860).step_by(30).map(|height| (1280_u16, height));
    for (width, height) in high.chain([(860, 800), (1600, 800), (1280, 600)]) {
        let size = vec2(f32::from(width), f32::from(height));
        let mut bench = Opening { size, ..Opening::default() }.open();
        bench.perform(Command::SelectLesson("waiting".to_owned()));
        bench.measure();
        let (name, _) = bench.verdicts_below_the_plot().first().expect("a verdict").clone();
        bench.harness.get_by_role_and_label(Role::Button, &name).click_accesskit();
        bench.harness.run_steps(6);
        // Not in one frame only: a reason that opens and shuts by turns is seen.
        for _ in 0..4 {
            bench.harness.step();
            let reasons = bench.harness.query_all_by_role_and_label(Role::Group, "Reason").count();
            let tabs =
                bench.harness.query_all_by_role_and_label(Role::RadioButton, "Table").map(|node| node.rect().top());
            let below = tabs.fold(f32::INFINITY, f32::min);
            let lowest = bench.verdicts_below_the_plot().iter().map(|(_, bottom)| *bottom).fold(0.0, f32::max);
            assert!(reasons == 1 && lowest <= below, "{size}: {reasons} open, {lowest} over {below}");
        }
    }
}

#[test]
fn the_menu_bar_never_draws_one_button_over_another() {
    for width in [400_u16, 512, 560, 620, 680, 1000] {
        let bench = Opening { size: vec2(f32::from(width), 560.0), ..Opening::default() }.open();
        let bar: Vec<_> = ["File menu", "View menu", "Run menu", "Help menu"]
            .into_iter()
            .chain(["Lessons panel", "Results panel", "Text panel"])
            .filter_map(|label| bench.harness.query_by_label(label))
            .chain(bench.harness.query_by_label_contains("Commands"))
            .map(|node| node.rect())
            .collect();
        assert!(bar.len() >= 4, "the menus are always there");
        for (index, one) in bar.iter().enumerate() {
            let covered = bar.iter().skip(index + 1).find(|other| one.shrink(0.5).intersects(other.shrink(0.5)));
            assert_eq!(covered, None, "{width}: {one}");
        }
    }
}

#[test]
fn a_reason_opens_alone_beside_an_experiment_of_the_same_title() {
    let experiment = |id: &str| {
        format!(
            "[[experiment]]\nid = \"{id}\"\ntitle = \"Waiting\"\nworkload = \"wait\"\nengines = [\"native\"]\n\
             threads = {{ min = 1, max = 4 }}\ngroup = \"both\"\n\n[[experiment.claim]]\nid = \"{id}-overlaps\"\n\
             text = \"The {id} threads overlap.\"\n\
             check = {{ quantity = \"speedup\", engine = \"native\", threads = 2, at_least = 1.5 }}\n\n"
        )
    };
    let text = format!(
        "+++\nformat = 1\nid = \"twins\"\ntitle = \"Twins\"\nminutes = 1\ngoals = [\"Tell them apart.\"]\n\n{}{}+++\n\nText.\n",
        experiment("left"),
        experiment("right"),
    );
    let mut bench = Opening { lessons: vec![("twins.md", text)], ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("twins".to_owned()));
    bench.measure();
    let verdicts = bench.verdicts_below_the_plot();
    assert_eq!(verdicts.len(), 2, "{verdicts:?}");
    bench.harness.get_by_role_and_label(Role::Button, &verdicts[0].0).click_accesskit();
    settle(&mut bench);
    assert_eq!(bench.harness.query_all_by_role_and_label(Role::Group, "Reason").count(), 1);
}

/// Draws until nothing moves any more.
fn settle(bench: &mut Bench) {
    for _ in 0..40 {
        bench.harness.step();
    }
}

/// Turns the wheel over the plot until the top of the page is there.
fn scroll_up(bench: &mut Bench, size: Vec2) {
    let middle = pos2(size.x * 0.45, size.y * 0.6);
    bench.harness.event(Event::PointerMoved(middle));
    let wheel = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 4000.0),
        source: MouseWheelSource::Wheel,
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
    };
    bench.harness.event(wheel);
    settle(bench);
}
