//! The parser on sound and broken lesson files; on random ones in `random`.

use std::fmt::Write as _;

use super::*;
use crate::model::workload::WorkloadKind;

mod controls;
mod random;

/// A small sound lesson; the cases below break one thing of it each.
const SOUND: &str = r#"+++
format = 1
id = "waiting"
title = "Threads overlap waiting"
minutes = 10
goals = ["Say what a thread does while it waits."]

[[experiment]]
id = "wait"
title = "Waiting 5 ms"
workload = "wait"
parameters = { wait_ms = 5 }
engines = ["gil-model", "native"]
threads = { min = 1, max = "4*cores" }
metric = "speedup"
group = "contrast"

[[experiment.claim]]
id = "overlaps"
text = "Eight threads get nearly eight times as much done as one."
check = { quantity = "speedup", engine = "gil-model", threads = 8, at_least = "0.8*threads" }

[[experiment.claim]]
id = "gil-is-no-matter"
text = "The GIL makes no difference."
check = { quantity = "speedup-ratio", engine = "native", over = "gil-model", from = 2, to = "2*cores", at_least = 0.8, at_most = 1.25 }
+++

Run [the experiment](experiment:wait).

## What to expect

```python
import time
time.sleep(0.1)
```

## FAQ

### What is the `GIL`?

A lock. See [it](experiment:wait), [again](experiment:wait), and <https://docs.python.org/3/>.

### Threads or asyncio?

Both.

## Sources

None.
"#;

fn parse_text(source: &str) -> Result<Lesson, Diagnostics> {
    parse(source, "lessons/broken.md", Origin::Bundled).map(|parsed| parsed.lesson)
}

/// [`SOUND`] with one part replaced.
#[track_caller]
fn broken(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "the sound lesson has no {from:?}");
    SOUND.replacen(from, to, 1)
}

#[test]
fn a_sound_lesson_has_all_its_parts() {
    let lesson = parse_text(SOUND).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((lesson.id.as_str(), lesson.minutes, lesson.goals.len()), ("waiting", 10, 1));
    let experiment = lesson.experiment("wait").expect("an experiment");
    assert!((experiment.workload.value("wait_ms") - 5.0).abs() < 1e-9);
    assert_eq!(experiment.engines, [EngineKind::GilModel, EngineKind::Native]);
    assert_eq!((experiment.metric, experiment.group.as_deref()), (Metric::Speedup, Some("contrast")));
    assert_eq!(experiment.claims.len(), 2);
    assert_eq!(lesson.text.lines().next(), Some("Run [the experiment](experiment:wait)."));
    assert!(!lesson.text.contains("FAQ") && lesson.text.contains("## Sources"), "{}", lesson.text);
    let titles: Vec<_> = lesson.sections.iter().map(|section| (section.level, section.title.as_str())).collect();
    assert_eq!(titles, [(2, "What to expect"), (2, "Sources")]);
    let [code] = lesson.code.as_slice() else { panic!("{:?}", lesson.code) };
    assert_eq!((code.role, code.language.as_str()), (CodeRole::Example, "python"));
    assert_eq!(code.text, "import time\ntime.sleep(0.1)\n");
    let [gil, asyncio] = lesson.faq.as_slice() else { panic!("{:?}", lesson.faq) };
    assert_eq!(
        (gil.question.as_str(), gil.experiments.as_slice()),
        ("What is the GIL?", ["wait".to_owned()].as_slice())
    );
    assert!(gil.answer.starts_with("A lock.") && gil.answer.ends_with("/3/>."), "{}", gil.answer);
    assert_eq!((asyncio.answer.as_str(), asyncio.experiments.len()), ("Both.", 0));
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let plain = parse_text(SOUND).expect("a sound lesson");
    let windows = parse_text(&format!("\u{feff}{}", SOUND.replace('\n', "\r\n"))).expect("a sound lesson");
    assert_eq!(windows.experiments, plain.experiments);
    assert_eq!(windows.code, plain.code);
    assert_eq!(windows.faq.len(), plain.faq.len());
    let errors = parse_text("\u{feff}++\r\n").expect_err("no front matter");
    assert_eq!((errors.list[0].line, errors.list[0].column), (1, 1));
}

