//! What is drawn. Views read the state and send commands; they change nothing themselves.

use eframe::egui::containers::panel::PanelState;
use eframe::egui::{self, Frame, Margin, Panel, Rangef, Ui};
use egui_commonmark::CommonMarkCache;

use super::command::Inbox;
use super::session::WindowLayout;
use super::state::lessons::Page;
use super::state::{Overlay, State};
use super::theme::{Palette, space};

mod code_block;
mod code_editor;
mod controls;
mod experiment;
mod export_dialog;
mod faq;
mod first_program;
mod glossary;
mod group_tabs;
mod lesson_list;
mod lesson_text;
mod measured;
mod menu_bar;
mod notices;
mod open_dialog;
mod overlay;
mod palette;
mod python_dialog;
mod questions;
mod results;
mod settings_row;
mod standing;
mod status_bar;
mod text_part;
mod text_table;
mod verdict_strip;

/// The least width of plot and controls, in points.
const LEAST_CENTRE_WIDTH: f32 = 660.0;

/// By how many points a width may differ by rounding alone.
const WIDTH_SLACK: f32 = 0.6;

/// What belongs to the views alone: nothing of it matters to what the program does.
#[derive(Debug, Default)]
pub struct ViewMemory {
    markdown: CommonMarkCache,
    palette: palette::PaletteMemory,
    faq: faq::FaqMemory,
    dragged: DraggedWidths,
}

impl ViewMemory {
    /// Hands over the widths that the reader has given the panels since the last time.
    pub(super) fn take_dragged(&mut self) -> DraggedWidths {
        std::mem::take(&mut self.dragged)
    }
}

/// Widths that the reader has given the panels beside the centre, in points; `None` where an edge was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct DraggedWidths {
    /// The lesson list.
    pub lessons: Option<f32>,
    /// The lesson's text.
    pub text: Option<f32>,
}

/// Which panels there is room for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// The lesson list, beside the others.
    pub lessons: bool,
    /// The lesson's text, beside the experiment.
    pub text: bool,
    /// Verdicts and table below the plot.
    pub results: bool,
    /// How high verdicts and table are at first, in points.
    pub results_height: f32,
}

impl Room {
    /// What fits into a window of this size in points.
    pub fn of(size: egui::Vec2) -> Self {
        Self {
            lessons: size.x >= 1180.0,
            text: size.x >= 860.0,
            results: size.y >= 560.0,
            results_height: (size.y * 0.22).clamp(96.0, 320.0),
        }
    }
}

/// Draws the whole window.
pub fn show(ui: &mut Ui, state: &State, program: &str, memory: &mut ViewMemory, inbox: &mut Inbox) {
    let room = Room::of(ui.ctx().content_rect().size());
    let menu = (!state.presenting).then(|| {
        let menu = Slot::reserve(ui, menu_bar::panel(ui));
        status_bar::show(ui, state);
        menu
    });
    let sides = if state.presenting { Sides::default() } else { Sides::reserve(ui, state, room, &mut memory.dragged) };
    let frame = Frame::new().fill(Palette::in_use(ui).surface).inner_margin(Margin::same(16));
    egui::CentralPanel::default().frame(frame).show(ui, |ui| experiment::show(ui, state, room, inbox));
    // After the centre, so that Tab comes to Run first, then through the text, to the other lessons and to the menus.
    if let Some(text) = sides.text {
        text.fill(ui, "text", |ui| lesson_text::show(ui, state, &mut memory.markdown, inbox));
    }
    if let Some(lessons) = sides.lessons {
        lessons.fill(ui, "lessons", |ui| lesson_list::show(ui, state, inbox));
    }
    if let Some(menu) = menu {
        menu.fill(ui, "menu", |ui| menu_bar::show(ui, state, room, inbox));
    }
    notices::show(ui, state.notices.shown(), inbox);
    glossary::meaning(ui);
    over(ui, state, program, memory, inbox);
}

/// The panels beside the centre, whose room is taken before the centre is drawn and which are filled after it.
#[derive(Default)]
struct Sides {
    lessons: Option<Slot>,
    text: Option<Slot>,
}

/// Room for a panel's content.
struct Slot {
    rect: egui::Rect,
    clip: egui::Rect,
}

