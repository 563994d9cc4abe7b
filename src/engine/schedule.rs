//! Which windows a round holds, in which order, and how long they are. Pure: time and chance come in as values.

use std::time::Duration;

use fastrand::Rng;

use crate::model::plan::RunRequest;
use crate::model::results::Curve;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::stopping::Precision;
use crate::model::units::ThreadCount;
use crate::model::workload::{Bound, Workload, WorkloadKind};

/// How long workers run before the first snapshot (MEASURING.md, "One window").
pub const WARM_UP: Duration = Duration::from_millis(20);

/// The least length of a window.
pub const SHORTEST_WINDOW: Duration = Duration::from_millis(50);

/// The greatest length of a window whose units are short.
pub const LONGEST_PLAIN_WINDOW: Duration = Duration::from_millis(200);

/// What starting and joining the workers of a window costs beside warm-up and length, roughly: for planning only.
const WINDOW_OVERHEAD: Duration = Duration::from_millis(5);

/// One window of a round, and the curves that it counts for.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The engine that measures it.
    pub key: SeriesKey,
    /// What every worker does.
    pub workload: Workload,
    /// How many workers.
    pub threads: ThreadCount,
    /// Experiment index and curve: one series, or several curves where the same window is a series of one experiment and
    /// the ceiling of others.
    pub feeds: Vec<(usize, Curve)>,
    /// Cells of one engine and one workload have the same number, so that they share what is known about a unit's time.
    pub group: usize,
}

/// Up to how many threads the ceiling is measured for an experiment that mostly waits: beyond four times the cores it is
/// flat, and such an experiment's claims do not rest on it. CPU-bound experiments have it at each of their counts.
pub fn last_ceiling_count(cores: usize) -> ThreadCount {
    ThreadCount::clamped(cores.saturating_mul(4))
}

/// Every window of a full round: one for each experiment, series and thread count (1 always among them), and the ceiling.
///
/// The ceiling is native count-primes. Where an experiment itself measures that, its windows are the ceiling too; all
/// others share one ceiling, so that it costs one set of windows in a run. It is left out where `measurable` denies it.
pub fn cells(request: &RunRequest, cores: usize, measurable: impl Fn(&SeriesKey, &Workload) -> bool) -> Vec<Cell> {
    let native = SeriesKey::of(EngineKind::Native);
    let mut cells: Vec<Cell> = Vec::new();
    for (experiment, plan) in request.experiments.iter().enumerate() {
        for key in plan.series.iter().filter(|key| measurable(key, &plan.workload)) {
            for threads in with_one(&plan.threads) {
                cells.push(Cell {
                    key: key.clone(),
                    workload: plan.workload.clone(),
                    threads,
                    feeds: vec![(experiment, Curve::Series(key.clone()))],
                    group: 0,
                });
            }
        }
    }
    let shared = request
        .experiments
        .iter()
        .find(|plan| plan.workload.kind() == WorkloadKind::CountPrimes && plan.series.contains(&native))
        .map_or_else(|| Workload::new(WorkloadKind::CountPrimes), |plan| plan.workload.clone());
    if measurable(&native, &shared) {
        for (experiment, plan) in request.experiments.iter().enumerate() {
            let own = plan.workload.kind() == WorkloadKind::CountPrimes && plan.series.contains(&native);
            let workload = if own { &plan.workload } else { &shared };
            let last = last_ceiling_count(cores);
            for threads in with_one(&plan.threads) {
                if plan.workload.bound() == Bound::Waiting && threads > last {
                    continue;
                }
                let feed = (experiment, Curve::Ceiling);
                let same =
                    |cell: &&mut Cell| cell.key == native && cell.threads == threads && cell.workload == *workload;
                match cells.iter_mut().find(same) {
                    Some(cell) => cell.feeds.push(feed),
                    None => cells.push(Cell {
                        key: native.clone(),
                        workload: workload.clone(),
                        threads,
                        feeds: vec![feed],
                        group: 0,
                    }),
                }
            }
        }
    }
    number_groups(&mut cells);
    cells
}

