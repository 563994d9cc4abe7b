//! The middle of the window: controls, plot, verdicts and table.

use std::collections::BTreeSet;

use eframe::egui::{self, Align, Layout, RichText, ScrollArea, Ui, vec2};

use super::controls::{banner, button, labelled_button, primary_button, quiet_button, right_first, segments, tooltip};
use super::{Room, group_tabs, measured, settings_row, standing};
use crate::model::prediction::Prediction;
use crate::ui::command::{Command, Inbox};
use crate::ui::plot_view::{self, FigureOptions, Navigation, PlotAction};
use crate::ui::prediction_view;
use crate::ui::state::lessons::{LessonEntry, Page};
use crate::ui::state::{Bench, State, Wish};
use crate::ui::theme::{self, Palette, space};

/// Draws the experiment into the room that is left.
pub(super) fn show(ui: &mut Ui, state: &State, room: Room, inbox: &mut Inbox) {
    if state.presenting {
        presenter(ui, state, inbox);
        return;
    }
    match (&state.opened, &state.bench) {
        (Some(opened), _) => {
            standing::of_opened(ui, opened, inbox);
            ui.label(theme::heading(opened.drawing.figure.title.as_str()));
        }
        (None, Some(bench)) => {
            title(ui, state, bench, inbox);
            hint(ui, state, inbox);
            settings_row::show(ui, state, bench, inbox);
            standing::of_own(ui, state, inbox);
            standing::of_beside(ui, state, inbox);
        }
        (None, None) => {
            nothing(ui, state);
            return;
        }
    }
    ui.add_space(space::S);
    tabs(ui, state, inbox);
    match state.record().filter(|_| !is_predicting(state)) {
        Some(record) => measured::show(ui, state, record, room, inbox),
        None => plot(ui, state, ui.available_height(), inbox),
    }
}

fn is_predicting(state: &State) -> bool {
    state.opened.is_none() && state.bench.as_ref().is_some_and(|bench| bench.settings.predicting)
}

/// Only title and plot.
fn presenter(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let title = state.figure().map(|figure| figure.title.clone()).unwrap_or_default();
    ui.vertical_centered(|ui| ui.label(theme::heading(title).size(theme::size::HEADING * 1.4)));
    ui.add_space(space::S);
    plot(ui, state, ui.available_height(), inbox);
}

/// What stands in for an experiment: the errors of a lesson that is broken, or the way to a lesson.
fn nothing(ui: &mut Ui, state: &State) {
    if let Some(LessonEntry { title, page: Page::Broken { count, diagnostics }, .. }) = state.lessons.selected() {
        broken(ui, title, count, diagnostics);
        return;
    }
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        let words = match state.lessons.selected() {
            Some(_) => "This lesson has no experiment that could be run.",
            None => "There are no lessons here. Drop a lesson file on the window, or press Ctrl+O to open one.",
        };
        ui.label(RichText::new(words).weak());
    });
}

/// The errors of a lesson file, each with its line and caret.
fn broken(ui: &mut Ui, title: &str, count: &str, diagnostics: &str) {
    ui.add(egui::Label::new(theme::heading(title)).wrap());
    let words = format!("{} This lesson has {count} and cannot be shown.", theme::WARNING_SYMBOL);
    ui.add(egui::Label::new(RichText::new(words).color(Palette::in_use(ui).warning)).wrap());
    ui.add(egui::Label::new("Mend the file and save it: the page changes by itself.").wrap());
    ui.add_space(space::M);
    let palette = Palette::in_use(ui);
    egui::Frame::new().fill(palette.faint).corner_radius(6).inner_margin(egui::Margin::same(16)).show(ui, |ui| {
        ScrollArea::both().auto_shrink(false).show(ui, |ui| {
            ui.add(egui::Label::new(RichText::new(diagnostics).monospace()).extend());
        });
    });
}

