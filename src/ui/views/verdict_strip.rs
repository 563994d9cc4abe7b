//! What the measurement says of each claim, in a line each, below the plots: the answer to a run is seen without scrolling,
//! whatever else is chosen. A click shows the reason.

use eframe::egui::style::ScrollAnimation;
use eframe::egui::text::LayoutJob;
use eframe::egui::{
    self, Align, FontId, Id, Label, Margin, Role, Sense, Stroke, TextFormat, UiBuilder, WidgetInfo, vec2,
};
use eframe::egui::{Rect, Ui};

use crate::model::claim::Verdict;
use crate::model::record::RunRecord;
use crate::ui::state::State;
use crate::ui::theme::{self, Palette, size, space};
use crate::ui::verdict_view::{self, ClaimState};

/// The least width of a column of claims, in points; where there is less, experiments stand below each other.
const LEAST_COLUMN_WIDTH: f32 = 280.0;
/// The height of the window in points from which a claim may take two lines.
const TWO_LINES_FROM: f32 = 720.0;
/// The height of a claim of two lines, in points.
const TWO_LINES: f32 = 42.0;
/// The height of a claim of one line, in points.
const ONE_LINE: f32 = 23.0;
/// What the strip is taken to need before it was drawn, in points.
const LIKELY_HEIGHT: f32 = 88.0;
/// How many frames it takes until the plot has given way to a reason.
const FRAMES_TO_SETTLE: u8 = 3;

/// The claims of an experiment with what is known of them.
struct Column<'a> {
    title: String,
    claims: Vec<(&'a str, ClaimState<'a>)>,
}

/// How high the strip was in the frame before, in points.
pub(super) fn height(ui: &Ui, state: &State, record: &RunRecord) -> f32 {
    if columns(state, record).is_empty() {
        return 0.0;
    }
    ui.data(|data| data.get_temp(height_id(record))).unwrap_or(LIKELY_HEIGHT)
}

/// How many lines a claim may take where the strip has `room` points: two where there is plenty.
pub(super) fn lines(ui: &Ui, state: &State, record: &RunRecord, room: f32) -> usize {
    let columns = columns(state, record);
    let counts = columns.iter().map(|column| column.claims.len());
    let side_by_side = is_wide(ui, columns.len());
    let rows = if side_by_side { counts.max() } else { Some(counts.sum::<usize>() + columns.len()) };
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let needed = rows.unwrap_or(0) as f32 * TWO_LINES;
    if ui.ctx().content_rect().height() >= TWO_LINES_FROM && room >= needed { 2 } else { 1 }
}

/// How high the strip is with a line for each claim and no reason open, in points.
pub(super) fn least_height(ui: &Ui, state: &State, record: &RunRecord) -> f32 {
    let columns = columns(state, record);
    let counts = columns.iter().map(|column| column.claims.len());
    let rows = if columns.len() > 1 && !is_wide(ui, columns.len()) {
        counts.sum::<usize>() + columns.len()
    } else {
        counts.max().unwrap_or(0)
    };
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let rows = rows as f32;
    if rows > 0.0 { rows * ONE_LINE + 8.0 } else { 0.0 }
}

/// Draws how many claims hold, are refuted or cannot be told, in a line.
pub(super) fn tally(ui: &mut Ui, state: &State, record: &RunRecord) {
    let columns = columns(state, record);
    let of = |state: &ClaimState<'_>| match state {
        ClaimState::Judged(judgement) => Some(judgement.verdict),
        ClaimState::Open | ClaimState::Running(_) => None,
    };
    let verdicts: Vec<Option<Verdict>> =
        columns.iter().flat_map(|column| &column.claims).map(|(_, state)| of(state)).collect();
    let palette = Palette::in_use(ui);
    ui.spacing_mut().item_spacing.x = space::M;
    for kind in [Some(Verdict::Refuted), Some(Verdict::CannotTell), Some(Verdict::Holds), None] {
        let count = verdicts.iter().filter(|verdict| **verdict == kind).count();
        if count > 0 {
            let (symbol, word, color) = verdict_view::in_words(palette, kind);
            let word = if kind == Some(Verdict::Holds) && count > 1 { "hold" } else { word };
            ui.add(Label::new(theme::strong(format!("{symbol} {count} {word}")).color(color)).truncate());
        }
    }
}

