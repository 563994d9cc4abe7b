//! The shipped font: how wide a text is, how it breaks into lines, and its outlines.

use std::cell::RefCell;
use std::collections::HashMap;

use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use rustybuzz::{Face, UnicodeBuffer};

use super::error::ExportError;
use super::scene::{Spot, Step, TextLine, Weight};

/// Inter 4, Regular, as shipped.
pub(super) const REGULAR: &[u8] = include_bytes!("../../assets/font/Inter-Regular.otf");
/// Inter 4, `SemiBold`, as shipped.
pub(super) const SEMI_BOLD: &[u8] = include_bytes!("../../assets/font/Inter-SemiBold.otf");

/// What stands for text that was cut off.
const ELLIPSIS: &str = "…";

/// Both weights of the shipped font.
pub(super) struct Fonts {
    regular: Face<'static>,
    semi_bold: Face<'static>,
    /// Widths at size 1 of what was measured before: a layout tries the same texts at several sizes and places.
    widths: RefCell<[HashMap<String, f64>; 2]>,
}

impl Fonts {
    /// The shipped font, ready to measure and draw.
    ///
    /// # Errors
    /// Never, unless the program was built with a broken font.
    pub(super) fn load() -> Result<Self, ExportError> {
        let face = |data| {
            Face::from_slice(data, 0)
                .ok_or_else(|| ExportError::Render { format: "text", reason: "the shipped font is broken".to_owned() })
        };
        Ok(Self { regular: face(REGULAR)?, semi_bold: face(SEMI_BOLD)?, widths: RefCell::default() })
    }

    /// The width of `text` at `size`.
    pub(super) fn width(&self, text: &str, size: f64, weight: Weight) -> f64 {
        let mut widths = self.widths.borrow_mut();
        let known = match weight {
            Weight::Regular => &mut widths[0],
            Weight::SemiBold => &mut widths[1],
        };
        if let Some(width) = known.get(text) {
            return width * size;
        }
        let face = self.face(weight);
        let glyphs = shape(face, text);
        let units: i32 = glyphs.glyph_positions().iter().map(|position| position.x_advance).sum();
        let width = f64::from(units) / f64::from(face.units_per_em());
        known.insert(text.to_owned(), width);
        width * size
    }

    /// `text` in lines no wider than `most`, broken at spaces (never at no-break spaces); at most `lines` of them, of which the last then ends in "…".
    /// A word wider than a line is cut with "…" too. Blank text has no lines.
    pub(super) fn wrap(&self, text: &str, size: f64, weight: Weight, most: f64, lines: usize) -> Vec<String> {
        let mut wrapped: Vec<String> = Vec::new();
        let mut words = text.split_ascii_whitespace().peekable();
        while words.peek().is_some() && wrapped.len() < lines {
            let mut line = String::new();
            while let Some(word) = words.peek() {
                let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
                if !line.is_empty() && self.width(&longer, size, weight) > most {
                    break;
                }
                line = longer;
                words.next();
            }
            wrapped.push(line);
        }
        let more = words.peek().is_some();
        let last = wrapped.len();
        for (index, line) in wrapped.iter_mut().enumerate() {
            if (more && index + 1 == last) || self.width(line, size, weight) > most {
                self.shorten(line, size, weight, most);
            }
        }
        wrapped
    }

    /// Ends `line` with "…" so that it is no wider than `most`.
    fn shorten(&self, line: &mut String, size: f64, weight: Weight, most: f64) {
        line.push_str(ELLIPSIS);
        while self.width(line, size, weight) > most {
            line.truncate(line.len() - ELLIPSIS.len());
            if line.pop().is_none() {
                return;
            }
            line.truncate(line.trim_end().len());
            line.push_str(ELLIPSIS);
        }
    }

    /// The outlines of a line of text, at its place.
    pub(super) fn outline(&self, line: &TextLine) -> Vec<Step> {
        let face = self.face(line.weight);
        let scale = line.size / f64::from(face.units_per_em());
        let glyphs = shape(face, &line.text);
        let mut pen = Outline { steps: Vec::new(), scale, origin: line.at, at: line.at };
        for (info, position) in glyphs.glyph_infos().iter().zip(glyphs.glyph_positions()) {
            let origin = pen.origin;
            pen.origin = Spot {
                x: origin.x + f64::from(position.x_offset) * scale,
                y: origin.y - f64::from(position.y_offset) * scale,
            };
            if let Ok(id) = u16::try_from(info.glyph_id) {
                face.outline_glyph(GlyphId(id), &mut pen);
            }
            pen.origin = Spot { x: origin.x + f64::from(position.x_advance) * scale, y: origin.y };
        }
        pen.steps
    }

