//! Which curve is which, in rows below the panels.

use crate::model::plot::{CurveRole, PlotSpec};

use super::figure::{Look, TextKind};
use super::marker;
use super::panel::line_pen;
use super::scene::{Node, Spot};

/// Length of the line before a name, in units.
const SAMPLE: f64 = 30.0;
/// Gap between the line and the name, in units.
const AFTER_SAMPLE: f64 = 7.0;
/// Gap between a name and the next line, in units.
const AFTER_NAME: f64 = 22.0;

/// The curves of a figure that have points, each name once, in order of appearance.
pub(super) struct Legend<'a> {
    entries: Vec<(&'a str, CurveRole)>,
}

impl<'a> Legend<'a> {
    /// The legend of a figure.
    pub(super) fn of(spec: &'a PlotSpec) -> Self {
        let mut entries: Vec<(&str, CurveRole)> = Vec::new();
        for curve in spec.panels.iter().flat_map(|panel| &panel.curves) {
            let known = entries.iter().any(|(name, _)| *name == curve.name);
            if !known && !curve.points.is_empty() {
                entries.push((&curve.name, curve.role));
            }
        }
        Self { entries }
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entries in rows no wider than `most`.
    pub(super) fn rows(&self, look: &Look<'_>, most: f64) -> Rows {
        let before = (SAMPLE + AFTER_SAMPLE) * look.unit;
        let row_height = look.line_height(TextKind::Legend) + 4.0 * look.unit;
        let mut rows = Rows { entries: Vec::new(), height: 0.0 };
        let mut left = 0.0;
        for (name, role) in &self.entries {
            let name = look.wrap(name, TextKind::Legend, most - before, 1).pop().unwrap_or_default();
            let width = before + look.width(&name, TextKind::Legend);
            if rows.entries.is_empty() {
                rows.height = row_height;
            } else if left + width > most {
                left = 0.0;
                rows.height += row_height;
            }
            rows.entries.push(Entry { name, role: *role, left, top: rows.height - row_height });
            left += width + AFTER_NAME * look.unit;
        }
        rows
    }
}

/// A legend that has been laid out.
pub(super) struct Rows {
    entries: Vec<Entry>,
    /// Of all rows together.
    pub(super) height: f64,
}

struct Entry {
    name: String,
    role: CurveRole,
    left: f64,
    top: f64,
}

impl Rows {
    /// Draws it with its top left corner at that place.
    pub(super) fn at(&self, look: &Look<'_>, left: f64, top: f64) -> Node {
        let mut nodes = Vec::new();
        for entry in &self.entries {
            let style = entry.role.style();
            let colour = look.theme.curve(style);
            let (left, top) = (left + entry.left, top + entry.top);
            let y = top + look.line_height(TextKind::Legend) / 2.0;
            let at = |x: f64| Spot { x: left + x * look.unit, y };
            nodes.push(Node::line(&[at(0.0), at(SAMPLE)], line_pen(style.dash, colour, look)));
            nodes.extend(marker::draw(style.marker, at(SAMPLE / 2.0), colour, look));
            let name_left = left + (SAMPLE + AFTER_SAMPLE) * look.unit;
            nodes.push(look.text(&entry.name, name_left, top, TextKind::Legend));
        }
        Node::Group { name: "legend".to_owned(), clip: None, nodes }
    }
}
