//! One pair of axes with its curves.

use crate::model::format;
use crate::model::plot::{Axis, CurveRole, CurveShape, Dash, Panel, PlotCurve, PlotPoint, Tick};

use super::figure::{Look, TextKind, centred};
use super::marker;
use super::scene::{Area, Colour, Ends, Node, Pen, Spot};

/// The width of a column and of the gap to the next one, in units.
const COLUMN: f64 = 9.0;
const COLUMN_GAP: f64 = 2.0;

/// Where a panel goes.
pub(super) struct Frame {
    /// The left edge of title and y label.
    pub(super) left: f64,
    /// The top of the title.
    pub(super) top: f64,
    /// The title in lines.
    pub(super) title: Vec<String>,
    /// What the y axis is labelled with.
    pub(super) y_ticks: Vec<Tick>,
    /// What the curves are drawn in.
    pub(super) plot: Area,
}

/// What to label on a y axis of that height.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a few")]
pub(super) fn y_ticks(axis: &Axis, height: f64, look: &Look<'_>) -> Vec<Tick> {
    axis.ticks((height / (30.0 * look.unit)).clamp(3.0, 9.0) as usize)
}

/// Title, axes and curves.
pub(super) fn draw(panel: &Panel, frame: &Frame, look: &Look<'_>) -> Node {
    let places = Places { x: &panel.x, y: &panel.y, plot: frame.plot };
    let mut nodes = Vec::new();
    let mut top = frame.top;
    for line in &frame.title {
        nodes.push(look.text(line, frame.left, top, TextKind::PanelTitle));
        top += look.line_height(TextKind::PanelTitle);
    }
    let y_label_top = frame.plot.top - look.line_height(TextKind::Label) - 10.0 * look.unit;
    nodes.push(look.text(&panel.y.label, frame.left, y_label_top, TextKind::Label));

    let x_ticks = x_ticks(panel, &places, look);
    nodes.push(grid(frame, &places, &x_ticks, look));
    nodes.extend(x_axis(panel, &places, &x_ticks, look));
    if panel.curves.iter().all(|curve| curve.points.is_empty()) {
        nodes.extend(centred(look, "Not measured", frame.plot));
    }
    // Every marker lies over every line and bar, so that none is struck through.
    nodes.extend(draw_lines(&panel.curves, &places, look));
    nodes.extend(panel.curves.iter().filter_map(|curve| draw_markers(curve, &places, look)));
    let name = if panel.title.is_empty() { &panel.experiment } else { &panel.title };
    Node::Group { name: name.clone(), clip: None, nodes }
}

/// Maps values to places.
struct Places<'a> {
    x: &'a Axis,
    y: &'a Axis,
    plot: Area,
}

impl Places<'_> {
    /// Where `x` lies; `None` for what the axis cannot show.
    fn x(&self, x: f64) -> Option<f64> {
        share(self.x, x).map(|share| self.plot.left + share * self.plot.width)
    }

    /// Where `y` lies; `None` for what the axis cannot show.
    fn y(&self, y: f64) -> Option<f64> {
        share(self.y, y).map(|share| self.plot.bottom() - share * self.plot.height)
    }

    /// Where a point of a curve is drawn.
    fn spot_of(&self, curve: &PlotCurve, point: &PlotPoint, look: &Look<'_>) -> Option<Spot> {
        let spot = self.spot(point.x, point.y)?;
        Some(Spot { x: spot.x + aside(curve, look), ..spot })
    }

    fn spot(&self, x: f64, y: f64) -> Option<Spot> {
        Some(Spot { x: self.x(x)?, y: self.y(y)? })
    }
}

/// How far along the axis a value lies: 0 at its beginning, 1 at its end.
fn share(axis: &Axis, value: f64) -> Option<f64> {
    let share = axis.position(value);
    // Far outside is as good as infinite, and the renderers would choke on it.
    share.is_finite().then(|| share.clamp(-100.0, 100.0))
}

/// A tick of the x axis: its place, and its label where there is room for one.
struct XTick {
    x: f64,
    label: Option<String>,
}

