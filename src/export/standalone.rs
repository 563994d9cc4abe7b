//! A run as a Python program of its own: standard library only, it repeats the experiments and prints the same table.

use serde_json::{Value, json};

use super::error::ExportError;
use crate::model::record::{ExperimentRecord, RunRecord};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::workload::WorkloadKind;

/// The program, with a place for what is to be run.
const PROGRAM: &str = include_str!("../../assets/python/standalone.py");

/// The place.
const PLACE: &str = "\"@RUN@\"";

/// Where the functions go that do the work.
const UNITS_PLACE: &str = "# @UNITS@";

/// What measures in Threadlab itself: the functions that do the work are taken from there, so that they are the same.
const HARNESS: &str = include_str!("../../assets/python/harness.py");

/// How each of them begins.
const UNITS: [&str; 18] = [
    "def is_prime(",
    "def count_primes(",
    "def try_numbers(",
    "def numbers_per_second(",
    "def filled(",
    "WORDS = ",
    "def text(",
    "c = 0",
    "INCREMENTS = ",
    "def increment_plain(",
    "def same(",
    "def increment_with_call(",
    "def increment_with_sleep(",
    "def increment_with_lock(",
    "def count_locally(",
    "def counting_in(",
    "def computing_with(",
    "def waiting_with(",
];

/// The functions, one after the other.
fn units() -> String {
    let end = "\n\n";
    let one = |beginning: &str| {
        let begin = HARNESS.find(&format!("\n{beginning}")).map_or(HARNESS.len(), |before| before + 1);
        let rest = &HARNESS[begin..];
        // A function ends before the next line that is not indented, and an assignment with its line.
        let inside = |line: &&str| line.is_empty() || line.starts_with(' ') || line.starts_with(beginning);
        rest.lines().take_while(inside).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    };
    UNITS.map(one).join(&format!("{end}\n"))
}

/// Whether the program has a workload.
fn has(workload: WorkloadKind) -> bool {
    match workload {
        WorkloadKind::CountPrimes
        | WorkloadKind::Wait
        | WorkloadKind::Mixed
        | WorkloadKind::Sha256
        | WorkloadKind::Zlib
        | WorkloadKind::Code
        | WorkloadKind::LostUpdates
        | WorkloadKind::Counter
        | WorkloadKind::Critical
        | WorkloadKind::Semaphore
        | WorkloadKind::Sleeper => true,
        WorkloadKind::Socket
        | WorkloadKind::Numpy
        | WorkloadKind::Pool
        | WorkloadKind::StartJoin
        | WorkloadKind::Job
        | WorkloadKind::TwoLocks => false,
    }
}

/// The bytes of the program that repeats a run. What it has no workload for is named when it runs.
///
/// # Errors
/// [`ExportError::NothingAlone`] where it has none of the workloads.
pub(super) fn write(record: &RunRecord) -> Result<Vec<u8>, ExportError> {
    if !record.experiments.iter().any(|experiment| has(experiment.workload)) {
        let mut workloads: Vec<&str> = record.experiments.iter().map(|experiment| experiment.workload.id()).collect();
        workloads.dedup();
        return Err(ExportError::NothingAlone { workloads: workloads.join(", ") });
    }
    let run = json!({
        "title": record.lesson_title,
        "program": record.program,
        "switch_interval_us": record.switch_interval_us,
        "experiments": record.experiments.iter().map(experiment).collect::<Vec<_>>(),
    });
    // Twice: the text of a JSON string is the text of a Python string too.
    let literal = Value::String(run.to_string()).to_string();
    Ok(PROGRAM.replacen(UNITS_PLACE, &units(), 1).replacen(PLACE, &literal, 1).into_bytes())
}

fn experiment(record: &ExperimentRecord) -> Value {
    let threads: Vec<usize> = record.results.thread_counts().iter().map(|count| count.get()).collect();
    json!({
        "title": record.title,
        "workload": record.workload.id(),
        "parameters": record.parameters,
        "code": record.code,
        "threads": threads,
        "curves": curves(record.results.series.iter().map(|series| &series.key)),
    })
}

/// The curves in Python, each once whatever interpreters it was measured in; threads at least.
fn curves<'a>(keys: impl Iterator<Item = &'a SeriesKey>) -> Vec<Value> {
    let mut curves: Vec<(EngineKind, Option<&'static str>)> = Vec::new();
    for key in keys.filter(|key| !matches!(key.engine, EngineKind::Native | EngineKind::GilModel)) {
        let curve = (key.engine, key.start_method.map(crate::model::series::StartMethod::id));
        if !curves.contains(&curve) {
            curves.push(curve);
        }
    }
    if curves.is_empty() {
        curves.push((EngineKind::PythonThreads, None));
    }
    let curve = |(engine, start): (EngineKind, Option<&'static str>)| {
        let label = start.map_or_else(|| engine.label().to_owned(), |start| format!("{}, {start}", engine.label()));
        json!({ "engine": engine.id(), "start_method": start, "label": label })
    };
    curves.into_iter().map(curve).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_program_holds_the_run_and_nothing_is_left_open() {
        let record = sample::record();
        let program = String::from_utf8(write(&record).expect("a program")).expect("text");
        assert!(!program.contains("@RUN@") && !program.contains("@UNITS@"));
        for unit in UNITS {
            assert_eq!(program.matches(&format!("\n{unit}")).count(), 1, "{unit}");
        }
        assert!(program.contains("                wait()\n\n    return unit\n\n\ndef make_unit("), "{program}");
        let line = program.lines().find(|line| line.starts_with("RUN = ")).expect("the run");
        let literal = line.trim_start_matches("RUN = json.loads(").trim_end_matches(')');
        let text: String = serde_json::from_str(literal).expect("a string");
        let run: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(run["title"], record.lesson_title.as_str());
        assert_eq!(run["experiments"].as_array().map(Vec::len), Some(record.experiments.len()));
        assert!(run["experiments"][0]["curves"].as_array().is_some_and(|curves| !curves.is_empty()));
    }

    #[test]
    fn a_run_of_which_nothing_can_be_repeated_is_refused() {
        let mut record = sample::record();
        for experiment in &mut record.experiments {
            experiment.workload = WorkloadKind::TwoLocks;
        }
        let error = write(&record).expect_err("nothing").to_string();
        assert!(error.contains("without Threadlab (two-locks)"), "{error}");
    }
}
