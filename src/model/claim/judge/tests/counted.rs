//! What is counted or timed exactly: lost updates, deadlocks, the time of one unit.

use super::*;

/// Four threads without a ceiling: what is judged there does not ask how many cores there are.
#[track_caller]
fn check_counted(
    window_of: impl Fn(u32) -> Window,
    quantity: Quantity,
    bounds: (Option<&str>, Option<&str>),
    expected: (Verdict, &str),
) {
    let mut results = Results::new(&[SeriesKey::of(EngineKind::GilModel)]);
    for round in 0..9 {
        results.add(&curve(EngineKind::GilModel), window_of(round));
    }
    let claim = of(quantity, "4", bounds.0, bounds.1);
    check_on(&results, WorkloadKind::CountPrimes, 1, &claim, expected.0, expected.1);
}

#[test]
fn lost_updates_are_judged_with_their_counts() {
    let lost =
        |counted| move |round| Window { lost: Some(LostUpdates { expected: 1000, counted }), ..window(4, round, 10.0) };
    let quantity = || Quantity::LostShare { engine: EngineKind::GilModel };
    check_counted(
        lost(250),
        quantity(),
        (Some("0.7"), Some("0.8")),
        (
            Verdict::Holds,
            "At 4 threads a share of 0.750 of the updates got lost with the GIL model (2,250 of 9,000 counted) (0.750 to \
             0.750), as claimed (0.7 to 0.8).",
        ),
    );
    check_counted(
        lost(1000),
        quantity(),
        (None, Some("0")),
        (
            Verdict::Holds,
            "At 4 threads a share of 0 of the updates got lost with the GIL model (9,000 of 9,000 counted) (0 to 0), as \
             claimed (at most 0).",
        ),
    );
    check_counted(
        |round| window(4, round, 10.0),
        quantity(),
        (None, Some("0")),
        (Verdict::CannotTell, "Whether updates got lost with the GIL model at 4 threads was not counted."),
    );
}

#[test]
fn deadlocks_are_judged_by_the_exact_interval_of_their_share() {
    let deadlock = |count: u64| {
        move |round| {
            let waiter = |thread, holds, waits_for| Waiter { thread, holds, waits_for };
            let circle = vec![waiter(1, LockName::A, LockName::B), waiter(2, LockName::B, LockName::A)];
            let last = if count > 0 { circle } else { Vec::new() };
            Window { deadlocks: Some(DeadlockReport { count, last }), ..window(4, round, 10.0) }
        }
    };
    let quantity = || Quantity::Deadlocks { engine: EngineKind::GilModel };
    check_counted(
        deadlock(3),
        quantity(),
        (Some("0.5"), None),
        (
            Verdict::Holds,
            "At 4 threads a share of 1.00 of the windows had a deadlock with the GIL model (0.66 to 1.00), as claimed (at \
             least 0.5). The last time, thread 1 holds A and waits for B; thread 2 holds B and waits for A.",
        ),
    );
    check_counted(
        deadlock(0),
        quantity(),
        (None, Some("0")),
        (
            Verdict::CannotTell,
            "At 4 threads a share of 0.000 of the windows had a deadlock with the GIL model (0.000 to 0.337): no number of \
             windows can show that there are no exceptions (at most 0), so that this cannot be decided.",
        ),
    );
}

#[test]
fn the_time_of_one_unit_is_judged_in_milliseconds() {
    let waited = |round| Window { latency_ms: Some(6.3), ..window(4, round, 10.0) };
    check_counted(
        waited,
        Quantity::Latency { engine: EngineKind::GilModel },
        (Some("4"), None),
        (
            Verdict::Holds,
            "At 4 threads one unit took 6.30 ms with the GIL model (6.30 to 6.30), as claimed (at least 4).",
        ),
    );
}
