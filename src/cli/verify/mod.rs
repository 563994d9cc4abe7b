//! `threadlab verify`: measures what the claims of lessons speak of, and says which of them hold on this machine.

use std::time::{Duration, Instant};

use part::{Offer, Part};
use serde::Serialize;
use table::Table;

use super::arguments::{Common, VerifyArguments};
use super::choice::{Choice, choose};
use super::exit::Exit;
use super::{console, interpreters, interrupt, measure, progress};
use crate::engine::cancel::CancelFlag;
use crate::engine::catalogue::InterpreterFinder;
use crate::engine::machine;
use crate::engine::message::Outcome;
use crate::lesson::Library;
use crate::model::claim::Verdict;
use crate::model::format;
use crate::model::machine::Machine;
use crate::model::plan::RunRequest;
use crate::model::record::RunRecord;
use crate::model::series::EngineKind;
use crate::model::stopping::Precision;

mod part;
mod table;

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    program: String,
    machine: Machine,
    precision: Precision,
    elapsed_s: f64,
    claims: Vec<Row>,
}

/// One claim and what the measurement says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Row {
    lesson: String,
    experiment: String,
    id: String,
    text: String,
    verdict: Verdict,
    reason: String,
    /// The verdicts on its opposite, one for each bound, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    inverted: Option<Vec<Verdict>>,
}

impl Row {
    /// Whether a claim and its opposite both hold. The opposite may be undecided: that more is done than the cores allow can
    /// be neither confirmed nor refuted.
    fn is_inconsistent(&self) -> bool {
        self.verdict == Verdict::Holds && self.inverted.as_ref().is_some_and(|it| it.contains(&Verdict::Holds))
    }

    /// Whether it holds and its opposite is refuted.
    fn is_confirmed(&self) -> bool {
        let refuted = |verdicts: &Vec<Verdict>| verdicts.iter().all(|verdict| *verdict == Verdict::Refuted);
        self.verdict == Verdict::Holds && self.inverted.as_ref().is_some_and(refuted)
    }
}

pub(super) fn run(arguments: &VerifyArguments, common: &Common) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let library = measure::open_library(common)?;
    let choices = chosen(&library, &arguments.targets)?;
    for Choice { lesson, experiments } in &choices {
        // What carries no claim is not measured.
        let experiments = experiments.iter().copied().filter(|experiment| !experiment.claims.is_empty()).collect();
        super::trust::check(&Choice { lesson, experiments }, arguments.engines.trust)?;
    }
    let machine = machine::read();
    let offer = offer(arguments, &choices)?;
    let parts = part::parts(&choices, &offer);
    let precision: Precision = arguments.precision.into();
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..1 << 53));
    let requests: Vec<Option<RunRequest>> = parts.iter().map(|part| part.request(&machine, precision, seed)).collect();
    let whole: Duration = requests.iter().flatten().map(measure::budget).sum();
    announce(&parts, whole, precision);

    let cancel = interrupt::flag()?;
    let bar = progress::Bar::new(whole);
    let table = Table::new(&parts);
    if !arguments.json {
        bar.aside(|| console::data(table.header()))?;
    }
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for (part, request) in parts.iter().zip(requests) {
        let mut runner = |request: RunRequest| {
            bar.begin(&part.name(), measure::budget(&request));
            measure::measure(request, &part.choice, machine.clone(), &cancel, &bar)
        };
        let judged = verify(part, request, arguments.invert, &cancel, &mut runner)?;
        failures.extend(judged.failure);
        if !arguments.json {
            bar.aside(|| judged.rows.iter().try_for_each(|row| console::data(table.line(row))))?;
        }
        rows.extend(judged.rows);
    }
    drop(bar);

    for failure in &failures {
        console::say(format!("threadlab: {failure}"));
    }
    let exit = conclude(&rows, &failures, is_incomplete(&library, arguments), &cancel);
    let elapsed_s = began.elapsed().as_secs_f64();
    console::say(table::summary(&rows, elapsed_s));
    if arguments.json {
        let program = format!("threadlab {}", super::build_identity());
        let report = Report { program, machine, precision, elapsed_s, claims: rows };
        console::data(serde_json::to_string_pretty(&report)?)?;
    }
    Ok(exit)
}

