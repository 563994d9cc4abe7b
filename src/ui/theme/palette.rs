//! Colours, and the symbols that stand beside those that mean something.

use eframe::egui::{Color32, Theme, Ui};

use crate::model::claim::Verdict;
use crate::model::plot::CurveStyle;

/// Every colour of one theme. Text colours have a contrast of at least 4.5 to 1 against [`Palette::panel`] and
/// [`Palette::surface`], as WCAG 2.2 asks for (success criterion 1.4.3, level AA).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Behind panels.
    pub panel: Color32,
    /// Behind the plot, tables and text fields.
    pub surface: Color32,
    /// Behind windows, menus and tooltips.
    pub raised: Color32,
    /// A control at rest.
    pub control: Color32,
    /// A control under the pointer.
    pub control_hovered: Color32,
    /// A control that is pressed.
    pub control_pressed: Color32,
    /// Hairlines: separators and grid.
    pub line: Color32,
    /// Every second row of a table, and code.
    pub faint: Color32,
    /// Running text.
    pub text: Color32,
    /// Captions, units, ticks.
    pub weak_text: Color32,
    /// Titles and chosen things.
    pub strong_text: Color32,
    /// The one accent: links, handles, focus.
    pub accent: Color32,
    /// Behind [`Palette::on_accent`]: the one primary button.
    pub accent_fill: Color32,
    /// Text on [`Palette::accent_fill`].
    pub on_accent: Color32,
    /// Behind something chosen.
    pub selection: Color32,
    /// Text on [`Palette::selection`].
    pub on_selection: Color32,
    /// A claim that holds.
    pub holds: Color32,
    /// A claim that is refuted.
    pub refuted: Color32,
    /// A claim that cannot be told.
    pub cannot_tell: Color32,
    /// Something that makes a result less trustworthy.
    pub warning: Color32,
    /// Something that failed.
    pub error: Color32,
}

const LIGHT: Palette = Palette {
    panel: Color32::from_rgb(246, 247, 249),
    surface: Color32::from_rgb(255, 255, 255),
    raised: Color32::from_rgb(255, 255, 255),
    control: Color32::from_rgb(230, 233, 238),
    control_hovered: Color32::from_rgb(219, 224, 231),
    control_pressed: Color32::from_rgb(204, 211, 221),
    line: Color32::from_rgb(214, 219, 226),
    faint: Color32::from_rgb(239, 241, 244),
    text: Color32::from_rgb(31, 36, 44),
    weak_text: Color32::from_rgb(87, 95, 107),
    strong_text: Color32::from_rgb(13, 17, 23),
    accent: Color32::from_rgb(38, 84, 196),
    accent_fill: Color32::from_rgb(38, 84, 196),
    on_accent: Color32::from_rgb(255, 255, 255),
    selection: Color32::from_rgb(208, 222, 252),
    on_selection: Color32::from_rgb(16, 44, 116),
    holds: Color32::from_rgb(0, 106, 78),
    refuted: Color32::from_rgb(174, 58, 0),
    cannot_tell: Color32::from_rgb(87, 95, 107),
    warning: Color32::from_rgb(131, 84, 0),
    error: Color32::from_rgb(179, 32, 40),
};

const DARK: Palette = Palette {
    panel: Color32::from_rgb(22, 25, 31),
    surface: Color32::from_rgb(15, 17, 22),
    raised: Color32::from_rgb(31, 35, 43),
    control: Color32::from_rgb(44, 49, 59),
    control_hovered: Color32::from_rgb(56, 63, 75),
    control_pressed: Color32::from_rgb(68, 76, 90),
    line: Color32::from_rgb(52, 58, 69),
    faint: Color32::from_rgb(28, 32, 39),
    text: Color32::from_rgb(222, 226, 233),
    weak_text: Color32::from_rgb(157, 166, 180),
    strong_text: Color32::from_rgb(248, 249, 251),
    accent: Color32::from_rgb(130, 170, 255),
    accent_fill: Color32::from_rgb(47, 96, 212),
    on_accent: Color32::from_rgb(255, 255, 255),
    selection: Color32::from_rgb(38, 62, 116),
    on_selection: Color32::from_rgb(226, 235, 255),
    holds: Color32::from_rgb(84, 212, 168),
    refuted: Color32::from_rgb(255, 157, 107),
    cannot_tell: Color32::from_rgb(170, 179, 193),
    warning: Color32::from_rgb(242, 196, 92),
    error: Color32::from_rgb(255, 139, 139),
};

