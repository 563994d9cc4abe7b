//! The window: state, views that only read, and one place that performs commands.
//!
//! A frame: [`app::App`] takes in what engine, tasks and files report; [`views`] draw [`state::State`] and send
//! [`command::Command`]s; [`perform`] carries them out, and is the only one that changes the state.

use std::path::PathBuf;

use eframe::egui;

use crate::lesson::Library;

pub mod app;
pub mod beside_command;
pub mod code_command;
pub mod command;
pub mod curve_mark;
pub mod decision_table;
pub mod display;
pub mod edit;
pub mod event_loop;
pub mod first_command;
pub mod fit_view;
#[cfg(test)]
pub(crate) mod fixture;
pub mod interpreter_search;
pub mod kept_file;
pub mod laboratory;
pub mod parameter_choice;
pub mod parameter_slider;
pub mod perform;
pub mod plot_axis;
pub mod plot_curve;
pub mod plot_frame;
pub mod plot_legend;
pub mod plot_view;
pub mod prediction_view;
pub mod python_command;
pub mod quiet;
pub mod range_slider;
pub mod readout;
pub mod results_folder;
pub mod results_table;
pub mod sample;
pub mod session;
pub mod state;
pub mod task;
pub mod theme;
pub mod timeline_view;
pub mod verdict_view;
pub mod views;

use app::{App, Setup};
use laboratory::ThisMachine;
use session::config_dir;

/// What the command line says about the window.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A folder of lessons that is read live, besides the bundled ones.
    pub lessons_dir: Option<PathBuf>,
    /// The id of the lesson to begin with, instead of the one that was open last.
    pub lesson: Option<String>,
    /// A lesson or result to open at once.
    pub open_file: Option<PathBuf>,
    /// Where settings are kept instead of the usual folder.
    pub config_dir: Option<PathBuf>,
}

/// Why no window was shown. Fits "threadlab: {error}".
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// There is no display, or a library is missing.
    #[error(transparent)]
    Display(#[from] display::DisplayError),
    /// The window toolkit could not go on.
    #[error("the window could not be shown: {0}")]
    Toolkit(eframe::Error),
    /// It was there, and came to a sudden end.
    #[error(transparent)]
    Ended(#[from] event_loop::Fault),
    /// The display that is named cannot be reached.
    #[error("the display {0} cannot be reached; check that it is running and that you may use it")]
    Unreachable(String),
}

impl From<eframe::Error> for WindowError {
    fn from(error: eframe::Error) -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        match (&error, variable("WAYLAND_DISPLAY").or_else(|| variable("DISPLAY"))) {
            // The toolkit's own words name a place in its source.
            (eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_), Some(display)) => Self::Unreachable(display),
            _ => Self::Toolkit(error),
        }
    }
}

/// Shows the window until it is closed.
///
/// # Errors
/// When there is no display, a library is missing, or the toolkit gives up.
pub fn run(options: Options) -> Result<(), WindowError> {
    display::check()?;
    let config_dir = config_dir(options.config_dir, std::env::var_os(session::CONFIG_VARIABLE).as_deref());
    let library = Library::open(options.lessons_dir.as_deref());
    let mut setup = Setup::new(Box::new(ThisMachine), library, config_dir);
    setup.open.extend(options.open_file);
    if options.lesson.is_some() {
        setup.restored.session.lesson = options.lesson;
    }

    // Kept in points of the reader's own zoom, which the window has only once it is there.
    let zoom = setup.restored.session.zoom;
    let size = setup.restored.session.layout.size.unwrap_or(app::USUAL_SIZE).map(|side| side * zoom);
    let viewport = egui::ViewportBuilder::default()
        .with_title("Threadlab")
        .with_app_id("threadlab")
        .with_inner_size(size)
        .with_min_inner_size([720.0, 480.0])
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions {
        viewport,
        persist_window: false,
        system_font_fallback: false,
        ..eframe::NativeOptions::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(move |cc| Ok(Box::new(App::new(&cc.egui_ctx, setup)?)));
    event_loop::guard(|| eframe::run_native("threadlab", native, create))??;
    Ok(())
}
