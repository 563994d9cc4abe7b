//! What lies over the window: settings, help, about. The palette and the export dialog have files of their own.

use eframe::egui::{self, Grid, Id, Modal, RichText, ScrollArea, Ui};

use super::controls::segments;
use crate::model::machine::Machine;
use crate::model::stopping::Precision;
use crate::ui::command::{Command, Inbox};
use crate::ui::session::{SWITCH_INTERVALS_US, ThemeChoice};
use crate::ui::state::State;
use crate::ui::theme::{self, space};

/// Draws a dialog with a title and a way out; Escape and a click beside it close it too. Where the window is lower than
/// `whole_height` and what stands around it, in points, the content scrolls.
pub(super) fn dialog(
    ui: &mut Ui,
    name: &'static str,
    width: f32,
    whole_height: f32,
    inbox: &mut Inbox,
    content: impl FnOnce(&mut Ui, &mut Inbox),
) {
    let room = ui.ctx().content_rect().size();
    let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(24));
    let response = Modal::new(Id::unique(name)).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(width.min(room.x - 96.0));
        ui.horizontal(|ui| {
            ui.label(theme::heading(name));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("Close").clicked() {
                    inbox.send(Command::Dismiss);
                }
            });
        });
        ui.add_space(space::S);
        let most = (room.y - 160.0).max(120.0);
        // A dialog that changes its height with its content would keep the height of its last content when it scrolls.
        if most >= whole_height {
            content(ui, inbox);
            return;
        }
        // Without a least height egui begins with the little that a new area has.
        let scroll = ScrollArea::vertical().max_height(most).min_scrolled_height(most);
        scroll.show(ui, |ui| content(ui, inbox));
    });
    if response.should_close() {
        inbox.send(Command::Dismiss);
    }
}

/// Draws the settings.
pub(super) fn settings(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    dialog(ui, "Settings", 520.0, 480.0, inbox, |ui, inbox| {
        let session = &state.session;
        Grid::new("settings").num_columns(2).spacing([24.0, 12.0]).show(ui, |ui| {
            ui.label("Theme");
            let themes = ThemeChoice::ALL.map(|theme| (theme, Command::SetTheme(theme)));
            segments(ui, "Theme", themes, session.theme, |theme| theme.label().to_owned(), inbox);
            ui.end_row();

            ui.label("Size");
            ui.horizontal(|ui| {
                for (label, command) in
                    [("−", Command::ZoomOut), ("+", Command::ZoomIn), ("Usual size", Command::ZoomReset)]
                {
                    let name = command.label().into_owned();
                    let response = super::controls::labelled_button(ui, label, command, inbox);
                    super::controls::name(&response, &name);
                }
                ui.label(RichText::new(format!("{:.0} %", session.zoom * 100.0)).weak());
            });
            ui.end_row();

            ui.label("Precision");
            let precisions = Precision::ALL.map(|precision| (precision, Command::SetPrecision(precision)));
            segments(ui, "Precision", precisions, session.precision, |it| it.label().to_owned(), inbox);
            ui.end_row();

            ui.label("Sliders");
            let mut on = session.run_on_release;
            let words = "Run when a slider is let go";
            if ui.checkbox(&mut on, words).on_hover_text(Command::SetRunOnRelease(on).tooltip()).changed() {
                inbox.send(Command::SetRunOnRelease(on));
            }
            ui.end_row();

            let label = ui.label(Command::SetSwitchInterval(0).label());
            let mut interval_ms = f64::from(session.switch_interval_us) / 1000.0;
            let (least, most) = (*SWITCH_INTERVALS_US.start(), *SWITCH_INTERVALS_US.end());
            let field = egui::DragValue::new(&mut interval_ms)
                .range(f64::from(least) / 1000.0..=f64::from(most) / 1000.0)
                .speed(0.1)
                .max_decimals(1)
                .suffix(" ms");
            let response = ui.add(field).labelled_by(label.id);
            if response.on_hover_text(Command::SetSwitchInterval(0).tooltip()).changed() {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept in range above")]
                inbox.send(Command::SetSwitchInterval((interval_ms * 1000.0).round() as u32));
            }
            ui.end_row();
        });
        ui.add_space(space::M);
        let kept = match &state.config_dir {
            Some(dir) => format!("Settings are kept in {}", dir.display()),
            None => "Settings cannot be kept here: this account has no configuration folder.".to_owned(),
        };
        ui.add(egui::Label::new(theme::caption(kept)).wrap());
    });
}

