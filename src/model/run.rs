//! A run as it grows: the events of the engine, folded into the record that is shown, judged and saved.
//!
//! The window and the command line share this; `crate::engine::fold` feeds it.

use super::claim::{Claim, Subject, judge};
use super::machine::Machine;
use super::plan::RunRequest;
use super::record::{Completion, ExperimentRecord, FORMAT, RunRecord, WarningRecord};
use super::results::{Curve, Results};
use super::series::SeriesKey;
use super::warning::Warning;
use super::window::Window;
use super::workload::Workload;

/// What is known before a run begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// Name, version and build of this program.
    pub program: String,
    /// RFC 3339 with offset.
    pub started_at: String,
    /// Where it runs.
    pub machine: Machine,
    /// The lesson's id.
    pub lesson: String,
    /// The lesson's title.
    pub lesson_title: String,
    /// For each experiment of the request, in its order: title and claims.
    pub experiments: Vec<ExperimentOpening>,
}

/// What a lesson says of one experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentOpening {
    /// The title above its plot.
    pub title: String,
    /// The claims it tests.
    pub claims: Vec<Claim>,
}

/// A run from its request to its last event.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    record: RunRecord,
    subjects: Vec<ClaimedWorkload>,
}

#[derive(Debug, Clone, PartialEq)]
struct ClaimedWorkload {
    claims: Vec<Claim>,
    workload: Workload,
}

impl Run {
    /// A run that has not measured anything yet. Experiments without an opening get an empty one.
    pub fn new(request: &RunRequest, opening: Opening) -> Self {
        let mut told = opening.experiments.into_iter();
        let mut subjects = Vec::new();
        let experiments = request
            .experiments
            .iter()
            .map(|plan| {
                let (title, claims) = told.next().map_or_else(Default::default, |told| (told.title, told.claims));
                subjects.push(ClaimedWorkload { claims, workload: plan.workload.clone() });
                ExperimentRecord {
                    id: plan.id.clone(),
                    title,
                    workload: plan.workload.kind(),
                    parameters: plan.workload.written(),
                    code: plan.workload.code().map(str::to_owned),
                    results: Results::new(&plan.series),
                    claims: Vec::new(),
                    prediction: None,
                    warnings: Vec::new(),
                }
            })
            .collect();
        let record = RunRecord {
            format: FORMAT,
            program: opening.program,
            started_at: opening.started_at,
            machine: opening.machine,
            lesson: opening.lesson,
            lesson_title: opening.lesson_title,
            precision: request.precision,
            seed: request.seed,
            switch_interval_us: request.switch_interval_us,
            completion: Completion::Partial,
            rounds: 0,
            elapsed_s: 0.0,
            experiments,
            warnings: Vec::new(),
        };
        Self { record, subjects }
    }

    /// Everything known so far; marked as partial until [`Run::finish`].
    pub fn record(&self) -> &RunRecord {
        &self.record
    }

    /// The record, for keeping.
    pub fn into_record(self) -> RunRecord {
        self.record
    }

    /// Adds a window to the curve of an experiment. An index that the request does not have is ignored.
    pub fn add_window(&mut self, experiment: usize, curve: &Curve, window: Window) {
        if let Some(experiment) = self.record.experiments.get_mut(experiment) {
            experiment.results.add(curve, window);
        }
    }

    /// Notes that a series is measured as another. An index that the request does not have is ignored.
    pub fn replace_series(&mut self, experiment: usize, from: &SeriesKey, to: &SeriesKey) {
        if let Some(experiment) = self.record.experiments.get_mut(experiment) {
            experiment.results.replace(from, to);
        }
    }

    /// Notes that a round is finished, and judges the claims anew.
    pub fn finish_round(&mut self, rounds: u32, elapsed_s: f64) {
        self.record.rounds = rounds;
        self.record.elapsed_s = elapsed_s;
        self.judge();
    }

