//! The parser on random texts, random bytes, and bundled lessons that somebody changed.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::lesson::library::BUNDLED;

/// What must be true of every text that is read as a lesson: a sound lesson, or errors each with a place and a picture of it.
#[track_caller]
fn check(source: &str) {
    match parse_text(source) {
        Ok(lesson) => check_sound(&lesson),
        Err(errors) => check_places(source, &errors, "lessons/broken.md"),
    }
}

#[track_caller]
fn check_places(source: &str, errors: &Diagnostics, name: &str) {
    assert!(!errors.list.is_empty(), "failed without an error");
    let lines: Vec<&str> = source.split('\n').collect();
    for error in &errors.list {
        assert!(error.span.start <= error.span.end && error.span.end <= source.len(), "{error:?}");
        assert!(source.is_char_boundary(error.span.start) && source.is_char_boundary(error.span.end), "{error:?}");
        assert_eq!(error.line, source[..error.span.start].matches('\n').count() + 1, "{error:?}");
        let line = lines.get(error.line - 1).unwrap_or_else(|| panic!("no line {}: {error:?}", error.line));
        assert!((1..=line.chars().count() + 1).contains(&error.column), "{error:?} in {line:?}");
        let shown = errors.render(error);
        assert!(shown.contains(name) && shown.starts_with("error: "), "{shown}");
        assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error:?}");
    }
    assert!(errors.list.is_sorted_by_key(|error| error.span.start), "{:?}", errors.list);
}

/// What the rest of the program relies on in every lesson.
#[track_caller]
fn check_sound(lesson: &Lesson) {
    assert!(is_id(&lesson.id) && !lesson.goals.is_empty() && !lesson.experiments.is_empty());
    for (index, experiment) in lesson.experiments.iter().enumerate() {
        let is_first = lesson.experiments[..index].iter().all(|earlier| earlier.id != experiment.id);
        assert!(is_id(&experiment.id) && is_first && !experiment.engines.is_empty(), "{experiment:?}");
        assert!(!experiment.title().is_empty(), "{experiment:?}");
        for claim in &experiment.claims {
            let engines = claim.check.quantity.engines();
            assert!(engines.iter().all(|engine| experiment.engines.contains(engine)), "{claim:?}");
            assert!(claim.check.at_least.is_some() || claim.check.at_most.is_some(), "{claim:?}");
        }
    }
    for entry in &lesson.faq {
        let is_known = |id: &String| lesson.experiment(id).is_some();
        assert!(!entry.answer.is_empty() && entry.experiments.iter().all(is_known), "{entry:?}");
    }
    for question in &lesson.questions {
        assert!((2..=6).contains(&question.choices.len()), "{question:?}");
    }
}

/// Lines that a lesson may have, so that random files come near to sound ones.
fn line() -> impl Strategy<Value = String> {
    let known: Vec<String> = SOUND.lines().map(str::to_owned).collect();
    prop_oneof![
        8 => proptest::sample::select(known),
        1 => "\\PC{0,20}",
        1 => "[\\[\\]{}\"'=.,#+` *():a-z0-9\\\\\u{e9}\u{1F980}\t\r-]{0,30}",
    ]
}

