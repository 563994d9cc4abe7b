//! The lesson's own code, in the window.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use threadlab::engine::mock::Fault;
use threadlab::model::series::EngineKind;
use threadlab::ui::code_command::CodeCommand;
use threadlab::ui::command::Command;
use threadlab::ui::session::Session;
use threadlab::ui::state::Overlay;

use super::bench::{Bench, Opening, pythons};

const LESSON: &str = r#"+++
format = 1
id = "mine"
title = "Mine"
minutes = 1
goals = ["Run code."]

[[experiment]]
id = "own"
title = "Own"
workload = "code"
engines = ["python-threads"]
threads = { min = 1, max = 2 }
+++

Text.

```python work
def work():
    return 1
```
"#;

const EDITOR: &str = "Code of the lesson's own workload";

fn open(fault: Option<Fault>, lesson: &str) -> Bench {
    let lessons = if lesson == "mine" { vec![("mine.md", LESSON.to_owned())] } else { Vec::new() };
    let mut bench = Opening { pythons: pythons(), lessons, fault, ..Opening::default() }.open();
    bench.perform(Command::SelectLesson(lesson.to_owned()));
    bench
}

fn edit(bench: &mut Bench, text: &str) {
    bench.perform(Command::Code(CodeCommand::Edit(text.to_owned())));
}

#[test]
fn edited_code_is_measured_kept_and_can_be_reset() {
    let mut bench = open(None, "release");
    bench.perform(Command::SelectExperiment("own".to_owned()));
    bench.harness.get_by_role_and_label(Role::MultilineTextInput, EDITOR);
    let mine = "def work():\n    pass\n";
    edit(&mut bench, mine);
    bench.measure();
    let state = bench.harness.state().state();
    let record = state.record().expect("a record");
    assert_eq!(record.experiments[0].code.as_deref(), Some(mine));
    assert!(!state.bench.as_ref().expect("a bench").is_stale());
    let saved = state.session.to_json().expect("plain data");
    let session: Session = serde_json::from_slice(&saved).expect("what was written");
    assert_eq!(session.codes.get("release").map(|edit| edit.text.as_str()), Some(mine));
    bench.perform(Command::Code(CodeCommand::Reset));
    let state = bench.harness.state().state();
    assert!(state.session.codes.is_empty());
    assert!(state.bench.as_ref().expect("a bench").is_stale(), "another text was measured");
}

#[test]
fn foreign_code_runs_only_after_the_reader_has_agreed() {
    let mut bench = open(None, "mine");
    bench.click("Run");
    assert_eq!(bench.harness.state().state().overlay, Overlay::Agreement);
    assert!(bench.harness.state().state().run.is_none());
    bench.harness.get_by_label_contains("did not come with Threadlab");
    bench.click("Leave it");
    assert_eq!(bench.harness.state().state().overlay, Overlay::None);
    bench.click("Run");
    bench.click("Run this code");
    bench.until("the end of the run", |app| !app.state().measured.is_empty());
    // What the learner makes of a text that was agreed to may run too; the agreement is kept in a file.
    let mine = "def work():\n    return 2\n";
    edit(&mut bench, mine);
    bench.click("Run");
    bench.until("the end of the run", |app| {
        let record = app.state().record().filter(|_| app.state().run.is_none());
        record.is_some_and(|record| record.experiments[0].code.as_deref() == Some(mine))
    });
    let file = bench.config().join("trusted.txt");
    bench.until("the file", |_| file.exists());
    assert_eq!(std::fs::read_to_string(&file).expect("a file").lines().count(), 1);
}

#[test]
fn what_was_shown_is_what_may_run() {
    let mut bench = open(None, "mine");
    edit(&mut bench, "def work():\n    return 3\n");
    bench.click("Run");
    bench.harness.get_by_label_contains("return 3");
    bench.click("Run this code");
    bench.until("the end of the run", |app| !app.state().measured.is_empty());
    // The lesson's own text was never shown: it is asked for.
    bench.perform(Command::Code(CodeCommand::Reset));
    bench.click("Run");
    assert_eq!(bench.harness.state().state().overlay, Overlay::Agreement);
    assert!(bench.harness.state().state().run.is_none());
}

#[test]
fn a_tab_is_four_spaces_and_the_cursor_stands_behind_them() {
    let mut bench = open(None, "release");
    bench.perform(Command::Code(CodeCommand::Edit("x".to_owned())));
    bench.perform(Command::Code(CodeCommand::Show));
    bench.harness.run_steps(9);
    let editor =
        bench.harness.query_all_by_role_and_label(Role::MultilineTextInput, EDITOR).last().expect("the editor");
    editor.focus();
    bench.harness.run_steps(3);
    bench.keys(Modifiers::COMMAND, Key::Home);
    bench.keys(Modifiers::NONE, Key::Tab);
    for letter in ["a", "b"] {
        bench.harness.event(Event::Text(letter.to_owned()));
        bench.harness.run_steps(2);
    }
    bench.harness.event(Event::Paste("\ty".to_owned()));
    bench.harness.run_steps(2);
    bench.harness.event(Event::Text("z".to_owned()));
    bench.harness.run_steps(2);
    let state = bench.harness.state().state();
    let lesson = state.lessons.lesson().expect("a lesson");
    assert_eq!(state.code_of(lesson), Some("    ab    yzx"));
}

#[test]
fn a_line_that_fails_is_said_and_marked() {
    let fault = Fault::Fail("line 2 of the code: ZeroDivisionError: division by zero".to_owned());
    let mut bench = open(Some(fault), "release");
    bench.perform(Command::SelectExperiment("own".to_owned()));
    bench.click("Run");
    bench.until("the end of the run", |app| app.state().run.is_none());
    bench.harness.get_by_label_contains("Line 2 of the code stopped it: ZeroDivisionError: division by zero.");
    bench.harness.get_by_label_contains("Line 2: ZeroDivisionError");
    // A run takes away what an earlier one said, and says it again where it is so again.
    let said = |bench: &Bench| bench.harness.state().state().notices.shown().to_vec();
    let before = said(&bench);
    bench.click("Run");
    bench.until("the end of the run", |app| app.state().run.is_none());
    let after = said(&bench);
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before[0].id, after[0].id);
    // The mark belongs to the text that ran.
    edit(&mut bench, "def work():\n    return 1 / 1\n");
    assert!(bench.harness.query_by_label_contains("Line 2: ZeroDivisionError").is_none());
}

#[test]
fn while_code_has_not_returned_that_is_said() {
    let mut bench = open(Some(Fault::Hang), "release");
    bench.perform(Command::SelectExperiment("own".to_owned()));
    bench.click("Run");
    bench.harness.get_by_label_contains("a call of work has not returned yet");
    bench.click("Stop");
    bench.until("the end of the run", |app| app.state().run.is_none());
    assert!(bench.harness.query_by_label_contains("a call of work has not returned yet").is_none());
}

#[test]
fn engines_without_python_say_why_they_do_not_run_it() {
    let mut bench = open(None, "release");
    bench.perform(Command::SelectExperiment("own".to_owned()));
    let native = bench.harness.get_by_role_and_label(Role::CheckBox, EngineKind::Native.label());
    assert!(native.accesskit_node().is_disabled());
    bench.perform(Command::Code(CodeCommand::Show));
    assert_eq!(bench.harness.query_all_by_role_and_label(Role::MultilineTextInput, EDITOR).count(), 2);
}
