//! `threadlab run`.

use std::time::Duration;

use anyhow::Context as _;

use super::arguments::{Common, RunArguments};
use super::choice::{Choice, choose};
use super::console;
use super::exit::{Exit, UsageError};
use super::{figure, interpreters, interrupt, progress, report, trust};
use crate::engine::cancel::CancelFlag;
use crate::engine::catalogue::InterpreterFinder;
use crate::engine::handle::RunHandle;
use crate::engine::message::{EventKind, Outcome};
use crate::engine::quiet::NoAudience;
use crate::engine::{Support, catalogue, fold, machine};
use crate::lesson::plan::Settings;
use crate::lesson::{FolderProblem, Library};
use crate::model::claim::Verdict;
use crate::model::machine::Machine;
use crate::model::plan::{ExperimentPlan, RunId, RunRequest};
use crate::model::record::RunRecord;
use crate::model::run::{ExperimentOpening, Opening, Run};
use crate::model::series::{EngineKind, SeriesKey};

/// The lessons that come with the program and those of `--lessons`. A broken one is reported and left out.
///
/// # Errors
/// When the folder of `--lessons` cannot be used: whoever names one does not mean the others.
pub(super) fn open_library(common: &Common) -> anyhow::Result<Library> {
    let library = Library::open(common.lessons.as_deref());
    match library.problem() {
        Some(problem @ FolderProblem::TooMany { .. }) => console::say(format!("threadlab: {problem}")),
        Some(problem) => anyhow::bail!("{problem}"),
        None => {}
    }
    for broken in library.entries().iter().filter_map(|entry| entry.lesson.as_ref().err()) {
        console::say(format!("threadlab: the lesson {} has {} and is left out", broken.name, broken.count_in_words()));
        for error in &broken.list {
            console::say(broken.render(error));
        }
    }
    Ok(library)
}

pub(super) fn run(arguments: &RunArguments, common: &Common) -> anyhow::Result<Exit> {
    let figures = figure::check(&arguments.figure)?;
    let library = open_library(common)?;
    let choice = choose(&library, &arguments.target)?;
    trust::check(&choice, arguments.engines.trust)?;
    let machine = machine::read();
    let request = request(arguments, &choice, &machine)?;
    figures.check_metric(Run::new(&request, opening(&request, &choice, machine.clone())).record())?;
    let cancel = interrupt::flag()?;

    let bar = progress::Bar::new(budget(&request));
    let (record, outcome) = measure(request, &choice, machine, &cancel, &bar)?;
    drop(bar);

    report::print(&record, if arguments.json { report::To::Reader } else { report::To::Data }, Some(&outcome))?;
    // First what needs no file, so that a file that cannot be written costs nothing else.
    if arguments.json {
        console::data(serde_json::to_string_pretty(&record)?)?;
    }
    figure::write(&record, &figures, choice.experiments.first().map(|experiment| experiment.metric))?;
    Ok(match outcome {
        Outcome::Failed(reason) => {
            console::say(format!("threadlab: the run failed: {reason}; what was measured before is kept"));
            Exit::Failed
        }
        Outcome::Cancelled => Exit::Interrupted,
        Outcome::Completed if arguments.verify && is_any_refuted(&record) => Exit::Refuted,
        Outcome::Completed => Exit::Done,
    })
}

fn is_any_refuted(record: &RunRecord) -> bool {
    record.experiments.iter().flat_map(|experiment| &experiment.claims).any(|claim| claim.verdict == Verdict::Refuted)
}

