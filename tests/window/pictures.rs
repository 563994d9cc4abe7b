//! The main views as pictures, in both themes, from scripted runs.

use eframe::egui::{Theme, vec2};
use egui_kittest::{SnapshotOptions, SnapshotResults};
use threadlab::engine::mock::Fault;
use threadlab::ui::beside_command::BesideCommand;
use threadlab::ui::code_command::CodeCommand;
use threadlab::ui::command::Command;
use threadlab::ui::first_command::FirstCommand;
use threadlab::ui::python_command::PythonCommand;
use threadlab::ui::session::Session;

use super::aloud;
use super::bench::{Bench, Opening, pythons};

/// Whether pictures are asked for; says loudly where they are left out.
fn asked_for() -> bool {
    let asked = std::env::var_os("THREADLAB_PICTURES").is_some_and(|value| value == "1");
    if !asked {
        aloud::say(
            "LEFT OUT: pictures of the window. Set THREADLAB_PICTURES=1 (and WGPU_BACKEND=vulkan) to compare them.",
        );
    }
    asked
}

fn open(theme: Theme, size: eframe::egui::Vec2) -> Bench {
    let session = Session { hint_dismissed: true, ..Session::default() };
    let session = session.to_json().ok().and_then(|json| String::from_utf8(json).ok());
    Opening { theme, size, session, builder: |builder| builder.wgpu(), ..Opening::default() }.open()
}

/// The same, on a machine with Pythons.
fn open_with_pythons(theme: Theme) -> Bench {
    let session = Session { hint_dismissed: true, ..Session::default() };
    let session = session.to_json().ok().and_then(|json| String::from_utf8(json).ok());
    let size = vec2(1280.0, 800.0);
    Opening { theme, size, session, pythons: pythons(), builder: |builder| builder.wgpu(), ..Opening::default() }.open()
}

fn take(bench: &mut Bench, results: &mut SnapshotResults, name: &str) {
    let options = SnapshotOptions::new().output_path("tests/window/pictures");
    bench.harness.remove_cursor();
    bench.harness.run_steps(3);
    results.add(bench.harness.try_snapshot_options(name, &options));
}

#[test]
fn main_views() {
    if !asked_for() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let mut bench = open(theme, vec2(1280.0, 800.0));
        bench.perform(Command::SelectLesson("both".to_owned()));
        take(&mut bench, &mut results, &format!("start-{name}"));
        bench.measure();
        take(&mut bench, &mut results, &format!("measured-{name}"));
    }
    let mut bench = open(Theme::Dark, vec2(1280.0, 800.0));
    bench.perform(Command::SelectLesson("both".to_owned()));
    bench.measure();
    bench.perform(Command::Presenter);
    take(&mut bench, &mut results, "presenter");
    let mut bench = open(Theme::Light, vec2(1024.0, 640.0));
    bench.perform(Command::SelectLesson("both".to_owned()));
    bench.measure();
    take(&mut bench, &mut results, "measured-small");
    let mut bench = open(Theme::Light, vec2(1280.0, 800.0));
    bench.perform(Command::SelectLesson("both".to_owned()));
    bench.click("Predict");
    take(&mut bench, &mut results, "predicting");
}

#[test]
fn three_lessons_in_both_themes() {
    if !asked_for() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let mut bench = open_with_pythons(theme);
        for (lesson, experiment) in [("gil", "count-primes"), ("lost-updates", "call"), ("order", "opposite")] {
            bench.perform(Command::SelectLesson(lesson.to_owned()));
            bench.perform(Command::SelectExperiment(experiment.to_owned()));
            bench.measure();
            take(&mut bench, &mut results, &format!("lesson-{lesson}-{name}"));
        }
    }
}

#[test]
fn plots_of_their_own_kind_beside_a_recorded_result() {
    if !asked_for() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (lesson, experiment, theme, name) in
        [("processes", "short", Theme::Light, "by-setting"), ("choosing", "computing", Theme::Dark, "decision")]
    {
        let mut bench = open_with_pythons(theme);
        bench.perform(Command::SelectLesson(lesson.to_owned()));
        bench.perform(Command::SelectExperiment(experiment.to_owned()));
        bench.measure();
        bench.perform(Command::Beside(BesideCommand::ShowRecorded));
        bench.until("the recorded result", |app| app.state().beside.is_some());
        bench.harness.run_steps(9);
        take(&mut bench, &mut results, name);
    }
}

#[test]
fn the_learners_own_python() {
    if !asked_for() {
        return;
    }
    let mut results = SnapshotResults::new();
    let mut bench = open_with_pythons(Theme::Light);
    bench.perform(Command::SelectLesson("free-threading".to_owned()));
    bench.perform(Command::Python(PythonCommand::Show));
    bench.harness.run_steps(9);
    bench.tick("CPython 3.14.0t, /opt/python3.14.0t/bin/python3");
    bench.choose("Both");
    bench.harness.run_steps(9);
    take(&mut bench, &mut results, "python-dialog");
    bench.perform(Command::Dismiss);
    bench.measure();
    take(&mut bench, &mut results, "free-threading");

    bench.perform(Command::First(FirstCommand::Show));
    bench.click("Run it");
    bench.until("the program", |app| app.state().first.outcome.is_some());
    bench.harness.run_steps(9);
    take(&mut bench, &mut results, "first-program");
    bench.perform(Command::Dismiss);

    let fault = Fault::Fail("line 6 of the code: ZeroDivisionError: division by zero".to_owned());
    let session = Session { hint_dismissed: true, ..Session::default() };
    let session = session.to_json().ok().and_then(|json| String::from_utf8(json).ok());
    let builder = |builder: egui_kittest::HarnessBuilder<_>| builder.wgpu();
    let mut bench =
        Opening { theme: Theme::Dark, session, pythons: pythons(), fault: Some(fault), builder, ..Opening::default() }
            .open();
    bench.perform(Command::SelectLesson("release".to_owned()));
    bench.perform(Command::SelectExperiment("own".to_owned()));
    bench.click("Run");
    bench.until("the end of the run", |app| app.state().run.is_none());
    bench.perform(Command::Code(CodeCommand::Show));
    bench.harness.run_steps(9);
    take(&mut bench, &mut results, "editor");
}
