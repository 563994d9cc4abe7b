//! A run as a table: one row for each thread count of each curve, every value in its own column.
//!
//! RFC 4180: commas, quotes only where they are needed, lines that end in CR LF, UTF-8. Where and how it was measured is
//! repeated in every row, since comment lines would stop spreadsheets and `pandas.read_csv` from reading the table as one.
//! What is unknown is an empty cell.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::plot::{DecisionCell, DecisionTable};
use crate::model::record::{Completion, ExperimentRecord, RunRecord};
use crate::model::results::Point;
use crate::model::series::{EngineKind, Interpreter, SeriesKey};
use crate::model::statistics::{Estimate, IntervalKind};
use crate::model::table::CEILING_LABEL;
use crate::model::workload::ParameterValue;

use super::error::ExportError;

/// The columns before the parameters.
const IDENTITY: [&str; 13] = [
    "lesson",
    "experiment",
    "experiment_title",
    "workload",
    "curve",
    "series",
    "engine",
    "interpreter",
    "python_version",
    "free_threaded",
    "gil_enabled",
    "threads",
    "windows",
];

/// A quantity of a point by its name.
type Quantity = (&'static str, fn(&Point) -> Option<Estimate>);

/// The quantities of a point; each takes five columns.
const QUANTITIES: [Quantity; 10] = [
    ("throughput_per_sec", |point| Some(point.throughput_per_sec)),
    ("speedup", |point| point.speedup),
    ("efficiency", |point| point.efficiency),
    ("cores_used", |point| point.cores_used),
    ("units_per_cpu_sec", |point| point.units_per_cpu_sec),
    ("latency_ms", |point| point.latency_ms),
    ("lost_share", |point| point.lost_share),
    ("deadlock_share", |point| point.deadlock_share),
    ("gil_switches_per_sec", |point| point.gil_switches_per_sec),
    ("server_cores_used", |point| point.server_cores_used),
];

/// The columns of counts over all rounds, and of the times of units.
const EXACT: [&str; 11] = [
    "updates_expected",
    "updates_counted",
    "deadlocks",
    "last_deadlock",
    "latency_ms_least",
    "latency_ms_5_percent",
    "latency_ms_25_percent",
    "latency_ms_50_percent",
    "latency_ms_75_percent",
    "latency_ms_95_percent",
    "latency_ms_greatest",
];

/// The columns of the whole run, the same in every row.
const PROVENANCE: [&str; 12] = [
    "started_at",
    "program",
    "precision",
    "completion",
    "run_rounds",
    "seed",
    "switch_interval_us",
    "cores",
    "quota_cores",
    "cpu_model",
    "os",
    "architecture",
];

/// The run as CSV.
pub(super) fn write(record: &RunRecord) -> Result<Vec<u8>, ExportError> {
    let failed = |error: csv::Error| ExportError::Render { format: "CSV table", reason: error.to_string() };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // The parameters of all workloads in the run, so that every row has the same columns.
    let parameters: BTreeSet<&str> =
        record.experiments.iter().flat_map(|experiment| experiment.parameters.keys()).map(String::as_str).collect();
    writer.write_record(header(&parameters)).map_err(failed)?;
    for experiment in &record.experiments {
        let curves = experiment.results.series.iter().map(|series| (Some(&series.key), &series.points));
        for (key, points) in curves.chain([(None, &experiment.results.ceiling)]) {
            for point in points {
                writer.write_record(row(record, experiment, key, point, &parameters)).map_err(failed)?;
            }
        }
    }
    writer.into_inner().map_err(|error| ExportError::Render { format: "CSV table", reason: error.error().to_string() })
}

/// The columns of a table for a decision, before those of the whole run.
const DECISION: [&str; 12] = [
    "lesson",
    "experiment",
    "experiment_title",
    "tool",
    "threads",
    "state",
    "is_best",
    "speedup",
    "speedup_low",
    "speedup_high",
    "speedup_rounds",
    "speedup_interval",
];

/// A table for a decision as CSV: one row for each cell.
pub(super) fn write_decision(table: &DecisionTable, record: &RunRecord) -> Result<Vec<u8>, ExportError> {
    let failed = |error: csv::Error| ExportError::Render { format: "CSV table", reason: error.to_string() };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(DECISION.into_iter().chain(PROVENANCE)).map_err(failed)?;
    for row in &table.rows {
        for (tool, cell) in table.tools.iter().zip(&row.cells) {
            let (state, best, speedup) = match cell {
                DecisionCell::Measured { speedup, is_best } => ("measured", is_best.to_string(), Some(*speedup)),
                DecisionCell::NotMeasured => ("not-measured", String::new(), None),
                DecisionCell::CannotRun(_) => ("cannot-run", String::new(), None),
            };
            let mut cells = vec![text(&record.lesson), text(&row.experiment), text(&row.work), text(tool)];
            cells.push(row.workers.map(|workers| workers.to_string()).unwrap_or_default());
            cells.extend([state.to_owned(), best]);
            cells.extend(estimate(speedup));
            cells.extend(provenance(record));
            writer.write_record(cells).map_err(failed)?;
        }
    }
    writer.into_inner().map_err(|error| ExportError::Render { format: "CSV table", reason: error.error().to_string() })
}

fn header(parameters: &BTreeSet<&str>) -> Vec<String> {
    let mut header: Vec<String> = IDENTITY.map(str::to_owned).into();
    header.extend(parameters.iter().map(|name| format!("parameter_{name}")));
    for (name, _) in QUANTITIES {
        header.extend(["", "_low", "_high", "_rounds", "_interval"].map(|part| format!("{name}{part}")));
    }
    header.extend(EXACT.map(str::to_owned));
    header.extend(PROVENANCE.map(str::to_owned));
    header
}

/// The cells of one point; `key` is `None` for the ceiling.
fn row(
    record: &RunRecord,
    experiment: &ExperimentRecord,
    key: Option<&SeriesKey>,
    point: &Point,
    parameters: &BTreeSet<&str>,
) -> Vec<String> {
    let python: Option<&Interpreter> = key.and_then(|key| key.interpreter.as_ref());
    let label = key.map_or_else(|| CEILING_LABEL.to_owned(), SeriesKey::label);
    let engine = key.map_or(EngineKind::Native, |key| key.engine);
    let mut row = vec![
        text(&record.lesson),
        text(&experiment.id),
        text(&experiment.title),
        experiment.workload.id().to_owned(),
        if key.is_some() { "series" } else { "ceiling" }.to_owned(),
        text(&label),
        engine.id().to_owned(),
        optional_text(python.map(|python| python.path.as_str())),
        optional_text(python.map(|python| python.version.as_str())),
        python.map(|python| python.free_threaded.to_string()).unwrap_or_default(),
        python.and_then(|python| python.gil_enabled).map(|on| on.to_string()).unwrap_or_default(),
        point.threads.to_string(),
        point.windows.len().to_string(),
    ];
    row.extend(parameters.iter().map(|name| experiment.parameters.get(*name).map(parameter).unwrap_or_default()));
    for (_, quantity) in QUANTITIES {
        row.extend(estimate(quantity(point)));
    }
    row.extend(exact(point));
    row.extend(provenance(record));
    row
}

fn estimate(estimate: Option<Estimate>) -> [String; 5] {
    let Some(Estimate { median, low, high, rounds, interval }) = estimate else {
        return Default::default();
    };
    let interval = match interval {
        IntervalKind::OrderStatistic95 => "order-statistic95",
        IntervalKind::Range => "range",
        IntervalKind::Binomial95 => "binomial95",
    };
    [number(median), number(low), number(high), rounds.to_string(), interval.to_owned()]
}

fn exact(point: &Point) -> Vec<String> {
    let lost = point.lost();
    let deadlocks = point.deadlocks();
    let mut cells = vec![
        lost.map(|lost| lost.expected.to_string()).unwrap_or_default(),
        lost.map(|lost| lost.counted.to_string()).unwrap_or_default(),
        deadlocks.as_ref().map(|report| report.count.to_string()).unwrap_or_default(),
        optional_text(deadlocks.and_then(|report| report.in_words()).as_deref()),
    ];
    let quantiles = point.latency_quantiles_ms.unwrap_or_default();
    cells.extend(quantiles.map(|quantile| quantile.map(number).unwrap_or_default()));
    cells
}

fn provenance(record: &RunRecord) -> [String; 12] {
    let machine = &record.machine;
    [
        text(&record.started_at),
        text(&record.program),
        record.precision.id().to_owned(),
        match record.completion {
            Completion::Completed => "completed",
            Completion::Partial => "partial",
        }
        .to_owned(),
        record.rounds.to_string(),
        record.seed.to_string(),
        record.switch_interval_us.to_string(),
        machine.cores.to_string(),
        machine.quota_cores.map(number).unwrap_or_default(),
        optional_text(machine.cpu_model.as_deref()),
        optional_text(machine.os.as_deref()),
        text(&machine.architecture),
    ]
}

fn parameter(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Number(value) => number(*value),
        ParameterValue::Word(word) => text(word),
    }
}

