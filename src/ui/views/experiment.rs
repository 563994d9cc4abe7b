//! The middle of the window: controls, plot, verdicts and table.

use std::collections::BTreeSet;

use eframe::egui::{self, Align, Layout, RichText, ScrollArea, Ui, vec2};

use super::controls::{button, labelled_button, primary_button, quiet_button, segments, tooltip};
use super::{Room, results, settings_row, verdict_strip};
use crate::model::format;
use crate::model::prediction::Prediction;
use crate::model::record::RunRecord;
use crate::ui::beside_command::BesideCommand;
use crate::ui::command::{Command, Inbox};
use crate::ui::plot_view::{self, FigureOptions, Navigation, PlotAction};
use crate::ui::prediction_view;
use crate::ui::state::lessons::{LessonEntry, Page};
use crate::ui::state::{Bench, Opened, Since, State, Wish};
use crate::ui::theme::{self, Palette, space};

/// Draws the experiment into the room that is left.
pub(super) fn show(ui: &mut Ui, state: &State, room: Room, inbox: &mut Inbox) {
    if state.presenting {
        presenter(ui, state, inbox);
        return;
    }
    match (&state.opened, &state.bench) {
        (Some(opened), _) => {
            banner(ui, opened, inbox);
            ui.label(theme::heading(opened.drawing.figure.title.as_str()));
        }
        (None, Some(bench)) => {
            title(ui, state, bench, inbox);
            hint(ui, state, inbox);
            settings_row::show(ui, state, bench, inbox);
            standing(ui, state, inbox);
            beside(ui, state, inbox);
        }
        (None, None) => {
            nothing(ui, state);
            return;
        }
    }
    ui.add_space(space::S);
    tabs(ui, state, inbox);
    match state.record().filter(|_| !is_predicting(state)) {
        Some(record) => measured(ui, state, record, room, inbox),
        None => plot(ui, state, ui.available_height(), inbox),
    }
}

/// The height of plot and legend in points below which what stands below them gets no panel of its own.
const GOOD_PLOT_HEIGHT: f32 = 300.0;
/// The least height of plot and legend that is worth looking at, in points.
const LEAST_PLOT_HEIGHT: f32 = 176.0;
/// The least height of a plot that is drawn by hand, in points.
const LEAST_DRAWN_HEIGHT: f32 = 160.0;
/// The least height of what stands below the plot, in points.
const LEAST_RESULTS_HEIGHT: f32 = 112.0;
/// What shows that there is more below the verdicts, in points.
const PEEK: f32 = 44.0;

/// The plot, the verdicts, and what else stands below it. The verdicts are always in sight: the plot gives way.
fn measured(ui: &mut Ui, state: &State, record: &RunRecord, room: Room, inbox: &mut Inbox) {
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
    let height = (ui.available_height() - strip - gap - peek).max(LEAST_PLOT_HEIGHT);
    ScrollArea::vertical().id_salt("plot and results").auto_shrink(false).show(ui, |ui| {
        plot(ui, state, height, inbox);
        verdict_strip::show(ui, state, record, lines);
        if with_results {
            let top = ui.cursor().min;
            results::header(ui, state, inbox);
            results::content(ui, state, record, inbox);
            if state.reveal.is_some() {
                // As far as needed and no further: the plot and the verdicts stay in sight where they can.
                let below = egui::Rect::from_min_max(top, ui.min_rect().max);
                ui.scroll_to_rect_animation(below, None, egui::style::ScrollAnimation::none());
            }
        }
    });
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

/// A result from a file: where it was measured, and the way back.
fn banner(ui: &mut Ui, opened: &Opened, inbox: &mut Inbox) {
    let palette = Palette::in_use(ui);
    let frame =
        egui::Frame::new().fill(palette.selection).corner_radius(6).inner_margin(egui::Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        right_first(ui, |ui| {
            button(ui, Command::BackToLive, inbox);
            button(ui, Command::Beside(BesideCommand::ShowOpened), inbox);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = opened.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
                let apart = apart(&opened.differences).map(|apart| format!(". {apart}")).unwrap_or_default();
                let words = format!("Opened result {name}: {}{apart}", opened.drawing.figure.provenance);
                let label = egui::Label::new(RichText::new(words).color(palette.on_selection)).wrap();
                ui.add(label).on_hover_text(opened.path.display().to_string());
            });
        });
    });
    ui.add_space(space::S);
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
                groups(ui, state, bench, inbox);
            }
        });
    });
    ui.add_space(space::XS);
}

