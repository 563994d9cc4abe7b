//! A figure in words: for readers of the screen, and for what the error bars mean.

use std::fmt::Write as _;

use crate::model::format;
use crate::model::plot::{
    Axis, AxisValues, DECISION_NOTE, DecisionCell, DecisionRow, DecisionTable, Metric, PlotCurve, PlotPoint, PlotSpec,
};
use crate::model::statistics::{Estimate, FEWEST_ROUNDS, IntervalKind};

/// Everything the figure shows, as sentences.
pub(super) fn in_words(spec: &PlotSpec) -> String {
    let mut text = String::new();
    for panel in &spec.panels {
        let title = if panel.title.is_empty() { &panel.experiment } else { &panel.title };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{title}: {} against {}.", panel.y.label, panel.x.label);
        for curve in &panel.curves {
            let _ = write!(text, " {}", curve_in_words(curve, &panel.x));
        }
        text.push(' ');
    }
    if let Some(table) = &spec.table {
        text.push_str(&table_in_words(table));
    } else if spec.panels.is_empty() {
        text.push_str("Nothing has been measured yet. ");
    }
    if let Some(intervals) = intervals(spec) {
        text.push_str(intervals);
        text.push(' ');
    }
    text.push_str(&spec.provenance);
    text.trim_end().to_owned()
}

fn table_in_words(table: &DecisionTable) -> String {
    let row = |row: &DecisionRow| {
        let cell = |(tool, cell): (&String, &DecisionCell)| format!("{tool} {}", cell.in_words());
        let cells: Vec<String> = table.tools.iter().zip(&row.cells).map(cell).collect();
        format!("{}: {}. ", row.in_words(), cells.join("; "))
    };
    table.rows.iter().map(row).collect()
}

fn curve_in_words(curve: &PlotCurve, x: &Axis) -> String {
    if curve.points.is_empty() {
        return format!("{}: no points.", curve.name);
    }
    let points: Vec<String> = curve.points.iter().map(|point| point_in_words(point, x)).collect();
    format!("{}: {}.", curve.name, points.join("; "))
}

fn point_in_words(point: &PlotPoint, x: &Axis) -> String {
    let at = if x.values == AxisValues::ThreadCounts { format::fixed(point.x, 0) } else { x.in_words(point.x) };
    let threads = match point.lost {
        Some(lost) => format!("{at} ({})", lost.in_words()),
        None => at,
    };
    let (Some((low, high)), Some(rounds)) = (point.interval, point.rounds) else {
        return format!("{} at {threads}", format::number(point.y));
    };
    let estimate = Estimate { median: point.y, low, high, rounds, interval: kind(rounds) };
    format!("{} at {threads}", format::estimate(&estimate))
}

/// What the ends of an interval over so many rounds mean.
fn kind(rounds: u32) -> IntervalKind {
    let enough = usize::try_from(rounds).is_ok_and(|rounds| rounds >= FEWEST_ROUNDS);
    if enough { IntervalKind::OrderStatistic95 } else { IntervalKind::Range }
}

/// What the error bars of a figure mean, where it has any.
pub(super) fn intervals(spec: &PlotSpec) -> Option<&'static str> {
    if spec.table.is_some() {
        return Some(DECISION_NOTE);
    }
    if spec.metric == Metric::Latency {
        let mut points = spec.panels.iter().flat_map(|panel| &panel.curves).flat_map(|curve| &curve.points);
        return points.any(|point| point.interval.is_some()).then_some(
            "Measured points are medians over rounds; 5\u{a0}% of the units took less time than their bar shows, and 5\u{a0}% more.",
        );
    }
    let kinds: Vec<IntervalKind> = spec
        .panels
        .iter()
        .flat_map(|panel| &panel.curves)
        .flat_map(|curve| &curve.points)
        .filter(|point| point.interval.is_some())
        .filter_map(|point| point.rounds.map(kind))
        .collect();
    match (kinds.contains(&IntervalKind::OrderStatistic95), kinds.contains(&IntervalKind::Range)) {
        (true, false) => Some("Measured points are medians over rounds; bars are their 95\u{a0}% intervals."),
        (false, true) => {
            Some("Measured points are medians over rounds; bars reach from the least to the greatest of fewer than 6.")
        }
        (true, true) => Some(
            "Measured points are medians over rounds; bars are their 95\u{a0}% intervals, or for fewer than 6 rounds the least and the greatest.",
        ),
        (false, false) => None,
    }
}
