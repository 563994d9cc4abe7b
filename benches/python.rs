//! What measuring in a CPython costs: a point against the bare function, starting, each point beside its window, and Stop.
//!
//! `cargo bench --bench python [-- ROUNDS]`, in the interpreter that `python3` starts or the one that `THREADLAB_PYTHON` names.
//! Ratios are of pairs measured one after the other, in turned order, so that drift hits both alike.

#![expect(clippy::print_stdout, reason = "a bench prints")]
#![expect(clippy::expect_used, reason = "a bench that cannot run shall say so and end")]

#[cfg(unix)]
fn main() {
    bench::main();
}

#[cfg(not(unix))]
fn main() {
    println!("left out: these measurements are made on Linux and macOS only");
}

#[cfg(unix)]
mod bench {
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::sync::Arc;
    use std::thread;
    use std::time::{Duration, Instant};

    use threadlab::engine::cancel::CancelFlag;
    use threadlab::engine::catalogue::InterpreterFinder;
    use threadlab::engine::python::PythonEngine;
    use threadlab::engine::python::process::running_in_group;
    use threadlab::engine::{Engine, MeasureError, WindowOrder, machine};
    use threadlab::model::series::{EngineKind, Interpreter, SeriesKey, StartMethod};
    use threadlab::model::statistics::Estimate;
    use threadlab::model::units::ThreadCount;
    use threadlab::model::window::Window;
    use threadlab::model::workload::{Workload, WorkloadKind};
    use threadlab::workload::Workshop;

    const WARM_UP: Duration = Duration::from_millis(20);
    const LENGTH: Duration = Duration::from_millis(200);

    pub(super) fn main() {
        // Cargo passes `--bench`, which is no number.
        let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(21);
        let Some(python) = python() else {
            println!("left out: no CPython from 3.8 on was found; name one in THREADLAB_PYTHON");
            return;
        };
        println!("machine: {}, CPython {}, {rounds} rounds", machine::read().in_words(), python.version);
        let threads = SeriesKey::in_interpreter(EngineKind::PythonThreads, python.clone());
        let processes = SeriesKey::in_interpreter(EngineKind::PythonProcesses, python.clone());
        let fork = SeriesKey { start_method: Some(StartMethod::Fork), ..processes };
        alone(&threads, rounds);
        start(&threads, &python, rounds.min(15));
        points("threads (goal 60 ms)", &threads, rounds.min(15));
        points("fork (goal 120 ms)", &fork, rounds.min(15));
        stop("threads", &threads, rounds.min(10));
        stop("fork", &fork, rounds.min(10));
    }

    fn python() -> Option<Interpreter> {
        let mut finder = InterpreterFinder::default();
        match std::env::var_os("THREADLAB_PYTHON") {
            Some(path) => finder.look_at(Path::new(&path)).interpreter.ok(),
            None => finder.usual(),
        }
    }

    fn engine(key: &SeriesKey) -> PythonEngine {
        let engine = PythonEngine::new(key, Arc::new(Workshop::new()), machine::cores());
        engine.expect("it is a Python series with an interpreter")
    }

