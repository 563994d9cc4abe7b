//! The one place of colours, spacing, type and fonts.
//!
//! Calm on purpose: one accent colour, an 8-point grid, a small type scale, no animations (a repaint costs CPU that the
//! measurement needs), and nothing that colour alone tells: verdicts and warnings carry a symbol and a word.

use std::sync::Arc;

use eframe::egui::epaint::text::{FontData, FontDefinitions};
use eframe::egui::style::{HandleShape, ScrollAnimation, ScrollStyle, WidgetVisuals, Widgets};
use eframe::egui::text::LayoutJob;
use eframe::egui::{
    self, Color32, CornerRadius, FontFamily, FontId, Margin, RichText, Shadow, Stroke, Style, TextFormat, TextStyle,
    Theme, Ui, Visuals, vec2,
};

use crate::model::claim::Verdict;
use crate::model::plot::CurveStyle;

/// Distances on the 8-point grid, in points.
pub mod space {
    /// Half a step: between things that belong together.
    pub const XS: f32 = 4.0;
    /// One step: between controls.
    pub const S: f32 = 8.0;
    /// Two steps: around the contents of a panel.
    pub const M: f32 = 16.0;
    /// Three steps: between sections.
    pub const L: f32 = 24.0;
    /// Four steps: around an empty state.
    pub const XL: f32 = 32.0;
}

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

/// Installs the fonts and both themes; which of them is shown stays `ctx.set_theme`'s choice.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.set_style_of(theme, style(theme));
    }
}

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

/// Draws sliders with a thin rail, their span in the accent colour, and rings as handles. Fields beside them stay outside.
pub fn slider_scope<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope(|ui| {
        let palette = Palette::in_use(ui);
        // egui makes the handle's radius two fifths of this.
        ui.spacing_mut().interact_size.y = 18.0;
        let visuals = ui.visuals_mut();
        visuals.selection.bg_fill = palette.accent;
        let ring = |width, expansion| WidgetVisuals {
            // Both of the rail and of the handle's middle.
            bg_fill: palette.control_pressed,
            weak_bg_fill: palette.control_pressed,
            bg_stroke: Stroke::NONE,
            corner_radius: CornerRadius::same(4),
            fg_stroke: Stroke::new(width, palette.accent),
            expansion,
        };
        visuals.widgets.inactive = ring(3.0, 0.0);
        visuals.widgets.hovered = ring(4.0, 0.5);
        visuals.widgets.active = ring(5.0, 2.0);
        add(ui)
    })
    .inner
}

/// The shipped font first, then egui's own for what it lacks; monospace stays egui's.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [
        (REGULAR, include_bytes!("../../assets/font/Inter-Regular.otf").as_slice()),
        (SEMIBOLD, include_bytes!("../../assets/font/Inter-SemiBold.otf").as_slice()),
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

fn style(theme: Theme) -> Style {
    let mut style = theme.default_style();
    style.visuals = visuals(theme);
    style.text_styles = [
        (TextStyle::Small, FontId::new(size::SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(size::HEADING, semibold())),
        (TextStyle::Monospace, FontId::new(size::BODY - 1.0, FontFamily::Monospace)),
    ]
    .into();
    style.drag_value_text_style = TextStyle::Body;

    style.spacing.item_spacing = vec2(space::S, space::S);
    style.spacing.button_padding = vec2(12.0, space::XS);
    style.spacing.menu_margin = Margin::same(8);
    style.spacing.window_margin = Margin::same(16);
    style.spacing.interact_size = vec2(40.0, 28.0);
    style.spacing.indent = space::M;
    style.spacing.icon_width = 16.0;
    style.spacing.icon_width_inner = 8.0;
    style.spacing.icon_spacing = space::S;
    style.spacing.slider_width = 160.0;
    style.spacing.slider_rail_height = 4.0;
    style.spacing.tooltip_width = 360.0;
    style.spacing.scroll = ScrollStyle::thin();

    // Every repaint costs CPU that a measurement may need: nothing moves by itself.
    style.animation_time = 0.0;
    style.scroll_animation = ScrollAnimation::none();
    style.visuals.text_cursor.blink = false;
    style.visuals.image_loading_spinners = false;
    style
}

fn visuals(theme: Theme) -> Visuals {
    let palette = Palette::of(theme);
    let radius = CornerRadius::same(6);
    let widget = |fill: Color32, stroke: Stroke, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius: radius,
        fg_stroke: Stroke::new(1.5, text),
        expansion: 0.0,
    };
    let focus = Stroke::new(2.0, palette.accent);
    let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(48) };
    let mut visuals = match theme {
        Theme::Light => Visuals::light(),
        Theme::Dark => Visuals::dark(),
    };
    visuals.widgets = Widgets {
        noninteractive: widget(palette.panel, Stroke::new(1.0, palette.line), palette.text),
        inactive: widget(palette.control, Stroke::NONE, palette.text),
        hovered: widget(palette.control_hovered, Stroke::NONE, palette.strong_text),
        // egui draws what has the keyboard's focus like what is pressed: the ring must be seen.
        active: widget(palette.control_pressed, focus, palette.strong_text),
        open: widget(palette.control_hovered, Stroke::NONE, palette.strong_text),
    };
    visuals.weak_text_color = Some(palette.weak_text);
    visuals.selection.bg_fill = palette.selection;
    visuals.selection.stroke = Stroke::new(1.0, palette.on_selection);
    visuals.hyperlink_color = palette.accent;
    visuals.faint_bg_color = palette.faint;
    visuals.extreme_bg_color = palette.surface;
    visuals.code_bg_color = palette.faint;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.indent_has_left_vline = false;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;

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
    fn nothing_moves_by_itself() {
        for theme in [Theme::Light, Theme::Dark] {
            let style = style(theme);
            assert!(style.animation_time == 0.0);
            assert!(!style.visuals.text_cursor.blink);
            assert!(!style.visuals.image_loading_spinners);
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
