//! The exported program that repeats a run by itself, run as its reader would.

use std::process::Output;

use threadlab::engine::mock;
use threadlab::export::{FigureOptions, Format, render};
use threadlab::model::plot::{AxisChoice, Metric, PlotOptions, specify};
use threadlab::model::record::{Completion, ExperimentRecord, FORMAT, RunRecord};
use threadlab::model::results::{Curve, Results};
use threadlab::model::statistics::FEWEST_ROUNDS;
use threadlab::model::stopping::Precision;
use threadlab::model::table::ResultsTable;
use threadlab::model::window::{DeadlockReport, LostUpdates};

use super::*;

/// The parts of the program, each of them Python by itself.
const PARTS: &str = "assets/python/standalone";

fn window_of(threads: usize, round: u32, units: u64) -> Window {
    Window {
        threads: ThreadCount::clamped(threads),
        round,
        started_s: 0.0,
        wall_s: 0.05,
        units,
        workers_cpu_s: None,
        observer_cpu_s: None,
        server_cpu_s: None,
        run_delay_s: None,
        latency_ms: None,
        gil_switches: None,
        lost: None,
        latency_quantiles_ms: None,
        deadlocks: None,
        disturbance: None,
    }
}

/// An experiment of which these series measured a short window with one worker and one with two.
fn experiment(workload: &Workload, keys: &[SeriesKey]) -> ExperimentRecord {
    let mut results = Results::new(keys);
    for key in keys {
        for threads in [1, 2] {
            results.add(&Curve::Series(key.clone()), window_of(threads, 0, 1));
        }
    }
    let words: Vec<String> = workload.written().values().map(|value| format!("{value:?}")).collect();
    ExperimentRecord {
        id: workload.kind().id().to_owned(),
        title: format!("{} {}", workload.kind().id(), words.join(" ")),
        workload: workload.kind(),
        parameters: workload.written(),
        code: workload.code().map(str::to_owned),
        results,
        claims: Vec::new(),
        prediction: None,
        warnings: Vec::new(),
    }
}

fn record(experiments: Vec<ExperimentRecord>) -> RunRecord {
    RunRecord {
        format: FORMAT,
        program: "threadlab".to_owned(),
        started_at: "2026-11-22T14:20:00+00:00".to_owned(),
        machine: mock::machine(),
        lesson: "test".to_owned(),
        lesson_title: "A test".to_owned(),
        precision: Precision::Quick,
        seed: 1,
        switch_interval_us: 700,
        completion: Completion::Completed,
        rounds: 1,
        elapsed_s: 1.0,
        experiments,
        warnings: Vec::new(),
    }
}

/// The program in a folder of its own, which is also the only place for what it writes.
struct Exported {
    folder: tempfile::TempDir,
}

impl Exported {
    fn new(record: &RunRecord) -> Self {
        let options = PlotOptions {
            title: "",
            metric: Metric::Speedup,
            axes: AxisChoice::Automatic,
            provenance: "",
            planned: None,
        };
        let spec = specify(&[], options);
        let program = render(Format::Python, &spec, record, &FigureOptions::default()).expect("a program");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("again.py"), program).expect("written");
        Self { folder }
    }

    #[expect(clippy::disallowed_methods, reason = "its reader starts it, not Threadlab")]
    fn command(&self, python: &Interpreter, arguments: &[&str]) -> Command {
        // A shell's background jobs ignore Ctrl+C, and so would what they start; `env` undoes it.
        let mut command = if has_ignored_signals() {
            let mut command = Command::new("env");
            command.args(["--default-signal=INT,TERM,HUP", &python.path]);
            command
        } else {
            Command::new(&python.path)
        };
        command.args(arguments).current_dir(self.folder.path()).env("TMPDIR", self.folder.path()).stdin(Stdio::null());
        command
    }

    /// What the program says on both outputs, and its exit status.
    fn run(&self, python: &Interpreter, arguments: &[&str]) -> (String, Option<i32>) {
        let whole: Vec<&str> = ["again.py"].into_iter().chain(arguments.iter().copied()).collect();
        let output: Output = self.command(python, &whole).output().expect("it starts");
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        (said, output.status.code())
    }

    /// What is left of it: folders, and on Linux processes that work in one of them.
    fn left_behind(&self) -> Vec<PathBuf> {
        let folders = std::fs::read_dir(self.folder.path()).expect("a folder").flatten().map(|entry| entry.path());
        let mut left: Vec<PathBuf> = folders
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("threadlab-")))
            .collect();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let places = processes.filter_map(|process| std::fs::read_link(process.path().join("cwd")).ok());
        left.extend(places.filter(|place| place.starts_with(self.folder.path())));
        left
    }

    #[track_caller]
    fn check_nothing_left(&self, said: &str) {
        // What was killed may take a moment to go.
        let deadline = Instant::now() + PATIENCE;
        while !self.left_behind().is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        let left = self.left_behind();
        assert!(left.is_empty(), "{left:?} is left after: {said}");
    }
}

