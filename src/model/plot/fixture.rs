//! Made-up figures for tests.

use super::{AxisChoice, Metric, PlotInput, PlotOptions, PlotSpec, Recorded, specify};
use crate::model::results::Results;
use crate::model::workload::Workload;

/// The figure of some experiments: each is called after its workload.
pub(super) fn figure(metric: Metric, experiments: &[(Workload, Results)]) -> PlotSpec {
    figure_beside(metric, experiments, &[])
}

/// The same with results recorded elsewhere of the first experiments.
pub(super) fn figure_beside(metric: Metric, experiments: &[(Workload, Results)], recorded: &[Results]) -> PlotSpec {
    let references = recorded.iter().map(|results| Some(Recorded { results, place: "recorded on 8 cores" }));
    let inputs: Vec<PlotInput<'_>> = experiments
        .iter()
        .zip(references.chain(std::iter::repeat(None)))
        .map(|((workload, results), reference)| PlotInput {
            experiment: workload.kind().id(),
            title: workload.kind().id(),
            bound: workload.bound(),
            workload: Some(workload),
            results,
            prediction: None,
            reference,
        })
        .collect();
    let axes = AxisChoice::Automatic;
    specify(&inputs, PlotOptions { title: "A figure", metric, axes, provenance: "", planned: None })
}