/// A tick at each thread count that was measured. Labels that would touch are left out: the two ends come first, then
/// powers of two, then the others.
fn x_ticks(panel: &Panel, places: &Places<'_>, look: &Look<'_>) -> Vec<XTick> {
    let mut values: Vec<f64> = panel.curves.iter().flat_map(|curve| &curve.points).map(|point| point.x).collect();
    values.retain(|x| (panel.x.min..=panel.x.max).contains(x));
    values.sort_by(f64::total_cmp);
    values.dedup();
    if values.is_empty() {
        values = panel.x.ticks(6).into_iter().map(|tick| tick.value).collect();
    }
    let (first, last) = (values.first().copied(), values.last().copied());
    let rank = |x: f64| match x {
        x if Some(x) == first => 0,
        x if Some(x) == last => 1,
        x if x.log2().fract() == 0.0 => 2,
        _ => 3,
    };
    let mut by_rank = values.clone();
    by_rank.sort_by_key(|x| rank(*x));

    let gap = 4.5 * look.unit;
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut labelled: Vec<f64> = Vec::new();
    for value in by_rank {
        let Some(x) = places.x(value) else { continue };
        let half = look.width(&thread_label(value), TextKind::Label) / 2.0 + gap;
        if taken.iter().all(|(left, right)| x + half <= *left || x - half >= *right) {
            taken.push((x - half, x + half));
            labelled.push(value);
        }
    }
    values
        .into_iter()
        .filter_map(|value| {
            let label = labelled.contains(&value).then(|| thread_label(value));
            Some(XTick { x: places.x(value)?, label })
        })
        .collect()
}

fn thread_label(threads: f64) -> String {
    format::fixed(threads, 0)
}

/// Light lines behind the curves, with the labels of the y axis.
fn grid(frame: &Frame, places: &Places<'_>, x_ticks: &[XTick], look: &Look<'_>) -> Node {
    let plot = frame.plot;
    let mut lines: Vec<[Spot; 2]> = x_ticks
        .iter()
        .filter(|tick| tick.label.is_some())
        .map(|tick| [plot.top, plot.bottom()].map(|y| Spot { x: tick.x, y }))
        .collect();
    let mut labels = Vec::new();
    for Tick { value, label } in &frame.y_ticks {
        let Some(y) = places.y(*value) else { continue };
        lines.push([plot.left, plot.right()].map(|x| Spot { x, y }));
        let left = plot.left - 7.0 * look.unit - look.width(label, TextKind::Label);
        labels.push(look.text(label, left, y - look.line_height(TextKind::Label) / 2.0, TextKind::Label));
    }
    let mut nodes = vec![Node::lines(&lines, Pen::solid(look.theme.grid(), look.unit))];
    nodes.extend(labels);
    Node::Group { name: "grid".to_owned(), clip: None, nodes }
}

/// The line of the x axis with ticks, labels, and what it shows.
fn x_axis(panel: &Panel, places: &Places<'_>, x_ticks: &[XTick], look: &Look<'_>) -> Vec<Node> {
    let (plot, unit) = (places.plot, look.unit);
    let pen = Pen::solid(look.theme.axis(), 1.2 * unit);
    let base = plot.bottom();
    let mut lines = vec![[plot.left, plot.right()].map(|x| Spot { x, y: base })];
    let mut labels = Vec::new();
    for tick in x_ticks {
        lines.push([base, base + 4.0 * unit].map(|y| Spot { x: tick.x, y }));
        if let Some(label) = &tick.label {
            let left = tick.x - look.width(label, TextKind::Label) / 2.0;
            labels.push(look.text(label, left, base + 5.5 * unit, TextKind::Label));
        }
    }
    let mut nodes = vec![Node::lines(&lines, pen)];
    nodes.extend(labels);
    let left = plot.left + (plot.width - look.width(&panel.x.label, TextKind::Label)) / 2.0;
    let top = base + 7.0 * unit + look.line_height(TextKind::Label);
    nodes.push(look.text(&panel.x.label, left, top, TextKind::Label));
    nodes
}

/// The line of a curve.
fn line(curve: &PlotCurve, places: &Places<'_>, look: &Look<'_>) -> Vec<Node> {
    let style = curve.role.style();
    let colour = look.theme.curve(style);
    if curve.shape != CurveShape::Line {
        return vec![columns(curve, places, look)];
    }
    // A point that the axis cannot show breaks the line rather than being skipped over.
    let spots: Vec<Option<Spot>> = curve.points.iter().map(|point| places.spot(point.x, point.y)).collect();
    let runs = spots.split(Option::is_none).map(|run| run.iter().copied().flatten().collect::<Vec<Spot>>());
    runs.filter(|run| run.len() > 1).map(|run| Node::line(&run, line_pen(style.dash, colour, look))).collect()
}

/// The columns of a curve, paler than its markers and error bars, which must be seen on them.
fn columns(curve: &PlotCurve, places: &Places<'_>, look: &Look<'_>) -> Node {
    let column = |point: &PlotPoint| {
        let top = places.spot_of(curve, point, look)?;
        Some([Spot { y: places.y(0.0).unwrap_or(places.plot.bottom()), ..top }, top])
    };
    let columns: Vec<[Spot; 2]> = curve.points.iter().filter_map(column).collect();
    let colour = look.theme.pale(look.theme.curve(curve.role.style()));
    Node::lines(&columns, Pen { ends: Ends::Cut, ..Pen::solid(colour, COLUMN * look.unit) })
}

