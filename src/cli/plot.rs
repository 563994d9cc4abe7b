//! `threadlab plot`.

use anyhow::Context as _;

use super::arguments::{Common, PlotArguments};
use super::exit::{Exit, UsageError};
use super::{figure, report};
use crate::model::record::RunRecord;

pub(super) fn run(arguments: &PlotArguments, _common: &Common) -> anyhow::Result<Exit> {
    let figures = figure::check(&arguments.figure)?;
    let path = arguments.result.display();
    let text = std::fs::read_to_string(&arguments.result).with_context(|| format!("failed to read {path}"))?;
    let mut record = RunRecord::parse(&text).with_context(|| format!("failed to open the result {path}"))?;
    if let Some(id) = &arguments.experiment {
        let known: Vec<String> = record.experiments.iter().map(|experiment| experiment.id.clone()).collect();
        record.experiments.retain(|experiment| experiment.id == *id);
        if record.experiments.is_empty() {
            return Err(UsageError(format!("the result has no experiment `{id}`; it has {}", known.join(", "))).into());
        }
    }
    if arguments.figure.out.is_empty() {
        report::print(&record, report::To::Data)?;
    }
    figure::write(&record, &figures, None)?;
    Ok(Exit::Done)
}
