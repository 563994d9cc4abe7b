//! `threadlab plot`.

use std::io;
use std::path::Path;

use super::arguments::{Common, PlotArguments};
use super::exit::{Exit, UsageError};
use super::{figure, report};
use crate::model::record::RunRecord;

pub(super) fn run(arguments: &PlotArguments, _common: &Common) -> anyhow::Result<Exit> {
    let figures = figure::check(&arguments.figure)?;
    let path = arguments.result.display();
    let text = read(&arguments.result)?;
    let mut record = RunRecord::parse(&text)
        .map_err(|error| anyhow::anyhow!("failed to open the result {path}: {error}; {}", error.advice()))?;
    if let Some(id) = &arguments.experiment {
        let known: Vec<String> = record.experiments.iter().map(|experiment| experiment.id.clone()).collect();
        record.experiments.retain(|experiment| experiment.id == *id);
        if record.experiments.is_empty() {
            return Err(UsageError(format!("the result has no experiment `{id}`; it has {}", known.join(", "))).into());
        }
    }
    if arguments.figure.out.is_empty() {
        report::print(&record, report::To::Data, None)?;
    }
    figure::write(&record, &figures, None)?;
    Ok(Exit::Done)
}

/// The text of a result.
fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file; check its name".to_owned(),
            io::ErrorKind::InvalidData => {
                "it is no text; a result is a file that ends in .json, saved by `threadlab run --out` or by the window"
                    .to_owned()
            }
            io::ErrorKind::IsADirectory => "it is a folder; name a result in it".to_owned(),
            io::ErrorKind::PermissionDenied => "you may not read it; change its permissions or copy it".to_owned(),
            _ => error.to_string(),
        };
        anyhow::anyhow!("failed to read {}: {why}", path.display())
    })
}
