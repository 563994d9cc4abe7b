//! What holds is what refutes its opposite.

use proptest::prelude::*;

use super::super::{At, Check, Claim, Quantity, Verdict};
use super::{Subject, judge};
use crate::model::expression::Expression;
use crate::model::fixture::{curve, machine, results, threads};
use crate::model::results::{Curve, Results};
use crate::model::series::EngineKind;
use crate::model::workload::{Workload, WorkloadKind};

const COUNTS: [usize; 5] = [1, 2, 4, 8, 16];

/// The rates of a curve over [`COUNTS`] that reaches so many times one thread.
fn rates(speedups: &[f64]) -> Vec<(usize, f64)> {
    COUNTS.into_iter().zip(std::iter::once(1.0).chain(speedups.iter().copied())).map(|(n, s)| (n, 100.0 * s)).collect()
}

fn claim(quantity: Quantity, at: At, at_least: Option<&str>, at_most: Option<&str>) -> Claim {
    let bound = |bound: &str| Expression::parse(bound).expect("an expression");
    let check = Check { quantity, at, at_least: at_least.map(bound), at_most: at_most.map(bound), gil: None };
    Claim { id: "claim".to_owned(), text: "A sentence.".to_owned(), workload: None, check }
}

fn number(value: f64) -> Expression {
    Expression::Number(value)
}

fn bounds() -> impl Strategy<Value = String> {
    prop_oneof![
        (0.5..12.0_f64).prop_map(|bound| format!("{bound:.2}")),
        (0.5..1.5_f64).prop_map(|factor| format!("{factor:.2}*cores")),
        (0.5..1.5_f64).prop_map(|factor| format!("{factor:.2}*threads")),
        (0.5..1.5_f64, 1..12).prop_map(|(factor, most)| format!("{factor:.2}*min({most}, cores)")),
    ]
}

#[track_caller]
fn check(results: &Results, workload: WorkloadKind, cores: usize, claim: &Claim) -> Verdict {
    let (workload, machine) = (Workload::new(workload), machine(cores));
    let subject = Subject {
        results,
        workload: &workload,
        machine: &machine,
        switch_interval_us: crate::model::plan::DEFAULT_SWITCH_INTERVAL_US,
    };
    let verdict = judge(claim, &subject).verdict;
    if verdict == Verdict::Holds {
        for opposite in claim.inverted() {
            let judged = judge(&opposite, &subject);
            assert_eq!(judged.verdict, Verdict::Refuted, "{claim:?} holds, and of its opposite: {}", judged.reason);
        }
    }
    verdict
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn where_a_claim_holds_its_opposite_is_refuted(
        gil in prop::collection::vec(0.5..12.0_f64, 4),
        native in prop::collection::vec(0.5..12.0_f64, 4),
        ceiling in prop::collection::vec(1.0..12.0_f64, 4),
        spread in 0.0..0.05_f64,
        cores in 1..16_usize,
        workload in prop::sample::select(vec![WorkloadKind::CountPrimes, WorkloadKind::Wait, WorkloadKind::Critical]),
        quantity in 0..4,
        at in (0..COUNTS.len(), 0..COUNTS.len()),
        least in prop::option::of(bounds()),
        most in prop::option::of(bounds()),
    ) {
        let (gil, native, ceiling) = (rates(&gil), rates(&native), rates(&ceiling));
        let curves = [
            (curve(EngineKind::GilModel), gil.as_slice()),
            (curve(EngineKind::Native), native.as_slice()),
            (Curve::Ceiling, ceiling.as_slice()),
        ];
        let (engine, over) = (EngineKind::GilModel, EngineKind::Native);
        let quantity = match quantity {
            0 => Quantity::Speedup { engine },
            1 => Quantity::ThroughputRatio { engine, over },
            2 => Quantity::SpeedupRatio { engine, over },
            _ => Quantity::CoresUsed { engine },
        };
        let ends = (threads(COUNTS[at.0.min(at.1)]).as_f64(), threads(COUNTS[at.0.max(at.1)]).as_f64());
        let at = if at.0 == at.1 { At::Threads(number(ends.0)) } else { At::Range(number(ends.0), number(ends.1)) };
        let claim = claim(quantity, at, least.as_deref(), most.as_deref());
        check(&results(&curves, 9, spread), workload, cores, &claim);
    }
}

/// The three of the lessons whose opposites could not be told on two cores.
#[test]
fn a_bound_that_follows_the_cores_speaks_of_them_and_a_fixed_one_beyond_them_says_nothing() {
    let two = [(1, 100.0), (2, 190.0), (4, 192.0), (8, 191.0)];
    let curves = [(curve(EngineKind::Native), two.as_slice()), (Curve::Ceiling, two.as_slice())];
    let results = results(&curves, 9, 0.01);
    let judged = |least, most| {
        let at = At::Range(number(2.0), number(8.0));
        check(
            &results,
            WorkloadKind::CountPrimes,
            2,
            &claim(Quantity::Speedup { engine: EngineKind::Native }, at, least, most),
        )
    };
    assert_eq!(judged(None, Some("1.15*cores")), Verdict::Holds);
    assert_eq!(judged(Some("1.15*cores"), None), Verdict::Refuted);
    assert_eq!(judged(None, Some("1.15*min(20, cores)")), Verdict::Holds);
    assert_eq!(judged(None, Some("2.2")), Verdict::CannotTell);
    assert_eq!(judged(Some("2.2"), None), Verdict::CannotTell);
}

/// At few threads nobody could break the bound; at more the ceiling could, and the claim holds.
#[test]
fn counts_that_could_not_break_a_bound_leave_it_to_the_others() {
    let flat = [(1, 100.0), (2, 101.0), (4, 99.0), (8, 98.0)];
    let ceiling = [(1, 100.0), (2, 195.0), (4, 380.0), (8, 700.0)];
    let curves = [(curve(EngineKind::GilModel), flat.as_slice()), (Curve::Ceiling, ceiling.as_slice())];
    let results = results(&curves, 9, 0.01);
    let judged = |to| {
        let at = At::Range(number(2.0), number(to));
        check(
            &results,
            WorkloadKind::CountPrimes,
            8,
            &claim(Quantity::Speedup { engine: EngineKind::GilModel }, at, None, Some("2.2")),
        )
    };
    assert_eq!(judged(2.0), Verdict::CannotTell);
    assert_eq!(judged(8.0), Verdict::Holds);
}
