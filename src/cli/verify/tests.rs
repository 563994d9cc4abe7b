//! Every claim of every bundled lesson, with scripted engines.

use super::*;
use crate::engine::handle::RunHandle;
use crate::engine::message::EventKind;
use crate::engine::quiet::NoAudience;
use crate::engine::{fold, mock};
use crate::model::run::Run;
use crate::model::series::Interpreter;

fn offer(choices: &[Choice<'_>]) -> Offer {
    let interpreter = Interpreter {
        path: "/bin/python3".to_owned(),
        version: "3.14.0".to_owned(),
        free_threaded: false,
        gil_enabled: Some(true),
    };
    Offer { engines: part::claimed_engines(choices), interpreters: vec![interpreter], start_methods: Vec::new() }
}

/// A run on scripted engines that behave as the textbook says.
fn scripted(choice: &Choice<'_>, request: RunRequest) -> (RunRecord, Outcome) {
    let mut run = Run::new(&request, measure::opening(&request, choice, mock::machine()));
    let clock = mock::MockClock::new();
    let engines = mock::engines(&request, &clock);
    let handle =
        RunHandle::start_in(request, engines, Box::new(NoAudience), mock::surroundings(&clock)).expect("a run");
    for event in handle.events() {
        fold::apply(&mut run, &event);
        if let EventKind::Finished(outcome) = event.kind {
            return (run.into_record(), outcome);
        }
    }
    panic!("a run that never finished")
}

fn verified(targets: &[&str]) -> Vec<Row> {
    let library = Library::bundled();
    let targets: Vec<String> = targets.iter().map(|&target| target.to_owned()).collect();
    let choices = chosen(&library, &targets).expect("lessons");
    let parts = part::parts(&choices, &offer(&choices));
    parts
        .iter()
        .flat_map(|part| {
            let request = part.request(&mock::machine(), Precision::Quick, 1);
            let mut runner = |request| Ok(scripted(&part.choice, request));
            verify(part, request, true, &CancelFlag::new(), &mut runner).expect("rows").rows
        })
        .collect()
}

#[test]
fn the_textbook_refutes_no_claim_and_the_opposite_of_what_holds() {
    let rows = verified(&[]);
    let claims: usize =
        Library::bundled().lessons().flat_map(|lesson| &lesson.experiments).map(|it| it.claims.len()).sum();
    assert_eq!(rows.len(), claims);
    for row in &rows {
        let inverted = row.inverted.as_ref();
        let context = format!(
            "{}/{}/{}: {:?} {}; inverted {inverted:?}",
            row.lesson, row.experiment, row.id, row.verdict, row.reason
        );
        assert!(!row.is_inconsistent(), "{context}");
    }
    let holds = rows.iter().filter(|row| row.verdict == Verdict::Holds).count();
    assert!(holds * 2 > rows.len(), "the textbook decides only {holds} of {} claims: {rows:#?}", rows.len());
}

#[test]
fn only_what_claims_speak_of_is_measured() {
    let library = Library::bundled();
    let choices = chosen(&library, &["gil".to_owned()]).expect("a lesson");
    let only_native = Offer { engines: vec![EngineKind::Native], interpreters: Vec::new(), start_methods: Vec::new() };
    let parts = part::parts(&choices, &only_native);
    let request = parts[0].request(&mock::machine(), Precision::Quick, 1).expect("native threads are there");
    let plan = &request.experiments[0];
    assert!(plan.series.iter().all(|key| key.engine == EngineKind::Native), "{plan:?}");
    let rows = parts[0].undecided("Nothing.");
    assert!(rows.iter().any(|row| row.reason == "Nothing.") && rows.iter().any(|row| row.reason.contains("--engine")));
    let nothing = Offer { engines: Vec::new(), interpreters: Vec::new(), start_methods: Vec::new() };
    assert!(part::parts(&choices, &nothing)[0].request(&mock::machine(), Precision::Quick, 1).is_none());
}

#[test]
fn a_group_is_one_run() {
    let library = Library::bundled();
    let choices = chosen(&library, &["both".to_owned()]).expect("a lesson");
    let parts = part::parts(&choices, &offer(&choices));
    let names: Vec<String> = parts.iter().map(Part::name).collect();
    assert!(names.contains(&"both/compute + wait".to_owned()) && names.contains(&"both/mixed".to_owned()), "{names:?}");
}

#[test]
fn what_failed_or_was_stopped_is_undecided() {
    let library = Library::bundled();
    let choices = chosen(&library, &["gil".to_owned()]).expect("a lesson");
    let parts = part::parts(&choices, &offer(&choices));
    let judged = |outcome: Outcome| {
        let request = parts[0].request(&mock::machine(), Precision::Quick, 1);
        let mut runner = |request| Ok((scripted(&parts[0].choice, request).0, outcome.clone()));
        verify(&parts[0], request, false, &CancelFlag::new(), &mut runner).expect("rows")
    };
    let failed = judged(Outcome::Failed("the GIL is lost".to_owned()));
    assert!(failed.rows.iter().all(|row| row.verdict == Verdict::CannotTell && row.reason.contains("the GIL is lost")));
    assert!(failed.failure.is_some_and(|failure| failure.starts_with("the run of gil/")));
    let stopped = judged(Outcome::Cancelled);
    assert!(stopped.failure.is_none() && stopped.rows.iter().all(|row| row.reason.starts_with("It was stopped")));
}

#[test]
fn the_exit_code_tells_the_worst() {
    let row = |verdict| Row { verdict, ..verified(&["gil"])[0].clone() };
    let check = |rows: &[Row], failures: &[String], is_incomplete, expected| {
        assert_eq!(conclude(rows, failures, is_incomplete, &CancelFlag::new()), expected);
    };
    let (holds, refuted, undecided) = (row(Verdict::Holds), row(Verdict::Refuted), row(Verdict::CannotTell));
    check(&[holds.clone(), undecided], &[], false, Exit::Done);
    check(&[holds.clone(), refuted], &["no".to_owned()], true, Exit::Refuted);
    check(std::slice::from_ref(&holds), &["no".to_owned()], false, Exit::Failed);
    check(std::slice::from_ref(&holds), &[], true, Exit::Failed);
    check(&[Row { inverted: Some(vec![Verdict::Holds]), ..holds }], &[], false, Exit::Failed);
    let stopped = CancelFlag::new();
    stopped.raise();
    assert_eq!(conclude(&[], &[], false, &stopped), Exit::Interrupted);
}
