//! Every part of the window with fixed data, to look at: `cargo run --example gallery -- [light|dark] [plot|log|free|empty]`.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{self, CentralPanel, Frame, Margin, ThemePreference, ViewportBuilder};
use threadlab::model::plot::{AxisChoice, Metric, PlotSpec};
use threadlab::ui::plot_view::{self, FigureOptions, Navigation, PlotAction};
use threadlab::ui::{sample, theme};

fn main() -> eframe::Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let number = |place: usize, otherwise: f32| {
        arguments.iter().filter_map(|argument| argument.parse().ok()).nth(place).unwrap_or(otherwise)
    };
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default().with_inner_size([number(0, 1280.0), number(1, 800.0)]),
        ..Default::default()
    };
    let preference = if has("light") { ThemePreference::Light } else { ThemePreference::Dark };
    let mut gallery = Gallery::default();
    if has("log") {
        gallery.figure = sample::figure(Metric::Throughput, AxisChoice::Automatic, &[1, 2, 4, 8, 16, 64, 256, 1024]);
    }
    if has("empty") {
        let mut spec = (*gallery.figure).clone();
        spec.panels.iter_mut().for_each(|panel| panel.curves.clear());
        gallery.figure = Arc::new(spec);
    }
    if has("free") {
        gallery.navigation = Navigation::Free;
    }
    eframe::run_native(
        "Threadlab gallery",
        options,
        Box::new(move |context| {
            theme::install(&context.egui_ctx);
            context.egui_ctx.set_theme(preference);
            Ok(Box::new(gallery))
        }),
    )
}

struct Gallery {
    figure: Arc<PlotSpec>,
    hidden: BTreeSet<String>,
    navigation: Navigation,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            figure: sample::figure(Metric::Speedup, AxisChoice::Automatic, &[1, 2, 3, 4, 5, 6, 7, 8]),
            hidden: BTreeSet::new(),
            navigation: Navigation::Fixed,
        }
    }
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let frame = Frame::central_panel(ui.style()).inner_margin(Margin::same(16));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            ui.label(theme::heading("CPU-bound beside I/O-bound"));
            ui.add_space(theme::space::S);
            let options = FigureOptions {
                hidden: &self.hidden,
                navigation: self.navigation,
                empty_text: "Press Run or Space to measure",
                height: None,
            };
            let action = plot_view::show(ui, &self.figure, &options);
            if let Some(PlotAction::ToggleCurve(name)) = action
                && !self.hidden.remove(&name)
            {
                self.hidden.insert(name);
            }
        });
    }
}
