//! Whether the machine could have shown anything else.

use super::bounds::{Bounds, Place};
use super::wording::{cores_in_words, times_one_thread};
use super::{Check, Quantity, Subject};
use crate::model::format;
use crate::model::statistics::{Estimate, FEWEST_ROUNDS};
use crate::model::units::ThreadCount;
use crate::model::workload::Bound;

/// What the machine could do in the same rounds, for a workload that needs cores.
///
/// A shared machine sometimes gives two workers no more than one: then every curve is flat and proves nothing. Two rules:
/// - *It rises*: the whole interval of the ceiling's speedup lies at or above 1 plus a quarter of what further cores would
///   add in full, which is 1.25 for two cores and 2.75 for eight. Less than that a flat curve of a GIL cannot be told
///   from the machine by intervals of ±10 %, the quickest precision's.
/// - *It goes far enough*: to fall short of a bound proves something only where the ceiling reaches that bound, and to stay
///   under a bound only where the ceiling goes beyond it (unless the bound is what the cores allow at all).
pub(super) struct Ceiling {
    speedup: Estimate,
    threads: ThreadCount,
}

impl Ceiling {
    /// The ceiling at `threads`, where it is needed: `Ok(None)` for workloads that only wait, and for one thread.
    pub(super) fn of(subject: &Subject<'_>, threads: ThreadCount) -> Result<Option<Self>, String> {
        if subject.workload.bound() == Bound::Waiting || threads == ThreadCount::ONE {
            return Ok(None);
        }
        let usable = subject.machine.usable_cores();
        if usable <= 1.0 {
            return Err(format!(
                "With {} this machine cannot run two threads at the same time, so that it can neither confirm nor refute \
                 a claim about scaling.",
                cores_in_words(usable),
            ));
        }
        // The count at which the machine does best: no more threads than cores.
        let enough = threads.as_f64().min(usable.ceil());
        let of_many = || subject.results.ceiling.iter().filter(|point| point.threads > ThreadCount::ONE);
        let Some(point) = of_many()
            .rev()
            .find(|point| point.threads.as_f64() <= enough)
            .or_else(|| of_many().find(|point| point.threads <= threads))
        else {
            return Err(
                "What this machine can do at that many threads was not measured, so that a claim about scaling cannot be \
                 decided."
                    .to_owned(),
            );
        };
        let ceiling = match point.speedup {
            Some(speedup) if speedup.is_interval() => Self { speedup, threads: point.threads },
            _ => {
                return Err(format!(
                    "What this machine can do rests on fewer than {FEWEST_ROUNDS} rounds, so that a claim about scaling \
                     cannot be decided."
                ));
            }
        };
        let needed = 1.0 + 0.25 * (ceiling.threads.as_f64().min(usable) - 1.0);
        if ceiling.speedup.low < needed {
            let (shown, bounds) = format::estimate_beside(&ceiling.speedup, &[needed]);
            return Err(format!(
                "This machine itself reached only {} with {} without a GIL, not clearly the {} from which a claim about \
                 scaling can be decided.",
                times_one_thread(&shown),
                format::threads(ceiling.threads.get()),
                bounds.first().map_or("", String::as_str),
            ));
        }
        Ok(Some(ceiling))
    }

    /// Whether the machine would have allowed another outcome.
    pub(super) fn could_differ(
        &self,
        check: &Check,
        bounds: &Bounds,
        place: Place,
        threads: ThreadCount,
        subject: &Subject<'_>,
    ) -> Result<(), String> {
        // How many cores must be busy for one unit of the quantity.
        let cores_a_unit = match (&check.quantity, subject.workload.bound()) {
            (Quantity::LatencyRatio { .. }, _) => return Ok(()),
            (Quantity::Speedup { .. }, Bound::Mixed) => subject.workload.cpu_share(),
            _ => 1.0,
        };
        let usable = subject.machine.usable_cores();
        let shown = || times_one_thread(&format::estimate(&self.speedup));
        match (place, bounds.at_least, bounds.at_most) {
            (Place::Below, Some(least), _) => {
                let cores = least * cores_a_unit;
                if cores > usable {
                    Err(format!(
                        "{} would take {} cores, and this machine has {}.",
                        format::number(least),
                        format::number(cores),
                        cores_in_words(usable),
                    ))
                } else if self.speedup.low < cores {
                    Err(format!(
                        "This machine itself reached {} with {} without a GIL, so that falling short of \
                         {} proves nothing.",
                        shown(),
                        format::threads(self.threads.get()),
                        format::number(least),
                    ))
                } else {
                    Ok(())
                }
            }
            (Place::Inside, _, Some(most))
                if matches!(check.quantity, Quantity::Speedup { .. } | Quantity::CoresUsed { .. }) =>
            {
                let cores = most * cores_a_unit;
                let is_what_cores_allow = cores >= usable || most >= threads.as_f64();
                if is_what_cores_allow || self.speedup.low > cores {
                    Ok(())
                } else {
                    Err(format!(
                        "This machine itself reached {} with {} without a GIL, so that staying under {} \
                         proves nothing.",
                        shown(),
                        format::threads(self.threads.get()),
                        format::number(most),
                    ))
                }
            }
            _ => Ok(()),
        }
    }
}