fn with_one(threads: &[ThreadCount]) -> Vec<ThreadCount> {
    let mut counts = threads.to_vec();
    counts.push(ThreadCount::ONE);
    counts.sort_unstable();
    counts.dedup();
    counts
}

fn number_groups(cells: &mut [Cell]) {
    let mut known: Vec<(SeriesKey, Workload)> = Vec::new();
    for cell in cells {
        let same = |(key, workload): &(SeriesKey, Workload)| *key == cell.key && *workload == cell.workload;
        cell.group = known.iter().position(same).unwrap_or_else(|| {
            known.push((cell.key.clone(), cell.workload.clone()));
            known.len() - 1
        });
    }
}

/// The order of a round: `active` shuffled by the run's seed and the round alone, so that repeating a window does not
/// change the rounds that follow.
///
/// Round 0 begins with the windows of one thread, in shuffled order: they come soonest to the plot, and they tell how long
/// a unit is before the others are measured.
pub fn order(cells: &[Cell], active: &[usize], round: u32, seed: u64) -> Vec<usize> {
    let mut order = active.to_vec();
    let mut random = Rng::with_seed(seed ^ u64::from(round).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    random.shuffle(&mut order);
    if round == 0 {
        order.sort_by_key(|&index| cells.get(index).is_none_or(|cell| cell.threads != ThreadCount::ONE));
    }
    order
}

/// How long windows are.
///
/// A window of short units lasts 50 to 200 ms: as long as lets nine rounds, two looks at the intervals, fit in the budget.
/// Longer units lengthen it until each worker does enough of them (see [`Lengths::units_wanted`]), but only as far as six
/// rounds still fit in the budget. Below four units it is never cut, though the run then takes longer than its budget rather than count
/// fractions of a unit; of very long ones, what ends in one second suffices, and two at least. Where a window
/// [holds whole units](holds_whole_units) anyway they do not lengthen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Of a window whose units are short.
    pub plain: Duration,
    /// What a window may grow to for its units' sake.
    pub affordable: Duration,
    /// Units each worker shall do in a window.
    pub units_wanted: u32,
}

impl Lengths {
    /// Plans for a run of that budget with that many windows a round.
    pub fn plan(precision: Precision, budget: Duration, windows_a_round: usize) -> Self {
        let windows = u32::try_from(windows_a_round).unwrap_or(u32::MAX).max(1);
        let share = |rounds: u32| (budget / rounds.saturating_mul(windows)).saturating_sub(WARM_UP + WINDOW_OVERHEAD);
        Self {
            plain: share(9).clamp(SHORTEST_WINDOW, LONGEST_PLAIN_WINDOW),
            affordable: share(6).max(LONGEST_PLAIN_WINDOW),
            units_wanted: Self::units_wanted(precision),
        }
    }

    /// How many units each worker shall do in a window: at least 20, and so many that the counting step is at most half the
    /// target (40 at ±5 %, 100 at ±2 %).
    pub fn units_wanted(precision: Precision) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 over a share of at least 0.02")]
        let steps = (2.0 / precision.target()).ceil() as u32;
        steps.max(20)
    }

    /// The length of a window whose unit takes `unit` on one thread; `None` where that is not known yet.
    pub fn of(&self, unit: Option<Duration>) -> Duration {
        let Some(unit) = unit else { return self.plain };
        let enough = unit * self.units_wanted;
        let least = (unit * 4).min(Duration::from_secs(1).max(unit * 2));
        enough.min(self.affordable).max(least).max(self.plain)
    }
}

