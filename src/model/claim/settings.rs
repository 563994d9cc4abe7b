//! A claim speaks of the workload as its lesson sets it; a run with other settings says nothing about it.

use super::judge::Subject;
use super::{Claim, Quantity};
use crate::model::format;
use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::model::results::Series;
use crate::model::series::EngineKind;
use crate::model::units::ThreadCount;
use crate::model::workload::{Bound, Workload};

/// How far the share of computing that was measured may lie from the one that was set, as a factor. Below the first, the
/// knee 1/share would lie beyond what a claim about the share that was set allows for.
const SHARE_TOLERANCE: (f64, f64) = (0.9, 1.2);

/// Whether a run is what the claim speaks of; otherwise a full sentence with what differs.
pub(super) fn same_settings(claim: &Claim, subject: &Subject<'_>) -> Result<(), String> {
    same_workload(claim, subject.workload)?;
    let takes_turns = |engine: &EngineKind| matches!(engine, EngineKind::GilModel | EngineKind::PythonThreads);
    if subject.switch_interval_us == DEFAULT_SWITCH_INTERVAL_US
        || !claim.check.quantity.engines().iter().any(takes_turns)
    {
        return Ok(());
    }
    let in_ms = |interval_us: u32| format::short(f64::from(interval_us) / 1000.0);
    Err(format!(
        "The claim speaks of the usual switch interval of {} ms, and this run had {} ms.",
        in_ms(DEFAULT_SWITCH_INTERVAL_US),
        in_ms(subject.switch_interval_us)
    ))
}

fn same_workload(claim: &Claim, workload: &Workload) -> Result<(), String> {
    let Some(claimed) = claim.workload.as_ref().filter(|claimed| *claimed != workload) else { return Ok(()) };
    if claimed.kind() != workload.kind() {
        let (claimed, run) = (claimed.kind().id(), workload.kind().id());
        return Err(format!("The claim speaks of the workload {claimed}, and this run had {run}."));
    }
    let differing: Vec<String> = claimed
        .kind()
        .parameters()
        .iter()
        .filter_map(|parameter| {
            let (claimed, run) = (claimed.value(parameter.id), workload.value(parameter.id));
            let value = |value: f64| match parameter.chosen(value) {
                Some(choice) => format!("\u{201c}{}\u{201d}", choice.label),
                None if parameter.unit.is_empty() => format::number(value),
                None => format!("{} {}", format::number(value), parameter.unit),
            };
            let differs = claimed.total_cmp(&run).is_ne();
            differs.then(|| format!("\u{201c}{}\u{201d} at {}, not {}", parameter.label, value(claimed), value(run)))
        })
        .collect();
    if differing.is_empty() {
        return Err("The claim speaks of the lesson's own code, and this run had another.".to_owned());
    }
    Err(format!("The claim speaks of other settings than this run's: {}.", differing.join("; ")))
}

/// Whether mixed work computed for the share of its time that was set; otherwise a full sentence.
///
/// On a busy machine a thread that wakes up waits for a core. One unit on one thread takes longer then, and the speedup of
/// many threads, which is over that one, may go beyond 1/share without any fault of the claim.
pub(super) fn same_share(quantity: &Quantity, series: &Series, workload: &Workload) -> Result<(), String> {
    let is_scaling = matches!(quantity, Quantity::Speedup { .. } | Quantity::SpeedupRatio { .. });
    if !is_scaling || workload.bound() != Bound::Mixed {
        return Ok(());
    }
    let Some(share) = workload.cpu_share() else { return Ok(()) };
    let Some(used) = series.at(ThreadCount::ONE).and_then(|point| point.cores_used) else { return Ok(()) };
    if used.high >= share * SHARE_TOLERANCE.0 && used.low <= share * SHARE_TOLERANCE.1 {
        return Ok(());
    }
    Err(format!(
        "With 1 thread the work computed for {} of its time, and {} was set: on a machine that busy, nothing can be said \
         about that share.",
        format::estimate(&used),
        format::number(share),
    ))
}
