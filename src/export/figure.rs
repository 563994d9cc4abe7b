//! Lays a plot specification out as a scene: title, panels, legend, small print.

use crate::model::plot::PlotSpec;

use super::describe;
use super::error::ExportError;
use super::font::Fonts;
use super::legend::Legend;
use super::panel::{self, Frame};
use super::scene::{Area, Node, Scene, Spot, TextLine, Weight};
use super::size::FigureSize;
use super::theme::FigureTheme;

/// Each attempt to fit everything in makes text and lines this much smaller.
const ATTEMPTS: [f64; 5] = [1.0, 0.9, 0.8, 0.7, 0.6];

/// The ratio of width to height that the plots come as close to as they can.
const BEST_RATIO: f64 = 1.35;

/// What a plot without panels says.
const NOTHING: &str = "Nothing has been measured yet";

/// What text and lines of a figure are drawn with: the fonts, the colours, and the unit that all lengths are given in.
pub(super) struct Look<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) theme: FigureTheme,
    /// Layout pixels in a unit; 1 for a figure of 800 × 450.
    pub(super) unit: f64,
}

impl Look<'_> {
    /// A line of text whose box, 1.3 times the text's size high, begins at `top`.
    pub(super) fn text(&self, text: &str, left: f64, top: f64, kind: TextKind) -> Node {
        let (size, weight) = (self.size(kind), kind.weight());
        let colour = match kind {
            TextKind::Title | TextKind::PanelTitle | TextKind::Legend => self.theme.ink(),
            TextKind::Label | TextKind::Small => self.theme.muted(),
        };
        // The letters of Inter are 0.73 em high; this centres them in the box.
        let at = Spot { x: left, y: top + size * (1.3 + 0.73) / 2.0 };
        Node::Text(TextLine { at, text: text.to_owned(), size, weight, colour })
    }

    pub(super) fn width(&self, text: &str, kind: TextKind) -> f64 {
        self.fonts.width(text, self.size(kind), kind.weight())
    }

    pub(super) fn wrap(&self, text: &str, kind: TextKind, most: f64, lines: usize) -> Vec<String> {
        self.fonts.wrap(text, self.size(kind), kind.weight(), most, lines)
    }

    pub(super) fn line_height(&self, kind: TextKind) -> f64 {
        self.size(kind) * 1.3
    }

    fn size(&self, kind: TextKind) -> f64 {
        self.unit
            * match kind {
                TextKind::Title => 18.0,
                TextKind::PanelTitle => 13.0,
                TextKind::Legend => 12.0,
                TextKind::Label => 11.5,
                TextKind::Small => 9.0,
            }
    }
}

/// What a text is for, which decides its size, weight and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    Title,
    PanelTitle,
    Legend,
    Label,
    Small,
}

impl TextKind {
    fn weight(self) -> Weight {
        match self {
            Self::Title | Self::PanelTitle => Weight::SemiBold,
            Self::Legend | Self::Label | Self::Small => Weight::Regular,
        }
    }
}

/// Lays out a figure.
///
/// # Errors
/// When there is no room for the curves, however small the text.
pub(super) fn compose(
    spec: &PlotSpec,
    size: FigureSize,
    theme: FigureTheme,
    fonts: &Fonts,
) -> Result<Scene, ExportError> {
    let (width, height) = (f64::from(size.width_px()), f64::from(size.height_px()));
    let unit = (width * height / (800.0 * 450.0)).sqrt().sqrt().min(width / 400.0);
    let legend = Legend::of(spec);
    for smaller in ATTEMPTS {
        let look = Look { fonts, theme, unit: unit * smaller };
        if let Some(mut nodes) = place(spec, &legend, &look, width, height) {
            let ground = Area { left: 0.0, top: 0.0, width, height };
            nodes.insert(0, Node::filled(ground, theme.ground()));
            let title = if spec.title.trim().is_empty() { "Threadlab".to_owned() } else { spec.title.clone() };
            let description = describe::in_words(spec);
            return Ok(Scene { width, height, title, description, provenance: spec.provenance.clone(), nodes });
        }
    }
    Err(ExportError::NoRoom {
        panels: spec.panels.len(),
        curves: legend.len(),
        width_px: size.width_px(),
        height_px: size.height_px(),
    })
}

