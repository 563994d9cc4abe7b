//! One curve, made ready for drawing once, then borrowed by every frame: line, markers, intervals, thinned to what shows.

use std::ops::Range;

use eframe::egui::{Color32, Pos2, Shape, Stroke, Ui, pos2, vec2};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoint, PlotTransform};

use crate::model::plot::{AxisScale, CurveRole, CurveShape, CurveStyle, Panel, PlotCurve};

use super::curve_mark;
use super::plot_axis::to_place;

/// The least room between two markers, in points; where there is less, fewer are drawn.
const MARKER_ROOM: f32 = 12.0;
/// Half the width of the bar at the end of an interval, in points.
const CAP: f32 = 3.5;
/// The width of a column and of the gap to the next one, in points.
const COLUMN: f32 = 9.0;
const COLUMN_GAP: f32 = 2.0;

/// A curve in plot coordinates, by ascending x. Built once for each specification.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedCurve {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub role: CurveRole,
    /// How it looks.
    pub style: CurveStyle,
    /// How its points are drawn.
    pub shape: CurveShape,
    /// Its points that have a place.
    pub points: Vec<PreparedPoint>,
}

/// A point in plot coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PreparedPoint {
    /// Where.
    pub at: [f64; 2],
    /// The ends of its interval, which may lie outside the plot.
    pub interval: Option<(f64, f64)>,
    /// Its index in the specification's curve.
    pub index: usize,
}

impl PreparedCurve {
    /// Makes a curve of `panel` ready. Points without a place, such as 0 on a logarithmic axis, are left out.
    pub fn new(panel: &Panel, curve: &PlotCurve) -> Self {
        let points = curve
            .points
            .iter()
            .enumerate()
            .filter_map(|(index, point)| {
                let at = [to_place(panel.x.scale, point.x)?, to_place(panel.y.scale, point.y)?];
                let interval = point.interval.and_then(|(low, high)| {
                    // An interval that reaches down to 0 goes on for ever on a logarithmic axis.
                    let low = to_place(panel.y.scale, low).or_else(|| below_everything(panel.y.scale))?;
                    Some((low, to_place(panel.y.scale, high)?))
                });
                Some(PreparedPoint { at, interval, index })
            })
            .collect();
        Self { name: curve.name.clone(), role: curve.role, style: curve.role.style(), shape: curve.shape, points }
    }

    /// Where one of its points is on the screen: aside of its thread count where columns stand side by side.
    pub fn place_of(&self, point: &PreparedPoint, transform: &PlotTransform) -> Pos2 {
        self.placed(point.at, transform)
    }

    fn placed(&self, at: [f64; 2], transform: &PlotTransform) -> Pos2 {
        place(at, transform) + vec2(self.aside(), 0.0)
    }

    #[expect(clippy::cast_possible_truncation, reason = "a few points")]
    fn aside(&self) -> f32 {
        match self.shape {
            CurveShape::Line => 0.0,
            CurveShape::Columns { aside } => aside as f32 * (COLUMN + COLUMN_GAP),
        }
    }

    /// The points at most one beyond each end of a range of x.
    pub fn visible(&self, from: f64, to: f64) -> Range<usize> {
        let first = self.points.partition_point(|point| point.at[0] < from).saturating_sub(1);
        let last = self.points.partition_point(|point| point.at[0] <= to);
        first..(last + 1).min(self.points.len())
    }

    /// The point nearest to a position on the screen and its distance in points, if one is within `radius`.
    pub fn nearest(&self, position: Pos2, radius: f32, transform: &PlotTransform) -> Option<(&PreparedPoint, f32)> {
        let x = position.x - self.aside();
        let from = transform.value_from_position(pos2(x - radius, position.y)).x;
        let to = transform.value_from_position(pos2(x + radius, position.y)).x;
        self.points
            .get(self.visible(from, to))
            .unwrap_or_default()
            .iter()
            .map(|point| (point, self.place_of(point, transform).distance(position)))
            .filter(|(_, distance)| *distance <= radius)
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
    }
}

fn below_everything(scale: AxisScale) -> Option<f64> {
    (scale == AxisScale::Logarithmic).then_some(-300.0)
}

