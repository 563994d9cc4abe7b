//! What the harness and Threadlab say to each other: JSON, one message a line. `assets/python/harness.py` describes it.
//!
//! Pure: text in, values out. What an interpreter says is not trusted: numbers that cannot be are refused here.

use serde::{Deserialize, Serialize};

use crate::model::window::{DeadlockReport, LostUpdates};

use crate::model::first_program::Transcript;
pub use crate::model::series::StartMethod;
pub use crate::model::workload::Work;

/// The version of the protocol that this program speaks.
pub const PROTOCOL: u32 = 2;

/// How the harness runs workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// `threading`.
    Threads,
    /// `multiprocessing`.
    Processes,
    /// `concurrent.interpreters`.
    Interpreters,
    /// Tasks of one event loop.
    Asyncio,
}

/// A request for one window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// Its answer carries the same number.
    pub id: u64,
    /// What is asked for.
    pub op: Op,
    /// How workers run.
    pub engine: Mode,
    /// For processes; the interpreter's own default where it is `None`.
    pub start_method: Option<StartMethod>,
    /// How many.
    pub workers: usize,
    /// How long they run before the first snapshot, in seconds.
    pub warm_up_s: f64,
    /// How long the coordinator sleeps between the snapshots, in seconds.
    pub length_s: f64,
    /// Whether the time of each unit is noted.
    pub timed: bool,
    /// Whether threads note when units end, so that the answer has [`Point::gil_switches`].
    pub stamped: bool,
    /// What `sys.setswitchinterval` is given, in seconds.
    pub switch_interval_s: f64,
    /// After how many seconds without an answer the harness writes where the learner's code is; `None` where nobody asks.
    pub look_after_s: Option<f64>,
    /// What a unit is.
    pub workload: Work,
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// A window with workers.
    Point,
    /// The unit in a bare loop of the main thread, without any worker: the reference of the engine's own cost.
    Alone,
}

/// A message of the harness.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Answer {
    /// The first, once it runs.
    Hello(Hello),
    /// A window's result.
    Point(Point),
    /// What a program printed.
    Lines(Lines),
    /// A request that could not be fulfilled.
    Error {
        /// The request's number; `None` if it could not be read.
        id: Option<u64>,
        /// A sentence without full stop.
        message: String,
        /// The line of the learner's own code that failed, from 1.
        #[serde(default)]
        line: Option<u32>,
    },
    /// The request is over and its workers have ended.
    Done {
        /// The request's number; `None` if it could not be read.
        id: Option<u64>,
        /// Whether the learner's code left something running.
        #[serde(default)]
        leftover: bool,
    },
}

/// A request to run a whole program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FirstRequest {
    /// Its answer carries the same number.
    pub id: u64,
    /// Always `first`.
    pub op: &'static str,
    /// The program.
    pub source: String,
}

/// What a program printed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Lines {
    /// The request's number.
    pub id: u64,
    /// Lines and times.
    #[serde(flatten)]
    pub transcript: Transcript,
}

/// What the interpreter says of itself when it runs the harness.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Hello {
    /// The version of the protocol it speaks.
    pub protocol: u32,
    /// Such as `3.11.7`.
    pub version: String,
    /// `cpython` for CPython.
    pub implementation: String,
    /// Whether it was built without the GIL.
    pub free_threaded: bool,
    /// Whether the GIL is on now.
    pub gil_enabled: bool,
    /// Its process.
    pub pid: u32,
}

