//! Code in a lesson's text, with colours and a button to copy it.
//!
//! `egui_commonmark` draws code too, but its copy button is a sign that no shipped font has, and has no name.

use eframe::egui::text::TextWrapping;
use eframe::egui::{self, Align, Layout, ScrollArea, Ui};
use egui_extras::syntax_highlighting::{CodeTheme, TokenType, highlight};

use super::controls::name;
use crate::ui::theme::{Palette, size, space};

/// The colours of code.
pub(super) fn code_theme(ui: &Ui) -> CodeTheme {
    let palette = Palette::in_use(ui);
    let mut theme = match ui.theme() {
        egui::Theme::Dark => CodeTheme::dark(size::SMALL),
        egui::Theme::Light => CodeTheme::light(size::SMALL),
    };
    // egui's own colours are too weak on a light ground.
    for (token, color) in [
        (TokenType::Comment, palette.weak_text),
        (TokenType::Function, palette.text),
        (TokenType::Keyword, palette.accent),
        (TokenType::Literal, palette.text),
        (TokenType::StringLiteral, palette.holds),
    ] {
        theme.format_mut(token).color = color;
    }
    theme
}

/// Draws a block of code. Lines are as long as they are; the block scrolls sideways.
pub(super) fn show(ui: &mut Ui, language: &str, code: &str) {
    let palette = Palette::in_use(ui);
    let theme = code_theme(ui);
    let job = highlight(ui.ctx(), ui.style(), &theme, code, language);
    egui::Frame::new().fill(palette.faint).corner_radius(6).inner_margin(egui::Margin::same(12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let galley =
            ui.fonts_mut(|fonts| fonts.layout_job(egui::text::LayoutJob { wrap: TextWrapping::no_max_width(), ..job }));
        let place = egui::Rect::from_min_size(ui.cursor().min, galley.size());
        if galley.size().x <= ui.available_width() {
            ui.label(galley);
        } else if ui.is_rect_visible(place) {
            ScrollArea::horizontal().show(ui, |ui| ui.label(galley));
        } else {
            // egui draws the scroll bar of an area that is out of sight at the edge of what is in sight.
            ui.allocate_space(egui::vec2(ui.available_width(), galley.size().y));
        }
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let copy = ui.add(egui::Button::new("Copy").small().frame_when_inactive(false));
            name(&copy, "Copy code");
            if copy.on_hover_text("Puts this code on the clipboard.").clicked() {
                ui.copy_text(code.to_owned());
            }
        });
    });
    ui.add_space(space::S);
}
