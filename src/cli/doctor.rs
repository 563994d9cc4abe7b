//! `threadlab doctor`.

use serde::Serialize;

use super::console;
use super::exit::Exit;
use crate::engine::catalogue::{self, InterpreterFinder, InterpreterOffer};
use crate::engine::{Support, machine, noise};
use crate::model::machine::Machine;
use crate::model::record::WarningRecord;
use crate::model::workload::{Workload, WorkloadKind};

#[derive(Serialize)]
struct Report {
    program: String,
    machine: Machine,
    engines: Vec<EngineReport>,
    interpreters: Vec<InterpreterReport>,
    warnings: Vec<WarningRecord>,
}

#[derive(Serialize)]
struct EngineReport {
    engine: &'static str,
    workloads: Vec<WorkloadReport>,
}

#[derive(Serialize)]
struct WorkloadReport {
    workload: &'static str,
    usable: bool,
    reason: Option<String>,
}

#[derive(Serialize)]
struct InterpreterReport {
    path: String,
    version: Option<String>,
    free_threaded: Option<bool>,
    usable: bool,
    reason: Option<String>,
    found_by: String,
}

impl From<InterpreterOffer> for InterpreterReport {
    fn from(offer: InterpreterOffer) -> Self {
        Self {
            path: offer.path,
            version: offer.version,
            free_threaded: offer.free_threaded,
            usable: offer.interpreter.is_ok(),
            reason: offer.interpreter.err(),
            found_by: offer.origin,
        }
    }
}

pub(super) fn run(json: bool) -> anyhow::Result<Exit> {
    let machine = machine::read();
    let report = Report {
        program: format!("threadlab {}", super::build_identity()),
        warnings: noise::look(&machine).into_iter().map(WarningRecord::from).collect(),
        engines: engines(),
        interpreters: InterpreterFinder::default().find(&[]).into_iter().map(InterpreterReport::from).collect(),
        machine,
    };
    if json {
        console::data(serde_json::to_string_pretty(&report)?)?;
        return Ok(Exit::Done);
    }
    let unknown = || "unknown".to_owned();
    let machine = &report.machine;
    console::data(&report.program)?;
    console::data(format_args!("cores      {}", machine.in_words()))?;
    console::data(format_args!("processor  {}", machine.cpu_model.clone().unwrap_or_else(unknown)))?;
    console::data(format_args!("system     {}", machine.os.clone().unwrap_or_else(unknown)))?;
    console::data("engines")?;
    for engine in &report.engines {
        let usable = engine.workloads.iter().filter(|workload| workload.usable).count();
        let reason = engine.workloads.iter().find_map(|workload| workload.reason.as_deref());
        let state = match (usable, reason) {
            (0, Some(reason)) => reason.to_owned(),
            (usable, _) => format!("runs {usable} of {} workloads", engine.workloads.len()),
        };
        console::data(format_args!("  {:<20} {state}", engine.engine))?;
    }
    console::data("Python interpreters")?;
    if report.interpreters.is_empty() {
        console::data(
            "  none was found; install CPython 3.8 or later, or name one with `threadlab run --python PATH`",
        )?;
    }
    for interpreter in &report.interpreters {
        let build = if interpreter.free_threaded == Some(true) { "t" } else { "" };
        let version = format!("{}{build}", interpreter.version.as_deref().unwrap_or("?"));
        let InterpreterReport { path, found_by, .. } = interpreter;
        let state = interpreter.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        console::data(format_args!("  {version:<10} {path} ({found_by}){state}"))?;
    }
    if report.warnings.is_empty() {
        console::data("nothing disturbs measuring at the moment")?;
    }
    for warning in &report.warnings {
        console::data(format_args!("warning: {}", warning.message))?;
    }
    Ok(Exit::Done)
}

fn engines() -> Vec<EngineReport> {
    catalogue::available()
        .into_iter()
        .map(|key| EngineReport {
            engine: key.engine.id(),
            workloads: WorkloadKind::ALL
                .into_iter()
                .map(|kind| {
                    let support = catalogue::support(&key, &Workload::new(kind));
                    let reason = match support {
                        Support::Available => None,
                        Support::Unavailable { reason, .. } => Some(reason),
                    };
                    WorkloadReport { workload: kind.id(), usable: reason.is_none(), reason }
                })
                .collect(),
        })
        .collect()
}
