//! The exported program that repeats a run by itself, run as its reader would.

use threadlab::engine::python::process::{Heard, Input, Launch, Process, Stream};
use threadlab::export::{FigureOptions, Format, render};
use threadlab::model::machine::Machine;
use threadlab::model::plot::{AxisChoice, Metric, PlotOptions, specify};
use threadlab::model::record::{Completion, ExperimentRecord, FORMAT, RunRecord};
use threadlab::model::results::Results;
use threadlab::model::stopping::Precision;

use super::*;

/// A run in which nothing has been measured yet: the program then measures with one thread.
fn record(code: &str, kinds: &[WorkloadKind], python: &Interpreter) -> RunRecord {
    let keys = [EngineKind::PythonThreads, EngineKind::PythonProcesses].map(|kind| key(kind, python));
    let experiment = |kind: &WorkloadKind| {
        let workload = Workload::new(*kind);
        ExperimentRecord {
            id: kind.id().to_owned(),
            title: kind.id().to_owned(),
            workload: *kind,
            parameters: workload.written(),
            code: (*kind == WorkloadKind::Code).then(|| code.to_owned()),
            results: Results::new(&keys),
            claims: Vec::new(),
            prediction: None,
            warnings: Vec::new(),
        }
    };
    RunRecord {
        format: FORMAT,
        program: "threadlab".to_owned(),
        started_at: "2026-11-22T14:20:00+00:00".to_owned(),
        machine: Machine {
            cores: 2,
            quota_cores: None,
            cpu_model: None,
            os: None,
            architecture: "x86_64".to_owned(),
            memory_bytes: None,
        },
        lesson: "test".to_owned(),
        lesson_title: "A test".to_owned(),
        precision: Precision::Quick,
        seed: 1,
        switch_interval_us: 700,
        completion: Completion::Completed,
        rounds: 1,
        elapsed_s: 1.0,
        experiments: kinds.iter().map(experiment).collect(),
        warnings: Vec::new(),
    }
}

/// What the program says on both outputs, and whether it succeeded.
fn run(record: &RunRecord, python: &Interpreter, rounds: &str) -> (String, bool) {
    let options =
        PlotOptions { title: "", metric: Metric::Speedup, axes: AxisChoice::Automatic, provenance: "", planned: None };
    let program = render(Format::Python, &specify(&[], options), record, &FigureOptions::default()).expect("a program");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("again.py");
    std::fs::write(&file, program).expect("written");
    let arguments = [file.to_str().expect("a path that is text"), rounds];
    let mut process =
        Process::start(&Launch::new(Path::new(&python.path), arguments, Input::Nothing)).expect("it starts");
    let deadline = Instant::now() + PATIENCE;
    let mut said = String::new();
    loop {
        match process.hear(deadline) {
            Some(Heard::Line(Stream::Out | Stream::Err, line) | Heard::HalfLine(_, line)) => {
                said.push_str(&line);
                said.push('\n');
            }
            Some(Heard::Closed(_)) => {}
            Some(Heard::End) => break,
            heard => panic!("{heard:?} after: {said}"),
        }
    }
    let succeeded = process.wait(deadline).is_some_and(|status| status.success());
    (said, succeeded)
}

#[test]
fn the_exported_program_repeats_a_run() {
    let code = "import sys\nassert round(sys.getswitchinterval() * 1e6) == 700\nloaded = []\n\ndef work():\n    loaded.append(1)\n";
    let kinds =
        [WorkloadKind::CountPrimes, WorkloadKind::Wait, WorkloadKind::Mixed, WorkloadKind::Sha256, WorkloadKind::Zlib];
    for python in some_pythons() {
        let (said, succeeded) = run(&record("", &kinds, &python), &python, "1");
        assert!(succeeded, "{}: {said}", python.version);
        assert_eq!(said.matches("Python processes").count(), kinds.len(), "{}: {said}", python.version);
        assert!(said.contains("switch interval 0.7 ms") && !said.contains("left out"), "{}: {said}", python.version);
        let threads_only = |code: &str| {
            let mut record = record(code, &[WorkloadKind::Code], &python);
            record.experiments[0].results = Results::new(&[key(EngineKind::PythonThreads, &python)]);
            record
        };
        let (said, succeeded) = run(&threads_only(code), &python, "1");
        assert!(succeeded && said.contains("Python threads"), "{}: {said}", python.version);
        let failing = "calls = []\n\ndef work():\n    calls.append(1)\n    if len(calls) > 5:\n        raise ValueError('late')\n";
        let (said, succeeded) = run(&threads_only(failing), &python, "1");
        assert!(!succeeded && said.contains("ValueError: late"), "{}: {said}", python.version);
        let dying =
            "import os\ncalls = []\n\ndef work():\n    calls.append(1)\n    if len(calls) > 5:\n        os._exit(3)\n";
        let (said, succeeded) = run(&record(dying, &[WorkloadKind::Code], &python), &python, "1");
        assert!(!succeeded, "{}: {said}", python.version);
    }
}

#[test]
fn the_exported_program_knows_what_threads_share() {
    let kinds = [
        WorkloadKind::LostUpdates,
        WorkloadKind::Counter,
        WorkloadKind::Critical,
        WorkloadKind::Semaphore,
        WorkloadKind::Sleeper,
    ];
    for python in some_pythons() {
        let (said, succeeded) = run(&record("", &kinds, &python), &python, "1");
        assert!(succeeded, "{}: {said}", python.version);
        assert_eq!(said.matches("\n  Python threads").count(), kinds.len(), "{}: {said}", python.version);
        assert_eq!(said.matches("processes that share nothing").count(), kinds.len(), "{}: {said}", python.version);
        assert!(said.contains("Updates lost") && said.contains("0 [0, 0] %"), "{}: {said}", python.version);
    }
}

#[test]
fn a_worker_process_that_dies_ends_the_exported_program() {
    let dying = "import os, multiprocessing\n\nif multiprocessing.current_process().name != 'MainProcess':\n    os._exit(3)\n\ndef work():\n    pass\n";
    for python in some_pythons() {
        let mut record = record(dying, &[WorkloadKind::Code], &python);
        record.experiments[0].results = Results::new(&[key(EngineKind::PythonProcesses, &python)]);
        let (said, succeeded) = run(&record, &python, "1");
        assert!(!succeeded && said.contains("a worker process ended with exit code 3"), "{}: {said}", python.version);
    }
}

#[test]
fn the_exported_program_refuses_a_number_of_rounds_that_is_none() {
    for python in some_pythons() {
        for rounds in ["0", "-1", "many"] {
            let (said, succeeded) = run(&record("", &[WorkloadKind::Wait], &python), &python, rounds);
            assert!(!succeeded && said.contains("ROUNDS 1 or more"), "{}: {said}", python.version);
        }
    }
}
