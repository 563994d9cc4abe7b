//! Every code example of the bundled lessons, run as it stands.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use threadlab::engine::python::process::{Heard, Input, Launch, Process, Stream, how_ended};

use threadlab::lesson::{CodeBlock, CodeRole, Lesson, Library};

use super::*;

/// How many examples run at one time: most of them wait.
const AT_ONCE: usize = 4;

/// A block of code with the lesson that shows it.
struct Example {
    lesson: String,
    source: String,
}

impl Example {
    fn new(lesson: &Lesson, block: &CodeBlock) -> Self {
        let mut source = block.text.clone();
        // The lesson's own workload only says what a unit is.
        if block.role == CodeRole::Work {
            source.push_str("\nwork()\nprint(\"one unit is done\")\n");
        }
        Self { lesson: lesson.id.clone(), source }
    }

    /// The oldest minor version of Python 3 that it names in a comment such as `# Python 3.14 or later`.
    fn oldest_minor(&self) -> Option<u32> {
        let comments = self.source.lines().filter_map(|line| line.trim_start().strip_prefix('#'));
        let versions = comments.filter_map(|comment| {
            let version = comment.trim().strip_prefix("Python 3.")?.split_once(" or later")?.0;
            version.parse().ok()
        });
        versions.max()
    }

    /// Why it failed in this interpreter; `None` if it ran to its end, complained of nothing and printed something.
    fn failure(&self, python: &Interpreter) -> Option<String> {
        let folder = tempfile::tempdir().expect("a folder");
        // A real file: `multiprocessing` starts some of its processes from it.
        let file = folder.path().join("example.py");
        std::fs::write(&file, &self.source).expect("written");
        let arguments = [file.to_str().expect("a path that is text")];
        let launch = Launch::new(Path::new(&python.path), arguments, Input::Nothing);
        let launch = Launch { folder: Some(folder.path().to_owned()), ..launch };
        let mut process = Process::start(&launch).expect("it starts");
        let deadline = Instant::now() + PATIENCE;
        let (mut printed, mut complaints) = (0, Vec::new());
        loop {
            match process.hear(deadline) {
                None => return Some(format!("it runs for more than {} s", PATIENCE.as_secs())),
                Some(Heard::End) => break,
                Some(Heard::Line(Stream::Out, _) | Heard::HalfLine(Stream::Out, _)) => printed += 1,
                Some(Heard::Line(Stream::Err, line) | Heard::HalfLine(Stream::Err, line)) => complaints.push(line),
                Some(Heard::Closed(_)) => {}
                Some(Heard::LongLine(_) | Heard::TooMuch(_)) => return Some("it prints without end".to_owned()),
            }
        }
        let Some(status) = process.wait(deadline) else { return Some("it does not end".to_owned()) };
        if !complaints.is_empty() {
            Some(complaints.join("\n"))
        } else if !status.success() {
            Some(format!("it ended {}", how_ended(status)))
        } else {
            (printed == 0).then(|| "it shows nothing".to_owned())
        }
    }
}

fn examples() -> Vec<Example> {
    let library = Library::bundled();
    let of_lesson = |lesson: &Lesson| {
        let code = lesson.code.iter().filter(|block| block.language == "python");
        code.map(|block| Example::new(lesson, block)).collect::<Vec<_>>()
    };
    library.lessons().flat_map(of_lesson).collect()
}

#[test]
fn every_code_example_runs_in_every_interpreter() {
    let (pythons, examples) = (pythons(), examples());
    assert!(examples.len() >= 14, "each lesson has an example");
    let jobs: Vec<_> =
        examples.iter().flat_map(|example| pythons.iter().map(move |python| (example, python))).collect();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((example, python)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let first = example.source.lines().next().unwrap_or_default();
            let place = format!("lesson {}, the code from `{first}`, Python {}", example.lesson, python.version);
            let minor = python.version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
            if example.oldest_minor() > minor {
                eprintln!("left out: {place}: the example says that it needs a later one");
            } else if let Some(failure) = example.failure(python) {
                failures.lock().expect("no job panics").push(format!("{place}: {failure}"));
            }
        }
    };
    std::thread::scope(|scope| {
        for number in 1..=AT_ONCE {
            let builder = std::thread::Builder::new().name(format!("examples-{number}"));
            builder.spawn_scoped(scope, work).expect("the system gives a thread");
        }
    });
    let failures = failures.into_inner().expect("no job panics");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn an_example_that_fails_is_noticed() {
    let example = |source: &str| Example { lesson: "test".to_owned(), source: source.to_owned() };
    for python in some_pythons() {
        let failure = |source: &str| example(source).failure(&python).unwrap_or_default();
        assert_eq!(failure("print('all is well')"), "");
        assert_eq!(failure("x = 1"), "it shows nothing");
        assert_eq!(failure("import os; print('x', flush=True); os._exit(3)"), "it ended with exit status 3");
        assert!(failure("print(1 / 0)").contains("ZeroDivisionError"));
        // A thread that fails does not fail the program.
        let thread =
            "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\nprint('end')\n";
        assert!(failure(thread).contains("ZeroDivisionError"));
    }
    assert_eq!(example("import time\n# Python 3.14 or later\n").oldest_minor(), Some(14));
    assert_eq!(example("print('Python 3.14 or later')\n").oldest_minor(), None);
}
