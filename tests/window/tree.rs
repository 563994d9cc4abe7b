//! What a screen reader, a keyboard and a mouse meet.

use super::bench::Opening;
use super::bench::waiting;
use eframe::egui::Key;
use eframe::egui::Modifiers;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use threadlab::model::plot::Metric;
use threadlab::ui::command::Command;
use threadlab::ui::session::LessonProgress;

const PLAIN: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

#[test]
fn a_lesson_is_open_and_says_what_to_press() {
    let bench = Opening::default().open();
    let tree = &bench.harness;
    let lesson = tree.state().state().lessons.lesson().expect("a lesson").clone();
    assert!(tree.query_all_by_label(&lesson.title).count() >= 1);
    tree.get_by_role_and_label(Role::Button, "Run");
    tree.get_by_label("Filter lessons");
    assert!(tree.query_all_by_label_contains("Press Run or Space").count() >= 1);
    tree.get_by_label_contains("Welcome.");
    assert_eq!(tree.state().state().progress(&lesson.id), LessonProgress::New, "nobody has read it yet");
}

#[test]
fn the_filter_leaves_what_it_matches() {
    let mut bench = waiting();
    let all = bench.harness.state().state().lessons.entries().len();
    bench.perform(Command::SetFilter("overlap".to_owned()));
    let listed = bench.harness.query_all_by_label_contains(" min").count();
    assert!(listed < all.max(2), "{listed} of {all}");
    bench.perform(Command::SetFilter("no such words".to_owned()));
    bench.harness.get_by_label_contains("No lesson has these words");
}

#[test]
fn tabs_change_the_plot() {
    let mut bench = waiting();
    bench.measure();
    // A metric that says nothing of this workload has no tab.
    let has_tab = |metric: &Metric| bench.harness.query_by_role_and_label(Role::RadioButton, metric.label()).is_some();
    let offered: Vec<Metric> = Metric::ALL.into_iter().filter(has_tab).collect();
    assert!(offered.len() >= 4, "{offered:?}");
    for metric in offered {
        bench.choose(metric.label());
        assert_eq!(bench.harness.state().state().figure().expect("a figure").metric, metric);
    }
}

#[test]
fn a_broken_lesson_shows_its_errors_and_hides_no_other() {
    let text = "+++\nformat = 1\nid = \"mine\"\ntitle = 5\n+++\n\nText.\n".to_owned();
    let mut bench = Opening { lessons: vec![("90-mine.md", text)], ..Opening::default() }.open();
    assert!(bench.harness.state().state().lessons.entries().len() >= 4);
    bench.perform(Command::SelectLesson("90-mine.md".to_owned()));
    bench.harness.get_by_label_contains("cannot be shown");
    // In the middle, where a line of the file is not cut.
    let errors = bench.harness.get_by_label_contains("title = 5").rect();
    assert!(errors.left() > 232.0 && errors.right() < 1280.0, "{errors:?}");
    assert!(bench.harness.query_by_label("Run").is_none());

    // Mended on disk, it is read again by itself.
    let mended = bench.harness.state().state().lessons.entries()[0].clone();
    let threadlab::ui::state::lessons::Page::Lesson(_) = mended.page else { panic!("a sound lesson") };
    std::fs::remove_file(bench.path().join("lessons/90-mine.md")).expect("the file");
    bench.until("the list without the file", |app| {
        app.state().lessons.entries().iter().all(|entry| entry.id != "90-mine.md")
    });
}

#[test]
fn the_menus_hold_what_the_keys_do() {
    let mut bench = waiting();
    bench.click("View menu");
    assert!(bench.harness.query_all_by_label_contains("Full screen").count() >= 1);
    assert!(bench.harness.query_all_by_label_contains("Theme: Dark").count() >= 1);
    bench.keys(PLAIN, Key::Escape);
    bench.keys(PLAIN, Key::F1);
    bench.harness.get_by_label("How to read the plot");
    bench.keys(PLAIN, Key::Escape);
    bench.keys(CTRL, Key::Comma);
    assert!(bench.harness.query_all_by_label_contains("Settings are kept in").count() == 1);
}