#[test]
fn a_wrong_link_is_pointed_at_and_not_its_words() {
    let errors =
        parse_text(&broken("Run [the", "See [experiment:wiat](experiment:wiat), run [the")).expect_err("a dead link");
    let line = "See [experiment:wiat](experiment:wiat)";
    assert_eq!((errors.list.len(), errors.list[0].column), (1, line.rfind("experiment:wiat").unwrap_or(0) + 1));
}

#[test]
fn a_heading_of_the_faq_that_is_no_question_is_warned_of_with_its_place() {
    let warnings = |source: &str| {
        let parsed = parse(source, "x.md", Origin::Bundled).unwrap_or_else(|errors| panic!("{errors}"));
        let of_headings = parsed.warnings.into_iter().filter(|warning| warning.message.contains("no question"));
        of_headings.map(|warning| (warning.line, warning.column, warning.message)).collect::<Vec<_>>()
    };
    let line = SOUND.lines().position(|line| line == "### Threads or asyncio?").expect("it is there") + 1;
    let told = "the FAQ has \u{201c}More on threads\u{201d}, which is no question".to_owned();
    assert_eq!(warnings(&broken("Threads or asyncio?", "More on threads")), [(line, 1, told)]);
    for sound in ["### Threads or asyncio?", "### スレッドか？", "### Threads or `asyncio?`", "### Threads? #### "]
    {
        assert_eq!(warnings(&broken("### Threads or asyncio?", sound)), [], "{sound}");
    }
    // A heading within an answer.
    assert_eq!(warnings(&broken("\nBoth.\n", "\nBoth.\n\n#### In detail\n\nBoth.\n")), []);
}

#[test]
fn own_code_is_recorded() {
    let lesson = parse_text(&broken("```python\n", "```python work\n")).expect("a sound lesson");
    assert_eq!(lesson.code[0].role, CodeRole::Work);
}

#[test]
fn columns_count_characters() {
    let errors = parse_text(&broken("metric = \"speedup\"", "\"métriqué\" = \"spédup\" # é")).expect_err("an error");
    assert_eq!((errors.list[0].line, errors.list[0].column), (15, 1));
    let errors = parse_text(&broken("Run [the", "Éé [x](experiment:nö) [the")).expect_err("an error");
    assert_eq!((errors.list[0].line, errors.list[0].column), (29, 8));
}

#[test]
fn a_huge_value_is_not_echoed() {
    let huge = "x".repeat(50_000);
    let engines = "[\"gil-model\", \"native\"]";
    for source in [
        broken(engines, &format!("[\"{huge}\"]")),
        broken("minutes = 10", &format!("{huge} = 10")),
        broken("minutes = 10", &format!("minutes = \"{huge}\"")),
        broken("minutes = 10", &format!("minutes = [ {huge} = ")),
        broken("id = \"waiting\"", &format!("id = \"{huge}!\"")),
        broken("title = \"Waiting 5 ms\"", &format!("title = \"{huge} {{{huge}}}\"")),
        broken("at_least = \"0.8*threads\"", &format!("at_least = \"{huge}\"")),
        broken("experiment:wait), [again]", &format!("experiment:{huge}), [again]")),
        broken("### Threads or asyncio?\n\nBoth.", &format!("### {huge}\n")),
    ] {
        let errors = parse_text(&source).expect_err("an error");
        for error in &errors.list {
            assert!(error.sentence().chars().count() < 1000, "{:.300}", error.sentence());
        }
        let shown = errors.to_string();
        assert!(shown.chars().count() < 1500 * errors.list.len(), "{} characters: {shown:.300}", shown.len());
    }
}