/// What somebody does to a text.
#[derive(Debug, Clone)]
enum Change {
    /// Takes away some characters.
    Cut(Index, usize),
    /// Writes something in between.
    Put(Index, String),
    /// Takes away a line.
    CutLine(Index),
    /// Writes a line of a bundled lesson in between.
    PutLine(Index, Index, Index),
    /// Puts one word for another.
    Word(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = "[\\[\\]{}\"'=.,#+` *():a-z0-9\\\\\u{e9}\u{1F980}\n\t\r-]{0,12}";
    prop_oneof![
        (any::<Index>(), 0..40_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Change::Put(at, piece)),
        any::<Index>().prop_map(Change::CutLine),
        any::<[Index; 3]>().prop_map(|[at, lesson, line]| Change::PutLine(at, lesson, line)),
        any::<[Index; 2]>().prop_map(|[one, other]| Change::Word(one, other)),
    ]
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn apply(text: &str, change: &Change) -> String {
    let place = |at: &Index| boundary(text, at.index(text.len() + 1));
    let lines = || text.split_inclusive('\n').collect::<Vec<_>>();
    match change {
        Change::Cut(at, length) => {
            let from = place(at);
            format!("{}{}", &text[..from], &text[boundary(text, from + length)..])
        }
        Change::Put(at, piece) => format!("{}{piece}{}", &text[..place(at)], &text[place(at)..]),
        Change::CutLine(at) => {
            let mut lines = lines();
            if !lines.is_empty() {
                lines.remove(at.index(lines.len()));
            }
            lines.concat()
        }
        Change::PutLine(at, lesson, line) => {
            let other: Vec<_> = BUNDLED[lesson.index(BUNDLED.len())].1.split_inclusive('\n').collect();
            let mut lines = lines();
            lines.insert(at.index(lines.len() + 1), other[line.index(other.len())]);
            lines.concat()
        }
        Change::Word(one, other) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            if words.is_empty() {
                return text.to_owned();
            }
            text.replacen(words[one.index(words.len())], words[other.index(words.len())], 1)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(source in "\\PC*") {
        check(&source);
    }

    #[test]
    fn any_front_matter_is_read_without_panic(lines in prop::collection::vec(line(), 0..30), body in prop::collection::vec(line(), 0..30)) {
        check(&format!("+++\n{}\n+++\n{}", lines.join("\n"), body.join("\n")));
    }

    #[test]
    fn a_small_lesson_that_was_changed_is_sound_or_says_where_it_is_not(changes in prop::collection::vec(change(), 1..4)) {
        check(&changes.iter().fold(SOUND.to_owned(), |text, change| apply(&text, change)));
    }

    #[test]
    fn a_bundled_lesson_that_was_changed_is_sound_or_says_where_it_is_not(lesson: Index, changes in prop::collection::vec(change(), 1..4)) {
        let (_, text) = lesson.get(BUNDLED);
        check(&changes.iter().fold((*text).to_owned(), |text, change| apply(&text, change)));
    }

    #[test]
    fn what_is_cut_off_anywhere_is_read_without_panic(lesson: Index, at: Index) {
        let (_, text) = lesson.get(BUNDLED);
        check(&text[..boundary(text, at.index(text.len()))]);
    }

    #[test]
    fn any_bytes_are_a_lesson_or_say_where_they_are_none(lesson: Index, put in prop::collection::vec(any::<u8>(), 1..6), at: Index, alone: bool) {
        let whole = lesson.get(BUNDLED).1.as_bytes();
        let at = at.index(whole.len());
        let bytes = if alone { put } else { [&whole[..at], put.as_slice(), &whole[at..]].concat() };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("random.md");
        std::fs::write(&path, &bytes).expect("written");
        let checked = check_files(&[path], None).expect("no folder is named").remove(0);
        match (std::str::from_utf8(&bytes), checked.errors) {
            (Ok(_), None) => {}
            (Ok(text), Some(errors)) => check_places(text, &errors, "random.md"),
            (Err(error), errors) => {
                let errors = errors.expect("it is not UTF-8");
                check_places(&errors.text, &errors, "random.md");
                let errors = errors.list;
                let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
                prop_assert_eq!((errors.len(), errors[0].line), (1, line));
                prop_assert!(errors[0].message.contains("not UTF-8"));
            }
        }
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    check(&broken("\"4*cores\"", &format!("\"{}\"", "(".repeat(100_000))));
    check(&broken("minutes = 10", &format!("minutes = {}", "[".repeat(100_000))));
    check(&format!("{SOUND}{}", "> ".repeat(20_000)));
    check(&format!("{SOUND}{}", "[".repeat(20_000)));
    check(&format!("{SOUND}{}", "* ".repeat(2_000)));
}
