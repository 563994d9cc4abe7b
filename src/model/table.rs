//! Results as a table: the plot's text form in the window, on the command line and in CSV.

use super::format;
use super::plot::{CurveRole, role_of};
use super::results::{Point, Results};
use super::statistics::{Estimate, IntervalKind};
use super::units::ThreadCount;
use super::window::LostUpdates;

/// The results of one experiment, one row for each thread count of each curve.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultsTable {
    /// What it shows of each row.
    pub columns: Vec<Column>,
    /// The series in the order asked for, the ceiling last; each by ascending thread count.
    pub rows: Vec<TableRow>,
}

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The curve's name.
    Series,
    /// The thread count.
    Threads,
    /// Units per second.
    Throughput,
    /// Over one thread.
    Speedup,
    /// Speedup over threads.
    Efficiency,
    /// CPU seconds per second.
    CoresUsed,
    /// The time of one unit; only where some row has it.
    Latency,
    /// The share of updates that got lost; only where some row has it.
    LostShare,
    /// Updates that were counted, exactly; only where some row has them.
    Counted,
    /// Windows with a deadlock; only where some row has them.
    Deadlocks,
    /// How many rounds there were.
    Rounds,
}

impl Column {
    /// What stands above it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Series => "Series",
            Self::Threads => "Threads",
            Self::Throughput => "Units per second",
            Self::Speedup => "Speedup",
            Self::Efficiency => "Efficiency",
            Self::CoresUsed => "Cores used",
            Self::Latency => "Latency, ms",
            Self::LostShare => "Share lost",
            Self::Counted => "Updates counted",
            Self::Deadlocks => "With a deadlock",
            Self::Rounds => "Rounds",
        }
    }
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
    /// The median time of one unit, in milliseconds.
    pub latency_ms: Option<Estimate>,
    /// The share of updates that got lost.
    pub lost_share: Option<Estimate>,
    /// Updates of all rounds.
    pub lost: Option<LostUpdates>,
    /// The share of windows with a deadlock.
    pub deadlock_share: Option<Estimate>,
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
        let rows: Vec<TableRow> = series.chain(ceiling).collect();
        let has = |is_known: fn(&TableRow) -> bool| rows.iter().any(is_known);
        let mut columns = vec![
            Column::Series,
            Column::Threads,
            Column::Throughput,
            Column::Speedup,
            Column::Efficiency,
            Column::CoresUsed,
        ];
        columns.extend(has(|row| row.latency_ms.is_some()).then_some(Column::Latency));
        columns.extend(has(|row| row.lost_share.is_some()).then_some(Column::LostShare));
        columns.extend(has(|row| row.lost.is_some()).then_some(Column::Counted));
        columns.extend(has(|row| row.deadlock_share.is_some()).then_some(Column::Deadlocks));
        columns.push(Column::Rounds);
        Self { columns, rows }
    }

    /// The columns' titles.
    pub fn header(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.title()).collect()
    }

    /// The cells of a row as text, in the columns' order.
    pub fn cells(&self, row: &TableRow) -> Vec<String> {
        self.columns.iter().map(|column| row.cell(*column)).collect()
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
    /// One cell as text.
    pub fn cell(&self, column: Column) -> String {
        match column {
            Column::Series => self.series.clone(),
            Column::Threads => self.threads.to_string(),
            Column::Throughput => format::estimate(&self.throughput_per_sec),
            Column::Speedup => format::estimate_or_unknown(self.speedup.as_ref()),
            Column::Efficiency => format::estimate_or_unknown(self.efficiency.as_ref()),
            Column::CoresUsed => format::estimate_or_unknown(self.cores_used.as_ref()),
            Column::Latency => format::estimate_or_unknown(self.latency_ms.as_ref()),
            Column::LostShare => format::estimate_or_unknown(self.lost_share.as_ref()),
            Column::Counted => match self.lost {
                Some(lost) => format!("{} of {}", format::whole(lost.counted), format::whole(lost.expected)),
                None => format::UNKNOWN.to_owned(),
            },
            Column::Deadlocks => match self.deadlock_share {
                // Exact: a share of whole windows.
                Some(share) => {
                    let windows = f64::from(share.rounds);
                    format!("{} of {}", format::fixed(share.median * windows, 0), format::fixed(windows, 0))
                }
                None => format::UNKNOWN.to_owned(),
            },
            Column::Rounds => self.rounds.to_string(),
        }
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
            latency_ms: point.latency_ms,
            lost_share: point.lost_share,
            lost: point.lost(),
            deadlock_share: point.deadlock_share,
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
        let cells: Vec<String> = table(9).rows.iter().map(|row| table(9).cells(row).join(" | ")).collect();
        assert_eq!(
            cells,
            [
                "GIL model | 1 | 1,234 (1,234 to 1,234) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 9",
                "GIL model | 2 | 1,190 (1,166 to 1,214) | 0.964 (0.945 to 0.984) | 0.482 (0.472 to 0.492) | 1.00 (1.00 to 1.00) | 9",
                "Ceiling | 1 | 9,000 (9,000 to 9,000) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 1.00 (1.00 to 1.00) | 9",
            ]
        );
        assert_eq!(table(9).header().len(), table(9).cells(&table(9).rows[0]).len());
    }

    #[test]
    fn unknown_cells_are_dashes() {
        let mut results = fixture::results(&[], 0, 0.0);
        let window = crate::model::window::Window { workers_cpu_s: None, ..fixture::window(2, 0, 10.0) };
        results.add(&curve(EngineKind::Native), window);
        let table = ResultsTable::of(&results);
        let cells = table.cells(&table.rows[0]);
        assert_eq!(cells, ["Native threads", "2", "10.0", "–", "–", "–", "1"].map(str::to_owned));
    }

    #[test]
    fn what_only_some_workloads_have_is_a_column_where_it_is_there() {
        use crate::model::window::{DeadlockReport, Window};
        let mut results = fixture::results(&[], 0, 0.0);
        for round in 0..6 {
            let window = Window {
                latency_ms: Some(5.25),
                lost: Some(LostUpdates { expected: 1000, counted: 250 }),
                deadlocks: Some(DeadlockReport { count: u64::from(round % 2), last: Vec::new() }),
                ..fixture::window(2, round, 10.0)
            };
            results.add(&curve(EngineKind::Native), window);
        }
        let table = ResultsTable::of(&results);
        assert_eq!(table.header()[6..10], ["Latency, ms", "Share lost", "Updates counted", "With a deadlock"]);
        let cells = table.cells(&table.rows[0]);
        assert_eq!(cells[6..10], ["5.25 (5.25 to 5.25)", "0.750 (0.750 to 0.750)", "1,500 of 6,000", "3 of 6"]);
    }

    #[test]
    fn the_note_says_what_the_brackets_mean() {
        assert_eq!(table(9).note(), Some("Medians over rounds; in brackets the 95 % interval."));
        assert!(table(3).note().is_some_and(|note| note.contains("fewer than 6 rounds")));
        assert_eq!(table(0).note(), None);
    }
}
