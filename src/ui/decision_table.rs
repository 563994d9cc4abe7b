//! The table for a decision: kinds of work against tools.

use eframe::egui::{Grid, Label, RichText, ScrollArea, Ui};

use crate::model::format;
use crate::model::plot::{DECISION_NOTE, DecisionCell, DecisionTable};

use super::theme::{self, space};

/// The width in points at which a kind of work wraps.
const WORK_WIDTH: f32 = 220.0;
/// The width in points at which a cell wraps.
const TOOL_WIDTH: f32 = 132.0;

/// Shows the table, which scrolls where there is not room enough.
pub fn show(ui: &mut Ui, table: &DecisionTable) {
    ScrollArea::both().id_salt("decision").show(ui, |ui| {
        Grid::new("decision").striped(true).spacing([space::L, space::M]).show(ui, |ui| {
            ui.label("");
            for tool in &table.tools {
                cell(ui, TOOL_WIDTH, theme::strong(tool.as_str()));
            }
            ui.end_row();
            for row in &table.rows {
                cell(ui, WORK_WIDTH, RichText::new(row.in_words()));
                for (tool, content) in table.tools.iter().zip(&row.cells) {
                    let text = content.in_words();
                    let text = match content {
                        DecisionCell::Measured { is_best: true, .. } => theme::strong(text),
                        DecisionCell::Measured { .. } => RichText::new(text),
                        DecisionCell::NotMeasured | DecisionCell::CannotRun(_) => RichText::new(text).weak(),
                    };
                    let response = cell(ui, TOOL_WIDTH, text);
                    match content {
                        DecisionCell::CannotRun(reason) => {
                            response.on_hover_text(format!("{tool}: {reason}."));
                        }
                        DecisionCell::Measured { speedup, .. } => {
                            response.on_hover_text(format!("{tool}, {}", format::rounds(speedup.rounds)));
                        }
                        DecisionCell::NotMeasured => {}
                    }
                }
                ui.end_row();
            }
        });
        ui.add_space(space::S);
        ui.label(theme::caption(DECISION_NOTE));
    });
}

fn cell(ui: &mut Ui, width: f32, text: RichText) -> eframe::egui::Response {
    ui.scope(|ui| {
        ui.set_max_width(width);
        ui.add(Label::new(text).wrap())
    })
    .inner
}
