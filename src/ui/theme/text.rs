//! Type: the shipped font, its sizes, and what titles, captions and numbers look like.

use std::sync::Arc;

use eframe::egui::epaint::text::{FontData, FontDefinitions};
use eframe::egui::text::LayoutJob;
use eframe::egui::{Color32, FontFamily, FontId, RichText, TextFormat, TextStyle, Ui};

/// Text sizes in points.
pub mod size {
    /// Provenance, axis ticks, units.
    pub const SMALL: f32 = 12.0;
    /// Running text and controls.
    pub const BODY: f32 = 14.0;
    /// The title of a section or of a plot panel.
    pub const TITLE: f32 = 16.0;
    /// The title of a page.
    pub const HEADING: f32 = 20.0;
}

const REGULAR: &str = "Inter Regular";
const SEMIBOLD: &str = "Inter SemiBold";

/// The shipped font, semi-bold: for titles and for the one word that matters.
pub fn semibold() -> FontFamily {
    FontFamily::Name(Arc::from(SEMIBOLD))
}

/// Text for the title of a page.
pub fn heading(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Heading).strong()
}

/// Text for the title of a section or plot panel.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(size::TITLE, semibold())).strong()
}

/// Body text with weight.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).font(FontId::new(size::BODY, semibold())).strong()
}

/// Small, quiet text: captions, units, provenance.
pub fn caption(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Small).weak()
}

/// Numbers whose digits all take the same width, so that they line up in columns and do not jitter while they change.
///
/// egui has no access to the font's `tnum` feature; each digit stands in the middle of a cell as wide as the widest, the last one
/// at its right.
pub fn tabular(ui: &Ui, text: &str, font: &FontId, color: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    append_tabular(ui, &mut job, text, font, color);
    job.wrap.max_width = f32::INFINITY;
    job
}

/// Continues what [`tabular`] began, such as in another colour.
pub fn append_tabular(ui: &Ui, job: &mut LayoutJob, text: &str, font: &FontId, color: Color32) {
    let format = TextFormat { font_id: font.clone(), color, ..Default::default() };
    ui.fonts_mut(|fonts| {
        let cell = ('0'..='9').map(|digit| fonts.glyph_width(font, digit)).fold(0.0, f32::max);
        let mut before = 0.0;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let slack = if character.is_ascii_digit() { cell - fonts.glyph_width(font, character) } else { 0.0 };
            // Room after the last character is not kept, so that all of it goes before.
            let after = if characters.peek().is_some() { slack / 2.0 } else { 0.0 };
            let mut buffer = [0; 4];
            job.append(character.encode_utf8(&mut buffer), before + slack - after, format.clone());
            before = after;
        }
    });
}

/// The shipped font first, then egui's own for what it lacks; monospace stays egui's.
pub(super) fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [
        (REGULAR, include_bytes!("../../../assets/font/Inter-Regular.otf").as_slice()),
        (SEMIBOLD, include_bytes!("../../../assets/font/Inter-SemiBold.otf").as_slice()),
    ] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = fonts.families.entry(FontFamily::Proportional).or_default();
    let with_first = |name: &str| [name.to_owned()].into_iter().chain(fallback.iter().cloned()).collect::<Vec<_>>();
    let (regular, bold) = (with_first(REGULAR), with_first(SEMIBOLD));
    fonts.families.insert(FontFamily::Proportional, regular);
    fonts.families.insert(semibold(), bold);
    if let Some(monospace) = fonts.families.get_mut(&FontFamily::Monospace) {
        monospace.push(REGULAR.to_owned());
    }
    fonts
}

#[cfg(test)]
mod tests {
    use eframe::egui;
    use egui_kittest::Harness;

    use super::super::install;
    use super::*;

    #[test]
    fn every_symbol_is_in_the_shipped_font() {
        // Without egui's own fonts, since a picture or an export has only the shipped one.
        for name in [REGULAR, SEMIBOLD] {
            let mut fonts = fonts();
            let only = FontFamily::Name(Arc::from("only"));
            fonts.families.insert(only.clone(), vec![name.to_owned()]);
            let mut fonts = egui::epaint::text::Fonts::new(egui::epaint::text::TextOptions::default(), fonts);
            let mut view = fonts.with_pixels_per_point(1.0);
            for symbol in "✓✗?⚠→←↑↓▶■●▲▼◆×–—…±≤≥≈σκλ∞²₀√↺".chars() {
                assert!(view.has_glyph(&FontId::new(14.0, only.clone()), symbol), "{name} lacks {symbol}");
            }
        }
    }

    #[test]
    fn digits_line_up() {
        let mut harness = Harness::builder().with_context_setup(install).build_ui(|ui| {
            let font = FontId::new(size::BODY, FontFamily::Proportional);
            let width = |text: &str| {
                let job = tabular(ui, text, &font, Color32::BLACK);
                ui.fonts_mut(|fonts| fonts.layout_job(job)).size().x
            };
            let (ones, eights) = (width("1111.11"), width("8888.88"));
            assert!((ones - eights).abs() < 0.6, "{ones} beside {eights}");
            let plain = |text: &str| {
                ui.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font.clone(), Color32::BLACK)).size().x
            };
            assert!(plain("8888.88") - plain("1111.11") > 4.0, "the font's own digits differ, or tabular is needless");
        });
        harness.run();
    }
}
