use super::*;
use crate::model::fixture;

fn row(id: &str) -> Row {
    rows().into_iter().find(|row| row.id == id).expect("there is such a row")
}

/// A tally in which each round of each side of each task has the throughput given by `per_sec`.
fn tally(row: &Row, rounds: u32, per_sec: impl Fn(u32, Side, &Task) -> f64) -> Tally {
    let mut tally = Tally::default();
    for round in 0..rounds {
        for task in tasks(std::slice::from_ref(row)) {
            for side in [Side::Model, Side::CPython(0)] {
                let window = fixture::window(task.threads.get(), round, per_sec(round, side, &task));
                let switches = Some(window.units);
                tally.add(&task, side, Window { gil_switches: switches, latency_ms: Some(5.0), ..window });
            }
        }
    }
    tally
}

#[track_caller]
fn compared(id: &str, rounds: u32, per_sec: impl Fn(u32, Side, &Task) -> f64) -> Compared {
    let row = row(id);
    let all = tally(&row, rounds, per_sec).compare(&[row], 0);
    all.into_iter().next().expect("one row")
}

#[track_caller]
fn check(model: [f64; 6], expected: Agreement, words: &str) {
    let compared = compared("switches-2", 6, |round, side, _| match side {
        Side::Model => model[round as usize],
        Side::CPython(_) => 200.0,
    });
    assert_eq!((compared.agreement, compared.reason.as_str()), (expected, words), "{compared:?}");
}

#[test]
fn a_verdict_needs_the_whole_interval_on_one_side_of_the_goal() {
    let within = "The whole interval lies within the goal.";
    check([180.0, 200.0, 200.0, 200.0, 220.0, 210.0], Agreement::Within, within);
    let partly = "The interval lies partly within the goal and partly outside.";
    // The interval reaches 5 % too far: (0.105 / 0.1)^2 of the 6 rounds, and (0.3 / 0.1)^2.
    let suggested = |rounds| format!("{partly} Some {rounds} rounds may tell: `--row switches-2 --rounds {rounds}`.");
    check([200.0, 200.0, 200.0, 200.0, 200.0, 221.0], Agreement::CannotTell, &suggested(10));
    check([150.0, 200.0, 200.0, 200.0, 200.0, 260.0], Agreement::CannotTell, &suggested(60));
    // At the very edge no number of rounds helps.
    check([150.0, 220.0, 220.0, 220.0, 220.0, 260.0], Agreement::CannotTell, partly);
    check([221.0, 230.0, 230.0, 230.0, 230.0, 300.0], Agreement::Outside, "The whole interval lies above the goal.");
    check([100.0, 100.0, 100.0, 100.0, 100.0, 179.0], Agreement::Outside, "The whole interval lies below the goal.");
}

#[test]
fn drift_that_hits_both_sides_leaves_the_ratio_alone() {
    // Each round is twice as fast as the one before, and the model always 4 % ahead.
    let drifting =
        |round: u32, side, _: &Task| 100.0 * f64::from(1 << round) * if side == Side::Model { 1.04 } else { 1.0 };
    let compared = compared("switches-4", 6, drifting);
    let ratio = compared.ratio.expect("a ratio");
    assert!((ratio.low - 1.04).abs() < 1e-9 && (ratio.high - 1.04).abs() < 1e-9, "{ratio:?}");
    assert_eq!(compared.agreement, Agreement::Within);
}

#[test]
fn a_figure_over_one_thread_is_divided_within_its_round_and_side() {
    let scaled = |round: u32, side, task: &Task| {
        let speed = f64::from(round + 1) * if side == Side::Model { 50.0 } else { 1.0 };
        speed * if task.threads == ThreadCount::ONE { 1.0 } else { 4.0 }
    };
    let compared = compared("sleeps-4", 6, scaled);
    assert_eq!((compared.model, compared.cpython), (Some(4.0), Some(4.0)));
    assert_eq!(compared.agreement, Agreement::Within);
}