/// Whether so many experiments have room side by side.
fn is_wide(ui: &Ui, columns: usize) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let count = columns as f32;
    ui.available_width() >= count * LEAST_COLUMN_WIDTH + (count - 1.0) * space::L
}

/// Draws the strip as wide as there is room, with at most `lines` lines for a claim that is not open.
pub(super) fn show(ui: &mut Ui, state: &State, record: &RunRecord, lines: usize) {
    let columns = columns(state, record);
    if columns.is_empty() {
        return;
    }
    let id = height_id(record);
    let top = ui.cursor().top();
    egui::Frame::new().inner_margin(Margin { top: 4, bottom: 4, ..Margin::ZERO }).show(ui, |ui| {
        if columns.len() > 1 && is_wide(ui, columns.len()) {
            ui.spacing_mut().item_spacing.x = space::L;
            ui.columns(columns.len(), |uis| {
                for ((place, column), ui) in columns.iter().enumerate().zip(uis) {
                    claims(ui, id.with(place), column, lines);
                }
            });
        } else {
            for (place, column) in columns.iter().enumerate() {
                if columns.len() > 1 {
                    ui.add(Label::new(theme::caption(column.title.as_str())).truncate());
                }
                claims(ui, id.with(place), column, lines);
            }
        }
    });
    let height = ui.cursor().top() - top;
    let before = ui.data(|data| data.get_temp::<f32>(id));
    if before.is_none_or(|before| (before - height).abs() > 0.5) {
        ui.data_mut(|data| data.insert_temp(id, height));
        ui.ctx().request_repaint();
    }
}

/// The height belongs to the claims that are shown.
fn height_id(record: &RunRecord) -> Id {
    let experiments: Vec<&str> = record.experiments.iter().map(|experiment| experiment.id.as_str()).collect();
    Id::unique(("verdict strip", record.lesson.as_str(), experiments))
}

/// The experiments of the record that make claims. A result from a file says what was judged; on the bench it is the lesson's
/// claims as they read now.
fn columns<'a>(state: &'a State, record: &'a RunRecord) -> Vec<Column<'a>> {
    let is_live = state.opened.is_none();
    let lesson = state.lessons.lesson().filter(|lesson| is_live && lesson.id == record.lesson);
    let of = |measured: &'a crate::model::record::ExperimentRecord| {
        let experiment = lesson.and_then(|lesson| Some((lesson, lesson.experiment(&measured.id)?)));
        let claims = match experiment {
            Some((lesson, experiment)) => experiment
                .claims
                .iter()
                .map(|claim| (claim.text.as_str(), state.standing(lesson, experiment, claim)))
                .collect(),
            None => measured.claims.iter().map(|it| (it.text.as_str(), ClaimState::Judged(it))).collect(),
        };
        Column { title: measured.title.clone(), claims }
    };
    record.experiments.iter().map(of).filter(|column: &Column<'_>| !column.claims.is_empty()).collect()
}

/// The claims of an experiment. Their ids come from its place in the strip and not from where they are drawn: a reason that makes
/// the page scroll is open there too, and keeps the keyboard's focus.
fn claims(ui: &mut Ui, experiment: Id, column: &Column<'_>, rows: usize) {
    ui.spacing_mut().item_spacing.y = 2.0;
    for (index, (text, state)) in column.claims.iter().enumerate() {
        claim(ui, experiment.with(index), text, *state, rows);
    }
}