/// One window as the harness measured it. Unknown values are `None`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Point {
    /// The request's number.
    pub id: u64,
    /// Between the snapshots, in seconds.
    pub wall_s: f64,
    /// From the first snapshot to the sending of this message, in seconds.
    pub age_s: f64,
    /// Units between the snapshots.
    pub units: u64,
    /// CPU time of the workers, in seconds.
    #[serde(default)]
    pub workers_cpu_s: Option<f64>,
    /// CPU time of the harness beside its workers, in seconds.
    #[serde(default)]
    pub coordinator_cpu_s: Option<f64>,
    /// Time that the workers waited for a core, in seconds, summed.
    #[serde(default)]
    pub run_delay_s: Option<f64>,
    /// The median time of a unit, in milliseconds.
    #[serde(default)]
    pub latency_ms: Option<f64>,
    /// Least, 5 %, 25 %, 50 %, 75 %, 95 % and greatest time of a unit, in milliseconds.
    #[serde(default)]
    pub latency_quantiles_ms: Option<[f64; 7]>,
    /// How often units of one thread were followed by one of another, where the GIL was on and it was asked for.
    #[serde(default)]
    pub gil_switches: Option<u64>,
    /// Updates made and counted over the workers' whole lives.
    #[serde(default)]
    pub lost: Option<LostUpdates>,
    /// Deadlocks over the workers' whole lives.
    #[serde(default)]
    pub deadlocks: Option<DeadlockReport>,
    /// Whether the GIL was on in any worker.
    pub gil_enabled: bool,
}

/// Reads a message.
///
/// # Errors
/// When it is no message of the protocol, or its numbers cannot be. The text is a sentence without full stop.
pub fn parse(text: &str) -> Result<Answer, String> {
    let answer: Answer = serde_json::from_str(text).map_err(|error| format!("it is no answer: {error}"))?;
    match &answer {
        Answer::Point(point) => point.check()?,
        Answer::Lines(lines) => {
            let times = lines.transcript.lines.iter().map(|line| line.at_ms).chain([lines.transcript.took_ms]);
            if let Some(time) = times.into_iter().find(|time| !(time.is_finite() && *time >= 0.0)) {
                return Err(format!("a time is {time}, which is no length of time"));
            }
        }
        _ => {}
    }
    Ok(answer)
}

impl Answer {
    /// The number of the request that it answers; `None` for a greeting and where it is unknown.
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::Hello(_) => None,
            Self::Point(point) => Some(point.id),
            Self::Lines(lines) => Some(lines.id),
            Self::Error { id, .. } | Self::Done { id, .. } => *id,
        }
    }
}

