//! The colours of a figure beside its curves.

use crate::model::plot::CurveStyle;

use super::scene::Colour;

/// A light or a dark ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FigureTheme {
    /// Dark ink on white: paper, and bright slides.
    #[default]
    Light,
    /// Light ink on a dark ground: dark slides.
    Dark,
}

impl FigureTheme {
    /// Both themes, in the order lists show them.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// What a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// What lies behind everything.
    pub(super) fn ground(self) -> Colour {
        self.choose([255, 255, 255], [21, 24, 28])
    }

    /// Titles.
    pub(super) fn ink(self) -> Colour {
        self.choose([27, 30, 35], [238, 240, 243])
    }

    /// Labels, ticks and the small line; at least 4.5:1 on the ground.
    pub(super) fn muted(self) -> Colour {
        self.choose([84, 91, 100], [170, 178, 187])
    }

    /// The line of the x axis and its ticks.
    pub(super) fn axis(self) -> Colour {
        self.choose([120, 127, 136], [118, 126, 135])
    }

    /// Lines of the grid.
    pub(super) fn grid(self) -> Colour {
        self.choose([229, 231, 235], [44, 49, 56])
    }

    /// A curve's colour on this ground.
    pub(super) fn curve(self, style: CurveStyle) -> Colour {
        self.choose(style.light, style.dark)
    }

    /// A colour between itself and the ground, for areas that something else is drawn on.
    pub(super) fn pale(self, Colour(colour): Colour) -> Colour {
        let Colour(ground) = self.ground();
        let mix = |of: u8, and: u8| u8::try_from((u16::from(of) * 2 + u16::from(and) * 3) / 5).unwrap_or(of);
        Colour([mix(colour[0], ground[0]), mix(colour[1], ground[1]), mix(colour[2], ground[2])])
    }

    fn choose(self, light: [u8; 3], dark: [u8; 3]) -> Colour {
        match self {
            Self::Light => Colour(light),
            Self::Dark => Colour(dark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2.1 defines it.
    fn luminance(Colour(channels): Colour) -> f64 {
        let [red, green, blue] = channels.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_and_axis_can_be_read_on_the_ground() {
        for theme in FigureTheme::ALL {
            assert!(contrast(theme.ink(), theme.ground()) >= 7.0, "{theme:?}");
            assert!(contrast(theme.muted(), theme.ground()) >= 4.5, "{theme:?}");
            assert!(contrast(theme.axis(), theme.ground()) >= 3.0, "{theme:?}");
        }
    }
}
