//! How large a figure is.

use super::error::ExportError;

/// The size of a figure: its layout in pixels, and how many pixels of a picture go to one pixel of the layout.
///
/// Text and lines grow with the layout, less than in proportion; the scale enlarges everything alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureSize {
    width_px: u32,
    height_px: u32,
    scale: f32,
}

impl FigureSize {
    /// The least length of a side.
    pub const MIN_SIDE_PX: u32 = 240;
    /// The greatest length of a side.
    pub const MAX_SIDE_PX: u32 = 10_000;
    /// The least scale.
    pub const MIN_SCALE: f32 = 0.5;
    /// The greatest scale.
    pub const MAX_SCALE: f32 = 8.0;
    /// The most pixels of a picture, in millions.
    pub const MAX_MEGAPIXELS: u32 = 100;

    /// 16:9 for a projector: 1920 × 1080 pixels.
    pub const SLIDE: Self = Self { width_px: 960, height_px: 540, scale: 2.0 };
    /// 3:2 over the width of a printed page: 2160 × 1440 pixels.
    pub const PAPER: Self = Self { width_px: 720, height_px: 480, scale: 3.0 };
    /// As high as wide: 1400 × 1400 pixels.
    pub const SQUARE: Self = Self { width_px: 700, height_px: 700, scale: 2.0 };
    /// Every preset with its label, in the order lists show them.
    pub const PRESETS: [(&'static str, Self); 3] =
        [("Slide 16:9", Self::SLIDE), ("Paper 3:2", Self::PAPER), ("Square", Self::SQUARE)];

    /// Checks a size.
    ///
    /// # Errors
    /// When a side, the scale, or the picture they make is out of bounds.
    pub fn new(width_px: u32, height_px: u32, scale: f32) -> Result<Self, ExportError> {
        let (min, max) = (Self::MIN_SIDE_PX, Self::MAX_SIDE_PX);
        if !(min..=max).contains(&width_px) || !(min..=max).contains(&height_px) {
            return Err(ExportError::SideOutOfRange { width_px, height_px, min, max });
        }
        if !(Self::MIN_SCALE..=Self::MAX_SCALE).contains(&scale) {
            return Err(ExportError::ScaleOutOfRange { scale, min: Self::MIN_SCALE, max: Self::MAX_SCALE });
        }
        let size = Self { width_px, height_px, scale };
        let (width, height) = size.picture_px();
        let megapixels = f64::from(width) * f64::from(height) / 1e6;
        if megapixels > f64::from(Self::MAX_MEGAPIXELS) {
            let max_megapixels = Self::MAX_MEGAPIXELS;
            return Err(ExportError::TooManyPixels { width_px, height_px, scale, megapixels, max_megapixels });
        }
        Ok(size)
    }

    /// The layout's width.
    pub fn width_px(self) -> u32 {
        self.width_px
    }

    /// The layout's height.
    pub fn height_px(self) -> u32 {
        self.height_px
    }

    /// Pixels of the picture for each pixel of the layout.
    pub fn scale(self) -> f32 {
        self.scale
    }

    /// Width and height of the picture, in whole pixels.
    pub fn picture_px(self) -> (u32, u32) {
        (scaled(self.width_px, self.scale), scaled(self.height_px, self.scale))
    }
}

impl Default for FigureSize {
    fn default() -> Self {
        Self::SLIDE
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both factors are positive and bounded")]
fn scaled(side_px: u32, scale: f32) -> u32 {
    (f64::from(side_px) * f64::from(scale)).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(width_px: u32, height_px: u32, scale: f32, expected: Result<(u32, u32), &str>) {
        let found = FigureSize::new(width_px, height_px, scale);
        assert_eq!(
            found.map(FigureSize::picture_px).map_err(|error| error.to_string()),
            expected.map_err(str::to_owned)
        );
    }

    #[test]
    fn sizes_out_of_bounds_say_so() {
        check(800, 450, 1.5, Ok((1200, 675)));
        check(240, 240, 0.5, Ok((120, 120)));
        check(10_000, 10_000, 1.0, Ok((10_000, 10_000)));
        check(
            239,
            450,
            1.0,
            Err("a figure of 239 × 450 pixels was asked for; each side must be from 240 to 10000 pixels"),
        );
        check(800, 0, 1.0, Err("a figure of 800 × 0 pixels was asked for; each side must be from 240 to 10000 pixels"));
        check(800, 450, f32::NAN, Err("a scale of NaN was asked for; it must be from 0.5 to 8"));
        check(800, 450, 9.0, Err("a scale of 9 was asked for; it must be from 0.5 to 8"));
        check(
            8000,
            4500,
            2.0,
            Err("8000 × 4500 pixels at scale 2 make a picture of 144 megapixels; at most 100 are possible"),
        );
    }

    #[test]
    fn presets_are_within_bounds() {
        for (label, size) in FigureSize::PRESETS {
            assert_eq!(FigureSize::new(size.width_px, size.height_px, size.scale).unwrap(), size, "{label}");
        }
    }
}
