//! From claim and intervals to a verdict.
//!
//! The rules, in order, for every series and thread count that a claim speaks of:
//! 1. What was not measured, or rests on fewer than 6 rounds, cannot be told.
//! 2. An interval that straddles a bound cannot be told.
//! 3. Where mixed work computed for another share of its time than was set, a claim about that share cannot be told.
//! 4. Where the workload needs cores, the ceiling decides whether the machine could have shown anything else
//!    ([`Ceiling`]); where it could not, it cannot be told. A saturated local server counts alike.
//! 5. A claim is refuted where one interval lies outside, and holds where all lie inside and one of them at least could have
//!    lain outside.
//!
//! Where a claim holds, the same measurement refutes its opposite ([`Claim::inverted`]).

use super::bounds::{Bounds, Place};
use super::ceiling::{Ceiling, Worth};
use super::settings::{same_settings, same_share};
use super::wording::{aside, capitalised, cores_in_words, sentence, unknown, was};
use super::{At, Check, Claim, GilState, Judgement, Quantity, Verdict};
use crate::model::expression::Expression;
use crate::model::format;
use crate::model::machine::Machine;
use crate::model::results::{self, Point, Results, Series};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::statistics::{Estimate, FEWEST_ROUNDS, IntervalKind};
use crate::model::units::ThreadCount;
use crate::model::workload::Workload;

/// What a claim is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What was measured.
    pub results: &'a Results,
    /// With which workload and parameters.
    pub workload: &'a Workload,
    /// On which machine.
    pub machine: &'a Machine,
    /// The switch interval of the model and of Python threads, in microseconds.
    pub switch_interval_us: u32,
}

/// The share of a core from which the local server may be what limits a curve.
const SERVER_LIMIT: f64 = 0.8;

/// Judges a claim by what was measured.
///
/// The reason is one or two full sentences with the numbers.
pub fn judge(claim: &Claim, subject: &Subject<'_>) -> Judgement {
    let (verdict, reason) = match same_settings(claim, subject).and_then(|()| findings(&claim.check, subject)) {
        Ok(findings) => reduce(&findings),
        Err(reason) => (Verdict::CannotTell, reason),
    };
    Judgement { id: claim.id.clone(), text: claim.text.clone(), verdict, reason }
}

/// What one interval says.
struct Finding {
    verdict: Verdict,
    /// A full sentence.
    reason: String,
    /// How far the nearer end is from its bound, as a share of the bound; 0 where it cannot be told.
    margin: f64,
    /// Why it says nothing by itself although it holds, if that is so: a full sentence.
    idle: Option<String>,
}

/// The findings at every count for every series, or why there are none.
fn findings(check: &Check, subject: &Subject<'_>) -> Result<Vec<Finding>, String> {
    let pairs = pairs(check, subject.results)?;
    let mut findings = Vec::new();
    for pair in &pairs {
        for threads in counts(check, pair, subject)? {
            findings.push(find(check, pair, threads, subject));
        }
    }
    Ok(findings)
}

fn reduce(findings: &[Finding]) -> (Verdict, String) {
    let of = |verdict: Verdict| findings.iter().filter(move |finding| finding.verdict == verdict);
    // The clearest refutation, the first doubt, the narrowest success.
    if let Some(finding) = of(Verdict::Refuted).max_by(|a, b| a.margin.total_cmp(&b.margin)) {
        return (Verdict::Refuted, finding.reason.clone());
    }
    if let Some(finding) = of(Verdict::CannotTell).next() {
        return (Verdict::CannotTell, finding.reason.clone());
    }
    let telling = || findings.iter().filter(|finding| finding.idle.is_none());
    match (findings, telling().min_by(|a, b| a.margin.total_cmp(&b.margin))) {
        ([], _) => (Verdict::CannotTell, "Nothing that this claim speaks of was measured.".to_owned()),
        ([first, ..], None) => (Verdict::CannotTell, first.idle.clone().unwrap_or_default()),
        ([_], Some(only)) => (Verdict::Holds, only.reason.clone()),
        (_, Some(closest)) => {
            (Verdict::Holds, format!("It holds at all {} points measured. Closest: {}", findings.len(), closest.reason))
        }
    }
}

/// The series a quantity compares.
pub(super) struct Pair<'a> {
    pub(super) of: &'a Series,
    pub(super) over: Option<&'a Series>,
}

