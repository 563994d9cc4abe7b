//! The shapes at the points of a curve.

use crate::model::plot::Marker;

use super::figure::Look;
use super::scene::{Colour, Ends, Node, Pen, Spot, Step, circle, polygon};

/// A marker with a thin rim of the ground, so that it stands out from lines and other markers.
pub(super) fn draw(marker: Marker, at: Spot, colour: Colour, look: &Look<'_>) -> Option<Node> {
    let unit = look.unit;
    let by = |x: f64, y: f64| Spot { x: at.x + x * unit, y: at.y + y * unit };
    // Shapes of about the same area.
    let steps = match marker {
        Marker::Circle => circle(at, 4.0 * unit),
        Marker::Square => polygon(&[by(-3.5, -3.5), by(3.5, -3.5), by(3.5, 3.5), by(-3.5, 3.5)]),
        Marker::Diamond => polygon(&[by(0.0, -5.0), by(5.0, 0.0), by(0.0, 5.0), by(-5.0, 0.0)]),
        Marker::Up => polygon(&[by(0.0, -4.9), by(4.7, 3.3), by(-4.7, 3.3)]),
        Marker::Down => polygon(&[by(0.0, 4.9), by(4.7, -3.3), by(-4.7, -3.3)]),
        Marker::Cross => return Some(cross(&by, colour, look)),
        Marker::None => return None,
    };
    Some(Node::Shape { steps, fill: Some(colour), pen: Some(Pen::solid(look.theme.ground(), unit)) })
}

fn cross(by: &impl Fn(f64, f64) -> Spot, colour: Colour, look: &Look<'_>) -> Node {
    let steps = vec![
        Step::Move(by(-3.4, -3.4)),
        Step::Line(by(3.4, 3.4)),
        Step::Move(by(-3.4, 3.4)),
        Step::Line(by(3.4, -3.4)),
    ];
    let pen = |colour, width| Pen { colour, width: width * look.unit, dashes: Vec::new(), ends: Ends::Round };
    let rim = Node::Shape { steps: steps.clone(), fill: None, pen: Some(pen(look.theme.ground(), 4.2)) };
    let strokes = Node::Shape { steps, fill: None, pen: Some(pen(colour, 2.2)) };
    Node::Group { name: "cross".to_owned(), clip: None, nodes: vec![rim, strokes] }
}
