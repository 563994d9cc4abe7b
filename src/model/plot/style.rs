//! Colour, marker and dash: one combination for each curve, the same in plot, legend, table and export.

use super::CurveRole;
use crate::model::series::EngineKind;

/// A colour, marker and dash: one for each engine, everywhere.
///
/// The colours are those of Okabe and Ito, "Color Universal Design" (2008), which stay apart without full colour vision;
/// each is darkened for a light ground and lightened for a dark one where it takes that to reach a contrast of 3 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurveStyle {
    /// Red, green and blue on a light ground.
    pub light: [u8; 3],
    /// Red, green and blue on a dark ground.
    pub dark: [u8; 3],
    /// The marker at each point.
    pub marker: Marker,
    /// The line between points.
    pub dash: Dash,
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A filled circle.
    Circle,
    /// A filled square.
    Square,
    /// A diamond.
    Diamond,
    /// A triangle, point up.
    Up,
    /// A triangle, point down.
    Down,
    /// A cross.
    Cross,
    /// No marker.
    None,
}

/// The stroke of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dash and dot.
    DashDot,
}

/// The markers of measured curves, in the order that further series of an engine go through them.
const MARKERS: [Marker; 5] = [Marker::Circle, Marker::Square, Marker::Diamond, Marker::Up, Marker::Down];
/// The dashes of measured curves; dots are the ceiling's alone.
const DASHES: [Dash; 3] = [Dash::Solid, Dash::Dashed, Dash::DashDot];

const NEUTRAL_LIGHT: [u8; 3] = [112, 112, 112];
const NEUTRAL_DARK: [u8; 3] = [150, 150, 150];

impl CurveRole {
    /// How the curve is drawn. The first fifteen series of every engine, and the first five recorded
    /// ones, all differ from one another and from every other role. The first four series of Python threads, the first three
    /// of each other way of Python, and Native threads and the GIL model differ in hue or lightness that is seen at once, and
    /// without colour in marker or dash.
    pub fn style(self) -> CurveStyle {
        match self {
            Self::Measured { engine, variant } => measured(engine, variant),
            Self::Ceiling => {
                CurveStyle { light: NEUTRAL_LIGHT, dark: NEUTRAL_DARK, marker: Marker::None, dash: Dash::Dotted }
            }
            // The reader's own line is the one in black, or white.
            Self::Prediction => {
                CurveStyle { light: [0, 0, 0], dark: [255, 255, 255], marker: Marker::Circle, dash: Dash::Dashed }
            }
            // The engine's colour, with crosses, which no measured curve has.
            Self::Reference { engine, variant } => CurveStyle {
                marker: Marker::Cross,
                dash: if variant == 0 { Dash::DashDot } else { DASHES[variant % 2] },
                ..measured(engine, variant)
            },
        }
    }
}

/// An engine's colour on a light and on a dark ground, its marker and its dash as places in the lists above.
fn of_engine(engine: EngineKind) -> ([u8; 3], [u8; 3], usize, usize) {
    match engine {
        // Blue
        EngineKind::Native => ([0, 114, 178], [36, 140, 204], 0, 0),
        // Vermillion
        EngineKind::GilModel => ([213, 94, 0], [224, 108, 20], 1, 0),
        // Orange
        EngineKind::PythonThreads => ([184, 127, 0], [230, 159, 0], 3, 1),
        // Bluish green
        EngineKind::PythonProcesses => ([0, 142, 104], [0, 168, 122], 2, 0),
        // Sky blue
        EngineKind::PythonInterpreters => ([58, 148, 201], [86, 180, 233], 4, 2),
        // Reddish purple
        EngineKind::PythonAsyncio => ([190, 100, 150], [204, 121, 167], 3, 2),
    }
}

/// A series of an engine that has a style of its own: colour on a light and on a dark ground, marker and dash.
type Further = ([u8; 3], [u8; 3], Marker, Dash);

/// The styles of an engine's second and further series, such as those of a second Python: the shapes that no engine's first
/// series has, and colours that none has.
fn further(engine: EngineKind) -> &'static [Further] {
    use Dash::{DashDot, Dashed, Solid};
    use Marker::{Circle, Diamond, Down, Square, Up};
    match engine {
        EngineKind::Native | EngineKind::GilModel => &[],
        EngineKind::PythonThreads => &[
            // The yellow of Okabe and Ito, red, brown
            ([112, 116, 0], [240, 228, 66], Circle, DashDot),
            ([140, 30, 80], [245, 70, 100], Down, Solid),
            ([95, 55, 15], [250, 200, 160], Square, Dashed),
        ],
        EngineKind::PythonProcesses => &[
            // Dark or light green, petrol
            ([0, 78, 40], [140, 215, 80], Square, DashDot),
            ([0, 92, 110], [120, 240, 225], Circle, Dashed),
        ],
        EngineKind::PythonInterpreters => &[
            // Indigo, navy or ice
            ([75, 60, 200], [140, 125, 245], Up, Solid),
            ([0, 45, 110], [190, 220, 255], Diamond, Dashed),
        ],
        EngineKind::PythonAsyncio => &[
            // Magenta, violet
            ([205, 20, 160], [245, 80, 220], Diamond, DashDot),
            ([100, 20, 125], [225, 160, 255], Down, Dashed),
        ],
    }
}

