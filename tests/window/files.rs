//! Files that the window writes and reads: figures, results, settings, lessons.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bench::{Bench, Opening};
use super::bench::{pythons, waiting};
use eframe::egui::Key;
use eframe::egui::Modifiers;
use eframe::egui::accesskit::Role;
use eframe::egui::{DroppedFile, HoveredFile};
use egui_kittest::kittest::NodeT as _;
use egui_kittest::kittest::Queryable as _;
use threadlab::model::plot::Metric;
use threadlab::model::stopping::Precision;
use threadlab::ui::app::App;
use threadlab::ui::beside_command::BesideCommand;
use threadlab::ui::command::Command;
use threadlab::ui::edit::Stage;
use threadlab::ui::state::Overlay;
use threadlab::ui::state::export::{ExportForm, TargetIs};
use threadlab::ui::state::lessons::Page;

const PLAIN: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

#[test]
fn nothing_can_be_exported_before_the_first_run() {
    let bench = waiting();
    assert!(bench.harness.get_by_role_and_label(Role::Button, "Export").accesskit_node().is_disabled());
}

#[test]
fn a_figure_and_its_data_are_saved_and_opened_again() {
    let mut bench = waiting();
    bench.measure();
    bench.keys(CTRL, Key::E);
    bench.harness.get_by_role_and_label(Role::TextInput, "Folder");
    bench.harness.get_by_role_and_label(Role::TextInput, "File name");
    bench.click("JSON");
    bench.click("Save");
    bench.until("the file", |app| !app.state().exporting && app.state().overlay == Overlay::None);
    bench.harness.get_by_label_contains("Saved as");

    let folder = bench.path().join("figures");
    let files: Vec<_> = std::fs::read_dir(&folder).expect("the folder").map(|it| it.expect("a file").path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    bench.perform(Command::OpenPaths(files));
    bench.until("the opened result", |app| app.state().opened.is_some());
    bench.harness.get_by_label_contains("Opened result");
    bench.perform(Command::ShowMetric(Metric::CoresUsed));
    assert_eq!(bench.harness.state().state().figure().expect("a figure").metric, Metric::CoresUsed);
    bench.click("Back to live");
    assert!(bench.harness.state().state().opened.is_none());
}

#[test]
fn an_export_that_fails_says_why_and_keeps_the_dialog() {
    let mut bench = waiting();
    bench.measure();
    std::fs::write(bench.path().join("figures"), "a file where a folder should be").expect("a file");
    bench.keys(CTRL, Key::E);
    bench.click("Save");
    bench.until("the answer", |app| !app.state().exporting);
    assert!(matches!(bench.harness.state().state().overlay, Overlay::Export(_)));
    bench.harness.get_by_label_contains("Failed to");
    let kept = std::fs::read_to_string(bench.path().join("figures")).expect("the file");
    assert_eq!(kept, "a file where a folder should be");
}

#[test]
fn a_file_that_is_no_result_is_named() {
    let mut bench = waiting();
    let path = bench.path().join("data.json");
    std::fs::write(&path, "{}").expect("a file");
    bench.perform(Command::OpenPaths(vec![path, "picture.gif".into()]));
    bench.until("both messages", |app| app.state().notices.shown().len() == 2);
    assert!(bench.harness.query_all_by_label_contains("data.json").count() >= 1);
    assert!(bench.harness.query_all_by_label_contains("picture.gif").count() >= 1);
    bench.harness.query_all_by_label("Dismiss").next().expect("a button").click();
    bench.harness.run_steps(3);
    assert_eq!(bench.harness.state().state().notices.shown().len(), 1);
}

#[test]
fn a_file_can_be_opened_by_its_path() {
    let mut bench = waiting();
    bench.keys(CTRL, Key::O);
    let field = bench.harness.get_by_role_and_label(Role::TextInput, "Path");
    assert!(field.is_focused(), "one can type at once");
    field.type_text("no such file.md");
    bench.harness.run_steps(3);
    bench.keys(PLAIN, Key::Enter);
    bench.until("the answer", |app| matches!(&app.state().overlay, Overlay::Open(form) if form.remark.is_some()));
    bench.harness.get_by_label_contains("There is no such file");

    let path = bench.path().join("mine.md");
    std::fs::write(&path, "+++\nformat = 1\n+++\n").expect("a file");
    bench.keys(CTRL, Key::O);
    bench.keys(CTRL, Key::O);
    bench.harness.get_by_role_and_label(Role::TextInput, "Path").type_text(&path.display().to_string());
    bench.harness.run_steps(3);
    bench.click("Open");
    bench.until("the lesson", |app| app.state().overlay == Overlay::None);
    assert!(bench.harness.state().state().lessons.selected().is_some_and(|entry| entry.id.contains("mine")));
}

#[test]
fn settings_are_kept_and_come_back() {
    let mut bench = waiting();
    bench.perform(Command::SetPrecision(Precision::Thorough));
    bench.perform(Command::SelectLesson("both".to_owned()));
    bench.until("the file", {
        let path = bench.config().join("session.json");
        move |_| std::fs::read_to_string(&path).is_ok_and(|text| text.contains("thorough") && text.contains("both"))
    });
    let text = std::fs::read_to_string(bench.config().join("session.json")).expect("the file");
    let again = Opening { session: Some(text), ..Opening::default() }.open();
    let state = again.harness.state().state();
    assert_eq!(state.session.precision, Precision::Thorough);
    assert_eq!(state.lessons.selected().map(|entry| entry.id.as_str()), Some("both"));
}

#[test]
fn corrupt_settings_are_set_aside_with_one_message() {
    let bench = Opening { session: Some("{ broken".to_owned()), ..Opening::default() }.open();
    assert_eq!(bench.harness.state().state().notices.shown().len(), 1);
    bench.harness.get_by_label_contains("set aside");
    let kept = std::fs::read_to_string(bench.config().join("session.json.corrupt")).expect("the old file");
    assert_eq!(kept, "{ broken");
}

#[test]
fn an_opened_result_is_shown_beside_ones_own() {
    let mut bench = waiting();
    bench.measure();
    let record = bench.harness.state().state().record().expect("a record").to_json().expect("JSON");
    let path = bench.path().join("theirs.json");
    std::fs::write(&path, record.replacen("\"cores\": 4", "\"cores\": 64", 1)).expect("a file");
    bench.perform(Command::OpenPaths(vec![path]));
    bench.until("the opened result", |app| app.state().opened.is_some());
    bench.click("Show beside mine");
    assert!(bench.harness.state().state().opened.is_none());
    let names = bench.curve_names();
    assert!(names.contains(&"Native threads".to_owned()), "{names:?}");
    assert!(names.contains(&"Native threads, recorded on 64 cores".to_owned()), "{names:?}");
    bench.harness.get_by_label_contains("With crosses: 64 cores");

    bench.perform(Command::Beside(BesideCommand::Hide));
    assert!(bench.curve_names().iter().all(|name| !name.contains("recorded")));
}

#[test]
fn the_recorded_result_of_a_lesson_is_shown_on_request() {
    let mut bench = waiting();
    bench.perform(Command::SelectLesson("gil".to_owned()));
    bench.perform(Command::Beside(BesideCommand::ShowRecorded));
    bench.until("the recorded result", |app| app.state().beside.is_some());
    assert!(bench.harness.state().state().is_beside_drawn());
    assert!(bench.curve_names().iter().all(|name| name.contains("recorded on")), "{:?}", bench.curve_names());
    bench.perform(Command::SelectLesson("waiting".to_owned()));
    assert!(bench.harness.state().state().beside.is_none());

    // Other parameters are other work.
    bench.perform(Command::SelectLesson("gil".to_owned()));
    bench.perform(Command::Beside(BesideCommand::ShowRecorded));
    bench.until("the recorded result", |app| app.state().beside.is_some());
    bench.perform(Command::SetParameter { experiment: 0, name: "limit", value: 2000.0, stage: Stage::Released });
    assert!(!bench.harness.state().state().is_beside_drawn());
    bench.harness.get_by_label_contains("it was measured with other parameters");
    bench.click("Hide");
    assert!(bench.harness.state().state().beside.is_none());
}

#[test]
fn above_a_table_it_is_said_whether_other_plots_show_the_recorded_result() {
    let mut bench = Opening { pythons: pythons(), ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("choosing".to_owned()));
    bench.perform(Command::SelectExperiment("computing".to_owned()));
    bench.measure();
    bench.perform(Command::Beside(BesideCommand::ShowRecorded));
    bench.until("the recorded result", |app| app.state().beside.is_some());
    bench.harness.get_by_label_contains("The other plots show the recorded result too");
    let others = [("limit", 2000.0), ("buffer_kib", 64.0), ("delay_ms", 20.0), ("wait_ms", 20.0)];
    for (experiment, (name, value)) in others.into_iter().enumerate() {
        bench.perform(Command::SetParameter { experiment, name, value, stage: Stage::Released });
    }
    bench.measure();
    assert!(bench.harness.query_by_label_contains("The other plots show the recorded result too").is_none());
    bench.harness.get_by_label_contains("it was measured with other parameters");
}

#[test]
fn enter_on_a_button_of_the_open_dialog_is_that_button() {
    let mut bench = waiting();
    bench.keys(CTRL, Key::O);
    bench.harness.get_by_role_and_label(Role::TextInput, "Path").type_text("no such file.md");
    bench.harness.run_steps(3);
    bench.click("Close");
    bench.keys(CTRL, Key::O);
    bench.harness.get_by_role_and_label(Role::TextInput, "Path").type_text("no such file.md");
    bench.harness.run_steps(3);
    bench.harness.get_by_role_and_label(Role::Button, "Close").focus();
    bench.harness.run_steps(3);
    bench.keys(PLAIN, Key::Enter);
    // Nothing was looked for: the dialog is closed, and nobody says that there is no such file.
    for _ in 0..20 {
        bench.harness.step();
    }
    assert_eq!(bench.harness.state().state().overlay, Overlay::None);
    assert!(bench.harness.query_by_label_contains("There is no such file").is_none());
}

#[test]
fn what_an_export_would_make_or_replace_is_said_before_it() {
    let mut bench = waiting();
    bench.measure();
    bench.keys(CTRL, Key::E);
    let is = |wanted: TargetIs| move |app: &App| matches!(&app.state().overlay, Overlay::Export(form) if form.target_is == wanted);
    bench.until("a look at the folder", is(TargetIs::NewFolder));
    bench.harness.get_by_label_contains("will be made");
    let Overlay::Export(form) = &bench.harness.state().state().overlay else { panic!("the dialog is open") };
    let form = ExportForm { folder: bench.path().display().to_string(), ..form.as_ref().clone() };
    bench.perform(Command::EditExport(form));
    bench.until("another look", is(TargetIs::Free));
    assert!(bench.harness.query_by_label_contains("will be made").is_none());

    // A file that would be overwritten is said, as soon as there is one of that name.
    std::fs::write(bench.path().join("mine.svg"), "<svg/>").expect("a file");
    let Overlay::Export(form) = &bench.harness.state().state().overlay else { panic!("the dialog is open") };
    let form = ExportForm { name: "mine".to_owned(), ..form.as_ref().clone() };
    bench.perform(Command::EditExport(form));
    bench.until("a look at the file", is(TargetIs::Taken));
    bench.harness.get_by_label_contains("will be replaced");
    bench.click("PNG");
    bench.until("a look at another file", is(TargetIs::Free));
}

/// A file as a system hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_lesson_that_is_dropped_on_the_window_is_opened() {
    let mut bench = waiting();
    let path = bench.path().join("mine.md");
    let lesson = include_str!("../../assets/lesson.md");
    std::fs::write(&path, lesson).expect("a file");
    bench.harness.input_mut().hovered_files.push(HoveredFile { path: Some(path.clone()), ..HoveredFile::default() });
    bench.harness.step();
    bench.harness.input_mut().hovered_files.clear();
    bench.harness.input_mut().dropped_files.push(Arc::new(Dropped(path)));
    bench.harness.run_steps(3);
    let state = bench.harness.state().state();
    assert_eq!(state.lessons.selected().map(|entry| entry.id.as_str()), Some("my-lesson"));
}

