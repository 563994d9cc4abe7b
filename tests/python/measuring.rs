//! Every engine in every interpreter.

use super::*;

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
                    check_window(&window(&mut engine, &workload, threads), engine.key(), &workload, threads);
                }
            }
            // Nothing but the interpreter itself, and for processes the helpers of `multiprocessing`.
            let most = if key.engine == EngineKind::PythonProcesses { 3 } else { 1 };
            let group = engine.group().expect("it keeps its interpreter");
            assert!(running_in_group(group) <= most, "{} leaves workers", key.label());
            drop(engine);
            assert_eq!(running_in_group(group), 0, "{}", key.label());
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
                check_window(&window(&mut engine, &workload, 2), engine.key(), &workload, 2);
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
        aloud::say("LEFT OUT: no free-threaded CPython was found; name one in THREADLAB_PYTHONS");
    }
    for python in pythons {
        for on in [false, true] {
            let python = Interpreter { gil_enabled: Some(on), ..python.clone() };
            let mut engine = engine(&key(EngineKind::PythonThreads, &python));
            window(&mut engine, &Workload::new(WorkloadKind::CountPrimes), 2);
            let state = engine.warm(&CancelFlag::new()).expect("it runs").hello().gil_enabled;
            assert_eq!(state, on);
        }
        // Whatever is imported: Python itself says so of the option.
        let source = "import sys\n\ndef work():\n    raise ValueError(sys._xoptions.get('gil'))\n";
        for (python, option) in
            [(python.without_gil(), "0"), (python.with_gil(false), "None"), (python.with_gil(true), "1")]
        {
            let mut engine = engine(&key(EngineKind::PythonThreads, &python));
            let own = Workload::new(WorkloadKind::Code).with_code(source);
            let error = measure(&mut engine, &own, 1, Duration::from_millis(50)).expect_err("it says the option");
            let error = error.to_string();
            assert!(error.contains(&format!("ValueError: {option}")), "{error}");
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

#[test]
fn numpy_is_measured_where_it_is_and_the_line_that_installs_it_is_told_where_it_is_not() {
    for python in pythons() {
        let key = key(EngineKind::PythonThreads, &python);
        let workload = Workload::new(WorkloadKind::Numpy).with("size", 64.0).expect("in range");
        match asked_support(&key, &workload) {
            Support::Available => {
                let mut engine = engine(&key);
                check_window(&window(&mut engine, &workload, 2), engine.key(), &workload, 2);
                // The same interpreter then measures other work too.
                let primes = Workload::new(WorkloadKind::CountPrimes);
                check_window(&window(&mut engine, &primes, 2), engine.key(), &primes, 2);
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