/// How prominently a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    /// Like the others.
    Normal,
    /// Its legend entry is under the pointer.
    Raised,
    /// Another one's legend entry is under the pointer.
    Dimmed,
}

/// What of a curve an item draws: where curves cross, every marker lies over every line, so that none is struck through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Line, intervals and markers.
    Whole,
    /// The line alone.
    Line,
    /// The intervals alone.
    Intervals,
    /// The markers alone.
    Markers,
}

/// The parts of some curves in drawing order. The dots of the ceiling lie on the lines, since a curve that reaches it would
/// hide it otherwise.
pub fn drawing_order<'c>(curves: &[&'c PreparedCurve]) -> Vec<(&'c PreparedCurve, Part)> {
    let is_ceiling = |curve: &&PreparedCurve| curve.role == CurveRole::Ceiling;
    let ceiling = || curves.iter().copied().filter(is_ceiling);
    let others = || curves.iter().copied().filter(|curve| !is_ceiling(curve));
    ceiling()
        .map(|curve| (curve, Part::Intervals))
        .chain(others().flat_map(|curve| [(curve, Part::Line), (curve, Part::Intervals)]))
        .chain(ceiling().map(|curve| (curve, Part::Line)))
        .chain(curves.iter().map(|curve| (*curve, Part::Markers)))
        .collect()
}

/// A curve as an item of `egui_plot`.
pub struct CurveItem<'a> {
    base: PlotItemBase,
    curve: &'a PreparedCurve,
    color: Color32,
    halo: Color32,
    emphasis: Emphasis,
    part: Part,
}

impl<'a> CurveItem<'a> {
    /// An item that borrows the curve. `halo` is the ground's colour.
    pub fn new(curve: &'a PreparedCurve, color: Color32, halo: Color32, emphasis: Emphasis) -> Self {
        let color = if emphasis == Emphasis::Dimmed { color.gamma_multiply(0.25) } else { color };
        Self { base: PlotItemBase::new(curve.name.clone()), curve, color, halo, emphasis, part: Part::Whole }
    }

    /// The item of one part of the curve.
    #[must_use]
    pub fn only(mut self, part: Part) -> Self {
        self.part = part;
        self
    }

    fn draws(&self, part: Part) -> bool {
        self.part == Part::Whole || self.part == part
    }

    fn line_width(&self) -> f32 {
        if self.emphasis == Emphasis::Raised { curve_mark::LINE_WIDTH + 1.0 } else { curve_mark::LINE_WIDTH }
    }

    /// Columns paler than markers and intervals, which must be seen on them.
    fn column_shapes(&self, points: &[PreparedPoint], transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let stroke = Stroke::new(COLUMN, self.color.gamma_multiply(0.4));
        for point in points {
            let top = self.curve.place_of(point, transform);
            let foot = self.curve.placed([point.at[0], 0.0], transform);
            shapes.push(Shape::line_segment([foot, top], stroke));
        }
    }

    fn interval_shapes(&self, point: &PreparedPoint, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let Some((low, high)) = point.interval else { return };
        let place = |y| self.curve.placed([point.at[0], y], transform);
        let (low, high) = (place(low), place(high));
        let stroke = Stroke::new(1.5, self.color);
        let frame = transform.frame();
        let bottom = low.y.min(frame.bottom() + CAP);
        shapes.push(Shape::line_segment([pos2(low.x, bottom), high], stroke));
        for y in [bottom, high.y] {
            shapes.push(Shape::line_segment([pos2(low.x - CAP, y), pos2(low.x + CAP, y)], stroke));
        }
    }
}

impl PlotItem for CurveItem<'_> {
    fn shapes(&self, _ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let bounds = transform.bounds();
        let visible = self.curve.points.get(self.curve.visible(bounds.min()[0], bounds.max()[0])).unwrap_or_default();
        let width = transform.frame().width();
        if self.draws(Part::Line) && self.curve.shape != CurveShape::Line {
            self.column_shapes(visible, transform, shapes);
        } else if self.draws(Part::Line) {
            curve_mark::line(thin(visible, transform), self.curve.style.dash, self.line_width(), self.color, shapes);
        }

        let stride = marker_stride(visible.len(), width);
        let chosen = visible.iter().filter(|point| point.index.is_multiple_of(stride));
        for point in chosen.clone().filter(|_| self.draws(Part::Intervals)) {
            self.interval_shapes(point, transform, shapes);
        }
        let marker = self.curve.style.marker;
        for point in chosen.filter(|_| self.draws(Part::Markers)) {
            let center = self.curve.place_of(point, transform);
            if transform.frame().expand(curve_mark::MARKER_RADIUS * 2.0).contains(center) {
                shapes.push(curve_mark::marker(center, curve_mark::MARKER_RADIUS, marker, self.color, self.halo));
            }
        }
    }

    fn initialize(&mut self, _x_range: std::ops::RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        self.color
    }

    /// None: the view reads points out itself, over all curves and with their intervals.
    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}

