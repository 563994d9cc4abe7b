//! Figures and tables that a command writes to the paths of `--out`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::arguments::{FigureArguments, ThemeWord};
use super::console;
use super::exit::UsageError;
use crate::export::{FigureOptions, FigureSize, FigureTheme, Format, render, write_atomic};
use crate::model::plot::{AxisChoice, Metric};
use crate::model::record::{ExperimentRecord, RunRecord};
use crate::model::workload::{Bound, Workload};

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

impl Figures {
    /// Refuses, before anything is measured, a metric that was asked for and that this run cannot measure. `record` is what is
    /// known of the run before its first window.
    ///
    /// # Errors
    /// A [`UsageError`] that says what the metric needs.
    pub(super) fn check_metric(&self, record: &RunRecord) -> Result<(), UsageError> {
        let Some(metric) = self.metric else { return Ok(()) };
        let workloads: Vec<Workload> = record.experiments.iter().map(ExperimentRecord::workload_as_run).collect();
        let is_possible = match metric {
            Metric::Throughput | Metric::Speedup | Metric::Efficiency | Metric::CoresUsed => true,
            Metric::Latency => {
                workloads.iter().any(|workload| workload.kind().times_units() && workload.bound() != Bound::Cpu)
            }
            Metric::LostUpdates => workloads.iter().any(|workload| workload.kind().counts_updates()),
            Metric::BySetting | Metric::Decision => record.figure(None, metric, AxisChoice::Automatic).metric == metric,
        };
        if is_possible {
            return Ok(());
        }
        Err(UsageError(format!("--metric {}: that needs {}; choose another --metric", metric.id(), needs(metric))))
    }
}

/// What a metric needs: words that follow "that needs".
fn needs(metric: Metric) -> &'static str {
    match metric {
        Metric::Throughput | Metric::CoresUsed => "a window that was measured",
        Metric::Speedup | Metric::Efficiency => "what one thread did and what several did",
        Metric::Latency => "work that waits, whose units are timed",
        Metric::LostUpdates => "work that counts in one shared number",
        Metric::BySetting => "experiments of one workload that differ in one number",
        Metric::Decision => "two kinds of work and three engines",
    }
}

/// Writes every file; goes on after a failure, so that one bad path does not cost the others.
///
/// # Errors
/// The failures, all in one message.
pub(super) fn write(record: &RunRecord, figures: &Figures, lesson_metric: Option<Metric>) -> anyhow::Result<()> {
    let metric = figures.metric.or(lesson_metric).unwrap_or(Metric::Speedup);
    let spec = record.figure_beside(figures.beside.as_ref(), None, metric, AxisChoice::Automatic);
    let is_empty = spec.table.is_none() && spec.panels.iter().all(|panel| panel.curves.is_empty());
    let lacks = figures.metric.is_some_and(|asked| asked != spec.metric || is_empty);
    let why_not = || format!("failed to draw `{}`: that needs {}; choose another --metric", metric.id(), needs(metric));
    anyhow::ensure!(!lacks || !figures.targets.is_empty(), why_not());
    let mut failures = Vec::new();
    for (path, format) in &figures.targets {
        // What holds every number of the run is not lost for a metric that it has not.
        let is_drawn = match format {
            Format::Svg | Format::Png | Format::Pdf => true,
            Format::Csv => metric == Metric::Decision,
            Format::Json | Format::Python => false,
        };
        if lacks && is_drawn {
            failures.push(format!("{}: {}", path.display(), why_not()));
            continue;
        }
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
