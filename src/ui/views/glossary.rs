//! Text whose terms show their meaning: on hover, when the keyboard reaches them, and when they are clicked.
//!
//! `egui_commonmark` gives no response for a link. So a marked term is a link whose target is its meaning, which egui shows as
//! the tooltip of a link; the target is taken back before anybody opens it as an address. What the keyboard reaches or the
//! pointer clicks is known by the words that egui speaks of it.

use eframe::egui::cache::{ComputerMut, FrameCache};
use eframe::egui::output::OutputEvent;
use eframe::egui::{self, Id, Key, Label, OutputCommand, Pos2, Role, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};

use crate::lesson::glossary::{Glossary, Marked};
use crate::ui::theme::{self, space};

/// How wide a meaning is, in points.
const WIDTH: f32 = 300.0;

/// Marks a text once, as long as it is shown.
#[derive(Default)]
struct Marker;

impl ComputerMut<&str, Marked> for Marker {
    fn compute(&mut self, text: &str) -> Marked {
        Glossary::bundled().mark(text)
    }
}

/// The meaning that stands beside its word.
#[derive(Debug, Clone)]
struct Shown {
    term: String,
    /// The word, where the keyboard is on it: the meaning goes when it leaves.
    focus: Option<Id>,
    at: Pos2,
    /// When it was opened: the click that opened it does not close it.
    pass: u64,
}

fn memory() -> Id {
    Id::unique("the term whose meaning is shown")
}

/// Draws Markdown whose terms are not marked: where the same few stand in every line.
pub(super) fn show_unmarked(ui: &mut Ui, text: &str, markdown: &mut CommonMarkCache) {
    CommonMarkViewer::new().show(ui, markdown, text);
}

/// Draws Markdown.
pub(super) fn show(ui: &mut Ui, text: &str, markdown: &mut CommonMarkCache) {
    let marked = ui.memory_mut(|memory| memory.caches.cache::<FrameCache<Marked, Marker>>().get(text).clone());
    let before = ui.output(|output| output.events.len());
    ui.scope(|ui| {
        ui.style_mut().url_in_tooltip = true;
        CommonMarkViewer::new().show(ui, markdown, &marked.text);
    });
    if marked.links.is_empty() {
        return;
    }
    // A meaning is no address.
    let is_address = |url: &str| !Glossary::bundled().terms().iter().any(|term| term.plain_meaning() == url);
    ui.output_mut(|output| {
        output.commands.retain(|command| !matches!(command, OutputCommand::OpenUrl(open) if !is_address(&open.url)));
    });
    let met = ui.output(|output| {
        output.events.iter().skip(before).find_map(|event| {
            let (info, is_clicked) = match event {
                OutputEvent::Clicked(info) => (info, true),
                OutputEvent::FocusGained(info) => (info, false),
                _ => return None,
            };
            let label = info.label.as_deref().filter(|_| info.role == Role::Link)?;
            let (_, term) = marked.links.iter().find(|(words, _)| words == label)?;
            Some((term.clone(), is_clicked))
        })
    });
    let Some((term, _)) = met else { return };
    let focus = ui.memory(egui::Memory::focused);
    let beside = focus.and_then(|id| ui.ctx().read_response(id)).map(|word| word.rect.left_bottom());
    let pointer = ui.input(|input| input.pointer.interact_pos());
    if let Some(at) = beside.or(pointer) {
        let shown = Shown { term, focus, at, pass: ui.ctx().cumulative_pass_nr() };
        ui.data_mut(|data| data.insert_temp(memory(), shown));
    }
}

/// Draws the meaning of the term that was met, if it is still asked for.
pub(super) fn meaning(ui: &mut Ui) {
    let Some(shown) = ui.data(|data| data.get_temp::<Shown>(memory())) else { return };
    let is_left = shown.focus.is_some_and(|id| ui.memory(egui::Memory::focused) != Some(id));
    let is_dismissed = shown.pass < ui.ctx().cumulative_pass_nr()
        && ui.input(|input| input.pointer.any_pressed() || input.key_pressed(Key::Escape));
    let Some(term) = Glossary::bundled().find(&shown.term).filter(|_| !is_left && !is_dismissed) else {
        ui.data_mut(|data| data.remove::<Shown>(memory()));
        return;
    };
    egui::Area::new(Id::unique("meaning")).order(egui::Order::Tooltip).fixed_pos(shown.at).constrain(true).show(
        ui.ctx(),
        |ui| {
            egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(12)).show(ui, |ui| {
                ui.set_max_width(WIDTH);
                ui.label(theme::strong(term.name()));
                ui.add_space(space::XS);
                ui.add(Label::new(term.plain_meaning()).wrap());
            });
        },
    );
}
