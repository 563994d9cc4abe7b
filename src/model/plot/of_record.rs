//! The figure of a saved or running run, the same in the window, in exports and on the command line.

use super::{AxisChoice, Metric, PlotInput, PlotOptions, PlotSpec, specify};
use crate::model::format;
use crate::model::record::{Completion, RunRecord};

impl RunRecord {
    /// The figure of some of its experiments, side by side in the record's order; of all where `experiments` is `None`.
    pub fn figure(&self, experiments: Option<&[&str]>, metric: Metric, axes: AxisChoice) -> PlotSpec {
        let shown: Vec<_> = self
            .experiments
            .iter()
            .filter(|experiment| experiments.is_none_or(|ids| ids.contains(&experiment.id.as_str())))
            .collect();
        let inputs: Vec<PlotInput<'_>> = shown
            .iter()
            .map(|experiment| PlotInput {
                experiment: &experiment.id,
                title: &experiment.title,
                bound: experiment.bound(),
                results: &experiment.results,
                prediction: experiment.prediction.as_ref(),
                reference: None,
            })
            .collect();
        let provenance = self.provenance();
        specify(
            &inputs,
            PlotOptions { title: &self.lesson_title, metric, axes, provenance: &provenance, planned: None },
        )
    }

    /// Machine, interpreters, date, precision, rounds and seed in one line.
    pub fn provenance(&self) -> String {
        let mut parts = vec![self.machine.in_words()];
        parts.extend(self.machine.cpu_model.clone());
        let mut pythons: Vec<String> = self
            .experiments
            .iter()
            .flat_map(|experiment| &experiment.results.series)
            .filter_map(|series| series.key.interpreter.as_ref())
            .map(|python| format!("CPython {}", python.version))
            .collect();
        pythons.sort();
        pythons.dedup();
        parts.extend(pythons);
        parts.push(format::date_time(&self.started_at));
        let partial = match self.completion {
            Completion::Completed => "",
            Completion::Partial => ", ended early",
        };
        parts.push(format!("{}, {}{partial}", self.precision.label().to_lowercase(), format::rounds(self.rounds)));
        parts.push(format!("seed {}", self.seed));
        parts.push(self.program.clone());
        parts.join(" · ")
    }
}
