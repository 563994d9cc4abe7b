//! The export dialog: format, size, ground, folder and name.

use eframe::egui::{self, ComboBox, Grid, TextEdit, Ui};

use super::controls::{labelled_button, primary_button, remark};
use super::overlay::dialog;
use crate::export::{FigureSize, FigureTheme, Format};
use crate::ui::command::{Command, Inbox};
use crate::ui::state::export::{ExportForm, SCALES, TargetIs};
use crate::ui::theme::{self, space};

/// Draws the dialog.
pub(super) fn show(ui: &mut Ui, form: &ExportForm, is_writing: bool, inbox: &mut Inbox) {
    dialog(ui, "Export", 560.0, 440.0, inbox, |ui, inbox| {
        let mut edited = form.clone();
        Grid::new("export").num_columns(2).spacing([24.0, 12.0]).show(ui, |ui| {
            format(ui, &mut edited);
            if edited.format.is_figure() {
                figure(ui, &mut edited);
            }
            place(ui, &mut edited, inbox);
        });
        ui.add_space(space::S);
        match edited.path() {
            Ok(path) => {
                let note = match form.target_is {
                    TargetIs::Unknown | TargetIs::Free => "",
                    TargetIs::NewFolder => " (the folder is not there yet and will be made)",
                    TargetIs::Taken => " (this file is there already and will be replaced)",
                };
                ui.add(egui::Label::new(theme::caption(format!("{}{note}", path.display()))).wrap())
            }
            Err(problem) => ui.label(theme::caption(problem)),
        };
        remark(ui, form.remark.as_ref());
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            let can_write = edited.path().is_ok() && !is_writing;
            let label = if is_writing { "Writing …" } else { "Save" };
            let save = ui.add_enabled_ui(can_write, |ui| primary_button(ui, label, egui::vec2(112.0, 32.0))).inner;
            let enter = ui.input(|input| input.key_pressed(egui::Key::Enter)) && can_write;
            if edited != *form {
                inbox.send(Command::EditExport(edited.clone()));
            }
            if save.clicked() || enter {
                inbox.send(Command::Export);
            }
            if edited.format.is_figure() {
                labelled_button(ui, "Copy picture", Command::CopyPlot, inbox);
            }
        });
    });
}

fn format(ui: &mut Ui, form: &mut ExportForm) {
    ui.label("Format");
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            for format in Format::ALL {
                let name = format.short_label();
                ui.selectable_value(&mut form.format, format, name).on_hover_text(format.summary());
            }
        });
        ui.label(theme::caption(form.format.summary()));
    });
    ui.end_row();
}

fn figure(ui: &mut Ui, form: &mut ExportForm) {
    ui.label("Size");
    ui.horizontal(|ui| {
        for (index, (label, _)) in FigureSize::PRESETS.iter().enumerate() {
            ui.selectable_value(&mut form.size, index, *label);
        }
        if form.format == Format::Png {
            let combo = ComboBox::from_id_salt("scale").selected_text(format!("Scale {}×", form.scale)).width(96.0);
            combo.show_ui(ui, |ui| {
                for scale in SCALES {
                    ui.selectable_value(&mut form.scale, scale, format!("{scale}×"));
                }
            });
            if let Ok(options) = form.options() {
                let (width, height) = options.size.picture_px();
                ui.label(theme::caption(format!("{width} × {height} pixels")));
            }
        }
    });
    ui.end_row();

    ui.label("Theme");
    ui.horizontal(|ui| {
        for theme in FigureTheme::ALL {
            ui.selectable_value(&mut form.theme, theme, theme.label());
        }
    });
    ui.end_row();
}

fn place(ui: &mut Ui, form: &mut ExportForm, inbox: &mut Inbox) {
    let label = ui.label("Folder");
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 104.0).max(160.0);
        field(ui, &mut form.folder, "Folder", width).labelled_by(label.id);
        labelled_button(ui, "Choose…", Command::ChooseExportFolder, inbox);
    });
    ui.end_row();

    let label = ui.label("File name");
    let width = (ui.available_width() - 8.0).max(160.0);
    field(ui, &mut form.name, "File name", width).labelled_by(label.id);
    ui.end_row();
}

pub(super) fn field(ui: &mut Ui, text: &mut String, name: &str, width: f32) -> egui::Response {
    let response = ui.add(TextEdit::singleline(text).desired_width(width).margin(egui::Margin::symmetric(8, 6)));
    super::controls::name(&response, name);
    response
}
