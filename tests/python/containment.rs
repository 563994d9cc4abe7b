//! Nothing is left behind.

use super::*;

/// Where own code does its harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the call that tries it out, before there are workers.
    Trial,
    /// In a worker, some units after its window began.
    Worker,
}

/// The source of own code whose body is `harm`, done at that place. `begin` comes before it.
fn harmful(begin: &str, harm: &str, place: Place) -> String {
    // A forked worker goes on from what the trial counted; in an interpreter of its own it begins anew.
    let first_calls = match place {
        Place::Trial => "",
        Place::Worker => "    calls.append(1)\n    if len(calls) < 4:\n        time.sleep(0.001)\n        return\n",
    };
    let harm = harm.replace('\n', "\n    ");
    format!("import os, signal, sys, threading, time\n{begin}\ncalls = []\ndef work():\n{first_calls}    {harm}\n")
}

/// Own code that does harm: what is said of it, and nothing is left. In a worker process it may also end with the window, which
/// then is measured.
#[track_caller]
fn check_harm(python: &Interpreter, begin: &str, harm: &str, expected: &[&str]) {
    for mode in modes(python) {
        for place in [Place::Trial, Place::Worker] {
            // Where zeros are written into all of it, as in a free-threaded build, memory can last longer than the window.
            let may_outlast_the_window = expected.contains(&"MemoryError");
            let waits_for_the_limit = expected.iter().any(|expected| expected.contains("did not answer"));
            let mut harness = harness(python, |settings| {
                settings.answer_limit = if waits_for_the_limit { Duration::from_secs(2) } else { PATIENCE };
                // A free-threaded build reserves a GiB before it begins.
                settings.memory_limit = 3 << 30;
            });
            let (group, folder) = (harness.group(), harness.folder().to_owned());
            assert!(running_in_group(group) > 0);
            let request = Request { length_s: 0.5, ..own_code(&harmful(begin, harm, place), mode) };
            let answer = harness.ask(request, Duration::ZERO, &CancelFlag::new());
            let shown = format!("{} {mode:?} {place:?}: {answer:?}", python.version);
            match answer {
                Ok(point) if may_outlast_the_window && point.units < 4 => assert_eq!(place, Place::Worker, "{shown}"),
                Ok(_) => assert_eq!((mode, place), (Mode::Processes, Place::Worker), "{shown}"),
                Err(error) => {
                    let message = error.to_string();
                    let is_expected = expected.iter().any(|expected| message.contains(expected));
                    let is_told_of_a_process = mode == Mode::Processes && message.contains("a worker process ended");
                    assert!(is_expected || place == Place::Worker && is_told_of_a_process, "{shown}");
                    assert!(!message.contains('\n') && message.chars().count() < 700, "{shown}");
                }
            }
            drop(harness);
            assert_eq!(running_in_group(group), 0, "{shown}");
            assert!(!folder.exists(), "{shown}");
        }
    }
}

const LATE: &str = "it did not answer within 2 s";

#[test]
fn output_without_end_is_contained() {
    for python in some_pythons() {
        check_harm(&python, "", "while True: print('y' * 1000)", &["it printed more than"]);
        check_harm(&python, "", "while True: print('y', end='')", &["it printed more than"]);
        // Past `print`, on every descriptor there is.
        let all = "while True:\n    for fd in range(1, 20):\n        try:\n            os.write(fd, b'y' * 1000)\n        except OSError:\n            pass";
        check_harm(&python, "", all, &["it printed more than", "it sent what is no answer", "it ended"]);
    }
}

#[test]
fn memory_without_end_is_contained() {
    for python in some_pythons() {
        check_harm(&python, "kept = []", "while True: kept.append(bytes(1 << 27))", &["MemoryError", "it ended"]);
    }
}

#[test]
fn code_that_never_returns_is_contained() {
    for python in some_pythons() {
        check_harm(&python, "", "while True: pass", &[LATE]);
        // Holds the GIL for hours in one call.
        check_harm(&python, "", "sum(range(10 ** 14))", &[LATE]);
        check_harm(
            &python,
            "",
            "while True:\n    try:\n        time.sleep(1000)\n    except BaseException:\n        pass",
            &[LATE],
        );
        // It does not matter which signals it wants to survive.
        let deaf = "for number in range(1, 32):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass";
        check_harm(&python, deaf, "time.sleep(1000)", &[LATE]);
    }
}

#[test]
fn code_that_starts_processes_is_contained() {
    for python in some_pythons() {
        let children = "if os.fork() == 0: time.sleep(1000)\ntime.sleep(1000)";
        // Sub-interpreters may not fork.
        check_harm(&python, "", children, &[LATE, "RuntimeError: fork not supported"]);
        let many = "for _ in range(20):\n    if os.fork() == 0:\n        while True: pass\ntime.sleep(1000)";
        check_harm(&python, "", many, &[LATE, "RuntimeError: fork not supported"]);
    }
}