/// Every series of the quantity's engine, each with the series it is compared with. Two Python engines are compared
/// within one interpreter.
fn pairs<'a>(check: &Check, results: &'a Results) -> Result<Vec<Pair<'a>>, String> {
    let measured = |engine: EngineKind| -> Result<Vec<&'a Series>, String> {
        let mut series: Vec<_> = results.of_engine(engine).filter(|series| !series.points.is_empty()).collect();
        let were = || capitalised(&was(&SeriesKey::of(engine)));
        if series.is_empty() {
            return Err(format!("{} not measured.", were()));
        }
        if let Some(gil) = check.gil {
            series.retain(|series| gil.is_of(&series.key));
            if series.is_empty() {
                let state = if gil == GilState::On { "on" } else { "off" };
                return Err(format!("{} not measured in an interpreter with its GIL {state}.", were()));
            }
        }
        Ok(series)
    };
    match check.quantity {
        Quantity::Speedup { engine }
        | Quantity::CoresUsed { engine }
        | Quantity::LatencyRatio { engine }
        | Quantity::Latency { engine }
        | Quantity::LostShare { engine }
        | Quantity::Deadlocks { engine } => {
            Ok(measured(engine)?.into_iter().map(|of| Pair { of, over: None }).collect())
        }
        Quantity::ThroughputRatio { engine, over } | Quantity::SpeedupRatio { engine, over } => {
            let (above, below) = (measured(engine)?, measured(over)?);
            let comparable = |a: &Series, b: &Series| {
                a.key.interpreter.is_none() || b.key.interpreter.is_none() || a.key.interpreter == b.key.interpreter
            };
            let pairs: Vec<_> = above
                .iter()
                .flat_map(|&of| below.iter().map(move |&over| (of, over)))
                .filter(|(of, over)| comparable(of, over))
                .map(|(of, over)| Pair { of, over: Some(over) })
                .collect();
            if pairs.is_empty() {
                Err(format!("No interpreter ran both {} and {}.", engine.label(), over.label()))
            } else {
                Ok(pairs)
            }
        }
    }
}

/// The thread counts a check speaks of, ascending, at least one.
fn counts(check: &Check, pair: &Pair<'_>, subject: &Subject<'_>) -> Result<Vec<ThreadCount>, String> {
    let count = |expression: &Expression| {
        let value =
            if expression.mentions_threads() { None } else { expression.evaluate(subject.machine.usable_cores(), 1.0) };
        value.map(|value| value.round().max(1.0)).filter(|&value| value <= most_threads()).ok_or_else(|| {
            format!("The thread count `{expression}` of this claim is no possible number of threads on this machine.")
        })
    };
    // Over one thread, one thread is 1 by definition and says nothing.
    let says_something = |threads: ThreadCount| threads > ThreadCount::ONE || !check.quantity.is_over_one_thread();
    match &check.at {
        At::Threads(expression) => {
            let value = count(expression)?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to the most threads")]
            let threads = ThreadCount::clamped(value as usize);
            if says_something(threads) {
                Ok(vec![threads])
            } else {
                Err(format!(
                    "This claim compares {} with 1 thread, and on this machine with {} `{expression}` is 1: there is nothing \
                     to compare.",
                    format::threads(threads.get()),
                    cores_in_words(subject.machine.usable_cores()),
                ))
            }
        }
        At::Range(from, to) => {
            let (from, to) = (count(from)?, count(to)?);
            let counts: Vec<_> = pair
                .of
                .points
                .iter()
                .map(|point| point.threads)
                .filter(|threads| (from..=to).contains(&threads.as_f64()) && says_something(*threads))
                .collect();
            // The claim speaks of its end too: what holds below it says nothing of it.
            let reaches_its_end = pair.of.points.iter().any(|point| point.threads.as_f64() >= to.round());
            if !counts.is_empty() && !reaches_its_end {
                Err(format!(
                    "The claim goes up to {to:.0} threads, and so many were not measured with {}.",
                    pair.of.key.in_sentence()
                ))
            } else if counts.is_empty() {
                Err(format!(
                    "No thread count from {from:.0} to {to:.0} was measured with {}.",
                    pair.of.key.in_sentence()
                ))
            } else {
                Ok(counts)
            }
        }
    }
}

