//! A scene as SVG 1.1. Text becomes outlines, so that the figure looks the same wherever it is opened; its words are in
//! `<title>` and `<desc>`.

use std::fmt::Write as _;

use super::font::Fonts;
use super::scene::{Area, Colour, Ends, Node, Pen, Scene, Spot, Step};

/// The scene as an SVG document.
pub(super) fn write(scene: &Scene, fonts: &Fonts) -> String {
    let mut writer = Writer { out: String::with_capacity(1 << 16), fonts, clips: 0, depth: 1 };
    let (width, height) = (Number(scene.width), Number(scene.height));
    writer.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"threadlab-title threadlab-desc\">\n"
    ));
    writer.put(format_args!("  <title id=\"threadlab-title\">{}</title>\n", Escaped(&scene.title)));
    writer.put(format_args!("  <desc id=\"threadlab-desc\">{}</desc>\n", Escaped(&scene.description)));
    for node in &scene.nodes {
        writer.node(node);
    }
    writer.out.push_str("</svg>\n");
    writer.out
}

struct Writer<'a> {
    out: String,
    fonts: &'a Fonts,
    clips: usize,
    depth: usize,
}

impl Writer<'_> {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Shape { steps, fill, pen } => self.shape("", steps, *fill, pen.as_ref()),
            Node::Text(line) => {
                let steps = self.fonts.outline(line);
                self.shape(&line.text, &steps, Some(line.colour), None);
            }
            Node::Group { name, clip, nodes } => self.group(name, *clip, nodes),
        }
    }

    fn group(&mut self, name: &str, clip: Option<Area>, nodes: &[Node]) {
        let clip_id = clip.map(|area| self.clip(area));
        self.indent();
        self.put(format_args!("<g aria-label=\"{}\"", Escaped(name)));
        if let Some(id) = clip_id {
            self.put(format_args!(" clip-path=\"url(#threadlab-clip-{id})\""));
        }
        self.out.push_str(">\n");
        self.depth += 1;
        for node in nodes {
            self.node(node);
        }
        self.depth -= 1;
        self.indent();
        self.out.push_str("</g>\n");
    }

    fn clip(&mut self, area: Area) -> usize {
        self.clips += 1;
        let id = self.clips;
        self.indent();
        self.put(format_args!(
            "<clipPath id=\"threadlab-clip-{id}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n",
            Number(area.left),
            Number(area.top),
            Number(area.width),
            Number(area.height),
        ));
        id
    }

    /// A path, with the words it shows where it shows any.
    fn shape(&mut self, words: &str, steps: &[Step], fill: Option<Colour>, pen: Option<&Pen>) {
        if steps.is_empty() {
            return;
        }
        self.indent();
        self.out.push_str("<path");
        if !words.is_empty() {
            self.put(format_args!(" aria-label=\"{}\"", Escaped(words)));
        }
        self.out.push_str(" d=\"");
        for step in steps {
            self.step(*step);
        }
        match fill {
            Some(colour) => self.put(format_args!("\" fill=\"{}\"", Hex(colour))),
            None => self.out.push_str("\" fill=\"none\""),
        }
        if let Some(pen) = pen {
            self.put(format_args!(" stroke=\"{}\" stroke-width=\"{}\"", Hex(pen.colour), Number(pen.width)));
            if !pen.dashes.is_empty() {
                let dashes: Vec<String> = pen.dashes.iter().map(|length| Number(*length).to_string()).collect();
                self.put(format_args!(" stroke-dasharray=\"{}\"", dashes.join(" ")));
            }
            self.out.push_str(match pen.ends {
                Ends::Cut => " stroke-linejoin=\"round\"",
                Ends::Round => " stroke-linejoin=\"round\" stroke-linecap=\"round\"",
            });
        }
        self.out.push_str("/>\n");
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Move(to) => self.put(format_args!("M{}", Place(to))),
            Step::Line(to) => self.put(format_args!("L{}", Place(to))),
            Step::Cubic(one, two, to) => self.put(format_args!("C{} {} {}", Place(one), Place(two), Place(to))),
            Step::Close => self.out.push('Z'),
        }
    }
}

/// A number to a hundredth of a pixel, as short as it can be written.
struct Number(f64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Adding 0 turns -0 into 0.
        write!(f, "{}", (self.0 * 100.0).round() / 100.0 + 0.0)
    }
}

struct Place(Spot);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", Number(self.0.x), Number(self.0.y))
    }
}

struct Hex(Colour);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Colour([red, green, blue]) = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Text between tags or quotes. Characters that XML 1.0 forbids even when escaped are left out.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [(1.0, "1"), (1.005, "1"), (0.126, "0.13"), (-0.001, "0"), (-2.5, "-2.5")] {
            assert_eq!(Number(number).to_string(), text);
        }
    }

    #[test]
    fn text_cannot_break_out_of_its_tag() {
        assert_eq!(Escaped("a<b & \"c\">\u{0}\u{7}\n").to_string(), "a&lt;b &amp; &quot;c&quot;&gt; ");
    }
}