/// A further series of an engine takes a style of its own; after those it keeps the hue and takes the next marker and dash.
fn measured(engine: EngineKind, variant: usize) -> CurveStyle {
    let own = variant.checked_sub(1).and_then(|index| further(engine).get(index));
    if let Some((light, dark, marker, dash)) = own.copied() {
        return CurveStyle { light, dark, marker, dash };
    }
    let (light, dark, marker, dash) = of_engine(engine);
    let pick = |from: usize, length: usize| (from + variant) % length;
    CurveStyle {
        light: towards(light, [0, 0, 0], variant),
        dark: towards(dark, [255, 255, 255], variant),
        marker: MARKERS.get(pick(marker, MARKERS.len())).copied().unwrap_or(Marker::Circle),
        dash: DASHES.get(pick(dash, DASHES.len())).copied().unwrap_or(Dash::Solid),
    }
}

/// A colour moved a fifth of the way towards another for each step, at most three steps.
fn towards(colour: [u8; 3], end: [u8; 3], steps: usize) -> [u8; 3] {
    let mut moved = colour;
    for _ in 0..steps.min(3) {
        for (part, end) in moved.iter_mut().zip(end) {
            let mixed = (u16::from(*part) * 4 + u16::from(end)) / 5;
            *part = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn roles() -> Vec<CurveRole> {
        let measured = EngineKind::ALL
            .into_iter()
            .flat_map(|engine| (0..15).map(move |variant| CurveRole::Measured { engine, variant }));
        let references = EngineKind::ALL
            .into_iter()
            .flat_map(|engine| (0..5).map(move |variant| CurveRole::Reference { engine, variant }));
        measured.chain(references).chain([CurveRole::Ceiling, CurveRole::Prediction]).collect()
    }

    #[test]
    fn no_two_curves_look_alike() {
        let roles = roles();
        let light: BTreeSet<_> =
            roles.iter().map(|r| (r.style().light, r.style().marker as u8, r.style().dash as u8)).collect();
        let dark: BTreeSet<_> =
            roles.iter().map(|r| (r.style().dark, r.style().marker as u8, r.style().dash as u8)).collect();
        assert_eq!((light.len(), dark.len()), (roles.len(), roles.len()));
    }

    #[test]
    fn engines_differ_without_colour() {
        let shapes: BTreeSet<_> = EngineKind::ALL
            .into_iter()
            .map(|engine| CurveRole::Measured { engine, variant: 0 }.style())
            .map(|style| (style.marker as u8, style.dash as u8))
            .collect();
        assert_eq!(shapes.len(), EngineKind::ALL.len());
    }

    /// Where a colour stands in the space Oklab of Björn Ottosson, "A perceptual color space for image processing" (2020), in
    /// which distances are about those that are seen.
    fn oklab(colour: [u8; 3]) -> [f64; 3] {
        let [red, green, blue] = colour.map(linear);
        let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let middle = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        [
            0.210_454_255_3 * long + 0.793_617_785 * middle - 0.004_072_046_8 * short,
            1.977_998_495_1 * long - 2.428_592_205 * middle + 0.450_593_709_9 * short,
            0.025_904_037_1 * long + 0.782_771_766_2 * middle - 0.808_675_766 * short,
        ]
    }

    fn distance(one: [u8; 3], other: [u8; 3]) -> f64 {
        let parts = oklab(one).into_iter().zip(oklab(other));
        parts.map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn the_series_of_a_figure_are_told_apart_by_colour_and_without_it() {
        let series = |engine| 1 + further(engine).len();
        let roles: Vec<CurveRole> = EngineKind::ALL
            .into_iter()
            .flat_map(|engine| (0..series(engine)).map(move |variant| CurveRole::Measured { engine, variant }))
            .collect();
        // Two Pythons with and without the GIL, and two in each other way: any figure of eight is made of these.
        assert_eq!(roles.len(), 15);
        assert_eq!(series(EngineKind::PythonThreads), 4);
        for (index, one) in roles.iter().enumerate() {
            for other in roles.iter().skip(index + 1) {
                let (a, b) = (one.style(), other.style());
                assert_ne!((a.marker, a.dash), (b.marker, b.dash), "{one:?} and {other:?}");
                let (light, dark) = (distance(a.light, b.light), distance(a.dark, b.dark));
                assert!(light > 0.08 && dark > 0.08, "{one:?} and {other:?}: {light:.3}, {dark:.3}");
            }
        }
    }

    #[test]
    fn only_the_ceiling_is_dotted() {
        for role in roles() {
            assert_eq!(role.style().dash == Dash::Dotted, role == CurveRole::Ceiling, "{role:?}");
        }
    }

    /// A part of an sRGB colour as light, 0 to 1.
    fn linear(part: u8) -> f64 {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    }

    /// Relative luminance as WCAG 2.2 defines it.
    fn luminance(colour: [u8; 3]) -> f64 {
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// WCAG 2.2 success criterion 1.4.11 asks 3 to 1 of graphics.
    #[test]
    fn every_colour_stands_out_from_its_ground() {
        for role in roles() {
            let style = role.style();
            let light = 1.05 / (luminance(style.light) + 0.05);
            let dark = (luminance(style.dark) + 0.05) / (luminance([30, 30, 30]) + 0.05);
            assert!(light >= 3.0, "{role:?} on white: {light:.2}");
            assert!(dark >= 3.0, "{role:?} on dark grey: {dark:.2}");
        }
    }
}
