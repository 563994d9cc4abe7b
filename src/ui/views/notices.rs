//! Messages, above the status bar.

use eframe::egui::{self, Align2, Area, Id, Order, RichText, Ui};

use crate::ui::command::{Command, Inbox};
use crate::ui::state::notice::{Notice, Tone};
use crate::ui::theme::{self, Palette, space};

/// The width of a message in points.
const WIDTH: f32 = 400.0;

/// Draws the messages that are shown.
pub(super) fn show(ui: &mut Ui, notices: &[Notice], inbox: &mut Inbox) {
    if notices.is_empty() {
        return;
    }
    let area = Area::new(Id::unique("notices")).order(Order::Foreground).anchor(Align2::RIGHT_BOTTOM, [-16.0, -48.0]);
    area.show(ui.ctx(), |ui| {
        ui.set_max_width(WIDTH.min(ui.ctx().content_rect().width() - 32.0));
        for notice in notices {
            message(ui, notice, inbox);
        }
    });
}

fn message(ui: &mut Ui, notice: &Notice, inbox: &mut Inbox) {
    let palette = Palette::in_use(ui);
    let (sign, color) = match notice.tone {
        Tone::Done => ("✓", palette.holds),
        Tone::Failed => (theme::WARNING_SYMBOL, palette.error),
    };
    egui::Frame::popup(ui.style()).inner_margin(egui::Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.label(theme::strong(sign).color(color));
            ui.vertical(|ui| {
                ui.set_width(WIDTH - 120.0);
                ui.add(egui::Label::new(RichText::new(&notice.text)).wrap());
            });
            if ui.button("Dismiss").clicked() {
                inbox.send(Command::DismissNotice(notice.id));
            }
        });
    });
    ui.add_space(space::S);
}
