//! The learner's own code, and the first program.

use super::*;

#[test]
fn own_code_is_measured_and_its_faults_are_told_with_their_line() {
    for python in some_pythons() {
        let mut harness = harness(&python, |_| {});
        let mut ask = |source: &str, mode| harness.ask(own_code(source, mode), PATIENCE, &CancelFlag::new());
        for mode in modes(&python) {
            let good = ask("import time\nprint('loaded')\n\ndef work():\n    time.sleep(0.001)\n", mode);
            assert!(good.is_ok_and(|point| point.units > 0), "{} {mode:?}", python.path);
            let refused = |message: &str, line| Err(HarnessError::Refused { message: message.to_owned(), line });
            let division = ask("def work():\n    one = 1\n    return one / 0\n", mode);
            assert_eq!(division, refused("ZeroDivisionError: division by zero", Some(3)));
            // Only the second call fails: in a worker, not in the trial before.
            let late = "calls = []\n\ndef work():\n    calls.append(1)\n    if len(calls) > 1:\n        raise ValueError('late')\n";
            assert_eq!(ask(late, mode), refused("ValueError: late", Some(6)));
            assert!(matches!(ask("def work(:\n", mode), Err(HarnessError::Refused { line: Some(1), .. })));
            assert_eq!(ask("x = 1", mode), refused("the code defines no function `work`", None));
            let ended = ask("import sys\ndef work():\n    sys.exit(3)\n", mode);
            assert_eq!(ended, refused("SystemExit: 3", Some(3)));
        }
    }
}

#[test]
fn own_code_is_loaded_anew_for_each_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace");
    let source = format!(
        "with open({:?}, 'a') as file: file.write('x')\n\ndef work():\n    pass\n",
        trace.display().to_string()
    );
    let loaded = || std::fs::read(&trace).map_or(0, |trace| trace.len());
    for python in some_pythons() {
        for mode in modes(&python) {
            let mut harness = harness(&python, |_| {});
            let mut times = || {
                let before = loaded();
                harness.ask(own_code(&source, mode), PATIENCE, &CancelFlag::new()).expect("it runs");
                loaded() - before
            };
            let first = times();
            assert_eq!((times(), times()), (first, first), "{} {mode:?}", python.version);
        }
    }
}

#[test]
fn code_is_parsed_without_being_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace");
    let runs = format!("open({:?}, 'w').close()", trace.display().to_string());
    for python in some_pythons() {
        let sources = ["a = 1\nb = = 2\n", runs.as_str(), "def f(:\n", "x = '\\N{no such}'", "print('é')"];
        let answers = catalogue::parse_python(&python, &sources).expect("an answer");
        let lines: Vec<Option<usize>> = answers.iter().map(|fault| fault.as_ref().map(|fault| fault.line)).collect();
        assert_eq!(lines, [Some(2), None, Some(1), Some(1), None], "{}: {answers:?}", python.version);
        assert!(!trace.exists(), "the code was run");
    }
}

#[test]
fn check_names_the_line_of_code_that_does_not_parse() {
    let Some(python) = some_pythons().pop() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.md");
    let lesson = include_str!("../../assets/lesson.md").replacen("began = time", "began = = time", 1);
    let line = lesson.lines().position(|line| line.starts_with("began = =")).expect("the line") + 1;
    std::fs::write(&path, lesson).expect("written");
    let mut command = assert_cmd::Command::cargo_bin("threadlab").expect("the binary is built");
    let output =
        command.args(["check", "--json", "--python", &python.path]).arg(&path).assert().code(1).get_output().clone();
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let error = &findings["files"][0]["errors"][0];
    assert_eq!((&error["line"], &error["column"]), (&line.into(), &9.into()), "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains(&python.version)), "{error}");
}

#[test]
fn the_first_program_tells_who_printed_what_when() {
    for python in some_pythons() {
        for pause in [Pause::None, Pause::Millisecond] {
            let run = catalogue::run_program(&python, &program(pause), &CancelFlag::new());
            let run = run.unwrap_or_else(|error| panic!("{}: {error}", python.path));
            for name in ["first", "second"] {
                let printed: Vec<&str> =
                    run.lines.iter().filter(|line| line.thread == name).map(|line| line.text.as_str()).collect();
                assert_eq!(printed, ["0", "1", "2", "3", "4"], "{name} in {}", python.path);
            }
            let last = run.lines.last().expect("a line");
            assert_eq!((last.thread.as_str(), last.text.as_str()), ("MainThread", "both are done"));
            assert!(
                run.lines.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms || pair[0].thread != pair[1].thread)
            );
            assert!(run.took_ms >= last.at_ms);
        }
        let failed = catalogue::run_program(&python, "x = 1\ny = x / 0\n", &CancelFlag::new());
        assert_eq!(failed, Err("line 2 of the code: ZeroDivisionError: division by zero".to_owned()));
        let thread = "import threading\ndef fail():\n    1 / 0\nt = threading.Thread(target=fail)\nt.start()\nt.join()\nprint('done')\n";
        let failed = catalogue::run_program(&python, thread, &CancelFlag::new());
        assert_eq!(failed, Err("line 3 of the code: ZeroDivisionError: division by zero".to_owned()));
        for text in ["'y'", "'\\u1234' * 100", "chr(0x10000) * 10**6"] {
            let endless = format!("while True: print({text})");
            let failed = catalogue::run_program(&python, &endless, &CancelFlag::new());
            assert_eq!(failed, Err("the program printed more than Threadlab shows".to_owned()), "{text}");
        }
        let many = catalogue::run_program(&python, "for number in range(400): print(number)", &CancelFlag::new());
        assert_eq!(many.map(|run| run.lines.len()), Ok(400));
    }
}
