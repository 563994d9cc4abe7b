//! The second step: raw front matter becomes types that cannot be wrong, or errors with their places.

use std::ops::Range;

use amount::is_empty;

use super::body::may_define_work;
use super::diagnostic::{Diagnostic, all_of, one_of};
use super::raw::{Field, Placed, RawExperiment, RawLesson, RawRange};
use super::title::{MOST_TITLE_CHARS, TitleErrorKind};
use super::{Experiment, Question, ThreadRange, Title};
use crate::model::claim::Claim;
use crate::model::plot::Metric;
use crate::model::series::EngineKind;
use crate::model::workload::{Parameter, ParameterValue, Workload, WorkloadKind};

mod amount;
mod claim;
mod question;
mod reach;

#[cfg(test)]
pub(super) use claim::QUANTITIES;

/// The format of lesson files that this program reads.
pub const FORMAT: i64 = 1;

/// The longest lesson, in minutes.
const MOST_MINUTES: i64 = 600;

/// Why a workload has no latency, and why it loses no updates: words that follow its name.
const NO_LATENCY: &str = "only computes or is measured in whole batches, so that its units have no latency";
const NO_UPDATES: &str = "makes no updates that could get lost";

/// The front matter, checked.
pub(super) struct Front {
    pub(super) id: Placed<String>,
    pub(super) title: String,
    pub(super) minutes: u32,
    pub(super) goals: Vec<String>,
    pub(super) experiments: Vec<Experiment>,
    pub(super) questions: Vec<Question>,
}

impl Front {
    /// Gives the lesson's own workload, with the place of the line that begins it, to the experiments that measure it.
    pub(super) fn with_code(
        mut self,
        source: &str,
        work: Option<&(&str, Range<usize>)>,
        report: &mut Vec<Diagnostic>,
    ) -> Self {
        for experiment in self.experiments.iter_mut().filter(|it| it.workload.kind() == WorkloadKind::Code) {
            if let Some((work, place)) = work {
                if !work.trim().is_empty() && !may_define_work(work) {
                    let error =
                        Diagnostic::new(source, place.clone(), "the lesson's workload defines no function `work`");
                    report.push(error.expected("expected a plain `def work():` below this line"));
                }
                experiment.workload = experiment.workload.clone().with_code(work);
                for claim in &mut experiment.claims {
                    claim.workload = Some(experiment.workload.clone());
                }
            } else {
                let message =
                    format!("experiment `{}` measures the lesson's own code, and there is none", experiment.id);
                let error = Diagnostic::new(source, self.id.span.clone(), message);
                report.push(error.help("add a block fenced as ```python work that defines a function `work`"));
            }
        }
        self
    }
}

