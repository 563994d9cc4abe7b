//! Questions that measurements answer, the glossary, and the questions of all lessons.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, OutputCommand, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use threadlab::lesson::glossary::Glossary;
use threadlab::model::plot::Metric;
use threadlab::ui::command::Command;
use threadlab::ui::session::{LessonProgress, Session};
use threadlab::ui::state::Overlay;

use super::bench::{Bench, Opening};

const RIGHT: &str = "Nearly eight times as much";
const WRONG: &str = "About as much as one";

/// A window on the lesson that `threadlab new lesson` writes: it waits, and asks how much more eight threads get done.
fn open() -> Bench {
    let lesson = include_str!("../../assets/lesson.md").to_owned();
    let mut bench = Opening { lessons: vec![("my-lesson.md", lesson)], ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("my-lesson".to_owned()));
    bench
}

/// Chooses an answer: it stands below what is in sight.
#[track_caller]
fn answer(bench: &mut Bench, label: &str) {
    bench.harness.get_by_role_and_label(Role::RadioButton, label).click_accesskit();
    bench.harness.run_steps(3);
}

#[test]
fn a_question_is_answered_by_what_was_measured_and_kept() {
    let mut bench = open();
    bench
        .harness
        .get_by_role_and_label(Role::Group, "Question: How much more did eight waiting threads get done than one?");
    assert!(bench.harness.query_by_label_contains("what you measure is the answer").is_none());
    answer(&mut bench, RIGHT);
    bench.harness.get_by_label_contains("what you measure is the answer");
    bench.measure();
    bench.harness.get_by_label("✓ Right.");
    // With the learner's own number, and the reason.
    assert!(bench.harness.query_all_by_label_contains("At 8 threads the GIL model reached").count() >= 1);
    bench.harness.get_by_label_contains("so that all eight wait at the same time");
    answer(&mut bench, WRONG);
    bench.harness.get_by_label_contains("Not so.");

    let saved = bench.harness.state().state().session.to_json().expect("plain data");
    let session: Session = serde_json::from_slice(&saved).expect("what was written");
    assert_eq!(session.answer("my-lesson", "how-much"), Some(0));
    assert_eq!(session.progress("my-lesson"), LessonProgress::Run);

    bench.perform(Command::ForgetProgress);
    let state = bench.harness.state().state();
    assert_eq!((state.session.answers.len(), state.progress("my-lesson")), (0, LessonProgress::New));
    assert!(bench.harness.query_by_label_contains("Not so.").is_none());
}

fn meaning(id: &str) -> String {
    Glossary::bundled().find(id).expect("a term").plain_meaning()
}

fn opened_addresses(bench: &Bench) -> usize {
    let commands = &bench.harness.output().platform_output.commands;
    commands.iter().filter(|command| matches!(command, OutputCommand::OpenUrl(_))).count()
}

#[test]
fn a_term_shows_its_meaning_to_keyboard_and_pointer() {
    let lesson =
        include_str!("../../assets/lesson.md").replace("Begin with what", "Beware of deadlocks. Begin with what");
    let mut bench = Opening { lessons: vec![("my-lesson.md", lesson)], ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("my-lesson".to_owned()));
    let word = |bench: &Bench| bench.harness.query_all_by_role_and_label(Role::Link, "deadlocks").count();
    assert_eq!(word(&bench), 1, "the term is marked once");
    let is_shown = |bench: &Bench| bench.harness.query_by_label(&meaning("deadlock")).is_some();

    bench.harness.get_by_role_and_label(Role::Link, "deadlocks").focus();
    bench.harness.run_steps(3);
    assert!(is_shown(&bench), "the keyboard is on it");
    bench.keys(Modifiers::NONE, Key::Escape);
    assert!(!is_shown(&bench), "Escape takes it away");

    bench.harness.get_by_role_and_label(Role::Link, "deadlocks").click();
    for _ in 0..3 {
        bench.harness.step();
        assert_eq!(opened_addresses(&bench), 0, "a meaning is no address");
    }
    assert!(is_shown(&bench), "it was clicked");

    bench.keys(Modifiers::NONE, Key::Escape);
    assert!(!is_shown(&bench));
    bench.harness.remove_cursor();
    bench.harness.run_steps(3);
    bench.harness.get_by_role_and_label(Role::Link, "deadlocks").hover();
    bench.harness.run_steps(9);
    assert!(is_shown(&bench), "the pointer is on it");
}

