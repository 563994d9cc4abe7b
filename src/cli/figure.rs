//! Figures and tables that a command writes to the paths of `--out`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::arguments::{FigureArguments, ThemeWord};
use super::console;
use super::exit::UsageError;
use crate::export::{FigureOptions, FigureSize, FigureTheme, Format, render, write_atomic};
use crate::model::plot::{AxisChoice, Metric};
use crate::model::record::RunRecord;

/// What is to be written where; every mistake that can be seen beforehand was.
#[derive(Debug)]
pub(super) struct Figures {
    targets: Vec<(PathBuf, Format)>,
    options: FigureOptions,
    metric: Option<Metric>,
    /// A result whose curves stand behind those of the one that is drawn.
    pub(super) beside: Option<RunRecord>,
}

/// Checks the arguments before anything is measured, so that no measurement is lost to a misspelt name.
///
/// # Errors
/// A [`UsageError`] for an unknown extension, a folder that does not exist, or an impossible size.
pub(super) fn check(arguments: &FigureArguments) -> Result<Figures, UsageError> {
    let mut targets = Vec::new();
    for path in &arguments.out {
        let format = Format::from_path(path).map_err(|error| UsageError(format!("--out: {error}")))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(UsageError(format!("--out: there is no folder {}; create it first", folder.display())));
        }
        if path.is_dir() {
            return Err(UsageError(format!("--out: {} is a folder; name a file in it", path.display())));
        }
        // Tried now, so that nothing is measured for a file that cannot be written.
        if let Err(error) = tempfile::Builder::new().prefix(".threadlab-").tempfile_in(folder) {
            return Err(UsageError(format!(
                "--out: nothing can be written to {}: {}; choose another folder",
                folder.display(),
                error.kind()
            )));
        }
        targets.push((path.clone(), format));
    }
    let (width, height) = arguments.size;
    let size = FigureSize::new(width, height, arguments.scale).map_err(|error| UsageError(error.to_string()))?;
    let theme = match arguments.theme {
        ThemeWord::Light => FigureTheme::Light,
        ThemeWord::Dark => FigureTheme::Dark,
    };
    Ok(Figures { targets, options: FigureOptions { size, theme }, metric: arguments.metric, beside: None })
}

/// Writes every file; goes on after a failure, so that one bad path does not cost the others.
///
/// # Errors
/// The failures, all in one message.
pub(super) fn write(record: &RunRecord, figures: &Figures, lesson_metric: Option<Metric>) -> anyhow::Result<()> {
    let metric = figures.metric.or(lesson_metric).unwrap_or(Metric::Speedup);
    let spec = record.figure_beside(figures.beside.as_ref(), None, metric, AxisChoice::Automatic);
    if figures.metric.is_some_and(|asked| asked != spec.metric) {
        let needs = match metric {
            Metric::BySetting => "experiments of one workload that differ in one number",
            _ => "two kinds of work and three engines",
        };
        anyhow::bail!("failed to draw `{}`: that needs {needs}; choose another --metric", metric.id());
    }
    let mut failures = Vec::new();
    for (path, format) in &figures.targets {
        let written = render(*format, &spec, record, &figures.options)
            .and_then(|bytes| write_atomic(path, &bytes))
            .with_context(|| format!("failed to save {}", path.display()));
        match written {
            Ok(()) => console::say(format!("saved {}", path.display())),
            Err(error) => failures.push(format!("{error:#}")),
        }
    }
    anyhow::ensure!(failures.is_empty(), "{}", failures.join("\nthreadlab: "));
    Ok(())
}
