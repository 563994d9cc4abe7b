//! What is said of a result that was measured with other settings than the controls have now.

use std::path::PathBuf;

use egui_kittest::kittest::Queryable as _;
use threadlab::model::series::EngineKind;
use threadlab::model::stopping::Precision;
use threadlab::model::units::ThreadCount;
use threadlab::ui::beside_command::BesideCommand;
use threadlab::ui::command::Command;
use threadlab::ui::edit::Stage;

use super::bench::{Bench, waiting};

/// Whether the result that is shown is marked, with these words.
#[track_caller]
fn check_marked(bench: &Bench, words: Option<&str>) {
    let is_stale = bench.harness.state().state().bench.as_ref().expect("a bench").is_stale();
    assert_eq!(is_stale, words.is_some());
    let noted = bench.harness.query_all_by_label_contains("settings changed since").count();
    assert_eq!(noted > 0, words.is_some());
    match words {
        Some(words) => {
            bench.harness.get_by_label_contains(&format!("Measured with other settings than these: {words}."));
        }
        None => assert!(bench.harness.query_by_label_contains("Measured with other settings").is_none()),
    }
}

#[test]
fn whatever_took_part_marks_the_result_until_it_is_set_back() {
    let mut bench = waiting();
    bench.measure();
    check_marked(&bench, None);
    bench.perform(Command::SetSwitchInterval(500));
    check_marked(&bench, Some("switch interval 5 ms"));
    bench.perform(Command::SetPrecision(Precision::Thorough));
    check_marked(&bench, Some("precision \u{201c}Quick\u{201d}, switch interval 5 ms"));
    bench.perform(Command::SetPrecision(Precision::Quick));
    bench.perform(Command::SetSwitchInterval(5000));
    check_marked(&bench, None);
    bench.perform(Command::SetParameter { experiment: 0, name: "wait_ms", value: 20.0, stage: Stage::Released });
    check_marked(&bench, Some("Wait 5 ms"));
    bench.measure();
    check_marked(&bench, None);
    bench.perform(Command::ToggleEngine(EngineKind::GilModel));
    check_marked(&bench, Some("other engines or Pythons"));
    bench.measure();
    // Native threads hand no GIL to one another.
    bench.perform(Command::SetSwitchInterval(500));
    check_marked(&bench, None);
}

/// What the window has measured, as a file of another one who set a switch interval of 0.5 ms.
fn anothers_result(bench: &mut Bench) -> PathBuf {
    bench.perform(Command::SetSwitchInterval(500));
    bench.measure();
    let record = bench.harness.state().state().record().expect("a record").to_json().expect("JSON");
    let path = bench.path().join("theirs.json");
    std::fs::write(&path, record).expect("a file");
    path
}

#[test]
fn anothers_result_says_how_it_was_set() {
    let mut bench = waiting();
    let path = anothers_result(&mut bench);
    bench.perform(Command::OpenPaths(vec![path]));
    bench.until("the opened result", |app| app.state().opened.is_some());
    assert!(
        bench.harness.query_by_label_contains("Set otherwise than here").is_none(),
        "it is set as the controls are"
    );
    // The figure that is exported says what CPython does not usually do.
    assert!(bench.harness.query_all_by_label_contains("switch interval 0.5 ms").count() >= 1);

    bench.perform(Command::SetSwitchInterval(5000));
    bench.harness.get_by_label_contains("Set otherwise than here: switch interval 0.5 ms.");
    bench.click("Show beside mine");
    bench.harness.get_by_label_contains("Set otherwise than here: switch interval 0.5 ms.");
    let (from, to) = (ThreadCount::ONE, ThreadCount::clamped(2));
    bench.perform(Command::SetThreads { from, to, stage: Stage::Released });
    bench.perform(Command::SetPrecision(Precision::Normal));
    bench.harness.get_by_label_contains(
        "Set otherwise than here: precision \u{201c}Quick\u{201d}, switch interval 0.5 ms, 1 to 256 threads.",
    );
    bench.perform(Command::Beside(BesideCommand::Hide));
    assert!(bench.harness.query_by_label_contains("Set otherwise than here").is_none());
}
