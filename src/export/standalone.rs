//! A run as a Python program of its own: standard library only, it repeats the experiments and prints the same table.
//!
//! What measures in it is the harness of the Python engines, word for word.

use std::convert::Infallible;

use serde_json::{Value, json};

use super::error::ExportError;
use crate::model::record::{ExperimentRecord, RunRecord};
use crate::model::results::{Point, Series};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::statistics::median;
use crate::model::table::CEILING_LABEL;
use crate::model::workload::{Bound, Work, Workload, WorkloadKind};

/// The program's parts, in the order in which a reader meets them.
const PARTS: [&str; 6] = [
    include_str!("../../assets/python/standalone/head.py"),
    include_str!("../../assets/python/standalone/table.py"),
    include_str!("../../assets/python/standalone/server.py"),
    include_str!("../../assets/python/standalone/interpreter.py"),
    include_str!("../../assets/python/standalone/curves.py"),
    include_str!("../../assets/python/standalone/main.py"),
];

/// The place for what is to be run.
const RUN_PLACE: &str = "\"@RUN@\"";

/// The place for what measures, within a raw string of three apostrophes.
const HARNESS_PLACE: &str = "@HARNESS@";

/// What measures in Threadlab itself.
const HARNESS: &str = include_str!("../../assets/python/harness.py");

/// How long windows are where the run has none to go by, in seconds.
const USUAL_WINDOW_S: f64 = 0.1;

/// The bytes of the program that repeats a run. What it cannot repeat is named when it runs.
///
/// # Errors
/// [`ExportError::NothingAlone`] where Python can run none of the experiments.
pub(super) fn write(record: &RunRecord) -> Result<Vec<u8>, ExportError> {
    let experiments: Vec<Repeated<'_>> = record.experiments.iter().map(Repeated::new).collect();
    if experiments.iter().all(|experiment| experiment.curves.is_empty()) {
        let mut reasons: Vec<&str> = experiments.iter().flat_map(Repeated::reasons).collect();
        reasons.sort_unstable();
        reasons.dedup();
        if reasons.is_empty() {
            reasons.push("it has none");
        }
        return Err(ExportError::NothingAlone { reasons: reasons.join("; ") });
    }
    let run = json!({
        "title": record.lesson_title,
        "program": record.program,
        "switch_interval_us": record.switch_interval_us,
        "experiments": experiments.iter().map(Repeated::in_json).collect::<Vec<_>>(),
    });
    // Twice: the text of a JSON string is the text of a Python string too.
    let literal = Value::String(run.to_string()).to_string();
    // The run last, since the words of a lesson can be anything.
    let program = PARTS.map(str::trim_end).join("\n\n\n") + "\n";
    Ok(program.replacen(HARNESS_PLACE, HARNESS, 1).replacen(RUN_PLACE, &literal, 1).into_bytes())
}

/// An experiment as the program repeats it.
struct Repeated<'a> {
    record: &'a ExperimentRecord,
    workload: Workload,
    /// Ascending, with 1.
    threads: Vec<usize>,
    curves: Vec<Value>,
    /// Names with reasons.
    left_out: Vec<(String, &'static str)>,
}

impl<'a> Repeated<'a> {
    fn new(record: &'a ExperimentRecord) -> Self {
        let mut threads: Vec<usize> = record.results.thread_counts().iter().map(|count| count.get()).collect();
        threads.push(1);
        threads.sort_unstable();
        threads.dedup();
        let workload = record.workload_as_run();
        let mut repeated = Self { record, workload, threads, curves: Vec::new(), left_out: Vec::new() };
        repeated.take_series();
        repeated
    }