/// Checks the front matter of `source`. `None` where something is wrong; every error is in `report` then.
pub(super) fn check(source: &str, raw: RawLesson, report: &mut Vec<Diagnostic>) -> Option<Front> {
    let mut checker = Checker { source, report };
    let ids = raw.experiment_ids();
    checker.format(raw.format);
    let id = checker.id(raw.id);
    let title = checker.short_text(raw.title, "title").map(|title| title.value);
    let minutes = checker.minutes(raw.minutes);
    let goals = checker.goals(raw.goals);
    let experiments = checker.experiments(raw.experiments);
    let questions = checker.questions(raw.questions, ids.as_deref(), experiments.as_deref());
    let (experiments, questions) = (experiments?, questions?);
    Some(Front { id: id?, title: title?, minutes: minutes?, goals: goals?, experiments, questions })
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
        if is_id(&id.value) {
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

    /// Some words that stand above a plot or in a list.
    fn short_text(&mut self, text: Field<String>, name: &str) -> Option<Placed<String>> {
        let span = text.clone().given()?.span;
        let value = self.text(text, name)?;
        let length = value.chars().count();
        if length > MOST_TITLE_CHARS {
            let error = self.error(&span, format!("`{name}` has {length} characters"));
            self.report.push(error.expected(format!("expected at most {MOST_TITLE_CHARS}")));
            return None;
        }
        Some(Placed { value, span })
    }

    /// The title of an experiment with this kind of workload.
    fn title(&mut self, text: &Placed<String>, kind: WorkloadKind) -> Option<Title> {
        let error = match Title::parse(&text.value, kind) {
            Ok(title) => return Some(title),
            Err(error) => error,
        };
        // Where the value is written without escapes, as it nearly always is, the very words can be pointed at.
        let wrong = text.value.get(error.place.clone()).unwrap_or_default();
        let written = self.source.get(text.span.clone()).unwrap_or_default();
        let span = match written.find(&text.value).filter(|_| !wrong.is_empty()) {
            Some(begin) => {
                let begin = text.span.start + begin + error.place.start;
                begin..begin + wrong.len()
            }
            None => text.span.clone(),
        };
        let names = || kind.parameters().iter().map(|parameter| parameter.id);
        let diagnostic = match &error.kind {
            TitleErrorKind::Unknown(name) => self
                .error(&span, format!("workload `{}` has no parameter `{name}` to show in a title", kind.id()))
                .expected(format!("expected {}", one_of(names())))
                .nearest(name, names()),
            TitleErrorKind::NoShare(name) => self
                .error(&span, format!("`{name}` is no share, so that it is no percentage"))
                .expected("expected a parameter from 0 to 1 before `:%`")
                .help(format!("write `{{{name}}}` and its unit")),
            TitleErrorKind::SingleBrace => self
                .error(&span, "a brace of this title has no other half")
                .expected("expected the name of a parameter between `{` and `}`")
                .help("write `{{` or `}}` for a brace that is to be seen"),
        };
        self.report.push(diagnostic);
        None
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
        let title = self.short_text(raw.title, "title");
        let kind = self.word(raw.workload, "workload", WorkloadKind::from_id, WorkloadKind::ALL.map(WorkloadKind::id));
        let title = title.zip(kind).and_then(|(title, kind)| self.title(&title, kind));
        let workload = kind.and_then(|kind| self.workload(kind, raw.parameters));
        let engines = self.engines(raw.engines, kind);
        let threads = raw.threads.given().and_then(|range| self.range(range));
        let metric = match raw.metric {
            Field::Absent => Some(Metric::Speedup),
            metric => self.metric(metric, kind),
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

    /// The tab shown first, which must be one that the workload has.
    fn metric(&mut self, metric: Field<String>, workload: Option<WorkloadKind>) -> Option<Metric> {
        let metric = metric.given()?;
        let found = self.placed_word(&metric, "metric", Metric::from_id, Metric::ALL.map(Metric::id))?;
        let Some(workload) = workload else { return Some(found) };
        let (missing, help) = match found {
            Metric::LostUpdates if !workload.counts_updates() => {
                let counting = WorkloadKind::ALL.into_iter().filter(|kind| kind.counts_updates()).map(WorkloadKind::id);
                let help = format!("`lost-updates` is a metric of {}", all_of(counting));
                (NO_UPDATES, help)
            }
            Metric::Latency if !workload.times_units() => (NO_LATENCY, "show `throughput` or `speedup`".to_owned()),
            _ => return Some(found),
        };
        let error = self.error(&metric.span, format!("workload `{}` {missing}", workload.id()));
        self.report.push(error.help(help));
        None
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

    fn workload(
        &mut self,
        kind: WorkloadKind,
        parameters: Vec<(Placed<String>, Placed<ParameterValue>)>,
    ) -> Option<Workload> {
        let mut workload = Some(Workload::new(kind));
        for (name, value) in parameters {
            let names = || kind.parameters().iter().map(|parameter| parameter.id);
            let Some(parameter) = kind.parameter(&name.value) else {
                let error = self
                    .error(&name.span, format!("workload `{}` has no parameter `{}`", kind.id(), name.value))
                    .expected(format!("expected {}", one_of(names())))
                    .nearest(&name.value, names());
                self.report.push(error);
                workload = None;
                continue;
            };
            let before = workload.clone().unwrap_or_else(|| Workload::new(kind));
            if let Ok(set) = before.with_written(parameter.id, &value.value) {
                workload = workload.and(Some(set));
            } else {
                let error = self.no_value(parameter, &value);
                self.report.push(error);
                workload = None;
            }
        }
        workload
    }

    /// Why a parameter cannot have a value.
    fn no_value(&self, parameter: &Parameter, value: &Placed<ParameterValue>) -> Diagnostic {
        let (name, words) = (parameter.id, || parameter.choices.iter().map(|choice| choice.id));
        let error = |message: String| self.error(&value.span, message);
        match &value.value {
            ParameterValue::Number(number) if parameter.choices.is_empty() => {
                error(format!("`{name} = {number}` is out of range"))
                    .expected(format!("expected {} to {}", parameter.min, parameter.max))
            }
            ParameterValue::Word(word) if parameter.choices.is_empty() => {
                error(format!("`{name}` is the text `{word}`"))
                    .expected(format!("expected a number from {} to {}", parameter.min, parameter.max))
            }
            ParameterValue::Number(number) => {
                error(format!("`{name}` is the number `{number}`")).expected(format!("expected {}", one_of(words())))
            }
            ParameterValue::Word(word) => error(format!("unknown `{name}`: `{word}`"))
                .expected(format!("expected {}", one_of(words())))
                .nearest(word, words()),
        }
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
            if let Some((workload, reason)) = workload.and_then(|workload| Some((workload, kind.why_not(workload)?))) {
                let error = self
                    .error(&engine.span, format!("engine `{kind}` cannot run workload `{}`", workload.id()))
                    .help(reason);
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
}

/// Whether a text can be the id of a lesson, an experiment or a claim: lower-case letters, digits and single hyphens between
/// them.
pub fn is_id(id: &str) -> bool {
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
