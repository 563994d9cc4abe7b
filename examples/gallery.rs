//! Every part of the window with fixed data, to look at.
//!
//! `cargo run --example gallery -- [light|dark] [plot|controls|results|timeline|predict] [log|empty|free] [width height]`

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use eframe::egui::{self, CentralPanel, Frame, Margin, ScrollArea, ThemePreference, ViewportBuilder};
use threadlab::model::claim::{Judgement, Verdict};
use threadlab::model::explanation::Explanation;
use threadlab::model::plot::{AxisChoice, Metric, PlotSpec};
use threadlab::model::prediction::Prediction;
use threadlab::model::table::ResultsTable;
use threadlab::model::timeline::Timeline;
use threadlab::model::units::ThreadCount;
use threadlab::model::workload::{Bound, WorkloadKind};
use threadlab::ui::plot_view::{self, FigureOptions, Navigation, PlotAction};
use threadlab::ui::range_slider::ThreadSpan;
use threadlab::ui::theme::{self, space};
use threadlab::ui::verdict_view::{self, ClaimState};
use threadlab::ui::{fit_view, parameter_slider, prediction_view, range_slider, results_table, sample, timeline_view};

fn main() -> eframe::Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let mut numbers = arguments.iter().filter_map(|argument| argument.parse::<f32>().ok());
    let size = [numbers.next().unwrap_or(1280.0), numbers.next().unwrap_or(800.0)];
    let options =
        eframe::NativeOptions { viewport: ViewportBuilder::default().with_inner_size(size), ..Default::default() };
    let preference = if has("light") { ThemePreference::Light } else { ThemePreference::Dark };
    let pages = [Page::Plot, Page::Controls, Page::Results, Page::Timeline, Page::Predict];
    let page = pages.into_iter().find(|page| has(page.word())).unwrap_or(Page::Plot);
    let mut gallery = Gallery { page, ..Gallery::default() };
    if has("log") {
        gallery.figure = sample::figure(Metric::Throughput, AxisChoice::Automatic, &[1, 2, 4, 8, 16, 64, 256, 1024]);
        gallery.limits = ThreadCount::ONE..=ThreadCount::clamped(1024);
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

#[derive(Clone, Copy, PartialEq)]
enum Page {
    Plot,
    Controls,
    Results,
    Timeline,
    Predict,
}

impl Page {
    fn word(self) -> &'static str {
        match self {
            Self::Plot => "plot",
            Self::Controls => "controls",
            Self::Results => "results",
            Self::Timeline => "timeline",
            Self::Predict => "predict",
        }
    }
}

struct Gallery {
    page: Page,
    figure: Arc<PlotSpec>,
    hidden: BTreeSet<String>,
    navigation: Navigation,
    limits: RangeInclusive<ThreadCount>,
    chosen: ThreadSpan,
    values: Vec<f64>,
    table: ResultsTable,
    explanation: Explanation,
    timeline: Arc<Timeline>,
    prediction: Prediction,
}

impl Default for Gallery {
    fn default() -> Self {
        let threads = [1, 2, 3, 4, 5, 6, 7, 8];
        let results = sample::results(Bound::Cpu, 4.0, &threads);
        Self {
            page: Page::Plot,
            figure: sample::figure(Metric::Speedup, AxisChoice::Automatic, &threads),
            hidden: BTreeSet::new(),
            navigation: Navigation::Fixed,
            limits: ThreadCount::ONE..=ThreadCount::clamped(8),
            chosen: (ThreadCount::clamped(1), ThreadCount::clamped(6)),
            values: vec![1000.0, 20.0, 5.0, 5.0, 0.2],
            explanation: Explanation::of(&results, 4.0, Some(&sample::prediction(&threads))),
            table: ResultsTable::of(&results),
            timeline: Arc::new(sample::timeline(400)),
            prediction: sample::prediction(&threads),
        }
    }
}

impl eframe::App for Gallery {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let frame = Frame::central_panel(ui.style()).inner_margin(Margin::same(16));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            ui.label(theme::heading("CPU-bound beside I/O-bound"));
            ui.add_space(space::S);
            match self.page {
                Page::Plot => self.plot(ui),
                Page::Controls => self.controls(ui),
                Page::Results => self.results(ui),
                Page::Timeline => timeline_view::show(ui, &self.timeline, 320.0),
                Page::Predict => {
                    if let Some(edit) = prediction_view::show(ui, &self.prediction, 400.0) {
                        self.prediction = edit.value;
                    }
                }
            }
        });
    }
}

impl Gallery {
    fn plot(&mut self, ui: &mut egui::Ui) {
        let options = FigureOptions {
            hidden: &self.hidden,
            navigation: self.navigation,
            empty_text: "Press Run or Space to measure",
            heading: "",
            pointed_out: None,
            height: None,
        };
        let action = plot_view::show(ui, &self.figure, &options);
        if let Some(PlotAction::ToggleCurve(name)) = action
            && !self.hidden.remove(&name)
        {
            self.hidden.insert(name);
        }
    }

    fn controls(&mut self, ui: &mut egui::Ui) {
        ui.horizontal(|ui| {
            ui.label("Threads");
            if let Some(edit) = range_slider::show(ui, self.chosen, &self.limits) {
                self.chosen = edit.value;
            }
        });
        let parameters = WorkloadKind::ALL.into_iter().flat_map(WorkloadKind::parameters);
        for (parameter, value) in parameters.zip(&mut self.values) {
            if let Some(edit) = parameter_slider::show(ui, parameter, parameter.label, *value, parameter.default) {
                *value = edit.value;
            }
        }
        ui.add_space(space::M);
        let claims = [
            (Verdict::Holds, "With the GIL, threads do not speed up CPU-bound work."),
            (Verdict::Refuted, "Threads halve the time of every task."),
            (Verdict::CannotTell, "Native threads scale with the cores of this machine."),
        ];
        for (verdict, text) in claims {
            let judgement = Judgement {
                id: "claim".to_owned(),
                text: text.to_owned(),
                verdict,
                reason: "At 8 threads the speedup is 0.927 (0.907 to 0.938), and the claim asks for at most 1.10."
                    .to_owned(),
            };
            verdict_view::show(ui, text, ClaimState::Judged(&judgement));
            ui.add_space(space::S);
        }
        verdict_view::show(ui, "Waiting threads wait at the same time.", ClaimState::Open);
    }

    fn results(&mut self, ui: &mut egui::Ui) {
        ScrollArea::vertical().show(ui, |ui| {
            if results_table::show(ui, &self.table, 360.0, "Nothing was measured yet").is_some() {
                ui.copy_text(results_table::tab_separated(&self.table));
            }
            ui.add_space(space::L);
            fit_view::show(ui, &self.explanation, "Measure to see why");
        });
    }
}