/// Draws the help page.
pub(super) fn help(ui: &mut Ui, inbox: &mut Inbox) {
    dialog(ui, "Help", 640.0, f32::INFINITY, inbox, |ui, _| {
        let paragraphs = [
            (
                "How to use it",
                "Read the lesson on the right. Predict: choose “Predict” above the plot and drag the points to the \
                 curve you expect. Run with Space. Compare your curve with the measured one, and with the ceiling: how \
                 much computing this machine can do. Then change something and run again.",
            ),
            (
                "How to read the plot",
                "Each point is the median over all rounds. The bar through it is the 95 % interval of that median, from \
                 six rounds; before that it spans the least and the greatest value. Two points whose bars overlap \
                 may well be the same.",
            ),
            (
                "How to read a verdict",
                "A claim holds where its whole interval lies within the bounds, and is refuted where it lies outside. \
                 Otherwise it cannot be told on this machine, and the reason is given. On a busy machine that is often \
                 the honest answer.",
            ),
            (
                "Your own lessons",
                "Drop a lesson file on the window, or start Threadlab with --lessons and a folder. What you save in \
                 your editor is shown at once.",
            ),
        ];
        for (title, words) in paragraphs {
            ui.label(theme::title(title));
            ui.add(egui::Label::new(words).wrap());
            ui.add_space(space::M);
        }
        ui.label(theme::title("Keys"));
        Grid::new("keys").num_columns(2).spacing([32.0, 6.0]).show(ui, |ui| {
            for command in Command::plain() {
                let keys: Vec<_> =
                    command.shortcuts().iter().map(|keys| super::controls::keys_in_words(ui, *keys)).collect();
                if let Some(first) = keys.first() {
                    ui.label(theme::strong(first.as_str()));
                    ui.label(command.label());
                    ui.end_row();
                }
            }
        });
    });
}

/// Draws what this program is.
pub(super) fn about(ui: &mut Ui, program: &str, machine: &Machine, inbox: &mut Inbox) {
    dialog(ui, "About Threadlab", 480.0, 400.0, inbox, |ui, _| {
        ui.label(theme::strong(program));
        ui.add(
            egui::Label::new(
                "A desktop laboratory for Python threads: predict a curve, measure it on your machine, see why.",
            )
            .wrap(),
        );
        ui.add_space(space::M);
        Grid::new("about").num_columns(2).spacing([24.0, 6.0]).show(ui, |ui| {
            let memory = machine.memory_bytes.map(gibibytes);
            let rows = [
                ("Machine", Some(machine.in_words())),
                ("Processor", machine.cpu_model.clone()),
                ("System", machine.os.clone()),
                ("Architecture", Some(machine.architecture.clone())),
                ("Memory", memory),
                ("Licence", Some("MIT or Apache-2.0; the font Inter under the SIL Open Font License".to_owned())),
            ];
            for (name, value) in rows {
                ui.label(RichText::new(name).weak());
                ui.add(egui::Label::new(value.unwrap_or_else(|| "unknown".to_owned())).wrap());
                ui.end_row();
            }
        });
    });
}

/// A number of bytes in words.
pub(super) fn gibibytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let gibibytes = bytes as f64 / f64::from(1 << 30);
    format!("{gibibytes:.1} GiB")
}