#[test]
fn code_that_ends_its_interpreter_is_told() {
    for python in some_pythons() {
        check_harm(&python, "", "os.kill(os.getpid(), 9)", &["it ended killed (signal 9)"]);
        check_harm(&python, "", "os.killpg(0, 9)", &["it ended killed (signal 9)"]);
        check_harm(&python, "", "os.abort()", &["it ended by aborting (signal 6)"]);
        check_harm(&python, "", "os._exit(3)", &["it ended with exit status 3"]);
        check_harm(&python, "", "sys.exit('x\\n' * 10000)", &["SystemExit: x x x"]);
        check_harm(
            &python,
            "class Odd(Exception):\n    def __str__(self): raise self",
            "raise Odd",
            &["Odd: it cannot be put into words"],
        );
    }
}

/// Own code that closes what it finds, and works nevertheless.
#[test]
fn code_that_closes_its_input_and_output_does_not_harm_the_harness() {
    let source =
        "import os, sys\nassert sys.stdin.read() == ''\nos.close(0)\nos.close(1)\n\ndef work():\n    sum(range(100))\n";
    for python in some_pythons() {
        let mut harness = harness(&python, |_| {});
        for mode in modes(&python) {
            // The second time both are closed already, and the code says so.
            let first = harness.ask(own_code(source, mode), PATIENCE, &CancelFlag::new());
            assert!(
                matches!(first, Ok(_) | Err(HarnessError::Refused { .. })),
                "{} {mode:?}: {first:?}",
                python.version
            );
            let after = harness.ask(own_code("def work(): pass", mode), PATIENCE, &CancelFlag::new());
            assert!(after.is_ok(), "{} {mode:?}: {after:?}", python.version);
        }
    }
}

#[test]
fn what_own_code_leaves_running_is_not_there_in_the_next_window() {
    let thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n\ndef work():\n    pass\n";
    let process = "import multiprocessing, time\n\ndef work():\n    if multiprocessing.current_process().name == 'MainProcess' and not multiprocessing.active_children():\n        multiprocessing.get_context('fork').Process(target=time.sleep, args=(1000,), daemon=True).start()\n";
    for python in some_pythons() {
        let mut engine = engine(&key(EngineKind::PythonThreads, &python));
        for source in [thread, process] {
            let before = engine.warm(&CancelFlag::new()).expect("it starts").group();
            window(&mut engine, &Workload::new(WorkloadKind::Code).with_code(source), 2);
            assert_eq!((engine.group(), running_in_group(before)), (None, 0), "{}", python.version);
        }
        window(&mut engine, &Workload::new(WorkloadKind::Code).with_code("def work(): pass"), 2);
        assert!(engine.group().is_some(), "it is kept where nothing is left");
    }
}

// ---- Nothing outlives its owner ------------------------------------------------------------------------------------------