/// Which of the lesson's experiments is shown, and the way to run it.
fn title(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
    right_first(ui, |ui| {
        run_button(ui, state, inbox);
        ui.with_layout(Layout::left_to_right(Align::Center).with_main_wrap(true), |ui| {
            if bench.groups.len() < 2 {
                let heading = theme::heading(bench.title());
                let heading = if state.pointed_out.is_some() { heading.underline() } else { heading };
                ui.add(egui::Label::new(heading).truncate());
            } else {
                group_tabs::show(ui, state, bench, inbox);
            }
        });
    });
    ui.add_space(space::XS);
}

fn run_button(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let size = vec2(112.0, 32.0);
    let response = match &state.run {
        None if state.wish == Wish::Run => ui.add(egui::Button::new("Waiting …").min_size(size)),
        None => {
            let can_run = state.can_run();
            ui.add_enabled_ui(can_run, |ui| primary_button(ui, "Run", size))
                .inner
                .on_disabled_hover_text("Check at least one engine that can run here.")
        }
        Some(live) if live.stopping => ui.add_enabled(false, egui::Button::new("Stopping …").min_size(size)),
        Some(_) => ui.add(egui::Button::new(theme::strong("Stop")).min_size(size)),
    };
    if response.on_hover_text(tooltip(ui, &Command::RunOrStop)).clicked() {
        inbox.send(Command::RunOrStop);
    }
    let elsewhere = state.run.is_some() && !state.is_running_here();
    let words = if elsewhere { "Another experiment runs" } else { "Space" };
    ui.label(theme::caption(words));
}

/// What to press, for who starts the program for the first time.
fn hint(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    if state.session.hint_dismissed {
        return;
    }
    let palette = Palette::in_use(ui);
    banner(ui, |ui| {
        button(ui, Command::DismissHint, inbox);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let words = format!(
                "Welcome. Press Space, or Run, to measure on your machine; {}. Or choose Predict first and draw the \
                     curve you expect.",
                how_long(state),
            );
            ui.add(egui::Label::new(RichText::new(words).color(palette.on_selection)).wrap());
        });
    });
}

/// How long a run of the group shown takes, in words. A machine that needs longer than the budget for the fewest rounds that
/// make an interval gets it, so that nothing is promised.
fn how_long(state: &State) -> String {
    let experiments = state.bench.as_ref().and_then(Bench::group).map_or(1, |group| group.experiments.len());
    let budget = state.session.precision.budget().saturating_mul(u32::try_from(experiments).unwrap_or(u32::MAX));
    let seconds = budget.as_secs().max(1);
    let time = if seconds < 100 { format!("{seconds} seconds") } else { format!("{} minutes", seconds.div_ceil(60)) };
    let precision = state.session.precision.label();
    format!("at “{precision}” it takes about {time}, as a rule less")
}

/// The width of the row for each tab from which the tabs have their usual padding, in points.
const ROOMY_TABS: f32 = 128.0;
/// The padding of a tab to either side where there is less, in points.
const TIGHT_PADDING: f32 = 7.0;

/// What the plot shows, and what can be done with it.
fn tabs(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(figure) = state.figure() else { return };
    let (metric, metrics) = (figure.metric, &figure.metrics);
    ui.horizontal(|ui| {
        if ui.available_width() < ROOMY_TABS * f32::from(u8::try_from(metrics.len()).unwrap_or(u8::MAX)) {
            ui.spacing_mut().button_padding.x = TIGHT_PADDING;
        }
        let choices = metrics.iter().map(|metric| (*metric, Command::ShowMetric(*metric)));
        segments(ui, "Plot", choices, metric, |metric| metric.label().to_owned(), inbox);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let has_plot = state.record().is_some();
            ui.add_enabled_ui(has_plot, |ui| {
                let response = labelled_button(ui, "Export", Command::ShowExport, inbox);
                response.on_disabled_hover_text("There is nothing to export before the first run.");
            });
            if let (None, Some(bench)) = (&state.opened, &state.bench) {
                predict(ui, state, bench, inbox);
            }
        });
    });
}

