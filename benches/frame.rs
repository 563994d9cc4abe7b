//! UI work a frame: what egui does to lay out and tessellate one, without rasterising. `cargo bench --bench frame`.
//!
//! The goal is 4 ms a frame; the picture stands still, as it does while a measurement runs.
#![expect(clippy::print_stdout, reason = "a bench reports on standard output")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Event, Pos2, RawInput, Rect, pos2, vec2};
use threadlab::model::explanation::Explanation;
use threadlab::model::plot::{AxisChoice, Metric, PlotSpec};
use threadlab::model::table::ResultsTable;
use threadlab::model::workload::Bound;
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
    let [layout, tessellation, together] = times.map(|mut times| {
        times.sort_unstable();
        format!("{:.2} ms", times[times.len() / 2].as_secs_f64() * 1e3)
    });
    println!("{name:<44} {layout:>10} {tessellation:>12} {together:>12}");
}