/// Where plot coordinates are on the screen.
pub fn place(at: [f64; 2], transform: &PlotTransform) -> Pos2 {
    transform.position_from_point(&PlotPoint::new(at[0], at[1]))
}

/// Every how manyth point has a marker.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width in points, 0 or more")]
fn marker_stride(points: usize, width: f32) -> usize {
    let room = (width / MARKER_ROOM).max(1.0) as usize;
    points.div_ceil(room).max(1)
}

/// The line through the points: all of them, or in each column of pixels the first, the least, the greatest and the last,
/// which leaves the picture as it is.
fn thin(points: &[PreparedPoint], transform: &PlotTransform) -> Vec<Pos2> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width in points, 0 or more")]
    let columns = transform.frame().width().max(1.0) as usize;
    if points.len() <= 4 * columns {
        return points.iter().map(|point| place(point.at, transform)).collect();
    }
    let mut path = Vec::with_capacity(4 * columns);
    let mut column: Option<Column> = None;
    for point in points {
        let position = place(point.at, transform);
        match &mut column {
            Some(column) if column.holds(position) => column.add(position),
            _ => {
                if let Some(full) = column.replace(Column::new(position)) {
                    full.push_to(&mut path);
                }
            }
        }
    }
    if let Some(full) = column {
        full.push_to(&mut path);
    }
    path
}

/// The points of a curve that share one column of pixels.
struct Column {
    first: Pos2,
    least: Pos2,
    greatest: Pos2,
    last: Pos2,
}

impl Column {
    fn new(position: Pos2) -> Self {
        Self { first: position, least: position, greatest: position, last: position }
    }

    #[expect(clippy::float_cmp, reason = "both are whole numbers")]
    fn holds(&self, position: Pos2) -> bool {
        self.first.x.floor() == position.x.floor()
    }

    fn add(&mut self, position: Pos2) {
        if position.y < self.least.y {
            self.least = position;
        }
        if position.y > self.greatest.y {
            self.greatest = position;
        }
        self.last = position;
    }

