//! Results as a table: the plot's text form in the window, on the command line and in CSV.

use super::format;
use super::plot::{CurveRole, role_of};
use super::results::{Point, Results};
use super::statistics::{Estimate, IntervalKind};
use super::units::ThreadCount;

/// The results of one experiment, one row for each thread count of each curve.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultsTable {
    /// The columns' titles, as many as [`TableRow::cells`] gives.
    pub header: [&'static str; 7],
    /// The series in the order asked for, the ceiling last; each by ascending thread count.
    pub rows: Vec<TableRow>,
}

/// One thread count of one curve. Unknown values are `None`, never 0.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// The curve's name, as legends show it.
    pub series: String,
    /// What the curve stands for, which decides its style.
    pub role: CurveRole,
    /// How many workers ran.
    pub threads: ThreadCount,
    /// Units per second.
    pub throughput_per_sec: Estimate,
    /// Over one thread.
    pub speedup: Option<Estimate>,
    /// Speedup over threads.
    pub efficiency: Option<Estimate>,
    /// CPU seconds per second.
    pub cores_used: Option<Estimate>,
    /// Rounds behind the row.
    pub rounds: u32,
}

/// The name of the ceiling in legends and tables.
pub const CEILING_LABEL: &str = "Ceiling";

impl ResultsTable {
    /// The rows of the series, then those of the ceiling.
    pub fn of(results: &Results) -> Self {
        let series = results.series.iter().enumerate().flat_map(|(index, series)| {
            let (label, role) = (series.key.label(), role_of(results, index, &series.key));
            series.points.iter().map(move |point| TableRow::of(label.clone(), role, point))
        });
        let ceiling =
            results.ceiling.iter().map(|point| TableRow::of(CEILING_LABEL.to_owned(), CurveRole::Ceiling, point));
        Self {
            header: ["Series", "Threads", "Units per second", "Speedup", "Efficiency", "Cores used", "Rounds"],
            rows: series.chain(ceiling).collect(),
        }
    }

    /// What the numbers in brackets mean, for the line below the table; `None` for an empty table.
    pub fn note(&self) -> Option<&'static str> {
        let of_kind = |kind| self.rows.iter().any(|row| row.throughput_per_sec.interval == kind);
        match (of_kind(IntervalKind::OrderStatistic95), of_kind(IntervalKind::Range)) {
            (true, false) => Some("Medians over rounds; in brackets the 95 % interval."),
            (true, true) => Some(
                "Medians over rounds; in brackets the 95 % interval, or the least and greatest where there are fewer than \
                 6 rounds.",
            ),
            (false, true) => {
                Some("Medians over rounds; in brackets the least and greatest, since there are fewer than 6 rounds.")
            }
            (false, false) => None,
        }
    }
}

impl TableRow {
    /// The cells as text, in the header's order.
    pub fn cells(&self) -> [String; 7] {
        [
            self.series.clone(),
            self.threads.to_string(),
            format::estimate(&self.throughput_per_sec),
            format::estimate_or_unknown(self.speedup.as_ref()),
            format::estimate_or_unknown(self.efficiency.as_ref()),
            format::estimate_or_unknown(self.cores_used.as_ref()),
            self.rounds.to_string(),
        ]
    }

    fn of(series: String, role: CurveRole, point: &Point) -> Self {
        Self {
            series,
            role,
            threads: point.threads,
            throughput_per_sec: point.throughput_per_sec,
            speedup: point.speedup,
            efficiency: point.efficiency,
            cores_used: point.cores_used,
            rounds: point.throughput_per_sec.rounds,
        }
    }
}
