//! The window's program, split by phase: `logic` takes in what happened, `ui` draws the state and collects commands, and
//! [`super::perform`] carries them out.

use std::path::PathBuf;
use std::time::Instant;

use eframe::egui::{self, KeyboardShortcut};

use super::command::{Command, Inbox};
use super::laboratory::Laboratory;
use super::perform::{self, Services};
use super::quiet::FrameClock;
use super::session::{Restored, Session};
use super::state::code::read_trust;
use super::state::{Overlay, State};
use super::task::Tasks;
use super::theme;
use super::views::{self, ViewMemory};
use crate::lesson::Library;
use crate::model::plot::CurveRole;

/// What a window is opened with.
pub struct Setup {
    /// Where experiments are run.
    pub laboratory: Box<dyn Laboratory>,
    /// The lessons.
    pub lessons: Library,
    /// Lessons or results to open at once.
    pub open: Vec<PathBuf>,
    /// Where the session is kept; `None` keeps nothing.
    pub config_dir: Option<PathBuf>,
    /// What was remembered.
    pub restored: Restored,
    /// Where exports go unless another folder is chosen.
    pub export_folder: PathBuf,
    /// Name, version and build.
    pub program: String,
}

impl Setup {
    /// A window on these lessons, which remembers what is kept in `config_dir`.
    pub fn new(laboratory: Box<dyn Laboratory>, library: Library, config_dir: Option<PathBuf>) -> Self {
        let restored = config_dir.as_deref().map_or_else(Restored::nothing, Session::restore);
        Self {
            laboratory,
            lessons: library,
            open: Vec::new(),
            config_dir,
            restored,
            export_folder: perform::default_export_folder(),
            program: concat!("threadlab ", env!("THREADLAB_BUILD")).to_owned(),
        }
    }
}

/// The window's program.
pub struct App {
    state: State,
    services: Services,
    memory: ViewMemory,
    inbox: Inbox,
    /// Whether text and controls were fitted to the monitor, which is known only some time after the start.
    is_fitted: bool,
}

/// The size of a window that was never opened before, in points.
pub(super) const USUAL_SIZE: [f32; 2] = [1280.0, 800.0];

impl App {
    /// Opens the window's program in a fresh context.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn new(ctx: &egui::Context, setup: Setup) -> std::io::Result<Self> {
        theme::install(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let Restored { session, problem, is_mended } = setup.restored;
        ctx.set_theme(session.theme.preference());
        ctx.set_zoom_factor(session.zoom);

        let machine = setup.laboratory.machine();
        let interpreters = setup.laboratory.interpreters();
        let mut services = Services {
            laboratory: setup.laboratory,
            tasks: Tasks::start(ctx, interpreters)?,
            lessons: setup.lessons,
            watcher: None,
            ctx: ctx.clone(),
            run: None,
            frames: FrameClock::default(),
            program: setup.program,
            next_run: 1,
            kept: (!is_mended).then(|| session.clone()),
            default_folder: setup.export_folder,
        };
        let trust = read_trust(setup.config_dir.as_deref());
        let mut state = State { trust, ..State::new(session, setup.config_dir, machine) };
        if let Some(problem) = problem {
            state.notices.failed(problem);
        }
        perform::open_shelf(&mut state, &mut services);
        perform::pythons::search(false, &mut state, &services);
        let mut app =
            Self { state, services, memory: ViewMemory::default(), inbox: Inbox::default(), is_fitted: false };
        if !setup.open.is_empty() {
            app.perform(Command::OpenPaths(setup.open), ctx);
        }
        Ok(app)
    }

    /// What the window shows.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Carries out a command, as a click or a key would.
    pub fn perform(&mut self, command: Command, ctx: &egui::Context) {
        perform::perform(command, &mut self.state, &mut self.services, ctx);
    }

    /// Notes the widths that the reader has given the panels. Those that a narrow window squeezes are not among them: they come
    /// back with the room.
    fn note_widths(&mut self) {
        let dragged = self.memory.take_dragged();
        let layout = &mut self.state.session.layout;
        for (dragged, width) in [(dragged.lessons, &mut layout.lessons_width), (dragged.text, &mut layout.text_width)] {
            *width = dragged.map(f32::round).or(*width);
        }
    }

