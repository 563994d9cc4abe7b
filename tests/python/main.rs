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
use threadlab::model::code::CodeFault;
use threadlab::model::comparison::{Agreement, rows};
use threadlab::model::first_program::{Pause, program};
use threadlab::model::series::{EngineKind, Interpreter, SeriesKey};
use threadlab::model::units::ThreadCount;
use threadlab::model::window::Window;
use threadlab::model::workload::{Bound, ParameterValue, Workload, WorkloadKind};
use threadlab::workload::Workshop;

#[path = "../aloud/mod.rs"]
mod aloud;
mod containment;
#[cfg(target_os = "linux")]
mod escapes;
mod examples;
mod finding;
mod measuring;
mod own_code;
mod sharing;
mod standalone;

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
        aloud::say("LEFT OUT: no CPython from 3.8 on was found, so the Python engines were not tested");
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

/// Whether the time of each unit is noted: not of threads that are started and joined.
fn is_timed(workload: &Workload) -> bool {
    workload.bound() != Bound::Cpu && workload.kind() != WorkloadKind::StartJoin
}

/// A window with units in it, and with their times: on a busy machine a short one may have none, or be too short for them.
#[track_caller]
fn window(engine: &mut PythonEngine, workload: &Workload, threads: usize) -> Window {
    let mut length = Duration::from_millis(50);
    loop {
        match measure(engine, workload, threads, length) {
            Ok(window)
                if (window.units == 0 || is_timed(workload) && window.latency_ms.is_none())
                    && length < Duration::from_secs(10) =>
            {
                length *= 3;
            }
            Ok(window) => return window,
            Err(error) => panic!("{}, {workload:?}, {threads} threads: {error}", engine.key().label()),
        }
    }
}

fn check_window(window: &Window, key: &SeriesKey, workload: &Workload, threads: usize) {
    assert_eq!((window.threads.get(), window.round), (threads, 3));
    assert!(window.units > 0, "{window:?}");
    assert!(window.wall_s >= 0.05 && window.started_s > 0.0, "{window:?}");
    assert_eq!(window.latency_ms.is_some(), is_timed(workload), "{window:?}");
    if workload.kind() == WorkloadKind::Wait {
        assert!(window.latency_ms >= Some(workload.value("wait_ms")), "{window:?}");
    }
    assert_eq!((window.gil_switches, window.disturbance), (None, None));
    assert_eq!(window.server_cpu_s.is_some(), workload.kind() == WorkloadKind::Socket && cfg!(target_os = "linux"));
    if cfg!(target_os = "linux") {
        assert!(window.observer_cpu_s.is_some_and(|seconds| seconds >= 0.0), "{window:?}");
        // The workers of a batch are gone when its window is over, and those of a fork server were never this process's children.
        let is_batch = matches!(workload.kind(), WorkloadKind::StartJoin | WorkloadKind::Job);
        let usual = key.interpreter.as_ref().map(catalogue::default_start_method);
        let is_forked_elsewhere =
            key.engine == EngineKind::PythonProcesses && key.start_method.or(usual) == Some(StartMethod::Forkserver);
        if is_batch && is_forked_elsewhere {
            assert_eq!(window.workers_cpu_s, None, "{workload:?}");
        } else if workload.bound() == Bound::Cpu {
            assert!(window.workers_cpu_s.is_some_and(|seconds| seconds > 0.0), "{workload:?}: {window:?}");
            #[expect(clippy::cast_precision_loss, reason = "few threads")]
            let most = threads as f64 + 0.5;
            assert!(window.cores_used().is_some_and(|cores| cores <= most), "{window:?}");
        }
    }
}

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
        look_after_s: None,
        workload: Work::Code { source: source.to_owned() },
    }
}

/// The ways of running workers that an interpreter has.
fn modes(python: &Interpreter) -> Vec<Mode> {
    let mut modes = vec![Mode::Threads, Mode::Processes];
    if series(python).len() > 3 {
        modes.push(Mode::Interpreters);
    }
    modes
}