impl Sides {
    fn reserve(ui: &mut Ui, state: &State, room: Room, dragged: &mut DraggedWidths) -> Self {
        let layout: &WindowLayout = &state.session.layout;
        let frame = Frame::new().fill(Palette::in_use(ui).panel).inner_margin(Margin::same(12));
        let whole = ui.ctx().content_rect().width();
        // However wide the reader made them, the plot and its controls keep their room.
        let most = |room: f32, least: f32| (room - LEAST_CENTRE_WIDTH).min(whole * 0.36).max(least);
        // The errors of a broken lesson take all the room there is.
        let is_sound = state.lessons.selected().is_none_or(|entry| matches!(entry.page, Page::Lesson(_)));
        let has_text = is_sound && layout.text.is_open(room.text);
        let lessons = layout.lessons.is_open(room.lessons).then(|| {
            let range = Rangef::new(160.0, most(whole - if has_text { 220.0 } else { 0.0 }, 160.0));
            let panel = Panel::left("lesson list").frame(frame);
            Slot::beside(ui, "lesson list", panel, layout.lessons_width.unwrap_or(232.0), range, &mut dragged.lessons)
        });
        let text = has_text.then(|| {
            let range = Rangef::new(220.0, most(ui.available_width(), 220.0));
            let wanted = layout.text_width.unwrap_or((whole * 0.27).clamp(300.0, 440.0));
            let frame = frame.inner_margin(Margin { left: 16, right: 8, top: 12, bottom: 12 });
            let panel = Panel::right("lesson text").frame(frame);
            Slot::beside(ui, "lesson text", panel, wanted, range, &mut dragged.text)
        });
        Self { lessons, text }
    }
}

impl Slot {
    fn reserve(ui: &mut Ui, panel: Panel) -> Self {
        Self::reserve_with_width(ui, panel).0
    }

    /// Takes the room, and says how wide it is with the panel's margin, in points.
    fn reserve_with_width(ui: &mut Ui, panel: Panel) -> (Self, f32) {
        let shown = panel.show(ui, |ui| {
            let rect = ui.available_rect_before_wrap();
            ui.advance_cursor_after_rect(rect);
            Self { rect, clip: ui.clip_rect() }
        });
        (shown.inner, shown.response.rect.width())
    }

    /// A panel whose edge can be dragged, called `name`, as wide as the reader wants it as far as `range` has room for that.
    /// Notes in `dragged` the width that it was given just now.
    fn beside(
        ui: &mut Ui,
        name: &'static str,
        panel: Panel,
        wanted: f32,
        range: Rangef,
        dragged: &mut Option<f32>,
    ) -> Self {
        // egui would go on with the width of the frame before, which a narrow window may have squeezed.
        let id = ui.make_persistent_id(name);
        ui.data_mut(|data| data.remove::<PanelState>(id));
        let undragged = range.clamp(wanted).min(ui.available_width());
        let (slot, width) = Self::reserve_with_width(ui, panel.default_size(wanted).size_range(range));
        if (width - undragged).abs() > WIDTH_SLACK {
            *dragged = Some(width);
        }
        slot
    }

    fn fill(self, ui: &mut Ui, salt: &str, content: impl FnOnce(&mut Ui)) {
        let builder =
            egui::UiBuilder::new().id_salt(salt).max_rect(self.rect).layout(egui::Layout::top_down(egui::Align::Min));
        let mut ui = ui.new_child(builder);
        ui.set_clip_rect(self.clip);
        content(&mut ui);
    }
}

fn over(ui: &mut Ui, state: &State, program: &str, memory: &mut ViewMemory, inbox: &mut Inbox) {
    if state.overlay != Overlay::Palette {
        memory.palette.reset();
    }
    if state.overlay != Overlay::Faq {
        memory.faq.reset();
    }
    match &state.overlay {
        Overlay::None => {}
        Overlay::Palette => palette::show(ui, state, &mut memory.palette, inbox),
        Overlay::Open(form) => open_dialog::show(ui, form, inbox),
        Overlay::Export(form) => export_dialog::show(ui, form, state.exporting, inbox),
        Overlay::First => first_program::show(ui, state, inbox),
        Overlay::Code => code_editor::large(ui, state, inbox),
        Overlay::Agreement => code_editor::agreement(ui, state, inbox),
        Overlay::Python => python_dialog::show(ui, state, inbox),
        Overlay::Faq => faq::show(ui, state, &mut memory.faq, &mut memory.markdown, inbox),
        Overlay::Settings => overlay::settings(ui, state, inbox),
        Overlay::Help => overlay::help(ui, inbox),
        Overlay::About => overlay::about(ui, program, &state.machine, inbox),
    }
    if ui.input(|input| !input.raw.hovered_files.is_empty()) {
        drop_hint(ui);
    }
}

/// What happens when the file that hovers over the window is let go.
fn drop_hint(ui: &Ui) {
    let rect = ui.ctx().content_rect().shrink(space::M);
    let palette = Palette::in_use(ui);
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop hint"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(rect, 8.0, palette.selection.gamma_multiply(0.9));
    let font = egui::FontId::new(super::theme::size::HEADING, super::theme::semibold());
    let words = "Drop a lesson (.md) or a result (.json)";
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, words, font, palette.on_selection);
}