/// The id of the open lesson, and whether its page shows errors.
fn open_lesson(app: &App) -> (&str, bool) {
    let entry = app.state().lessons.selected().expect("a lesson");
    (&entry.id, matches!(entry.page, Page::Broken { .. }))
}

/// Breaks the open lesson's file, mends it, gives it another id and takes it away: it stays what is open.
fn check_reloading(bench: &mut Bench, file: &Path, is_of_folder: bool) {
    let sound = include_str!("../../assets/lesson.md");
    let broken = sound.replacen("minutes = 10", "minutes = \"x\"", 1);
    assert_ne!(sound, broken);
    assert_eq!(open_lesson(bench.harness.state()), ("my-lesson", false));
    let write = |text: &str| std::fs::write(file, text).expect("a file");

    write(&broken);
    bench.until("the errors", |app| open_lesson(app) == ("mine.md", true));
    bench.harness.get_by_label_contains("the page changes by itself");
    write(sound);
    bench.until("the lesson", |app| open_lesson(app) == ("my-lesson", false) && app.state().bench.is_some());
    write(&sound.replacen("my-lesson", "your-lesson", 1));
    bench.until("the other id", |app| open_lesson(app) == ("your-lesson", false));

    std::fs::remove_file(file).expect("a file less");
    if is_of_folder {
        bench.until("another lesson", |app| open_lesson(app).0 != "your-lesson");
        bench.harness.get_by_label_contains("The lesson mine.md is gone");
    } else {
        bench.until("the error", |app| open_lesson(app) == ("mine.md", true));
    }
    write(sound);
    bench.until("the lesson again", |app| open_lesson(app) == ("my-lesson", false));
}

