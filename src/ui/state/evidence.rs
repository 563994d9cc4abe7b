//! What has been measured of an experiment, and what it says of claims, questions and the FAQ.

use super::State;
use crate::lesson::{Answer, Experiment, FaqEntry, Lesson, Question};
use crate::model::claim::{Claim, Subject, Verdict};
use crate::model::record::RunRecord;
use crate::ui::verdict_view::ClaimState;

impl State {
    /// The record that speaks of an experiment: an opened one of its lesson, the growing one, or the last one.
    fn record_of(&self, lesson: &Lesson, experiment: &str) -> Option<&RunRecord> {
        let speaks = |record: &&RunRecord| {
            record.lesson == lesson.id && record.experiments.iter().any(|measured| measured.id == experiment)
        };
        let opened = self.opened.as_ref().map(|opened| opened.record.as_ref()).filter(speaks);
        let live = self.run.as_ref().map(|live| live.run.record()).filter(speaks);
        opened.or(live).or_else(|| self.measured.values().map(|measured| measured.record.as_ref()).find(speaks))
    }

    fn is_growing(&self, record: &RunRecord) -> bool {
        self.run.as_ref().is_some_and(|live| std::ptr::eq(live.run.record(), record))
    }

    /// What is known of a claim.
    pub fn standing(&self, lesson: &Lesson, experiment: &Experiment, claim: &Claim) -> ClaimState<'_> {
        let Some(record) = self.record_of(lesson, &experiment.id) else { return ClaimState::Open };
        let judged = record.experiments.iter().find(|measured| measured.id == experiment.id);
        let judgement =
            judged.and_then(|measured| measured.claims.iter().find(|it| it.id == claim.id && it.text == claim.text));
        match judgement {
            // A verdict that may still turn round would be believed.
            _ if self.is_growing(record) => ClaimState::Running(None),
            Some(judgement) => ClaimState::Judged(judgement),
            None => ClaimState::Open,
        }
    }

    /// What this machine says of the claims that the answer to a question rests on, those of the experiments it links: the worst
    /// of what was measured. `None` where nothing was, or a run is on.
    pub fn faq_verdict(&self, lesson: &Lesson, entry: &FaqEntry) -> Option<Verdict> {
        let experiments = entry.experiments.iter().filter_map(|id| lesson.experiment(id));
        let claims = experiments.flat_map(|experiment| experiment.claims.iter().map(move |claim| (experiment, claim)));
        let verdicts: Vec<Verdict> = claims
            .filter_map(|(experiment, claim)| match self.standing(lesson, experiment, claim) {
                ClaimState::Judged(judgement) => Some(judgement.verdict),
                ClaimState::Open | ClaimState::Running(_) => None,
            })
            .collect();
        let worst = [Verdict::Refuted, Verdict::CannotTell, Verdict::Holds];
        worst.into_iter().find(|verdict| verdicts.contains(verdict))
    }

    /// What the learner answered to a question and what that comes to, if anything was answered.
    pub fn answered(&self, lesson: &Lesson, question: &Question) -> Option<(usize, Answer)> {
        let choice = self.session.answer(&lesson.id, &question.id)?;
        let experiment = question.experiment.as_deref();
        let record = experiment.and_then(|id| self.record_of(lesson, id)).filter(|record| !self.is_growing(record));
        let measured = record.and_then(|record| {
            let measured = record.experiments.iter().find(|measured| Some(measured.id.as_str()) == experiment)?;
            Some((measured, measured.workload_as_run(), record))
        });
        let subject = measured.as_ref().map(|(measured, workload, record)| Subject {
            results: &measured.results,
            workload,
            machine: &record.machine,
            switch_interval_us: record.switch_interval_us,
        });
        Some((choice, question.answer(choice, subject.as_ref())?))
    }
}
