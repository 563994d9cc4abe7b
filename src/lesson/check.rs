//! The second step: raw front matter becomes types that cannot be wrong, or errors with their places.

use std::ops::Range;

use super::diagnostic::{Diagnostic, one_of};
use super::raw::{Field, Placed, RawAmount, RawCheck, RawClaim, RawExperiment, RawLesson, RawRange};
use super::{Experiment, ThreadRange};
use crate::model::claim::{At, Check, Claim, Quantity};
use crate::model::expression::Expression;
use crate::model::plot::Metric;
use crate::model::series::EngineKind;
use crate::model::units::ThreadCount;
use crate::model::workload::{Workload, WorkloadKind};

/// The format of lesson files that this program reads.
pub const FORMAT: i64 = 1;

/// The longest lesson, in minutes.
const MOST_MINUTES: i64 = 600;

/// The machines on which a range or a bound is tried: what is wrong on all of them is an error of the lesson.
const MACHINES: [f64; 14] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0];

/// The words a check may use for its quantity.
pub(super) const QUANTITIES: [&str; 5] =
    ["speedup", "throughput-ratio", "speedup-ratio", "cores-used", "latency-ratio"];

/// The front matter, checked.
pub(super) struct Front {
    pub(super) id: Placed<String>,
    pub(super) title: String,
    pub(super) minutes: u32,
    pub(super) goals: Vec<String>,
    pub(super) experiments: Vec<Experiment>,
}

/// Checks the front matter of `source`. `None` where something is wrong; every error is in `report` then.
pub(super) fn check(source: &str, raw: RawLesson, report: &mut Vec<Diagnostic>) -> Option<Front> {
    let mut checker = Checker { source, report };
    checker.format(raw.format);
    let id = checker.id(raw.id);
    let title = checker.text(raw.title, "title");
    let minutes = checker.minutes(raw.minutes);
    let goals = checker.goals(raw.goals);
    let experiments = checker.experiments(raw.experiments);
    Some(Front { id: id?, title: title?, minutes: minutes?, goals: goals?, experiments: experiments? })
}

struct Checker<'r> {
    source: &'r str,
    report: &'r mut Vec<Diagnostic>,
}