#[test]
fn a_lesson_of_the_folder_stays_open_while_it_is_written() {
    let lessons = vec![("mine.md", include_str!("../../assets/lesson.md").to_owned())];
    let mut bench = Opening { lessons, ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("my-lesson".to_owned()));
    let file = bench.path().join("lessons/mine.md");
    check_reloading(&mut bench, &file, true);
}

#[test]
fn a_lesson_file_that_was_opened_stays_open_while_it_is_written() {
    let mut bench = waiting();
    let file = bench.path().join("mine.md");
    std::fs::write(&file, include_str!("../../assets/lesson.md")).expect("a file");
    bench.perform(Command::OpenPaths(vec![file.clone()]));
    check_reloading(&mut bench, &file, false);
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_takes_no_files_is_not_said_to_be_missing() {
    let mut bench = waiting();
    bench.measure();
    bench.keys(CTRL, Key::E);
    let Overlay::Export(form) = &bench.harness.state().state().overlay else { panic!("the dialog is open") };
    let form = ExportForm { folder: "/proc".to_owned(), ..form.as_ref().clone() };
    bench.perform(Command::EditExport(form));
    bench.click("Save");
    bench.until("the answer", |app| !app.state().exporting);
    bench.harness.get_by_label_contains("Failed to");
    assert!(bench.harness.query_by_label_contains("does not exist").is_none());
}

/// A result of the first experiment of this lesson, measured by a window and written to a file.
fn result_of(lesson: &str, folder: &Path) -> PathBuf {
    let mut bench = Opening::default().open();
    bench.perform(Command::SelectLesson(lesson.to_owned()));
    bench.measure();
    let path = folder.join(format!("{lesson}.json"));
    std::fs::write(&path, bench.harness.state().state().record().expect("a record").to_json().expect("JSON"))
        .expect("a file");
    path
}

#[test]
fn an_opened_result_brings_its_lesson_and_that_lessons_plot() {
    let mut bench = waiting();
    for (lesson, metric) in
        [("delay", Metric::Latency), ("lost-updates", Metric::LostUpdates), ("gil", Metric::Speedup)]
    {
        let path = result_of(lesson, bench.path());
        bench.perform(Command::OpenPaths(vec![path]));
        bench.until("the opened result", |app| {
            app.state().opened.as_ref().is_some_and(|opened| opened.record.lesson == lesson)
        });
        let state = bench.harness.state().state();
        assert_eq!(state.lessons.selected().map(|entry| entry.id.as_str()), Some(lesson));
        assert_eq!(state.figure().expect("a figure").metric, metric);
        bench.click("Back to live");
        assert_eq!(bench.harness.state().state().lessons.selected().map(|entry| entry.id.as_str()), Some(lesson));
    }

    // Of a lesson that is not in the list the result alone is shown.
    let path = result_of("waiting", bench.path());
    let text = std::fs::read_to_string(&path).expect("the file");
    std::fs::write(&path, text.replace("\"lesson\": \"waiting\"", "\"lesson\": \"elsewhere\"")).expect("a file");
    bench.perform(Command::OpenPaths(vec![path]));
    bench.until("the opened result", |app| app.state().opened.is_some());
    let state = bench.harness.state().state();
    assert_eq!(state.opened.as_ref().map(|opened| opened.record.lesson.as_str()), Some("elsewhere"));
    assert_eq!(state.lessons.selected().map(|entry| entry.id.as_str()), Some("gil"));
    assert_eq!(state.figure().expect("a figure").metric, Metric::Speedup);
}
