use serde_json::{Value, json};

use super::*;
use crate::model::claim::Verdict;
use crate::model::fixture::{self, curve, machine, threads};
use crate::model::results::Curve;
use crate::model::series::{EngineKind, Interpreter, SeriesKey};
use crate::model::statistics::IntervalKind;
use crate::model::window::Window;

pub(crate) mod changed;

fn record() -> RunRecord {
    let python = Curve::Series(SeriesKey {
        engine: EngineKind::PythonThreads,
        interpreter: Some(Interpreter {
            path: "/usr/bin/python3.13t".to_owned(),
            version: "3.13.1".to_owned(),
            free_threaded: true,
            gil_enabled: Some(false),
            gil_forced_off: false,
        }),
        start_method: None,
    });
    let mut results = fixture::results(
        &[
            (curve(EngineKind::GilModel), &[(1, 1234.5), (2, 1171.25)]),
            (python, &[(1, 1000.1), (2, 1987.3)]),
            (Curve::Ceiling, &[(1, 99_999.9), (2, 198_765.4)]),
        ],
        7,
        0.013,
    );
    let unknown = Window { workers_cpu_s: None, gil_switches: None, ..fixture::window(4, 99, 77.0) };
    results.add(&curve(EngineKind::GilModel), unknown);
    let mut prediction = Prediction::flat(&[threads(1), threads(2)]);
    prediction.set(threads(2), 1.9);
    RunRecord {
        format: FORMAT,
        program: "threadlab 0.1.0".to_owned(),
        started_at: "2026-11-22T14:00:00+00:00".to_owned(),
        machine: machine(2),
        lesson: "cpu-bound".to_owned(),
        lesson_title: "CPU-bound work and the GIL".to_owned(),
        precision: Precision::Quick,
        seed: u64::MAX,
        switch_interval_us: 5000,
        completion: Completion::Partial,
        rounds: 7,
        elapsed_s: 9.87,
        experiments: vec![ExperimentRecord {
            id: "primes".to_owned(),
            title: "Count primes".to_owned(),
            workload: WorkloadKind::Mixed,
            code: None,
            parameters: BTreeMap::from([("cpu_share".to_owned(), 0.35.into()), ("unit_ms".to_owned(), 5.0.into())]),
            results,
            claims: vec![Judgement {
                id: "flat".to_owned(),
                text: "It stays flat.".to_owned(),
                verdict: Verdict::CannotTell,
                reason: "Too few rounds.".to_owned(),
            }],
            prediction: Some(prediction),
            warnings: vec![Warning::Battery.into(), Warning::Steal { share: 0.1 }.into()],
        }],
        warnings: vec![Warning::Quota { quota_cores: 1.5, cores: 2 }.into()],
    }
}

fn json() -> Value {
    serde_json::from_str(&record().to_json().expect("JSON")).expect("a value")
}

#[test]
fn what_is_written_is_read_again() {
    let text = record().to_json().expect("JSON");
    assert_eq!(RunRecord::parse(&text), Ok(record()));
    assert_eq!(RunRecord::parse(&text).expect("a record").to_json(), Ok(text));
}

#[test]
fn numbers_survive_to_the_last_digit() {
    let mut record = record();
    let mut random = fastrand::Rng::with_seed(3);
    for round in 0..200 {
        let window = Window { wall_s: 0.05 + random.f64(), ..fixture::window(3, round, 1.0) };
        record.experiments[0].results.add(&Curve::Ceiling, window);
    }
    assert_eq!(RunRecord::parse(&record.to_json().expect("JSON")), Ok(record));
}

