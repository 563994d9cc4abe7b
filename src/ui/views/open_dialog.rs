//! The dialog for opening a file: a path to type, and the way to the system's own dialog, which is not there on every machine.

use eframe::egui::{self, Ui};

use super::controls::{labelled_button, primary_button, remark};
use super::export_dialog::field;
use super::overlay::dialog;
use crate::ui::command::{Command, Inbox};
use crate::ui::state::OpenForm;
use crate::ui::theme::{self, space};

/// Draws the dialog.
pub(super) fn show(ui: &mut Ui, form: &OpenForm, inbox: &mut Inbox) {
    dialog(ui, "Open", 560.0, 240.0, inbox, |ui, inbox| {
        let mut path = form.path.clone();
        ui.label("Path of a lesson (.md) or a result (.json)");
        let field = ui.horizontal(|ui| {
            let width = (ui.available_width() - 104.0).max(160.0);
            let response = field(ui, &mut path, "Path", width);
            // Who opens the dialog wants to type.
            if ui.ctx().memory(|memory| memory.focused().is_none()) && form.path.is_empty() {
                response.request_focus();
            }
            labelled_button(ui, "Choose…", Command::ChooseFiles, inbox);
            response
        });
        ui.label(theme::caption("A file can also be dropped on the window."));
        remark(ui, form.remark.as_ref());
        ui.add_space(space::S);
        let can_open = !path.trim().is_empty();
        let open = ui.add_enabled_ui(can_open, |ui| primary_button(ui, "Open", egui::vec2(112.0, 32.0))).inner;
        // Only in the field: Enter on a button means that button.
        let enter = field.inner.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) && can_open;
        if path != form.path {
            inbox.send(Command::EditOpen(path));
        }
        if open.clicked() || enter {
            inbox.send(Command::OpenTyped);
        }
    });
}