    fn push_to(&self, path: &mut Vec<Pos2>) {
        let (one, other) =
            if self.least.x <= self.greatest.x { (self.least, self.greatest) } else { (self.greatest, self.least) };
        for position in [self.first, one, other, self.last] {
            if path.last() != Some(&position) {
                path.push(position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Rect, Vec2b};

    use super::*;
    use crate::model::plot::{Axis, AxisValues, PlotPoint as Point};
    use crate::model::series::EngineKind;

    fn panel(y: AxisScale) -> Panel {
        let axis = |scale, min, max| Axis { label: String::new(), scale, min, max, values: AxisValues::Numbers };
        Panel {
            experiment: "e".to_owned(),
            title: String::new(),
            x: axis(AxisScale::Linear, 0.0, 10.0),
            y: axis(y, if y == AxisScale::Linear { 0.0 } else { 0.1 }, 10.0),
            curves: Vec::new(),
        }
    }

    fn curve(points: impl IntoIterator<Item = (f64, f64)>) -> PlotCurve {
        PlotCurve {
            name: "GIL model".to_owned(),
            role: CurveRole::Measured { engine: EngineKind::GilModel, variant: 0 },
            shape: CurveShape::Line,
            points: points
                .into_iter()
                .map(|(x, y)| Point { x, y, interval: Some((y * 0.9, y * 1.1)), rounds: Some(9), lost: None })
                .collect(),
        }
    }

    fn transform(from: f64, to: f64) -> PlotTransform {
        PlotTransform::new(
            Rect::from_min_size(pos2(0.0, 0.0), eframe::egui::vec2(500.0, 300.0)),
            PlotBounds::from_min_max([from, 0.0], [to, 10.0]),
            Vec2b::FALSE,
        )
    }

    #[test]
    fn what_has_no_place_is_left_out() {
        let prepared =
            PreparedCurve::new(&panel(AxisScale::Logarithmic), &curve([(1.0, 1.0), (2.0, 0.0), (3.0, 10.0)]));
        let at: Vec<_> = prepared.points.iter().map(|point| (point.index, point.at)).collect();
        assert_eq!(at, [(0, [1.0, 0.0]), (2, [3.0, 1.0])]);
    }

    #[test]
    fn an_interval_down_to_zero_stays_on_a_logarithmic_axis() {
        let mut curve = curve([(1.0, 1.0)]);
        curve.points[0].interval = Some((0.0, 2.0));
        let prepared = PreparedCurve::new(&panel(AxisScale::Logarithmic), &curve);
        let (low, high) = prepared.points[0].interval.expect("it has one");
        assert!(low < -100.0 && (high - 2.0_f64.log10()).abs() < 1e-12);
    }

    #[test]
    fn visible_reaches_one_point_beyond() {
        let prepared = PreparedCurve::new(&panel(AxisScale::Linear), &curve((0..10).map(|x| (f64::from(x), 1.0))));
        assert_eq!(prepared.visible(2.5, 4.5), 2..6);
        assert_eq!(prepared.visible(-1.0, 20.0), 0..10);
        assert_eq!(prepared.visible(20.0, 30.0), 9..10);
    }

    #[test]
    fn the_nearest_point_is_found_within_the_radius_only() {
        let prepared = PreparedCurve::new(&panel(AxisScale::Linear), &curve([(2.0, 5.0), (5.0, 5.0)]));
        let transform = transform(0.0, 10.0);
        let (point, distance) = prepared.nearest(pos2(240.0, 150.0), 20.0, &transform).expect("10 points away");
        assert_eq!(point.index, 1);
        assert!((distance - 10.0).abs() < 1e-3);
        assert!(prepared.nearest(pos2(180.0, 150.0), 20.0, &transform).is_none());
    }

    #[test]
    fn many_points_are_thinned_without_losing_peaks() {
        let many = (0..100_000).map(|i| {
            let x = f64::from(i) / 10_000.0;
            (x, if i == 54_321 { 9.0 } else { 5.0 })
        });
        let prepared = PreparedCurve::new(&panel(AxisScale::Linear), &curve(many));
        let transform = transform(0.0, 10.0);
        let path = thin(&prepared.points, &transform);
        assert!(path.len() <= 2000, "{} points for 500 columns", path.len());
        let top = path.iter().map(|position| position.y).fold(f32::INFINITY, f32::min);
        assert!((top - place([0.0, 9.0], &transform).y).abs() < 0.01, "the peak is lost");
    }

    #[test]
    fn the_ceiling_lies_on_the_lines_and_under_the_markers() {
        let panel = panel(AxisScale::Linear);
        let prepared = |role| PreparedCurve::new(&panel, &PlotCurve { role, ..curve([(1.0, 1.0), (2.0, 2.0)]) });
        let ceiling = prepared(CurveRole::Ceiling);
        let native = prepared(CurveRole::Measured { engine: EngineKind::Native, variant: 0 });
        let order: Vec<_> =
            drawing_order(&[&ceiling, &native]).into_iter().map(|(curve, part)| (curve.role, part)).collect();
        let place = |role, part| order.iter().position(|it| *it == (role, part)).expect("it is drawn");
        assert_eq!(order.len(), 6);
        assert!(place(ceiling.role, Part::Line) > place(native.role, Part::Line));
        assert!(place(ceiling.role, Part::Intervals) < place(native.role, Part::Intervals));
        assert!(place(native.role, Part::Markers) > place(ceiling.role, Part::Line));
    }

    #[test]
    fn few_points_all_have_markers_and_many_do_not() {
        assert_eq!(marker_stride(8, 500.0), 1);
        assert_eq!(marker_stride(41, 500.0), 1);
        assert_eq!(marker_stride(100_000, 500.0), 2440);
        assert_eq!(marker_stride(3, 0.0), 3);
    }
}
