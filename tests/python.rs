//! The Python engines against the interpreters of this machine.
//!
//! Every usable interpreter that is found takes part, and those of `THREADLAB_PYTHONS` (paths, separated as in `PATH`).
//! Where there is none the tests pass and say that they left out everything.
#![cfg(unix)]
#![expect(clippy::expect_used, reason = "a test may")]
#![expect(clippy::print_stderr, reason = "what is left out is said aloud")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use threadlab::engine::cancel::CancelFlag;
use threadlab::engine::catalogue::{self, InterpreterFinder};
use threadlab::engine::comparison::{self, Plan};
use threadlab::engine::message::Outcome;
use threadlab::engine::python::PythonEngine;
use threadlab::engine::python::engine::{asked_support, series};
use threadlab::engine::python::harness::{Harness, HarnessError, Settings};
use threadlab::engine::python::process::running_in_group;
use threadlab::engine::python::protocol::{Mode, Op, Request, StartMethod, Work};
use threadlab::engine::{Engine, MeasureError, Support, WindowOrder};
use threadlab::model::comparison::{Agreement, rows};
use threadlab::model::first_program::{Pause, program};
use threadlab::model::series::{EngineKind, Interpreter, SeriesKey};
use threadlab::model::units::ThreadCount;
use threadlab::model::window::Window;
use threadlab::model::workload::{Bound, ParameterValue, Workload, WorkloadKind};
use threadlab::workload::Workshop;

/// Long enough for a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

/// More than there are: these tests are not about noise.
const CORES: usize = 1024;

/// The usable interpreters, newest first. Says so where there is none.
fn pythons() -> Vec<Interpreter> {
    let named: Vec<PathBuf> =
        std::env::var_os("THREADLAB_PYTHONS").map(|paths| std::env::split_paths(&paths).collect()).unwrap_or_default();
    let offers = InterpreterFinder::default().find(&named);
    for (path, offer) in offers.iter().filter_map(|offer| Some((&offer.path, offer.interpreter.as_ref().err()?))) {
        eprintln!("note: {path} takes no part: {offer}");
    }
    let found: Vec<_> = offers.into_iter().filter_map(|offer| offer.interpreter.ok()).collect();
    if found.is_empty() {
        eprintln!("LEFT OUT: no CPython from 3.8 on was found, so the Python engines were not tested");
    }
    found
}

/// The newest and the oldest, and each free-threaded one.
fn some_pythons() -> Vec<Interpreter> {
    let all = pythons();
    let ends = all.first().into_iter().chain(all.last());
    let mut some: Vec<_> = ends.chain(all.iter().filter(|python| python.free_threaded)).cloned().collect();
    some.dedup();
    some
}

fn engine(key: &SeriesKey) -> PythonEngine {
    PythonEngine::new(key, Arc::new(Workshop::new()), CORES).expect("it is a Python series with an interpreter")
}

fn key(engine: EngineKind, python: &Interpreter) -> SeriesKey {
    SeriesKey::in_interpreter(engine, python.clone())
}

fn measure(
    engine: &mut PythonEngine,
    workload: &Workload,
    threads: usize,
    length: Duration,
) -> Result<Window, MeasureError> {
    let order = WindowOrder {
        workload,
        threads: ThreadCount::clamped(threads),
        round: 3,
        warm_up: Duration::from_millis(20),
        length,
        run_began: Instant::now(),
    };
    engine.measure(&order, &CancelFlag::new())
}

/// A window with units in it: on a busy machine a short one may have none.
#[track_caller]
fn window(engine: &mut PythonEngine, workload: &Workload, threads: usize) -> Window {
    let mut length = Duration::from_millis(50);
    loop {
        match measure(engine, workload, threads, length) {
            Ok(window) if window.units == 0 && length < Duration::from_secs(10) => length *= 3,
            Ok(window) => return window,
            Err(error) => panic!("{}, {workload:?}, {threads} threads: {error}", engine.key().label()),
        }
    }
}