/// The shortest text that reads back as the same number; empty for what is no number.
fn number(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { String::new() }
}

fn optional_text(value: Option<&str>) -> String {
    value.map(text).unwrap_or_default()
}

/// A cell of text that no spreadsheet takes for a formula: one that could be is led by an apostrophe, as OWASP's "CSV
/// Injection" says.
fn text(value: &str) -> String {
    let harmless: Cow<'_, str> = match value.trim_start_matches(' ').chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => Cow::Owned(format!("'{value}")),
        _ => Cow::Borrowed(value),
    };
    harmless.into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// The table as another reader of CSV sees it: each row as pairs of column and cell.
    fn read(bytes: &[u8]) -> Vec<Vec<(String, String)>> {
        let mut reader = csv::Reader::from_reader(bytes);
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let unique: BTreeSet<&String> = header.iter().collect();
        assert_eq!(unique.len(), header.len(), "two columns share a name");
        reader
            .records()
            .map(|row| header.iter().cloned().zip(row.unwrap().iter().map(str::to_owned)).collect())
            .collect()
    }

    #[track_caller]
    fn cell<'a>(row: &'a [(String, String)], column: &str) -> &'a str {
        &row.iter().find(|(name, _)| name == column).unwrap_or_else(|| panic!("no column {column}")).1
    }

    #[test]
    fn a_row_for_each_point_of_each_curve() {
        let record = sample::record();
        let rows = read(&write(&record).unwrap());
        let points: usize = record
            .experiments
            .iter()
            .map(|experiment| {
                experiment.results.ceiling.len()
                    + experiment.results.series.iter().map(|series| series.points.len()).sum::<usize>()
            })
            .sum();
        assert_eq!(rows.len(), points);

        let first = &record.experiments[0].results.series[0].points[1];
        let row = rows.iter().find(|row| cell(row, "threads") == "2").unwrap();
        for (column, value) in
            [("throughput_per_sec", first.throughput_per_sec.median), ("speedup_low", first.speedup.unwrap().low)]
        {
            assert_eq!(cell(row, column).parse::<f64>().unwrap().to_bits(), value.to_bits(), "{column}");
        }
        assert_eq!(cell(row, "speedup_interval"), "order-statistic95");
        assert_eq!((cell(row, "experiment"), cell(row, "workload")), ("cpu", "count-primes"));
        assert_eq!((cell(row, "parameter_limit"), cell(row, "parameter_wait_ms")), ("1000", ""));
        assert_eq!((cell(row, "curve"), cell(row, "engine")), ("series", "native"));
        assert_eq!((cell(row, "cores"), cell(row, "seed")), ("8", "42"));
        let ceiling = rows.iter().find(|row| cell(row, "curve") == "ceiling").unwrap();
        assert_eq!(cell(ceiling, "series"), "Ceiling");
    }

    #[test]
    fn what_is_unknown_is_empty() {
        let mut record = sample::record();
        record.machine.quota_cores = None;
        record.machine.cpu_model = None;
        for row in read(&write(&record).unwrap()) {
            assert_eq!(cell(&row, "quota_cores"), "");
            assert_eq!(cell(&row, "cpu_model"), "");
            if cell(&row, "engine") == "native" {
                for column in ["interpreter", "gil_enabled", "gil_switches_per_sec", "gil_switches_per_sec_rounds"] {
                    assert_eq!(cell(&row, column), "");
                }
            }
        }
        assert_eq!(
            (number(f64::NAN), number(f64::INFINITY), number(0.1)),
            (String::new(), String::new(), "0.1".into())
        );
    }

    #[test]
    fn text_survives_quoting_and_is_never_a_formula() {
        let mut record = sample::record();
        let title = "A \"quoted\", long\r\ntitle; naïve";
        record.experiments[0].title = title.to_owned();
        record.machine.os = Some("=HYPERLINK(\"x\")".to_owned());
        let bytes = write(&record).unwrap();
        let rows = read(&bytes);
        assert_eq!(cell(&rows[0], "experiment_title"), title);
        assert_eq!(cell(&rows[0], "os"), "'=HYPERLINK(\"x\")");
        for dangerous in ["=1", "+1", "-1", "@a", "\ta", "\ra", "  =1"] {
            assert_eq!(text(dangerous), format!("'{dangerous}"));
        }
        for harmless in ["", "a=1", "3.11", "C:\\Python\\python.exe"] {
            assert_eq!(text(harmless), harmless);
        }
    }

    #[test]
    fn an_empty_record_is_a_header() {
        let mut record = sample::record();
        record.experiments.clear();
        assert!(read(&write(&record).unwrap()).is_empty());
    }
}