fn predict(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
    let predicting = bench.settings.predicting;
    let label = if predicting { "Done predicting" } else { "Predict" };
    ui.add_enabled_ui(state.run.is_none(), |ui| {
        labelled_button(ui, label, Command::SetPredicting(!predicting), inbox);
    });
    if predicting && bench.has_prediction() {
        quiet_button(ui, "Clear", Command::ClearPrediction, inbox);
    }
}

/// Said until the lesson's code has been measured once, which code that never returns is not.
const CODE_HAS_NO_POINTS: &str =
    "The first points are coming.\nIf none come, a call of work has not returned yet: Stop ends the run.";

/// Whether the run is one of the lesson's own code.
fn measures_code(state: &State) -> bool {
    state.run.as_ref().is_some_and(|live| live.run.record().experiments.iter().any(|it| it.code.is_some()))
}

/// Draws the plot, or the curves that the learner draws, so many points high.
pub(super) fn plot(ui: &mut Ui, state: &State, height: f32, inbox: &mut Inbox) {
    let Some(figure) = state.figure() else { return };
    if let Some(bench) = state.bench.as_ref().filter(|_| is_predicting(state)) {
        prediction(ui, state, bench, inbox);
        return;
    }
    let none = BTreeSet::new();
    let empty_text = match state.record() {
        _ if state.opened.is_none() && state.is_running_here() && measures_code(state) => CODE_HAS_NO_POINTS,
        _ if state.opened.is_none() && state.is_running_here() => "The first points are coming.",
        // Of another metric there may be enough.
        Some(_) => "Nothing of this was measured.",
        None => "Press Run or Space to measure.",
    };
    let heading = match &state.bench {
        Some(bench) if state.opened.is_none() && !state.presenting => bench.title(),
        _ => figure.title.clone(),
    };
    let options = FigureOptions {
        heading: &heading,
        pointed_out: state.pointed_out.as_deref(),
        hidden: state.hidden().unwrap_or(&none),
        navigation: Navigation::Fixed,
        empty_text,
        height: Some(height),
    };
    if let Some(PlotAction::ToggleCurve(name)) = plot_view::show(ui, figure, &options) {
        inbox.send(Command::ToggleCurve(name));
    }
}

/// The least height of a plot that is drawn by hand, in points.
const LEAST_DRAWN_HEIGHT: f32 = 160.0;

/// The curves that the learner draws, one for each experiment.
fn prediction(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
    let Some((lesson, group)) = state.lessons.lesson().zip(bench.group()) else { return };
    let words = "Drag across the plot to draw the speedup you expect, or type it below. Then run and compare.";
    ui.add(egui::Label::new(RichText::new(words).weak()).wrap());
    let experiments: Vec<_> = group.experiments(lesson).collect();
    let predictions: Vec<Option<Prediction>> = (0..experiments.len())
        .map(|index| {
            let (drawn, counts) = bench.settings.predictions.get(index).zip(bench.counts.get(index))?;
            Some(drawn.for_counts(counts))
        })
        .collect();
    // Plots of one height, with room for the fields below the one that has most.
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let width = (ui.available_width() + ui.spacing().item_spacing.x) / experiments.len().max(1) as f32;
    let around = predictions.iter().flatten().map(|it| prediction_view::height_around(ui, it, width - space::M));
    let title = ui.text_style_height(&egui::TextStyle::Heading);
    let height = (ui.available_height() - title - around.fold(0.0, f32::max) - space::S).max(LEAST_DRAWN_HEIGHT);
    ScrollArea::vertical().id_salt("prediction").auto_shrink(false).show(ui, |ui| {
        ui.columns(experiments.len().max(1), |columns| {
            for (index, ((experiment, prediction), ui)) in experiments.iter().zip(&predictions).zip(columns).enumerate()
            {
                let Some(prediction) = prediction else { continue };
                ui.add(egui::Label::new(theme::title(state.experiment_title(experiment))).truncate());
                ui.push_id(("prediction", index), |ui| {
                    if let Some(edit) = prediction_view::show(ui, prediction, height) {
                        inbox.send(Command::SetPrediction { experiment: index, prediction: edit.value });
                    }
                });
            }
        });
    });
}