#[test]
fn every_interpreter_runs_every_engine_and_workload() {
    for python in pythons() {
        for key in series(&python) {
            let mut engine = engine(&key);
            for kind in WorkloadKind::ALL {
                let workload = Workload::new(kind).with_code("def work():\n    sum(range(1000))\n");
                if asked_support(&key, &workload) != Support::Available {
                    continue;
                }
                for threads in [1, 3] {
                    check_window(&window(&mut engine, &workload, threads), &workload, threads);
                }
            }
            // Nothing but the interpreter itself and its guard, and for processes the helpers of `multiprocessing`.
            let most = if key.engine == EngineKind::PythonProcesses { 4 } else { 2 };
            let group = engine.group().expect("it keeps its interpreter");
            assert!(running_in_group(group) <= most, "{} leaves workers", key.label());
            drop(engine);
            assert_eq!(running_in_group(group), 0, "{}", key.label());
        }
    }
}

fn check_window(window: &Window, workload: &Workload, threads: usize) {
    assert_eq!((window.threads.get(), window.round), (threads, 3));
    assert!(window.units > 0, "{window:?}");
    assert!(window.wall_s >= 0.05 && window.started_s > 0.0, "{window:?}");
    // Threads that are started and joined are not timed one by one.
    let is_timed = workload.bound() != Bound::Cpu && workload.kind() != WorkloadKind::StartJoin;
    assert_eq!(window.latency_ms.is_some(), is_timed, "{window:?}");
    if workload.kind() == WorkloadKind::Wait {
        assert!(window.latency_ms >= Some(workload.value("wait_ms")), "{window:?}");
    }
    assert_eq!((window.gil_switches, window.disturbance), (None, None));
    assert_eq!(window.server_cpu_s.is_some(), workload.kind() == WorkloadKind::Socket && cfg!(target_os = "linux"));
    if cfg!(target_os = "linux") {
        assert!(window.observer_cpu_s.is_some_and(|seconds| seconds >= 0.0), "{window:?}");
        if workload.bound() == Bound::Cpu {
            assert!(window.workers_cpu_s.is_some_and(|seconds| seconds > 0.0), "{window:?}");
            #[expect(clippy::cast_precision_loss, reason = "few threads")]
            let most = threads as f64 + 0.5;
            assert!(window.cores_used().is_some_and(|cores| cores <= most), "{window:?}");
        }
    }
}

#[test]
fn each_start_method_of_processes_works() {
    for python in some_pythons() {
        for method in [StartMethod::Spawn, StartMethod::Fork, StartMethod::Forkserver] {
            let mut engine = engine(&key(EngineKind::PythonProcesses, &python).with_start_method(method));
            for kind in [WorkloadKind::CountPrimes, WorkloadKind::Socket] {
                let workload = Workload::new(kind);
                check_window(&window(&mut engine, &workload, 2), &workload, 2);
            }
            let group = engine.group().expect("it keeps its interpreter");
            drop(engine);
            assert_eq!(running_in_group(group), 0, "{method:?}");
        }
    }
}

#[test]
fn free_threaded_builds_run_with_the_gil_and_without() {
    let pythons: Vec<_> = pythons().into_iter().filter(|python| python.free_threaded).collect();
    if pythons.is_empty() {
        eprintln!("LEFT OUT: no free-threaded CPython was found; name one in THREADLAB_PYTHONS");
    }
    for python in pythons {
        for on in [false, true] {
            let python = Interpreter { gil_enabled: Some(on), ..python.clone() };
            let mut engine = engine(&key(EngineKind::PythonThreads, &python));
            window(&mut engine, &Workload::new(WorkloadKind::CountPrimes), 2);
            let state = engine.warm(&CancelFlag::new()).expect("it runs").hello().gil_enabled;
            assert_eq!(state, on);
        }
    }
}

#[test]
fn the_reference_of_a_bare_loop_is_measured_in_the_same_interpreter() {
    for python in some_pythons() {
        let mut engine = engine(&key(EngineKind::PythonThreads, &python));
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let alone = engine.measure_alone(&workload, Duration::from_millis(100), &CancelFlag::new());
        assert!(alone.expect("it runs") > 0.0);
    }
}

