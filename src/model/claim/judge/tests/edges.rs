//! Claims whose interval lies just at a bound, on both sides of it, and what the ceiling or the server leave open there.

use super::*;

#[track_caller]
fn verdict(results: &Results, kind: WorkloadKind, claim: &Claim) -> Verdict {
    let (workload, machine) = (Workload::new(kind), machine(2));
    let switch_interval_us = DEFAULT_SWITCH_INTERVAL_US;
    judge(claim, &Subject { results, workload: &workload, machine: &machine, switch_interval_us }).verdict
}

/// Of a claim about waiting at 2 threads, which no ceiling limits; at one thread the rate is 100.
#[track_caller]
fn check(rate: f64, spread: f64, least: Option<&str>, most: Option<&str>, expected: Verdict) {
    let points = [(1, 100.0), (2, rate)];
    let results = fixture::results(&[gil(&points)], 9, spread);
    assert_eq!(
        verdict(&results, WorkloadKind::Wait, &speedup("2", least, most)),
        expected,
        "{rate} {least:?} {most:?}"
    );
}

#[test]
fn only_a_whole_interval_decides() {
    // 1.50 (1.47 to 1.53): its middle lies on one side, an end on the other.
    check(150.0, 0.02, Some("1.51"), None, Verdict::CannotTell);
    check(150.0, 0.02, Some("1.49"), None, Verdict::CannotTell);
    check(150.0, 0.02, None, Some("1.51"), Verdict::CannotTell);
    check(150.0, 0.02, None, Some("1.49"), Verdict::CannotTell);
    check(150.0, 0.02, Some("1.46"), Some("1.54"), Verdict::Holds);
    check(150.0, 0.02, Some("1.54"), None, Verdict::Refuted);
    check(150.0, 0.02, None, Some("1.46"), Verdict::Refuted);
}

#[test]
fn a_bound_itself_is_allowed() {
    check(150.0, 0.0, Some("1.5"), None, Verdict::Holds);
    check(150.0, 0.0, None, Some("1.5"), Verdict::Holds);
}

#[test]
fn a_ceiling_that_may_fall_short_of_a_bound_too_is_no_reproach() {
    let ceiling = |rate: f64| {
        let (flat, ceiling) = ([(1, 100.0), (2, 100.0)], [(1, 100.0), (2, rate)]);
        fixture::results(&[gil(&flat), (Curve::Ceiling, ceiling.as_slice())], 9, 0.02)
    };
    let claim = speedup("2", Some("1.7"), None);
    // 1.70 (1.67 to 1.73), and 1.80 (1.76 to 1.84).
    assert_eq!(verdict(&ceiling(170.0), WorkloadKind::CountPrimes, &claim), Verdict::CannotTell);
    assert_eq!(verdict(&ceiling(180.0), WorkloadKind::CountPrimes, &claim), Verdict::Refuted);
}

#[test]
fn a_server_at_four_fifths_of_a_core_may_be_the_limit() {
    let with_server = |used: f64| {
        let mut results = Results::default();
        for (round, count, per_sec) in (0..9).flat_map(|round| [(round, 1, 100.0), (round, 64, 2000.0)]) {
            let busy = Window { server_cpu_s: Some(used * 1000.0), ..window(count, round, per_sec) };
            results.add(&curve(EngineKind::GilModel), busy);
        }
        verdict(&results, WorkloadKind::Socket, &speedup("64", Some("30"), None))
    };
    assert_eq!((with_server(0.79), with_server(0.81)), (Verdict::Refuted, Verdict::CannotTell));
}

#[test]
fn engines_are_compared_within_one_interpreter() {
    let of = |engine, version: &str| {
        let path = format!("/usr/bin/python{version}");
        let (version, free_threaded, gil_enabled) = (version.to_owned(), false, Some(true));
        Curve::Series(SeriesKey::in_interpreter(
            engine,
            Interpreter { path, version, free_threaded, gil_enabled, gil_forced_off: false },
        ))
    };
    let (threads, processes) = (EngineKind::PythonThreads, EngineKind::PythonProcesses);
    let claim = of_ratio(threads, processes);
    let judged = |version: &str| {
        let points: &[(usize, f64)] = &[(1, 100.0), (2, 190.0)];
        let curves = [(of(threads, "3.11.7"), points), (of(processes, version), points)];
        verdict(&fixture::results(&curves, 9, 0.0), WorkloadKind::Wait, &claim)
    };
    assert_eq!((judged("3.11.7"), judged("3.14.0")), (Verdict::Holds, Verdict::CannotTell));
}

fn of_ratio(engine: EngineKind, over: EngineKind) -> Claim {
    of(Quantity::ThroughputRatio { engine, over }, "2", Some("0.9"), Some("1.1"))
}
