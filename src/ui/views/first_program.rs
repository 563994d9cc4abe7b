//! The first program with threads: its text, who printed which line when, and a small timeline.

use eframe::egui::{self, Align2, FontId, Grid, Label, RichText, Sense, Ui, vec2};

use super::controls::primary_button;
use super::overlay::dialog;
use super::{code_block, python_dialog};
use crate::model::first_program::{Pause, Transcript, program};
use crate::ui::command::{Command, Inbox};
use crate::ui::first_command::FirstCommand;
use crate::ui::state::State;
use crate::ui::state::first::FirstRun;
use crate::ui::theme::{self, Palette, size, space};

/// The height of a thread's lane in the timeline, in points.
const LANE: f32 = 26.0;
/// The room for the names of threads, in points.
const NAMES: f32 = 96.0;

/// Draws the dialog.
pub(super) fn show(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    dialog(ui, "The first program", 760.0, f32::INFINITY, inbox, |ui, inbox| {
        let words = "Two threads count to 4. start begins a thread, join waits for its end. Which lines come first? Guess, then run.";
        ui.add(Label::new(words).wrap());
        ui.add_space(space::S);
        code_block::show(ui, "python", &program(state.first.pause));
        controls(ui, state, inbox);
        ui.add_space(space::S);
        match &state.first.outcome {
            None => {}
            Some(Ok(run)) => outcome(ui, run),
            Some(Err(problem)) => {
                let words = format!("{} {problem}", theme::WARNING_SYMBOL);
                ui.add(Label::new(RichText::new(words).color(Palette::in_use(ui).error)).wrap());
            }
        }
    });
}

fn controls(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let python = state.pythons.for_programs(&state.session.python);
    let python = python.as_ref();
    ui.horizontal_wrapped(|ui| {
        let is_ready = python.is_some() && !state.first.is_running && state.run.is_none();
        let label = if state.first.is_running { "Running …" } else { "Run it" };
        let response = ui.add_enabled_ui(is_ready, |ui| primary_button(ui, label, vec2(112.0, 32.0))).inner;
        if let Some(python) = python.filter(|_| response.clicked()) {
            inbox.send(Command::First(FirstCommand::Run(python.clone())));
        }
        let mut pauses = state.first.pause == Pause::Millisecond;
        let response = ui.checkbox(&mut pauses, "Sleep 1 ms after each line");
        let command = FirstCommand::SetPause(if pauses { Pause::Millisecond } else { Pause::None });
        if response.on_hover_text(command.tooltip()).changed() {
            inbox.send(Command::First(command));
        }
        let place = match python {
            Some(python) => format!("in CPython {}", python.label()),
            None => python_dialog::why_not("no Python is known", Some("choose one under Run, Python…")),
        };
        ui.label(theme::caption(place));
    });
}

fn outcome(ui: &mut Ui, run: &FirstRun) {
    let transcript = &run.transcript;
    ui.label(theme::title(format!("What CPython {} printed", run.python.label())));
    timeline(ui, transcript);
    ui.add(Label::new(transcript.in_words()).wrap());
    ui.add_space(space::S);
    Grid::new("first program").num_columns(3).spacing([24.0, 4.0]).show(ui, |ui| {
        for heading in ["After", "Thread", "Prints"] {
            ui.label(theme::strong(heading));
        }
        ui.end_row();
        for line in &transcript.lines {
            ui.label(format!("{:.3} ms", line.at_ms));
            ui.label(RichText::new(line.thread.as_str()).color(colour(ui, transcript, &line.thread)));
            ui.monospace(line.text.as_str());
            ui.end_row();
        }
    });
}

/// A lane for each thread, with what it printed at the times it did.
fn timeline(ui: &mut Ui, transcript: &Transcript) {
    let threads = transcript.threads();
    #[expect(clippy::cast_precision_loss, reason = "a handful of threads")]
    let height = LANE * threads.len() as f32 + 20.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let spoken = format!(
        "Timeline of {:.2} ms: {} lines of {} threads, {} turns from one thread to another",
        transcript.took_ms,
        transcript.lines.len(),
        threads.len(),
        transcript.turns()
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &spoken));
    let palette = Palette::in_use(ui);
    let painter = ui.painter_at(rect);
    let small = FontId::proportional(size::SMALL);
    let width = (rect.width() - NAMES - 24.0).max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    let x = |at_ms: f64| rect.left() + NAMES + (at_ms / transcript.took_ms.max(f64::MIN_POSITIVE)) as f32 * width;
    for (index, thread) in threads.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a handful of threads")]
        let y = rect.top() + LANE * (index as f32 + 0.5);
        painter.text(egui::pos2(rect.left(), y), Align2::LEFT_CENTER, *thread, small.clone(), palette.text);
        painter.hline(rect.left() + NAMES..=rect.right(), y, egui::Stroke::new(1.0, palette.control_pressed));
        let colour = colour(ui, transcript, thread);
        for line in transcript.lines.iter().filter(|line| line.thread == *thread) {
            painter.circle_filled(egui::pos2(x(line.at_ms), y), 5.0, colour);
        }
    }
    let bottom = rect.bottom() - 8.0;
    painter.text(
        egui::pos2(rect.left() + NAMES, bottom),
        Align2::LEFT_CENTER,
        "0 ms",
        small.clone(),
        palette.weak_text,
    );
    let end = format!("{:.2} ms", transcript.took_ms);
    painter.text(egui::pos2(rect.right(), bottom), Align2::RIGHT_CENTER, end, small, palette.weak_text);
}

/// A thread's colour: that of an engine's curve, which stay apart without full colour vision.
fn colour(ui: &Ui, transcript: &Transcript, thread: &str) -> egui::Color32 {
    use crate::model::plot::CurveRole;
    use crate::model::series::EngineKind;
    let engines = [EngineKind::Native, EngineKind::GilModel, EngineKind::PythonProcesses];
    let place = transcript.threads().iter().position(|name| *name == thread).unwrap_or_default();
    let Some(engine) = engines.get(place).copied() else { return Palette::in_use(ui).text };
    let style = CurveRole::Measured { engine, variant: 0 }.style();
    let [red, green, blue] = if ui.visuals().dark_mode { style.dark } else { style.light };
    egui::Color32::from_rgb(red, green, blue)
}
