//! Why the curves look as they do: the law each follows, cores used beside work per CPU second, and the prediction.

use eframe::egui::{Label, RichText, Role, Ui, UiBuilder};

use crate::model::explanation::{Explanation, SeriesExplanation};

use super::curve_mark;
use super::theme::{self, space};

/// Draws the explanation; `empty_text` stands in where there is none yet.
pub fn show(ui: &mut Ui, explanation: &Explanation, empty_text: &str) {
    if explanation.series.is_empty() {
        ui.add(Label::new(RichText::new(empty_text).weak()).wrap());
        return;
    }
    for (index, series) in explanation.series.iter().enumerate() {
        if index > 0 {
            ui.add_space(space::S);
        }
        let label = format!("Explanation of {}", series.name);
        let builder = UiBuilder::new().id_salt(index).accessibility_role(Role::Group).accessibility_label(label);
        ui.scope_builder(builder, |ui| one(ui, series));
    }
}

fn one(ui: &mut Ui, series: &SeriesExplanation) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        curve_mark::swatch(ui, &series.role.style());
        ui.label(theme::strong(series.name.as_str()));
    });
    for sentence in [&series.law, &series.cpu, &series.prediction].into_iter().flatten() {
        ui.add(Label::new(sentence.as_str()).wrap());
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::model::workload::Bound;
    use crate::ui::sample;

    #[test]
    fn every_sentence_is_shown() {
        let threads = [1, 2, 3, 4, 6, 8];
        let results = sample::results(Bound::Cpu, 4.0, &threads);
        let explanation = Explanation::of(&results, 4.0, Some(&sample::prediction(&threads)));
        let harness = Harness::builder()
            .with_context_setup(theme::install)
            .build_ui(|ui| show(ui, &explanation, "Measure to see why"));
        let sentences = explanation.series.iter().flat_map(|series| [&series.law, &series.cpu, &series.prediction]);
        assert_eq!(sentences.clone().flatten().count(), 5, "{explanation:?}");
        for sentence in sentences.flatten() {
            harness.get_by_label(sentence);
        }
        harness.get_by_role_and_label(Role::Group, "Explanation of GIL model");
    }

    #[test]
    fn nothing_yet_says_so() {
        let harness = Harness::builder()
            .with_context_setup(theme::install)
            .build_ui(|ui| show(ui, &Explanation::default(), "Measure to see why"));
        harness.get_by_label("Measure to see why");
    }
}
