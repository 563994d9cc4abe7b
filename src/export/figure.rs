//! Lays a plot specification out as a scene: title, panels, legend, small print.

use crate::model::plot::PlotSpec;

use super::decision;
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
    if let Some(intervals) = describe::intervals(spec) {
        small.extend(look.wrap(intervals, TextKind::Small, inner, usize::MAX));
    }
    small.extend(provenance_lines(&spec.provenance, look, inner));
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
    if let Some(table) = &spec.table {
        nodes.extend(decision::draw(table, space, look)?);
        return Some(nodes);
    }
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

/// The small line, broken between its parts rather than within them where that can be done.
fn provenance_lines(provenance: &str, look: &Look<'_>, most: f64) -> Vec<String> {
    const BETWEEN: &str = " · ";
    const NO_BREAK: &str = "\u{a0}";
    let whole: Vec<String> = provenance.split(BETWEEN).map(|part| part.replace(' ', NO_BREAK)).collect();
    if whole.iter().all(|part| look.width(part, TextKind::Small) < 0.9 * most) {
        let lines = look.wrap(&whole.join(&format!("{NO_BREAK}· ")), TextKind::Small, most, usize::MAX);
        lines.into_iter().map(|line| line.replace(NO_BREAK, " ")).collect()
    } else {
        look.wrap(provenance, TextKind::Small, most, usize::MAX)
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample;
    use super::*;
    use crate::model::plot::{Axis, AxisScale, CurveRole, CurveShape, Metric, Panel, PlotCurve, PlotPoint};
    use crate::model::series::EngineKind;

    /// Every line of text with the box round its letters.
    fn texts<'a>(nodes: &'a [Node], fonts: &Fonts, found: &mut Vec<(&'a str, Area)>) {
        for node in nodes {
            match node {
                Node::Text(line) => {
                    let width = fonts.width(&line.text, line.size, line.weight);
                    let (top, height) = (line.at.y - 0.73 * line.size, 0.73 * line.size);
                    found.push((&line.text, Area { left: line.at.x, top, width, height }));
                }
                Node::Group { nodes, .. } => texts(nodes, fonts, found),
                Node::Shape { .. } => {}
            }
        }
    }

    /// That every text lies within the figure and touches no other.
    #[track_caller]
    fn check_texts(spec: &PlotSpec, width_px: u32, height_px: u32) -> bool {
        let fonts = Fonts::load().unwrap();
        let size = FigureSize::new(width_px, height_px, 1.0).unwrap();
        let Ok(scene) = compose(spec, size, FigureTheme::Light, &fonts) else { return false };
        let mut found = Vec::new();
        texts(&scene.nodes, &fonts, &mut found);
        for (index, (text, one)) in found.iter().enumerate() {
            assert!(one.left >= 0.0 && one.top >= 0.0, "{text:?} at {one:?}");
            assert!(one.right() <= scene.width && one.bottom() <= scene.height, "{text:?} at {one:?}");
            for (other_text, other) in &found[index + 1..] {
                let apart = one.right() <= other.left
                    || other.right() <= one.left
                    || one.bottom() <= other.top
                    || other.bottom() <= one.top;
                assert!(apart, "{text:?} at {one:?} touches {other_text:?} at {other:?}");
            }
        }
        true
    }

    #[test]
    fn texts_never_touch_at_any_usual_size() {
        for (width, height) in [(400, 300), (600, 840), (800, 450), (960, 540), (1600, 900), (1000, 1000), (3840, 2160)]
        {
            assert!(check_texts(&sample::two_panels(), width, height), "{width} × {height}");
        }
    }

    #[test]
    fn what_cannot_fit_is_refused_in_words() {
        let mut spec = sample::two_panels();
        let panel = spec.panels[0].clone();
        spec.panels = vec![panel; 40];
        let fonts = Fonts::load().unwrap();
        let size = FigureSize::new(300, 240, 1.0).unwrap();
        let error = compose(&spec, size, FigureTheme::Light, &fonts).unwrap_err().to_string();
        assert_eq!(
            error,
            "40 panels and 3 curves do not fit into 300 × 240 pixels; choose a larger figure or leave some out"
        );
    }

    #[test]
    fn panels_stand_side_by_side_where_there_is_room() {
        let fonts = Fonts::load().unwrap();
        let look = Look { fonts: &fonts, theme: FigureTheme::Light, unit: 1.0 };
        let spec = sample::two_panels();
        let lefts = |width, height| -> Vec<bool> {
            let space = Area { left: 0.0, top: 0.0, width, height };
            let frames = grid(&spec, &look, space).unwrap();
            frames.iter().map(|frame| frame.left > 0.0).collect()
        };
        assert_eq!(lefts(760.0, 320.0), [false, true]);
        assert_eq!(lefts(500.0, 700.0), [false, false]);
    }

    fn any_value() -> impl Strategy<Value = f64> {
        prop_oneof![8 => -10.0..1e6_f64, 1 => any::<f64>(), 1 => Just(0.0)]
    }

    prop_compose! {
        fn any_curve()(
            name in ".{0,40}",
            engine in prop::sample::select(EngineKind::ALL.to_vec()),
            variant in 0..4_usize,
            points in prop::collection::vec((any_value(), any_value(), any::<bool>(), any_value(), any_value()), 0..6),
        ) -> PlotCurve {
            let points = points
                .into_iter()
                .map(|(x, y, has, low, high)| PlotPoint { x, y, interval: has.then_some((low, high)), rounds: Some(9), lost: None });
            PlotCurve { name, role: CurveRole::Measured { engine, variant }, shape: CurveShape::Line, points: points.collect() }
        }
    }

    prop_compose! {
        fn any_axis()(
            label in ".{0,20}",
            logarithmic in any::<bool>(),
            min in 0.01..100.0_f64,
            span in 0.1..1e5_f64,
        ) -> Axis {
            let scale = if logarithmic { AxisScale::Logarithmic } else { AxisScale::Linear };
            Axis { label, ..Axis::of_values("", min, min + span, scale) }
        }
    }

    prop_compose! {
        fn any_panel()(
            title in ".{0,60}",
            x in any_axis(),
            y in any_axis(),
            curves in prop::collection::vec(any_curve(), 0..5),
        ) -> Panel {
            Panel { experiment: "any".to_owned(), title, x, y, curves }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_figure_is_drawn_or_refused(
            title in ".{0,80}",
            provenance in ".{0,120}",
            panels in prop::collection::vec(any_panel(), 0..4),
            width in 240..1500_u32,
            height in 240..1500_u32,
        ) {
            let spec = PlotSpec { title, metric: Metric::Speedup, metrics: Metric::ALL.to_vec(), panels, table: None, provenance };
            let size = FigureSize::new(width, height, 0.5).unwrap();
            let fonts = Fonts::load().unwrap();
            if let Ok(scene) = compose(&spec, size, FigureTheme::Dark, &fonts) {
                let svg = super::super::svg::write(&scene, &fonts);
                prop_assert!(!svg.contains("NaN") || spec.title.contains("NaN"));
                super::super::raster::draw(&svg, size).unwrap();
                super::super::pdf::write(&scene, "threadlab", None).unwrap();
            }
        }
    }
}
