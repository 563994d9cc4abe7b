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
        let named = results.series.iter().enumerate().zip(results.labels());
        let series = named.flat_map(|((index, series), label)| {
            let role = role_of(results, index, &series.key);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{self, curve};
    use crate::model::results::Curve;
    use crate::model::series::EngineKind;

    fn table(rounds: u32) -> ResultsTable {
        let curves =
            [(curve(EngineKind::GilModel), &[(1, 1234.0), (2, 1190.0)][..]), (Curve::Ceiling, &[(1, 9000.0)][..])];
        ResultsTable::of(&fixture::results(&curves, rounds, 0.02))
    }

    #[test]
    fn rows_follow_the_legend_with_the_ceiling_last() {
        let cells: Vec<String> = table(9).rows.iter().map(|row| row.cells().join(" | ")).collect();
        assert_eq!(
            cells,
            [
                "GIL model | 1 | 1,234 (1,234 to 1,234) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 9",
                "GIL model | 2 | 1,190 (1,166 to 1,214) | 0.964 (0.945 to 0.984) | 0.482 (0.472 to 0.492) | 1.00 (1.00 to 1.00) | 9",
                "Ceiling | 1 | 9,000 (9,000 to 9,000) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 9",
            ]
        );
        assert_eq!(table(9).header.len(), table(9).rows[0].cells().len());
    }

    #[test]
    fn unknown_cells_are_dashes() {
        let mut results = fixture::results(&[], 0, 0.0);
        let window = crate::model::window::Window { workers_cpu_s: None, ..fixture::window(2, 0, 10.0) };
        results.add(&curve(EngineKind::Native), window);
        let cells = ResultsTable::of(&results).rows[0].cells();
        assert_eq!(cells, ["Native threads", "2", "10.0", "–", "–", "–", "1"].map(str::to_owned));
    }

    #[test]
    fn the_note_says_what_the_brackets_mean() {
        assert_eq!(table(9).note(), Some("Medians over rounds; in brackets the 95 % interval."));
        assert!(table(3).note().is_some_and(|note| note.contains("fewer than 6 rounds")));
        assert_eq!(table(0).note(), None);
    }
}