#[test]
fn too_few_rounds_give_the_range_and_no_verdict() {
    let few = compared("switches-2", 5, |_, _, _| 200.0);
    assert_eq!(few.ratio.map(|ratio| ratio.is_interval()), Some(false));
    assert_eq!(few.agreement, Agreement::CannotTell);
    assert_eq!(few.reason, "After 5 rounds there is no interval yet; it takes 6.");
    let none = compared("switches-2", 0, |_, _, _| 200.0);
    assert_eq!((none.model, none.ratio, none.reason.as_str()), (None, None, "Nothing was measured."));
}

#[test]
fn a_round_in_which_nothing_was_counted_decides_nothing() {
    let silent = |round, side, _: &Task| if round == 3 && side == Side::CPython(0) { 0.0 } else { 200.0 };
    let compared = compared("switches-2", 9, silent);
    assert_eq!(compared.agreement, Agreement::CannotTell);
    assert_eq!(compared.reason, "In 1 round one of the two counted nothing.");
    assert!(compared.ratio.is_some_and(|ratio| ratio.rounds == 8));
}

#[test]
fn a_round_that_was_cut_short_counts_for_neither_side() {
    let row = row("sleeps-4");
    let mut tally = tally(&row, 6, |_, _, _| 100.0);
    // The last round: the model alone, and CPython without the window that its figure is divided by.
    tally.add(&row.task, Side::Model, fixture::window(4, 6, 900.0));
    tally.add(&row.task, Side::CPython(0), fixture::window(4, 6, 1.0));
    let compared = tally.compare(&[row], 0);
    assert_eq!(compared[0].agreement, Agreement::Within);
    assert!(compared[0].ratio.is_some_and(|ratio| ratio.rounds == 6));
}

#[test]
fn each_interpreter_is_held_against_the_same_model() {
    let row = row("switches-2");
    let mut tally = tally(&row, 6, |_, _, _| 100.0);
    for round in 0..6 {
        let window = fixture::window(2, round, 200.0);
        tally.add(&row.task, Side::CPython(1), Window { gil_switches: Some(window.units), ..window });
    }
    let of = |interpreter| tally.compare(std::slice::from_ref(&row), interpreter)[0].agreement;
    assert_eq!((of(0), of(1), of(2)), (Agreement::Within, Agreement::Outside, Agreement::CannotTell));
}

#[test]
fn rows_are_told_apart_and_their_tasks_are_as_written() {
    let rows = rows();
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len());
    // Of these thirteen windows several serve two rows.
    let tasks = tasks(&rows);
    assert_eq!(tasks.len(), 13);
    for task in &tasks {
        let (name, value) = match task.workload.kind() {
            WorkloadKind::CountPrimes => ("limit", PRIME_LIMIT),
            WorkloadKind::Wait if task.threads.get() == 256 => ("wait_ms", 5.0),
            WorkloadKind::Wait if task.threads == ThreadCount::ONE => continue,
            WorkloadKind::Wait => ("wait_ms", 10.0),
            _ => ("sleep_ms", 1.0),
        };
        assert!((task.workload.value(name) - value).abs() < 1e-9, "{task:?} is not what its row says");
    }
}

#[test]
fn the_table_shows_figures_ratio_goal_verdict_and_why() {
    let drifting = |round, side, _: &Task| if side == Side::Model { 199.0 + f64::from(round) } else { 200.0 };
    let within = compared("switches-2", 6, drifting);
    let few = compared("switches-2", 1, |_, _, _| 200.0);
    let none = compared("switches-2", 0, |_, _, _| 200.0);
    let text = lines(&[within, few, none]).join("\n");
    let expected = "                               model  CPython  ratio                goal        verdict
switches/s at 5 ms, 2 threads    202      200  1.01 (0.99 to 1.02)  0.9 to 1.1  within
switches/s at 5 ms, 2 threads    200      200  1.00                 0.9 to 1.1  cannot tell
    After 1 round there is no interval yet; it takes 6.
switches/s at 5 ms, 2 threads      –        –  –                    0.9 to 1.1  cannot tell
    Nothing was measured.";
    assert_eq!(text, expected);
}
