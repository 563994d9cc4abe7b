use proptest::prelude::*;

use super::*;
use crate::model::fixture::{self, curve, threads, window};
use crate::model::statistics::IntervalKind;
use crate::model::window::{LockName, Waiter};

const GIL: EngineKind = EngineKind::GilModel;

fn one_series(windows: impl IntoIterator<Item = Window>) -> Results {
    let mut results = Results::new(&[SeriesKey::of(GIL)]);
    for window in windows {
        results.add(&curve(GIL), window);
    }
    results
}

fn point(results: &Results, count: usize) -> &Point {
    results.series(&SeriesKey::of(GIL)).and_then(|series| series.at(threads(count))).expect("a point")
}

#[test]
fn a_speedup_is_a_ratio_within_one_round() {
    // The machine halves its speed in the second round: the ratios stay, the quotient of medians would not.
    let results = one_series([
        window(1, 0, 100.0),
        window(2, 0, 190.0),
        window(2, 1, 95.0),
        window(1, 1, 50.0),
        window(1, 2, 80.0),
        window(2, 2, 152.0),
    ]);
    let speedup = point(&results, 2).speedup.expect("a speedup");
    assert_eq!((speedup.median, speedup.low, speedup.high, speedup.rounds), (1.9, 1.9, 1.9, 3));
    let efficiency = point(&results, 2).efficiency.expect("an efficiency");
    assert_eq!((efficiency.median, efficiency.rounds), (0.95, 3));
    let one = point(&results, 1).speedup.expect("a speedup");
    assert_eq!((one.median, one.low, one.high), (1.0, 1.0, 1.0));
}

#[test]
fn rounds_without_one_thread_give_no_speedup() {
    let mut results = one_series([window(2, 0, 190.0), window(2, 1, 180.0)]);
    assert_eq!(point(&results, 2).speedup, None);
    assert_eq!(point(&results, 2).efficiency, None);
    results.add(&curve(GIL), window(1, 1, 100.0));
    assert_eq!(point(&results, 2).speedup.map(|it| (it.median, it.rounds)), Some((1.8, 1)));
    assert_eq!(point(&results, 2).throughput_per_sec.rounds, 2);
}

#[test]
fn no_progress_at_one_thread_makes_the_speedup_unknown() {
    let results = one_series([window(1, 0, 0.0), window(2, 0, 10.0)]);
    assert_eq!(point(&results, 2).speedup, None);
    assert!(point(&results, 1).throughput_per_sec.median.abs() < 1e-12);
}

#[test]
fn the_last_window_of_a_round_counts() {
    let results = one_series([window(1, 0, 100.0), window(2, 0, 10.0), window(2, 0, 190.0)]);
    assert_eq!((point(&results, 2).throughput_per_sec.median, point(&results, 2).windows.len()), (190.0, 1));
}

#[test]
fn a_window_without_length_says_nothing() {
    for wall_s in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(one_series([Window { wall_s, ..window(1, 0, 100.0) }]).is_empty());
    }
}

#[test]
fn unknown_values_stay_unknown() {
    let bare = Window { workers_cpu_s: None, ..window(2, 0, 100.0) };
    let results = one_series([bare]);
    let point = point(&results, 2);
    assert_eq!(
        (
            point.cores_used,
            point.units_per_cpu_sec,
            point.latency_ms,
            point.lost_share,
            point.deadlock_share,
            point.gil_switches_per_sec,
            point.server_cores_used
        ),
        (None, None, None, None, None, None, None)
    );
}

#[test]
fn known_values_are_folded() {
    // 1000 seconds, 200,000 units.
    let full = Window {
        workers_cpu_s: Some(1600.0),
        server_cpu_s: Some(250.0),
        latency_ms: Some(5.5),
        gil_switches: Some(200_000),
        ..window(2, 0, 200.0)
    };
    let results = one_series([full]);
    let point = point(&results, 2);
    let median = |estimate: Option<Estimate>| estimate.map(|it| it.median);
    assert_eq!(median(point.cores_used), Some(1.6));
    assert_eq!(median(point.units_per_cpu_sec), Some(125.0));
    assert_eq!(median(point.latency_ms), Some(5.5));
    assert_eq!(median(point.gil_switches_per_sec), Some(200.0));
    assert_eq!(median(point.server_cores_used), Some(0.25));
}

#[test]
fn lost_updates_deadlocks_and_quantiles_are_folded() {
    let waiter = Waiter { thread: 1, holds: LockName::A, waits_for: LockName::B };
    let of = |round: u32, counted, latency: f64| Window {
        lost: Some(LostUpdates { expected: 1000, counted }),
        latency_quantiles_ms: Some(
            [1.0, 2.0, 3.0, latency, 5.0, 6.0, 7.0].map(|ms| (ms < 7.0 || round > 0).then_some(ms)),
        ),
        deadlocks: Some(DeadlockReport {
            count: u64::from(round),
            last: if round == 1 { vec![waiter.clone()] } else { Vec::new() },
        }),
        ..window(2, round, 100.0)
    };
    let results = one_series([of(0, 500, 3.5), of(1, 1000, 4.5), of(2, 750, 3.75), window(2, 3, 100.0)]);
    let point = point(&results, 2);
    let share = point.lost_share.expect("it was counted");
    assert_eq!((share.median, share.rounds), (0.25, 3));
    assert_eq!(point.lost(), Some(LostUpdates { expected: 3000, counted: 2250 }));
    assert_eq!(
        point.latency_quantiles_ms,
        Some([Some(1.0), Some(2.0), Some(3.0), Some(3.75), Some(5.0), Some(6.0), None])
    );
    let share = point.deadlock_share.expect("it was looked for");
    assert_eq!((share.median, share.rounds, share.interval), (2.0 / 3.0, 3, IntervalKind::Binomial95));
    assert_eq!(point.deadlocks(), Some(DeadlockReport { count: 3, last: vec![waiter] }));
}