impl Palette {
    /// The colours of a theme.
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// The colours that `ui` is drawn in.
    pub fn in_use(ui: &Ui) -> &'static Self {
        Self::of(ui.theme())
    }

    /// The colour of a verdict; show [`verdict_symbol`] and the word beside it.
    pub fn verdict(&self, verdict: Verdict) -> Color32 {
        match verdict {
            Verdict::Holds => self.holds,
            Verdict::Refuted => self.refuted,
            Verdict::CannotTell => self.cannot_tell,
        }
    }
}

/// The shape that tells a verdict without colour.
pub fn verdict_symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✓",
        Verdict::Refuted => "✗",
        Verdict::CannotTell => "?",
    }
}

/// The sign before a warning's sentence.
pub const WARNING_SYMBOL: &str = "⚠";

/// A curve's colour on a light or dark ground.
pub fn curve_color(style: &CurveStyle, dark: bool) -> Color32 {
    let [r, g, b] = if dark { style.dark } else { style.light };
    Color32::from_rgb(r, g, b)
}

/// The contrast ratio of two opaque colours, 1 to 21, as WCAG 2.2 defines it.
pub fn contrast_ratio(one: Color32, other: Color32) -> f64 {
    let (one, other) = (relative_luminance(one), relative_luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance, 0 to 1, as WCAG 2.2 defines it.
fn relative_luminance(color: Color32) -> f64 {
    let linear = |channel: u8| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_contrast(name: &str, text: Color32, ground: Color32, least: f64) {
        let ratio = contrast_ratio(text, ground);
        assert!(ratio >= least, "{name}: {ratio:.2} to 1 is below {least}");
    }

    #[test]
    fn contrast_follows_wcag() {
        assert!((contrast_ratio(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast_ratio(Color32::WHITE, Color32::WHITE) - 1.0).abs() < 1e-9);
        // The example every checker quotes: #767676 on white is the lightest grey that passes.
        assert!((contrast_ratio(Color32::from_gray(0x76), Color32::WHITE) - 4.54).abs() < 0.005);
    }

    #[test]
    fn text_can_be_read_in_both_themes() {
        for theme in [Theme::Light, Theme::Dark] {
            let p = Palette::of(theme);
            for (ground_name, ground) in
                [("panel", p.panel), ("surface", p.surface), ("raised", p.raised), ("faint", p.faint)]
            {
                for (name, text) in [
                    ("text", p.text),
                    ("weak", p.weak_text),
                    ("strong", p.strong_text),
                    ("accent", p.accent),
                    ("holds", p.holds),
                    ("refuted", p.refuted),
                    ("cannot tell", p.cannot_tell),
                    ("warning", p.warning),
                    ("error", p.error),
                ] {
                    check_contrast(&format!("{theme:?} {name} on {ground_name}"), text, ground, 4.5);
                }
            }
            for (name, ground) in [("rest", p.control), ("hovered", p.control_hovered), ("pressed", p.control_pressed)]
            {
                check_contrast(&format!("{theme:?} control {name}"), p.text, ground, 4.5);
                check_contrast(&format!("{theme:?} control {name}, strong"), p.strong_text, ground, 4.5);
            }
            check_contrast(&format!("{theme:?} primary button"), p.on_accent, p.accent_fill, 4.5);
            check_contrast(&format!("{theme:?} selection"), p.on_selection, p.selection, 4.5);
            // Controls and focus rings: success criterion 1.4.11 asks for 3 to 1.
            check_contrast(&format!("{theme:?} focus"), p.accent, p.panel, 3.0);
            check_contrast(&format!("{theme:?} focus on a control"), p.accent, p.control_pressed, 3.0);
        }
    }

    #[test]
    fn verdicts_differ_without_colour() {
        let symbols = [Verdict::Holds, Verdict::Refuted, Verdict::CannotTell].map(verdict_symbol);
        assert!(symbols[0] != symbols[1] && symbols[1] != symbols[2] && symbols[0] != symbols[2]);
    }
}
