//! From claim and intervals to a verdict.
//!
//! The rules, in order, for every series and thread count that a claim speaks of:
//! 1. What was not measured, or rests on fewer than 6 rounds, cannot be told.
//! 2. An interval that straddles a bound cannot be told.
//! 3. Where the workload needs cores, the ceiling decides whether the machine could have shown anything else
//!    ([`Ceiling`]); where it could not, it cannot be told. A saturated local server counts alike.
//! 4. A claim is refuted where one interval lies outside, holds where all lie inside.

use super::{At, Check, Claim, Judgement, Quantity, Verdict};
use crate::model::expression::Expression;
use crate::model::format;
use crate::model::machine::Machine;
use crate::model::results::{self, Point, Results, Series};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::statistics::{Estimate, FEWEST_ROUNDS};
use crate::model::units::ThreadCount;
use crate::model::workload::{Bound, Workload};

/// What a claim is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What was measured.
    pub results: &'a Results,
    /// With which workload and parameters.
    pub workload: &'a Workload,
    /// On which machine.
    pub machine: &'a Machine,
}

/// The share of a core from which the local server may be what limits a curve.
const SERVER_LIMIT: f64 = 0.8;

/// Judges a claim by what was measured.
///
/// The reason is one or two full sentences with the numbers.
pub fn judge(claim: &Claim, subject: &Subject<'_>) -> Judgement {
    let (verdict, reason) = match findings(&claim.check, subject) {
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
}

/// The findings at every count for every series, or why there are none.
fn findings(check: &Check, subject: &Subject<'_>) -> Result<Vec<Finding>, String> {
    let pairs = pairs(&check.quantity, subject.results)?;
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
    match findings {
        [] => (Verdict::CannotTell, "Nothing that this claim speaks of was measured.".to_owned()),
        [only] => (Verdict::Holds, only.reason.clone()),
        [first, ..] => {
            let closest = findings.iter().min_by(|a, b| a.margin.total_cmp(&b.margin)).unwrap_or(first);
            (Verdict::Holds, format!("It holds at all {} points measured. Closest: {}", findings.len(), closest.reason))
        }
    }
}

/// The series a quantity compares.
struct Pair<'a> {
    of: &'a Series,
    over: Option<&'a Series>,
}

/// Every series of the quantity's engine, each with the series it is compared with. Two Python engines are compared
/// within one interpreter.
fn pairs<'a>(quantity: &Quantity, results: &'a Results) -> Result<Vec<Pair<'a>>, String> {
    let measured = |engine: EngineKind| -> Result<Vec<&'a Series>, String> {
        let series: Vec<_> = results.of_engine(engine).filter(|series| !series.points.is_empty()).collect();
        if series.is_empty() {
            Err(format!("{} not measured.", capitalised(&was(&in_sentence(&SeriesKey::of(engine)), engine))))
        } else {
            Ok(series)
        }
    };
    match *quantity {
        Quantity::Speedup { engine } | Quantity::CoresUsed { engine } | Quantity::LatencyRatio { engine } => {
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
    let says_something = |threads: ThreadCount| {
        threads > ThreadCount::ONE
            || matches!(check.quantity, Quantity::ThroughputRatio { .. } | Quantity::CoresUsed { .. })
    };
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
            if counts.is_empty() {
                Err(format!(
                    "No thread count from {from:.0} to {to:.0} was measured with {}.",
                    in_sentence(&pair.of.key)
                ))
            } else {
                Ok(counts)
            }
        }
    }
}