/// Waits until a group has at least so many running processes.
#[track_caller]
fn await_running(group: u32, least: usize) {
    let until = Instant::now() + PATIENCE;
    while running_in_group(group) < least {
        assert!(Instant::now() < until, "{} instead of {least} processes run", running_in_group(group));
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[track_caller]
fn await_end(group: u32, folder: &Path) {
    let until = Instant::now() + PATIENCE;
    while running_in_group(group) > 0 || folder.exists() {
        let left = running_in_group(group);
        assert!(Instant::now() < until, "{left} processes are left; the folder is there: {}", folder.exists());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A window of an hour with two worker processes, in a harness of its own thread; `act` sees its group when they run.
fn in_mid_window(python: &Interpreter, act: impl FnOnce(u32, &CancelFlag)) -> Result<Window, MeasureError> {
    let mut engine = engine(&key(EngineKind::PythonProcesses, python).with_start_method(StartMethod::Fork));
    let cancel = CancelFlag::new();
    let group = engine.warm(&cancel).expect("it starts").group();
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let result = std::thread::scope(|scope| {
        let order = WindowOrder {
            workload: &workload,
            threads: ThreadCount::clamped(2),
            round: 0,
            warm_up: Duration::ZERO,
            length: Duration::from_hours(1),
            run_began: Instant::now(),
        };
        let measuring = scope.spawn({
            let (engine, cancel) = (&mut engine, &cancel);
            move || engine.measure(&order, cancel)
        });
        // The interpreter and two workers.
        await_running(group, 3);
        act(group, &cancel);
        measuring.join().expect("it does not panic")
    });
    assert_eq!(running_in_group(group), 0);
    result
}

fn signal(process: u32, signal: Signal) {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process number");
    kill_process(pid, signal).expect("it runs");
}

#[test]
fn stopping_in_mid_window_leaves_nothing() {
    for python in some_pythons() {
        let result = in_mid_window(&python, |_, cancel| cancel.raise());
        assert_eq!(result.map(|window| window.units), Err(MeasureError::Cancelled));
    }
}

#[test]
fn a_killed_interpreter_leaves_nothing() {
    for python in some_pythons() {
        let result = in_mid_window(&python, |group, _| signal(group, Signal::KILL));
        let message = "it ended killed (signal 9)".to_owned();
        assert_eq!(result.map(|window| window.units), Err(MeasureError::Failed(message)));
    }
}

#[test]
fn a_hung_interpreter_is_stopped_like_any_other() {
    for python in some_pythons() {
        let result = in_mid_window(&python, |group, cancel| {
            signal(group, Signal::STOP);
            cancel.raise();
        });
        assert_eq!(result.map(|window| window.units), Err(MeasureError::Cancelled));
    }
}

const HELPER: &str = "THREADLAB_TEST_HELPER";

/// What a Threadlab does that is then killed: measures for an hour in the interpreter that the variable names.
#[test]
fn helper_that_is_killed() {
    let Some(path) = std::env::var_os(HELPER) else { return };
    let (code, path) = path.to_str().and_then(|path| path.split_once(' ')).expect("two words");
    let python = InterpreterFinder::default().look_at(Path::new(path)).interpreter.expect("it is usable");
    let mut harness = harness(&python, |_| {});
    println!("\n@helper {} {}", harness.group(), harness.folder().display());
    let mut request = own_code("def work():\n    sum(range(10 ** 14))\n", Mode::Threads);
    if code == "busy" {
        request = Request { engine: Mode::Processes, start_method: Some(StartMethod::Fork), ..request };
        request.workload = Work::CountPrimes { limit: 1000 };
        request.length_s = 3600.0;
    }
    let _ = harness.ask(request, Duration::from_hours(1), &CancelFlag::new());
}

/// What a Threadlab does that is then killed: asks a program that never answers what it is.
#[test]
fn helper_that_probes() {
    let Some(path) = std::env::var_os(PROBED) else { return };
    InterpreterFinder::default().look_at(Path::new(&path));
}

const PROBED: &str = "THREADLAB_TEST_PROBED";

#[test]
#[expect(clippy::disallowed_methods, reason = "a Threadlab that can be killed must be a process of its own")]
fn a_probe_does_not_outlive_a_threadlab_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (silent, started) = (folder.path().join("python3"), folder.path().join("started"));
    let script = format!("#!/bin/sh\nsleep 1000 &\necho $$ > {0}.new; mv {0}.new {0}\nsleep 1000\n", started.display());
    std::fs::write(&silent, script).expect("a script can be written");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&silent, executable).expect("it is ours");
    let mut threadlab = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", "containment::helper_that_probes", "--test-threads", "1"])
        .env(PROBED, &silent)
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let until = Instant::now() + PATIENCE;
    while !started.exists() {
        assert!(Instant::now() < until, "it is never asked");
        std::thread::sleep(Duration::from_millis(2));
    }
    let group = std::fs::read_to_string(&started).expect("a number").trim().parse().expect("a number");
    await_running(group, 3);
    threadlab.kill().expect("it runs");
    threadlab.wait().expect("it was killed");
    // Well before the probe would have given up by itself.
    let until = Instant::now() + Duration::from_secs(5);
    while running_in_group(group) > 0 {
        assert!(Instant::now() < until, "{} processes are left", running_in_group(group));
        std::thread::sleep(Duration::from_millis(2));
    }
}

struct Helper {
    process: Child,
    group: u32,
    folder: PathBuf,
}

#[expect(clippy::disallowed_methods, reason = "a Threadlab that can be killed must be a process of its own")]
fn helper(code: &str, python: &Interpreter) -> Helper {
    let program = std::env::current_exe().expect("a test has a path");
    let mut process = Command::new(program)
        .args(["--exact", "containment::helper_that_is_killed", "--nocapture", "--test-threads", "1"])
        .env(HELPER, format!("{code} {}", python.path))
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
    let line = lines.find_map(|line| line.ok()?.strip_prefix("@helper ").map(str::to_owned)).expect("it starts Python");
    let (group, folder) = line.split_once(' ').expect("two words");
    Helper { process, group: group.parse().expect("a number"), folder: PathBuf::from(folder) }
}

impl Helper {
    fn kill_and_check(mut self) {
        assert!(self.folder.exists());
        self.process.kill().expect("it runs");
        self.process.wait().expect("it was killed");
        await_end(self.group, &self.folder);
    }
}

#[test]
fn nothing_outlives_a_threadlab_that_is_killed() {
    for python in some_pythons() {
        let busy = helper("busy", &python);
        await_running(busy.group, 3);
        busy.kill_and_check();

        // Stopped, it cannot see that its input was closed.
        let stopped = helper("busy", &python);
        await_running(stopped.group, 3);
        signal(stopped.group, Signal::STOP);
        stopped.kill_and_check();

        // No thread of it can run, since one keeps the GIL.
        let hung = helper("hung", &python);
        await_running(hung.group, 1);
        hung.kill_and_check();
    }
}
