//! The figure of a saved or running run, the same in the window, in exports and on the command line.

use super::{AxisChoice, Metric, PlotInput, PlotOptions, PlotSpec, Recorded, specify};
use crate::model::format;
use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::model::record::{Completion, ExperimentRecord, RunRecord};
use crate::model::results::Results;
use crate::model::workload::Workload;

impl RunRecord {
    /// The figure of some of its experiments, side by side in the record's order; of all where `experiments` is `None`.
    pub fn figure(&self, experiments: Option<&[&str]>, metric: Metric, axes: AxisChoice) -> PlotSpec {
        self.figure_beside(None, experiments, metric, axes)
    }

    /// The same figure with the curves of another record behind its own, where that measured the same work.
    pub fn figure_beside(
        &self,
        other: Option<&Self>,
        experiments: Option<&[&str]>,
        metric: Metric,
        axes: AxisChoice,
    ) -> PlotSpec {
        let place = other.map(Self::place).unwrap_or_default();
        let shown: Vec<_> = self
            .experiments
            .iter()
            .filter(|experiment| experiments.is_none_or(|ids| ids.contains(&experiment.id.as_str())))
            .collect();
        let workloads: Vec<_> = shown.iter().map(|experiment| experiment.workload_as_run()).collect();
        let inputs: Vec<PlotInput<'_>> = shown
            .iter()
            .zip(&workloads)
            .map(|(experiment, workload)| PlotInput {
                experiment: &experiment.id,
                title: &experiment.title,
                bound: workload.bound(),
                workload: Some(workload),
                results: &experiment.results,
                prediction: experiment.prediction.as_ref(),
                reference: other
                    .and_then(|other| other.results_of(&self.lesson, &experiment.id, &experiment.workload_as_run()))
                    .map(|results| Recorded { results, place: &place }),
            })
            .collect();
        let provenance = self.provenance_beside(other);
        specify(
            &inputs,
            PlotOptions { title: &self.lesson_title, metric, axes, provenance: &provenance, planned: None },
        )
    }

    /// What stands after the names of its curves where they are shown beside others, such as `recorded on 8 cores`.
    pub fn place(&self) -> String {
        let cores = if self.machine.cores == 1 { "1 core".to_owned() } else { format!("{} cores", self.machine.cores) };
        match self.machine.quota_cores {
            Some(quota) => format!("recorded on {cores} with a quota of {quota:.2}"),
            None => format!("recorded on {cores}"),
        }
    }

    /// What it measured of an experiment of a lesson, if that was the same work: the same workload with the same parameters and code.
    pub fn results_of(&self, lesson: &str, experiment: &str, workload: &Workload) -> Option<&Results> {
        let is_same = |it: &&ExperimentRecord| it.id == experiment && it.workload_as_run() == *workload;
        self.experiments.iter().filter(|_| self.lesson == lesson).find(is_same).map(|it| &it.results)
    }

    /// Its own provenance, and that of the record beside it, if there is one.
    pub fn provenance_beside(&self, other: Option<&Self>) -> String {
        let own = self.provenance();
        other.map_or_else(|| own.clone(), |other| format!("{own} — beside it: {}", other.provenance()))
    }

    /// Whether the switch interval can shape a curve of it.
    pub fn depends_on_switch_interval(&self) -> bool {
        let mut series = self.experiments.iter().flat_map(|experiment| &experiment.results.series);
        series.any(|series| series.key.depends_on_switch_interval())
    }

    /// Machine, interpreters, date, precision, rounds, seed and a switch interval that is not CPython's, in one line.
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
        if self.switch_interval_us != DEFAULT_SWITCH_INTERVAL_US && self.depends_on_switch_interval() {
            let interval_ms = f64::from(self.switch_interval_us) / 1000.0;
            parts.push(format!("switch interval {} ms", format::short(interval_ms)));
        }
        parts.push(format!("seed {}", self.seed));
        parts.push(self.program.clone());
        parts.join(" · ")
    }
}
