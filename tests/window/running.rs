//! Running experiments: the run, its end, and what is shown of it.

use super::bench::Bench;
use super::bench::Opening;
use super::bench::pythons;
use super::bench::waiting;
use eframe::egui::Key;
use eframe::egui::Modifiers;
use eframe::egui::accesskit::Role;
use eframe::egui::vec2;
use egui_kittest::kittest::NodeT as _;
use egui_kittest::kittest::Queryable as _;
use threadlab::engine::message::Outcome;
use threadlab::engine::mock::Fault;
use threadlab::model::plot::Metric;
use threadlab::model::series::EngineKind;
use threadlab::ui::command::Command;
use threadlab::ui::edit::Stage;
use threadlab::ui::session::LessonProgress;

const PLAIN: Modifiers = Modifiers::NONE;

#[test]
fn a_run_shows_curves_verdicts_and_table() {
    let mut bench = waiting();
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
    // Some need a Python. In a small window, where every verdict is in sight all the same.
    let mut bench = Opening { size: vec2(1024.0, 640.0), pythons: pythons(), ..Opening::default() }.open();
    let lessons: Vec<_> = bench.harness.state().state().lessons.entries().iter().map(|it| it.id.clone()).collect();
    assert!(lessons.len() >= 14);
    let mut left_out = Vec::new();
    for lesson in lessons {
        bench.perform(Command::SelectLesson(lesson.clone()));
        let groups = bench.harness.state().state().lessons.groups();
        let open = bench.harness.state().state().lessons.lesson().expect("a sound lesson").clone();
        for group in &groups {
            let first = group.experiments(&open).next().expect("an experiment").id.clone();
            bench.perform(Command::SelectExperiment(first));
            if !bench.harness.state().state().can_run() {
                assert!(bench.harness.get_by_role_and_label(Role::Button, "Run").accesskit_node().is_disabled());
                left_out.push(group.key.clone());
                continue;
            }
            bench.measure();
            let state = bench.harness.state().state();
            let record = state.record().expect("a record");
            assert_eq!(record.experiments.len(), group.experiments.len(), "{}", group.key);
            assert!(!state.bench.as_ref().expect("a bench").is_stale(), "{}", group.key);
            bench.check_verdicts_in_sight();
        }
    }
    assert_eq!(left_out, [""; 0], "the Pythons that were scripted can run all of them");
}

#[test]
fn without_engines_there_is_no_run() {
    let mut bench = waiting();
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
    let failed = state.measured.values().any(|measured| matches!(measured.outcome, Some(Outcome::Failed(_))));
    assert!(failed || !state.notices.shown().is_empty(), "the reader hears of it");
    bench.harness.get_by_role_and_label(Role::Button, "Run");
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
fn results_are_there_again_after_a_restart() {
    let mut bench = waiting();
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
    let hidden = bench.curve_names().remove(0);
    bench.perform(Command::ToggleCurve(hidden.clone()));
    bench.until("the settings", {
        let path = bench.config().join("session.json");
        move |_| std::fs::read_to_string(&path).is_ok_and(|text| text.contains("\"hidden\": [\n"))
    });
    std::fs::write(folder.join("gil.count-primes.json"), "{ broken").expect("a file");

    let mut again = Opening { config: Some(bench.config()), ..Opening::default() }.open();
    again.until("the results", |app| !app.state().measured.is_empty());
    again.perform(Command::SelectLesson("gil".to_owned()));
    again.perform(Command::SelectLesson("waiting".to_owned()));
    let state = again.harness.state().state();
    assert!(state.hidden().is_some_and(|names| names.iter().eq([&hidden])), "{:?}", state.hidden());
    assert_eq!(state.record(), Some(&before));
    assert!(state.figure().expect("a figure").panels[0].curves.len() >= 2, "it is drawn");
    assert!(state.notices.shown().is_empty(), "a broken file is no error: {:?}", state.notices.shown());
    again.harness.get_by_label_contains("before this start.");
    again.harness.get_by_label_contains("Measured earlier:");
}

#[test]
fn titles_follow_the_sliders_and_figures_keep_theirs() {
    let mut bench = waiting();
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
fn the_learner_predicts_before_the_run() {
    let mut bench = waiting();
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
fn jobs_of_several_lengths_share_one_plot_and_the_map_is_a_table() {
    let mut bench = Opening { pythons: pythons(), ..Opening::default() }.open();
    let shown = |bench: &Bench| bench.harness.state().state().figure().expect("a figure").clone();
    for (lesson, experiment, metric) in
        [("processes", "short", Metric::BySetting), ("choosing", "computing", Metric::Decision)]
    {
        bench.perform(Command::SelectLesson(lesson.to_owned()));
        bench.perform(Command::SelectExperiment(experiment.to_owned()));
        bench.measure();
        let figure = shown(&bench);
        assert_eq!(figure.metric, metric, "{lesson}");
        if metric == Metric::BySetting {
            assert_eq!(figure.panels.len(), 1);
            assert!(figure.panels[0].curves.iter().any(|curve| curve.points.len() == 3), "{:?}", figure.panels);
        } else {
            let table = figure.table.as_ref().expect("a table");
            assert_eq!(table.rows.len(), 3);
            assert!(bench.harness.query_all_by_label_contains("4 workers").count() >= 3);
            assert!(bench.harness.query_all_by_label("cannot do it").count() >= 1);
        }
        // And back: other tabs are there, and so is this one.
        bench.choose(Metric::Speedup.label());
        assert_eq!(shown(&bench).panels.len(), 3);
        bench.choose(metric.label());
        assert_eq!(shown(&bench).metric, metric);
    }
}