/// The words that scripts rely on.
#[test]
fn the_shape_is_the_documented_one() {
    let json = json();
    assert_eq!(json["format"], 1);
    assert_eq!((&json["machine"]["cores"], &json["machine"]["quota_cores"]), (&json!(2), &Value::Null));
    assert_eq!((&json["lesson"], &json["completion"]), (&json!("cpu-bound"), &json!("partial")));
    let experiment = &json["experiments"][0];
    assert_eq!((&experiment["id"], &experiment["workload"]), (&json!("primes"), &json!("mixed")));
    let series = &experiment["series"];
    assert_eq!(series[0]["engine"], "gil-model");
    assert_eq!(series[0].get("interpreter"), None);
    assert_eq!(
        (&series[1]["engine"], &series[1]["interpreter"]["version"]),
        (&json!("python-threads"), &json!("3.13.1"))
    );
    let point = &series[0]["points"][1];
    assert_eq!(point["threads"], 2);
    for name in ["throughput_per_sec", "speedup"] {
        let estimate = &point[name];
        assert!(estimate["low"].as_f64() <= estimate["median"].as_f64(), "{estimate}");
        assert!(estimate["median"].as_f64() <= estimate["high"].as_f64(), "{estimate}");
        assert_eq!(estimate["rounds"], 7);
    }
    assert_eq!(point["cores_used"], 1.0);
    assert_eq!(point["cores_used_interval"]["rounds"], 7);
    assert_eq!(point["windows"].as_array().map(Vec::len), Some(7));
    assert_eq!(experiment["ceiling"][0]["threads"], 1);
    assert_eq!(experiment["claims"][0]["verdict"], "cannot-tell");
    assert_eq!(experiment["claims"][0]["reason"], "Too few rounds.");
    assert_eq!(experiment["warnings"][0], json!({"kind": "battery", "message": Warning::Battery.to_string()}));
    assert_eq!(json["warnings"][0]["kind"], "quota");
}

/// Every field of a result is told to whoever reads it, and every word for an interval.
#[test]
fn every_field_is_documented() {
    fn names(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    into.push(name.clone());
                    if name != "parameters" {
                        names(value, into);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, into)),
            _ => {}
        }
    }
    let guide = include_str!("../../../docs/result-format.md");
    let mut found = Vec::new();
    for text in [
        include_str!("../../../lessons/recorded/order.json"),
        include_str!("../../../lessons/recorded/lost-updates.json"),
        include_str!("../../../lessons/recorded/processes.json"),
        include_str!("../../../lessons/recorded/release.json"),
    ] {
        names(&serde_json::from_str(text).expect("JSON"), &mut found);
    }
    names(&json(), &mut found);
    let unknown = Machine { quota_unknown: true, ..machine(2) };
    names(&serde_json::to_value(unknown).expect("JSON"), &mut found);
    found.sort_unstable();
    found.dedup();
    assert!(found.len() > 60, "{found:?}");
    // The numbers of a warning are those of its kind.
    let of_warnings = ["share", "severe", "reached", "target", "quota_cores"];
    for name in found.iter().filter(|name| !of_warnings.contains(&name.as_str())) {
        assert!(
            guide.contains(&format!("`{name}`")) || guide.contains(&format!("`{name}[]`")),
            "nothing tells of `{name}`"
        );
    }
    for word in [IntervalKind::OrderStatistic95, IntervalKind::Range, IntervalKind::Binomial95] {
        let word = serde_json::to_string(&word).expect("a word");
        assert!(guide.contains(&word), "nothing tells of {word}");
    }
}

#[test]
fn unknown_values_are_null() {
    let json = json();
    let point = &json["experiments"][0]["series"][0]["points"][2];
    assert_eq!(point["threads"], 4);
    for name in ["speedup", "efficiency", "cores_used", "cores_used_interval", "latency_ms", "gil_switches_per_sec"] {
        assert_eq!(point.get(name), Some(&Value::Null), "{name}");
    }
    for name in ["workers_cpu_s", "gil_switches", "disturbance"] {
        assert_eq!(point["windows"][0].get(name), Some(&Value::Null), "{name}");
    }
}

#[test]
fn points_follow_from_the_windows() {
    let mut json = json();
    json["experiments"][0]["series"][0]["points"][1]["speedup"]["median"] = json!(99.0);
    assert_eq!(RunRecord::parse(&json.to_string()), Ok(record()));
}

#[track_caller]
fn check_error(text: &str, message: &str) {
    assert_eq!(RunRecord::parse(text).expect_err(text).to_string(), message);
}

