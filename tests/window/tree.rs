//! What a screen reader, a keyboard and a mouse meet.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use threadlab::engine::message::Outcome;
use threadlab::engine::mock::Fault;
use threadlab::model::plot::Metric;
use threadlab::model::series::EngineKind;
use threadlab::model::stopping::Precision;
use threadlab::ui::command::Command;
use threadlab::ui::edit::Stage;
use threadlab::ui::session::{Fold, LessonProgress, Session};
use threadlab::ui::state::{Below, Overlay};

use super::bench::{Bench, Opening, pythons};

const PLAIN: Modifiers = Modifiers::NONE;
const CTRL: Modifiers = Modifiers::COMMAND;

/// A window on the first lesson of the list.
fn open() -> Bench {
    let mut bench = Opening::default().open();
    bench.perform(Command::SelectLesson("waiting".to_owned()));
    bench
}

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
    assert_eq!(tree.state().state().progress(&lesson.id), LessonProgress::Read);
}

#[test]
fn a_run_shows_curves_verdicts_and_table() {
    let mut bench = open();
    bench.perform(Command::SelectLesson("gil".to_owned()));
    bench.measure();
    let state = bench.harness.state().state();
    let record = state.record().expect("a record");
    assert!(record.rounds >= 6, "{} rounds", record.rounds);
    let lesson = state.lessons.lesson().expect("a lesson");
    assert_eq!(state.progress(&lesson.id), LessonProgress::Run);
    assert!(state.figure().expect("a figure").panels.iter().all(|panel| panel.curves.len() >= 2));
    assert!(state.session.hint_dismissed, "who has run needs no hint");
    // On textbook engines the lesson's claims hold, beside the plot and in the text.
    assert!(bench.harness.query_all_by_label("Verdict: holds").count() >= 2);

    bench.choose("Table");
    bench.harness.get_by_role_and_label(Role::Table, "Results");
    bench.choose("Why");
    bench.harness.get_by_role_and_label(Role::Group, "Explanation of GIL model");
    bench.choose("Timeline");
    bench.harness.get_by_label_contains("Timeline of the GIL");
}

#[test]
fn every_bundled_group_can_be_run() {
    // Some need a Python.
    let mut bench = Opening { pythons: pythons(), ..Opening::default() }.open();
    let lessons: Vec<_> = bench.harness.state().state().lessons.entries().iter().map(|it| it.id.clone()).collect();
    assert!(lessons.len() >= 3);
    for lesson in lessons {
        bench.perform(Command::SelectLesson(lesson.clone()));
        let groups = bench.harness.state().state().lessons.groups();
        let open = bench.harness.state().state().lessons.lesson().expect("a sound lesson").clone();
        for group in &groups {
            let first = group.experiments(&open).next().expect("an experiment").id.clone();
            bench.perform(Command::SelectExperiment(first));
            if !bench.harness.state().state().can_run() {
                // Only a CPython can, and none was scripted.
                assert!(bench.harness.get_by_role_and_label(Role::Button, "Run").accesskit_node().is_disabled());
                continue;
            }
            bench.measure();
            let state = bench.harness.state().state();
            let record = state.record().expect("a record");
            assert_eq!(record.experiments.len(), group.experiments.len(), "{}", group.key);
            assert!(!state.bench.as_ref().expect("a bench").is_stale, "{}", group.key);
        }
    }
}

#[test]
fn nothing_can_be_exported_before_the_first_run() {
    let bench = open();
    assert!(bench.harness.get_by_role_and_label(Role::Button, "Export").accesskit_node().is_disabled());
}

#[test]
fn without_engines_there_is_no_run() {
    let mut bench = open();
    for engine in [EngineKind::Native, EngineKind::GilModel] {
        bench.tick(engine.label());
    }
    assert!(bench.harness.get_by_role_and_label(Role::Button, "Run").accesskit_node().is_disabled());
    bench.keys(PLAIN, Key::Space);
    assert!(bench.harness.state().state().run.is_none());
    bench.tick(EngineKind::Native.label());
    assert!(!bench.harness.get_by_role_and_label(Role::Button, "Run").accesskit_node().is_disabled());
}