    /// A window; again where the machine's noise made one impossible.
    fn window(engine: &mut PythonEngine, threads: usize) -> Window {
        let workload = Workload::new(WorkloadKind::CountPrimes);
        loop {
            match engine.measure(&order(&workload, threads, LENGTH), &CancelFlag::new()) {
                Ok(window) => return window,
                Err(MeasureError::Impossible { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn order(workload: &Workload, threads: usize, length: Duration) -> WindowOrder<'_> {
        let threads = ThreadCount::clamped(threads);
        WindowOrder { workload, threads, round: 0, warm_up: WARM_UP, length, run_began: Instant::now() }
    }

    /// Units per second at one thread over the same function in a bare loop of the same interpreter.
    fn alone(key: &SeriesKey, rounds: usize) {
        let mut engine = engine(key);
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let bare = |engine: &mut PythonEngine| {
            engine.measure_alone(&workload, LENGTH, &CancelFlag::new()).expect("the interpreter runs")
        };
        let ratios: Vec<f64> = (0..rounds)
            .map(|round| {
                if round % 2 == 0 {
                    let measured = window(&mut engine, 1).throughput_per_sec();
                    measured / bare(&mut engine)
                } else {
                    let bare = bare(&mut engine);
                    window(&mut engine, 1).throughput_per_sec() / bare
                }
            })
            .collect();
        let ratio = Estimate::of(&ratios).expect("there are rounds");
        println!(
            "{:<62}{:.3} [{:.3}, {:.3}]",
            "1 thread over the bare function, units/s (goal 0.99)", ratio.median, ratio.low, ratio.high
        );
    }

    /// From starting an interpreter to its hello, beyond what the interpreter takes to start and end with nothing to do.
    fn start(key: &SeriesKey, python: &Interpreter, rounds: usize) {
        let mut beyond = Vec::new();
        for round in 0..rounds {
            let hello = || {
                let mut engine = engine(key);
                let began = Instant::now();
                engine.warm(&CancelFlag::new()).expect("it starts");
                began.elapsed()
            };
            let (hello, nothing) = if round % 2 == 0 {
                let hello = hello();
                (hello, start_alone(python))
            } else {
                let nothing = start_alone(python);
                (hello(), nothing)
            };
            beyond.push(hello.as_secs_f64() - nothing.as_secs_f64());
        }
        print_times("start to hello, beyond the interpreter's own (goal 80 ms)", &beyond);
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the comparison is with a bare interpreter, and a bench is no part of the program"
    )]
    fn start_alone(python: &Interpreter) -> Duration {
        let began = Instant::now();
        let mut command = Command::new(&python.path);
        command.args(["-I", "-S", "-B", "-c", ""]).stdin(Stdio::null());
        assert!(command.status().expect("it starts").success());
        began.elapsed()
    }

    /// What a point takes beside its warm-up and the window that was measured.
    fn points(what: &str, key: &SeriesKey, rounds: usize) {
        let mut engine = engine(key);
        for threads in [1, 2, 4, 8] {
            window(&mut engine, threads);
            let costs: Vec<f64> = (0..rounds)
                .map(|_| {
                    let began = Instant::now();
                    let window = window(&mut engine, threads);
                    began.elapsed().as_secs_f64() - WARM_UP.as_secs_f64() - window.wall_s
                })
                .collect();
            print_times(&format!("cost of a point beside its window, {threads} {what}"), &costs);
        }
    }

    /// From Stop in mid-window until no process of the interpreter's group runs.
    fn stop(what: &str, key: &SeriesKey, rounds: usize) {
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let mut times = Vec::new();
        for round in 0..rounds {
            let mut engine = engine(key);
            let cancel = CancelFlag::new();
            let group = engine.warm(&cancel).expect("it starts").group();
            let order = order(&workload, 8, Duration::from_hours(1));
            let began = thread::scope(|scope| {
                let measuring = scope.spawn(|| engine.measure(&order, &cancel).map(|window| window.units));
                thread::sleep(Duration::from_millis(300 + 41 * u64::try_from(round).unwrap_or(0)));
                let began = Instant::now();
                cancel.raise();
                assert_eq!(measuring.join().expect("it does not panic"), Err(MeasureError::Cancelled));
                began
            });
            while running_in_group(group) > 0 {
                thread::yield_now();
            }
            times.push(began.elapsed().as_secs_f64());
        }
        print_times(&format!("stop to nothing left, 8 {what} (goal 300 ms)"), &times);
    }

    fn print_times(what: &str, seconds: &[f64]) {
        let ms: Vec<f64> = seconds.iter().map(|time| time * 1000.0).collect();
        let median = Estimate::of(&ms).expect("there are rounds").median;
        let most = ms.iter().copied().fold(0.0, f64::max);
        println!("{what:<62}{median:.0} ms median, {most:.0} ms at most");
    }
}
