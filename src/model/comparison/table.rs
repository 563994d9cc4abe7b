//! A comparison as lines of text.

use super::Compared;
use crate::model::format;

const HEADER: [&str; 6] = ["", "model", "CPython", "ratio", "goal", "verdict"];

/// The rows as lines, in columns: the model's figure, CPython's, the ratio with its interval, the goal and the verdict; under a
/// row that cannot be told, why.
pub fn lines(rows: &[Compared]) -> Vec<String> {
    let mut table: Vec<(Vec<String>, Option<&str>)> = vec![(HEADER.map(str::to_owned).to_vec(), None)];
    table.extend(rows.iter().map(|row| (cells(row), row.needs_reason().then_some(row.reason.as_str()))));
    let width = |column: usize| table.iter().map(|(cells, _)| cells[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEADER.len()).map(width).collect();
    let mut lines = Vec::new();
    for (cells, reason) in &table {
        let padded = cells.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
            1 | 2 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        let line = padded.collect::<Vec<_>>().join("  ");
        lines.push(line.trim_end().to_owned());
        lines.extend(reason.map(|reason| format!("    {reason}")));
    }
    lines
}

fn cells(row: &Compared) -> Vec<String> {
    let bounds = [1.0 - row.goal, 1.0 + row.goal];
    let (ratio, bounds) = match &row.ratio {
        Some(ratio) => format::estimate_beside(ratio, &bounds),
        None => (format::UNKNOWN.to_owned(), bounds.map(format::short).to_vec()),
    };
    vec![
        row.name.to_owned(),
        format::number_or_unknown(row.model),
        format::number_or_unknown(row.cpython),
        ratio,
        bounds.join(" to "),
        row.agreement.label().to_owned(),
    ]
}
