use super::*;
use crate::model::fixture::{self, MadeUpCurve, curve, machine, window};
use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use crate::model::results::Curve;
use crate::model::series::Interpreter;
use crate::model::window::{DeadlockReport, LockName, LostUpdates, Waiter, Window};
use crate::model::workload::WorkloadKind;

mod counted;
mod edges;
mod own_code;

const GOOD_CEILING: MadeUpCurve<'static> = (Curve::Ceiling, &[(1, 100.0), (2, 198.0), (4, 197.0), (8, 196.0)]);
const FLAT_CEILING: MadeUpCurve<'static> = (Curve::Ceiling, &[(1, 100.0), (2, 110.0), (4, 108.0), (8, 109.0)]);

fn gil(points: &[(usize, f64)]) -> MadeUpCurve<'_> {
    (curve(EngineKind::GilModel), points)
}

fn speedup(at: &str, least: Option<&str>, most: Option<&str>) -> Claim {
    of(Quantity::Speedup { engine: EngineKind::GilModel }, at, least, most)
}

/// `at` is one count, or two with ".." between.
fn of(quantity: Quantity, at: &str, least: Option<&str>, most: Option<&str>) -> Claim {
    let parse = |text: &str| Expression::parse(text).expect(text);
    let at = match at.split_once("..") {
        Some((from, to)) => At::Range(parse(from), parse(to)),
        None => At::Threads(parse(at)),
    };
    let check = Check { quantity, at, at_least: least.map(parse), at_most: most.map(parse), gil: None };
    Claim { id: "claim".to_owned(), text: "A sentence.".to_owned(), workload: None, check }
}

#[track_caller]
fn check_on(results: &Results, kind: WorkloadKind, cores: usize, claim: &Claim, verdict: Verdict, reason: &str) {
    let workload = Workload::new(kind);
    let judgement = judge(
        claim,
        &Subject {
            results,
            workload: &workload,
            machine: &machine(cores),
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
        },
    );
    assert_eq!((judgement.verdict, judgement.reason.as_str()), (verdict, reason));
    assert_eq!((judgement.id.as_str(), judgement.text.as_str()), ("claim", "A sentence."));
}