// ---- Threads that share something ----------------------------------------------------------------------------------------

fn set(kind: WorkloadKind, name: &str, word: &str) -> Workload {
    Workload::new(kind).with_written(name, &word.into()).expect("a choice that there is")
}

#[test]
fn lost_updates_are_counted_exactly() {
    for python in some_pythons() {
        let mut engine = engine(&key(EngineKind::PythonThreads, &python));
        let mut lost = |word: &str, threads| {
            let window = window(&mut engine, &set(WorkloadKind::LostUpdates, "code", word), threads);
            let lost = window.lost.expect("it is counted");
            assert!(lost.expected > 0 && (lost.expected.is_multiple_of(100) || word == "sleep"), "{lost:?}");
            lost.expected - lost.counted
        };
        for word in ["plain", "call", "sleep", "lock"] {
            assert_eq!(lost(word, 1), 0, "{} {word}: one thread loses nothing", python.path);
        }
        assert_eq!(lost("lock", 4), 0, "{}", python.path);
        assert!((0..20).any(|_| lost("sleep", 4) > 0), "{}", python.path);
        // From 3.10 on CPython with a GIL hands it on at backward jumps and calls only.
        let has_gil = python.gil_enabled.unwrap_or(!python.free_threaded);
        let minor: u32 = python.version.split('.').nth(1).and_then(|minor| minor.parse().ok()).expect("a version");
        if has_gil && minor >= 10 {
            assert_eq!(lost("plain", 4), 0, "{}", python.path);
        }
        for how in ["one-lock", "sharded", "local"] {
            let counted = window(&mut engine, &set(WorkloadKind::Counter, "how", how), 4).lost.expect("it is counted");
            assert!(counted.expected > 0 && counted.counted == counted.expected, "{how}: {counted:?}");
        }
    }
}

#[test]
fn deadlocks_are_found_and_end_with_the_window() {
    for python in some_pythons() {
        let mut engine = engine(&key(EngineKind::PythonThreads, &python))
            .with_settings(|settings| settings.answer_limit = Duration::from_secs(20));
        let patient = |order| set(WorkloadKind::TwoLocks, "order", order).with("patience_ms", 10.0).expect("in range");
        let found = (0..50).any(|_| {
            let report = window(&mut engine, &patient("opposite"), 2).deadlocks.expect("it is looked for");
            report.in_words().is_some_and(|words| words.contains("thread 1 holds A and waits for B"))
        });
        assert!(found, "{}", python.path);
        let report = window(&mut engine, &patient("same"), 4).deadlocks.expect("it is looked for");
        assert_eq!(report.count, 0);
        let endless = patient("opposite").with("patience_ms", 1000.0).expect("in range");
        let measured = measure(&mut engine, &endless, 8, Duration::from_millis(50)).expect("it ends");
        assert!(measured.deadlocks.is_some());
        // Workers that found each other's lock taken at every try would end by luck only.
        for _ in 0..10 {
            measure(&mut engine, &patient("opposite"), 2, Duration::from_millis(50)).expect("it ends");
        }
    }
}

#[test]
fn the_switch_interval_reaches_the_interpreter() {
    for python in some_pythons() {
        let source = "import sys\n\ndef work():\n    raise ValueError(round(sys.getswitchinterval() * 1e6))\n";
        let mut harness = harness(&python, |_| {});
        let request = Request { switch_interval_s: 0.0007, ..own_code(source, Mode::Threads) };
        let error = harness.ask(request, PATIENCE, &CancelFlag::new()).expect_err("it says the interval");
        assert!(error.to_string().contains("ValueError: 700"), "{error}");
    }
}

// ---- Workloads with a life of their own --------------------------------------------------------------------------------------

