//! A scene as a PDF of one page, its text selectable and its font embedded.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{ContentTag, Tag, TagGroup, TagTree};
use krilla::text::{Font, TextDirection};
use krilla::{Data, Document};

use super::error::ExportError;
use super::font;
use super::scene::{Colour, Ends, Node, Pen, Scene, Step, TextLine, Weight, rectangle};

/// A layout pixel is a 96th of an inch, as in CSS; a point is a 72nd.
const POINTS_PER_PIXEL: f64 = 0.75;

/// The scene as a PDF. The only time in it is `date`, so that the same figure gives the same bytes.
pub(super) fn write(scene: &Scene, program: &str, date: Option<DateTime>) -> Result<Vec<u8>, ExportError> {
    let failed = |reason: &str| ExportError::Render { format: "PDF figure", reason: reason.to_owned() };
    let fonts = Fonts::load().ok_or_else(|| failed("the shipped font is broken"))?;
    let page = PageSettings::from_wh(single(scene.width * POINTS_PER_PIXEL), single(scene.height * POINTS_PER_PIXEL))
        .ok_or_else(|| failed("the page has no size"))?;

    let mut document = Document::new();
    let mut page = document.start_page_with(page);
    let mut surface = page.surface();
    let figure = surface.start_tagged(ContentTag::Other);
    let scale = single(POINTS_PER_PIXEL);
    surface.push_transform(&Transform::from_scale(scale, scale));
    for node in &scene.nodes {
        draw(&mut surface, node, &fonts);
    }
    surface.pop();
    surface.end_tagged();
    surface.finish();
    page.finish();

    let mut tags = TagTree::new();
    let mut group = TagGroup::new(Tag::Figure(Some(scene.description.clone())));
    group.push(figure);
    tags.push(group);
    document.set_tag_tree(tags);
    let metadata = Metadata::new()
        .title(scene.title.clone())
        .description(scene.provenance.clone())
        .creator(program.to_owned())
        .language("en".to_owned());
    document.set_metadata(match date {
        Some(date) => metadata.creation_date(date),
        None => metadata,
    });
    document.finish().map_err(|error| failed(&error.to_string()))
}

struct Fonts {
    regular: Font,
    semi_bold: Font,
}

impl Fonts {
    fn load() -> Option<Self> {
        let font = |data: &'static [u8]| Font::new(Data::from(data), 0);
        Some(Self { regular: font(font::REGULAR)?, semi_bold: font(font::SEMI_BOLD)? })
    }

    fn of(&self, weight: Weight) -> Font {
        match weight {
            Weight::Regular => self.regular.clone(),
            Weight::SemiBold => self.semi_bold.clone(),
        }
    }
}

fn draw(surface: &mut Surface<'_>, node: &Node, fonts: &Fonts) {
    match node {
        Node::Shape { steps, fill, pen } => {
            let Some(outline) = path(steps) else { return };
            surface.set_fill(fill.map(filled));
            surface.set_stroke(pen.as_ref().map(stroked));
            surface.draw_path(&outline);
        }
        Node::Text(TextLine { at, text, size, weight, colour }) => {
            surface.set_fill(Some(filled(*colour)));
            surface.set_stroke(None);
            let at = Point::from_xy(single(at.x), single(at.y));
            surface.draw_text(at, fonts.of(*weight), single(*size), text, false, TextDirection::Auto);
        }
        Node::Group { clip, nodes, .. } => {
            let clip = clip.and_then(|area| path(&rectangle(area)));
            if let Some(clip) = &clip {
                surface.push_clip_path(clip, &FillRule::NonZero);
            }
            for node in nodes {
                draw(surface, node, fonts);
            }
            if clip.is_some() {
                surface.pop();
            }
        }
    }
}

fn path(steps: &[Step]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for step in steps {
        match *step {
            Step::Move(to) => builder.move_to(single(to.x), single(to.y)),
            Step::Line(to) => builder.line_to(single(to.x), single(to.y)),
            Step::Cubic(one, two, to) => {
                let [one, two] = [one, two].map(|spot| (single(spot.x), single(spot.y)));
                builder.cubic_to(one.0, one.1, two.0, two.1, single(to.x), single(to.y));
            }
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

fn colour(Colour([red, green, blue]): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn filled(fill: Colour) -> Fill {
    Fill { paint: colour(fill).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn stroked(pen: &Pen) -> Stroke {
    let dash = StrokeDash { array: pen.dashes.iter().map(|length| single(*length)).collect(), offset: 0.0 };
    Stroke {
        paint: colour(pen.colour).into(),
        width: single(pen.width),
        line_cap: match pen.ends {
            Ends::Cut => LineCap::Butt,
            Ends::Round => LineCap::Round,
        },
        line_join: LineJoin::Round,
        dash: (!pen.dashes.is_empty()).then_some(dash),
        ..Stroke::default()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places on a page need no more")]
fn single(length: f64) -> f32 {
    length as f32
}
