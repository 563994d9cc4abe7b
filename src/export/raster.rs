//! A figure as pixels. They come from its SVG, so that both show the same.

use resvg::{tiny_skia, usvg};

use super::error::ExportError;
use super::scene::Scene;
use super::size::FigureSize;

/// Pixels, row by row from the top left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green, blue and alpha of each pixel, a byte each; every pixel is opaque.
    pub rgba: Vec<u8>,
}

/// Draws an SVG without `<text>`, which needs no fonts.
pub(super) fn draw(svg: &str, size: FigureSize) -> Result<Raster, ExportError> {
    let failed = |reason: String| ExportError::Render { format: "picture", reason };
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|error| failed(error.to_string()))?;
    let (width, height) = size.picture_px();
    let mut pixels = tiny_skia::Pixmap::new(width, height)
        .ok_or_else(|| failed(format!("{width} × {height} pixels are too many")))?;
    // The picture has whole pixels, so that its two scales may differ by a rounding error.
    let (across, down) = (ratio(width, size.width_px()), ratio(height, size.height_px()));
    resvg::render(&tree, tiny_skia::Transform::from_scale(across, down), &mut pixels.as_mut());
    // The ground is opaque, so that premultiplied colours are the colours themselves.
    Ok(Raster { width, height, rgba: pixels.take() })
}

/// A raster as a PNG that knows its resolution, its title and where it comes from.
pub(super) fn encode(raster: &Raster, size: FigureSize, scene: &Scene) -> Result<Vec<u8>, ExportError> {
    encode_png(raster, size, scene)
        .map_err(|error| ExportError::Render { format: "PNG picture", reason: error.to_string() })
}

fn encode_png(raster: &Raster, size: FigureSize, scene: &Scene) -> Result<Vec<u8>, png::EncodingError> {
    let rgb: Vec<u8> = raster.rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, raster.width, raster.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let per_metre = pixels_per_metre(size);
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    encoder.add_itxt_chunk("Title".to_owned(), scene.title.clone())?;
    encoder.add_itxt_chunk("Description".to_owned(), scene.description.clone())?;
    encoder.add_itxt_chunk("Source".to_owned(), scene.provenance.clone())?;
    encoder.write_header()?.write_image_data(&rgb)?;
    Ok(bytes)
}

#[expect(clippy::cast_possible_truncation, reason = "close to the scale, which is an f32")]
fn ratio(picture: u32, layout: u32) -> f32 {
    (f64::from(picture) / f64::from(layout)) as f32
}

/// A layout pixel is a 96th of an inch, as in CSS.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the scale is positive and bounded")]
fn pixels_per_metre(size: FigureSize) -> u32 {
    (96.0 / 0.0254 * f64::from(size.scale())).round() as u32
}
