//! What changes the window itself: panels, size, zoom, theme.

use eframe::egui::{self, ViewportCommand};

use crate::ui::command::Command;
use crate::ui::session::{Fold, ZOOM_RANGE};
use crate::ui::state::State;
use crate::ui::views::Room;

/// What changes the window itself.
pub(super) fn look(command: &Command, state: &mut State, ctx: &egui::Context) {
    let room = Room::of(ctx.content_rect().size());
    let layout = &mut state.session.layout;
    match command {
        Command::FoldLessons => layout.lessons = layout.lessons.toggled(room.lessons),
        Command::FoldText => layout.text = layout.text.toggled(room.text),
        Command::FoldResults => layout.results = layout.results.toggled(room.results),
        Command::Presenter => present(!state.presenting, state, ctx),
        Command::FullScreen => {
            let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
        }
        Command::ZoomIn => zoom(state, ctx, 0.1),
        Command::ZoomOut => zoom(state, ctx, -0.1),
        Command::ZoomReset => zoom(state, ctx, 1.0 - state.session.zoom),
        Command::SetTheme(theme) => {
            state.session.theme = *theme;
            ctx.set_theme(theme.preference());
        }
        Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        _ => {}
    }
}

fn zoom(state: &mut State, ctx: &egui::Context, by: f32) {
    let zoom = ((state.session.zoom + by) * 10.0).round() / 10.0;
    state.session.zoom = zoom.clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end());
    apply_zoom(state, ctx);
}

/// How much larger everything is on a projector.
const PRESENTER_ZOOM: f32 = 1.5;

pub(super) fn present(on: bool, state: &mut State, ctx: &egui::Context) {
    state.presenting = on;
    apply_zoom(state, ctx);
}

fn apply_zoom(state: &State, ctx: &egui::Context) {
    let more = if state.presenting { PRESENTER_ZOOM } else { 1.0 };
    ctx.set_zoom_factor(state.usual_zoom * state.session.zoom * more);
}

/// The height of a monitor in points for which the window was designed.
const USUAL_MONITOR_HEIGHT: f32 = 1080.0;

/// Fits text and controls to the monitor, once it is known: a 4K monitor whose system does not scale would show them tiny. Says
/// whether they changed.
pub(in crate::ui) fn fit_monitor(state: &mut State, ctx: &egui::Context) -> bool {
    let Some(monitor) = ctx.input(|input| input.viewport().monitor_size) else { return false };
    // In points of this moment, which are as large as the zoom makes them.
    let usual = usual_zoom(monitor.min_elem() * ctx.zoom_factor());
    if (usual - state.usual_zoom).abs() < 0.01 {
        return false;
    }
    state.usual_zoom = usual;
    apply_zoom(state, ctx);
    true
}

/// The zoom for a monitor whose shorter side is this long in the system's own points, in steps that keep lines sharp.
fn usual_zoom(height: f32) -> f32 {
    if !height.is_finite() || height < 1.6 * USUAL_MONITOR_HEIGHT {
        return 1.0;
    }
    ((height / USUAL_MONITOR_HEIGHT * 4.0).floor() / 4.0).clamp(1.0, 3.0)
}

/// Gives the keyboard to the filter of the lesson list.
pub(super) fn focus_filter(state: &mut State, ctx: &egui::Context) {
    present(false, state, ctx);
    state.session.layout.lessons = Fold::Open;
    state.focus_filter = true;
}

#[cfg(test)]
mod tests {
    use super::usual_zoom;

    #[test]
    fn only_large_unscaled_monitors_are_zoomed() {
        for (height, zoom) in [(768.0, 1.0), (1080.0, 1.0), (1440.0, 1.0), (2160.0, 2.0), (1800.0, 1.5), (4320.0, 3.0)]
        {
            assert!((usual_zoom(height) - zoom).abs() < 1e-6, "{height}: {}", usual_zoom(height));
        }
        assert!((usual_zoom(f32::NAN) - 1.0).abs() < 1e-6);
    }
}
