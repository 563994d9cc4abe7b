//! The verdicts as lines of a table.

use super::Row;
use super::part::Part;
use crate::model::claim::Verdict;
use crate::model::format;

/// Columns that are as wide as the longest id of what will be shown, so that a line can be printed as soon as it is known.
pub(super) struct Table {
    widths: [usize; 4],
}

const HEADER: [&str; 5] = ["lesson", "experiment", "claim", "verdict", "reason"];

impl Table {
    pub(super) fn new(parts: &[Part<'_>]) -> Self {
        let mut widths = [HEADER[0], HEADER[1], HEADER[2], Verdict::CannotTell.label()].map(str::len);
        let mut widen = |column: usize, word: &str| widths[column] = widths[column].max(word.len());
        for part in parts {
            widen(0, &part.choice.lesson.id);
            for experiment in &part.choice.experiments {
                widen(1, &experiment.id);
                experiment.claims.iter().for_each(|claim| widen(2, &claim.id));
            }
        }
        Self { widths }
    }

    pub(super) fn header(&self) -> String {
        self.cells(HEADER)
    }

    pub(super) fn line(&self, row: &Row) -> String {
        self.cells([&row.lesson, &row.experiment, &row.id, row.verdict.label(), &row.reason])
    }

    fn cells(&self, [lesson, experiment, claim, verdict, reason]: [&str; 5]) -> String {
        let [a, b, c, d] = self.widths;
        format!("{lesson:<a$}  {experiment:<b$}  {claim:<c$}  {verdict:<d$}  {reason}")
    }
}

/// How many claims hold, in one line.
pub(super) fn summary(rows: &[Row], elapsed_s: f64) -> String {
    let count = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    let (holds, refuted) = (count(Verdict::Holds), count(Verdict::Refuted));
    let inverted: Vec<&Row> =
        rows.iter().filter(|row| row.verdict == Verdict::Holds && row.inverted.is_some()).collect();
    let opposite = if inverted.is_empty() {
        String::new()
    } else {
        let confirmed = inverted.iter().filter(|row| row.is_confirmed()).count();
        format!("; turned into their opposite, {confirmed} of the {} that held were refuted", inverted.len())
    };
    format!(
        "{}: {holds} held, {refuted} refuted, {} could not be told; {elapsed_s:.0} s{opposite}",
        format::counted(rows.len(), "claim"),
        count(Verdict::CannotTell),
    )
}
