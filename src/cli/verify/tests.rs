//! Every claim of every bundled lesson, with scripted engines.

use serde_json::json;

use super::*;
use crate::engine::handle::RunHandle;
use crate::engine::message::EventKind;
use crate::engine::quiet::NoAudience;
use crate::engine::{fold, mock};
use crate::lesson::Experiment;
use crate::model::claim::{Claim, Judgement, Quantity, Subject, judge};
use crate::model::expression::Expression;
use crate::model::results::{Curve, Results};
use crate::model::run::Run;
use crate::model::series::{Interpreter, SeriesKey};
use crate::model::units::ThreadCount;

fn offer(choices: &[Choice<'_>]) -> Offer {
    let interpreter = Interpreter {
        path: "/bin/python3".to_owned(),
        version: "3.14.0".to_owned(),
        free_threaded: false,
        gil_enabled: Some(true),
        gil_forced_off: false,
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
        assert_ne!(row.verdict, Verdict::Refuted, "{context}");
    }
    let holds = rows.iter().filter(|row| row.verdict == Verdict::Holds).count();
    let confirmed = rows.iter().filter(|row| row.is_confirmed()).count();
    assert!(confirmed * 10 >= holds * 9, "only {confirmed} of {holds} opposites are refuted");
    assert!(holds * 3 > rows.len(), "the textbook decides only {holds} of {} claims: {rows:#?}", rows.len());
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

/// A machine with so many cores: with 64, none keeps a claim from being decided.
fn of_cores(cores: usize) -> Machine {
    Machine { cores, ..mock::machine() }
}

/// A value that meets the bounds of a claim at a thread count.
fn inside(claim: &Claim, cores: f64, threads: f64) -> f64 {
    let bound = |bound: Option<&Expression>| bound.and_then(|it| it.evaluate(cores, threads));
    match (bound(claim.check.at_least.as_ref()), bound(claim.check.at_most.as_ref())) {
        (Some(least), Some(most)) => f64::midpoint(least, most),
        (Some(least), None) => (least * 1.2).min(least.max(threads)),
        (None, most) => most.unwrap_or(1.0) * 0.8,
    }
}

/// What is said of a claim on a machine where its quantity has the value that `value` gives for a thread count; `None` for a quantity
/// that cannot be scripted here.
fn judged(experiment: &Experiment, claim: &Claim, machine: &Machine, value: &dyn Fn(f64) -> f64) -> Option<Judgement> {
    let results = scripted_results(experiment, claim, machine, value)?;
    let switch_interval_us = crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
    Some(judge(claim, &Subject { results: &results, workload: &experiment.workload, machine, switch_interval_us }))
}

/// Six equal rounds in which the quantity of a claim has the value that `value` gives for a thread count. `None` for a quantity
/// that cannot be scripted here.
fn scripted_results(
    experiment: &Experiment,
    claim: &Claim,
    machine: &Machine,
    value: &dyn Fn(f64) -> f64,
) -> Option<Results> {
    let quantity = &claim.check.quantity;
    let engines = quantity.engines();
    let keys: Vec<SeriesKey> = engines.iter().map(|kind| SeriesKey::of(*kind)).collect();
    let mut results = Results::new(&keys);
    let share = experiment.workload.cpu_share().unwrap_or(1.0);
    let counts = experiment.claims_plan(keys.clone(), machine).threads;
    let all = std::iter::once(ThreadCount::ONE).chain(counts.into_iter().filter(|count| *count > ThreadCount::ONE));
    for (threads, round) in all.flat_map(|threads| (0..6).map(move |round| (threads, round))) {
        let n = threads.as_f64();
        let window = |units: f64| {
            json!({ "threads": n, "round": round, "started_s": 0.0, "wall_s": 1.0, "units": (units * 1e6).round(),
                    "workers_cpu_s": share })
        };
        for (index, key) in keys.iter().enumerate() {
            let is_one = threads == ThreadCount::ONE;
            let v = value(n);
            let mut window = match quantity {
                Quantity::Speedup { .. } | Quantity::SpeedupRatio { .. } if is_one || index > 0 => window(1.0),
                Quantity::ThroughputRatio { .. } if index > 0 => window(1.0),
                Quantity::Speedup { .. } | Quantity::SpeedupRatio { .. } | Quantity::ThroughputRatio { .. } => {
                    window(v)
                }
                _ => window(1.0),
            };
            match quantity {
                Quantity::CoresUsed { .. } => window["workers_cpu_s"] = json!(v),
                Quantity::LatencyRatio { .. } => window["latency_ms"] = json!(if is_one { 1.0 } else { v }),
                Quantity::Latency { .. } => window["latency_ms"] = json!(v),
                Quantity::LostShare { .. } => {
                    let expected = 1_000_000;
                    let counted = (1e6 * (1.0 - v)).round();
                    window["lost"] = json!({ "expected": expected, "counted": counted });
                }
                Quantity::Deadlocks { .. } => return None,
                _ => {}
            }
            // Whole numbers, as windows have them.
            let window = serde_json::from_str(&window.to_string().replace(".0,", ",").replace(".0}", "}")).ok()?;
            results.add(&Curve::Series(key.clone()), window);
        }
        let ceiling = serde_json::from_str(
            &window(n.min(machine.usable_cores())).to_string().replace(".0,", ",").replace(".0}", "}"),
        )
        .ok()?;
        results.add(&Curve::Ceiling, ceiling);
    }
    Some(results)
}

#[test]
fn every_claim_holds_within_its_bounds_and_is_refuted_beyond_them() {
    let library = Library::bundled();
    let (mut decided, mut tried) = (0, 0);
    for lesson in library.lessons() {
        for (experiment, claim) in
            lesson.experiments.iter().flat_map(|it| it.claims.iter().map(move |claim| (it, claim)))
        {
            let bound = |bound: &Option<Expression>, n: f64| bound.as_ref().and_then(|it| it.evaluate(64.0, n));
            let (least, most) = (&claim.check.at_least, &claim.check.at_most);
            let inside = |n: f64| inside(claim, 64.0, n);
            let below = |n: f64| bound(least, n).map_or(0.0, |least| least * 0.7);
            let above = |n: f64| bound(most, n).map_or(0.0, |most| (most * 1.3).max(most + 0.001));
            let mut sides: Vec<(&dyn Fn(f64) -> f64, Verdict)> = vec![(&inside, Verdict::Holds)];
            if least.is_some() {
                sides.push((&below, Verdict::Refuted));
            }
            if most.is_some() {
                sides.push((&above, Verdict::Refuted));
            }
            for (value, expected) in sides {
                let Some(judgement) = judged(experiment, claim, &of_cores(64), value) else { continue };
                let place = format!("{}/{}/{}", lesson.id, experiment.id, claim.id);
                // A script may ask for more than any machine can show; never may it come out the wrong way round.
                let is_right = judgement.verdict == expected || judgement.verdict == Verdict::CannotTell;
                assert!(is_right, "{place}: {:?} {}", judgement.verdict, judgement.reason);
                tried += 1;
                decided += usize::from(judgement.verdict == expected);
            }
        }
    }
    assert!(tried > 20 && decided * 10 >= tried * 9, "only {decided} of {tried} are decided");
}

/// Most learners have more, and nobody has fewer who can learn anything about scaling.
#[test]
fn two_cores_can_decide_a_claim_of_every_experiment() {
    let machine = of_cores(2);
    let library = Library::bundled();
    for (lesson, experiment) in
        library.lessons().flat_map(|lesson| lesson.experiments.iter().map(move |experiment| (lesson, experiment)))
    {
        let decides = |claim: &Claim| {
            let judgement = judged(experiment, claim, &machine, &|n| inside(claim, 2.0, n));
            // How often windows have deadlocks cannot be scripted, and needs no cores.
            judgement.is_none_or(|judgement| judgement.verdict == Verdict::Holds)
        };
        assert!(experiment.claims.iter().any(decides), "{}/{}", lesson.id, experiment.id);
    }
}
