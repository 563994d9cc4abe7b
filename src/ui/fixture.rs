//! Made-up results for the window's tests.

use crate::model::fixture;
use crate::model::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan, RunId, RunRequest};
use crate::model::record::RunRecord;
use crate::model::run::{Opening, Run};
use crate::model::stopping::Precision;

/// A run of one experiment of which nothing is measured yet.
pub(crate) fn empty_record(plan: ExperimentPlan) -> RunRecord {
    let request = RunRequest {
        run_id: RunId(1),
        experiments: vec![plan],
        precision: Precision::Quick,
        seed: 7,
        switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
    };
    let opening = Opening {
        program: "threadlab".to_owned(),
        started_at: "2026-11-22T12:00:00+00:00".to_owned(),
        machine: fixture::machine(2),
        lesson: "waiting".to_owned(),
        lesson_title: "Waiting".to_owned(),
        experiments: Vec::new(),
    };
    Run::new(&request, opening).into_record()
}
