//! UI work a frame: what egui does to lay out and tessellate one, without rasterising. `cargo bench --bench frame`.
//!
//! The goal is 4 ms a frame; the picture stands still, as it does while a measurement runs. Then single frames of the whole
//! window on scripted engines: the first one of each lesson, whose text is laid out for the first time (goal 50 ms), one of a
//! lesson that was shown before (goal 16 ms), and the first one after Run.
#![expect(clippy::print_stdout, reason = "a bench reports on standard output")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::App as _;
use eframe::egui::{self, Event, Pos2, RawInput, Rect, pos2, vec2};
use threadlab::engine::handle::RunHandle;
use threadlab::engine::mock::{self, MockClock};
use threadlab::engine::quiet::Audience;
use threadlab::engine::{Support, catalogue};
use threadlab::lesson::Library;
use threadlab::model::explanation::Explanation;
use threadlab::model::machine::Machine;
use threadlab::model::plan::RunRequest;
use threadlab::model::plot::{AxisChoice, Metric, PlotSpec};
use threadlab::model::series::SeriesKey;
use threadlab::model::table::ResultsTable;
use threadlab::model::workload::{Bound, Workload};
use threadlab::ui::app::{App, Setup};
use threadlab::ui::command::Command;
use threadlab::ui::laboratory::{Laboratory, LaboratoryError};
use threadlab::ui::plot_view::{self, FigureOptions, Navigation};
use threadlab::ui::{fit_view, results_table, sample, theme, timeline_view};

/// Frames before the clock is read: they build fonts and prepare the points.
const WARM_UP: usize = 10;

/// Frames that are timed. `cargo test` runs benches too, without `--bench`: then one shows that everything draws.
fn frames() -> usize {
    if std::env::args().any(|argument| argument == "--bench") { 200 } else { 1 }
}

fn main() {
    let title = format!("median of {} frames, 1280 x 800", frames());
    println!("{title:<44} {:>10} {:>12} {:>12}", "layout", "tessellation", "together");
    for points in [10_000, 100_000] {
        let spec = sample::long_curve(points);
        measure(&format!("plot of one curve, {points} points"), |ui| figure(ui, &spec));
        measure_at("the same, pointer on it", Some(pos2(640.0, 400.0)), |ui| figure(ui, &spec));
    }
    let threads = [1, 2, 3, 4, 5, 6, 7, 8];
    let spec = sample::figure(Metric::Speedup, AxisChoice::Automatic, &threads);
    measure("two panels with four curves of 8 points", |ui| figure(ui, &spec));
    let results = sample::results(Bound::Cpu, 4.0, &threads);
    let (table, explanation) = (ResultsTable::of(&results), Explanation::of(&results, 4.0, None));
    measure("typical result: figure, table, explanation", |ui| {
        figure_of(ui, &spec, Some(400.0));
        results_table::show(ui, &table, 240.0, "");
        fit_view::show(ui, &explanation, "");
    });
    let timeline = Arc::new(sample::timeline(100_000));
    measure("timeline of 100000 slices", |ui| timeline_view::show(ui, &timeline, 400.0));
    whole_window();
}

/// The window on scripted engines, a frame at a time.
struct Window {
    ctx: egui::Context,
    app: App,
}

impl Window {
    fn open() -> Self {
        let ctx = egui::Context::default();
        let setup = Setup::new(Box::new(Scripted), Library::open(None), None);
        let app = App::new(&ctx, setup).unwrap_or_else(|error| panic!("no thread: {error}"));
        let mut window = Self { ctx, app };
        let patience = Instant::now() + Duration::from_secs(10);
        while window.app.state().is_machine_busy() {
            assert!(Instant::now() < patience, "nobody looked for Pythons");
            window.frame(None);
        }
        window
    }

