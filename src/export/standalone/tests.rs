use super::super::sample;
use super::*;
use crate::model::results::Results;
use crate::model::series::{Interpreter, StartMethod};
use crate::model::workload::ParameterValue;

/// What the program holds in the place of the run.
fn run_of(program: &str) -> Value {
    let line = program.lines().find(|line| line.starts_with("RUN = ")).expect("the run");
    let literal = line.trim_start_matches("RUN = json.loads(").trim_end_matches(')');
    let text: String = serde_json::from_str(literal).expect("a string");
    serde_json::from_str(&text).expect("JSON")
}

fn program_of(record: &RunRecord) -> String {
    String::from_utf8(write(record).expect("a program")).expect("text")
}

/// The sample's first experiment alone, with another workload and with these series, none of them measured.
fn record_with(workload: &Workload, keys: &[SeriesKey]) -> RunRecord {
    let mut record = sample::record();
    record.experiments.truncate(1);
    let experiment = &mut record.experiments[0];
    experiment.workload = workload.kind();
    experiment.parameters = workload.written();
    experiment.code = workload.code().map(str::to_owned);
    experiment.results = Results::new(keys);
    record
}

#[test]
fn the_program_holds_the_run_and_the_whole_harness() {
    let record = sample::record();
    let program = program_of(&record);
    assert!(!program.contains("@RUN@") && !program.contains(HARNESS_PLACE));
    // It stands in a raw string of three apostrophes.
    assert!(!HARNESS.contains("'''") && !HARNESS.ends_with('\\'));
    assert!(program.contains(&format!("HARNESS = r'''{HARNESS}'''\n")));
    let run = run_of(&program);
    assert_eq!(run["title"], record.lesson_title.as_str());
    assert_eq!(run["experiments"].as_array().map(Vec::len), Some(record.experiments.len()));
    let first = &run["experiments"][0];
    assert_eq!(first["work"], json!({ "kind": "count-primes", "limit": 1000 }));
    assert_eq!(first["threads"], json!([1, 2, 3, 4, 6, 8]));
    // The sample's windows are ten seconds long.
    assert_eq!(first["curves"][0]["lengths_s"][0], 10.0);
    assert_eq!(first["curves"][0]["engine"], "python-threads");
    let reason = "only Threadlab measures that; Python threads stand in its place";
    assert_eq!(first["left_out"], json!([["Native threads, GIL model, Ceiling", reason]]));
}

#[test]
fn words_of_a_lesson_are_no_places() {
    let mut record = sample::record();
    record.lesson_title = format!("{HARNESS_PLACE} and {RUN_PLACE}");
    let program = program_of(&record);
    assert_eq!(run_of(&program)["title"], record.lesson_title.as_str());
    assert!(program.contains(&format!("HARNESS = r'''{HARNESS}'''\n")));
}

#[test]
fn curves_are_those_of_the_run() {
    let python = |free_threaded, gil_enabled| Interpreter {
        path: "/python".to_owned(),
        version: "3.14.0".to_owned(),
        free_threaded,
        gil_enabled,
        gil_forced_off: false,
    };
    let of = |engine, free, gil| SeriesKey::in_interpreter(engine, python(free, gil));
    let keys = [
        of(EngineKind::PythonThreads, false, Some(true)),
        of(EngineKind::PythonThreads, true, Some(false)),
        of(EngineKind::PythonProcesses, false, Some(true)).with_start_method(StartMethod::Spawn),
        SeriesKey::of(EngineKind::Native),
    ];
    let run = run_of(&program_of(&record_with(&Workload::new(WorkloadKind::CountPrimes), &keys)));
    let curves = run["experiments"][0]["curves"].as_array().expect("curves");
    let shown = |name: &str| curves.iter().map(|curve| curve[name].clone()).collect::<Vec<_>>();
    assert_eq!(shown("engine"), ["python-threads", "python-threads", "python-processes"]);
    assert_eq!(shown("gil_chosen"), [Value::Null, json!(false), Value::Null]);
    assert_eq!(shown("start_method"), [Value::Null, Value::Null, json!("spawn")]);
    assert_eq!(shown("lengths_s"), [json!([USUAL_WINDOW_S]), json!([USUAL_WINDOW_S]), json!([USUAL_WINDOW_S])]);
    assert_eq!(run["experiments"][0]["left_out"], json!([["Native threads", "only Threadlab measures that"]]));
}