/// Everything in its place, or nothing where it does not fit.
fn place(spec: &PlotSpec, legend: &Legend<'_>, look: &Look<'_>, width: f64, height: f64) -> Option<Vec<Node>> {
    let unit = look.unit;
    let margin = 22.0 * unit;
    let inner = width - 2.0 * margin;
    let mut nodes = Vec::new();

    let mut top = margin;
    for line in look.wrap(&spec.title, TextKind::Title, inner, 3) {
        nodes.push(look.text(&line, margin, top, TextKind::Title));
        top += look.line_height(TextKind::Title);
    }
    top += 10.0 * unit;

    let mut bottom = height - 16.0 * unit;
    let mut small = Vec::new();
    for paragraph in [describe::intervals(spec), Some(spec.provenance.as_str())].into_iter().flatten() {
        small.extend(look.wrap(paragraph, TextKind::Small, inner, usize::MAX));
    }
    bottom -= look.line_height(TextKind::Small) * count(small.len());
    for (index, line) in small.iter().enumerate() {
        let line_top = bottom + count(index) * look.line_height(TextKind::Small);
        nodes.push(look.text(line, margin, line_top, TextKind::Small));
    }
    bottom -= 8.0 * unit;

    let rows = legend.rows(look, inner);
    bottom -= rows.height;
    nodes.push(rows.at(look, margin, bottom));
    if legend.len() > 0 {
        bottom -= 12.0 * unit;
    }

    let space = Area { left: margin, top, width: inner, height: bottom - top };
    if spec.panels.is_empty() {
        nodes.push(centred(look, NOTHING, space)?);
        return Some(nodes);
    }
    let frames = grid(spec, look, space)?;
    for (panel, frame) in spec.panels.iter().zip(frames) {
        nodes.push(panel::draw(panel, &frame, look));
    }
    Some(nodes)
}

/// `text` in the middle of `area`, where it fits.
pub(super) fn centred(look: &Look<'_>, text: &str, area: Area) -> Option<Node> {
    let (width, height) = (look.width(text, TextKind::Label), look.line_height(TextKind::Label));
    let fits = width <= area.width && height <= area.height;
    let (left, top) = (area.left + (area.width - width) / 2.0, area.top + (area.height - height) / 2.0);
    fits.then(|| look.text(text, left, top, TextKind::Label))
}

/// A frame for each panel: side by side, or in several rows where that makes better plots.
fn grid(spec: &PlotSpec, look: &Look<'_>, space: Area) -> Option<Vec<Frame>> {
    let panels = spec.panels.len();
    // From side by side to one above the other: the first of equally good ones is kept.
    (1..=panels)
        .rev()
        .filter_map(|columns| in_columns(spec, look, space, columns))
        .min_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, frames)| frames)
}

/// The frames of a grid with so many columns, and how far its plots are from the best ratio.
fn in_columns(spec: &PlotSpec, look: &Look<'_>, space: Area, columns: usize) -> Option<(f64, Vec<Frame>)> {
    let panels = spec.panels.len();
    let rows = panels.div_ceil(columns);
    let (gap_x, gap_y) = (26.0 * look.unit, 14.0 * look.unit);
    let (across, down) = (count(columns), count(rows));
    let cell_width = (space.width - gap_x * (across - 1.0)) / across;
    let cell_height = (space.height - gap_y * (down - 1.0)) / down;
    if cell_width <= 0.0 || cell_height <= 0.0 {
        return None;
    }

    let titles: Vec<Vec<String>> = spec
        .panels
        .iter()
        .map(|panel| {
            let same = panels == 1 && panel.title == spec.title;
            if same { Vec::new() } else { look.wrap(&panel.title, TextKind::PanelTitle, cell_width, 2) }
        })
        .collect();
    let title_lines = titles.iter().map(Vec::len).max().unwrap_or(0);
    let above = count(title_lines) * look.line_height(TextKind::PanelTitle)
        + look.line_height(TextKind::Label)
        + 11.0 * look.unit;
    let below = 2.0 * look.line_height(TextKind::Label) + 8.0 * look.unit;
    let plot_height = cell_height - above - below;
    let ticks: Vec<_> = spec.panels.iter().map(|panel| panel::y_ticks(&panel.y, plot_height, look)).collect();
    let gutter = ticks.iter().flatten().map(|tick| look.width(&tick.label, TextKind::Label)).fold(0.0, f64::max)
        + 7.0 * look.unit;
    // Half of the last tick's label reaches beyond the plot.
    let plot_width = cell_width - gutter - 8.0 * look.unit;
    if plot_width < 90.0 * look.unit || plot_height < 60.0 * look.unit {
        return None;
    }

    let frames = titles
        .into_iter()
        .zip(ticks)
        .enumerate()
        .map(|(index, (title, y_ticks))| {
            let left = space.left + count(index % columns) * (cell_width + gap_x);
            let top = space.top + count(index / columns) * (cell_height + gap_y);
            let plot = Area { left: left + gutter, top: top + above, width: plot_width, height: plot_height };
            Frame { left, top, title, y_ticks, plot }
        })
        .collect();
    Some(((plot_width / plot_height / BEST_RATIO).ln().abs(), frames))
}

#[expect(clippy::cast_precision_loss, reason = "panels and lines are few")]
fn count(number: usize) -> f64 {
    number as f64
}