    /// Carries out a command and draws the next frame: the time of both, and of tessellating it.
    fn frame(&mut self, command: Option<Command>) -> [Duration; 3] {
        let input =
            RawInput { screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0))), ..RawInput::default() };
        let began = Instant::now();
        if let Some(command) = command {
            self.app.perform(command, &self.ctx);
        }
        let mut frame = eframe::Frame::_new_kittest();
        self.app.logic(&self.ctx, &mut frame);
        let app = &mut self.app;
        let mut output = self.ctx.run_ui(input, |ui| app.ui(ui, &mut frame));
        let laid_out = Instant::now();
        let primitives = self.ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let done = Instant::now();
        std::hint::black_box(primitives);
        output.drop_without_applying_deltas();
        [laid_out - began, done - laid_out, done - began]
    }
}

fn whole_window() {
    let title = "single frames of the window, worst of all lessons";
    println!("\n{title:<44} {:>10} {:>12} {:>12}", "layout", "tessellation", "together");
    let mut window = Window::open();
    let lessons: Vec<String> = window.app.state().lessons.entries().iter().map(|entry| entry.id.clone()).collect();
    let mut switch = |name: &str, ids: &[String]| {
        let times: Vec<[Duration; 3]> =
            ids.iter().map(|id| window.frame(Some(Command::SelectLesson(id.clone())))).collect();
        // The worst by the time that the reader waits.
        if let Some(worst) = times.into_iter().max_by_key(|times| times[2]) {
            report(name, worst);
        }
    };
    switch("a lesson for the first time, text laid out", &lessons);
    switch("a lesson that was shown before", &lessons);
    let started = (0..frames().min(20)).map(|_| {
        let mut window = Window::open();
        for _ in 0..WARM_UP {
            window.frame(None);
        }
        window.frame(Some(Command::Run))
    });
    let mut started: Vec<[Duration; 3]> = started.collect();
    started.sort_unstable_by_key(|times| times[2]);
    report("the first frame after Run (median)", started[started.len() / 2]);
}

fn report(name: &str, times: [Duration; 3]) {
    let [layout, tessellation, together] = times.map(|time| format!("{:.2} ms", time.as_secs_f64() * 1e3));
    println!("{name:<44} {layout:>10} {tessellation:>12} {together:>12}");
}

/// Engines that behave as the textbook says.
struct Scripted;

impl Laboratory for Scripted {
    fn machine(&self) -> Machine {
        mock::machine()
    }

    fn support(&self, key: &SeriesKey, workload: &Workload) -> Support {
        catalogue::support(key, workload)
    }

    fn start(&self, request: RunRequest, audience: Box<dyn Audience>) -> Result<RunHandle, LaboratoryError> {
        let clock = MockClock::new();
        let engines = mock::engines(&request, &clock);
        Ok(RunHandle::start_in(request, engines, audience, mock::surroundings(&clock))?)
    }
}

fn figure(ui: &mut egui::Ui, spec: &Arc<PlotSpec>) {
    figure_of(ui, spec, None);
}

fn figure_of(ui: &mut egui::Ui, spec: &Arc<PlotSpec>, height: Option<f32>) {
    let hidden = BTreeSet::new();
    let options = FigureOptions {
        hidden: &hidden,
        navigation: Navigation::Fixed,
        empty_text: "",
        height,
        heading: "",
        pointed_out: None,
    };
    plot_view::show(ui, spec, &options);
}

fn measure(name: &str, draw: impl FnMut(&mut egui::Ui)) {
    measure_at(name, None, draw);
}

fn measure_at(name: &str, pointer: Option<Pos2>, mut draw: impl FnMut(&mut egui::Ui)) {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    let mut times: [Vec<Duration>; 3] = Default::default();
    for frame in 0..WARM_UP + frames() {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0))),
            events: pointer.map(Event::PointerMoved).into_iter().collect(),
            ..RawInput::default()
        };
        let began = Instant::now();
        let mut output = ctx.run_ui(input, |ui| draw(ui));
        let laid_out = Instant::now();
        let primitives = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let done = Instant::now();
        std::hint::black_box(primitives);
        output.drop_without_applying_deltas();
        if frame >= WARM_UP {
            for (times, time) in times.iter_mut().zip([laid_out - began, done - laid_out, done - began]) {
                times.push(time);
            }
        }
    }
    report(
        name,
        times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        }),
    );
}