/// Every kind of error with what a reader sees of it.
#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn errors_name_place_and_remedy() {
    let check = r#"{ quantity = "speedup", engine = "gil-model", threads = 8, at_least = "0.8*threads" }"#;
    let with_check = |new: &str| broken(check, new);
    let cases: Vec<(&str, String)> = vec![
        ("an empty file", String::new()),
        ("no front matter", "# Waiting\n\nText.\n".to_owned()),
        ("front matter without end", "+++\nformat = 1\n\nText.\n".to_owned()),
        (
            "broken TOML, and a broken body",
            broken("minutes = 10", "minutes = ").replace("experiment:wait), [", "experimant:wait), ["),
        ),
        (
            "two lines of broken TOML",
            broken("minutes = 10", "minutes 10").replace("metric = \"speedup\"", "metric \"speedup\""),
        ),
        ("a field twice", broken("minutes = 10", "minutes = 10\nminutes = 11")),
        ("an unknown field", broken("minutes = 10", "minuets = 10")),
        ("an unknown field of an experiment", broken("engines =", "engine =")),
        ("a missing field", broken("workload = \"wait\"\n", "")),
        ("a wrong type", broken("minutes = 10", "minutes = \"ten\"")),
        ("a wrong type within a list", broken("goals = [\"Say", "goals = [5, \"Say")),
        ("an experiment in single brackets", broken("[[experiment]]", "[experiment]")),
        (
            "no experiments",
            "+++\nformat = 1\nid = \"a\"\ntitle = \"A\"\nminutes = 1\ngoals = [\"B.\"]\nexperiment = []\n+++\n"
                .to_owned(),
        ),
        ("another format", broken("format = 1", "format = 2")),
        ("an id with spaces", broken("id = \"waiting\"", "id = \"Waiting Threads!\"")),
        ("an empty title", broken("\"Threads overlap waiting\"", "\" \"")),
        ("a title without end", broken("\"Threads overlap waiting\"", &format!("\"{}\"", "long ".repeat(50)))),
        ("a title that shows no such value", broken("Waiting 5 ms", "Waiting {wait_sm} ms")),
        ("a percentage of what is no share", broken("Waiting 5 ms", "Waiting {wait_ms:%}")),
        ("a title with half a brace", broken("Waiting 5 ms", "Waiting { ms")),
        ("no time at all", broken("minutes = 10", "minutes = 0")),
        ("no goals", broken("[\"Say what a thread does while it waits.\"]", "[]")),
        ("an unknown workload", broken("workload = \"wait\"", "workload = \"wiat\"")),
        ("an unknown parameter", broken("wait_ms = 5", "wait = 5")),
        ("a parameter out of range", broken("wait_ms = 5", "wait_ms = 5000")),
        ("a word for a parameter that is a number", broken("wait_ms = 5", "wait_ms = \"five\"")),
        ("a list for a parameter", broken("wait_ms = 5", "wait_ms = [5]")),
        ("an unknown engine", broken("[\"gil-model\", \"native\"]", "[\"gil-modle\", \"native\"]")),
        ("an engine twice", broken("[\"gil-model\", \"native\"]", "[\"gil-model\", \"native\", \"native\"]")),
        (
            "an engine that cannot run the workload",
            broken("workload = \"wait\"", "workload = \"mixed\"")
                .replace("wait_ms = 5", "cpu_share = 0.5")
                .replace("\"native\"]", "\"native\", \"python-asyncio\"]"),
        ),
        ("no engines", broken("[\"gil-model\", \"native\"]", "[]")),
        ("an unknown metric", broken("metric = \"speedup\"", "metric = \"speed\"")),
        ("a metric that the workload has not", broken("metric = \"speedup\"", "metric = \"lost-updates\"")),
        (
            "the latency of what only computes",
            broken("workload = \"wait\"\nparameters = { wait_ms = 5 }", "workload = \"count-primes\"")
                .replace("metric = \"speedup\"", "metric = \"latency\""),
        ),
        ("less than no threads", broken("min = 1", "min = -1")),
        ("no threads", broken("min = 1", "min = 0")),
        ("too many threads", broken("\"4*cores\"", "4096")),
        ("half a thread", broken("min = 1", "min = 1.5")),
        ("too many threads on every machine", broken("\"4*cores\"", "\"2000*cores\"")),
        ("an empty range", broken("min = 1, max = \"4*cores\"", "min = 8, max = 4")),
        (
            "a range that is empty on every machine",
            broken("min = 1, max = \"4*cores\"", "min = \"3*cores + 1\", max = \"2*cores\""),
        ),
        ("a range that depends on threads", broken("\"4*cores\"", "\"4*threads\"")),
        ("a bad expression", broken("\"4*cores\"", "\"4*(cores + 1\"")),
        ("an unknown word in an expression", broken("\"0.8*threads\"", "'''0.8*treads'''")),
        ("a bad expression behind an escape", broken("\"4*cores\"", "\"4\\u002Acors\"")),
        (
            "a negative bound",
            with_check(r#"{ quantity = "speedup", engine = "gil-model", threads = 8, at_least = -1 }"#),
        ),
        ("an unknown quantity", broken("quantity = \"speedup\"", "quantity = \"speed-up\"")),
        ("a claim without check", broken(&format!("check = {check}\n"), "")),
        (
            "a claim about an engine that is not listed",
            broken("[\"gil-model\", \"native\"]", "[\"native\", \"python-threads\"]"),
        ),
        ("a ratio without its second engine", broken(" over = \"gil-model\",", "")),
        ("an engine compared with itself", broken("over = \"gil-model\"", "over = \"native\"")),
        (
            "a second engine for nothing",
            with_check(r#"{ quantity = "speedup", engine = "gil-model", over = "native", threads = 8, at_least = 2 }"#),
        ),
        ("no thread counts", with_check(r#"{ quantity = "speedup", engine = "gil-model", at_least = 2 }"#)),
        (
            "a claim about what the workload has not",
            with_check(r#"{ quantity = "lost-share", engine = "gil-model", threads = 8, at_least = 0.1 }"#),
        ),
        (
            "a claim about deadlocks without two locks",
            with_check(r#"{ quantity = "deadlocks", engine = "gil-model", threads = 8, at_least = 0.1 }"#),
        ),
        (
            "thread counts in two ways",
            with_check(
                r#"{ quantity = "speedup", engine = "gil-model", threads = 8, from = 2, to = 4, at_least = 2 }"#,
            ),
        ),
        (
            "half a range of thread counts",
            with_check(r#"{ quantity = "speedup", engine = "gil-model", from = 2, at_least = 2 }"#),
        ),
        (
            "the other half of a range",
            with_check(r#"{ quantity = "speedup", engine = "gil-model", to = 2, at_least = 2 }"#),
        ),
        ("an empty range of a claim", broken("from = 2, to = \"2*cores\"", "from = 8, to = 2")),
        ("a claim beyond the slider", broken("max = \"4*cores\"", "max = 6")),
        ("no bounds", with_check(r#"{ quantity = "speedup", engine = "gil-model", threads = 8 }"#)),
        (
            "contradicting bounds",
            with_check(
                r#"{ quantity = "speedup", engine = "gil-model", threads = 8, at_least = "0.8*threads", at_most = 5 }"#,
            ),
        ),
        (
            "a bound without value",
            with_check(r#"{ quantity = "speedup", engine = "gil-model", threads = 8, at_least = "1/0" }"#),
        ),
        (
            "a speedup of one thread",
            with_check(r#"{ quantity = "speedup", engine = "gil-model", threads = 1, at_least = 1 }"#),
        ),
        ("two claims of one id", broken("id = \"gil-is-no-matter\"", "id = \"overlaps\"")),
        ("a dead link", broken("experiment:wait)", "experiment:wiat)")),
        ("a link elsewhere", broken("experiment:wait)", "file:///bin/true)")),
        ("a question without answer", broken("\nBoth.\n", "")),
        ("a FAQ without question", broken("### What is the `GIL`?", "").replace("### Threads or asyncio?", "")),
        ("text before the first question", broken("## FAQ\n", "## FAQ\n\nAll that was asked.\n")),
        ("a second FAQ", broken("## Sources", "## FAQ")),
        ("a misspelt mark of own code", broken("```python", "```python wrok")),
        ("own code twice", broken("## FAQ", "```python work\na = 1\n```\n\n```python work\nb = 2\n```\n\n## FAQ")),
        ("empty own code", broken("import time\ntime.sleep(0.1)\n", "").replace("```python", "```python work")),
        (
            "own code without `work`",
            broken("workload = \"wait\"", "workload = \"code\"")
                .replace("parameters = { wait_ms = 5 }\n", "")
                .replace("\"gil-model\"", "\"python-threads\"")
                .replace("\"native\"", "\"python-processes\"")
                .replace("```python", "```python work"),
        ),
        ("a block of code without end", broken("time.sleep(0.1)\n```", "time.sleep(0.1)\n")),
        ("a picture", broken("None.", "![a curve](curve.png)")),
        ("HTML", broken("None.", "Press <b>Run</b>.")),
        (
            "several errors at once",
            broken("minutes = 10", "minutes = 0")
                .replace("wait_ms", "wait_s")
                .replace("\"native\"]", "\"nativ\"]")
                .replace("(experiment:wait), and", "(experiment:weit), and"),
        ),
    ];
    let mut shown = String::new();
    for (what, source) in cases {
        let errors = parse_text(&source).expect_err(what);
        writeln!(shown, "=== {what}\n{errors}\n").expect("a text takes all that is written");
    }
    insta::assert_snapshot!("errors", shown.trim_end());
}

#[test]
fn a_file_too_large_is_refused_before_it_is_read() {
    let errors = parse_text(&format!("{SOUND}{}", "x".repeat(MOST_BYTES))).expect_err("an error");
    assert_eq!(errors.list.len(), 1);
    assert!(errors.list[0].message.contains("1024 KiB"), "{errors}");
}

/// The first block of the guide for authors that is fenced with four backticks.
fn documented_lesson() -> &'static str {
    let guide = include_str!("../../docs/lesson-format.md");
    let (_, after) = guide.split_once("````markdown\n").expect("an example");
    after.split_once("````").expect("an end of the example").0
}

#[test]
fn the_documented_lesson_is_sound() {
    let lesson = parse_text(documented_lesson()).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((lesson.experiments[0].claims.len(), lesson.faq.len(), lesson.code.len()), (2, 1, 1));
}

#[test]
fn every_word_is_documented() {
    let guide = include_str!("../../docs/lesson-format.md");
    let parameters = WorkloadKind::ALL.iter().flat_map(|kind| kind.parameters());
    for parameter in parameters.clone() {
        let words: Vec<String> = parameter.choices.iter().map(|choice| format!("`{}`", choice.id)).collect();
        let line = if words.is_empty() {
            format!("`{}` ({}, {}, {})", parameter.id, parameter.min, parameter.max, parameter.default)
        } else {
            format!("`{}` (one of {})", parameter.id, words.join(", "))
        };
        assert!(guide.contains(&line), "the guide lacks {line}");
    }
    let words = (WorkloadKind::ALL.iter().map(|kind| kind.id()))
        .chain(EngineKind::ALL.iter().map(|engine| engine.id()))
        .chain(Metric::ALL.iter().map(|metric| metric.id()))
        .chain(check::QUANTITIES)
        .chain(raw::field_names());
    for word in words {
        let tables = ["", "experiment.", "question."].map(|table| format!("`[[{table}{word}]]`"));
        let shapes = tables.into_iter().chain([format!("`{word}`")]);
        assert!(shapes.into_iter().any(|shape| guide.contains(&shape)), "the guide lacks `{word}`");
    }
}

/// What the bundled lessons promise to each other and to the reader.
#[test]
fn bundled_lessons_are_complete() {
    let library = Library::bundled();
    let lessons: Vec<&Lesson> = library.lessons().collect();
    assert_eq!(lessons.len(), library.entries().len());
    let readme = include_str!("../../lessons/README.md");
    for (entry, lesson) in library.entries().iter().zip(&lessons) {
        let id = entry.name.trim_end_matches(".md").trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
        assert_eq!(lesson.id, id, "a file is called after its lesson");
        let row = format!("| [{name}]({name}) | {title} |", name = entry.name, title = lesson.title);
        assert!(readme.contains(&row), "lessons/README.md lacks {row}");
        for heading in ["Predict", "What to expect", "The belief it breaks", "Change it and run again", "Sources"] {
            assert!(lesson.sections.iter().any(|section| section.title == heading), "{}: no {heading}", entry.name);
        }
        assert!(!lesson.code.is_empty() && !lesson.faq.is_empty(), "{}", entry.name);
        for question in &lesson.faq {
            assert!(!question.experiments.is_empty(), "{}: {} shows nothing", entry.name, question.question);
            let sentences = question.answer.matches(['.', '?']).count();
            assert!(sentences >= 2, "{}: {} is answered too shortly", entry.name, question.question);
        }
        for experiment in &lesson.experiments {
            assert!(!experiment.claims.is_empty(), "{}: {} claims nothing", entry.name, experiment.id);
        }
    }
    let questions: Vec<&str> =
        lessons.iter().flat_map(|lesson| &lesson.faq).map(|entry| entry.question.as_str()).collect();
    for question in [
        "Can any task be parallelised with threads?",
        "What is the GIL?",
        "How does the GIL affect multithreaded programs?",
        "What are the alternatives?",
        "How do threads share resources safely?",
    ] {
        assert!(questions.contains(&question), "no answer to {question}");
    }
    let both = library.find("both").expect("the lesson that opens first");
    let group = |id: &str| both.experiment(id).and_then(|experiment| experiment.group.clone());
    assert!(group("compute").is_some() && group("compute") == group("wait"), "side by side");
}
