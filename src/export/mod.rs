//! Results and plot specifications as bytes, and the one place that writes files.
//!
//! [`render`] takes values and returns bytes: the same input gives the same bytes, on every machine. [`write_atomic`] is
//! the only function of the program that writes a file which the user keeps.

mod decision;
mod describe;
mod error;
mod figure;
mod file;
mod font;
mod format;
mod legend;
mod marker;
mod name;
mod panel;
mod pdf;
#[cfg(test)]
mod pictures;
mod raster;
mod record;
#[cfg(test)]
mod sample;
mod scene;
mod size;
mod standalone;
mod svg;
mod table;
mod theme;

pub use error::ExportError;
pub use file::{write_atomic, write_new};
pub use format::Format;
pub use name::{default_folder, suggested_name, unused_path};
pub use raster::Raster;
pub use size::FigureSize;
pub use theme::FigureTheme;

use krilla::metadata::DateTime;

use crate::model::plot::PlotSpec;
use crate::model::record::RunRecord;

/// How a figure is to look.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FigureOptions {
    /// Its size.
    pub size: FigureSize,
    /// Its ground.
    pub theme: FigureTheme,
}

/// The bytes of a file: the figure `spec` as options say, or the whole of `record` as a table or as JSON. As a table, a figure
/// that is one is written as it is shown.
///
/// # Errors
/// When the figure has no room for what it is to show.
pub fn render(
    format: Format,
    spec: &PlotSpec,
    record: &RunRecord,
    options: &FigureOptions,
) -> Result<Vec<u8>, ExportError> {
    match format {
        Format::Csv => match &spec.table {
            Some(decision) => table::write_decision(decision, record),
            None => table::write(record),
        },
        Format::Json => record::write(record),
        Format::Python => standalone::write(record),
        Format::Svg => Ok(Drawn::new(spec, options)?.svg.into_bytes()),
        Format::Png => {
            let drawn = Drawn::new(spec, options)?;
            raster::encode(&raster::draw(&drawn.svg, options.size)?, options.size, &drawn.scene)
        }
        Format::Pdf => {
            let scene = figure::compose(spec, options.size, options.theme, &font::Fonts::load()?)?;
            pdf::write(&scene, &record.program, pdf_date(&record.started_at))
        }
    }
}

/// The figure as pixels, for the clipboard.
///
/// # Errors
/// When the figure has no room for what it is to show.
pub fn raster(spec: &PlotSpec, options: &FigureOptions) -> Result<Raster, ExportError> {
    raster::draw(&Drawn::new(spec, options)?.svg, options.size)
}

/// A figure laid out, and written as SVG.
struct Drawn {
    scene: scene::Scene,
    svg: String,
}

impl Drawn {
    fn new(spec: &PlotSpec, options: &FigureOptions) -> Result<Self, ExportError> {
        let fonts = font::Fonts::load()?;
        let scene = figure::compose(spec, options.size, options.theme, &fonts)?;
        let svg = svg::write(&scene, &fonts);
        Ok(Self { scene, svg })
    }
}

/// When the run began, for the file's metadata; `None` where the record does not say it as RFC 3339.
fn pdf_date(started_at: &str) -> Option<DateTime> {
    let at = started_at.parse::<jiff::Timestamp>().ok()?.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).ok();
    Some(
        DateTime::new(u16::try_from(at.year()).ok()?)
            .month(part(at.month())?)
            .day(part(at.day())?)
            .hour(part(at.hour())?)
            .minute(part(at.minute())?)
            .second(part(at.second())?)
            .utc_offset_hour(0)
            .utc_offset_minute(0),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::plot::{AxisChoice, Metric};
    use crate::model::record::tests::changed;

    fn rendered(format: Format) -> Vec<u8> {
        render(format, &sample::two_panels(), &sample::record(), &FigureOptions::default()).unwrap()
    }

    #[test]
    fn the_same_figure_gives_the_same_bytes() {
        for format in Format::ALL {
            assert!(rendered(format) == rendered(format), "{format}");
        }
    }

    #[test]
    fn every_format_begins_as_it_should() {
        for (format, beginning) in [
            (Format::Svg, &b"<svg xmlns"[..]),
            (Format::Png, b"\x89PNG\r\n\x1a\n"),
            (Format::Pdf, b"%PDF-"),
            (Format::Csv, b"lesson,experiment,"),
            (Format::Json, b"{\n  \"format\": 1,"),
            (Format::Python, b"\"\"\"Repeats an experiment"),
        ] {
            assert!(rendered(format).starts_with(beginning), "{format}");
        }
    }

    #[test]
    fn json_opens_again_as_it_was() {
        let bytes = rendered(Format::Json);
        assert!(bytes.ends_with(b"}\n"));
        assert_eq!(serde_json::from_slice::<RunRecord>(&bytes).unwrap(), sample::record());
    }

    #[test]
    fn the_picture_for_the_clipboard_is_that_of_the_file() {
        let options = FigureOptions { size: FigureSize::new(800, 450, 1.25).unwrap(), theme: FigureTheme::Dark };
        let raster = raster(&sample::two_panels(), &options).unwrap();
        assert_eq!((raster.width, raster.height), (1000, 563));
        assert_eq!(raster.rgba.len(), 1000 * 563 * 4);
        assert!(raster.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255), "a pixel is not opaque");

        let png = render(Format::Png, &sample::two_panels(), &sample::record(), &options).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let texts: Vec<_> = reader.info().utf8_text.iter().map(|text| text.keyword.clone()).collect();
        assert_eq!(texts, ["Title", "Description", "Source"]);
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut rgb).unwrap();
        let same = raster.rgba.chunks_exact(4).zip(rgb.chunks_exact(3)).all(|(one, other)| one[..3] == *other);
        assert!(same, "the colours differ");
    }

    #[test]
    fn a_pdf_embeds_the_shipped_font_and_knows_where_it_comes_from() {
        let pdf = rendered(Format::Pdf);
        let text = String::from_utf8_lossy(&pdf);
        for part in ["+Inter-Regular", "+Inter-SemiBold", "/FontFile3", "D:20261122142000Z", "AMD EPYC 9355", "/Figure"]
        {
            assert!(text.contains(part), "{part} is missing");
        }
    }

    #[test]
    fn svg_structure() {
        let svg = String::from_utf8(rendered(Format::Svg)).unwrap();
        insta::assert_snapshot!(svg.lines().map(without_outline).collect::<Vec<_>>().join("\n"));
    }

    /// A line of SVG without the outlines of its letters, which only the words before them matter of.
    fn without_outline(line: &str) -> String {
        match (line.contains("<path aria-label"), line.split_once(" d=\""), line.split_once("\" fill")) {
            (true, Some((words, _)), Some((_, rest))) => format!("{words} d=\"…\" fill{rest}"),
            _ => line.to_owned(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn a_changed_result_that_opens_is_exported(changes in changed::changes()) {
            let text = sample::record().to_json().unwrap();
            let Ok(record) = RunRecord::parse(&changed::changed(&text, &changes)) else { return Ok(()) };
            for metric in [Metric::Throughput, Metric::Speedup, Metric::CoresUsed] {
                let figure = record.figure(None, metric, AxisChoice::Automatic);
                for format in [Format::Svg, Format::Csv, Format::Json, Format::Python] {
                    if let Err(error) = render(format, &figure, &record, &FigureOptions::default()) {
                        prop_assert!(!error.to_string().contains('\n'), "{format}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn dates_without_a_form_are_left_out() {
        assert!(pdf_date("2026-11-22T14:20:00+01:00").is_some());
        assert!(pdf_date("22 November").is_none());
    }
}