/// Every workload with each word of its choices that Python has, and parameters that keep windows short.
fn every_workload() -> Vec<Workload> {
    let mut all = Vec::new();
    for kind in WorkloadKind::ALL {
        let mut plain = Workload::new(kind).with_code("def work():\n    sum(range(100))\n");
        for (name, value) in
            [("wait_ms", 1.0), ("job_ms", 20.0), ("patience_ms", 20.0), ("payload_kib", 1.0), ("size", 32.0)]
        {
            if kind.parameter(name).is_some() {
                plain = plain.with(name, value).expect("within range");
            }
        }
        let choices = kind
            .parameters()
            .iter()
            .flat_map(|parameter| parameter.choices.iter().map(move |it| (parameter.id, it.id)));
        let with_each: Vec<Workload> = choices
            .map(|(name, word)| {
                plain.clone().with_written(name, &ParameterValue::Word(word.to_owned())).expect("a choice")
            })
            .collect();
        all.extend(if with_each.is_empty() { vec![plain] } else { with_each });
    }
    all.retain(|workload| EngineKind::PythonThreads.why_not_as_set(workload).is_none());
    all
}

#[test]
fn the_exported_program_repeats_every_workload_on_every_engine() {
    for python in some_pythons() {
        let experiments = every_workload().into_iter().map(|workload| {
            let can = |key: &SeriesKey| matches!(asked_support(key, &workload), Support::Available);
            let keys: Vec<SeriesKey> = series(&python).into_iter().filter(can).collect();
            experiment(&workload, &keys)
        });
        let record = record(experiments.collect());
        let exported = Exported::new(&record);
        let (said, status) = exported.run(&python, &["1"]);
        assert_eq!(status, Some(0), "{}: {said}", python.version);
        assert!(!said.contains("failed") && said.contains("switch interval 0.7 ms"), "{}: {said}", python.version);
        for experiment in &record.experiments {
            let begin = said.find(&format!("\n{}\n", experiment.title)).expect("its title");
            let table = said[begin + 1..].split("\n\n").next().expect("its table");
            for series in &experiment.results.series {
                let label = series.key.label();
                for threads in ["1", "2"] {
                    let is_row = |line: &str| {
                        line.trim_start()
                            .strip_prefix(label.as_str())
                            .is_some_and(|rest| rest.split_whitespace().next() == Some(threads))
                    };
                    assert!(table.lines().any(is_row), "{label} at {threads}: {table}");
                }
            }
            if experiment.results.series.is_empty() {
                assert!(
                    experiment.workload == WorkloadKind::Numpy && table.contains("-m pip install numpy`"),
                    "{table}"
                );
            }
            for (kind, column) in [
                (WorkloadKind::LostUpdates, "Updates counted"),
                (WorkloadKind::Counter, "Updates counted"),
                (WorkloadKind::TwoLocks, "With a deadlock"),
                (WorkloadKind::Sleeper, "Latency, ms"),
                (WorkloadKind::Pool, "Latency, ms"),
                (WorkloadKind::Socket, "Latency, ms"),
            ] {
                assert!(experiment.workload != kind || table.contains(column), "no {column}: {table}");
            }
        }
        exported.check_nothing_left(&said);
    }
}