/// Turns arguments and lesson into a request.
fn request(arguments: &RunArguments, choice: &Choice<'_>, machine: &Machine) -> Result<RunRequest, UsageError> {
    let mut unused: Vec<&str> = arguments.settings.iter().map(|(name, _)| name.as_str()).collect();
    let mut plans = Vec::new();
    let mut lacking = Vec::new();
    let mut finder = InterpreterFinder::default();
    for experiment in &choice.experiments {
        let mut settings = experiment.default_settings(machine);
        for (name, value) in &arguments.settings {
            if settings.workload.kind().parameter(name).is_some() {
                settings.workload = settings
                    .workload
                    .with_written(name, value)
                    .map_err(|error| UsageError(format!("--set: {error}")))?;
                unused.retain(|unused| unused != name);
            }
        }
        settings.series = match series(arguments, &settings, choice.experiments.len() > 1, &mut finder) {
            Ok(series) => series,
            // One experiment of several that cannot be measured here costs no other.
            Err(Lacking::Nothing(reasons)) if choice.experiments.len() > 1 => {
                console::say(format!("note: {} is not measured: {reasons}", experiment.id));
                lacking.push(reasons);
                continue;
            }
            Err(Lacking::Nothing(reasons)) => return Err(UsageError(reasons)),
            Err(Lacking::Wrong(error)) => return Err(error),
        };
        let mut plan: ExperimentPlan = experiment.plan(&settings, machine);
        if let Some(list) = &arguments.threads {
            plan.threads = list.counts().to_vec();
        }
        plans.push(plan);
    }
    if plans.is_empty() {
        return Err(UsageError(lacking.join("; ")));
    }
    if let Some(name) = unused.first() {
        let known: Vec<_> = plans
            .iter()
            .flat_map(|plan| plan.workload.kind().parameters())
            .map(|parameter| format!("`{}`", parameter.id))
            .collect();
        return Err(UsageError(format!("--set: no parameter `{name}` here; there are {}", known.join(", "))));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be 0.001 to 1000 ms")]
    let switch_interval_us = (arguments.switch_interval * 1000.0).round() as u32;
    Ok(RunRequest {
        run_id: RunId(1),
        experiments: plans,
        precision: arguments.precision.into(),
        seed: arguments.seed.unwrap_or_else(|| fastrand::u64(..1 << 53)),
        switch_interval_us,
    })
}

/// Why an experiment has no series.
enum Lacking {
    /// The arguments are wrong.
    Wrong(UsageError),
    /// No engine of the lesson can run it here: why each of them cannot.
    Nothing(String),
}

impl From<UsageError> for Lacking {
    fn from(error: UsageError) -> Self {
        Self::Wrong(error)
    }
}

fn series(
    arguments: &RunArguments,
    settings: &Settings,
    is_one_of_several: bool,
    finder: &mut InterpreterFinder,
) -> Result<Vec<SeriesKey>, Lacking> {
    let mut engines: Vec<EngineKind> = match arguments.engines.kinds.as_slice() {
        [] => settings.series.iter().map(|key| key.engine).collect(),
        named => named.to_vec(),
    };
    if !arguments.engines.pythons.is_empty() && !engines.iter().any(|kind| catalogue::needs_interpreter(*kind)) {
        engines.push(EngineKind::PythonThreads);
    }
    if !arguments.engines.start_methods.is_empty() && !engines.contains(&EngineKind::PythonProcesses) {
        return Err(UsageError(
            "--start-method: no processes are measured; add `--engine python-processes`".to_owned(),
        )
        .into());
    }
    let interpreters = interpreters::choose(&arguments.engines.pythons, arguments.engines.gil, &engines, finder)?;
    let mut series: Vec<SeriesKey> = Vec::new();
    for key in
        engines.into_iter().flat_map(|kind| catalogue::series(kind, &interpreters, &arguments.engines.start_methods))
    {
        if !series.contains(&key) {
            series.push(key);
        }
    }
    // An engine that was named for a whole lesson is measured wherever it can be.
    if arguments.engines.kinds.is_empty() || is_one_of_several {
        let (available, reasons) = split_by_support(&series, settings);
        if available.is_empty() {
            return Err(Lacking::Nothing(reasons.join("; ")));
        }
        for reason in reasons {
            console::say(format!("note: not measured: {reason}"));
        }
        return Ok(available);
    }
    for key in &series {
        if let Support::Unavailable { reason, remedy } = catalogue::asked_support(key, &settings.workload) {
            let remedy = remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
            return Err(UsageError(format!("--engine {}: {reason}{remedy}", key.engine)).into());
        }
    }
    Ok(series)
}

/// The series that can run here, and why the others cannot.
fn split_by_support(series: &[SeriesKey], settings: &Settings) -> (Vec<SeriesKey>, Vec<String>) {
    let mut available = Vec::new();
    let mut reasons = Vec::new();
    for key in series {
        match catalogue::asked_support(key, &settings.workload) {
            Support::Available => available.push(key.clone()),
            Support::Unavailable { reason, remedy } => {
                let remedy = remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
                reasons.push(format!("{}: {reason}{remedy}", key.engine));
            }
        }
    }
    (available, reasons)
}

/// The time that a run may take.
pub(super) fn budget(request: &RunRequest) -> Duration {
    let experiments = u32::try_from(request.experiments.len()).unwrap_or(u32::MAX);
    request.precision.budget().saturating_mul(experiments)
}

/// What is known of a run of these experiments before it begins.
pub(super) fn opening(request: &RunRequest, choice: &Choice<'_>, machine: Machine) -> Opening {
    Opening {
        program: format!("threadlab {}", super::build_identity()),
        started_at: jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        machine,
        lesson: choice.lesson.id.clone(),
        lesson_title: choice.lesson.title.clone(),
        experiments: request
            .experiments
            .iter()
            .filter_map(|plan| {
                choice.experiments.iter().find(|it| it.id == plan.id).map(|experiment| (experiment, plan))
            })
            .map(|(experiment, plan)| ExperimentOpening {
                title: experiment.title.of(&plan.workload),
                claims: experiment.claims.clone(),
            })
            .collect(),
    }
}

/// Runs the request to its end, or until `cancel` is raised.
pub(super) fn measure(
    request: RunRequest,
    choice: &Choice<'_>,
    machine: Machine,
    cancel: &CancelFlag,
    bar: &progress::Bar,
) -> anyhow::Result<(RunRecord, Outcome)> {
    let mut run = Run::new(&request, opening(&request, choice, machine));
    let engines = catalogue::engines(&request).context("failed to prepare the engines")?;
    let handle = RunHandle::start(request, engines, Box::new(NoAudience)).context("failed to start the run")?;
    let _link = cancel.also_raise({
        let run = handle.cancel_flag();
        move || run.raise()
    });
    loop {
        let Ok(event) = handle.events().recv() else {
            anyhow::bail!("the engine ended without saying how; this is a defect of threadlab")
        };
        fold::apply(&mut run, &event);
        bar.follow(&event);
        if let EventKind::Finished(outcome) = event.kind {
            return Ok((run.into_record(), outcome));
        }
    }
}