#[test]
fn numpy_is_measured_where_it_is_and_the_line_that_installs_it_is_told_where_it_is_not() {
    for python in pythons() {
        let key = key(EngineKind::PythonThreads, &python);
        let workload = Workload::new(WorkloadKind::Numpy).with("size", 64.0).expect("in range");
        match asked_support(&key, &workload) {
            Support::Available => {
                let mut engine = engine(&key);
                check_window(&window(&mut engine, &workload, 2), &workload, 2);
                // The same interpreter then measures other work too.
                let primes = Workload::new(WorkloadKind::CountPrimes);
                check_window(&window(&mut engine, &primes, 2), &primes, 2);
            }
            Support::Unavailable { reason, remedy } => {
                assert_eq!(reason, format!("{} has no NumPy", python.path));
                assert_eq!(remedy, Some(format!("install it with `{} -m pip install numpy`", python.path)));
            }
        }
    }
}

#[test]
fn windows_of_work_that_starts_its_own_workers_hold_whole_batches() {
    for python in some_pythons() {
        for kind in [EngineKind::PythonThreads, EngineKind::PythonProcesses] {
            let mut engine = engine(&key(kind, &python));
            for join in ["after", "inside"] {
                let join = ParameterValue::Word(join.to_owned());
                let workload = Workload::new(WorkloadKind::StartJoin).with_written("join", &join).expect("a word");
                let window = measure(&mut engine, &workload, 3, Duration::ZERO).expect("it runs");
                assert_eq!(window.units, 3, "the shortest window is one batch");
                assert!(window.wall_s >= workload.value("body_ms") / 1000.0, "{window:?}");
            }
            // Longer than the window that was ordered.
            let workload = Workload::new(WorkloadKind::Job).with("payload_kib", 4096.0).expect("in range");
            let window = measure(&mut engine, &workload, 3, Duration::ZERO).expect("it runs");
            assert_eq!(window.units, 1);
            let group = engine.group().expect("it keeps its interpreter");
            drop(engine);
            assert_eq!(running_in_group(group), 0);
        }
    }
}

#[test]
fn jobs_of_an_executor_take_at_least_their_wait() {
    for python in some_pythons() {
        for key in series(&python).into_iter().filter(|key| key.engine.can_run(WorkloadKind::Pool)) {
            let workload = Workload::new(WorkloadKind::Pool).with("wait_ms", 5.0).expect("in range");
            let mut engine = engine(&key);
            let window = window(&mut engine, &workload, 3);
            assert!(window.latency_ms >= Some(5.0), "{}: {window:?}", key.label());
        }
    }
}

// ---- The learner's own code --------------------------------------------------------------------------------------------

fn harness(python: &Interpreter, change: impl FnOnce(&mut Settings)) -> Harness {
    let version = python.version.parse().expect("a version");
    let gil = python.gil_enabled.unwrap_or(!python.free_threaded);
    let mut settings = Settings::new(PathBuf::from(&python.path), version, python.free_threaded, gil);
    change(&mut settings);
    Harness::start(&settings, &CancelFlag::new()).expect("it starts")
}

fn own_code(source: &str, mode: Mode) -> Request {
    Request {
        id: 0,
        op: Op::Point,
        engine: mode,
        start_method: None,
        workers: 2,
        warm_up_s: 0.02,
        length_s: 0.1,
        timed: true,
        stamped: false,
        switch_interval_s: 0.005,
        workload: Work::Code { source: source.to_owned() },
    }
}

fn modes(python: &Interpreter) -> Vec<Mode> {
    let mut modes = vec![Mode::Threads, Mode::Processes];
    if series(python).len() > 3 {
        modes.push(Mode::Interpreters);
    }
    modes
}

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

/// Own code that does harm: what is said of it, and nothing is left.
#[track_caller]
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
    let lesson = include_str!("../assets/lesson.md").replacen("began = time", "began = = time", 1);
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