#[test]
fn processes_start_as_they_did() {
    for python in some_pythons() {
        let keys: Vec<SeriesKey> = [
            threadlab::model::series::StartMethod::Spawn,
            threadlab::model::series::StartMethod::Fork,
            threadlab::model::series::StartMethod::Forkserver,
        ]
        .map(|method| key(EngineKind::PythonProcesses, &python).with_start_method(method))
        .into();
        let kinds = [WorkloadKind::CountPrimes, WorkloadKind::Pool];
        let experiments = kinds.map(|kind| experiment(&Workload::new(kind), &keys));
        let exported = Exported::new(&record(experiments.into()));
        let (said, status) = exported.run(&python, &["1"]);
        assert_eq!(status, Some(0), "{}: {said}", python.version);
        for key in &keys {
            assert_eq!(said.matches(&format!("{}  ", key.label())).count(), 4, "{}: {said}", python.version);
        }
        exported.check_nothing_left(&said);
    }
}

#[test]
fn a_free_threaded_build_runs_with_and_without_the_gil_as_the_run_did() {
    for python in some_pythons() {
        let with_gil = |gil| Interpreter { free_threaded: true, gil_enabled: Some(gil), ..python.clone() };
        let keys = [true, false].map(|gil| key(EngineKind::PythonThreads, &with_gil(gil)));
        let experiment = experiment(&Workload::new(WorkloadKind::CountPrimes), &keys);
        let exported = Exported::new(&record(vec![experiment]));
        let (said, status) = exported.run(&python, &["1"]);
        assert_eq!(status, Some(0), "{}: {said}", python.version);
        let rows =
            |label: &str| said.lines().filter(|line| line.trim_start().starts_with(&format!("{label}  "))).count();
        if python.free_threaded {
            assert_eq!([rows(&keys[0].label()), rows(&keys[1].label())], [2, 2], "{said}");
        } else {
            assert_eq!(rows(&format!("Python threads {}", python.version)), 2, "{said}");
            assert!(said.contains("start this file with a free-threaded build"), "{said}");
        }
    }
}

fn own_code_record(code: &str, kind: EngineKind, python: &Interpreter) -> RunRecord {
    let workload = Workload::new(WorkloadKind::Code).with_code(code);
    record(vec![experiment(&workload, &[key(kind, python)])])
}

#[test]
fn what_fails_in_the_exported_program_is_said_with_its_line() {
    let failing =
        "calls = []\n\ndef work():\n    calls.append(1)\n    if len(calls) > 5:\n        raise ValueError('late')\n";
    let dying =
        "import os\ncalls = []\n\ndef work():\n    calls.append(1)\n    if len(calls) > 5:\n        os._exit(3)\n";
    for python in some_pythons() {
        for engine in [EngineKind::PythonThreads, EngineKind::PythonProcesses] {
            for (code, expected) in
                [(failing, "at 1 thread: line 6 of the code: ValueError: late"), (dying, "with exit status 3")]
            {
                let exported = Exported::new(&own_code_record(code, engine, &python));
                let (said, status) = exported.run(&python, &["1"]);
                assert_eq!(status, Some(1), "{}: {said}", python.version);
                assert!(said.contains(expected) && !said.contains("Traceback"), "{}: {said}", python.version);
                exported.check_nothing_left(&said);
            }
        }
    }
}

/// Whether some signal that a test sends is ignored by this process (Linux, `proc_pid_status(5)`: a mask in which signal 1 is the
/// lowest bit).
fn has_ignored_signals() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    [Signal::HUP, Signal::INT, Signal::TERM].iter().any(|signal| mask.unwrap_or(0) >> (signal.as_raw() - 1) & 1 == 1)
}

