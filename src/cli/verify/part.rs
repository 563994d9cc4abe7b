//! What is measured together: the experiments of one group, with no more engines and thread counts than their claims need.

use super::Row;
use crate::cli::choice::Choice;
use crate::engine::{Support, catalogue};
use crate::lesson::{Experiment, Lesson};
use crate::model::claim::{Claim, Subject, Verdict, judge};
use crate::model::machine::Machine;
use crate::model::plan::{DEFAULT_SWITCH_INTERVAL_US, RunId, RunRequest};
use crate::model::record::RunRecord;
use crate::model::series::{EngineKind, Interpreter, SeriesKey, StartMethod};
use crate::model::stopping::Precision;

/// What there is to measure with.
pub(super) struct Offer {
    /// The engines that may be used.
    pub(super) engines: Vec<EngineKind>,
    /// The interpreters for those that need one.
    pub(super) interpreters: Vec<Interpreter>,
    /// How processes are started, a series for each; the interpreter's own way where there is none.
    pub(super) start_methods: Vec<StartMethod>,
}

/// Experiments that are measured together.
pub(super) struct Part<'a> {
    pub(super) choice: Choice<'a>,
    /// For each experiment what its claims need.
    needs: Vec<Needs>,
}

/// What the claims of an experiment need.
struct Needs {
    series: Vec<SeriesKey>,
    /// The engines that are not to be had, each with a full sentence.
    missing: Vec<(EngineKind, String)>,
}

/// The engines that the claims of these lessons speak of.
pub(super) fn claimed_engines(choices: &[Choice<'_>]) -> Vec<EngineKind> {
    let mut engines: Vec<EngineKind> =
        choices.iter().flat_map(|choice| &choice.experiments).flat_map(|experiment| of_claims(experiment)).collect();
    engines.sort_unstable();
    engines.dedup();
    engines
}

fn of_claims(experiment: &Experiment) -> Vec<EngineKind> {
    let mut engines: Vec<EngineKind> =
        experiment.claims.iter().flat_map(|claim| claim.check.quantity.engines()).collect();
    engines.sort_unstable();
    engines.dedup();
    engines
}

/// The parts of these lessons: each group of experiments, and each experiment without one. What has no claim is left out.
pub(super) fn parts<'a>(choices: &[Choice<'a>], offer: &Offer) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    for choice in choices {
        let first_of_lesson = parts.len();
        for experiment in choice.experiments.iter().copied().filter(|experiment| !experiment.claims.is_empty()) {
            let needs = Needs::of(experiment, offer);
            let companion = parts.iter_mut().skip(first_of_lesson).find(|part| part.has_group_of(experiment));
            if let Some(part) = companion {
                part.choice.experiments.push(experiment);
                part.needs.push(needs);
            } else {
                let choice = Choice { lesson: choice.lesson, experiments: vec![experiment] };
                parts.push(Part { choice, needs: vec![needs] });
            }
        }
    }
    parts
}

impl Needs {
    fn of(experiment: &Experiment, offer: &Offer) -> Self {
        let mut needs = Self { series: Vec::new(), missing: Vec::new() };
        for kind in of_claims(experiment) {
            if !offer.engines.contains(&kind) {
                needs.missing.push((kind, format!("`{kind}` was left out with `--engine`.")));
                continue;
            }
            let mut why = None;
            let before = needs.series.len();
            for key in catalogue::series(kind, &offer.interpreters, &offer.start_methods) {
                match catalogue::asked_support(&key, &experiment.workload) {
                    Support::Available => needs.series.push(key),
                    Support::Unavailable { reason, remedy } => {
                        let remedy = remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
                        why = Some(format!("{} cannot be measured here: {reason}{remedy}.", kind.label()));
                    }
                }
            }
            if needs.series.len() == before {
                needs.missing.extend(why.map(|why| (kind, why)));
            }
        }
        needs
    }

    /// Why a claim cannot be decided, if an engine that it speaks of is missing.
    fn lacking(&self, claim: &Claim) -> Option<&str> {
        let spoken_of = claim.check.quantity.engines();
        self.missing.iter().find(|(kind, _)| spoken_of.contains(kind)).map(|(_, why)| why.as_str())
    }
}

impl Part<'_> {
    fn has_group_of(&self, experiment: &Experiment) -> bool {
        experiment.group.is_some() && self.choice.experiments.iter().any(|own| own.group == experiment.group)
    }

    /// Such as `both/compute + wait`.
    pub(super) fn name(&self) -> String {
        let ids: Vec<&str> = self.choice.experiments.iter().map(|experiment| experiment.id.as_str()).collect();
        format!("{}/{}", self.choice.lesson.id, ids.join(" + "))
    }

    /// The run that decides its claims; `None` where nothing that they speak of is to be had.
    pub(super) fn request(&self, machine: &Machine, precision: Precision, seed: u64) -> Option<RunRequest> {
        let plans: Vec<_> =
            self.measured().map(|(experiment, needs)| experiment.claims_plan(needs.series.clone(), machine)).collect();
        (!plans.is_empty()).then_some(RunRequest {
            run_id: RunId(1),
            experiments: plans,
            precision,
            seed,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
        })
    }

    fn measured(&self) -> impl Iterator<Item = (&Experiment, &Needs)> {
        let all = self.choice.experiments.iter().copied().zip(&self.needs);
        all.filter(|(_, needs)| !needs.series.is_empty())
    }

    /// What the record of its run says of each claim.
    pub(super) fn rows(&self, record: &RunRecord, invert: bool) -> Vec<Row> {
        self.each(|needs, experiment, claim| {
            if let Some(why) = needs.lacking(claim) {
                return (Verdict::CannotTell, why.to_owned(), None);
            }
            let Some(measured) = record.experiments.iter().find(|measured| measured.id == experiment.id) else {
                return (Verdict::CannotTell, "Nothing was measured.".to_owned(), None);
            };
            let workload = measured.workload_as_run();
            let subject = Subject {
                results: &measured.results,
                workload: &workload,
                machine: &record.machine,
                switch_interval_us: record.switch_interval_us,
            };
            let judgement = judge(claim, &subject);
            let inverted =
                invert.then(|| claim.inverted().iter().map(|claim| judge(claim, &subject).verdict).collect());
            (judgement.verdict, judgement.reason, inverted)
        })
    }

    /// Every claim as undecided, for a reason: that of the engine it lacks, or else `why`, a full sentence.
    pub(super) fn undecided(&self, why: &str) -> Vec<Row> {
        self.each(|needs, _, claim| (Verdict::CannotTell, needs.lacking(claim).unwrap_or(why).to_owned(), None))
    }

    fn each(
        &self,
        judged: impl Fn(&Needs, &Experiment, &Claim) -> (Verdict, String, Option<Vec<Verdict>>),
    ) -> Vec<Row> {
        let lesson: &Lesson = self.choice.lesson;
        let experiments = self.choice.experiments.iter().zip(&self.needs);
        experiments
            .flat_map(|(experiment, needs)| experiment.claims.iter().map(move |claim| (*experiment, needs, claim)))
            .map(|(experiment, needs, claim)| {
                let (verdict, reason, inverted) = judged(needs, experiment, claim);
                Row {
                    lesson: lesson.id.clone(),
                    experiment: experiment.id.clone(),
                    id: claim.id.clone(),
                    text: claim.text.clone(),
                    verdict,
                    reason,
                    inverted,
                }
            })
            .collect()
    }
}