#[test]
fn space_runs_and_stops() {
    let mut bench = Opening { fault: Some(Fault::Hang), ..Opening::default() }.open();
    bench.keys(PLAIN, Key::Space);
    assert!(bench.harness.state().state().run.is_some());
    bench.harness.get_by_role_and_label(Role::Button, "Stop");
    // Other engines cannot be chosen while these are measured.
    let engine = bench.harness.get_by_role_and_label(Role::CheckBox, EngineKind::Native.label());
    assert!(engine.accesskit_node().is_disabled());
    bench.keys(PLAIN, Key::Space);
    bench.until("the end of the run", |app| app.state().run.is_none());
    bench.harness.get_by_role_and_label(Role::Button, "Run");
    assert!(bench.harness.state().state().measured.is_empty(), "nothing was measured");
}

#[test]
fn a_failed_run_says_so_and_the_window_goes_on() {
    let fault = Fault::Panic("scripted".to_owned());
    let mut bench = Opening { fault: Some(fault), ..Opening::default() }.open();
    bench.click("Run");
    bench.until("the end of the run", |app| app.state().run.is_none());
    let state = bench.harness.state().state();
    let failed = state.measured.values().any(|measured| matches!(measured.outcome, Outcome::Failed(_)));
    assert!(failed || !state.notices.shown().is_empty(), "the reader hears of it");
    bench.harness.get_by_role_and_label(Role::Button, "Run");
}

#[test]
fn space_in_a_field_is_a_space() {
    let mut bench = open();
    bench.keys(CTRL, Key::F);
    bench.harness.get_by_label("Filter lessons").type_text("the gil");
    bench.harness.run_steps(2);
    bench.keys(PLAIN, Key::Space);
    assert!(bench.harness.state().state().run.is_none());
    assert_eq!(bench.harness.state().state().filter, "the gil");
}

#[test]
fn the_filter_leaves_what_it_matches() {
    let mut bench = open();
    let all = bench.harness.state().state().lessons.entries().len();
    bench.perform(Command::SetFilter("overlap".to_owned()));
    let listed = bench.harness.query_all_by_label_contains(" min").count();
    assert!(listed < all.max(2), "{listed} of {all}");
    bench.perform(Command::SetFilter("no such words".to_owned()));
    bench.harness.get_by_label_contains("No lesson has these words");
}

#[test]
fn lessons_are_gone_through_by_key_and_click() {
    let mut bench = open();
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
    let mut bench = open();
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
        app.state().run.is_none() && app.state().bench.as_ref().is_some_and(|bench| !bench.is_stale)
    });
}

#[test]
fn the_palette_finds_and_runs_a_command() {
    let mut bench = open();
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

    bench.keys(CTRL, Key::K);
    assert_eq!(bench.harness.state().state().overlay, Overlay::Palette);
    bench.keys(PLAIN, Key::Escape);
    assert_eq!(bench.harness.state().state().overlay, Overlay::None);
}

