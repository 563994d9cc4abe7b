//! What a record read from a file must keep beyond its types.

use std::collections::BTreeSet;

use super::{ExperimentRecord, RecordError, RunRecord};
use crate::model::prediction::Prediction;
use crate::model::results::Point;
use crate::model::window::Window;
use crate::model::workload::Workload;

/// Finds the first impossible value.
pub(super) fn record(record: &RunRecord) -> Result<(), RecordError> {
    let is_time = record.started_at.parse::<jiff::Timestamp>().is_ok();
    require(is_time, "started_at", "no time with an offset, such as 2026-11-22T14:20:00+01:00,")?;
    let machine = &record.machine;
    require(machine.cores > 0, "machine.cores", "0 cores")?;
    require(machine.quota_cores.is_none_or(|quota| quota > 0.0), "machine.quota_cores", "a quota that is not above 0")?;
    require(record.elapsed_s >= 0.0, "elapsed_s", "a negative time")?;
    let mut ids = BTreeSet::new();
    for (index, it) in record.experiments.iter().enumerate() {
        let path = format!("experiments[{index}]");
        require(ids.insert(&it.id), &format!("{path}.id"), "an id that another experiment has too")?;
        experiment(it, &path)?;
    }
    Ok(())
}

fn experiment(record: &ExperimentRecord, path: &str) -> Result<(), RecordError> {
    for (name, value) in &record.parameters {
        Workload::new(record.workload)
            .with_written(name, value)
            .map_err(|error| RecordError::value(&format!("{path}.parameters"), &error.to_string()))?;
    }
    let sound = record.prediction.as_ref().is_none_or(Prediction::is_sound);
    require(sound, &format!("{path}.prediction"), "thread counts that do not ascend or a speedup below 0")?;
    let mut keys = BTreeSet::new();
    for (index, series) in record.results.series.iter().enumerate() {
        let path = format!("{path}.series[{index}]");
        require(keys.insert(&series.key), &path, "a series that is there already")?;
        points(&series.points, &path)?;
    }
    points(&record.results.ceiling, &format!("{path}.ceiling"))
}

fn points(points: &[Point], path: &str) -> Result<(), RecordError> {
    require(points.is_sorted_by(|a, b| a.threads < b.threads), path, "thread counts that do not ascend")?;
    for point in points {
        let path = format!("{path}, {} threads", point.threads);
        require(!point.windows.is_empty(), &path, "a point without windows")?;
        let of_point = point.windows.iter().all(|window| window.threads == point.threads);
        require(of_point, &path, "a window of another thread count")?;
        require(point.windows.is_sorted_by(|a, b| a.round < b.round), &path, "rounds that do not ascend")?;
        require(point.windows.iter().all(is_possible), &path, "a window with a length or CPU time that cannot be")?;
        require(point.windows.iter().all(is_consistent), &path, "a window whose counts or quantiles cannot be")?;
    }
    Ok(())
}

fn is_possible(window: &Window) -> bool {
    let times =
        [window.workers_cpu_s, window.observer_cpu_s, window.server_cpu_s, window.run_delay_s, window.latency_ms];
    window.wall_s > 0.0 && window.started_s >= 0.0 && times.into_iter().flatten().all(|time| time >= 0.0)
}

/// The most that a window can have counted: beyond it counts would not be exact as numbers with a fraction, and no window lasts so long.
const MOST_COUNTED: u64 = 1 << 52;

/// Whether counts and quantiles of a window can be: no more was counted than was done, and quantiles ascend.
fn is_consistent(window: &Window) -> bool {
    let counted = window.lost.is_none_or(|lost| lost.counted <= lost.expected);
    let (lost, deadlocks) = (window.lost.map(|lost| lost.expected), window.deadlocks.as_ref().map(|it| it.count));
    let counts = [Some(window.units), window.gil_switches, lost, deadlocks];
    let exact = counts.into_iter().flatten().all(|count| count <= MOST_COUNTED);
    // What is unknown stands behind all that is known.
    let rank = |quantile: &Option<f64>| quantile.unwrap_or(f64::INFINITY);
    let ascend = window
        .latency_quantiles_ms
        .is_none_or(|quantiles| rank(&quantiles[0]) >= 0.0 && quantiles.iter().map(rank).is_sorted());
    let circle = window.deadlocks.as_ref().is_none_or(|report| (report.count == 0) == report.last.is_empty());
    counted && exact && ascend && circle
}

fn require(holds: bool, path: &str, message: &str) -> Result<(), RecordError> {
    if holds { Ok(()) } else { Err(RecordError::value(path, message)) }
}