/// The lessons and experiments that were named, or all of them.
fn chosen<'a>(library: &'a Library, targets: &[String]) -> anyhow::Result<Vec<Choice<'a>>> {
    if targets.is_empty() {
        let all = |lesson| Choice { lesson, experiments: lesson.experiments.iter().collect() };
        return Ok(library.lessons().map(all).collect());
    }
    Ok(targets.iter().map(|target| choose(library, target)).collect::<Result<_, _>>()?)
}

/// What there is to measure with, for the claims of these lessons.
fn offer(arguments: &VerifyArguments, choices: &[Choice<'_>]) -> anyhow::Result<Offer> {
    let engines: Vec<EngineKind> = part::claimed_engines(choices)
        .into_iter()
        .filter(|kind| arguments.engines.kinds.is_empty() || arguments.engines.kinds.contains(kind))
        .collect();
    let words = &arguments.engines;
    let interpreters = interpreters::choose(&words.pythons, words.gil, &engines, &mut InterpreterFinder::default())?;
    Ok(Offer { engines, interpreters, start_methods: words.start_methods.clone() })
}

/// Says beforehand how long it will take.
fn announce(parts: &[Part<'_>], whole: Duration, precision: Precision) {
    let experiments: usize = parts.iter().map(|part| part.choice.experiments.len()).sum();
    let claims: usize = parts.iter().flat_map(|part| &part.choice.experiments).map(|it| it.claims.len()).sum();
    console::say(format!(
        "{}, {}, precision {}: about {}",
        format::counted(claims, "claim"),
        format::counted(experiments, "experiment"),
        precision.id(),
        progress::in_words(whole),
    ));
}

/// What came of one part.
struct Judged {
    rows: Vec<Row>,
    failure: Option<String>,
}

/// Measures a part and judges its claims. `runner` runs a request to its end.
fn verify(
    part: &Part<'_>,
    request: Option<RunRequest>,
    invert: bool,
    cancel: &CancelFlag,
    runner: &mut dyn FnMut(RunRequest) -> anyhow::Result<(RunRecord, Outcome)>,
) -> anyhow::Result<Judged> {
    const STOPPED: &str = "It was stopped before this claim was decided.";
    let Some(request) = request else {
        return Ok(Judged { rows: part.undecided("Nothing was measured."), failure: None });
    };
    if cancel.is_raised() {
        return Ok(Judged { rows: part.undecided(STOPPED), failure: None });
    }
    let (record, outcome) = runner(request)?;
    Ok(match outcome {
        Outcome::Completed => Judged { rows: part.rows(&record, invert), failure: None },
        Outcome::Cancelled => Judged { rows: part.undecided(STOPPED), failure: None },
        Outcome::Failed(reason) => Judged {
            rows: part.undecided(&format!("The run failed: {reason}.")),
            failure: Some(format!("the run of {} failed: {reason}", part.name())),
        },
    })
}

/// Whether something that should have been verified could not be read.
fn is_incomplete(library: &Library, arguments: &VerifyArguments) -> bool {
    let is_broken = library.entries().iter().any(|entry| entry.lesson.is_err());
    arguments.targets.is_empty() && (is_broken || library.problem().is_some())
}

fn conclude(rows: &[Row], failures: &[String], is_incomplete: bool, cancel: &CancelFlag) -> Exit {
    if cancel.is_raised() {
        Exit::Interrupted
    } else if rows.iter().any(|row| row.verdict == Verdict::Refuted) {
        Exit::Refuted
    } else if !failures.is_empty() || is_incomplete || rows.iter().any(Row::is_inconsistent) {
        Exit::Failed
    } else {
        Exit::Done
    }
}

#[cfg(test)]
mod tests;