/// What the interval at one thread count says.
fn find(check: &Check, pair: &Pair<'_>, threads: ThreadCount, subject: &Subject<'_>) -> Finding {
    let finding = |verdict, reason, margin| Finding { verdict, reason, margin };
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
        return unclear(format!(
            "{measured}, but that rests on {} and the ends are only the least and the greatest: a verdict needs \
             {FEWEST_ROUNDS} rounds.",
            format::rounds(estimate.rounds),
        ));
    }
    let claimed = bounds.in_words(&shown_bounds);
    let place = bounds.place(&estimate);
    if place == Place::Straddling {
        return unclear(format!(
            "{measured}: that interval reaches across the bound ({claimed}), so more rounds, as a higher precision gives, \
             may decide it."
        ));
    }
    if let Err(reason) = doubt(check, &bounds, place, pair, threads, subject) {
        return unclear(format!("{measured}. {reason}"));
    }
    let margin = bounds.margin(&estimate);
    let outside = |side: &str, bound: Option<&String>| {
        let bound = bound.map_or("", String::as_str);
        finding(Verdict::Refuted, format!("{measured}, {side} the claimed {bound}."), margin)
    };
    match place {
        Place::Below => outside("below", shown_bounds.first()),
        Place::Above => outside("above", shown_bounds.last()),
        Place::Inside | Place::Straddling => {
            finding(Verdict::Holds, format!("{measured}, as claimed ({claimed})."), margin)
        }
    }
}

/// Why an interval that lies clearly on one side still decides nothing, if that is so.
fn doubt(
    check: &Check,
    bounds: &Bounds,
    place: Place,
    pair: &Pair<'_>,
    threads: ThreadCount,
    subject: &Subject<'_>,
) -> Result<(), String> {
    if let Some(ceiling) = Ceiling::of(subject, threads)? {
        ceiling.could_differ(check, bounds, place, threads, subject)?;
    }
    server_doubt(&check.quantity, pair, place, bounds, threads)
}

/// Where an interval lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Below,
    Above,
    Straddling,
}

/// A check's bounds as numbers, at least one of them there.
struct Bounds {
    at_least: Option<f64>,
    at_most: Option<f64>,
}

impl Bounds {
    fn of(check: &Check, cores: f64, threads: ThreadCount) -> Result<Self, String> {
        let value = |bound: Option<&Expression>| {
            let value = |bound: &Expression| {
                bound.evaluate(cores, threads.as_f64()).ok_or_else(|| {
                    format!("The bound `{bound}` has no value with {} on this machine.", format::threads(threads.get()))
                })
            };
            bound.map(value).transpose()
        };
        let bounds = Self { at_least: value(check.at_least.as_ref())?, at_most: value(check.at_most.as_ref())? };
        match (bounds.at_least, bounds.at_most) {
            (None, None) => Err("The claim names no bound, so that nothing could decide it.".to_owned()),
            (Some(least), Some(most)) if least > most => Err(format!(
                "With {} on this machine the claim asks for at least {} and at most {}, which nothing can meet.",
                format::threads(threads.get()),
                format::number(least),
                format::number(most),
            )),
            _ => Ok(bounds),
        }
    }

    fn values(&self) -> Vec<f64> {
        self.at_least.into_iter().chain(self.at_most).collect()
    }

    fn in_words(&self, shown: &[String]) -> String {
        match (self.at_least, self.at_most, shown) {
            (Some(_), Some(_), [least, most, ..]) => format!("{least} to {most}"),
            (Some(_), None, [least, ..]) => format!("at least {least}"),
            (_, _, [most, ..]) => format!("at most {most}"),
            _ => String::new(),
        }
    }

    fn place(&self, estimate: &Estimate) -> Place {
        let (least, most) = (self.at_least.unwrap_or(f64::NEG_INFINITY), self.at_most.unwrap_or(f64::INFINITY));
        if estimate.high < least {
            Place::Below
        } else if estimate.low > most {
            Place::Above
        } else if estimate.low >= least && estimate.high <= most {
            Place::Inside
        } else {
            Place::Straddling
        }
    }

    /// The distance from the nearer end to the nearer bound, as a share of the bound.
    fn margin(&self, estimate: &Estimate) -> f64 {
        let share = |bound: f64| {
            let distance = (estimate.low - bound).abs().min((estimate.high - bound).abs());
            if bound == 0.0 { distance } else { distance / bound.abs() }
        };
        self.values().into_iter().map(share).fold(f64::INFINITY, f64::min)
    }
}