fn check_harm(python: &Interpreter, source: &str, expected: &[&str]) {
    for mode in modes(python) {
        let mut harness = harness(python, |settings| {
            let waits_for_the_limit = expected.iter().any(|expected| expected.contains("did not answer"));
            settings.answer_limit = if waits_for_the_limit { Duration::from_secs(3) } else { PATIENCE };
            settings.memory_limit = 512 << 20;
        });
        let (group, folder) = (harness.group(), harness.folder().to_owned());
        assert!(running_in_group(group) > 0);
        let error = harness.ask(own_code(source, mode), Duration::ZERO, &CancelFlag::new()).expect_err("it does harm");
        let message = error.to_string();
        assert!(expected.iter().any(|expected| message.contains(expected)), "{mode:?}: {message}");
        drop(harness);
        assert_eq!(running_in_group(group), 0, "{mode:?}: {message}");
        assert!(!folder.exists());
    }
}

#[test]
fn harmful_code_is_contained() {
    for python in some_pythons() {
        check_harm(&python, "def work():\n    while True:\n        print('y' * 1000)\n", &["it printed more than"]);
        check_harm(&python, "def work():\n    while True:\n        print('y', end='')\n", &["it printed more than"]);
        let memory = "kept = []\ndef work():\n    while True:\n        kept.append(bytearray(1 << 24))\n";
        check_harm(&python, memory, &["MemoryError", "it ended"]);
        check_harm(&python, "def work():\n    while True:\n        pass\n", &["it did not answer within 3 s"]);
        // Holds the GIL for hours in one call.
        check_harm(&python, "def work():\n    sum(range(10 ** 14))\n", &["it did not answer within 3 s"]);
        check_harm(&python, "import os\ndef work():\n    os.kill(os.getpid(), 9)\n", &["it ended killed (signal 9)"]);
        let starts =
            "import os, time\ndef work():\n    if os.fork() == 0:\n        time.sleep(1000)\n    time.sleep(1000)\n";
        check_harm(&python, starts, &["it did not answer within 3 s"]);
    }
}

// ---- Nothing is left behind -----------------------------------------------------------------------------------------------

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
        // The interpreter, its guard, two workers.
        await_running(group, 4);
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
fn the_gil_model_is_compared_with_each_interpreter_that_has_a_gil() {
    let row = rows().into_iter().find(|row| row.id == "switches-often").expect("there is such a row");
    for python in some_pythons() {
        let has_gil = python.gil_enabled == Some(true);
        let (rows, length) = (vec![row.clone()], Duration::from_millis(300));
        let plan = Plan { interpreters: vec![python], rows, rounds: 1, length, seed: 1 };
        let measured = comparison::measure(&plan, &CancelFlag::new(), &mut |_| {});
        assert_eq!((measured.outcome, measured.rounds), (Outcome::Completed, 1));
        let compared = &measured.tally.compare(&plan.rows, 0)[0];
        // Without a GIL there is nothing to count, and nothing is made up.
        assert_eq!(compared.cpython.is_some_and(|switches| switches > 0.0), has_gil, "{compared:?}");
        assert_eq!(compared.ratio.is_some(), has_gil, "{compared:?}");
        assert_eq!(compared.agreement, Agreement::CannotTell, "one round decides nothing");
    }
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

struct Helper {
    process: Child,
    group: u32,
    folder: PathBuf,
}

#[expect(clippy::disallowed_methods, reason = "a Threadlab that can be killed must be a process of its own")]
fn helper(code: &str, python: &Interpreter) -> Helper {
    let program = std::env::current_exe().expect("a test has a path");
    let mut process = Command::new(program)
        .args(["--exact", "helper_that_is_killed", "--nocapture", "--test-threads", "1"])
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
        await_running(busy.group, 4);
        busy.kill_and_check();

        // Stopped, it cannot see that its input was closed.
        let stopped = helper("busy", &python);
        await_running(stopped.group, 4);
        signal(stopped.group, Signal::STOP);
        stopped.kill_and_check();

        // No thread of it can run, since one keeps the GIL.
        let hung = helper("hung", &python);
        await_running(hung.group, 2);
        hung.kill_and_check();
    }
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
    }
}