/// Every workload with each word of its choices.
fn every_workload() -> Vec<Workload> {
    let mut all = Vec::new();
    for kind in WorkloadKind::ALL {
        let plain = Workload::new(kind).with_code("def work():\n    pass\n");
        all.push(plain.clone());
        for parameter in kind.parameters() {
            for choice in parameter.choices {
                let written = ParameterValue::Word(choice.id.to_owned());
                all.push(plain.clone().with_written(parameter.id, &written).expect("a choice"));
            }
        }
    }
    all
}

#[test]
fn every_workload_is_written_on_every_engine_or_the_reason_is_given() {
    let mut refused = Vec::new();
    for workload in every_workload() {
        let kind = workload.kind();
        // Measured by Threadlab alone, Python threads stand in.
        match write(&record_with(&workload, &[SeriesKey::of(EngineKind::Native)])) {
            Ok(program) => {
                let run = run_of(&String::from_utf8(program).expect("text"));
                assert_eq!(run["experiments"][0]["work"]["kind"], kind.id());
                assert!(run["experiments"][0]["cpu_share"].is_f64(), "{kind:?}");
                assert_eq!(run["experiments"][0]["curves"].as_array().map(Vec::len), Some(1), "{kind:?}");
            }
            Err(error) => refused.push((kind, error.to_string())),
        }
        for engine in EngineKind::ALL.into_iter().filter(|engine| engine.needs_interpreter()) {
            let runs =
                engine.can_run(kind) && engine.why_not_as_set(&workload).is_none() || kind == WorkloadKind::Mixed;
            match write(&record_with(&workload, &[SeriesKey::of(engine)])) {
                Ok(program) => {
                    assert!(runs, "{kind:?} on {engine}");
                    let run = run_of(&String::from_utf8(program).expect("text"));
                    assert_eq!(run["experiments"][0]["curves"][0]["engine"], engine.id(), "{kind:?}");
                }
                Err(error) => {
                    assert!(!runs, "{kind:?} on {engine}");
                    let reason = engine.why_not_as_set(&workload).expect("a reason");
                    assert!(error.to_string().contains(reason), "{error}");
                }
            }
        }
    }
    let mut nothing = sample::record();
    nothing.experiments.clear();
    assert!(write(&nothing).is_err_and(|error| error.to_string().contains("it has none")));
    // What cannot be in Python at all.
    let [(WorkloadKind::Counter, error)] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!(
        error,
        "no experiment of this run can be repeated without Threadlab: Python has no atomic numbers; save the result as .json"
    );
}

#[test]
fn each_reason_is_said_once() {
    let tasks = [SeriesKey::of(EngineKind::PythonAsyncio)];
    let primes = Workload::new(WorkloadKind::CountPrimes);
    let atomic = Workload::new(WorkloadKind::Counter).with_written("how", &"atomic".into()).expect("a choice");
    let mut record = record_with(&primes, &tasks);
    for other in [record_with(&atomic, &[SeriesKey::of(EngineKind::PythonThreads)]), record.clone()] {
        record.experiments.extend(other.experiments);
    }
    let error = write(&record).expect_err("none can be repeated").to_string();
    let reason = EngineKind::PythonAsyncio.why_not_as_set(&primes).expect("a reason");
    assert_eq!(error.matches(reason).count(), 1, "{error}");
}

#[test]
fn windows_are_as_long_as_they_were() {
    let threads = SeriesKey::of(EngineKind::PythonThreads);
    let mut record = sample::record();
    record.experiments.truncate(1);
    let native = record.experiments[0].results.series[0].points.clone();
    let with = |results: Results, workload: WorkloadKind| {
        let mut record = record.clone();
        record.experiments[0].results = results;
        record.experiments[0].workload = workload;
        record.experiments[0].parameters = Workload::new(workload).written();
        run_of(&program_of(&record))["experiments"][0]["curves"][0]["lengths_s"].clone()
    };
    let mut own = Results::new(&[SeriesKey::of(EngineKind::Native), threads.clone()]);
    for point in &native {
        for window in &point.windows {
            own.add(&crate::model::results::Curve::Series(SeriesKey::of(EngineKind::Native)), window.clone());
            if point.threads.get() == 1 {
                let window = crate::model::window::Window { wall_s: 0.25, ..window.clone() };
                own.add(&crate::model::results::Curve::Series(threads.clone()), window);
            }
        }
    }
    let lengths = with(own.clone(), WorkloadKind::CountPrimes);
    assert_eq!((&lengths[0], &lengths[1]), (&json!(0.25), &json!(10.0)), "else as in any series");
    assert_eq!(with(own, WorkloadKind::StartJoin)[1], 9.0, "whole batches");
}