/// What the machine could do in the same rounds, for a workload that needs cores.
///
/// A shared machine sometimes gives two workers no more than one: then every curve is flat and proves nothing. Two rules:
/// - *It rises*: the whole interval of the ceiling's speedup lies at or above 1 plus a quarter of what further cores would
///   add in full, which is 1.25 for two cores and 2.75 for eight. Less than that a flat curve of a GIL cannot be told
///   from the machine by intervals of ±10 %, the quickest precision's.
/// - *It goes far enough*: to fall short of a bound proves something only where the ceiling reaches that bound, and to stay
///   under a bound only where the ceiling goes beyond it (unless the bound is what the cores allow at all).
struct Ceiling {
    speedup: Estimate,
    threads: ThreadCount,
}

impl Ceiling {
    /// The ceiling at `threads`, where it is needed: `Ok(None)` for workloads that only wait, and for one thread.
    fn of(subject: &Subject<'_>, threads: ThreadCount) -> Result<Option<Self>, String> {
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
                "This machine itself reached only {} with {} without a GIL, less than the {} from which a claim about \
                 scaling can be decided.",
                times_one_thread(&shown),
                format::threads(ceiling.threads.get()),
                bounds.first().map_or("", String::as_str),
            ));
        }
        Ok(Some(ceiling))
    }

    /// Whether the machine would have allowed another outcome.
    fn could_differ(
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
            (Quantity::Speedup { .. }, Bound::Mixed) => subject.workload.value("cpu_share"),
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

/// Whether the local server may be what was measured: it makes curves flatter and answers slower.
fn server_doubt(
    quantity: &Quantity,
    pair: &Pair<'_>,
    place: Place,
    bounds: &Bounds,
    threads: ThreadCount,
) -> Result<(), String> {
    let flatter_explains = match quantity {
        Quantity::CoresUsed { .. } => false,
        Quantity::LatencyRatio { .. } => place == Place::Above || place == Place::Inside && bounds.at_least.is_some(),
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
    }
}

/// Why a quantity has no value.
fn unknown(quantity: &Quantity, pair: &Pair<'_>, threads: ThreadCount) -> String {
    let lacking = [Some(pair.of), pair.over].into_iter().flatten().find(|series| series.at(threads).is_none());
    let words = format::threads(threads.get());
    match (lacking, quantity) {
        (Some(series), _) => {
            let subject = was(&in_sentence(&series.key), series.key.engine);
            format!("{} not measured at {words}.", capitalised(&subject))
        }
        (None, Quantity::CoresUsed { .. }) => {
            format!("How many cores {} kept busy at {words} is unknown on this system.", in_sentence(&pair.of.key))
        }
        (None, Quantity::LatencyRatio { .. }) => {
            format!("How long one unit took with {} at {words} is unknown.", in_sentence(&pair.of.key))
        }
        (None, _) => format!("No round holds everything that has to be compared at {words}."),
    }
}

/// What was measured, as a sentence without its full stop.
fn sentence(quantity: &Quantity, pair: &Pair<'_>, threads: ThreadCount, shown: &str) -> String {
    let at = format!("At {}", format::threads(threads.get()));
    let of = in_sentence(&pair.of.key);
    let over = pair.over.map(|series| in_sentence(&series.key)).unwrap_or_default();
    let (median, interval) = median_and_interval(shown);
    match quantity {
        Quantity::Speedup { .. } => format!("{at} {of} reached {}", times_one_thread(shown)),
        Quantity::ThroughputRatio { .. } => {
            format!("{at} {of} had {median} times the throughput of {over} {interval}")
        }
        Quantity::SpeedupRatio { .. } => {
            format!("{at} the speedup of {of} was {median} times that of {over} {interval}")
        }
        Quantity::CoresUsed { .. } => format!("{at} {of} kept {median} cores busy {interval}"),
        Quantity::LatencyRatio { .. } => {
            format!("{at} one unit took {median} times as long as at 1 thread with {of} {interval}")
        }
    }
}

/// A shown speedup, such as `1.93 (1.90 to 1.96)`, with its unit between median and interval.
fn times_one_thread(shown: &str) -> String {
    let (median, interval) = median_and_interval(shown);
    format!("{median} times one thread {interval}")
}

fn median_and_interval(shown: &str) -> (&str, &str) {
    shown.split_once(' ').unwrap_or((shown, ""))
}

/// A series' name within a sentence.
fn in_sentence(key: &SeriesKey) -> String {
    match key.engine {
        EngineKind::Native => "native threads".to_owned(),
        EngineKind::GilModel => "the GIL model".to_owned(),
        _ => key.label(),
    }
}

fn was(subject: &str, engine: EngineKind) -> String {
    let verb = match engine {
        EngineKind::GilModel | EngineKind::PythonAsyncio => "was",
        _ => "were",
    };
    format!("{subject} {verb}")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn cores_in_words(cores: f64) -> String {
    match cores {
        1.0 => "1 usable core".to_owned(),
        cores if cores.fract() == 0.0 => format!("{} usable cores", format::fixed(cores, 0)),
        cores => format!("{} usable cores", format::fixed(cores, 2)),
    }
}

fn most_threads() -> f64 {
    ThreadCount::clamped(ThreadCount::MAX).as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{self, MadeUpCurve, curve, machine, window};
    use crate::model::results::Curve;
    use crate::model::series::Interpreter;
    use crate::model::workload::WorkloadKind;

    const GOOD_CEILING: MadeUpCurve<'static> = (Curve::Ceiling, &[(1, 100.0), (2, 198.0), (4, 197.0), (8, 196.0)]);
    const FLAT_CEILING: MadeUpCurve<'static> = (Curve::Ceiling, &[(1, 100.0), (2, 110.0), (4, 108.0), (8, 109.0)]);

    fn gil(points: &[(usize, f64)]) -> MadeUpCurve<'_> {
        (curve(EngineKind::GilModel), points)
    }

    fn speedup(at: &str, least: Option<&str>, most: Option<&str>) -> Claim {
        of(Quantity::Speedup { engine: EngineKind::GilModel }, at, least, most)
    }

    /// `at` is one count, or two with ".." between.
    fn of(quantity: Quantity, at: &str, least: Option<&str>, most: Option<&str>) -> Claim {
        let parse = |text: &str| Expression::parse(text).expect(text);
        let at = match at.split_once("..") {
            Some((from, to)) => At::Range(parse(from), parse(to)),
            None => At::Threads(parse(at)),
        };
        let check = Check { quantity, at, at_least: least.map(parse), at_most: most.map(parse) };
        Claim { id: "claim".to_owned(), text: "A sentence.".to_owned(), check }
    }

    #[track_caller]
    fn check_on(results: &Results, kind: WorkloadKind, cores: usize, claim: &Claim, verdict: Verdict, reason: &str) {
        let workload = Workload::new(kind);
        let judgement = judge(claim, &Subject { results, workload: &workload, machine: &machine(cores) });
        assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
        assert_eq!((judgement.id.as_str(), judgement.text.as_str()), ("claim", "A sentence."));
    }

    #[track_caller]
    fn check_cpu(curves: &[MadeUpCurve<'_>], claim: &Claim, verdict: Verdict, reason: &str) {
        check_on(&fixture::results(curves, 9, 0.02), WorkloadKind::CountPrimes, 2, claim, verdict, reason);
    }

    #[test]
    fn holds_where_the_whole_interval_lies_inside() {
        check_cpu(
            &[gil(&[(1, 100.0), (8, 93.0)]), GOOD_CEILING],
            &speedup("8", None, Some("1.1")),
            Verdict::Holds,
            "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949), as claimed (at most 1.1).",
        );
    }

    #[test]
    fn refuted_where_the_whole_interval_lies_outside() {
        check_cpu(
            &[gil(&[(1, 100.0), (8, 93.0)]), GOOD_CEILING],
            &speedup("8", Some("1.1"), None),
            Verdict::Refuted,
            "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949), below the claimed 1.1.",
        );
        check_cpu(
            &[gil(&[(1, 100.0), (8, 150.0)]), GOOD_CEILING],
            &speedup("8", None, Some("1.1")),
            Verdict::Refuted,
            "At 8 threads the GIL model reached 1.50 times one thread (1.47 to 1.53), above the claimed 1.1.",
        );
    }

    #[test]
    fn cannot_tell_where_the_interval_straddles_a_bound() {
        check_cpu(
            &[gil(&[(1, 100.0), (8, 110.0)]), GOOD_CEILING],
            &speedup("8", None, Some("1.1")),
            Verdict::CannotTell,
            "At 8 threads the GIL model reached 1.10 times one thread (1.07 to 1.13): that interval reaches across the bound \
             (at most 1.1), so more rounds, as a higher precision gives, may decide it.",
        );
    }

    #[test]
    fn cannot_tell_below_six_rounds() {
        check_on(
            &fixture::results(&[gil(&[(1, 100.0), (8, 93.0)]), GOOD_CEILING], 5, 0.02),
            WorkloadKind::CountPrimes,
            2,
            &speedup("8", None, Some("1.1")),
            Verdict::CannotTell,
            "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949), but that rests on 5 rounds and the \
             ends are only the least and the greatest: a verdict needs 6 rounds.",
        );
    }

    #[test]
    fn cannot_tell_what_was_not_measured() {
        check_cpu(
            &[gil(&[(1, 100.0), (4, 93.0)]), GOOD_CEILING],
            &speedup("8", None, Some("1.1")),
            Verdict::CannotTell,
            "The GIL model was not measured at 8 threads.",
        );
        check_cpu(
            &[(curve(EngineKind::Native), &[(1, 100.0), (8, 196.0)]), GOOD_CEILING],
            &speedup("8", None, Some("1.1")),
            Verdict::CannotTell,
            "The GIL model was not measured.",
        );
        check_cpu(
            &[gil(&[(1, 100.0), (4, 93.0)]), GOOD_CEILING],
            &speedup("5..8", None, Some("1.1")),
            Verdict::CannotTell,
            "No thread count from 5 to 8 was measured with the GIL model.",
        );
    }

    #[test]
    fn cannot_tell_where_the_ceiling_does_not_rise() {
        for claim in [speedup("8", None, Some("1.1")), speedup("8", Some("1.1"), None)] {
            check_cpu(
                &[gil(&[(1, 100.0), (8, 93.0)]), FLAT_CEILING],
                &claim,
                Verdict::CannotTell,
                "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949). This machine itself reached only \
                 1.10 times one thread (1.07 to 1.13) with 2 threads without a GIL, less than the 1.25 from which a claim \
                 about scaling can be decided.",
            );
        }
    }

    #[test]
    fn waiting_needs_no_ceiling() {
        check_on(
            &fixture::results(&[gil(&[(1, 100.0), (8, 790.0)]), FLAT_CEILING], 9, 0.02),
            WorkloadKind::Wait,
            1,
            &speedup("8", Some("0.8*threads"), None),
            Verdict::Holds,
            "At 8 threads the GIL model reached 7.90 times one thread (7.74 to 8.06), as claimed (at least 6.4).",
        );
    }

    #[test]
    fn one_core_decides_nothing_about_scaling() {
        check_on(
            &fixture::results(&[gil(&[(1, 100.0), (8, 93.0)]), FLAT_CEILING], 9, 0.02),
            WorkloadKind::CountPrimes,
            1,
            &speedup("8", None, Some("1.1")),
            Verdict::CannotTell,
            "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949). With 1 usable core this machine \
             cannot run two threads at the same time, so that it can neither confirm nor refute a claim about scaling.",
        );
        check_on(
            &fixture::results(&[gil(&[(1, 100.0), (8, 93.0)])], 9, 0.02),
            WorkloadKind::CountPrimes,
            1,
            &speedup("cores", None, Some("1.1")),
            Verdict::CannotTell,
            "This claim compares 1 thread with 1 thread, and on this machine with 1 usable core `cores` is 1: there is \
             nothing to compare.",
        );
    }

    /// What the ceiling itself does not reach, no engine can be blamed for.
    #[test]
    fn falling_short_of_what_the_machine_cannot_do_refutes_nothing() {
        let native = Quantity::Speedup { engine: EngineKind::Native };
        let busy: &[(usize, f64)] = &[(1, 100.0), (2, 150.0), (8, 150.0)];
        let curves = [(curve(EngineKind::Native), busy), (Curve::Ceiling, busy)];
        check_cpu(
            &curves,
            &of(native.clone(), "2", Some("1.8"), None),
            Verdict::CannotTell,
            "At 2 threads native threads reached 1.50 times one thread (1.47 to 1.53). This machine itself reached 1.50 times \
             one thread (1.47 to 1.53) with 2 threads without a GIL, so that falling short of 1.80 proves nothing.",
        );
        check_cpu(
            &curves,
            &of(native, "8", Some("0.8*threads"), None),
            Verdict::CannotTell,
            "At 8 threads native threads reached 1.50 times one thread (1.47 to 1.53). 6.40 would take 6.40 cores, and this \
             machine has 2 usable cores.",
        );
    }

    #[test]
    fn staying_under_what_the_machine_never_exceeds_proves_nothing() {
        let busy: MadeUpCurve<'_> = (Curve::Ceiling, &[(1, 100.0), (2, 140.0)]);
        check_cpu(
            &[gil(&[(1, 100.0), (2, 100.0)]), busy.clone()],
            &speedup("2", None, Some("1.5")),
            Verdict::CannotTell,
            "At 2 threads the GIL model reached 1.00 times one thread (0.98 to 1.02). This machine itself reached 1.40 times \
             one thread (1.37 to 1.43) with 2 threads without a GIL, so that staying under 1.50 proves nothing.",
        );
        // The cores themselves are a bound that no ceiling exceeds.
        check_cpu(
            &[gil(&[(1, 100.0), (2, 100.0)]), busy],
            &speedup("2", None, Some("cores")),
            Verdict::Holds,
            "At 2 threads the GIL model reached 1.00 times one thread (0.98 to 1.02), as claimed (at most 2).",
        );
    }

    #[test]
    fn a_range_holds_where_every_count_does() {
        let flat = [gil(&[(1, 100.0), (2, 99.0), (4, 104.0), (8, 95.0)]), GOOD_CEILING];
        check_cpu(
            &flat,
            &speedup("1..8", None, Some("1.1")),
            Verdict::Holds,
            "It holds at all 3 points measured. Closest: At 4 threads the GIL model reached 1.04 times one thread (1.01 to \
             1.07), as claimed (at most 1.1).",
        );
        let rising = [gil(&[(1, 100.0), (2, 99.0), (4, 130.0), (8, 140.0)]), GOOD_CEILING];
        check_cpu(
            &rising,
            &speedup("1..8", None, Some("1.1")),
            Verdict::Refuted,
            "At 8 threads the GIL model reached 1.40 times one thread (1.37 to 1.43), above the claimed 1.1.",
        );
    }

    #[test]
    fn ratios_compare_two_engines_in_the_same_rounds() {
        let curves =
            [gil(&[(1, 100.0), (2, 100.0)]), (curve(EngineKind::Native), &[(1, 200.0), (2, 390.0)][..]), GOOD_CEILING];
        let (engine, over) = (EngineKind::Native, EngineKind::GilModel);
        check_cpu(
            &curves,
            &of(Quantity::ThroughputRatio { engine, over }, "2", Some("1.5"), None),
            Verdict::Holds,
            "At 2 threads native threads had 3.90 times the throughput of the GIL model (3.90 to 3.90), as claimed (at least \
             1.5).",
        );
        check_cpu(
            &curves,
            &of(Quantity::SpeedupRatio { engine, over }, "cores", Some("1.5"), Some("2.5")),
            Verdict::Holds,
            "At 2 threads the speedup of native threads was 1.95 times that of the GIL model (1.95 to 1.95), as claimed \
             (1.5 to 2.5).",
        );
    }

    #[test]
    fn cores_used_may_be_unknown() {
        let mut results = fixture::results(&[GOOD_CEILING], 9, 0.02);
        for round in 0..9 {
            for count in [1, 2] {
                let window = crate::model::window::Window { workers_cpu_s: None, ..window(count, round, 100.0) };
                results.add(&curve(EngineKind::GilModel), window);
            }
        }
        check_on(
            &results,
            WorkloadKind::CountPrimes,
            2,
            &of(Quantity::CoresUsed { engine: EngineKind::GilModel }, "2", None, Some("1.1")),
            Verdict::CannotTell,
            "How many cores the GIL model kept busy at 2 threads is unknown on this system.",
        );
    }

    #[test]
    fn a_saturated_server_explains_a_flat_curve() {
        let mut results = Results::default();
        for round in 0..9 {
            for (count, per_sec) in [(1, 100.0), (64, 2000.0)] {
                let busy = crate::model::window::Window { server_cpu_s: Some(960.0), ..window(count, round, per_sec) };
                results.add(&curve(EngineKind::GilModel), busy);
            }
        }
        check_on(
            &results,
            WorkloadKind::Socket,
            2,
            &speedup("64", Some("0.8*threads"), None),
            Verdict::CannotTell,
            "At 64 threads the GIL model reached 20.0 times one thread (20.0 to 20.0). The local server used up to 96 % of a \
             core meanwhile, so that this may be the server's limit.",
        );
        check_on(
            &results,
            WorkloadKind::Socket,
            2,
            &speedup("64", Some("10"), None),
            Verdict::Holds,
            "At 64 threads the GIL model reached 20.0 times one thread (20.0 to 20.0), as claimed (at least 10).",
        );
    }

    #[test]
    fn every_interpreter_of_an_engine_counts() {
        let python = |version: &str, free_threaded| SeriesKey {
            engine: EngineKind::PythonThreads,
            interpreter: Some(Interpreter {
                path: format!("/usr/bin/python{version}"),
                version: version.to_owned(),
                free_threaded,
                gil_enabled: Some(!free_threaded),
            }),
        };
        let curves: [MadeUpCurve<'_>; 3] = [
            (Curve::Series(python("3.11.7", false)), &[(1, 100.0), (2, 98.0)]),
            (Curve::Series(python("3.13.1", true)), &[(1, 60.0), (2, 114.0)]),
            GOOD_CEILING,
        ];
        check_cpu(
            &curves,
            &of(Quantity::Speedup { engine: EngineKind::PythonThreads }, "2", None, Some("1.1")),
            Verdict::Refuted,
            "At 2 threads Python threads 3.13.1t reached 1.90 times one thread (1.86 to 1.94), above the claimed 1.1.",
        );
    }

    #[test]
    fn impossible_claims_say_why() {
        let curves = [gil(&[(1, 100.0), (2, 98.0)]), GOOD_CEILING];
        check_cpu(
            &curves,
            &speedup("2", None, None),
            Verdict::CannotTell,
            "The claim names no bound, so that nothing could decide it.",
        );
        check_cpu(
            &curves,
            &speedup("2", Some("2"), Some("1")),
            Verdict::CannotTell,
            "With 2 threads on this machine the claim asks for at least 2.00 and at most 1.00, which nothing can meet.",
        );
        check_cpu(
            &curves,
            &speedup("2", Some("1 / (cores - 2)"), None),
            Verdict::CannotTell,
            "The bound `1 / (cores - 2)` has no value with 2 threads on this machine.",
        );
        check_cpu(
            &curves,
            &speedup("4000*cores", Some("1"), None),
            Verdict::CannotTell,
            "The thread count `4000 * cores` of this claim is no possible number of threads on this machine.",
        );
    }
}