#[test]
fn texts_that_are_no_record() {
    check_error("", "line 1, column 1 is no JSON: EOF while parsing a value");
    check_error("{\n", "line 2, column 1 is no JSON: EOF while parsing an object");
    check_error("{\n  \"format\": 1,\n  oops", "line 3, column 3 is no JSON: key must be a string");
    check_error("[1, 2]", "no Threadlab result: the text has no `format` number");
    check_error("{\"format\": \"1\"}", "no Threadlab result: the text has no `format` number");
    check_error("{\"format\": 2}", "result format 2 is unknown: this Threadlab reads format 1");
    check_error("{\"format\": 1}", "missing field `program` in `the result`");
}

/// A record with one value changed.
#[track_caller]
fn check_changed(change: impl Fn(&mut Value), message: &str) {
    let mut json = json();
    change(&mut json);
    check_error(&json.to_string(), message);
}

#[test]
fn values_that_cannot_be() {
    let window = |json: &mut Value, name: &str, value: Value| {
        json["experiments"][0]["series"][0]["points"][1]["windows"][0][name] = value;
    };
    check_changed(|json| json["machine"]["cores"] = json!(0), "0 cores in `machine.cores`");
    let kinds: Vec<String> = WorkloadKind::ALL.iter().map(|kind| format!("`{}`", kind.id())).collect();
    check_changed(
        |json| json["experiments"][0]["workload"] = json!("dance"),
        &format!("unknown variant `dance`, expected one of {} in `experiments[0].workload`", kinds.join(", ")),
    );
    check_changed(
        |json| json["experiments"][0]["parameters"]["cpu_share"] = json!(2.0),
        "`cpu_share = 2` is outside its range 0 to 1 in `experiments[0].parameters`",
    );
    check_changed(
        |json| json["experiments"][0]["series"][0]["points"][0]["threads"] = json!(0),
        "0 is no thread count: a whole number from 1 to 1024 was expected in `experiments[0].series[0].points[0].threads`",
    );
    check_changed(
        |json| json["experiments"][0]["series"][0]["points"][1]["threads"] = json!(1),
        "thread counts that do not ascend in `experiments[0].series[0]`",
    );
    check_changed(
        |json| window(json, "wall_s", json!(0.0)),
        "a window with a length or CPU time that cannot be in `experiments[0].series[0], 2 threads`",
    );
    check_changed(
        |json| window(json, "threads", json!(5)),
        "a window of another thread count in `experiments[0].series[0], 2 threads`",
    );
    check_changed(
        |json| window(json, "round", json!(6)),
        "rounds that do not ascend in `experiments[0].series[0], 2 threads`",
    );
    check_changed(
        |json| json["experiments"][0]["series"][0]["points"][1]["windows"] = json!([]),
        "a point without windows in `experiments[0].series[0], 2 threads`",
    );
    check_changed(
        |json| json["experiments"][0]["prediction"]["points"][1][1] = json!(-1.0),
        "thread counts that do not ascend or a speedup below 0 in `experiments[0].prediction`",
    );
    let cannot = "a window whose counts or quantiles cannot be in `experiments[0].series[0], 2 threads`";
    check_changed(|json| window(json, "lost", json!({ "expected": 5, "counted": 6 })), cannot);
    check_changed(|json| window(json, "units", json!(u64::MAX)), cannot);
    check_changed(
        |json| {
            let again = json["experiments"][0]["series"][0].clone();
            json["experiments"][0]["series"].as_array_mut().expect("series").push(again);
        },
        "a series that is there already in `experiments[0].series[2]`",
    );
    check_changed(
        |json| {
            let again = json["experiments"][0].clone();
            json["experiments"].as_array_mut().expect("experiments").push(again);
        },
        "an id that another experiment has too in `experiments[1].id`",
    );
}

/// JSON has no such numbers; writing null for them would make a file that cannot be opened.
#[test]
fn what_is_no_number_is_not_written() {
    let broken = RunRecord { elapsed_s: f64::NAN, ..record() };
    let error = broken.to_json().expect_err("not a number");
    assert_eq!(error.to_string(), "invalid type: null, expected f64 in `elapsed_s`");
}
