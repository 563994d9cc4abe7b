//! A claim speaks of the workload as its lesson sets it; a run with other settings says nothing about it.

use super::Claim;
use crate::model::format;
use crate::model::workload::Workload;

/// Whether a run of `workload` is what the claim speaks of; otherwise a full sentence with what differs.
pub(super) fn same_settings(claim: &Claim, workload: &Workload) -> Result<(), String> {
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
            let value = |value: f64| {
                let number = format::number(value);
                if parameter.unit.is_empty() { number } else { format!("{number} {}", parameter.unit) }
            };
            let differs = claimed.total_cmp(&run).is_ne();
            differs.then(|| format!("\u{201c}{}\u{201d} at {}, not {}", parameter.label, value(claimed), value(run)))
        })
        .collect();
    Err(format!("The claim speaks of other settings than this run's: {}.", differing.join("; ")))
}