/// What a workload's parameters say about the time of one unit on one thread; `None` where only measuring tells.
pub fn nominal_unit(workload: &Workload) -> Option<Duration> {
    let milliseconds = match workload.kind() {
        WorkloadKind::Wait | WorkloadKind::Semaphore => workload.value("wait_ms"),
        WorkloadKind::Socket => workload.value("delay_ms"),
        WorkloadKind::Mixed | WorkloadKind::Critical => workload.value("unit_ms"),
        WorkloadKind::Sleeper => workload.value("sleep_ms"),
        // And what it takes to start and to join a thread, roughly.
        WorkloadKind::StartJoin => workload.value("body_ms") + 0.1,
        WorkloadKind::Pool => workload.value("wait_ms") + workload.value("cpu_ms"),
        WorkloadKind::Job => workload.value("job_ms"),
        // 1000 calls into the system with a few microseconds of Python between them.
        WorkloadKind::LostUpdates if workload.word("code") == "sleep" => 25.0,
        // Workers that wait for each other in a circle do nothing until one loses patience: so long that a window holds
        // that twice.
        WorkloadKind::TwoLocks if workload.word("order") == "opposite" => workload.value("patience_ms") / 2.0,
        WorkloadKind::CountPrimes
        | WorkloadKind::Sha256
        | WorkloadKind::Zlib
        | WorkloadKind::Numpy
        | WorkloadKind::LostUpdates
        | WorkloadKind::Counter
        | WorkloadKind::TwoLocks
        | WorkloadKind::Code => return None,
    };
    Duration::try_from_secs_f64(milliseconds / 1000.0).ok()
}

/// Whether a window of the workload ends only when the batch at hand is done, however long that takes.
pub fn ends_with_its_batch(workload: &Workload) -> bool {
    matches!(workload.kind(), WorkloadKind::StartJoin | WorkloadKind::Job)
}

/// Whether a window of the workload lasts until the batch at hand is done, so that it always holds whole units and need not be long
/// for the sake of the counting step.
pub fn holds_whole_units(workload: &Workload) -> bool {
    matches!(workload.kind(), WorkloadKind::Job)
}

/// How long measuring a cell's window takes that is `length` long, roughly, with all that belongs to it: its [`phase`], or the
/// batch that goes on when its time is over. `unit` is the time of one unit on one thread.
pub fn cost(cell: &Cell, length: Duration, unit: Option<Duration>) -> Duration {
    let unit = unit.unwrap_or_default();
    let last = match cell.workload.kind() {
        // Its batches start as many threads as there are: joined inside the loop, their bodies follow one another; after it, only the
        // starting and joining does. One batch may go on after the warm-up, and one after the window.
        WorkloadKind::StartJoin => {
            let all = u32::try_from(cell.threads.get()).unwrap_or(u32::MAX);
            let body =
                Duration::try_from_secs_f64(cell.workload.value("body_ms") / 1000.0).unwrap_or_default().min(unit);
            let batch = match cell.workload.word("join") {
                "inside" => unit.saturating_mul(all),
                _ => body.saturating_add(unit.saturating_sub(body).saturating_mul(all)),
            };
            batch.saturating_mul(2)
        }
        _ => unit,
    };
    (WARM_UP + WINDOW_OVERHEAD).saturating_add(length).saturating_add(last)
}

