//! The table for a decision: kinds of work against tools, filled from what was measured.

use super::specify::PlotInput;
use crate::model::format;
use crate::model::results::Series;
use crate::model::series::SeriesKey;
use crate::model::statistics::Estimate;
use crate::model::units::ThreadCount;
use crate::model::workload::Workload;

/// Rows of work, columns of tools, and in each cell how many times as much as one worker of that tool so many got done.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionTable {
    /// The tools, as legends name them.
    pub tools: Vec<String>,
    /// In the figure's order.
    pub rows: Vec<DecisionRow>,
}

/// One kind of work.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRow {
    /// The experiment's id.
    pub experiment: String,
    /// Its title.
    pub work: String,
    /// How many workers did it: the greatest number that was measured; `None` before that.
    pub workers: Option<ThreadCount>,
    /// One for each tool.
    pub cells: Vec<DecisionCell>,
}

/// What is known of a tool for a kind of work.
#[derive(Debug, Clone, PartialEq)]
pub enum DecisionCell {
    /// It was measured.
    Measured {
        /// Throughput over that of one worker of the same tool.
        speedup: Estimate,
        /// Whether its interval lies above those of all other Python tools in the row.
        is_best: bool,
    },
    /// It could do this work, and was not measured with so many workers.
    NotMeasured,
    /// It cannot do this work, for this reason: a sentence without full stop.
    CannotRun(&'static str),
}

/// What the numbers of such a table are.
pub const DECISION_NOTE: &str = "Times as much as one worker of the same tool, with its interval; bold: clearly above the other Python tools of its row.";

/// How many engines a table must compare to be one for a decision.
const FEWEST_ENGINES: usize = 3;

impl DecisionTable {
    /// The table of some experiments: at least two kinds of work and three engines.
    pub(super) fn of(inputs: &[PlotInput<'_>]) -> Option<Self> {
        let mut kinds: Vec<_> = inputs.iter().map(|input| input.workload.map(Workload::kind)).collect::<Option<_>>()?;
        kinds.sort_by_key(|kind| kind.id());
        kinds.dedup();
        let mut tools: Vec<&SeriesKey> = Vec::new();
        for key in inputs.iter().flat_map(|input| &input.results.series).map(|series| &series.key) {
            if !tools.contains(&key) {
                tools.push(key);
            }
        }
        let mut engines: Vec<_> = tools.iter().map(|key| key.engine).collect();
        engines.sort_unstable();
        engines.dedup();
        if kinds.len() < 2 || engines.len() < FEWEST_ENGINES {
            return None;
        }
        // Side by side: engine by engine, in the order lists show them.
        tools.sort_by_key(|key| key.engine);
        let rows = inputs.iter().map(|input| row(input, &tools)).collect();
        Some(Self { tools: SeriesKey::labels(tools), rows })
    }
}

impl DecisionRow {
    /// The work with the number of its workers.
    pub fn in_words(&self) -> String {
        match self.workers.map(ThreadCount::get) {
            None => self.work.clone(),
            Some(1) => format!("{}, 1 worker", self.work),
            Some(workers) => format!("{}, {workers} workers", self.work),
        }
    }
}

impl DecisionCell {
    /// What the cell says.
    pub fn in_words(&self) -> String {
        match self {
            Self::Measured { speedup, .. } => format::estimate(speedup),
            Self::NotMeasured => "not measured".to_owned(),
            Self::CannotRun(_) => "cannot do it".to_owned(),
        }
    }
}

fn row(input: &PlotInput<'_>, tools: &[&SeriesKey]) -> DecisionRow {
    let series: Vec<&Series> = input.results.series.iter().collect();
    let of = |key: &SeriesKey| series.iter().find(|series| series.key == *key);
    let workers = series.iter().flat_map(|series| &series.points).map(|point| point.threads).max();
    let measured = |key: &SeriesKey| of(key)?.at(workers?)?.speedup;
    let is_best = |key: &SeriesKey, speedup: &Estimate| {
        let mut others = tools.iter().filter(|other| **other != key && other.engine.needs_interpreter());
        let has_others = others.clone().any(|other| measured(other).is_some());
        let is_above = others.all(|other| measured(other).is_none_or(|other| speedup.low > other.high));
        key.engine.needs_interpreter() && has_others && is_above
    };
    let cell = |key: &&SeriesKey| match (measured(key), input.workload.and_then(|work| key.engine.why_not_as_set(work)))
    {
        (Some(speedup), _) => DecisionCell::Measured { is_best: is_best(key, &speedup), speedup },
        (None, Some(reason)) => DecisionCell::CannotRun(reason),
        (None, None) => DecisionCell::NotMeasured,
    };
    DecisionRow {
        experiment: input.experiment.to_owned(),
        work: input.title.to_owned(),
        workers,
        cells: tools.iter().map(cell).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{self, curve};
    use crate::model::plot::{self, Metric};
    use crate::model::results::Results;
    use crate::model::series::EngineKind;
    use crate::model::workload::WorkloadKind;

    const THREADS: EngineKind = EngineKind::PythonThreads;
    const PROCESSES: EngineKind = EngineKind::PythonProcesses;
    const TASKS: EngineKind = EngineKind::PythonAsyncio;

    fn measured(speedups: &[(EngineKind, f64)]) -> Results {
        let points: Vec<_> =
            speedups.iter().map(|(engine, speedup)| (*engine, [(1, 100.0), (4, 100.0 * speedup)])).collect();
        let curves: Vec<_> = points.iter().map(|(engine, points)| (curve(*engine), points.as_slice())).collect();
        fixture::results(&curves, 9, 0.02)
    }

    fn figure(works: &[(WorkloadKind, Results)]) -> plot::PlotSpec {
        let works: Vec<_> = works.iter().map(|(kind, results)| (Workload::new(*kind), results.clone())).collect();
        plot::fixture::figure(Metric::Decision, &works)
    }

    #[test]
    fn each_cell_says_what_was_measured_or_why_not() {
        let computing = measured(&[(THREADS, 1.0), (PROCESSES, 3.8), (EngineKind::Native, 3.9)]);
        let waiting = measured(&[(THREADS, 3.9), (TASKS, 3.9)]);
        let figure = figure(&[(WorkloadKind::CountPrimes, computing), (WorkloadKind::Wait, waiting)]);
        assert!(figure.panels.is_empty() && figure.metrics.contains(&Metric::Decision));
        let table = figure.table.expect("a table");
        assert_eq!(table.tools, ["Native threads", "Python threads", "Python processes", "Python asyncio"]);
        let words = |row: usize| table.rows[row].cells.iter().map(DecisionCell::in_words).collect::<Vec<_>>();
        let of = ["3.90 (3.82 to 3.98)", "1.00 (0.98 to 1.02)", "3.80 (3.72 to 3.88)", "cannot do it"];
        assert_eq!(words(0), of);
        assert_eq!(words(1), ["not measured", "3.90 (3.82 to 3.98)", "not measured", "3.90 (3.82 to 3.98)"]);
        assert_eq!(table.rows[0].in_words(), "count-primes, 4 workers");
        let best = |row: usize| -> Vec<bool> {
            let is_best = |cell: &DecisionCell| matches!(cell, DecisionCell::Measured { is_best: true, .. });
            table.rows[row].cells.iter().map(is_best).collect()
        };
        // Native threads are no tool of Python; equal ones are not better than each other.
        assert_eq!(best(0), [false, false, true, false]);
        assert_eq!(best(1), [false, false, false, false]);
    }

    #[test]
    fn one_kind_of_work_or_two_engines_are_no_decision() {
        let three = || measured(&[(THREADS, 1.0), (PROCESSES, 3.8), (EngineKind::Native, 3.9)]);
        let one = figure(&[(WorkloadKind::CountPrimes, three()), (WorkloadKind::CountPrimes, three())]);
        assert_eq!((one.metric, one.table), (Metric::Speedup, None));
        let two = || measured(&[(THREADS, 1.0), (PROCESSES, 3.8)]);
        let two = figure(&[(WorkloadKind::CountPrimes, two()), (WorkloadKind::Sha256, two())]);
        assert_eq!((two.metric, two.table), (Metric::Speedup, None));
    }
}