/// How far aside of its thread count a curve is drawn.
fn aside(curve: &PlotCurve, look: &Look<'_>) -> f64 {
    match curve.shape {
        CurveShape::Line => 0.0,
        CurveShape::Columns { aside } => aside * (COLUMN + COLUMN_GAP) * look.unit,
    }
}

/// The error bars of a curve.
fn bars(curve: &PlotCurve, places: &Places<'_>, look: &Look<'_>) -> Node {
    let colour = look.theme.curve(curve.role.style());
    let mut bars: Vec<[Spot; 2]> = Vec::new();
    for point in &curve.points {
        let (Some(x), Some((low, high))) = (places.x(point.x), point.interval) else { continue };
        let x = x + aside(curve, look);
        if !low.is_finite() || !high.is_finite() {
            continue;
        }
        // Where the interval reaches to what a logarithmic axis cannot show, its bar reaches to the edge and has no cap.
        let ends = [places.y(low), places.y(high)];
        bars.push(ends.map(|y| Spot { x, y: y.unwrap_or(places.plot.bottom()) }));
        let half = 3.6 * look.unit;
        bars.extend(ends.into_iter().flatten().map(|y| [x - half, x + half].map(|x| Spot { x, y })));
    }
    Node::lines(&bars, Pen::solid(colour, 1.2 * look.unit))
}

/// What belongs to one curve, kept within the axes.
fn clipped(name: String, nodes: Vec<Node>, places: &Places<'_>, look: &Look<'_>) -> Node {
    let edge = 6.0 * look.unit;
    let clip = Area {
        left: places.plot.left - edge,
        width: places.plot.width + 2.0 * edge,
        // Half the width of a line that runs along the edge.
        top: places.plot.top - look.unit,
        height: places.plot.height + 2.0 * look.unit,
    };
    Node::Group { name, clip: Some(clip), nodes }
}

/// Lines and error bars of every curve. The dots of the ceiling lie on the lines, since a curve that reaches it would hide
/// it otherwise.
fn draw_lines(curves: &[PlotCurve], places: &Places<'_>, look: &Look<'_>) -> Vec<Node> {
    let (ceilings, others): (Vec<_>, Vec<_>) = curves.iter().partition(|curve| curve.role == CurveRole::Ceiling);
    let intervals = ceilings.iter().map(|curve| {
        let name = format!("{}, intervals", curve.name);
        clipped(name, vec![bars(curve, places, look)], places, look)
    });
    let lines = others.iter().map(|curve| {
        let mut nodes = line(curve, places, look);
        nodes.push(bars(curve, places, look));
        clipped(curve.name.clone(), nodes, places, look)
    });
    let dots = ceilings.iter().map(|curve| clipped(curve.name.clone(), line(curve, places, look), places, look));
    intervals.chain(lines).chain(dots).collect()
}

/// Markers of a curve, where it has any.
fn draw_markers(curve: &PlotCurve, places: &Places<'_>, look: &Look<'_>) -> Option<Node> {
    let style = curve.role.style();
    let colour = look.theme.curve(style);
    let spots = curve.points.iter().filter_map(|point| places.spot_of(curve, point, look));
    let inside = spots.filter(|spot| places.plot.contains(*spot));
    let nodes: Vec<Node> = inside.filter_map(|spot| marker::draw(style.marker, spot, colour, look)).collect();
    (!nodes.is_empty()).then(|| Node::Group { name: format!("{}, points", curve.name), clip: None, nodes })
}

/// The line of a curve; the legend uses it too.
pub(super) fn line_pen(dash: Dash, colour: Colour, look: &Look<'_>) -> Pen {
    let (dashes, width, ends): (&[f64], _, _) = match dash {
        Dash::Solid => (&[], 2.0, Ends::Round),
        Dash::Dashed => (&[7.0, 4.0], 2.0, Ends::Cut),
        // Round ends make dots of dashes without length; they are thicker than any line that they may lie on.
        Dash::Dotted => (&[0.01, 7.2], 3.6, Ends::Round),
        Dash::DashDot => (&[7.0, 3.5, 1.8, 3.5], 2.0, Ends::Cut),
    };
    let dashes = dashes.iter().map(|length| (length * look.unit).max(0.01)).collect();
    Pen { colour, width: width * look.unit, dashes, ends }
}
