//! Results and plot specifications as bytes, and the one place that writes files.
//!
//! [`render`] takes values and returns bytes: the same input gives the same bytes, on every machine. [`write_atomic`] is
//! the only function of the program that writes a file which the user keeps.

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
mod svg;
mod table;
mod theme;

pub use error::ExportError;
pub use file::write_atomic;
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

/// The bytes of a file: the figure `spec` as options say, or the whole of `record` as a table or as JSON.
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
        Format::Csv => table::write(record),
        Format::Json => record::write(record),
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