/// How much longer than [`WARM_UP`] a window's workers run before the first snapshot: anything up to one unit, which takes
/// the longer the more workers want a core at once (but at most half a second longer for that).
///
/// Workers start together, so that without this a wait of 5 ms would meet both ends of every window at the same phase: each
/// window would count the same whole number, and an interval of no width would claim to know what it does not.
pub fn phase(cell: &Cell, unit: Option<Duration>, random: &mut Rng) -> Duration {
    let Some(unit) = unit.filter(|_| !holds_whole_units(&cell.workload)) else { return Duration::ZERO };
    let computing = cell.workload.cpu_share().unwrap_or(1.0);
    let stretched = unit.mul_f64((cell.threads.as_f64() * computing).max(1.0));
    stretched.min(unit + Duration::from_millis(500)).mul_f64(random.f64())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::model::plan::{DEFAULT_SWITCH_INTERVAL_US, ExperimentPlan, RunId};

    fn native() -> SeriesKey {
        SeriesKey::of(EngineKind::Native)
    }

    fn model() -> SeriesKey {
        SeriesKey::of(EngineKind::GilModel)
    }

    fn plan(workload: Workload, series: &[SeriesKey], threads: &[usize]) -> ExperimentPlan {
        ExperimentPlan {
            id: "x".to_owned(),
            workload,
            series: series.to_vec(),
            threads: threads.iter().copied().map(ThreadCount::clamped).collect(),
        }
    }

    fn request(experiments: Vec<ExperimentPlan>) -> RunRequest {
        RunRequest {
            run_id: RunId(1),
            experiments,
            precision: Precision::Quick,
            seed: 5,
            switch_interval_us: DEFAULT_SWITCH_INTERVAL_US,
        }
    }

    /// Each cell in short: engine, workload, threads, and what it feeds (`1c` is the ceiling of experiment 1).
    fn short(cells: &[Cell]) -> Vec<String> {
        let feed = |(experiment, curve): &(usize, Curve)| match curve {
            Curve::Series(_) => format!("{experiment}s"),
            Curve::Ceiling => format!("{experiment}c"),
        };
        let cell = |cell: &Cell| {
            let feeds: Vec<String> = cell.feeds.iter().map(feed).collect();
            format!("{} {} {} {}", cell.key.engine, cell.workload.kind().id(), cell.threads, feeds.join(" "))
        };
        cells.iter().map(cell).collect()
    }

    #[test]
    fn native_primes_serve_as_the_ceiling_of_every_experiment() {
        let primes = Workload::new(WorkloadKind::CountPrimes);
        let wait = Workload::new(WorkloadKind::Wait);
        let request = request(vec![plan(wait, &[model()], &[1, 4]), plan(primes, &[native(), model()], &[2])]);
        assert_eq!(
            short(&cells(&request, 2, |_, _| true)),
            [
                "gil-model wait 1 0s",
                "gil-model wait 4 0s",
                "native count-primes 1 1s 0c 1c",
                "native count-primes 2 1s 1c",
                "gil-model count-primes 1 1s",
                "gil-model count-primes 2 1s",
                "native count-primes 4 0c",
            ]
        );
    }

    #[test]
    fn the_ceiling_has_the_unit_of_its_own_experiment() {
        let primes = |limit| Workload::new(WorkloadKind::CountPrimes).with("limit", limit).expect("it is in range");
        let request = request(vec![plan(primes(500.0), &[native()], &[1]), plan(primes(2000.0), &[native()], &[1])]);
        assert_eq!(
            short(&cells(&request, 2, |_, _| true)),
            ["native count-primes 1 0s 0c", "native count-primes 1 1s 1c"]
        );
    }

    #[test]
    fn the_ceiling_of_waiting_ends_at_four_times_the_cores() {
        let counts = [1, 8, 16, 64];
        let wait = request(vec![plan(Workload::new(WorkloadKind::Wait), &[native()], &counts)]);
        let primes = request(vec![plan(Workload::new(WorkloadKind::CountPrimes), &[model()], &counts)]);
        let ceiling = |request: &RunRequest| {
            let cells = cells(request, 2, |_, _| true);
            let of_ceiling = cells.iter().filter(|cell| cell.feeds.contains(&(0, Curve::Ceiling)));
            of_ceiling.map(|cell| cell.threads.get()).collect::<Vec<_>>()
        };
        assert_eq!(ceiling(&wait), [1, 8]);
        assert_eq!(ceiling(&primes), [1, 8, 16, 64]);
    }

    #[test]
    fn what_cannot_be_measured_is_left_out() {
        let wait = request(vec![plan(Workload::new(WorkloadKind::Wait), &[native(), model()], &[1])]);
        assert_eq!(short(&cells(&wait, 2, |key, _| *key == model())), ["gil-model wait 1 0s"]);
    }

    #[test]
    fn cells_of_one_engine_and_workload_are_one_group() {
        let wait = request(vec![plan(Workload::new(WorkloadKind::Wait), &[native(), model()], &[1, 2])]);
        let groups: Vec<usize> = cells(&wait, 2, |_, _| true).iter().map(|cell| cell.group).collect();
        assert_eq!(groups, [0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn rounds_are_shuffled_by_seed_and_round() {
        let wait = request(vec![plan(Workload::new(WorkloadKind::Wait), &[native(), model()], &[1, 2, 3, 4, 5])]);
        let cells = cells(&wait, 2, |_, _| true);
        let all: Vec<usize> = (0..cells.len()).collect();
        let mut sorted = order(&cells, &all, 3, 5);
        assert_eq!(sorted, order(&cells, &all, 3, 5));
        assert_ne!(sorted, order(&cells, &all, 4, 5));
        assert_ne!(sorted, order(&cells, &all, 3, 6));
        sorted.sort_unstable();
        assert_eq!(sorted, all);
        let first = order(&cells, &all, 0, 5);
        assert!(first.iter().take(3).all(|&index| cells[index].threads == ThreadCount::ONE), "{first:?}");
    }

    #[rstest]
    #[case(Precision::Quick, 20)]
    #[case(Precision::Normal, 40)]
    #[case(Precision::Thorough, 100)]
    fn the_counting_step_stays_below_half_the_target(#[case] precision: Precision, #[case] expected: u32) {
        assert_eq!(Lengths::units_wanted(precision), expected);
    }

    #[test]
    fn windows_are_as_long_as_lets_two_looks_fit() {
        let plain = |seconds, windows| Lengths::plan(Precision::Quick, Duration::from_secs(seconds), windows).plain;
        assert_eq!(plain(10, 100), SHORTEST_WINDOW);
        assert_eq!(plain(10, 1), LONGEST_PLAIN_WINDOW);
        assert_eq!(plain(18, 20), Duration::from_millis(75));
    }

    #[rstest]
    // 20 units of 5 ms.
    #[case(5.0, 100)]
    // Short units need no more than the plain length.
    #[case(0.1, 50)]
    // 20 units would not fit in the budget.
    #[case(20.0, 250)]
    // But four units there shall be, or two of very long ones.
    #[case(100.0, 400)]
    #[case(400.0, 1000)]
    #[case(1000.0, 2000)]
    fn long_units_lengthen_windows_within_reason(#[case] unit_ms: f64, #[case] expected_ms: u64) {
        let ms = Duration::from_millis;
        let lengths = Lengths { plain: ms(50), affordable: ms(250), units_wanted: 20 };
        let unit = Duration::try_from_secs_f64(unit_ms / 1000.0).expect("a small number");
        assert_eq!(lengths.of(Some(unit)), ms(expected_ms));
    }

    #[rstest]
    // Sixteen bodies of 20 ms, one after the other, twice: in the warm-up and beyond the window.
    #[case(WorkloadKind::StartJoin, "inside", 2 * 16 * 21)]
    // Their bodies overlap; what it takes to start and to join each does not.
    #[case(WorkloadKind::StartJoin, "after", 2 * (20 + 16))]
    fn a_window_costs_the_batches_that_outlast_it(
        #[case] kind: WorkloadKind,
        #[case] join: &str,
        #[case] beyond_ms: u64,
    ) {
        let ms = Duration::from_millis;
        let workload = Workload::new(kind).with_written("join", &join.into()).expect("a choice");
        let workload = workload.with("body_ms", 20.0).expect("in range");
        let request = request(vec![plan(workload, &[model()], &[16])]);
        let cells = cells(&request, 2, |key, _| *key == model());
        let cell = cells.iter().find(|cell| cell.threads.get() == 16).expect("it was asked for");
        assert_eq!(cost(cell, ms(50), Some(ms(21))), WARM_UP + WINDOW_OVERHEAD + ms(50 + beyond_ms));
        assert_eq!(cost(cell, ms(50), None), WARM_UP + WINDOW_OVERHEAD + ms(50));
    }

    #[test]
    fn windows_begin_anywhere_within_a_unit() {
        let request = request(vec![plan(Workload::new(WorkloadKind::Wait), &[native()], &[8])]);
        let cells = cells(&request, 2, |_, _| true);
        let cell = cells.iter().find(|cell| cell.threads.get() == 8).expect("it was asked for");
        let mut random = Rng::with_seed(1);
        let unit = Duration::from_millis(5);
        let phases: Vec<Duration> = (0..1000).map(|_| phase(cell, Some(unit), &mut random)).collect();
        assert!(phases.iter().all(|phase| *phase < unit));
        let early = phases.iter().filter(|phase| **phase < unit / 4).count();
        assert!((200..300).contains(&early), "{early} of 1000 in the first quarter");
        assert_eq!(phase(cell, None, &mut random), Duration::ZERO);
    }
}
