//! The one place of colours, spacing, type and fonts.
//!
//! Calm on purpose: one accent colour, an 8-point grid, a small type scale, no animations (a repaint costs CPU that the
//! measurement needs), and nothing that colour alone tells: verdicts and warnings carry a symbol and a word.

use eframe::egui::style::{HandleShape, ScrollAnimation, ScrollStyle, WidgetVisuals, Widgets};
use eframe::egui::{
    self, Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, Ui, Visuals, vec2,
};

mod palette;
mod text;

pub use palette::{Palette, WARNING_SYMBOL, contrast_ratio, curve_color, verdict_symbol};
pub use text::{append_tabular, caption, heading, semibold, size, strong, tabular, title};

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

/// Installs the fonts and both themes; which of them is shown stays `ctx.set_theme`'s choice.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(text::fonts());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.set_style_of(theme, style(theme));
    }
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
    use super::*;

    #[test]
    fn nothing_moves_by_itself() {
        for theme in [Theme::Light, Theme::Dark] {
            let style = style(theme);
            assert!(style.animation_time == 0.0);
            assert!(!style.visuals.text_cursor.blink);
            assert!(!style.visuals.image_loading_spinners);
        }
    }
}