/// Runs the program until it has measured a window, sends it a signal, and waits for its end.
#[track_caller]
fn signalled(python: &Interpreter, engine: EngineKind, signal: Signal) -> (String, Option<i32>) {
    let noted = tempfile::tempdir().expect("a folder");
    let windows = noted.path().join("windows");
    // The code of a lesson is loaded once for each window.
    let code = format!(
        "import multiprocessing\nif multiprocessing.current_process().name == 'MainProcess':\n    open({:?}, 'a').write('x')\n\ndef work():\n    sum(range(1000))\n",
        windows.display()
    );
    let exported = Exported::new(&own_code_record(&code, engine, python));
    let mut command = exported.command(python, &["again.py", "100000"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let deadline = Instant::now() + PATIENCE;
    while std::fs::metadata(&windows).map_or(0, |file| file.len()) < 4 {
        assert!(Instant::now() < deadline && child.try_wait().expect("a child").is_none(), "no window was measured");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(cfg!(not(target_os = "linux")) || exported.left_behind().len() > 1, "its workers are there");
    let pid = Pid::from_child(&child);
    kill_process(pid, signal).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    // What was killed could not remove its folder.
    let is_left = |path: &PathBuf| signal != Signal::KILL || !path.is_dir();
    while exported.left_behind().iter().any(is_left) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    let left: Vec<PathBuf> = exported.left_behind().into_iter().filter(is_left).collect();
    assert!(left.is_empty(), "{left:?} is left after: {said}");
    (said, output.status.code())
}

#[test]
fn the_exported_program_ends_at_once_with_what_it_measured() {
    for python in some_pythons() {
        for engine in [EngineKind::PythonThreads, EngineKind::PythonProcesses] {
            for (signal, expected) in [(Signal::INT, Some(130)), (Signal::TERM, Some(143)), (Signal::HUP, Some(129))] {
                let (said, status) = signalled(&python, engine, signal);
                assert_eq!(status, expected, "{}: {said}", python.version);
                assert!(said.contains("Units per second") && said.contains("stopped before its end"), "{said}");
                assert!(!said.contains("Traceback") && !said.contains("Exception"), "{}: {said}", python.version);
            }
        }
    }
}

#[test]
fn nothing_runs_on_when_the_exported_program_is_killed() {
    for python in some_pythons() {
        for engine in [EngineKind::PythonThreads, EngineKind::PythonProcesses] {
            let (_, status) = signalled(&python, engine, Signal::KILL);
            assert_eq!(status, None);
        }
    }
}

#[test]
fn the_exported_program_refuses_a_number_of_rounds_that_is_none() {
    for python in some_pythons() {
        let exported = Exported::new(&record(vec![experiment(&Workload::new(WorkloadKind::Wait), &[])]));
        for rounds in ["0", "-1", "many"] {
            let (said, status) = exported.run(&python, &[rounds]);
            assert_eq!(status, Some(2), "{}: {said}", python.version);
            assert!(said.contains("ROUNDS 1 or more"), "{}: {said}", python.version);
        }
    }
}

/// Series of windows with all that a table may show: few rounds and many, rounds that lack a window, and times that are unknown.
fn varied_results(python: &Interpreter) -> Results {
    let keys: Vec<SeriesKey> =
        [EngineKind::PythonThreads, EngineKind::PythonProcesses].map(|kind| key(kind, python)).into();
    let mut results = Results::new(&keys);
    let mut random = fastrand::Rng::with_seed(7);
    for (index, key) in keys.iter().enumerate() {
        for (threads, rounds) in [(1, 9), (2, 1), (3, 5), (4, 6), (8, 23), (64, 60)] {
            for round in 0..rounds {
                if threads > 2 && random.u8(..8) == 0 {
                    continue;
                }
                let scale = 10_f64.powi(i32::try_from(threads % 5).expect("small"));
                let expected = random.u64(0..5000);
                let window = Window {
                    wall_s: 0.05 + random.f64() * 0.001,
                    workers_cpu_s: (random.u8(..4) > 0).then(|| random.f64() * 0.1),
                    latency_ms: (index == 0 && random.u8(..9) > 0).then(|| random.f64() * scale),
                    lost: (index == 1).then_some(LostUpdates { expected, counted: expected / 3 }),
                    deadlocks: (index == 1).then(|| DeadlockReport { count: random.u64(0..2), last: Vec::new() }),
                    ..window_of(threads, round, random.u64(0..2000))
                };
                results.add(&Curve::Series(key.clone()), window);
            }
        }
    }
    results
}

#[test]
fn the_exported_program_prints_the_table_of_threadlab() {
    const PRINT: &str = "
import json, runpy
again = runpy.run_path('again.py')
series = json.load(open('windows.json', encoding='utf-8'))
read = lambda points: {point['threads']: {window['round']: window for window in point['windows']} for point in points}
print('\\n'.join(again['table']([(label, read(points)) for label, points in series])).encode('ascii', 'xmlcharrefreplace').decode())
print('NUMBERS')
for value in json.load(open('numbers.json', encoding='utf-8')):
    print(again['number'](value))
";
    for python in some_pythons() {
        let results = varied_results(&python);
        let exported = Exported::new(&record(vec![experiment(&Workload::new(WorkloadKind::Wait), &[])]));
        let series: Vec<_> =
            results.labels().into_iter().zip(results.series.iter().map(|series| series.points.clone())).collect();
        let numbers: Vec<f64> = vec![
            0.0,
            0.012_345,
            0.0995,
            0.9996,
            1.925,
            9.995,
            48.21,
            99.96,
            999.6,
            1234.0,
            12_345.0,
            1_234_567.0,
            1e-12,
        ];
        let save = |name: &str, text: String| std::fs::write(exported.folder.path().join(name), text).expect("written");
        save("windows.json", serde_json::to_string(&series).expect("it is plain"));
        save("numbers.json", serde_json::to_string(&numbers).expect("it is plain"));
        let output = exported.command(&python, &["-c", PRINT]).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout).replace("&#8211;", "–");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (table, shown_numbers) = said.split_once("NUMBERS\n").expect("two parts");
        let expected = ResultsTable::of(&results);
        let split = |line: &str| -> Vec<String> {
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
        };
        let mut lines = table.lines();
        assert_eq!(split(lines.next().expect("a header")), expected.header());
        for row in &expected.rows {
            assert_eq!(split(lines.next().expect("a row")), expected.cells(row), "{}", python.version);
        }
        assert_eq!(lines.next().map(str::trim), expected.note());
        let numbers: Vec<String> = numbers.into_iter().map(threadlab::model::format::number).collect();
        assert_eq!(shown_numbers.lines().collect::<Vec<_>>(), numbers);
    }
}

#[test]
fn a_busy_machine_and_a_busy_server_are_said_as_threadlab_says_it() {
    use threadlab::model::warning::Warning;
    const PRINT: &str = "
import runpy
again = runpy.run_path('again.py')
window = lambda delay_s, share: {0: {'run_delay_s': delay_s, 'wall_s': 2.0, 'server_share': share}}
for delay_s in (0.1, 0.2, 1.0):
    print(again['busy_machine']([(1, window(delay_s, 0)), (64, window(99.0, 0)), (2, {0: {'wall_s': 2.0}})], 2))
print(again['busy_server']([(2, window(0, 0.91)), (4, window(0, 0.99)), (1, window(0, 0.79))]))
print(again['busy_server']([(1, window(0, 0.79))]))
";
    let machine = |share, severe| Warning::RunDelay { share, severe }.to_string();
    let server = Warning::ServerBusy { threads: 2, share_of_core: 0.91 }.to_string();
    let expected = ["None".to_owned(), machine(0.1, false), machine(0.5, true), server, "None".to_owned()];
    for python in some_pythons() {
        let exported = Exported::new(&record(vec![experiment(&Workload::new(WorkloadKind::Wait), &[])]));
        let output = exported.command(&python, &["-c", PRINT]).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said.lines().collect::<Vec<_>>(), expected, "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_least_rounds_are_those_that_give_an_interval() {
    let head =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PARTS).join("head.py")).expect("read");
    assert!(head.contains(&format!("\nDEFAULT_ROUNDS = {FEWEST_ROUNDS}\n")));
}

#[test]
fn each_part_is_python_of_the_oldest_version() {
    const COMPILE: &str =
        "import sys\nfor path in sys.argv[1:]:\n    compile(open(path, encoding='utf-8').read(), path, 'exec')\n";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(PARTS);
    let mut parts: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(parts.len(), 6);
    parts.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/python/harness.py").display().to_string());
    for python in some_pythons() {
        let exported = Exported::new(&record(vec![experiment(&Workload::new(WorkloadKind::Wait), &[])]));
        let arguments: Vec<&str> = ["-c", COMPILE].into_iter().chain(parts.iter().map(String::as_str)).collect();
        let output = exported.command(&python, &arguments).output().expect("it starts");
        assert!(output.status.success(), "{}: {}", python.version, String::from_utf8_lossy(&output.stderr));
    }
}
