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

/// Own code that does not come back in these ways of running workers: in which line it is said to be, and in which others.
#[track_caller]
fn check_stuck(python: &Interpreter, modes: &[Mode], source: &str, line: u32, words: &str) {
    for mode in modes {
        // The lookout is two seconds earlier: long enough for a machine that does much else.
        let mut harness = harness(python, |settings| settings.answer_limit = Duration::from_secs(8));
        // A process that is spawned loads the code anew.
        let start_method = (*mode == Mode::Processes).then_some(StartMethod::Spawn);
        let request = Request { start_method, ..own_code(source, *mode) };
        let answer = harness.ask(request, Duration::ZERO, &CancelFlag::new());
        let shown = format!("{} {mode:?}: {answer:?}", python.version);
        let Err(error) = answer else { panic!("{shown}") };
        let message = error.to_string();
        assert!(message.starts_with("it did not answer within "), "{shown}");
        let fault = CodeFault::within(&message).unwrap_or_else(|| panic!("{shown}"));
        assert_eq!(fault.line, line, "{shown}");
        assert!(fault.message.starts_with(&format!("after 6 s {words}; a loop without end or a lock")), "{shown}");
        let group = harness.group();
        drop(harness);
        assert_eq!(running_in_group(group), 0, "{shown}");
    }
}

#[test]
fn code_that_never_returns_is_told_with_its_line() {
    for python in some_pythons() {
        // In the call that tries it out, before there are workers.
        let endless = "def spin():\n    while True: pass\n\ndef work():\n    spin()\n";
        check_stuck(&python, &modes(&python), endless, 2, "1 thread was still here");
        // One call that keeps the GIL for hours.
        let keeps = "def work():\n    return sum(range(10 ** 14))\n";
        check_stuck(&python, &[Mode::Threads], keeps, 2, "1 thread was still here");
    }
}

#[test]
fn a_deadlock_in_own_code_is_told_with_its_lines() {
    let deadlock = "import threading\n\na, b = threading.Lock(), threading.Lock()\nboth = threading.Barrier(2)\ncalls = []\n\n\
                    def work():\n    if not calls:\n        calls.append(1)\n    elif len(calls) == calls.append(1) or len(calls) % 2 == 0:\n        \
                    with a:\n            both.wait()\n            with b:\n                pass\n    else:\n        \
                    with b:\n            both.wait()\n            with a:\n                pass\n";
    for python in some_pythons() {
        check_stuck(&python, &[Mode::Threads], deadlock, 13, "1 thread was still here, 1 in line 18");
    }
}

#[test]
fn a_worker_that_never_returns_is_told_with_its_line() {
    // Only the second call in an interpreter; the first one tries it out.
    let late = "import threading\ncalls = []\ndef work():\n    calls.append(1)\n    if len(calls) > 1:\n        \
                threading.Event().wait()\n";
    // In a worker process, while its code is loaded.
    let loading = "import multiprocessing, threading\n\nif multiprocessing.current_process().name != 'MainProcess':\n    \
                   threading.Lock().acquire() and threading.Event().wait()\n\ndef work():\n    pass\n";
    for python in some_pythons() {
        if modes(&python).contains(&Mode::Interpreters) {
            check_stuck(&python, &[Mode::Interpreters], late, 6, "at least 1 thread was still here");
        }
        check_stuck(&python, &[Mode::Processes], loading, 4, "2 threads were still here");
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
