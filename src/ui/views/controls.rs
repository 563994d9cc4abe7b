//! Buttons and menu items made from commands, so that label, tooltip and shortcut agree everywhere.

use eframe::egui::{
    self, Align, Button, Frame, Key, KeyboardShortcut, Layout, Margin, ModifierNames, Response, RichText, Ui, Vec2,
    accesskit, vec2,
};

use crate::ui::command::{Command, Inbox};
use crate::ui::state::remark::Remark;
use crate::ui::theme::{self, Palette};

/// The tooltip of a command, with its shortcut.
pub(super) fn tooltip(ui: &Ui, command: &Command) -> String {
    match command.shortcuts().first() {
        Some(keys) => format!("{} ({})", command.tooltip(), keys_in_words(ui, *keys)),
        None => command.tooltip().into_owned(),
    }
}

/// A shortcut as it stands on the keyboard, such as `Ctrl+[`.
pub(super) fn keys_in_words(ui: &Ui, keys: KeyboardShortcut) -> String {
    let modifiers = ModifierNames::NAMES.format(&keys.modifiers, ui.ctx().os().is_mac());
    let key = match keys.logical_key {
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Comma => ",",
        Key::Plus => "+",
        Key::Minus => "-",
        Key::Equals => "=",
        Key::Num0 => "0",
        key => key.name(),
    };
    if modifiers.is_empty() { key.to_owned() } else { format!("{modifiers}+{key}") }
}

/// Gives a control the name that a screen reader says.
pub(super) fn name(response: &Response, name: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
}

/// A button that sends a command.
pub(super) fn button(ui: &mut Ui, command: Command, inbox: &mut Inbox) -> Response {
    let label = command.label();
    labelled_button(ui, &label, command, inbox)
}

/// A button that sends a command under another label.
pub(super) fn labelled_button(ui: &mut Ui, label: &str, command: Command, inbox: &mut Inbox) -> Response {
    let response = ui.button(label).on_hover_text(tooltip(ui, &command));
    if response.clicked() {
        inbox.send(command);
    }
    response
}

/// A button without ground, for what is rarely needed.
pub(super) fn quiet_button(ui: &mut Ui, label: &str, command: Command, inbox: &mut Inbox) -> Response {
    let response = ui.add(Button::new(label).frame_when_inactive(false)).on_hover_text(tooltip(ui, &command));
    if response.clicked() {
        inbox.send(command);
    }
    response
}

/// What a dialog says below its fields: what failed, or quietly what can be done besides.
pub(super) fn remark(ui: &mut Ui, remark: Option<&Remark>) {
    let text = match remark {
        Some(Remark::Problem(words)) => {
            RichText::new(format!("{} {words}", theme::WARNING_SYMBOL)).color(Palette::in_use(ui).error)
        }
        Some(Remark::Hint(words)) => RichText::new(*words).weak(),
        None => return,
    };
    ui.add(egui::Label::new(text).wrap());
}

/// A row as high as its contents, filled from its right end.
pub(super) fn right_first<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(ui.available_width(), 32.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), content).inner
}

/// A row that stands out, for what is to be known before all else; filled from its right end.
pub(super) fn banner<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let fill = Palette::in_use(ui).selection;
    let frame = Frame::new().fill(fill).corner_radius(6).inner_margin(Margin::symmetric(12, 8));
    frame.show(ui, |ui| right_first(ui, content)).inner
}

/// The one primary button of a view, in the accent colour.
pub(super) fn primary_button(ui: &mut Ui, label: &str, least_size: Vec2) -> Response {
    let palette = Palette::in_use(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            state.weak_bg_fill = palette.accent_fill;
            state.fg_stroke.color = palette.on_accent;
        }
        widgets.hovered.bg_stroke = egui::Stroke::new(1.0, palette.on_accent.gamma_multiply(0.6));
        widgets.active.bg_stroke = egui::Stroke::new(2.0, palette.on_accent);
        ui.add(Button::new(theme::strong(label).color(palette.on_accent)).min_size(least_size))
    })
    .inner
}

/// An item of a menu. `chosen` marks one that is on.
pub(super) fn menu_item(ui: &mut Ui, command: Command, chosen: bool, enabled: bool, inbox: &mut Inbox) {
    let label = command.label();
    labelled_menu_item(ui, &label, command, chosen, enabled, inbox);
}

/// An item of a menu under another label.
pub(super) fn labelled_menu_item(
    ui: &mut Ui,
    label: &str,
    command: Command,
    chosen: bool,
    enabled: bool,
    inbox: &mut Inbox,
) {
    let mut item = Button::selectable(chosen, label);
    if let Some(keys) = command.shortcuts().first() {
        item = item.shortcut_text(RichText::new(keys_in_words(ui, *keys)).weak());
    }
    let response = ui.add_enabled(enabled, item).on_hover_text(command.tooltip());
    if response.clicked() {
        inbox.send(command);
        ui.close();
    }
}

/// A row of choices of which exactly one is on.
pub(super) fn segments<T: PartialEq + Copy>(
    ui: &mut Ui,
    name: &str,
    choices: impl IntoIterator<Item = (T, Command)>,
    chosen: T,
    label: impl Fn(T) -> String,
    inbox: &mut Inbox,
) {
    let palette = Palette::in_use(ui);
    egui::Frame::new().fill(palette.control).corner_radius(6).inner_margin(2).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().interact_size.y = 24.0;
        ui.visuals_mut().widgets.inactive.weak_bg_fill = palette.control;
        ui.horizontal(|ui| {
            for (choice, command) in choices {
                let text = label(choice);
                let is_chosen = choice == chosen;
                let words = if is_chosen {
                    theme::strong(text.as_str()).color(palette.on_selection)
                } else {
                    RichText::new(text.as_str())
                };
                let response =
                    ui.add(Button::selectable(is_chosen, words).corner_radius(4)).on_hover_text(tooltip(ui, &command));
                ui.ctx().accesskit_node_builder(response.id, |node| {
                    node.set_role(accesskit::Role::RadioButton);
                    node.set_label(text.as_str());
                    node.set_description(name);
                });
                if response.clicked() && !is_chosen {
                    inbox.send(command);
                }
            }
        });
    });
}