#[test]
fn questions_of_all_lessons_are_found_with_what_this_machine_says() {
    const QUESTION: &str = "Why do eight threads get eight times as much done?";
    let mut bench = open();
    bench.measure();
    bench.keys(Modifiers::NONE, Key::F2);
    assert_eq!(bench.harness.state().state().overlay, Overlay::Faq);
    let buttons = |bench: &Bench| bench.harness.query_all_by_role(Role::Button).count();
    let all = buttons(&bench);
    bench.harness.get_by_label("Find a question").type_text("eight times");
    bench.harness.run_steps(3);
    assert!(buttons(&bench) < all, "the others are left out");
    assert!(bench.harness.query_all_by_label("Verdict: holds").count() >= 1);

    bench.perform(Command::SelectLesson("gil".to_owned()));
    bench.harness.get_all_by_role_and_label(Role::Button, QUESTION).last().expect("the question").click();
    bench.harness.run_steps(9);
    bench.harness.get_by_label_contains("From \u{201c}Waiting threads do not wait for each other\u{201d}");
    bench.click("Show the experiment");
    let state = bench.harness.state().state();
    assert_eq!(state.overlay, Overlay::None);
    assert_eq!(state.lessons.selected().map(|entry| entry.id.as_str()), Some("my-lesson"));
}

#[test]
fn a_link_above_a_block_of_code_leads_to_its_experiment() {
    let lesson = include_str!("../../assets/lesson.md").replace(
        "[[experiment.claim]]",
        "[[experiment]]\nid = \"other\"\ntitle = \"Other\"\nworkload = \"wait\"\nengines = [\"native\"]\nthreads = { min = 1, max = 8 }\n\n[[experiment.claim]]",
    );
    let lesson = lesson.replace("Begin with what", "Go [elsewhere](experiment:other). Begin with what");
    let lesson = lesson.replace(
        "engine = \"gil-model\", threads = 8, at_least = \"0.8*threads\" }\n\n#",
        "engine = \"native\", threads = 8, at_least = \"0.8*threads\" }\n\n#",
    );
    let mut bench = Opening { lessons: vec![("my-lesson.md", lesson)], ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("my-lesson".to_owned()));
    bench.harness.get_by_role_and_label(Role::Link, "elsewhere").click();
    bench.harness.run_steps(3);
    let shown = |bench: &Bench| bench.harness.state().state().bench.as_ref().map(threadlab::ui::state::Bench::title);
    assert_eq!(shown(&bench).as_deref(), Some("Other"));
}

#[test]
fn a_lesson_counts_as_read_when_the_end_of_its_text_was_in_sight() {
    let progress = |bench: &Bench| bench.harness.state().state().progress("gil");
    let mut bench = Opening::default().open();
    bench.perform(Command::SelectLesson("gil".to_owned()));
    bench.harness.run_steps(20);
    assert_eq!(progress(&bench), LessonProgress::New, "it was opened, no more");
    bench.harness.get_by_role_and_label(Role::Button, "Mark as done").scroll_to_me();
    bench.harness.run_steps(40);
    assert_eq!(progress(&bench), LessonProgress::Read);

    // A text that is in sight as a whole.
    let mut bench = Opening { size: vec2(1280.0, 8000.0), ..Opening::default() }.open();
    bench.perform(Command::SelectLesson("gil".to_owned()));
    bench.harness.run_steps(3);
    assert_eq!(progress(&bench), LessonProgress::Read);
}

#[test]
fn a_question_of_several_lessons_is_listed_with_each_of_them() {
    const QUESTION: &str = "How do threads share resources safely?";
    let mut bench = super::bench::waiting();
    bench.keys(Modifiers::NONE, Key::F2);
    let buttons = bench.harness.query_all_by_role(Role::Button);
    let named = buttons.filter_map(|node| node.accesskit_node().label()).filter(|name| name.starts_with(QUESTION));
    let listed: Vec<String> = named.collect();
    let different: std::collections::BTreeSet<&String> = listed.iter().collect();
    assert!(listed.len() > 1 && different.len() == listed.len(), "{listed:?}");
}

#[test]
fn the_plot_that_is_marked_is_the_one_that_is_shown_while_predicting() {
    let mut bench = super::bench::waiting();
    bench.measure();
    bench.choose("Efficiency");
    bench.click("Predict");
    let state = |bench: &Bench| {
        let state = bench.harness.state().state();
        let settings = &state.bench.as_ref().expect("a bench").settings;
        (settings.predicting, state.figure().expect("a figure").metric)
    };
    assert_eq!(state(&bench), (true, Metric::Speedup));
    bench.choose("Efficiency");
    assert_eq!(state(&bench), (false, Metric::Efficiency));
}
