//! Claims about the lesson's own code, of which nobody has said how much of its time it computes.

use super::*;

/// What eight threads came to under the GIL model over one, beside a ceiling of two cores; on one thread it computed all the time.
fn judged(claim: &Claim, run: &Workload, rate: f64) -> Judgement {
    let results = fixture::results(&[gil(&[(1, 100.0), (8, rate)]), GOOD_CEILING], 9, 0.02);
    let machine = machine(2);
    let switch_interval_us = DEFAULT_SWITCH_INTERVAL_US;
    judge(claim, &Subject { results: &results, workload: run, machine: &machine, switch_interval_us })
}

fn code(text: &str) -> Workload {
    Workload::new(WorkloadKind::Code).with_code(text)
}

#[test]
fn other_code_than_the_lessons_cannot_tell() {
    let own = code("def work(): 1");
    let claim = Claim { workload: Some(own.clone()), ..speedup("8", Some("0.5"), None) };
    assert_eq!(judged(&claim, &own, 93.0).verdict, Verdict::Holds);
    let judgement = judged(&claim, &code("def work(): 2"), 93.0);
    assert_eq!(judgement.verdict, Verdict::CannotTell);
    assert_eq!(judgement.reason, "The claim speaks of the lesson's own code, and this run had another.");
}

#[test]
fn a_share_that_nobody_has_set_keeps_nothing_from_being_decided() {
    let own = code("def work(): 1");
    let of = |least, most| Claim { workload: Some(own.clone()), ..speedup("8", least, most) };
    let check = |claim: &Claim, rate, verdict| assert_eq!(judged(claim, &own, rate).verdict, verdict, "{claim:?}");
    check(&of(Some("0.7*cores"), None), 190.0, Verdict::Holds);
    check(&of(Some("0.7*cores"), None), 100.0, Verdict::Refuted);
    check(&of(None, Some("1.3")), 100.0, Verdict::Holds);
    check(&of(None, Some("1.3")), 190.0, Verdict::Refuted);
    // It may wait for a part of its time, or not: what two cores cannot give is no proof.
    check(&of(Some("4"), None), 190.0, Verdict::CannotTell);
}