    /// Every series of a Python engine as a curve; Python threads where there is none.
    fn take_series(&mut self) {
        let (own, others): (Vec<&Series>, Vec<&Series>) =
            self.record.results.series.iter().partition(|series| series.key.engine.needs_interpreter());
        for series in own {
            let engine = series.key.engine;
            match self.why_not(engine) {
                Some(reason) => self.leave_out(engine.label(), reason),
                None => self.curves.push(self.curve(&series.key, &series.points)),
            }
        }
        let mut names: Vec<&str> = others.iter().map(|series| series.key.engine.label()).collect();
        names.extend((!self.record.results.ceiling.is_empty()).then_some(CEILING_LABEL));
        let in_their_place = self.curves.is_empty() && self.left_out.is_empty();
        let engine = EngineKind::PythonThreads;
        match self.why_not(engine).filter(|_| in_their_place) {
            Some(reason) => self.leave_out(engine.label(), reason),
            None if in_their_place => self.curves.push(self.curve(&SeriesKey::of(engine), &[])),
            None => {}
        }
        if !names.is_empty() {
            let reason = if in_their_place && !self.curves.is_empty() {
                "only Threadlab measures that; Python threads stand in its place"
            } else {
                "only Threadlab measures that"
            };
            self.leave_out(&names.join(", "), reason);
        }
    }

    fn leave_out(&mut self, name: &str, reason: &'static str) {
        let pair = (name.to_owned(), reason);
        if !self.left_out.contains(&pair) {
            self.left_out.push(pair);
        }
    }

    /// Why an engine cannot run the workload, wherever it is there; an event loop runs what waits in part.
    fn why_not(&self, engine: EngineKind) -> Option<&'static str> {
        engine.why_not_as_set(&self.workload).filter(|_| self.workload.kind() != WorkloadKind::Mixed)
    }

    fn curve(&self, key: &SeriesKey, points: &[Point]) -> Value {
        let free_threaded = key.interpreter.as_ref().filter(|python| python.free_threaded);
        json!({
            "engine": key.engine.id(),
            "name": key.engine.label(),
            "start_method": key.start_method.map(crate::model::series::StartMethod::id),
            // Whether a build that has the choice had the GIL on.
            "gil_chosen": free_threaded.and_then(crate::model::series::Interpreter::has_gil),
            "lengths_s": self.threads.iter().map(|&count| self.length_s(points, count)).collect::<Vec<_>>(),
        })
    }

    /// How long a window shall be: as in these points at that thread count, else as in any series.
    fn length_s(&self, points: &[Point], count: usize) -> f64 {
        let typical = |points: &mut dyn Iterator<Item = &Point>| {
            let here = points.filter(|point| point.threads.get() == count);
            let lengths: Vec<f64> = here.flat_map(|point| &point.windows).map(|window| window.wall_s).collect();
            median(&lengths)
        };
        let of_any = || typical(&mut self.record.results.series.iter().flat_map(|series| &series.points));
        let length_s = typical(&mut points.iter()).or_else(of_any).unwrap_or(USUAL_WINDOW_S);
        // A window of batches lasts until the one at hand is done: exactly as long would be one more as often as not.
        let batches = matches!(self.workload.kind(), WorkloadKind::StartJoin | WorkloadKind::Job);
        if batches { 0.9 * length_s } else { length_s }
    }

    fn reasons(&self) -> impl Iterator<Item = &str> {
        let of_python = |(name, _): &&(String, &'static str)| {
            EngineKind::ALL.iter().any(|engine| engine.needs_interpreter() && engine.label() == name)
        };
        self.left_out.iter().filter(of_python).map(|(_, reason)| *reason)
    }

    fn in_json(&self) -> Value {
        // The program has a server of its own.
        let server = || Ok::<_, Infallible>((String::new(), 0));
        let Ok(work) = Work::of(&self.workload, server);
        json!({
            "title": self.record.title,
            "work": work,
            "timed": self.workload.bound() != Bound::Cpu,
            // Of own code nobody has said it: as if it computed.
            "cpu_share": self.workload.cpu_share().unwrap_or(1.0),
            "threads": self.threads,
            "curves": self.curves,
            "left_out": self.left_out,
        })
    }
}

#[cfg(test)]
mod tests;
