//! `threadlab compare`: how near the GIL model comes to your CPython.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;

use super::arguments::CompareArguments;
use super::exit::{Exit, UsageError};
use super::{console, interpreters, interrupt, progress};
use crate::engine::catalogue::InterpreterFinder;
use crate::engine::comparison::{self, Measured, Plan};
use crate::engine::machine;
use crate::engine::message::Outcome;
use crate::export::write_atomic;
use crate::model::comparison::{Compared, Row, lines, rows};
use crate::model::format;
use crate::model::machine::Machine;
use crate::model::record::WarningRecord;
use crate::model::series::{EngineKind, Interpreter};

/// What `--json` prints and `--out` saves.
#[derive(Serialize)]
struct Report {
    program: String,
    started_at: String,
    machine: Machine,
    seed: u64,
    window_s: f64,
    rounds: u32,
    completion: &'static str,
    elapsed_s: f64,
    disturbed_windows: u32,
    warnings: Vec<WarningRecord>,
    comparisons: Vec<Comparison>,
}

/// The model beside one interpreter.
#[derive(Serialize)]
struct Comparison {
    interpreter: Interpreter,
    rows: Vec<Compared>,
}

pub(super) fn run(arguments: &CompareArguments) -> anyhow::Result<Exit> {
    let (began, started_at) = (Instant::now(), jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    let rows = chosen_rows(&arguments.rows)?;
    check_out(&arguments.out)?;
    let interpreters = chosen_interpreters(arguments)?;
    let machine = machine::read();
    let plan = Plan {
        interpreters,
        rows,
        rounds: arguments.rounds,
        length: Duration::from_millis(u64::from(arguments.window_ms)),
        seed: arguments.seed.unwrap_or_else(|| fastrand::u64(..1 << 53)),
    };
    announce(&plan);

    let cancel = interrupt::flag()?;
    let bar = progress::Bar::new(plan.time());
    let windows = plan.windows();
    let measured = comparison::measure(&plan, &cancel, &mut |done| bar.count(done, windows));
    drop(bar);

    let report = report(&plan, measured, machine, (started_at, began));
    if arguments.json {
        console::data(serde_json::to_string_pretty(&report.0)?)?;
    } else {
        print(&plan, &report.0)?;
    }
    for path in &arguments.out {
        write_atomic(path, serde_json::to_string_pretty(&report.0)?.as_bytes())
            .with_context(|| format!("failed to save {}", path.display()))?;
        console::say(format!("saved {}", path.display()));
    }
    Ok(match report.1 {
        Outcome::Completed => Exit::Done,
        Outcome::Cancelled => Exit::Interrupted,
        Outcome::Failed(reason) => {
            console::say(format!("threadlab: the comparison failed: {reason}; what was measured before is kept"));
            Exit::Failed
        }
    })
}

fn chosen_rows(ids: &[String]) -> Result<Vec<Row>, UsageError> {
    let all = rows();
    for id in ids {
        if !all.iter().any(|row| row.id == id) {
            let known: Vec<&str> = all.iter().map(|row| row.id).collect();
            return Err(UsageError(format!("--row: there is no row `{id}`; there are {}", known.join(", "))));
        }
    }
    Ok(all.into_iter().filter(|row| ids.is_empty() || ids.iter().any(|id| id == row.id)).collect())
}

/// Finds what is wrong with the files before anything is measured for them.
fn check_out(paths: &[PathBuf]) -> Result<(), UsageError> {
    for path in paths {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if path.extension().is_none_or(|extension| extension != "json") {
            return Err(UsageError(format!(
                "--out: {} is to be JSON; give it a name that ends in .json",
                path.display()
            )));
        }
        if !folder.is_dir() {
            return Err(UsageError(format!("--out: there is no folder {}; create it first", folder.display())));
        }
    }
    Ok(())
}

/// The interpreters to compare with, each with its GIL on.
fn chosen_interpreters(arguments: &CompareArguments) -> anyhow::Result<Vec<Interpreter>> {
    let needing = [EngineKind::PythonThreads];
    let found = interpreters::choose(&arguments.pythons, arguments.gil, &needing, &mut InterpreterFinder::default())?;
    fit(found)
}

/// Refuses what has no GIL, and nothing at all.
fn fit(found: Vec<Interpreter>) -> anyhow::Result<Vec<Interpreter>> {
    anyhow::ensure!(
        !found.is_empty(),
        "there is no CPython to compare the GIL model with; install CPython 3.8 or later, or name one with `--python PATH`"
    );
    if let Some(free) = found.iter().find(|python| python.gil_enabled != Some(true)) {
        anyhow::bail!(
            "{} (CPython {}) runs without a GIL, so there is none that the model could be compared with; start it with \
             `--gil on`, or name another with `--python PATH`",
            free.path,
            free.label()
        );
    }
    Ok(found)
}

/// Says beforehand what is done and how long it takes.
fn announce(plan: &Plan) {
    console::say(format!(
        "{} beside the GIL model, {}, {} of {} windows of {} ms: about {}",
        plan.interpreters.iter().map(|python| format!("CPython {}", python.label())).collect::<Vec<_>>().join(" and "),
        format::counted(plan.rows.len(), "row"),
        format::rounds(plan.rounds),
        plan.windows() / usize::try_from(plan.rounds.max(1)).unwrap_or(1),
        plan.length.as_millis(),
        progress::in_words(plan.time()),
    ));
    if cfg!(debug_assertions) {
        console::say(
            "warning: this is a debug build of threadlab, whose model computes slowly; its figures are not those of a release",
        );
    }
}

fn report(
    plan: &Plan,
    measured: Measured,
    machine: Machine,
    (started_at, began): (String, Instant),
) -> (Report, Outcome) {
    let compared = |number: usize| measured.tally.compare(&plan.rows, number);
    let comparisons = plan.interpreters.iter().enumerate();
    let comparisons = comparisons
        .map(|(number, python)| Comparison { interpreter: python.clone(), rows: compared(number) })
        .collect();
    let report = Report {
        program: format!("threadlab {}", super::build_identity()),
        started_at,
        machine,
        seed: plan.seed,
        window_s: plan.length.as_secs_f64(),
        rounds: measured.rounds,
        completion: if measured.outcome == Outcome::Completed { "completed" } else { "partial" },
        elapsed_s: began.elapsed().as_secs_f64(),
        disturbed_windows: measured.disturbed,
        warnings: measured.warnings.into_iter().map(WarningRecord::from).collect(),
        comparisons,
    };
    (report, measured.outcome)
}

fn print(plan: &Plan, report: &Report) -> anyhow::Result<()> {
    for comparison in &report.comparisons {
        let python = &comparison.interpreter;
        console::data(format_args!("GIL model beside CPython {} ({})", python.label(), python.path))?;
        for line in lines(&comparison.rows) {
            console::data(line)?;
        }
        console::data("")?;
    }
    if report.disturbed_windows > 0 {
        let windows = format::counted(usize::try_from(report.disturbed_windows)?, "window");
        console::data(format_args!("warning: {windows} stayed disturbed, though measured again"))?;
    }
    for warning in &report.warnings {
        console::data(format_args!("warning: {}", warning.message))?;
    }
    let kind = if report.rounds < 6 { "least and greatest" } else { "95 % interval" };
    console::data(format_args!(
        "{} of windows of {} ms in {:.0} s, {}, seed {}; in brackets the ratio's {kind}",
        format::rounds(report.rounds),
        plan.length.as_millis(),
        report.elapsed_s,
        if report.completion == "completed" { "complete" } else { "partial: it ended before its time" },
        report.seed,
    ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter(free_threaded: bool, gil_enabled: bool) -> Interpreter {
        let (path, version) = ("/bin/python3".to_owned(), "3.13.0".to_owned());
        Interpreter { path, version, free_threaded, gil_enabled: Some(gil_enabled), gil_forced_off: false }
    }

    #[track_caller]
    fn check_refused(found: Vec<Interpreter>, expected: &str) {
        let error = fit(found).expect_err("it is refused").to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }

    #[test]
    fn only_an_interpreter_with_a_gil_can_be_compared() {
        check_refused(Vec::new(), "there is no CPython to compare the GIL model with; install CPython 3.8 or later");
        check_refused(
            vec![interpreter(false, true), interpreter(true, false)],
            "/bin/python3 (CPython 3.13.0t) runs without a GIL",
        );
        let with_gil = vec![interpreter(false, true), interpreter(true, true)];
        assert_eq!(fit(with_gil.clone()).ok(), Some(with_gil));
    }

    #[test]
    fn rows_are_chosen_by_their_words() {
        assert_eq!(chosen_rows(&[]).map(|rows| rows.len()).ok(), Some(14));
        let two = chosen_rows(&["convoy-1".to_owned(), "switches-2".to_owned()]).expect("they exist");
        assert_eq!(two.iter().map(|row| row.id).collect::<Vec<_>>(), ["switches-2", "convoy-1"]);
        let error = chosen_rows(&["switches".to_owned()]).expect_err("there is none").to_string();
        assert!(error.contains("no row `switches`; there are switches-2, switches-4"), "{error}");
    }

    #[test]
    fn files_are_checked_before_anything_is_measured() {
        let check = |path: &str| check_out(&[PathBuf::from(path)]).map_err(|error| error.to_string());
        assert_eq!(check("result.json"), Ok(()));
        assert!(check("result.csv").is_err_and(|error| error.contains("ends in .json")));
        assert!(check("/nowhere/at/all/result.json").is_err_and(|error| error.contains("there is no folder")));
    }
}
