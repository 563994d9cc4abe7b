//! The legend above a figure: what each line is, and which ones are shown.

use std::collections::BTreeSet;

use eframe::egui::{self, Role, Sense, Ui, WidgetInfo, vec2};

use crate::model::plot::CurveStyle;

use super::curve_mark;
use super::theme::{self, Palette, space};

/// One entry: a name and its style.
pub struct LegendEntry<'a> {
    /// The name shared by its curves.
    pub name: &'a str,
    /// How they look.
    pub style: CurveStyle,
}

/// What the reader did with the legend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LegendResponse {
    /// The name to hide, or to show again.
    pub toggled: Option<String>,
    /// The name under the pointer.
    pub hovered: Option<String>,
}

/// Draws the entries in one line that wraps; each is a check box for a screen reader, checked while its curve is shown.
pub fn show(ui: &mut Ui, entries: &[LegendEntry<'_>], hidden: &BTreeSet<String>) -> LegendResponse {
    let mut answer = LegendResponse::default();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::M, space::XS);
        for entry in entries {
            let shown = !hidden.contains(entry.name);
            let response = entry_ui(ui, entry, shown);
            if response.clicked() {
                answer.toggled = Some(entry.name.to_owned());
            }
            if shown && (response.hovered() || response.has_focus()) {
                answer.hovered = Some(entry.name.to_owned());
            }
        }
    });
    answer
}

fn entry_ui(ui: &mut Ui, entry: &LegendEntry<'_>, shown: bool) -> egui::Response {
    let palette = Palette::in_use(ui);
    let text_color = if shown { palette.text } else { palette.weak_text };
    let font = egui::TextStyle::Body.resolve(ui.style());
    let galley = ui.fonts_mut(|fonts| fonts.layout_no_wrap(entry.name.to_owned(), font, text_color));
    let size = vec2(
        curve_mark::SWATCH.x + space::S + galley.size().x,
        (galley.size().y + space::XS).max(ui.spacing().interact_size.y - space::XS),
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        if response.hovered() || response.has_focus() {
            // Outside the entry, so that names stand flush with what is below.
            let around = rect.expand2(vec2(space::XS, 0.0));
            ui.painter().rect(around, 6.0, visuals.weak_bg_fill, visuals.bg_stroke, egui::StrokeKind::Inside);
        }
        let swatch = egui::Rect::from_center_size(
            egui::pos2(rect.left() + curve_mark::SWATCH.x / 2.0, rect.center().y),
            curve_mark::SWATCH,
        );
        let color = theme::curve_color(&entry.style, ui.visuals().dark_mode);
        curve_mark::paint_swatch(ui, swatch, &entry.style, if shown { color } else { palette.line });
        let text = egui::pos2(swatch.right() + space::S, rect.center().y - galley.size().y / 2.0);
        let width = galley.size().x;
        ui.painter().galley(text, galley, text_color);
        if !shown {
            ui.painter().hline(text.x..=text.x + width, rect.center().y, egui::Stroke::new(1.0, text_color));
        }
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), shown, entry.name));
    response.on_hover_text(if shown { "Hide this curve" } else { "Show this curve" })
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::model::plot::CurveRole;
    use crate::model::series::EngineKind;

    #[derive(Default)]
    struct State {
        hidden: BTreeSet<String>,
        last: LegendResponse,
    }

    #[test]
    fn entries_hide_and_show() {
        let style = |engine| CurveRole::Measured { engine, variant: 0 }.style();
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, state: &mut State| {
                let entries = [
                    LegendEntry { name: "Native threads", style: style(EngineKind::Native) },
                    LegendEntry { name: "GIL model", style: style(EngineKind::GilModel) },
                ];
                let answer = show(ui, &entries, &state.hidden);
                if answer.toggled.is_some() {
                    state.last = answer;
                }
            },
            State::default(),
        );
        harness.get_by_role_and_label(Role::CheckBox, "GIL model").click();
        harness.run();
        assert_eq!(harness.state().last.toggled.as_deref(), Some("GIL model"));

        harness.state_mut().hidden.insert("GIL model".to_owned());
        harness.run();
        let toggled = |name| format!("{:?}", harness.get_by_label(name).accesskit_node().toggled());
        assert_eq!(toggled("GIL model"), "Some(False)");
        assert_eq!(toggled("Native threads"), "Some(True)");
    }
}