/// A claim in a line or two, which opens to its reason.
fn claim(ui: &mut Ui, id: Id, text: &str, state: ClaimState<'_>, rows: usize) {
    let palette = Palette::in_use(ui);
    let judgement = match state {
        ClaimState::Judged(judgement) => Some(judgement),
        ClaimState::Open | ClaimState::Running(_) => None,
    };
    let is_open = judgement.is_some() && ui.data(|data| data.get_temp(id)).unwrap_or(false);
    let (symbol, word, color) = verdict_view::in_words(palette, judgement.map(|judgement| judgement.verdict));
    let word = if matches!(state, ClaimState::Running(_)) { "being measured" } else { word };

    let more = if is_open { "Less" } else { "Why" };
    let more = judgement.map(|_| {
        let font = FontId::proportional(size::SMALL);
        ui.fonts_mut(|fonts| fonts.layout_no_wrap(more.to_owned(), font, palette.accent))
    });
    let more_width = more.as_ref().map_or(0.0, |more| more.size().x + space::S);

    let mut job = LayoutJob::default();
    let format = |font, color| TextFormat { font_id: font, color, valign: Align::BOTTOM, ..TextFormat::default() };
    job.append(&format!("{symbol} {word}"), 0.0, format(FontId::new(size::BODY, theme::semibold()), color));
    job.append(text, space::S, format(FontId::proportional(size::BODY), palette.text));
    job.wrap.max_width = (ui.available_width() - more_width - space::S).max(1.0);
    job.wrap.max_rows = if is_open { usize::MAX } else { rows };
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));

    let sense = if judgement.is_some() { Sense::click() } else { Sense::hover() };
    let rect = ui.allocate_space(vec2(ui.available_width(), galley.size().y + 4.0)).1;
    let response = ui.interact(rect, id.with("line"), sense);
    if ui.is_rect_visible(rect) {
        if response.hovered() && judgement.is_some() {
            ui.painter().rect_filled(rect, 4.0, palette.faint);
        }
        if response.has_focus() {
            let ring = Stroke::new(2.0, palette.accent);
            ui.painter().rect_stroke(rect, 4.0, ring, egui::StrokeKind::Inside);
        }
        let is_cut = galley.elided;
        ui.painter().galley(rect.min + vec2(space::XS, 2.0), galley, palette.text);
        if let Some(more) = more {
            let at = Rect::from_min_size(rect.right_top(), egui::Vec2::ZERO).min - vec2(more.size().x + 4.0, -4.0);
            ui.painter().galley(at, more, palette.accent);
        }
        if is_cut && !is_open {
            response.clone().on_hover_text(text);
        }
    }
    let spoken = format!("Verdict: {word}. {text}");
    let role = if judgement.is_some() { Role::Button } else { Role::Status };
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), spoken.as_str()));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
    if response.clicked() {
        ui.data_mut(|data| {
            data.insert_temp(id, !is_open);
            data.insert_temp(id.with("reveal"), if is_open { 0 } else { FRAMES_TO_SETTLE });
        });
        ui.ctx().request_repaint();
    }
    if let Some(judgement) = judgement.filter(|_| is_open) {
        let builder = UiBuilder::new().accessibility_role(Role::Group).accessibility_label("Reason");
        let reason = ui.scope_builder(builder, |ui| {
            egui::Frame::new().inner_margin(Margin { left: 4, bottom: 4, ..Margin::ZERO }).show(ui, |ui| {
                ui.add(Label::new(judgement.reason.as_str()).wrap());
            });
        });
        reveal(ui, id.with("reveal"), rect.union(reason.response.rect));
    }
}

/// Brings a reason that was just opened into sight, once the plot has given way as far as it can.
fn reveal(ui: &Ui, id: Id, rect: Rect) {
    let frames: u8 = ui.data(|data| data.get_temp(id)).unwrap_or(0);
    if frames == 0 {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, frames - 1));
    if frames == 1 {
        ui.scroll_to_rect_animation(rect, None, ScrollAnimation::none());
    }
    ui.ctx().request_repaint();
}
