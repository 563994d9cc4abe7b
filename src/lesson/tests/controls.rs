//! What the bundled lessons tell the reader to set is there under that name.

use super::*;

/// After these words a name in emphasis is that of a control, or of what it lets choose.
const VERBS: [&str; 5] = ["set", "move", "tick", "choose", "raise"];

/// Controls of the window that belong to no workload.
const OTHERS: [&str; 3] = ["switch interval", "gil on", "python…"];

/// The names of controls that a text tells the reader to use, in lower case.
fn named(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let verbs = words.iter().enumerate().filter(|(_, word)| VERBS.contains(&word.to_lowercase().as_str()));
    verbs
        .filter_map(|(at, _)| {
            let after = words[at + 1..].join(" ");
            let after = after.strip_prefix("the ").unwrap_or(&after);
            // "tick its threads, such as *3.14 threads*"
            let after =
                after.find("such as *").filter(|at| *at < 40).map_or(after, |at| &after[at + "such as ".len()..]);
            let name = after.strip_prefix('*').filter(|after| !after.starts_with('*'))?;
            name.split_once('*').map(|(name, _)| name.to_lowercase())
        })
        .collect()
}

/// Whether a name is the label of a box for the threads of a Python, such as `3.14 threads`.
fn is_box_of_python(name: &str) -> bool {
    let version = name.strip_suffix(" threads").map(|version| version.trim_end_matches('t'));
    version.is_some_and(|version| version.starts_with("3.") && version[2..].parse::<u8>().is_ok())
}

fn check(lesson: &Lesson, name: &str) {
    let parameters = || lesson.experiments.iter().flat_map(|experiment| experiment.workload.kind().parameters());
    // Where several plots have a control of one name, its place follows.
    let place = [", left", ", middle", ", right"].into_iter().find_map(|place| name.strip_suffix(place));
    let is_parameter = parameters().any(|parameter| parameter.label.to_lowercase() == place.unwrap_or(name));
    let is_choice =
        parameters().flat_map(|parameter| parameter.choices).any(|choice| choice.label.to_lowercase() == name);
    assert!(
        is_parameter || is_choice || OTHERS.contains(&name) || is_box_of_python(name),
        "lesson {} speaks of the control \u{201c}{name}\u{201d}, which it has not",
        lesson.id
    );
}

#[test]
fn controls_have_the_names_that_lessons_give_them() {
    assert_eq!(named("Set the *body* to 0. Now tick *3.14 threads*, and set *x*"), ["body", "3.14 threads", "x"]);
    let library = Library::bundled();
    let mut count = 0;
    for lesson in library.lessons() {
        for text in lesson.faq.iter().map(|entry| &entry.answer).chain([&lesson.text]) {
            for name in named(text) {
                check(lesson, &name);
                count += 1;
            }
        }
    }
    assert!(count >= 15, "only {count} controls were found");
}