    fn face(&self, weight: Weight) -> &Face<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        }
    }
}

fn shape(face: &Face<'_>, text: &str) -> rustybuzz::GlyphBuffer {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    rustybuzz::shape(face, &[], buffer)
}

/// Collects a glyph's outline in layout pixels.
struct Outline {
    steps: Vec<Step>,
    scale: f64,
    origin: Spot,
    at: Spot,
}

impl Outline {
    fn spot(&self, x: f32, y: f32) -> Spot {
        Spot { x: self.origin.x + f64::from(x) * self.scale, y: self.origin.y - f64::from(y) * self.scale }
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.spot(x, y);
        self.steps.push(Step::Move(self.at));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.at = self.spot(x, y);
        self.steps.push(Step::Line(self.at));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        // The same curve with two control points, each two thirds of the way to the one.
        let (control, end) = (self.spot(x1, y1), self.spot(x, y));
        let towards = |from: Spot| Spot {
            x: from.x + (control.x - from.x) * 2.0 / 3.0,
            y: from.y + (control.y - from.y) * 2.0 / 3.0,
        };
        self.steps.push(Step::Cubic(towards(self.at), towards(end), end));
        self.at = end;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.at = self.spot(x, y);
        self.steps.push(Step::Cubic(self.spot(x1, y1), self.spot(x2, y2), self.at));
    }

    fn close(&mut self) {
        self.steps.push(Step::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_grows_with_size_and_weight() {
        let fonts = Fonts::load().unwrap();
        let width = fonts.width("units per second", 12.0, Weight::Regular);
        assert!((80.0..100.0).contains(&width), "{width}");
        assert!((fonts.width("units per second", 24.0, Weight::Regular) - 2.0 * width).abs() < 1e-9);
        assert!(fonts.width("units per second", 12.0, Weight::SemiBold) > width);
        assert!(fonts.width("", 12.0, Weight::Regular).abs() < 1e-9);
    }

    #[test]
    fn the_font_has_every_sign_that_figures_use() {
        let fonts = Fonts::load().unwrap();
        for sign in "–—…×µσκα≈≤≥±→∞√²₀ éüñßø ЖЯ Ωλ".chars() {
            for weight in [Weight::Regular, Weight::SemiBold] {
                assert!(fonts.face(weight).glyph_index(sign).is_some(), "{sign}");
            }
        }
    }

    #[test]
    fn lines_are_never_wider_than_asked_for() {
        let fonts = Fonts::load().unwrap();
        let text = "Threads overlap waiting, whatever the interpreter, antidisestablishmentarianism notwithstanding";
        for most in [20.0, 60.0, 100.0, 300.0, 2000.0] {
            for lines in 1..6 {
                let wrapped = fonts.wrap(text, 12.0, Weight::Regular, most, lines);
                assert!((1..=lines).contains(&wrapped.len()));
                for line in &wrapped {
                    assert!(fonts.width(line, 12.0, Weight::Regular) <= most, "{line} over {most}");
                }
                let whole = wrapped.join(" ") == text;
                assert_ne!(whole, wrapped.iter().any(|line| line.ends_with('…')), "{wrapped:?}");
            }
        }
        assert_eq!(fonts.wrap("  \n ", 12.0, Weight::Regular, 100.0, 3), [""; 0]);
    }

    #[test]
    fn outlines_lie_where_the_text_is() {
        let fonts = Fonts::load().unwrap();
        let at = Spot { x: 100.0, y: 50.0 };
        let text = "H".to_owned();
        let line =
            TextLine { at, text, size: 10.0, weight: Weight::Regular, colour: super::super::scene::Colour([0; 3]) };
        let spots: Vec<Spot> = fonts
            .outline(&line)
            .into_iter()
            .filter_map(|step| match step {
                Step::Move(spot) | Step::Line(spot) | Step::Cubic(_, _, spot) => Some(spot),
                Step::Close => None,
            })
            .collect();
        assert!(!spots.is_empty());
        // An H stands on the baseline and is about 0.73 em high and wide.
        for spot in spots {
            assert!((100.0..108.0).contains(&spot.x) && (42.0..=50.0).contains(&spot.y), "{spot:?}");
        }
    }
}
