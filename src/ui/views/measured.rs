//! What was measured: the plot, the verdicts, and what else stands below it.

use eframe::egui::{self, Align, Id, Layout, ScrollArea, Ui};

use super::controls::right_first;
use super::experiment::plot;
use super::{Room, results, verdict_strip};
use crate::model::record::RunRecord;
use crate::ui::command::Inbox;
use crate::ui::state::State;

/// The height of plot and legend in points below which what stands below them gets no panel of its own.
const GOOD_PLOT_HEIGHT: f32 = 300.0;
/// The least height of plot and legend that is worth looking at, in points.
const LEAST_PLOT_HEIGHT: f32 = 176.0;
/// The least height of what stands below the plot, in points.
const LEAST_RESULTS_HEIGHT: f32 = 112.0;
/// What shows that there is more below the verdicts, in points.
const PEEK: f32 = 44.0;

/// The height of plot and legend where not even the least of them is in sight at once, in points.
const SCROLLED_PLOT_HEIGHT: f32 = 320.0;

/// Draws them. The verdicts are always in sight: the plot gives way; and where even that is not enough, a line at the bottom
/// says what they come to and leads to them.
pub(super) fn show(ui: &mut Ui, state: &State, record: &RunRecord, room: Room, inbox: &mut Inbox) {
    let with_results = state.session.layout.results.is_open(room.results);
    let strip = verdict_strip::height(ui, state, record);
    let gap = ui.spacing().item_spacing.y;
    let peek = if with_results { PEEK } else { 0.0 };
    let lines = verdict_strip::lines(ui, state, record, ui.available_height() - LEAST_PLOT_HEIGHT - gap - peek);
    let least_results = if with_results { LEAST_RESULTS_HEIGHT } else { 0.0 };
    if ui.available_height() >= GOOD_PLOT_HEIGHT + strip + least_results {
        if with_results {
            results_panel(ui, state, record, room, GOOD_PLOT_HEIGHT + strip, inbox);
        }
        plot(ui, state, ui.available_height() - strip - gap, inbox);
        verdict_strip::show(ui, state, record, lines);
        return;
    }
    // A page that scrolls, where the window is too low for all.
    let parts = Parts { lines, with_results };
    if ui.available_height() >= LEAST_PLOT_HEIGHT + verdict_strip::least_height(ui, state, record) + gap + peek {
        let height = (ui.available_height() - strip - gap - peek).max(LEAST_PLOT_HEIGHT);
        page(ui, state, record, height, parts, None, inbox);
        return;
    }
    let place = Id::unique(("verdicts below the plot", record.lesson.as_str()));
    let before: Place = ui.data(|data| data.get_temp(place)).unwrap_or_default();
    let wanted = summary(ui, state, record, before);
    // The whole plot, or one that is worth scrolling.
    let room = ui.available_height() - gap;
    let height = if room >= LEAST_PLOT_HEIGHT { room } else { SCROLLED_PLOT_HEIGHT };
    let now = page(ui, state, record, height, parts, wanted, inbox);
    if now != before {
        ui.data_mut(|data| data.insert_temp(place, now));
        ui.ctx().request_repaint();
    }
}

/// What the page shows besides the plot.
#[derive(Debug, Clone, Copy)]
struct Parts {
    /// How many lines a claim may take.
    lines: usize,
    /// Whether what stands below the verdicts is shown.
    with_results: bool,
}

/// Where the page stands, in points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Place {
    /// How far it was scrolled.
    offset: f32,
    /// How far below its top the verdicts begin.
    verdicts: f32,
}

impl Place {
    /// Whether the plot has gone out of sight for the verdicts, or begins to.
    fn is_at_verdicts(self) -> bool {
        self.offset > 1.0
    }
}

/// What the verdicts come to, in one line at the bottom, with the way to them and back. Returns where to scroll to.
fn summary(ui: &mut Ui, state: &State, record: &RunRecord, place: Place) -> Option<f32> {
    let panel = egui::Panel::bottom("what the verdicts come to").resizable(false).show_separator_line(false);
    let frame = egui::Frame::new().inner_margin(egui::Margin { top: 4, ..egui::Margin::ZERO });
    let shown = panel.frame(frame).show(ui, |ui| {
        right_first(ui, |ui| {
            let label = if place.is_at_verdicts() { "Show plot" } else { "Show verdicts" };
            let goal = if place.is_at_verdicts() { 0.0 } else { place.verdicts };
            let wanted = ui.button(label).on_hover_text("The window is too low for plot and verdicts.").clicked();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| verdict_strip::tally(ui, state, record));
            wanted.then_some(goal)
        })
    });
    shown.inner
}

/// Plot, verdicts and what stands below them, one below the other; scrolled to `goal` where there is one. Says where it stands.
fn page(
    ui: &mut Ui,
    state: &State,
    record: &RunRecord,
    height: f32,
    parts: Parts,
    goal: Option<f32>,
    inbox: &mut Inbox,
) -> Place {
    let mut area = ScrollArea::vertical().id_salt("plot and results").auto_shrink(false);
    if let Some(goal) = goal {
        area = area.vertical_scroll_offset(goal);
    }
    let shown = area.show(ui, |ui| {
        let top = ui.cursor().top();
        plot(ui, state, height, inbox);
        let verdicts = ui.cursor().top() - top;
        verdict_strip::show(ui, state, record, parts.lines);
        if parts.with_results {
            let top = ui.cursor().min;
            results::header(ui, state, inbox);
            results::content(ui, state, record, inbox);
            if state.reveal.is_some() {
                // As far as needed and no further: the plot and the verdicts stay in sight where they can.
                let below = egui::Rect::from_min_max(top, ui.min_rect().max);
                ui.scroll_to_rect_animation(below, None, egui::style::ScrollAnimation::none());
            }
        }
        verdicts
    });
    Place { offset: shown.state.clamped_offset().y, verdicts: shown.inner }
}

/// What stands below plot and verdicts, as a panel whose edge can be dragged; `above` points are kept for those.
fn results_panel(ui: &mut Ui, state: &State, record: &RunRecord, room: Room, above: f32, inbox: &mut Inbox) {
    let most = (ui.available_height() - above).max(LEAST_RESULTS_HEIGHT);
    let frame = egui::Frame::new().inner_margin(egui::Margin { top: 8, ..egui::Margin::ZERO });
    let panel = egui::Panel::bottom("results").resizable(true).default_size(room.results_height);
    panel.size_range(LEAST_RESULTS_HEIGHT..=most).frame(frame).show(ui, |ui| {
        results::header(ui, state, inbox);
        ScrollArea::vertical().id_salt(state.below.label()).auto_shrink(false).show(ui, |ui| {
            results::content(ui, state, record, inbox);
        });
    });
}
