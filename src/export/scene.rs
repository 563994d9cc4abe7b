//! A figure as shapes at known places: what the layout makes and the writers of SVG and PDF read.
//!
//! Places are in layout pixels from the top left corner, y downwards.

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

/// A place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A rectangle; width and height are at least 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.top + self.height
    }

    /// Whether `spot` lies inside or on the edge, within a rounding error.
    pub(super) fn contains(self, spot: Spot) -> bool {
        const EDGE: f64 = 0.01;
        (self.left - EDGE..=self.right() + EDGE).contains(&spot.x)
            && (self.top - EDGE..=self.bottom() + EDGE).contains(&spot.y)
    }
}

/// One step along an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    Move(Spot),
    Line(Spot),
    /// Two control points, then the end.
    Cubic(Spot, Spot, Spot),
    Close,
}

/// A line's look.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pen {
    pub(super) colour: Colour,
    pub(super) width: f64,
    /// Lengths of dash and gap in turn; empty for an unbroken line.
    pub(super) dashes: Vec<f64>,
    /// Whether the ends of line and dashes are round, else they are cut off.
    pub(super) ends: Ends,
}

/// How a line and its dashes end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Cut,
    Round,
}

impl Pen {
    /// An unbroken line with cut ends.
    pub(super) fn solid(colour: Colour, width: f64) -> Self {
        Self { colour, width, dashes: Vec::new(), ends: Ends::Cut }
    }
}

/// How heavy the letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

/// A line of text; `at` is the left end of its baseline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextLine {
    pub(super) at: Spot,
    pub(super) text: String,
    pub(super) size: f64,
    pub(super) weight: Weight,
    pub(super) colour: Colour,
}

/// What is drawn, later ones over earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// An outline, filled and then stroked.
    Shape {
        steps: Vec<Step>,
        fill: Option<Colour>,
        pen: Option<Pen>,
    },
    Text(TextLine),
    /// Nodes that belong together, cut off at the edge of `clip`.
    Group {
        name: String,
        clip: Option<Area>,
        nodes: Vec<Node>,
    },
}

impl Node {
    /// A filled rectangle.
    pub(super) fn filled(area: Area, colour: Colour) -> Self {
        Self::Shape { steps: rectangle(area), fill: Some(colour), pen: None }
    }

    /// A line through `spots`.
    pub(super) fn line(spots: &[Spot], pen: Pen) -> Self {
        Self::Shape { steps: polyline(spots), fill: None, pen: Some(pen) }
    }

    /// Separate lines, each from one end to the other.
    pub(super) fn lines(ends: &[[Spot; 2]], pen: Pen) -> Self {
        Self::Shape { steps: ends.iter().flat_map(|ends| polyline(ends)).collect(), fill: None, pen: Some(pen) }
    }
}

/// A whole figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The figure's title, for readers of the screen and for the file's metadata.
    pub(super) title: String,
    /// Everything the figure shows, in words.
    pub(super) description: String,
    /// Where the figure comes from.
    pub(super) provenance: String,
    pub(super) nodes: Vec<Node>,
}

/// The steps round a rectangle.
pub(super) fn rectangle(area: Area) -> Vec<Step> {
    let (left, right, top, bottom) = (area.left, area.right(), area.top, area.bottom());
    polygon(&[
        Spot { x: left, y: top },
        Spot { x: right, y: top },
        Spot { x: right, y: bottom },
        Spot { x: left, y: bottom },
    ])
}

/// The steps through `spots`.
pub(super) fn polyline(spots: &[Spot]) -> Vec<Step> {
    spots
        .iter()
        .enumerate()
        .map(|(index, spot)| if index == 0 { Step::Move(*spot) } else { Step::Line(*spot) })
        .collect()
}

/// The steps round `spots` and back.
pub(super) fn polygon(spots: &[Spot]) -> Vec<Step> {
    let mut steps = polyline(spots);
    steps.push(Step::Close);
    steps
}

/// The steps round a circle: four cubic arcs, off by less than 0.03 % of the radius.
pub(super) fn circle(centre: Spot, radius: f64) -> Vec<Step> {
    const ARC: f64 = 0.552_284_749_8;
    let at = |x: f64, y: f64| Spot { x: centre.x + x * radius, y: centre.y + y * radius };
    vec![
        Step::Move(at(1.0, 0.0)),
        Step::Cubic(at(1.0, ARC), at(ARC, 1.0), at(0.0, 1.0)),
        Step::Cubic(at(-ARC, 1.0), at(-1.0, ARC), at(-1.0, 0.0)),
        Step::Cubic(at(-1.0, -ARC), at(-ARC, -1.0), at(0.0, -1.0)),
        Step::Cubic(at(ARC, -1.0), at(1.0, -ARC), at(1.0, 0.0)),
        Step::Close,
    ]
}
