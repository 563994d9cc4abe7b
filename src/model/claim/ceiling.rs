//! Whether the machine could have shown anything else.

use super::bounds::{Bounds, Place};
use super::wording::{cores_in_words, times_one_thread};
use super::{Check, Quantity, Subject};
use crate::model::expression::Expression;
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
///   under a bound only where the ceiling goes beyond it. Except for a bound that follows the cores, such as `1.15*cores`, or
///   the threads: that is about what they allow.
///
/// Both rules ask the same of a bound from its two sides, so that what refutes a claim is what its opposite rests on.
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

    /// Whether the machine would have allowed another outcome. The error is a full sentence.
    pub(super) fn could_differ(
        &self,
        check: &Check,
        bounds: &Bounds,
        place: Place,
        threads: ThreadCount,
        subject: &Subject<'_>,
    ) -> Result<Worth, String> {
        // How many cores must be busy for one unit of the quantity.
        let cores_a_unit = match (&check.quantity, subject.workload.bound()) {
            (Quantity::LatencyRatio { .. }, _) => return Ok(Worth::Telling),
            // Where the share is unknown, as if all of it computed: so the machine must allow the most.
            (Quantity::Speedup { .. }, Bound::Mixed) => subject.workload.cpu_share().unwrap_or(1.0),
            _ => 1.0,
        };
        let usable = subject.machine.usable_cores();
        let shown = || {
            let shown = times_one_thread(&format::estimate(&self.speedup));
            let threads = format::threads(self.threads.get());
            format!("This machine itself reached {shown} with {threads} without a GIL")
        };
        // A bound that follows the cores or the threads speaks of this machine, also where it lies beyond what they allow.
        let at = (usable, threads.as_f64());
        let is_of_threads = matches!(check.quantity, Quantity::Speedup { .. } | Quantity::CoresUsed { .. });
        let speaks_of = |bound: Option<&Expression>, beyond_cores: bool, beyond_threads: bool| {
            beyond_cores && follows(bound, at, (1.01, 1.0))
                || is_of_threads && beyond_threads && follows(bound, at, (1.0, 1.01))
        };
        match (place, bounds.at_least, bounds.at_most) {
            (Place::Below, Some(least), _) => {
                let cores = least * cores_a_unit;
                if speaks_of(check.at_least.as_ref(), cores > usable, least > threads.as_f64()) {
                    Ok(Worth::Telling)
                } else if cores > usable {
                    Err(format!(
                        "{} would take {} cores, and this machine has {}.",
                        format::number(least),
                        format::number(cores),
                        cores_in_words(usable),
                    ))
                } else if self.speedup.low < cores {
                    let (shown, least) = (shown(), format::number(least));
                    Err(format!("{shown}, so that falling short of {least} proves nothing."))
                } else {
                    Ok(Worth::Telling)
                }
            }
            (Place::Inside, _, Some(most)) => {
                let cores = most * cores_a_unit;
                let (beyond_cores, beyond_threads) = (cores >= usable, most >= threads.as_f64());
                let is_within = !beyond_cores && (!beyond_threads || !is_of_threads);
                let is_telling = is_within && self.speedup.low > cores
                    || speaks_of(check.at_most.as_ref(), beyond_cores, beyond_threads);
                Ok(if is_telling {
                    Worth::Telling
                } else {
                    Worth::Idle(format!("{}, so that staying under {} proves nothing.", shown(), format::number(most)))
                })
            }
            _ => Ok(Worth::Telling),
        }
    }
}

/// What an interval on one side of a bound is worth.
pub(super) enum Worth {
    /// It could have been otherwise.
    Telling,
    /// At this thread count nothing on this machine could have broken the bound, for this reason: a full sentence. It speaks
    /// neither for a claim about more thread counts than this one nor against it.
    Idle(String),
}

/// Whether a bound's value changes with the cores and the threads, here within a hundredth.
fn follows(bound: Option<&Expression>, (cores, threads): (f64, f64), (more_cores, more_threads): (f64, f64)) -> bool {
    bound.is_some_and(|bound| {
        let here = bound.evaluate(cores, threads);
        let above = bound.evaluate(cores * more_cores, threads * more_threads);
        let below = bound.evaluate(cores / more_cores, threads / more_threads);
        here != above || here != below
    })
}