#[test]
fn tabs_change_the_plot() {
    let mut bench = open();
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
fn panels_fold_and_the_presenter_sees_the_plot_alone() {
    let mut bench = open();
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
fn a_figure_and_its_data_are_saved_and_opened_again() {
    let mut bench = open();
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
    let mut bench = open();
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
    let mut bench = open();
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
fn settings_are_kept_and_come_back() {
    let mut bench = open();
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
fn the_learner_predicts_before_the_run() {
    let mut bench = open();
    bench.click("Predict");
    assert_eq!(bench.harness.state().state().figure().expect("a figure").metric, Metric::Speedup);
    assert!(bench.harness.query_all_by_label_contains("draw the speedup you expect").count() >= 1);
    // Every number to type lies in the window, with two plots side by side too.
    bench.perform(Command::SelectLesson("both".to_owned()));
    bench.click("Predict");
    let fields: Vec<_> = bench
        .harness
        .get_all_by_role(Role::SpinButton)
        .filter(|node| node.accesskit_node().label().is_some_and(|it| it.starts_with("Expected")))
        .collect();
    assert!(fields.len() >= 12, "{}", fields.len());
    for field in fields {
        assert!(field.rect().bottom() < 764.0, "{:?} is cut", field.rect());
    }
    bench.click("Done predicting");
    assert!(!bench.harness.state().state().bench.as_ref().expect("a bench").settings.predicting);
}

#[test]
fn what_stands_below_the_plot_can_be_hidden() {
    let mut bench = open();
    bench.measure();
    bench.click("Hide");
    assert!(bench.harness.query_by_label("Verdicts").is_none());
    bench.perform(Command::ShowBelow(Below::Table));
    bench.harness.get_by_role_and_label(Role::Table, "Results");
}

#[test]
fn the_menus_hold_what_the_keys_do() {
    let mut bench = open();
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
fn titles_follow_the_sliders_and_figures_keep_theirs() {
    let mut bench = open();
    let title = |bench: &Bench| bench.harness.state().state().bench.as_ref().expect("a bench").title();
    assert_eq!(title(&bench), "Waiting 5 ms");
    bench.measure();
    bench.perform(Command::SetParameter { experiment: 0, name: "wait_ms", value: 20.0, stage: Stage::Released });
    assert_eq!(title(&bench), "Waiting 20 ms");
    let figure = |bench: &Bench| bench.harness.state().state().figure().expect("a figure").clone();
    assert_eq!(
        (figure(&bench).title.as_str(), figure(&bench).panels[0].title.as_str()),
        ("Waiting 5 ms", "Waiting 5 ms")
    );
    // The plot below the new title says what it shows.
    assert!(bench.harness.query_all_by_label("Waiting 5 ms").count() >= 1);
    bench.measure();
    assert_eq!(figure(&bench).title, "Waiting 20 ms");
    // The other lesson's tab, too, after it was set and left.
    bench.perform(Command::SelectLesson("gil".to_owned()));
    bench.perform(Command::SelectLesson("waiting".to_owned()));
    assert_eq!(title(&bench), "Waiting 20 ms");
}

#[test]
fn results_are_there_again_after_a_restart() {
    let mut bench = open();
    bench.measure();
    let folder = bench.config().join("results");
    bench.until("the file", {
        let folder = folder.clone();
        move |_| {
            std::fs::read_dir(&folder).is_ok_and(|mut files| {
                files.any(|it| it.is_ok_and(|it| it.path().extension().is_some_and(|ending| ending == "json")))
            })
        }
    });
    let before = bench.harness.state().state().record().expect("a record").clone();
    std::fs::write(folder.join("gil.count-primes.json"), "{ broken").expect("a file");

    let mut again = Opening { config: Some(bench.config()), ..Opening::default() }.open();
    again.until("the results", |app| !app.state().measured.is_empty());
    again.perform(Command::SelectLesson("waiting".to_owned()));
    let state = again.harness.state().state();
    assert_eq!(state.record(), Some(&before));
    assert!(state.figure().expect("a figure").panels[0].curves.len() >= 2, "it is drawn");
    assert!(state.notices.shown().is_empty(), "a broken file is no error: {:?}", state.notices.shown());
    again.harness.get_by_label_contains("before this start.");
    again.harness.get_by_label_contains("Measured earlier:");
}

#[test]
fn a_stopped_run_leaves_the_way_to_the_finished_one() {
    let mut bench = Opening { hang_at: Some(30), ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("waiting".to_owned()));
    bench.measure();
    let finished = bench.harness.state().state().record().expect("a record").clone();
    let stop = |bench: &mut Bench| {
        bench.click("Run");
        bench.until("some rounds", |app| app.state().run.as_ref().is_some_and(|live| live.run.record().rounds >= 1));
        bench.click("Stop");
        bench.until("the end of the run", |app| app.state().run.is_none());
    };
    // Twice, as the finished one must outlive a second stopped run.
    stop(&mut bench);
    stop(&mut bench);
    let shown = bench.harness.state().state().record().expect("a record").clone();
    assert!(shown.rounds < finished.rounds, "{} rounds", shown.rounds);
    bench.harness.get_by_label_contains("This run ended early, after");
    bench.click("Show the finished run");
    assert_eq!(bench.harness.state().state().record(), Some(&finished));
    assert!(bench.harness.query_by_label("Show the finished run").is_none());
}

#[test]
fn a_file_can_be_opened_by_its_path() {
    let mut bench = open();
    bench.keys(CTRL, Key::O);
    let field = bench.harness.get_by_role_and_label(Role::TextInput, "Path");
    assert!(field.is_focused(), "one can type at once");
    field.type_text("no such file.md");
    bench.harness.run_steps(3);
    bench.keys(PLAIN, Key::Enter);
    bench.harness.get_by_label_contains("There is no such file");

    let path = bench.path().join("mine.md");
    std::fs::write(&path, "+++\nformat = 1\n+++\n").expect("a file");
    bench.keys(CTRL, Key::O);
    bench.keys(CTRL, Key::O);
    bench.harness.get_by_role_and_label(Role::TextInput, "Path").type_text(&path.display().to_string());
    bench.harness.run_steps(3);
    bench.click("Open");
    assert_eq!(bench.harness.state().state().overlay, Overlay::None);
    assert!(bench.harness.state().state().lessons.selected().is_some_and(|entry| entry.id.contains("mine")));
}

/// The role and the name of what has the keyboard.
fn focused(bench: &Bench) -> Option<(Role, String)> {
    let has_keyboard = By::new().predicate(|node| node.is_focused() && !node.is_hidden());
    let node = bench.harness.query_all(has_keyboard).next()?;
    let node = node.accesskit_node();
    Some((node.role(), node.label().or_else(|| node.value()).unwrap_or_default()))
}

#[test]
fn tab_comes_to_run_soon_then_through_text_and_lessons() {
    let mut bench = open();
    let mut stops = Vec::new();
    for _ in 0..120 {
        bench.keys(PLAIN, Key::Tab);
        let Some(stop) = focused(&bench) else { continue };
        if stops.first() == Some(&stop) {
            break;
        }
        stops.push(stop);
    }
    let place = |role: Role, name: &str| {
        let found = stops.iter().position(|(other, label)| *other == role && label.contains(name));
        found.unwrap_or_else(|| panic!("{name} is no stop: {stops:#?}"))
    };
    let run = place(Role::Button, "Run");
    assert!(stops[..run].iter().all(|(_, name)| !name.contains("lessons")), "{stops:#?}");
    let run = stops.iter().position(|(_, name)| name == "Run").expect("it is a stop");
    assert!(run < 12, "Run is stop {run}: {stops:#?}");
    let (text, filter) = (place(Role::Button, "Mark as done"), place(Role::TextInput, "Filter lessons"));
    assert!(run < text && text < filter, "{run}, {text}, {filter}: {stops:#?}");
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
    let mut bench = open();
    let place = |bench: &Bench| bench.harness.get_by_label_contains("Set Wait back").rect().left();
    let before = place(&bench);
    for value in [0.5, 12.25, 100.0, 1000.0] {
        bench.perform(Command::SetParameter { experiment: 0, name: "wait_ms", value, stage: Stage::Changing });
        assert!((place(&bench) - before).abs() < 0.5, "{value}: {} and {before}", place(&bench));
    }
}
