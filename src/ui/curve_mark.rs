//! Marker, line and swatch of a curve, drawn alike in plot, legend, table and engine list.

use eframe::egui::epaint::{CircleShape, PathStroke};
use eframe::egui::{Color32, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use crate::model::plot::{CurveStyle, Dash, Marker};

use super::theme;

/// Radius of a marker in points.
pub const MARKER_RADIUS: f32 = 4.5;
/// Width of a curve's line in points.
pub const LINE_WIDTH: f32 = 2.0;

/// The shape of `marker` around `center`; `halo` is the ground's colour, which keeps markers apart that overlap.
pub fn marker(center: Pos2, radius: f32, marker: Marker, color: Color32, halo: Color32) -> Shape {
    let stroke = Stroke::new(1.0, halo);
    let polygon = |corners: &[(f32, f32)]| {
        Shape::convex_polygon(corners.iter().map(|(x, y)| center + radius * vec2(*x, *y)).collect(), color, stroke)
    };
    match marker {
        Marker::Circle => Shape::Circle(CircleShape { center, radius, fill: color, stroke }),
        // The sizes make the areas look alike.
        Marker::Square => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Marker::Diamond => polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
        Marker::Up => polygon(&[(0.0, -1.2), (1.15, 0.85), (-1.15, 0.85)]),
        Marker::Down => polygon(&[(0.0, 1.2), (-1.15, -0.85), (1.15, -0.85)]),
        Marker::Cross => {
            let stroke = Stroke::new(LINE_WIDTH, color);
            let arm = 0.9 * radius;
            Shape::Vec(vec![
                Shape::line_segment([center + vec2(-arm, -arm), center + vec2(arm, arm)], stroke),
                Shape::line_segment([center + vec2(-arm, arm), center + vec2(arm, -arm)], stroke),
            ])
        }
        Marker::None => Shape::Noop,
    }
}

/// Adds the line through `path` as `dash` says.
pub fn line(path: Vec<Pos2>, dash: Dash, width: f32, color: Color32, shapes: &mut Vec<Shape>) {
    if path.len() < 2 {
        return;
    }
    let stroke = Stroke::new(width, color);
    let mut dashes = |lengths: &[f32], gaps: &[f32]| {
        Shape::dashed_line_many_with_offset(&path, stroke, lengths, gaps, 0.0, shapes);
    };
    match dash {
        Dash::Solid => shapes.push(Shape::line(path, PathStroke::new(width, color))),
        Dash::Dashed => dashes(&[7.0], &[4.0]),
        Dash::DashDot => dashes(&[8.0, 2.0], &[3.5, 3.5]),
        // Thicker than any line that it may lie on.
        Dash::Dotted => shapes.extend(Shape::dotted_line(&path, color, 8.0, width)),
    }
}

/// The size of a swatch in points.
pub const SWATCH: Vec2 = vec2(32.0, 16.0);

/// Paints a short piece of the curve with its marker into `rect`.
pub fn paint_swatch(ui: &Ui, rect: Rect, style: &CurveStyle, color: Color32) {
    let mut shapes = Vec::new();
    let y = rect.center().y;
    line(vec![pos2(rect.left(), y), pos2(rect.right(), y)], style.dash, LINE_WIDTH, color, &mut shapes);
    shapes.push(marker(rect.center(), MARKER_RADIUS, style.marker, color, ui.visuals().panel_fill));
    ui.painter().extend(shapes);
}

/// A short piece of the curve, to stand before its name. Decoration: screen readers get the name.
pub fn swatch(ui: &mut Ui, style: &CurveStyle) -> Response {
    let (rect, response) = ui.allocate_exact_size(SWATCH, Sense::hover());
    if ui.is_rect_visible(rect) {
        paint_swatch(ui, rect, style, theme::curve_color(style, ui.visuals().dark_mode));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKERS: [Marker; 6] =
        [Marker::Circle, Marker::Square, Marker::Diamond, Marker::Up, Marker::Down, Marker::Cross];

    #[test]
    fn markers_are_centred_and_of_one_size() {
        for kind in MARKERS {
            let rect = marker(pos2(50.0, 50.0), 5.0, kind, Color32::RED, Color32::WHITE).visual_bounding_rect();
            assert!(rect.contains(pos2(50.0, 50.0)), "{kind:?}");
            assert!((8.0..=15.5).contains(&rect.width()), "{kind:?} is {} wide", rect.width());
            assert!((rect.center() - pos2(50.0, 50.0)).length() < 1.5, "{kind:?} at {:?}", rect.center());
        }
        assert_eq!(marker(Pos2::ZERO, 5.0, Marker::None, Color32::RED, Color32::WHITE), Shape::Noop);
    }

    #[test]
    fn dashes_differ() {
        let count = |dash| {
            let mut shapes = Vec::new();
            line(vec![pos2(0.0, 0.0), pos2(100.0, 0.0)], dash, 2.0, Color32::RED, &mut shapes);
            shapes.len()
        };
        let counts = [Dash::Solid, Dash::Dashed, Dash::DashDot, Dash::Dotted].map(count);
        assert_eq!(counts[0], 1);
        assert!(counts[1] < counts[2] && counts[2] < counts[3], "{counts:?}");
    }

    #[test]
    fn one_point_has_no_line() {
        let mut shapes = Vec::new();
        line(vec![pos2(0.0, 0.0)], Dash::Dashed, 2.0, Color32::RED, &mut shapes);
        assert!(shapes.is_empty());
    }
}
