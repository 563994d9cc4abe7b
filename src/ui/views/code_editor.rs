//! The lesson's own code: an editor with line numbers and colours, the line that went wrong marked.

use std::sync::Arc;

use eframe::egui::text::{CharIndex, TextWrapping};
use eframe::egui::{self, Align2, FontId, Label, RichText, ScrollArea, TextBuffer, TextEdit, Ui, vec2};
use egui_extras::syntax_highlighting::highlight;

use super::code_block;
use super::controls::{labelled_button, name, primary_button, quiet_button};
use super::overlay::dialog;
use crate::lesson::{Lesson, Origin};
use crate::model::code::CodeFault;
use crate::ui::code_command::CodeCommand;
use crate::ui::command::{Command, Inbox};
use crate::ui::state::State;
use crate::ui::theme::{self, Palette, size, space};

/// How much room the editor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// Within the lesson's text.
    Inline,
    /// In a dialog of its own.
    Large,
}

/// Draws the editor with what belongs to it.
pub(super) fn show(ui: &mut Ui, state: &State, lesson: &Lesson, room: Size, inbox: &mut Inbox) {
    let Some(code) = state.code_of(lesson) else { return };
    let fault = state.code_fault(lesson);
    let palette = Palette::in_use(ui);
    egui::Frame::new().fill(palette.faint).corner_radius(6).inner_margin(egui::Margin::same(8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(theme::caption("Your own workload: one call of work() is one unit"));
        });
        editor(ui, code, fault, room, inbox);
        ui.horizontal_wrapped(|ui| {
            if room == Size::Inline {
                quiet_button(ui, "Larger", Command::Code(CodeCommand::Show), inbox);
            }
            ui.add_enabled_ui(state.is_code_edited(lesson), |ui| {
                quiet_button(ui, "Reset", Command::Code(CodeCommand::Reset), inbox);
            });
            if let Some(experiment) = lesson.experiments.iter().find(|experiment| experiment.workload.code().is_some())
            {
                ui.add_enabled_ui(state.run.is_none(), |ui| {
                    let response =
                        ui.button("Run it").on_hover_text("Shows the experiment that measures this code, and runs it.");
                    if response.clicked() {
                        if room == Size::Large {
                            inbox.send(Command::Dismiss);
                        }
                        inbox.send(Command::SelectExperiment(experiment.id.clone()));
                        inbox.send(Command::Run);
                    }
                });
            }
        });
    });
    if let Some(fault) = fault {
        let words = format!("{} Line {}: {}.", theme::WARNING_SYMBOL, fault.line, fault.message);
        ui.add(Label::new(RichText::new(words).color(palette.error)).wrap());
    }
    ui.add_space(space::S);
}

fn editor(ui: &mut Ui, code: &str, fault: Option<&CodeFault>, room: Size, inbox: &mut Inbox) {
    let colours = code_block::code_theme(ui);
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, _width: f32| {
        let mut job = highlight(ui.ctx(), ui.style(), &colours, text.as_str(), "python");
        job.wrap = TextWrapping::no_max_width();
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let mut text = Spaced(code.to_owned());
    let lines = code.lines().count().max(1);
    let digits = lines.to_string().len().max(2);
    #[expect(clippy::cast_precision_loss, reason = "a handful of digits")]
    let gutter = 16.0 + 8.0 * digits as f32;
    let font = FontId::monospace(size::SMALL);
    let (rows, height) = match room {
        Size::Inline => (lines.clamp(4, 24), 420.0),
        Size::Large => (lines.max(18), (ui.ctx().content_rect().height() - 300.0).max(160.0)),
    };
    let palette = Palette::in_use(ui);
    ScrollArea::both().id_salt("code").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.add_space(gutter);
            let field = TextEdit::multiline(&mut text)
                .code_editor()
                .font(font.clone())
                .frame(egui::Frame::NONE)
                .desired_rows(rows)
                .desired_width(ui.available_width())
                .layouter(&mut layouter);
            let output = field.show(ui);
            name(&output.response, "Code of the lesson's own workload");
            let painter = ui.painter();
            for (index, row) in output.galley.rows.iter().enumerate() {
                let top = output.galley_pos.y + row.pos.y;
                let line = egui::Rect::from_min_max(
                    egui::pos2(output.galley_pos.x - gutter, top),
                    egui::pos2(ui.clip_rect().right(), top + row.size.y),
                );
                let is_faulty = fault.is_some_and(|fault| usize::try_from(fault.line) == Ok(index + 1));
                if is_faulty {
                    painter.rect_filled(line, 2.0, palette.error.gamma_multiply(0.25));
                }
                let color = if is_faulty { palette.error } else { palette.weak_text };
                let at = egui::pos2(output.galley_pos.x - 10.0, line.center().y);
                painter.text(at, Align2::RIGHT_CENTER, index + 1, font.clone(), color);
            }
        });
    });
    if text.0 != code {
        inbox.send(Command::Code(CodeCommand::Edit(text.0)));
    }
}

/// A text in which a tab is four spaces, as PEP 8 has it, from the moment it is typed or pasted: so the cursor counts them.
struct Spaced(String);

impl TextBuffer for Spaced {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        &self.0
    }

    fn insert_text(&mut self, text: &str, at: CharIndex) -> usize {
        self.0.insert_text(&text.replace('\t', "    "), at)
    }

    fn delete_char_range(&mut self, range: std::ops::Range<CharIndex>) {
        self.0.delete_char_range(range);
    }

    fn type_id(&self) -> std::any::TypeId {
        std::any::TypeId::of::<Self>()
    }
}

/// Draws the editor in a dialog of its own.
pub(super) fn large(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(lesson) = state.lessons.lesson().filter(|lesson| lesson.work().is_some()).map(Arc::clone) else {
        nothing(ui, inbox);
        return;
    };
    dialog(ui, "Code", 860.0, 0.0, inbox, |ui, inbox| show(ui, state, &lesson, Size::Large, inbox));
}

fn nothing(ui: &mut Ui, inbox: &mut Inbox) {
    dialog(ui, "Code", 480.0, 0.0, inbox, |ui, _| {
        ui.add(Label::new("This lesson has no code of its own to edit.").wrap());
    });
}

/// Asks whether the code of a lesson that did not come with the program may run.
pub(super) fn agreement(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(lesson) = state.lessons.lesson().map(Arc::clone) else { return };
    dialog(ui, "May this code run?", 720.0, f32::INFINITY, inbox, |ui, inbox| {
        let origin = match &lesson.origin {
            Origin::Bundled => String::new(),
            Origin::File(path) => format!(" It comes from {}.", path.display()),
        };
        let words = format!(
            "The lesson “{}” did not come with Threadlab.{origin} Its code runs in your Python with all your rights: it can read and \
             change your files. Run it only if you have read it and trust it. You are asked again when the text changes.",
            lesson.title
        );
        ui.add(Label::new(words).wrap());
        ui.add_space(space::S);
        if state.is_code_edited(&lesson) {
            ui.label(theme::caption("With your changes:"));
        }
        if let Some(code) = state.code_of(&lesson) {
            code_block::show(ui, "python", code);
        }
        ui.horizontal(|ui| {
            if primary_button(ui, CodeCommand::Agree.label(), vec2(144.0, 32.0)).clicked() {
                inbox.send(Command::Code(CodeCommand::Agree));
            }
            labelled_button(ui, "Leave it", Command::Dismiss, inbox);
        });
    });
}
