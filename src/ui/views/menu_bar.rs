//! The menus.

use eframe::egui::{self, MenuBar, Ui};

use super::controls::{keys_in_words, labelled_menu_item, menu_item, name, quiet_button};
use crate::model::plot::AxisChoice;
use crate::model::stopping::Precision;
use crate::ui::beside_command::BesideCommand;
use crate::ui::command::{Command, Inbox};
use crate::ui::first_command::FirstCommand;
use crate::ui::python_command::PythonCommand;
use crate::ui::session::ThemeChoice;
use crate::ui::state::State;
use crate::ui::theme;
use crate::ui::views::Room;

/// The height of the menu bar in points.
const HEIGHT: f32 = 36.0;

/// What the ways to panels and commands need, in points; where there is less, menus and keys lead to them.
const WITH_COMMANDS: f32 = 372.0;
/// What the ways to panels alone need, in points.
const WITH_PANELS: f32 = 224.0;

/// The room of the menu bar.
pub(super) fn panel(ui: &Ui) -> egui::Panel {
    let frame = egui::Frame::new().fill(theme::Palette::in_use(ui).panel).inner_margin(egui::Margin::symmetric(8, 4));
    egui::Panel::top("menu bar").frame(frame).resizable(false).exact_size(HEIGHT)
}

/// Draws the menu bar into its room.
pub(super) fn show(ui: &mut Ui, state: &State, room: Room, inbox: &mut Inbox) {
    MenuBar::new().ui(ui, |ui| {
        ui.add_space(theme::space::XS);
        ui.label(theme::strong("Threadlab"));
        ui.add_space(theme::space::S);
        let menus = [
            (ui.menu_button("File", |ui| file(ui, state, inbox)).response, "File menu"),
            (ui.menu_button("View", |ui| view(ui, state, room, inbox)).response, "View menu"),
            (ui.menu_button("Run", |ui| run(ui, state, inbox)).response, "Run menu"),
            (ui.menu_button("Help", |ui| help(ui, inbox)).response, "Help menu"),
        ];
        // Told apart from the buttons of the same names.
        for (menu, spoken) in &menus {
            name(menu, spoken);
        }
        let left = ui.available_width();
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if left >= WITH_COMMANDS {
                let keys = Command::ShowPalette.shortcuts().first().map(|keys| keys_in_words(ui, *keys));
                let label = format!("Commands  {}", keys.unwrap_or_default());
                quiet_button(ui, &label, Command::ShowPalette, inbox);
                ui.add_space(theme::space::S);
            }
            if left >= WITH_PANELS {
                panels(ui, state, room, inbox);
            }
        });
    });
}

/// Which panels are shown: the way back for one that was folded away, or that had no room. From right to left.
fn panels(ui: &mut Ui, state: &State, room: Room, inbox: &mut Inbox) {
    let layout = &state.session.layout;
    for (command, label, is_open) in [
        (Command::FoldText, "Text", layout.text.is_open(room.text)),
        (Command::FoldResults, "Results", layout.results.is_open(room.results)),
        (Command::FoldLessons, "Lessons", layout.lessons.is_open(room.lessons)),
    ] {
        let button = egui::Button::selectable(is_open, label);
        let response = ui.add(button).on_hover_text(super::controls::tooltip(ui, &command));
        name(&response, &format!("{label} panel"));
        if response.clicked() {
            inbox.send(command);
        }
    }
}

fn file(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    menu_item(ui, Command::Open, false, true, inbox);
    if state.opened.is_some() {
        menu_item(ui, Command::BackToLive, false, true, inbox);
    }
    ui.separator();
    let has_plot = state.record().is_some();
    menu_item(ui, Command::ShowExport, false, has_plot, inbox);
    menu_item(ui, Command::CopyPlot, false, has_plot, inbox);
    ui.separator();
    menu_item(ui, Command::ShowSettings, false, true, inbox);
    ui.separator();
    menu_item(ui, Command::Quit, false, true, inbox);
}

fn view(ui: &mut Ui, state: &State, room: Room, inbox: &mut Inbox) {
    let layout = &state.session.layout;
    menu_item(ui, Command::FoldLessons, layout.lessons.is_open(room.lessons), true, inbox);
    menu_item(ui, Command::FoldText, layout.text.is_open(room.text), true, inbox);
    menu_item(ui, Command::FoldResults, layout.results.is_open(room.results), true, inbox);
    menu_item(ui, Command::Presenter, state.presenting, true, inbox);
    menu_item(ui, Command::FullScreen, false, true, inbox);
    ui.separator();
    if let Some(figure) = state.figure() {
        for choice in figure.metrics.iter().copied() {
            menu_item(ui, Command::ShowMetric(choice), choice == figure.metric, true, inbox);
        }
    }
    ui.separator();
    if state.beside.is_some() {
        menu_item(ui, Command::Beside(BesideCommand::Hide), false, true, inbox);
    } else {
        menu_item(ui, Command::Beside(BesideCommand::ShowRecorded), false, state.has_recorded(), inbox);
    }
    if let Some(axes) = state.axes() {
        ui.separator();
        for choice in AxisChoice::ALL {
            menu_item(ui, Command::SetAxes(choice), choice == axes, true, inbox);
        }
    }
    ui.separator();
    for choice in ThemeChoice::ALL {
        menu_item(ui, Command::SetTheme(choice), choice == state.session.theme, true, inbox);
    }
    ui.separator();
    menu_item(ui, Command::ZoomIn, false, true, inbox);
    menu_item(ui, Command::ZoomOut, false, true, inbox);
    menu_item(ui, Command::ZoomReset, false, true, inbox);
}

fn run(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let label = if state.run.is_some() { "Stop" } else { "Run" };
    labelled_menu_item(ui, label, Command::RunOrStop, false, state.bench.is_some(), inbox);
    ui.separator();
    for choice in Precision::ALL {
        menu_item(ui, Command::SetPrecision(choice), choice == state.session.precision, true, inbox);
    }
    ui.separator();
    let on_release = state.session.run_on_release;
    let label = "Run when a slider is let go";
    labelled_menu_item(ui, label, Command::SetRunOnRelease(!on_release), on_release, true, inbox);
    if let Some(bench) = &state.bench {
        ui.separator();
        let predicting = bench.settings.predicting;
        menu_item(ui, Command::SetPredicting(!predicting), false, state.opened.is_none(), inbox);
        menu_item(ui, Command::ClearPrediction, false, bench.has_prediction(), inbox);
        menu_item(ui, Command::ResetExperiment, false, state.run.is_none(), inbox);
    }
    ui.separator();
    menu_item(ui, Command::Python(PythonCommand::Show), false, true, inbox);
    menu_item(ui, Command::First(FirstCommand::Show), false, true, inbox);
    ui.separator();
    menu_item(ui, Command::PreviousLesson, false, state.lessons.neighbour(-1).is_some(), inbox);
    menu_item(ui, Command::NextLesson, false, state.lessons.neighbour(1).is_some(), inbox);
    menu_item(ui, Command::ToggleDone, false, state.lessons.lesson().is_some(), inbox);
    let has_progress = !state.session.lessons.is_empty() || !state.session.answers.is_empty();
    menu_item(ui, Command::ForgetProgress, false, has_progress, inbox);
}

fn help(ui: &mut Ui, inbox: &mut Inbox) {
    menu_item(ui, Command::ShowHelp, false, true, inbox);
    menu_item(ui, Command::ShowFaq, false, true, inbox);
    menu_item(ui, Command::ShowPalette, false, true, inbox);
    menu_item(ui, Command::ShowAbout, false, true, inbox);
}