    /// Adds a warning once: the same kind for the same experiment keeps only its last wording.
    pub fn warn(&mut self, experiment: Option<usize>, warning: Warning) {
        let warnings = match experiment {
            None => &mut self.record.warnings,
            Some(index) => match self.record.experiments.get_mut(index) {
                Some(experiment) => &mut experiment.warnings,
                None => return,
            },
        };
        warnings.retain(|known| !known.warning.is_superseded_by(&warning));
        warnings.push(WarningRecord::from(warning));
    }

    /// Ends the run and judges the claims for the last time.
    pub fn finish(&mut self, completion: Completion, elapsed_s: f64) {
        self.record.completion = completion;
        self.record.elapsed_s = elapsed_s;
        self.judge();
    }

    fn judge(&mut self) {
        for (experiment, subject) in self.record.experiments.iter_mut().zip(&self.subjects) {
            let view = Subject {
                results: &experiment.results,
                workload: &subject.workload,
                machine: &self.record.machine,
                switch_interval_us: self.record.switch_interval_us,
            };
            experiment.claims = subject.claims.iter().map(|claim| judge(claim, &view)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::claim::{At, Check, Quantity, Verdict};
    use super::super::expression::Expression;
    use super::super::fixture;
    use super::super::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan, RunId};
    use super::super::series::EngineKind;
    use super::super::stopping::Precision;
    use super::super::units::ThreadCount;
    use super::super::workload::WorkloadKind;
    use super::*;

    fn run() -> Run {
        let key = SeriesKey::of(EngineKind::Native);
        let request = RunRequest {
            run_id: RunId(1),
            experiments: vec![ExperimentPlan {
                id: "wait".to_owned(),
                workload: Workload::new(WorkloadKind::Wait),
                series: vec![key],
                threads: vec![ThreadCount::ONE, ThreadCount::clamped(2)],
            }],
            precision: Precision::Quick,
            seed: 7,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
        };
        let claim = Claim {
            id: "twice".to_owned(),
            text: "Two threads wait twice as often.".to_owned(),
            workload: Some(Workload::new(WorkloadKind::Wait)),
            check: Check {
                quantity: Quantity::Speedup { engine: EngineKind::Native },
                at: At::Threads(Expression::Number(2.0)),
                at_least: Some(Expression::Number(1.8)),
                at_most: None,
                gil: None,
            },
        };
        let opening = Opening {
            program: "threadlab".to_owned(),
            started_at: "2026-11-22T12:00:00+00:00".to_owned(),
            machine: fixture::machine(2),
            lesson: "waiting".to_owned(),
            lesson_title: "Waiting".to_owned(),
            experiments: vec![ExperimentOpening { title: "Wait".to_owned(), claims: vec![claim] }],
        };
        Run::new(&request, opening)
    }

    fn window(threads: usize, round: u32, units: u64) -> Window {
        Window { wall_s: 0.1, units, ..fixture::unread_window(threads, round) }
    }

    #[test]
    fn rounds_become_verdicts() {
        let mut run = run();
        let curve = Curve::Series(SeriesKey::of(EngineKind::Native));
        for round in 0..6 {
            run.add_window(0, &curve, window(1, round, 20));
            run.add_window(0, &curve, window(2, round, 40));
            run.finish_round(round + 1, f64::from(round));
        }
        assert_eq!(run.record().completion, Completion::Partial);
        assert_eq!(run.record().experiments[0].claims[0].verdict, Verdict::Holds);
        run.finish(Completion::Completed, 6.5);
        assert_eq!(run.record().completion, Completion::Completed);
        assert_eq!(run.record().rounds, 6);
    }

    #[test]
    fn a_warning_is_said_once() {
        let mut run = run();
        run.warn(None, Warning::Steal { share: 0.1 });
        run.warn(None, Warning::Steal { share: 0.2 });
        run.warn(Some(0), Warning::ServerBusy { threads: 8, share_of_core: 0.9 });
        run.warn(Some(0), Warning::ServerBusy { threads: 16, share_of_core: 0.9 });
        run.warn(Some(9), Warning::Battery);
        assert_eq!(run.record().warnings.len(), 1);
        assert!(run.record().warnings[0].message.contains("20 %"));
        assert_eq!(run.record().experiments[0].warnings.len(), 2);
    }
}