    /// Notes the window's size.
    fn note_size(&mut self, ctx: &egui::Context) {
        let (size, is_free) = ctx.input(|input| {
            let viewport = input.viewport();
            let is_free = !viewport.maximized.unwrap_or(false) && !viewport.fullscreen.unwrap_or(false);
            (viewport.inner_rect.map(|rect| rect.size()), is_free)
        });
        if let Some(size) = size.filter(|_| is_free) {
            self.state.session.layout.size = Some([size.x.round(), size.y.round()]);
        }
    }

    fn collect_keys(&mut self, ctx: &egui::Context) {
        for command in Command::plain() {
            if !is_key_due(&command, &self.state, ctx) {
                continue;
            }
            let pressed = |keys: &KeyboardShortcut| ctx.input_mut(|input| input.consume_shortcut(keys));
            if command.shortcuts().iter().any(pressed) {
                self.inbox.send(command);
            }
        }
    }

    fn collect_dropped(&mut self, ctx: &egui::Context) {
        let dropped: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        if !dropped.is_empty() {
            self.inbox.send(Command::OpenPaths(dropped));
        }
    }
}

/// Says in the log how long it took from Run to the first frame with a point of the run in it.
fn note_first_point(state: &mut State) {
    let has_points = state.is_running_here()
        && state.figure().is_some_and(|figure| {
            let mut curves = figure.panels.iter().flat_map(|panel| &panel.curves);
            curves.any(|curve| matches!(curve.role, CurveRole::Measured { .. }) && !curve.points.is_empty())
        });
    if let Some(live) = state.run.as_mut().filter(|live| has_points && !live.is_drawn) {
        live.is_drawn = true;
        tracing::info!(after_ms = live.asked_at.elapsed().as_millis(), "the first point is drawn");
    }
}

/// Whether the keys of a command mean that command now, rather than the control that has the keyboard.
fn is_key_due(command: &Command, state: &State, ctx: &egui::Context) -> bool {
    match command {
        // Space types a space, presses a button and ticks a box.
        Command::RunOrStop => state.overlay == Overlay::None && ctx.memory(|memory| memory.focused().is_none()),
        Command::Dismiss => state.overlay != Overlay::None || state.presenting,
        _ => true,
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        let now = Instant::now();
        if !self.is_fitted && ctx.input(|input| input.viewport().monitor_size.is_some()) {
            self.is_fitted = true;
            let size = self.state.session.layout.size.unwrap_or(USUAL_SIZE);
            if perform::window::fit_monitor(&mut self.state, ctx) {
                ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(size.into()));
            }
        }
        perform::run::drain_events(&mut self.state, &mut self.services, ctx);
        perform::reports::drain(&mut self.state, &mut self.services, now);
        perform::drain_watch(&mut self.state, &mut self.services);
        let look_again = self.state.expire_notices(now);
        // While a run measures nothing else wakes the window; the engine does often enough.
        if let Some(wait) = look_again.filter(|_| self.state.run.is_none()) {
            ctx.request_repaint_after(wait);
        }
        if !ctx.input(|input| input.viewport().visible().unwrap_or(true)) {
            self.services.frames.tick();
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.collect_keys(&ctx);
        self.collect_dropped(&ctx);
        views::show(ui, &self.state, &self.services.program, &mut self.memory, &mut self.inbox);
        self.state.focus_filter = false;
        self.state.reveal = None;
        note_first_point(&mut self.state);
        for command in self.inbox.take() {
            self.perform(command, &ctx);
            // What was asked for is seen at once, not when the pointer moves next.
            ctx.request_repaint();
        }
        self.note_widths();
        let is_held = ctx.input(|input| input.pointer.any_down());
        if self.services.run.is_none() && !is_held {
            self.note_size(&ctx);
            perform::keep_session(&mut self.state, &mut self.services);
        }
        self.services.frames.tick();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        // Ends every worker.
        self.services.run = None;
        perform::keep_session(&mut self.state, &mut self.services);
    }

    fn auto_save_interval(&self) -> std::time::Duration {
        // The session is kept by our own means.
        std::time::Duration::MAX
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
