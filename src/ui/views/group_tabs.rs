//! The lesson's experiments as tabs.

use eframe::egui::{self, RichText, Ui, vec2};

use crate::ui::command::{Command, Inbox};
use crate::ui::state::{Bench, State};
use crate::ui::theme;

/// Draws the tabs; one that a link pointed to is underlined. In one row, with longer titles cut, as long as
/// enough of each can be read.
pub(super) fn show(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
    let Some(lesson) = state.lessons.lesson() else { return };
    let titles: Vec<String> = bench.groups.iter().map(|group| group.title(&bench.titles)).collect();
    let widths = tab_widths(ui, &titles, bench.index);
    let height = ui.spacing().interact_size.y;
    for (index, (group, title)) in bench.groups.iter().zip(titles).enumerate() {
        let Some(first) = group.experiments(lesson).next() else { continue };
        let is_chosen = index == bench.index;
        let mut words = if is_chosen { theme::title(title.as_str()) } else { RichText::new(&title) };
        if is_chosen && state.pointed_out.is_some() {
            words = words.underline();
        }
        let tab = egui::Button::selectable(is_chosen, words).truncate();
        let response = match widths.as_ref().and_then(|widths| widths.get(index)) {
            Some(width) => ui.allocate_ui(vec2(*width, height), |ui| ui.add(tab)).inner,
            None => ui.add(tab),
        };
        if response.on_hover_text(title).clicked() && !is_chosen {
            inbox.send(Command::SelectExperiment(first.id.clone()));
        }
    }
}

/// The width of each tab, so that all stand in one row: the chosen one as wide as its title, the others share the rest. `None`
/// where too little would be left.
fn tab_widths(ui: &Ui, titles: &[String], chosen: usize) -> Option<Vec<f32>> {
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let count = titles.len() as f32;
    let around = 2.0 * ui.spacing().button_padding.x + 1.0;
    let widths: Vec<f32> = titles
        .iter()
        .enumerate()
        .map(|(index, title)| {
            let font = if index == chosen {
                egui::FontId::new(theme::size::TITLE, theme::semibold())
            } else {
                egui::TextStyle::Button.resolve(ui.style())
            };
            let galley = ui.fonts_mut(|fonts| fonts.layout_no_wrap(title.clone(), font, egui::Color32::PLACEHOLDER));
            galley.size().x + around
        })
        .collect();
    share(&widths, chosen, ui.available_width() - ui.spacing().item_spacing.x * (count - 1.0))
}

/// The least width of a tab whose title is cut, in points.
const LEAST_TAB_WIDTH: f32 = 120.0;
/// The same of the tab that is chosen.
const LEAST_CHOSEN_WIDTH: f32 = 200.0;

/// Fits widths into `room`: what is not `chosen` gives way first, the widest before the others, and nothing beyond the least
/// width of a tab.
fn share(widths: &[f32], chosen: usize, room: f32) -> Option<Vec<f32>> {
    if widths.iter().sum::<f32>() <= room {
        return Some(widths.to_vec());
    }
    let own = *widths.get(chosen)?;
    let mut others: Vec<f32> =
        widths.iter().enumerate().filter(|(index, _)| *index != chosen).map(|(_, width)| *width).collect();
    let least_others: f32 = others.iter().map(|width| width.min(LEAST_TAB_WIDTH)).sum();
    let own = own.min((room - least_others).max(0.0));
    if own < LEAST_CHOSEN_WIDTH.min(*widths.get(chosen)?) {
        return None;
    }
    others.sort_by(f32::total_cmp);
    let (mut left, mut cap) = (room - own, 0.0);
    for (index, width) in others.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few")]
        let fair = left / (others.len() - index) as f32;
        cap = fair;
        if *width > fair {
            break;
        }
        left -= width;
    }
    let fitted = |(index, width): (usize, &f32)| if index == chosen { own } else { width.min(cap) };
    Some(widths.iter().enumerate().map(fitted).collect())
}

#[cfg(test)]
mod tests {
    use super::share;

    #[track_caller]
    fn check(widths: &[f32], chosen: usize, room: f32, expected: Option<&[f32]>) {
        assert_eq!(share(widths, chosen, room).as_deref(), expected);
    }

    #[test]
    fn tabs_share_a_row() {
        check(&[200.0, 300.0], 0, 500.0, Some(&[200.0, 300.0]));
        check(&[200.0, 300.0], 0, 400.0, Some(&[200.0, 200.0]));
        check(&[200.0, 300.0], 1, 450.0, Some(&[150.0, 300.0]));
        // The short one keeps its width, the long ones share what is left.
        check(&[100.0, 50.0, 300.0, 400.0], 0, 450.0, Some(&[100.0, 50.0, 150.0, 150.0]));
        // The chosen one gives way where nothing else is left to give.
        check(&[500.0, 300.0], 0, 500.0, Some(&[380.0, 120.0]));
        check(&[200.0, 300.0], 0, 300.0, None);
    }
}
