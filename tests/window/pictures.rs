//! The main views as pictures, in both themes, from scripted runs.

use eframe::egui::{Theme, vec2};
use egui_kittest::{SnapshotOptions, SnapshotResults};
use threadlab::ui::command::Command;
use threadlab::ui::session::Session;

use super::bench::{Bench, Opening};

/// Whether pictures are asked for; says loudly where they are left out.
fn asked_for() -> bool {
    let asked = std::env::var_os("THREADLAB_PICTURES").is_some_and(|value| value == "1");
    if !asked {
        eprintln!(
            "LEFT OUT: pictures of the window. Set THREADLAB_PICTURES=1 (and WGPU_BACKEND=vulkan) to compare them."
        );
    }
    asked
}

fn open(theme: Theme, size: eframe::egui::Vec2) -> Bench {
    let session = Session { hint_dismissed: true, ..Session::default() };
    let session = session.to_json().ok().and_then(|json| String::from_utf8(json).ok());
    Opening { theme, size, session, builder: |builder| builder.wgpu(), ..Opening::default() }.open()
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
