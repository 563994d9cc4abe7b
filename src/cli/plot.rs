//! `threadlab plot`.

use std::io;
use std::path::Path;

use super::arguments::{Common, PlotArguments};
use super::exit::{Exit, UsageError};
use super::{figure, report};
use crate::lesson::recorded;
use crate::model::record::{ExperimentRecord, RunRecord};

/// Stands for the result that comes with the program.
const RECORDED: &str = "recorded";

pub(super) fn run(arguments: &PlotArguments, _common: &Common) -> anyhow::Result<Exit> {
    let mut figures = figure::check(&arguments.figure)?;
    let mut record = open(&arguments.result)?;
    if let Some(id) = &arguments.experiment {
        let known: Vec<String> = record.experiments.iter().map(|experiment| experiment.id.clone()).collect();
        record.experiments.retain(|experiment| experiment.id == *id);
        if record.experiments.is_empty() {
            return Err(UsageError(format!("the result has no experiment `{id}`; it has {}", known.join(", "))).into());
        }
    }
    figures.beside = arguments.beside.as_deref().map(|other| beside(other, &record)).transpose()?;
    if arguments.figure.out.is_empty() {
        report::print(&record, report::To::Data, None)?;
    }
    figure::write(&record, &figures, None)?;
    Ok(Exit::Done)
}

fn open(path: &Path) -> anyhow::Result<RunRecord> {
    RunRecord::parse(&read(path)?)
        .map_err(|error| anyhow::anyhow!("failed to open the result {}: {error}; {}", path.display(), error.advice()))
}

/// The result that is to stand behind `record`.
fn beside(path: &Path, record: &RunRecord) -> anyhow::Result<RunRecord> {
    let other = if path == Path::new(RECORDED) && !path.exists() {
        let Some(text) = recorded::of(&record.lesson) else {
            let lesson = &record.lesson;
            return Err(UsageError(format!(
                "--beside: no recorded result of the lesson `{lesson}` comes with the program"
            ))
            .into());
        };
        RunRecord::parse(text)?
    } else {
        open(path)?
    };
    let is_same = |it: &ExperimentRecord| other.results_of(&record.lesson, &it.id, &it.workload_as_run()).is_some();
    anyhow::ensure!(
        record.experiments.iter().any(is_same),
        "--beside: {} measured no experiment of the lesson `{}` with the same parameters; measure both with the same `--set`",
        path.display(),
        record.lesson
    );
    Ok(other)
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