/// The lesson's experiments as tabs; one that a link pointed to is underlined. In one row, with longer titles cut, as long as
/// enough of each can be read.
fn groups(ui: &mut Ui, state: &State, bench: &Bench, inbox: &mut Inbox) {
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

/// A row as high as its contents, filled from its right end.
fn right_first<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(ui.available_width(), 32.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), content).inner
}

/// What to press, for who starts the program for the first time.
fn hint(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    if state.session.hint_dismissed {
        return;
    }
    let palette = Palette::in_use(ui);
    let frame =
        egui::Frame::new().fill(palette.selection).corner_radius(6).inner_margin(egui::Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        right_first(ui, |ui| {
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
    });
}

/// Where the result that is shown is not that of a finished run of today: what it is, and the way to what there is besides.
fn standing(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(measured) = state.measured_here() else { return };
    let on = |record: &RunRecord| format::date_time(&record.started_at);
    let mut words = Vec::new();
    if let Some(finished) = &measured.finished {
        words.push(format!(
            "This run ended early, after {}. The finished one of {} is still there.",
            format::rounds(measured.record.rounds),
            on(&finished.record)
        ));
    } else if measured.since == Since::Before {
        words.push(format!("Measured on {}, before this start.", on(&measured.record)));
        if measured.outcome.is_none() {
            words.push(format!("It ended early, after {}.", format::rounds(measured.record.rounds)));
        }
    }
    if measured.record.machine != state.machine && !words.is_empty() {
        words.push(format!("It was another machine: {}.", measured.record.machine.in_words()));
    }
    let differences = state.bench.as_ref().map_or(&[][..], |bench| &bench.differences);
    if !differences.is_empty() {
        words.push(format!("Measured with other settings than these: {}.", differences.join(", ")));
    }
    if words.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::caption(words.join(" ")));
        if measured.finished.is_some() {
            button(ui, Command::ShowFinished, inbox);
        }
    });
}

/// The settings of another result that are not those of the controls, in a sentence.
fn apart(differences: &[String]) -> Option<String> {
    (!differences.is_empty()).then(|| format!("Set otherwise than here: {}.", differences.join(", ")))
}

/// What is shown beside this machine's own result, and the way to take it away.
fn beside(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(beside) = &state.beside else { return };
    let words = if state.is_beside_drawn() {
        let apart = apart(&beside.differences).map(|apart| format!(" {apart}")).unwrap_or_default();
        format!("With crosses: {}.{apart}", beside.record.provenance())
    } else if state.figure().is_some_and(|figure| figure.table.is_some()) {
        // Pythons of another machine are other tools: each would need a column of its own.
        "The table shows what was measured here alone. The other plots show the recorded result too.".to_owned()
    } else {
        "The other result is not drawn: it was measured with other parameters than these, or without this experiment."
            .to_owned()
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::caption(words));
        labelled_button(ui, "Hide", Command::Beside(BesideCommand::Hide), inbox);
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

/// What the plot shows, and what can be done with it.
fn tabs(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let Some(figure) = state.figure() else { return };
    let (metric, metrics) = (figure.metric, &figure.metrics);
    ui.horizontal(|ui| {
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

fn plot(ui: &mut Ui, state: &State, height: f32, inbox: &mut Inbox) {
    let Some(figure) = state.figure() else { return };
    if let Some(bench) = state.bench.as_ref().filter(|_| is_predicting(state)) {
        prediction(ui, state, bench, inbox);
        return;
    }
    let none = BTreeSet::new();
    let empty_text = match state.record() {
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