#[track_caller]
fn check_cpu(curves: &[MadeUpCurve<'_>], claim: &Claim, verdict: Verdict, reason: &str) {
    check_on(&fixture::results(curves, 9, 0.02), WorkloadKind::CountPrimes, 2, claim, verdict, reason);
}

#[test]
fn other_settings_cannot_tell() {
    let claim = |name, value| {
        let workload = Workload::new(WorkloadKind::Mixed).with(name, value).expect("a value within its range");
        Claim { workload: Some(workload), ..speedup("8", Some("0.5"), None) }
    };
    let results = fixture::results(&[gil(&[(1, 100.0), (8, 93.0)]), GOOD_CEILING], 9, 0.02);
    check_on(
        &results,
        WorkloadKind::Mixed,
        2,
        &claim("cpu_share", 0.5),
        Verdict::CannotTell,
        "The claim speaks of other settings than this run's: \u{201c}CPU share\u{201d} at 0.500, not 0.200.",
    );
    check_on(
        &results,
        WorkloadKind::Wait,
        2,
        &claim("cpu_share", 0.5),
        Verdict::CannotTell,
        "The claim speaks of the workload mixed, and this run had wait.",
    );
    let workload = Workload::new(WorkloadKind::CountPrimes);
    let same = Claim { workload: Some(workload.clone()), ..speedup("8", Some("0.5"), None) };
    let subject = Subject {
        results: &results,
        workload: &workload,
        machine: &machine(2),
        switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
    };
    assert_eq!(judge(&same, &subject).verdict, Verdict::Holds);
    let often = Subject { switch_interval_us: 500, ..subject };
    let judgement = judge(&same, &often);
    assert_eq!(judgement.verdict, Verdict::CannotTell);
    assert!(judgement.reason.contains("usual switch interval of 5 ms, and this run had 0.5"), "{}", judgement.reason);
    let native = of(Quantity::Speedup { engine: EngineKind::Native }, "8", Some("0.5"), None);
    assert!(!judge(&native, &often).reason.contains("switch interval"));
}

/// Mixed work with a share of 0.2 that reached 7 times one thread, and computed for `share` of its time on one thread.
fn mixed_at(share: f64) -> Results {
    let mut results = Results::new(&[SeriesKey::of(EngineKind::GilModel)]);
    for round in 0..9 {
        for (count, per_sec) in [(1, 200.0), (8, 1400.0)] {
            let cpu = if count == 1 { share } else { 1.0 };
            let window = Window { workers_cpu_s: Some(cpu * 1000.0), ..window(count, round, per_sec) };
            results.add(&curve(EngineKind::GilModel), window);
            let ceiling = if count == 1 { 100.0 } else { 199.0 };
            results.add(&Curve::Ceiling, fixture::window(count, round, ceiling));
        }
    }
    results
}

#[test]
fn another_share_than_was_set_cannot_tell() {
    let claim = speedup("8", None, Some("5.75"));
    check_on(
        &mixed_at(0.12),
        WorkloadKind::Mixed,
        2,
        &claim,
        Verdict::CannotTell,
        "At 8 threads the GIL model reached 7.00 times one thread (7.00 to 7.00). With 1 thread the work computed for \
         0.120 (0.120 to 0.120) of its time, and 0.200 was set: on a machine that busy, nothing can be said about that share.",
    );
    check_on(
        &mixed_at(0.195),
        WorkloadKind::Mixed,
        2,
        &claim,
        Verdict::Refuted,
        "At 8 threads the GIL model reached 7.00 times one thread (7.00 to 7.00), above the claimed 5.75.",
    );
}

#[test]
fn holds_where_the_whole_interval_lies_inside() {
    check_cpu(
        &[gil(&[(1, 100.0), (8, 93.0)]), GOOD_CEILING],
        &speedup("8", None, Some("1.1")),
        Verdict::Holds,
        "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949), as claimed (at most 1.1).",
    );
}

#[test]
fn refuted_where_the_whole_interval_lies_outside() {
    check_cpu(
        &[gil(&[(1, 100.0), (8, 93.0)]), GOOD_CEILING],
        &speedup("8", Some("1.1"), None),
        Verdict::Refuted,
        "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949), below the claimed 1.1.",
    );
    check_cpu(
        &[gil(&[(1, 100.0), (8, 150.0)]), GOOD_CEILING],
        &speedup("8", None, Some("1.1")),
        Verdict::Refuted,
        "At 8 threads the GIL model reached 1.50 times one thread (1.47 to 1.53), above the claimed 1.1.",
    );
}

#[test]
fn cannot_tell_where_the_interval_straddles_a_bound() {
    check_cpu(
        &[gil(&[(1, 100.0), (8, 110.0)]), GOOD_CEILING],
        &speedup("8", None, Some("1.1")),
        Verdict::CannotTell,
        "At 8 threads the GIL model reached 1.10 times one thread (1.07 to 1.13): that interval reaches across the bound \
         (at most 1.1), so more rounds, as a higher precision gives, may decide it.",
    );
}

#[test]
fn cannot_tell_below_six_rounds() {
    check_on(
        &fixture::results(&[gil(&[(1, 100.0), (8, 93.0)]), GOOD_CEILING], 5, 0.02),
        WorkloadKind::CountPrimes,
        2,
        &speedup("8", None, Some("1.1")),
        Verdict::CannotTell,
        "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949), but that rests on 5 rounds and the \
         ends are only the least and the greatest: a verdict needs 6 rounds.",
    );
}

#[test]
fn cannot_tell_what_was_not_measured() {
    check_cpu(
        &[gil(&[(1, 100.0), (4, 93.0)]), GOOD_CEILING],
        &speedup("2..8", None, Some("1.1")),
        Verdict::CannotTell,
        "The claim goes up to 8 threads, and so many were not measured with the GIL model.",
    );
    check_cpu(
        &[gil(&[(1, 100.0), (4, 93.0)]), GOOD_CEILING],
        &speedup("8", None, Some("1.1")),
        Verdict::CannotTell,
        "The GIL model was not measured at 8 threads.",
    );
    check_cpu(
        &[(curve(EngineKind::Native), &[(1, 100.0), (8, 196.0)]), GOOD_CEILING],
        &speedup("8", None, Some("1.1")),
        Verdict::CannotTell,
        "The GIL model was not measured.",
    );
    check_cpu(
        &[gil(&[(1, 100.0), (4, 93.0)]), GOOD_CEILING],
        &speedup("5..8", None, Some("1.1")),
        Verdict::CannotTell,
        "No thread count from 5 to 8 was measured with the GIL model.",
    );
}

#[test]
fn cannot_tell_where_the_ceiling_does_not_rise() {
    for claim in [speedup("8", None, Some("1.1")), speedup("8", Some("1.1"), None)] {
        check_cpu(
            &[gil(&[(1, 100.0), (8, 93.0)]), FLAT_CEILING],
            &claim,
            Verdict::CannotTell,
            "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949). This machine itself reached only \
             1.10 times one thread (1.07 to 1.13) with 2 threads without a GIL, not clearly the 1.25 from which a claim \
             about scaling can be decided.",
        );
    }
}

#[test]
fn a_ceiling_that_may_not_rise_is_none() {
    let unsure: MadeUpCurve<'_> = (Curve::Ceiling, &[(1, 100.0), (2, 126.0)]);
    check_cpu(
        &[gil(&[(1, 100.0), (2, 93.0)]), unsure],
        &speedup("2", None, Some("1.1")),
        Verdict::CannotTell,
        "At 2 threads the GIL model reached 0.930 times one thread (0.911 to 0.949). This machine itself reached only 1.26 \
         times one thread (1.23 to 1.29) with 2 threads without a GIL, not clearly the 1.25 from which a claim about scaling can \
         be decided.",
    );
}

#[test]
fn waiting_needs_no_ceiling() {
    check_on(
        &fixture::results(&[gil(&[(1, 100.0), (8, 790.0)]), FLAT_CEILING], 9, 0.02),
        WorkloadKind::Wait,
        1,
        &speedup("8", Some("0.8*threads"), None),
        Verdict::Holds,
        "At 8 threads the GIL model reached 7.90 times one thread (7.74 to 8.06), as claimed (at least 6.4).",
    );
}

#[test]
fn one_core_decides_nothing_about_scaling() {
    check_on(
        &fixture::results(&[gil(&[(1, 100.0), (8, 93.0)]), FLAT_CEILING], 9, 0.02),
        WorkloadKind::CountPrimes,
        1,
        &speedup("8", None, Some("1.1")),
        Verdict::CannotTell,
        "At 8 threads the GIL model reached 0.930 times one thread (0.911 to 0.949). With 1 usable core this machine \
         cannot run two threads at the same time, so that it can neither confirm nor refute a claim about scaling.",
    );
    check_on(
        &fixture::results(&[gil(&[(1, 100.0), (8, 93.0)])], 9, 0.02),
        WorkloadKind::CountPrimes,
        1,
        &speedup("cores", None, Some("1.1")),
        Verdict::CannotTell,
        "This claim compares 1 thread with 1 thread, and on this machine with 1 usable core `cores` is 1: there is \
         nothing to compare.",
    );
}

/// What the ceiling itself does not reach, no engine can be blamed for.
#[test]
fn falling_short_of_what_the_machine_cannot_do_refutes_nothing() {
    let native = Quantity::Speedup { engine: EngineKind::Native };
    let busy: &[(usize, f64)] = &[(1, 100.0), (2, 150.0), (8, 150.0)];
    let curves = [(curve(EngineKind::Native), busy), (Curve::Ceiling, busy)];
    check_cpu(
        &curves,
        &of(native.clone(), "2", Some("1.8"), None),
        Verdict::CannotTell,
        "At 2 threads native threads reached 1.50 times one thread (1.47 to 1.53). This machine itself reached 1.50 times \
         one thread (1.47 to 1.53) with 2 threads without a GIL, so that falling short of 1.80 proves nothing.",
    );
    check_cpu(
        &curves,
        &of(native, "8", Some("0.8*threads"), None),
        Verdict::CannotTell,
        "At 8 threads native threads reached 1.50 times one thread (1.47 to 1.53). 6.40 would take 6.40 cores, and this \
         machine has 2 usable cores.",
    );
}

#[test]
fn staying_under_what_the_machine_never_exceeds_proves_nothing() {
    let busy: MadeUpCurve<'_> = (Curve::Ceiling, &[(1, 100.0), (2, 140.0)]);
    check_cpu(
        &[gil(&[(1, 100.0), (2, 100.0)]), busy.clone()],
        &speedup("2", None, Some("1.5")),
        Verdict::CannotTell,
        "At 2 threads the GIL model reached 1.00 times one thread (0.98 to 1.02). This machine itself reached 1.40 times \
         one thread (1.37 to 1.43) with 2 threads without a GIL, so that staying under 1.50 proves nothing.",
    );
    // The cores themselves are a bound that no ceiling exceeds.
    check_cpu(
        &[gil(&[(1, 100.0), (2, 100.0)]), busy],
        &speedup("2", None, Some("cores")),
        Verdict::Holds,
        "At 2 threads the GIL model reached 1.00 times one thread (0.98 to 1.02), as claimed (at most 2).",
    );
}

#[test]
fn a_range_holds_where_every_count_does() {
    let flat = [gil(&[(1, 100.0), (2, 99.0), (4, 104.0), (8, 95.0)]), GOOD_CEILING];
    check_cpu(
        &flat,
        &speedup("1..8", None, Some("1.1")),
        Verdict::Holds,
        "It holds at all 3 points measured. Closest: At 4 threads the GIL model reached 1.04 times one thread (1.01 to \
         1.07), as claimed (at most 1.1).",
    );
    let rising = [gil(&[(1, 100.0), (2, 99.0), (4, 130.0), (8, 140.0)]), GOOD_CEILING];
    check_cpu(
        &rising,
        &speedup("1..8", None, Some("1.1")),
        Verdict::Refuted,
        "At 8 threads the GIL model reached 1.40 times one thread (1.37 to 1.43), above the claimed 1.1.",
    );
}

#[test]
fn ratios_compare_two_engines_in_the_same_rounds() {
    let curves =
        [gil(&[(1, 100.0), (2, 100.0)]), (curve(EngineKind::Native), &[(1, 200.0), (2, 390.0)][..]), GOOD_CEILING];
    let (engine, over) = (EngineKind::Native, EngineKind::GilModel);
    check_cpu(
        &curves,
        &of(Quantity::ThroughputRatio { engine, over }, "2", Some("1.5"), None),
        Verdict::Holds,
        "At 2 threads native threads had 3.90 times the throughput of the GIL model (3.90 to 3.90), as claimed (at least \
         1.5).",
    );
    check_cpu(
        &curves,
        &of(Quantity::SpeedupRatio { engine, over }, "cores", Some("1.5"), Some("1.25*cores")),
        Verdict::Holds,
        "At 2 threads the speedup of native threads was 1.95 times that of the GIL model (1.95 to 1.95), as claimed \
         (1.5 to 2.5).",
    );
}

#[test]
fn cores_used_may_be_unknown() {
    let mut results = fixture::results(&[GOOD_CEILING], 9, 0.02);
    for round in 0..9 {
        for count in [1, 2] {
            let window = crate::model::window::Window { workers_cpu_s: None, ..window(count, round, 100.0) };
            results.add(&curve(EngineKind::GilModel), window);
        }
    }
    check_on(
        &results,
        WorkloadKind::CountPrimes,
        2,
        &of(Quantity::CoresUsed { engine: EngineKind::GilModel }, "2", None, Some("1.1")),
        Verdict::CannotTell,
        "How many cores the GIL model kept busy at 2 threads is unknown on this system.",
    );
}

#[test]
fn a_saturated_server_explains_a_flat_curve() {
    let mut results = Results::default();
    for round in 0..9 {
        for (count, per_sec) in [(1, 100.0), (64, 2000.0)] {
            let busy = crate::model::window::Window { server_cpu_s: Some(960.0), ..window(count, round, per_sec) };
            results.add(&curve(EngineKind::GilModel), busy);
        }
    }
    check_on(
        &results,
        WorkloadKind::Socket,
        2,
        &speedup("64", Some("0.8*threads"), None),
        Verdict::CannotTell,
        "At 64 threads the GIL model reached 20.0 times one thread (20.0 to 20.0). The local server used up to 96 % of a \
         core meanwhile, so that this may be the server's limit.",
    );
    check_on(
        &results,
        WorkloadKind::Socket,
        2,
        &speedup("64", Some("10"), None),
        Verdict::Holds,
        "At 64 threads the GIL model reached 20.0 times one thread (20.0 to 20.0), as claimed (at least 10).",
    );
}

#[test]
fn every_interpreter_of_an_engine_counts() {
    let python = |version: &str, free_threaded| SeriesKey {
        engine: EngineKind::PythonThreads,
        interpreter: Some(Interpreter {
            path: format!("/usr/bin/python{version}"),
            version: version.to_owned(),
            free_threaded,
            gil_enabled: Some(!free_threaded),
            gil_forced_off: false,
        }),
        start_method: None,
    };
    let curves: [MadeUpCurve<'_>; 3] = [
        (Curve::Series(python("3.11.7", false)), &[(1, 100.0), (2, 98.0)]),
        (Curve::Series(python("3.13.1", true)), &[(1, 60.0), (2, 114.0)]),
        GOOD_CEILING,
    ];
    check_cpu(
        &curves,
        &of(Quantity::Speedup { engine: EngineKind::PythonThreads }, "2", None, Some("1.1")),
        Verdict::Refuted,
        "At 2 threads Python threads 3.13.1t reached 1.90 times one thread (1.86 to 1.94), above the claimed 1.1.",
    );
    // One that speaks of a GIL is judged by those that have one, and the other way round.
    let with_gil = |gil, least, most| {
        let claim = of(Quantity::Speedup { engine: EngineKind::PythonThreads }, "2", least, most);
        Claim { check: Check { gil: Some(gil), ..claim.check }, ..claim }
    };
    check_cpu(
        &curves,
        &with_gil(GilState::On, None, Some("1.1")),
        Verdict::Holds,
        "At 2 threads Python threads 3.11.7 reached 0.980 times one thread (0.960 to 1.000), as claimed (at most 1.1).",
    );
    check_cpu(
        &curves,
        &with_gil(GilState::Off, Some("1.5"), None),
        Verdict::Holds,
        "At 2 threads Python threads 3.13.1t reached 1.90 times one thread (1.86 to 1.94), as claimed (at least 1.5).",
    );
    check_cpu(
        &[curves[0].clone(), GOOD_CEILING],
        &with_gil(GilState::Off, Some("1.5"), None),
        Verdict::CannotTell,
        "Python threads were not measured in an interpreter with its GIL off.",
    );
    let native = of(Quantity::Speedup { engine: EngineKind::Native }, "2", Some("1.5"), None);
    let native = Claim { check: Check { gil: Some(GilState::On), ..native.check }, ..native };
    check_cpu(
        &[(curve(EngineKind::Native), &[(1, 100.0), (2, 190.0)]), GOOD_CEILING],
        &native,
        Verdict::Holds,
        "At 2 threads native threads reached 1.90 times one thread (1.86 to 1.94), as claimed (at least 1.5).",
    );
}

#[test]
fn impossible_claims_say_why() {
    let curves = [gil(&[(1, 100.0), (2, 98.0)]), GOOD_CEILING];
    check_cpu(
        &curves,
        &speedup("2", None, None),
        Verdict::CannotTell,
        "The claim names no bound, so that nothing could decide it.",
    );
    check_cpu(
        &curves,
        &speedup("2", Some("2"), Some("1")),
        Verdict::CannotTell,
        "With 2 threads on this machine the claim asks for at least 2.00 and at most 1.00, which nothing can meet.",
    );
    check_cpu(
        &curves,
        &speedup("2", Some("1 / (cores - 2)"), None),
        Verdict::CannotTell,
        "The bound `1 / (cores - 2)` has no value with 2 threads on this machine.",
    );
    check_cpu(
        &curves,
        &speedup("4000*cores", Some("1"), None),
        Verdict::CannotTell,
        "The thread count `4000 * cores` of this claim is no possible number of threads on this machine.",
    );
}