impl Checker<'_> {
    fn error(&self, span: &Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.source, span.clone(), message)
    }

    fn format(&mut self, format: Field<i64>) {
        if let Some(format) = format.given().filter(|format| format.value != FORMAT) {
            let error = self
                .error(&format.span, format!("this program cannot read lesson format {}", format.value))
                .expected(format!("expected {FORMAT}"));
            self.report.push(if format.value > FORMAT {
                error.help("a newer version of Threadlab may read it")
            } else {
                error
            });
        }
    }

    fn id(&mut self, id: Field<String>) -> Option<Placed<String>> {
        let id = id.given()?;
        if is_kebab_case(&id.value) {
            return Some(id);
        }
        let error = self
            .error(&id.span, format!("`{}` is no id", id.value))
            .expected("expected lower-case letters, digits and single hyphens between them");
        let suggestion = kebab_case(&id.value);
        self.report.push(if suggestion.is_empty() { error } else { error.help(format!("write `\"{suggestion}\"`")) });
        None
    }

    fn text(&mut self, text: Field<String>, name: &str) -> Option<String> {
        let text = text.given()?;
        if text.value.trim().is_empty() {
            let error = self.error(&text.span, format!("`{name}` is empty"));
            self.report.push(error.expected("expected a few words"));
            return None;
        }
        Some(text.value)
    }

    fn minutes(&mut self, minutes: Field<i64>) -> Option<u32> {
        let minutes = minutes.given()?;
        match u32::try_from(minutes.value) {
            Ok(value) if (1..=MOST_MINUTES).contains(&minutes.value) => Some(value),
            _ => {
                let error = self.error(&minutes.span, format!("a lesson cannot take {} minutes", minutes.value));
                self.report.push(error.expected(format!("expected 1 to {MOST_MINUTES}")));
                None
            }
        }
    }

    fn goals(&mut self, goals: Field<Vec<Placed<String>>>) -> Option<Vec<String>> {
        let goals = goals.given()?;
        if goals.value.is_empty() {
            let error = self.error(&goals.span, "the lesson has no goals");
            self.report.push(error.expected("expected at least one sentence"));
        }
        let texts: Vec<Option<String>> =
            goals.value.into_iter().map(|goal| self.text(Field::Given(goal), "goals")).collect();
        texts.into_iter().collect()
    }

    fn experiments(&mut self, experiments: Field<Vec<RawExperiment>>) -> Option<Vec<Experiment>> {
        let experiments = experiments.given()?;
        if experiments.value.is_empty() {
            let error = self.error(&experiments.span, "the lesson has no experiments");
            self.report.push(error.expected("expected at least one `[[experiment]]`"));
            return None;
        }
        let ids: Vec<_> = experiments.value.iter().map(|experiment| experiment.id.clone().given()).collect();
        self.unique(ids.into_iter().flatten(), "experiment");
        let checked: Vec<Option<Experiment>> =
            experiments.value.into_iter().map(|experiment| self.experiment(experiment)).collect();
        checked.into_iter().collect()
    }

    fn experiment(&mut self, raw: RawExperiment) -> Option<Experiment> {
        let id = self.id(raw.id);
        let title = self.text(raw.title, "title");
        let kind = self.word(raw.workload, "workload", WorkloadKind::from_id, WorkloadKind::ALL.map(WorkloadKind::id));
        let workload = kind.and_then(|kind| self.workload(kind, raw.parameters));
        let engines = self.engines(raw.engines, kind);
        let threads = raw.threads.given().and_then(|range| self.range(range));
        let metric = match raw.metric {
            Field::Absent => Some(Metric::Speedup),
            metric => self.word(metric, "metric", Metric::from_id, Metric::ALL.map(Metric::id)),
        };
        let group = match raw.group {
            Field::Absent => Some(None),
            group => self.id(group).map(|group| Some(group.value)),
        };
        let ids: Vec<_> = raw.claims.iter().map(|claim| claim.id.clone().given()).collect();
        self.unique(ids.into_iter().flatten(), "claim");
        let claims: Vec<Option<Claim>> = raw
            .claims
            .into_iter()
            .map(|claim| self.claim(claim, workload.as_ref(), engines.as_deref(), threads.as_ref()))
            .collect();
        Some(Experiment {
            id: id?.value,
            title: title?,
            workload: workload?,
            engines: engines?,
            threads: threads?,
            metric: metric?,
            group: group?,
            claims: claims.into_iter().collect::<Option<_>>()?,
        })
    }

    /// Reports each id that an earlier one has already.
    fn unique(&mut self, ids: impl Iterator<Item = Placed<String>>, what: &str) {
        let mut seen: Vec<Placed<String>> = Vec::new();
        for id in ids {
            if let Some(first) = seen.iter().find(|seen| seen.value == id.value) {
                let line = self.error(&first.span, "").line;
                let error = self
                    .error(&id.span, format!("there are two {what}s `{}`", id.value))
                    .help(format!("the first is on line {line}; give this one another id"));
                self.report.push(error);
            } else {
                seen.push(id);
            }
        }
    }

    /// A word of a closed list.
    fn word<T, const N: usize>(
        &mut self,
        word: Field<String>,
        what: &str,
        from_id: fn(&str) -> Option<T>,
        words: [&'static str; N],
    ) -> Option<T> {
        self.placed_word(&word.given()?, what, from_id, words)
    }

    fn placed_word<T, const N: usize>(
        &mut self,
        word: &Placed<String>,
        what: &str,
        from_id: fn(&str) -> Option<T>,
        words: [&'static str; N],
    ) -> Option<T> {
        let found = from_id(&word.value);
        if found.is_none() {
            let error = self
                .error(&word.span, format!("unknown {what} `{}`", word.value))
                .expected(format!("expected {}", one_of(words)))
                .nearest(&word.value, words);
            self.report.push(error);
        }
        found
    }

    fn workload(&mut self, kind: WorkloadKind, parameters: Vec<(Placed<String>, Placed<f64>)>) -> Option<Workload> {
        let mut workload = Some(Workload::new(kind));
        for (name, value) in parameters {
            let names = || kind.parameters().iter().map(|parameter| parameter.id);
            let Some(parameter) = kind.parameters().iter().find(|parameter| parameter.id == name.value) else {
                let error = self
                    .error(&name.span, format!("workload `{}` has no parameter `{}`", kind.id(), name.value))
                    .expected(format!("expected {}", one_of(names())))
                    .nearest(&name.value, names());
                self.report.push(error);
                workload = None;
                continue;
            };
            let before = workload.clone().unwrap_or_else(|| Workload::new(kind));
            if let Ok(set) = before.with(parameter.id, value.value) {
                workload = workload.and(Some(set));
            } else {
                let error = self
                    .error(&value.span, format!("`{} = {}` is out of range", name.value, value.value))
                    .expected(format!("expected {} to {}", parameter.min, parameter.max));
                self.report.push(error);
                workload = None;
            }
        }
        workload
    }

    fn engines(
        &mut self,
        engines: Field<Vec<Placed<String>>>,
        workload: Option<WorkloadKind>,
    ) -> Option<Vec<EngineKind>> {
        let engines = engines.given()?;
        if engines.value.is_empty() {
            let error = self.error(&engines.span, "the experiment has no engines");
            let words = one_of(EngineKind::ALL.map(EngineKind::id));
            self.report.push(error.expected(format!("expected at least {words}")));
            return None;
        }
        let mut kinds = Vec::new();
        let mut all = true;
        for engine in engines.value {
            let Some(kind) = self.engine(&engine) else {
                all = false;
                continue;
            };
            if let Some(workload) = workload.filter(|workload| !kind.can_run(*workload)) {
                let error = self
                    .error(&engine.span, format!("engine `{kind}` cannot run workload `{}`", workload.id()))
                    .help("it runs one event loop, which overlaps waiting only: use it with `wait` or `socket`");
                self.report.push(error);
                all = false;
            }
            if kinds.contains(&kind) {
                let error = self.error(&engine.span, format!("engine `{kind}` is listed twice"));
                self.report.push(error.help("remove one of them"));
                all = false;
            }
            kinds.push(kind);
        }
        all.then_some(kinds)
    }

    fn engine(&mut self, engine: &Placed<String>) -> Option<EngineKind> {
        self.placed_word(engine, "engine", EngineKind::from_id, EngineKind::ALL.map(EngineKind::id))
    }

    fn range(&mut self, range: Placed<RawRange>) -> Option<ThreadRange> {
        let span = range.span;
        let min = self.count(range.value.min, "min");
        let max = self.count(range.value.max, "max");
        let (min, max) = (min?.value, max?.value);
        if is_empty(&min, &max) {
            let error = self.error(&span, "the range of thread counts is empty");
            self.report.push(error.expected("expected `min` to be at most `max`"));
            return None;
        }
        Some(ThreadRange { min, max })
    }

    /// A thread count: a whole number, or an expression in `cores`.
    fn count(&mut self, amount: Field<RawAmount>, name: &str) -> Option<Placed<Expression>> {
        let most = ThreadCount::MAX;
        let amount = amount.given()?;
        let span = amount.span.clone();
        let is_number = matches!(amount.value, RawAmount::Number(_));
        let expression = self.expression(amount)?;
        if expression.mentions_threads() {
            let error = self.error(&span, format!("`{name}` is a thread count and cannot depend on `threads`"));
            self.report.push(error.expected("expected a number, or an expression in `cores`"));
            return None;
        }
        let possible = |value: f64| (1.0..=most_threads()).contains(&value.round());
        let whole = |value: f64| (value - value.round()).abs() < f64::EPSILON;
        let good = MACHINES.iter().filter_map(|cores| expression.evaluate(*cores, 1.0));
        let mut good = good.filter(|value| possible(*value) && (!is_number || whole(*value)));
        if good.next().is_none() {
            let message = match expression.evaluate(1.0, 1.0) {
                Some(value) if !expression.mentions_cores() => format!("{value} is no thread count"),
                _ => format!("`{name}` is an impossible thread count on every machine"),
            };
            let error = self.error(&span, message).expected(format!("expected a whole number from 1 to {most}"));
            self.report.push(error);
            return None;
        }
        Some(Placed { value: expression, span })
    }

    /// A bound: a number, or an expression in `cores` and `threads`.
    fn bound(&mut self, amount: Field<RawAmount>, name: &str) -> Option<Placed<Expression>> {
        let amount = amount.given()?;
        let span = amount.span.clone();
        let expression = self.expression(amount)?;
        if MACHINES.iter().all(|cores| expression.evaluate(*cores, *cores).is_none()) {
            let error = self.error(&span, format!("`{name}` has no value on any machine"));
            self.report.push(error.help("it divides by zero, or grows beyond all numbers"));
            return None;
        }
        Some(Placed { value: expression, span })
    }

    fn expression(&mut self, amount: Placed<RawAmount>) -> Option<Expression> {
        let text = match amount.value {
            RawAmount::Number(number) if number < 0.0 => {
                let error = self.error(&amount.span, format!("{number} is below 0"));
                self.report.push(error.expected("expected 0 or more"));
                return None;
            }
            RawAmount::Number(number) => return Some(Expression::Number(number)),
            RawAmount::Text(text) => text,
        };
        match Expression::parse(&text) {
            Ok(expression) => Some(expression),
            Err(error) => {
                let place = within_string(self.source, &amount.span, &text, error.offset);
                let diagnostic = self
                    .error(&place, format!("`{text}` is no expression, because of {}", error.found))
                    .expected(format!("expected {}", error.expected))
                    .nearest(error.found.trim_matches(['`', '\'', '"']), ["cores", "threads", "min", "max"]);
                self.report.push(diagnostic);
                None
            }
        }
    }

    fn claim(
        &mut self,
        raw: RawClaim,
        workload: Option<&Workload>,
        engines: Option<&[EngineKind]>,
        threads: Option<&ThreadRange>,
    ) -> Option<Claim> {
        let id = self.id(raw.id);
        let text = self.text(raw.text, "text");
        let check = raw.check.given().and_then(|check| self.check(check, engines, threads));
        Some(Claim { id: id?.value, text: text?, workload: workload.cloned(), check: check? })
    }

    fn check(
        &mut self,
        check: Placed<RawCheck>,
        engines: Option<&[EngineKind]>,
        threads: Option<&ThreadRange>,
    ) -> Option<Check> {
        let Placed { value: raw, span } = check;
        let quantity = self.quantity(raw.quantity, raw.engine, raw.over, &span, engines);
        let at = self.at(raw.threads, raw.from, raw.to, &span, threads);
        let unbounded = raw.at_least.is_absent() && raw.at_most.is_absent();
        let (least_given, most_given) = (!raw.at_least.is_absent(), !raw.at_most.is_absent());
        let at_least = self.bound(raw.at_least, "at_least");
        let at_most = self.bound(raw.at_most, "at_most");
        if unbounded {
            let error = self.error(&span, "the check has no bound");
            self.report.push(error.expected("expected `at_least`, `at_most` or both"));
            return None;
        }
        if (least_given && at_least.is_none()) || (most_given && at_most.is_none()) {
            return None;
        }
        let at = at?;
        if let (Some(least), Some(most)) = (&at_least, &at_most) {
            let contradict = |cores: f64, threads: f64| {
                let values = (least.value.evaluate(cores, threads), most.value.evaluate(cores, threads));
                matches!(values, (Some(least), Some(most)) if least > most)
            };
            let everywhere = MACHINES.iter().all(|cores| {
                let (from, to) = at_ends(&at, *cores);
                contradict(*cores, from) && contradict(*cores, to)
            });
            if everywhere {
                let error = self.error(&most.span, "`at_most` is below `at_least`, so that nothing could hold");
                self.report.push(error.expected("expected a greater bound"));
                return None;
            }
        }
        let quantity = quantity?;
        let over_one_thread = !matches!(quantity, Quantity::ThroughputRatio { .. } | Quantity::CoresUsed { .. });
        if over_one_thread && MACHINES.iter().all(|cores| at_ends(&at, *cores).1 <= 1.0) {
            let error =
                self.error(&span, "one thread is what this quantity is compared with, so that the claim says nothing");
            self.report.push(error.expected("expected 2 or more threads"));
            return None;
        }
        Some(Check {
            quantity,
            at,
            at_least: at_least.map(|bound| bound.value),
            at_most: at_most.map(|bound| bound.value),
        })
    }

    fn quantity(
        &mut self,
        quantity: Field<String>,
        engine: Field<String>,
        over: Field<String>,
        span: &Range<usize>,
        engines: Option<&[EngineKind]>,
    ) -> Option<Quantity> {
        let engine = self.listed_engine(engine, engines);
        let over_span = match &over {
            Field::Given(over) => Some(over.span.clone()),
            Field::Absent | Field::Wrong => None,
        };
        let over_absent = over.is_absent();
        let over = self.listed_engine(over, engines);
        let known = |word: &str| QUANTITIES.into_iter().find(|known| *known == word);
        let quantity = self.word(quantity, "quantity", known, QUANTITIES)?;
        let is_ratio = matches!(quantity, "throughput-ratio" | "speedup-ratio");
        if is_ratio && over_absent {
            let error =
                self.error(span, format!("quantity `{quantity}` compares two engines, and the check lacks `over`"));
            self.report.push(error.help("add `over = \"native\"`"));
            return None;
        }
        if let Some(over_span) = over_span.filter(|_| !is_ratio) {
            let error = self.error(&over_span, format!("quantity `{quantity}` speaks of one engine only"));
            self.report.push(error.help("remove `over`, or use `throughput-ratio` or `speedup-ratio`"));
            return None;
        }
        let engine = engine?;
        Some(match quantity {
            "speedup" => Quantity::Speedup { engine: engine.value },
            "cores-used" => Quantity::CoresUsed { engine: engine.value },
            "latency-ratio" => Quantity::LatencyRatio { engine: engine.value },
            ratio => {
                let over = over?;
                if over.value == engine.value {
                    let error = self.error(&over.span, format!("`{}` is compared with itself", over.value));
                    self.report.push(error.expected("expected another engine"));
                    return None;
                }
                let (engine, over) = (engine.value, over.value);
                match ratio {
                    "throughput-ratio" => Quantity::ThroughputRatio { engine, over },
                    _ => Quantity::SpeedupRatio { engine, over },
                }
            }
        })
    }

    /// An engine that the experiment lists.
    fn listed_engine(&mut self, engine: Field<String>, engines: Option<&[EngineKind]>) -> Option<Placed<EngineKind>> {
        let engine = engine.given()?;
        let kind = self.engine(&engine)?;
        if let Some(engines) = engines.filter(|engines| !engines.contains(&kind)) {
            let error = self
                .error(&engine.span, format!("the experiment does not list engine `{kind}`"))
                .expected(format!("expected {}", one_of(engines.iter().map(|engine| engine.id()))))
                .help("add it to `engines`, or claim something about a listed one");
            self.report.push(error);
            return None;
        }
        Some(Placed { value: kind, span: engine.span })
    }

    fn at(
        &mut self,
        threads: Field<RawAmount>,
        from: Field<RawAmount>,
        to: Field<RawAmount>,
        span: &Range<usize>,
        slider: Option<&ThreadRange>,
    ) -> Option<At> {
        let (at, place) = match (threads.is_absent(), from.is_absent(), to.is_absent()) {
            (false, true, true) => {
                let count = self.count(threads, "threads")?;
                (At::Threads(count.value), count.span)
            }
            (true, false, false) => {
                let from = self.count(from, "from");
                let to = self.count(to, "to");
                let (from, to) = (from?, to?);
                if is_empty(&from.value, &to.value) {
                    let error = self.error(&to.span, "the range of thread counts is empty");
                    self.report.push(error.expected("expected `to` to be at least `from`"));
                    return None;
                }
                (At::Range(from.value, to.value), from.span)
            }
            _ => {
                let error = self.error(span, "the check does not say at which thread counts");
                self.report.push(error.expected("expected either `threads`, or `from` and `to`"));
                return None;
            }
        };
        if let Some(slider) = slider {
            let outside = MACHINES.iter().all(|cores| {
                let (from, to) = at_ends(&at, *cores);
                to < count_at(&slider.min, *cores) || from > count_at(&slider.max, *cores)
            });
            if outside {
                let error = self.error(&place, "the experiment's slider never reaches this thread count");
                self.report.push(error.help("widen the experiment's `threads`, or claim something within it"));
                return None;
            }
        }
        Some(at)
    }
}

/// The thread count that an expression means on a machine.
fn count_at(expression: &Expression, cores: f64) -> f64 {
    expression.evaluate(cores, 1.0).map_or(1.0, |value| value.round().clamp(1.0, most_threads()))
}

/// Whether nothing lies between two thread counts on any machine.
fn is_empty(from: &Expression, to: &Expression) -> bool {
    MACHINES.iter().all(|cores| {
        let ends = (from.evaluate(*cores, 1.0), to.evaluate(*cores, 1.0));
        matches!(ends, (Some(from), Some(to)) if from.round() > to.round())
    })
}

fn most_threads() -> f64 {
    ThreadCount::clamped(usize::MAX).as_f64()
}

fn at_ends(at: &At, cores: f64) -> (f64, f64) {
    match at {
        At::Threads(count) => (count_at(count, cores), count_at(count, cores)),
        At::Range(from, to) => (count_at(from, cores), count_at(to, cores)),
    }
}

fn is_kebab_case(id: &str) -> bool {
    !id.is_empty()
        && id
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// The id that `text` was likely meant to be; empty where there is none.
fn kebab_case(text: &str) -> String {
    let lower = text.to_lowercase();
    let parts: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

/// The character at `offset` of a string, as a place in the file; the whole string where escapes hide it.
fn within_string(source: &str, span: &Range<usize>, text: &str, offset: usize) -> Range<usize> {
    let literal = source.get(span.clone()).unwrap_or_default();
    let quotes = if literal.starts_with("\"\"\"") || literal.starts_with("'''") { 3 } else { 1 };
    let inner = literal.get(quotes..literal.len().saturating_sub(quotes)).unwrap_or_default();
    if inner != text || !text.is_char_boundary(offset) {
        return span.clone();
    }
    let start = span.start + quotes + offset;
    let length = text[offset..].chars().next().map_or(0, char::len_utf8);
    start..start + length
}
