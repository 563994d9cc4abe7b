//! What a run found, for a person: table, verdicts and warnings.

use std::io;

use super::console;
use crate::engine::message::Outcome;
use crate::model::format;
use crate::model::record::{Completion, RunRecord};
use crate::model::table::ResultsTable;

/// The longest title of a report, in characters: a result file may hold any.
const MOST_TITLE_CHARS: usize = 160;

/// Where the report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Standard output: the report is the data.
    Data,
    /// Standard error: something else is the data.
    Reader,
}

/// Prints tables, verdicts and warnings of a record. `outcome` is how its run ended, where that is known.
pub(super) fn print(record: &RunRecord, to: To, outcome: Option<&Outcome>) -> io::Result<()> {
    let title = |text: &str| format::shortened(text, MOST_TITLE_CHARS);
    let mut lines = vec![format!("{} ({})", title(&record.lesson_title), record.machine.in_words())];
    for experiment in &record.experiments {
        lines.push(String::new());
        lines.push(title(&experiment.title));
        let table = ResultsTable::of(&experiment.results);
        if table.rows.is_empty() {
            lines.push("  nothing was measured".to_owned());
        } else {
            lines.extend(aligned(&table));
        }
        for claim in &experiment.claims {
            lines.push(format!("{}: {}", claim.verdict.label(), claim.text));
            lines.push(format!("    {}", claim.reason));
        }
        lines.extend(experiment.warnings.iter().map(|warning| format!("warning: {}", warning.message)));
    }
    lines.push(String::new());
    lines.extend(record.warnings.iter().map(|warning| format!("warning: {}", warning.message)));
    let completion = match (record.completion, outcome) {
        (Completion::Completed, _) => "complete",
        (Completion::Partial, Some(Outcome::Failed(_))) => "partial: it failed before its end",
        (Completion::Partial, Some(Outcome::Cancelled)) => "partial: it was stopped before its end",
        (Completion::Partial, Some(Outcome::Completed) | None) => "partial: it ended before its time",
    };
    lines.push(format!(
        "{} in {:.1} s, precision {}, seed {}, {completion}",
        format::rounds(record.rounds),
        record.elapsed_s,
        record.precision.id(),
        record.seed,
    ));
    for line in lines {
        match to {
            To::Data => console::data(line)?,
            To::Reader => console::say(line),
        }
    }
    Ok(())
}

/// The table as lines: the first column to the left, numbers to the right.
fn aligned(table: &ResultsTable) -> Vec<String> {
    let header = table.header().into_iter().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(table.rows.iter().map(|row| table.cells(row))).collect();
    let mut widths = vec![0; table.columns.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            format!("  {}", cells.collect::<Vec<_>>().join("  "))
        })
        .collect();
    lines.extend(table.note().map(|note| format!("  {note}")));
    lines
}
