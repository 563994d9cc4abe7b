//! The line at the bottom: progress with time left, the machine in words, warnings.

use std::time::Duration;

use eframe::egui::{self, Align, Layout, Popup, RichText, Sense, Ui, vec2};

use crate::engine::message::Outcome;
use crate::model::format;
use crate::model::record::RunRecord;
use crate::ui::state::{Bench, LiveRun, Since, State, Wish};
use crate::ui::theme::{self, Palette, space};

/// Draws the status bar.
pub(super) fn show(ui: &mut Ui, state: &State) {
    let frame = egui::Frame::new().fill(Palette::in_use(ui).panel).inner_margin(egui::Margin::symmetric(16, 4));
    egui::Panel::bottom("status bar").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_min_height(24.0);
            match &state.run {
                Some(live) => progress(ui, live),
                None if state.wish == Wish::Run => {
                    ui.label(waiting_for(state));
                }
                None => {
                    ui.label(RichText::new(last_run(state)).weak());
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                warnings(ui, state);
                machine(ui, state);
            });
        });
    });
}

fn progress(ui: &mut Ui, live: &LiveRun) {
    let words = progress_words(live);
    let (rect, response) = ui.allocate_exact_size(vec2(128.0, 6.0), Sense::hover());
    let palette = Palette::in_use(ui);
    ui.painter().rect_filled(rect, 3.0, palette.control_pressed);
    let mut done = rect;
    done.set_width(rect.width() * live.share().clamp(0.0, 1.0));
    ui.painter().rect_filled(done, 3.0, palette.accent);
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Progress of the run");
        info.current_text_value = Some(words.clone());
        info.value = Some(f64::from(live.share() * 100.0));
        info
    });
    ui.label(&words);
}

/// Such as "Round 7, next look after 9, at most 3 s left".
fn progress_words(live: &LiveRun) -> String {
    if live.stopping {
        return "Stopping …".to_owned();
    }
    match live.progress {
        None => "Measuring the first round …".to_owned(),
        Some(progress) => {
            let width = progress.widest.filter(|width| width.is_finite());
            let width = width.map(|width| format!(", intervals within ±{:.0} %", width * 100.0)).unwrap_or_default();
            format!(
                "Round {} of {}, {} left at most{width}",
                progress.rounds,
                progress.next_look.max(progress.rounds),
                seconds(progress.time_left),
            )
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64().ceil())
}

/// What must be over before a run can start.
fn waiting_for(state: &State) -> &'static str {
    if state.first.is_running {
        "The first program still runs. The run starts after it."
    } else {
        "Looking for Pythons … The run starts after that."
    }
}

fn last_run(state: &State) -> String {
    let Some(record) = state.record() else {
        return if state.bench.is_some() { "Press Space to run" } else { "Nothing to run" }.to_owned();
    };
    if state.opened.is_some() {
        return format!("Measured {}", format::date_time(&record.started_at));
    }
    let key = state.bench.as_ref().and_then(|bench| bench.group()).map(|group| group.key.as_str());
    let outcome = key.and_then(|key| state.measured.get(key)).map(|measured| measured.outcome.as_ref());
    let rounds = if record.rounds == 1 { "1 round".to_owned() } else { format!("{} rounds", record.rounds) };
    let is_earlier = state.measured_here().is_some_and(|measured| measured.since == Since::Before);
    let how = match outcome {
        Some(Some(Outcome::Completed)) if is_earlier => "Measured earlier:",
        Some(Some(Outcome::Cancelled)) => "Stopped after",
        Some(Some(Outcome::Failed(_))) => "Failed after",
        Some(None) => "Measured earlier, ended early after",
        _ => "Done:",
    };
    let is_stale = state.bench.as_ref().is_some_and(Bench::is_stale);
    let note = if is_stale { " · settings changed since: press Space to run again" } else { "" };
    format!("{how} {rounds} in {:.1} s{note}", record.elapsed_s)
}

fn machine(ui: &mut Ui, state: &State) {
    let opened = state.opened.as_ref().map(|opened| &opened.record.machine);
    let machine = opened.unwrap_or(&state.machine);
    // An opened result was measured elsewhere; its Pythons are in its legend.
    let python = state.pythons.in_words().filter(|_| opened.is_none());
    let mut words = machine.in_words();
    if let Some(python) = &python {
        words = format!("{words}, {python}");
    }
    let mut details = vec![words.clone()];
    details.extend(machine.cpu_model.clone());
    details.extend(machine.os.clone());
    details.push(machine.architecture.clone());
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    details.extend(machine.memory_bytes.map(|bytes| format!("{:.1} GiB memory", bytes as f64 / f64::from(1 << 30))));
    if python.is_some() {
        details.extend(state.pythons.usual.as_ref().map(|usual| usual.path.clone()));
    }
    ui.label(RichText::new(words).weak()).on_hover_text(details.join("\n"));
}

/// Every warning of a record, the whole run's first, each with the experiment it belongs to.
pub(super) fn all_warnings(record: &RunRecord) -> Vec<String> {
    let several = record.experiments.len() > 1;
    let whole = record.warnings.iter().map(|warning| warning.message.clone());
    let parts = record.experiments.iter().flat_map(|experiment| {
        experiment.warnings.iter().map(move |warning| {
            if several { format!("{}: {}", experiment.title, warning.message) } else { warning.message.clone() }
        })
    });
    whole.chain(parts).collect()
}

fn warnings(ui: &mut Ui, state: &State) {
    let all = state.record().map(all_warnings).unwrap_or_default();
    if all.is_empty() {
        return;
    }
    let count = if all.len() == 1 { "1 warning".to_owned() } else { format!("{} warnings", all.len()) };
    let label = RichText::new(format!("{} {count}", theme::WARNING_SYMBOL)).color(Palette::in_use(ui).warning);
    let response = ui
        .add(egui::Button::new(label).frame_when_inactive(false))
        .on_hover_text("What makes this result less trustworthy.");
    super::controls::name(&response, &count);
    Popup::from_toggle_button_response(&response).show(|ui| {
        ui.set_width(400.0);
        ui.label(theme::strong("What makes this result less trustworthy"));
        for warning in &all {
            ui.add_space(space::XS);
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(theme::WARNING_SYMBOL).color(Palette::in_use(ui).warning));
                ui.add(egui::Label::new(warning).wrap());
            });
        }
    });
}