/// What the interval at one thread count says.
fn find(check: &Check, pair: &Pair<'_>, threads: ThreadCount, subject: &Subject<'_>) -> Finding {
    let finding = |verdict, reason, margin| Finding { verdict, reason, margin, idle: None };
    let unclear = |reason| finding(Verdict::CannotTell, reason, 0.0);
    let bounds = match Bounds::of(check, subject.machine.usable_cores(), threads) {
        Ok(bounds) => bounds,
        Err(reason) => return unclear(reason),
    };
    let Some(estimate) = value_of(&check.quantity, pair, threads) else {
        return unclear(unknown(&check.quantity, pair, threads));
    };
    let (shown, shown_bounds) = format::estimate_beside(&estimate, &bounds.values());
    let measured = sentence(&check.quantity, pair, threads, &shown);
    if !estimate.is_interval() {
        let ends = if estimate.rounds > 1 && estimate.interval == IntervalKind::Range {
            " and the ends are only the least and the greatest"
        } else {
            ""
        };
        return unclear(format!(
            "{measured}, but that rests on {}{ends}: a verdict needs {FEWEST_ROUNDS} rounds.",
            format::rounds(estimate.rounds),
        ));
    }
    let claimed = bounds.in_words(&shown_bounds);
    let place = bounds.place(&estimate);
    if place == Place::Straddling && estimate.interval == IntervalKind::Binomial95 && bounds.allows_no_exception() {
        return unclear(format!(
            "{measured}: no number of windows can show that there are no exceptions ({claimed}), so that this cannot be decided."
        ));
    }
    if place == Place::Straddling {
        return unclear(format!(
            "{measured}: that interval reaches across the bound ({claimed}), so more rounds, as a higher precision gives, \
             may decide it."
        ));
    }
    let idle = match doubt(check, &bounds, place, pair, threads, subject) {
        Ok(Worth::Telling) => None,
        Ok(Worth::Idle(reason)) => Some(format!("{measured}. {reason}")),
        Err(reason) => return unclear(format!("{measured}. {reason}")),
    };
    let margin = bounds.margin(&estimate);
    let aside = aside(&check.quantity, pair, threads);
    let outside = |side: &str, bound: Option<&String>| {
        let bound = bound.map_or("", String::as_str);
        finding(Verdict::Refuted, format!("{measured}, {side} the claimed {bound}.{aside}"), margin)
    };
    match place {
        Place::Below => outside("below", shown_bounds.first()),
        Place::Above => outside("above", shown_bounds.last()),
        Place::Inside | Place::Straddling => {
            Finding { idle, ..finding(Verdict::Holds, format!("{measured}, as claimed ({claimed}).{aside}"), margin) }
        }
    }
}

/// What an interval that lies clearly on one side is worth; an error is why it still decides nothing.
fn doubt(
    check: &Check,
    bounds: &Bounds,
    place: Place,
    pair: &Pair<'_>,
    threads: ThreadCount,
    subject: &Subject<'_>,
) -> Result<Worth, String> {
    for series in [Some(pair.of), pair.over].into_iter().flatten() {
        same_share(&check.quantity, series, subject.workload)?;
    }
    let ceiling = if check.quantity.is_of_scaling() { Ceiling::of(subject, threads)? } else { None };
    let worth = match ceiling {
        Some(ceiling) => ceiling.could_differ(check, bounds, place, threads, subject)?,
        None => Worth::Telling,
    };
    server_doubt(&check.quantity, pair, place, bounds, threads).map(|()| worth)
}

/// Whether the local server may be what was measured: it makes curves flatter and answers slower.
fn server_doubt(
    quantity: &Quantity,
    pair: &Pair<'_>,
    place: Place,
    bounds: &Bounds,
    threads: ThreadCount,
) -> Result<(), String> {
    let flatter_explains = match quantity {
        Quantity::CoresUsed { .. } | Quantity::LostShare { .. } | Quantity::Deadlocks { .. } => false,
        Quantity::LatencyRatio { .. } | Quantity::Latency { .. } => {
            place == Place::Above || place == Place::Inside && bounds.at_least.is_some()
        }
        _ => place == Place::Below || place == Place::Inside && bounds.at_most.is_some(),
    };
    let busiest = [Some(pair.of), pair.over]
        .into_iter()
        .flatten()
        .filter_map(|series| series.at(threads)?.server_cores_used)
        .map(|used| used.high)
        .fold(0.0, f64::max);
    if flatter_explains && busiest >= SERVER_LIMIT {
        Err(format!(
            "The local server used up to {} of a core meanwhile, so that this may be the server's limit.",
            format::percent(busiest)
        ))
    } else {
        Ok(())
    }
}

fn value_of(quantity: &Quantity, pair: &Pair<'_>, threads: ThreadCount) -> Option<Estimate> {
    let of = &pair.of.points;
    let over: &[Point] = pair.over.map_or(&[], |series| &series.points);
    match quantity {
        Quantity::Speedup { .. } => pair.of.at(threads)?.speedup,
        Quantity::ThroughputRatio { .. } => results::throughput_ratio(of, over, threads),
        Quantity::SpeedupRatio { .. } => results::speedup_ratio(of, over, threads),
        Quantity::CoresUsed { .. } => pair.of.at(threads)?.cores_used,
        Quantity::LatencyRatio { .. } => results::latency_ratio(of, threads),
        Quantity::Latency { .. } => pair.of.at(threads)?.latency_ms,
        Quantity::LostShare { .. } => pair.of.at(threads)?.lost_share,
        Quantity::Deadlocks { .. } => pair.of.at(threads)?.deadlock_share,
    }
}

fn most_threads() -> f64 {
    ThreadCount::clamped(ThreadCount::MAX).as_f64()
}

#[cfg(test)]
mod opposites;
#[cfg(test)]
mod tests;