#[test]
fn rounds_whose_units_were_too_long_are_not_left_out_of_the_latency() {
    let of = |round: u32, latency_ms| Window { latency_ms, ..window(2, round, 100.0) };
    let mut windows: Vec<Window> = (0..11).map(|round| of(round, Some(f64::from(round) + 1.0))).collect();
    windows[10].latency_ms = None;
    let latency = |windows: &[Window]| point(&one_series(windows.to_vec()), 2).latency_ms;
    let one_unknown = latency(&windows).expect("a latency");
    // The ten that are known have a median of 5.5.
    assert_eq!((one_unknown.median, one_unknown.rounds), (6.0, 11));
    for window in &mut windows[5..] {
        window.latency_ms = None;
    }
    assert_eq!(latency(&windows), None);
}

#[test]
fn waiting_without_cpu_time_has_no_units_per_cpu_second() {
    let results = one_series([Window { workers_cpu_s: Some(0.0), ..window(2, 0, 100.0) }]);
    assert_eq!(point(&results, 2).cores_used.map(|it| it.median), Some(0.0));
    assert_eq!(point(&results, 2).units_per_cpu_sec, None);
}

#[test]
fn ratios_of_two_curves_are_within_one_round_too() {
    let mut results = Results::default();
    for (round, speed) in [(0, 1.0), (1, 0.5), (2, 0.8), (3, 0.6), (4, 0.9), (5, 0.7)] {
        for (engine, count, per_sec) in
            [(GIL, 1, 100.0), (GIL, 2, 90.0), (EngineKind::Native, 1, 200.0), (EngineKind::Native, 2, 360.0)]
        {
            results.add(&curve(engine), window(count, round, per_sec * speed));
        }
    }
    // A further round of one side only changes nothing.
    results.add(&curve(GIL), window(2, 6, 1.0));
    let [gil, native] = [0, 1].map(|index| results.series[index].points.as_slice());
    let check = |ratio: Option<Estimate>, expected: f64| {
        let ratio = ratio.expect("a ratio");
        assert!((ratio.median - expected).abs() < 1e-12 && ratio.high - ratio.low < 1e-12, "{ratio:?}");
        assert_eq!((ratio.rounds, ratio.interval), (6, IntervalKind::OrderStatistic95));
    };
    check(throughput_ratio(native, gil, threads(2)), 4.0);
    check(throughput_ratio(native, gil, threads(1)), 2.0);
    check(speedup_ratio(native, gil, threads(2)), 2.0);
    assert_eq!(throughput_ratio(native, gil, threads(4)), None);
    assert_eq!(speedup_ratio(native, &[], threads(2)), None);
}

#[test]
fn latencies_are_compared_with_one_thread() {
    let of = |count, round, latency_ms| Window { latency_ms: Some(latency_ms), ..window(count, round, 100.0) };
    let results = one_series([of(1, 0, 5.0), of(8, 0, 5.5), of(1, 1, 10.0), of(8, 1, 11.0)]);
    let ratio = latency_ratio(&results.series[0].points, threads(8)).expect("a ratio");
    assert!((ratio.median - 1.1).abs() < 1e-12, "{ratio:?}");
    assert_eq!(ratio.rounds, 2);
}

#[test]
fn series_keep_the_order_asked_for() {
    let keys = [SeriesKey::of(EngineKind::Native), SeriesKey::of(GIL)];
    let mut results = Results::new(&keys);
    assert!(results.is_empty());
    results.add(&curve(GIL), window(2, 0, 1.0));
    results.add(&curve(EngineKind::PythonThreads), window(4, 0, 1.0));
    results.add(&Curve::Ceiling, window(1, 0, 1.0));
    let engines: Vec<_> = results.series.iter().map(|series| series.key.engine).collect();
    assert_eq!(engines, [EngineKind::Native, GIL, EngineKind::PythonThreads]);
    assert_eq!(results.of_engine(GIL).count(), 1);
    assert_eq!(results.thread_counts(), [threads(2), threads(4)]);
    assert!(results.ceiling_at(threads(1)).is_some() && results.ceiling_at(threads(2)).is_none());
}

#[test]
fn the_widest_interval_is_unknown_below_six_rounds() {
    let points = [(1, 100.0), (2, 190.0)];
    let five = fixture::results(&[(curve(GIL), &points)], 5, 0.1);
    assert_eq!(five.widest_half_width(), None);
    let nine = fixture::results(&[(curve(GIL), &points)], 9, 0.1);
    let widest = nine.widest_half_width().expect("a width");
    assert!((widest - 0.1).abs() < 1e-9, "{widest}");
    assert_eq!(Results::default().widest_half_width(), None);
}

proptest! {
    /// However the windows arrive, the results are those of folding them all at once.
    #[test]
    fn the_order_of_arrival_does_not_matter(
        windows in proptest::collection::vec((1_usize..5, 0_u32..8, 1.0..1000.0_f64, any::<bool>()), 0..60),
    ) {
        let mut results = Results::new(&[SeriesKey::of(GIL)]);
        for (count, round, per_sec, ceiling) in windows {
            let curve = if ceiling { Curve::Ceiling } else { curve(GIL) };
            results.add(&curve, window(count, round, per_sec));
        }
        prop_assert_eq!(results.folded_anew(), results);
    }
}
