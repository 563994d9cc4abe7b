//! The table for a decision as shapes.

use crate::model::plot::{DecisionCell, DecisionTable};

use super::figure::{Look, TextKind};
use super::scene::{Area, Node, Pen, Spot};

/// The share of the width that the kinds of work take.
const WORK_SHARE: f64 = 0.28;

/// The most lines of a heading and of a cell.
const MOST_LINES: usize = 5;

/// The table in `space`, or nothing where it does not fit.
pub(super) fn draw(table: &DecisionTable, space: Area, look: &Look<'_>) -> Option<Vec<Node>> {
    let (gap, room) = (12.0 * look.unit, 6.0 * look.unit);
    let work = space.width * WORK_SHARE;
    let tool = (space.width - work) / count(table.tools.len().max(1));
    let left = |column: usize| if column == 0 { space.left } else { space.left + work + tool * count(column - 1) };
    let most = |column: usize| if column == 0 { work - gap } else { tool - gap };

    let head = std::iter::once(String::new()).chain(table.tools.iter().cloned());
    let mut rows: Vec<Vec<(String, TextKind)>> = vec![head.map(|text| (text, TextKind::Label)).collect()];
    for row in &table.rows {
        // An interval is broken before it rather than within.
        let words = |cell: &DecisionCell| cell.in_words().replace(" to ", "\u{a0}to\u{a0}");
        let cells = row.cells.iter().map(|cell| (words(cell), kind_of(cell)));
        rows.push(std::iter::once((row.in_words(), TextKind::Legend)).chain(cells).collect());
    }

    let mut nodes = Vec::new();
    let mut top = space.top;
    for row in rows {
        let wrapped: Vec<(Vec<String>, TextKind)> = row
            .into_iter()
            .enumerate()
            .map(|(column, (text, kind))| (look.wrap(&text, kind, most(column), MOST_LINES), kind))
            .collect();
        let fits = |(column, (lines, kind)): (usize, &(Vec<String>, TextKind))| {
            lines.iter().all(|line| !line.ends_with('…') && look.width(line, *kind) <= most(column) + 0.5)
        };
        if !wrapped.iter().enumerate().all(fits) {
            return None;
        }
        let height =
            wrapped.iter().map(|(lines, kind)| count(lines.len()) * look.line_height(*kind)).fold(0.0, f64::max);
        top += room;
        for (column, (lines, kind)) in wrapped.iter().enumerate() {
            for (index, line) in lines.iter().enumerate() {
                let line = line.replace('\u{a0}', " ");
                nodes.push(look.text(&line, left(column), top + count(index) * look.line_height(*kind), *kind));
            }
        }
        top += height + room;
        let ends = [Spot { x: space.left, y: top }, Spot { x: space.right(), y: top }];
        nodes.push(Node::line(&ends, Pen::solid(look.theme.grid(), look.unit)));
    }
    (top <= space.bottom()).then_some(nodes)
}

fn kind_of(cell: &DecisionCell) -> TextKind {
    match cell {
        DecisionCell::Measured { is_best: true, .. } => TextKind::PanelTitle,
        DecisionCell::Measured { is_best: false, .. } => TextKind::Legend,
        DecisionCell::NotMeasured | DecisionCell::CannotRun(_) => TextKind::Label,
    }
}

#[expect(clippy::cast_precision_loss, reason = "columns and lines are few")]
fn count(count: usize) -> f64 {
    count as f64
}