impl Point {
    fn check(&self) -> Result<(), String> {
        if !(self.wall_s.is_finite() && self.wall_s > 0.0) {
            return Err(format!("`wall_s` is {}, which is no length of time", self.wall_s));
        }
        if !(self.age_s.is_finite() && self.age_s >= self.wall_s) {
            return Err(format!("`age_s` is {}, less than the window's {}", self.age_s, self.wall_s));
        }
        let seconds = [
            ("workers_cpu_s", self.workers_cpu_s),
            ("coordinator_cpu_s", self.coordinator_cpu_s),
            ("run_delay_s", self.run_delay_s),
            ("latency_ms", self.latency_ms),
        ];
        for (name, value) in seconds {
            if let Some(value) = value.filter(|value| !(value.is_finite() && *value >= 0.0)) {
                return Err(format!("`{name}` is {value}, which is no length of time"));
            }
        }
        let ascend = |it: &[f64; 7]| it[0] >= 0.0 && it.is_sorted() && it.iter().all(|value| value.is_finite());
        if let Some(quantiles) = self.latency_quantiles_ms.filter(|quantiles| !ascend(quantiles)) {
            return Err(format!("`latency_quantiles_ms` is {quantiles:?}, which are no times in order"));
        }
        if let Some(LostUpdates { expected, counted }) = self.lost.filter(|lost| lost.counted > lost.expected) {
            return Err(format!("`lost` counts {counted} updates of {expected}"));
        }
        if self.deadlocks.as_ref().is_some_and(|report| (report.count == 0) != report.last.is_empty()) {
            return Err("`deadlocks` has a number that does not fit the last one".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_line_that_the_harness_knows() {
        let request = Request {
            id: 7,
            op: Op::Point,
            engine: Mode::Processes,
            start_method: Some(StartMethod::Forkserver),
            workers: 4,
            warm_up_s: 0.02,
            length_s: 0.1,
            timed: true,
            stamped: false,
            switch_interval_s: 0.005,
            look_after_s: None,
            workload: Work::Socket { delay_ms: 5.0, host: "127.0.0.1".to_owned(), port: 4711 },
        };
        assert_eq!(
            serde_json::to_string(&request).expect("it is plain"),
            r#"{"id":7,"op":"point","engine":"processes","start_method":"forkserver","workers":4,"warm_up_s":0.02,"length_s":0.1,"timed":true,"stamped":false,"switch_interval_s":0.005,"look_after_s":null,"workload":{"kind":"socket","delay_ms":5.0,"host":"127.0.0.1","port":4711}}"#
        );
    }

    #[test]
    fn answers_are_read() {
        let hello = parse(
            r#"{"kind": "hello", "protocol": 2, "version": "3.11.7", "implementation": "cpython", "free_threaded": false, "gil_enabled": true, "pid": 12, "new": 1}"#,
        );
        assert!(matches!(hello, Ok(Answer::Hello(Hello { protocol: 2, pid: 12, .. }))), "{hello:?}");
        let point = parse(
            r#"{"kind":"point","id":3,"wall_s":0.1,"age_s":0.2,"units":9,"workers_cpu_s":null,"gil_enabled":true}"#,
        );
        assert!(
            matches!(&point, Ok(Answer::Point(point)) if point.units == 9 && point.workers_cpu_s.is_none()),
            "{point:?}"
        );
        assert_eq!(parse(r#"{"kind":"done","id":3}"#), Ok(Answer::Done { id: Some(3), leftover: false }));
        let busy = parse(r#"{"kind":"done","id":3,"leftover":true}"#);
        assert_eq!(busy, Ok(Answer::Done { id: Some(3), leftover: true }));
        let error = parse(r#"{"kind":"error","id":null,"message":"no"}"#);
        assert_eq!(error, Ok(Answer::Error { id: None, message: "no".to_owned(), line: None }));
    }

    #[track_caller]
    fn check_wrong(text: &str, expected: &str) {
        let message = parse(text).expect_err(text);
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        check_wrong("", "no answer");
        check_wrong(r#"{"kind":"point","id":3,"wall_s":0.1"#, "no answer");
        check_wrong(r#"{"kind":"dance","id":3}"#, "dance");
        check_wrong(r#"{"kind":"point","id":3,"wall_s":0,"age_s":1,"units":1,"gil_enabled":true}"#, "`wall_s` is 0");
        check_wrong(r#"{"kind":"point","id":3,"wall_s":1,"age_s":0.5,"units":1,"gil_enabled":true}"#, "`age_s`");
        check_wrong(r#"{"kind":"point","id":3,"wall_s":1,"age_s":1,"units":-1,"gil_enabled":true}"#, "no answer");
        check_wrong(
            r#"{"kind":"point","id":3,"wall_s":1,"age_s":1,"units":1,"run_delay_s":-0.5,"gil_enabled":true}"#,
            "`run_delay_s` is -0.5",
        );
        let with = |field: &str| {
            format!(r#"{{"kind":"point","id":3,"wall_s":1,"age_s":1,"units":1,"gil_enabled":true,{field}}}"#)
        };
        check_wrong(&with(r#""lost":{"expected":1,"counted":2}"#), "counts 2 updates of 1");
        check_wrong(&with(r#""latency_quantiles_ms":[1,2,3,4,5,6,5]"#), "no times in order");
        check_wrong(&with(r#""deadlocks":{"count":1,"last":[]}"#), "does not fit");
        check_wrong(&with(r#""deadlocks":{"count":1,"last":[{"thread":1,"holds":"C","waits_for":"A"}]}"#), "no answer");
    }
}
