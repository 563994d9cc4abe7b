//! Why a curve looks as it does: the law it follows, and whether its threads ran at the same time.
//!
//! Throughput = (CPU seconds used per second) × (units per CPU second). The first factor tells whether the threads ran at
//! the same time, the second whether each of them got slower.

use super::format;
use super::plot::{CurveRole, role_of};
use super::prediction::Prediction;
use super::results::{Point, Results, Series};
use super::scaling;
use super::series::EngineKind;
use super::statistics::Estimate;
use super::units::ThreadCount;

/// What explains the curves of one experiment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// One for each series that has something to say, in the order of the results.
    pub series: Vec<SeriesExplanation>,
}

/// What explains one curve, in full sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesExplanation {
    /// The curve's name, as legends show it.
    pub name: String,
    /// What the curve stands for, which decides its style.
    pub role: CurveRole,
    /// The law it follows; `None` with fewer than four thread counts.
    pub law: Option<String>,
    /// Cores used beside units per CPU second; `None` where CPU time could not be read.
    pub cpu: Option<String>,
    /// What the learner expected beside what was measured.
    pub prediction: Option<String>,
}

impl Explanation {
    /// Explains results of a machine with `usable_cores` cores. The fits make this too slow for every frame.
    pub fn of(results: &Results, usable_cores: f64, prediction: Option<&Prediction>) -> Self {
        // A prediction speaks of Python where there is Python, real or modelled.
        let only_native = results.series.iter().all(|series| series.key.engine == EngineKind::Native);
        let series = results
            .series
            .iter()
            .enumerate()
            .zip(results.labels())
            .map(|((index, series), name)| SeriesExplanation {
                name,
                role: role_of(results, index, &series.key),
                law: scaling::fit(series, usable_cores).map(|fit| fit.in_words()),
                cpu: cpu_in_words(series, usable_cores),
                prediction: prediction
                    .filter(|_| only_native || series.key.engine != EngineKind::Native)
                    .and_then(|prediction| prediction.comparison(series))
                    .map(|comparison| comparison.sentence),
            })
            .filter(|series| series.law.is_some() || series.cpu.is_some() || series.prediction.is_some())
            .collect();
        Self { series }
    }
}

/// Cores used and units per CPU second at the greatest thread count beside one thread.
fn cpu_in_words(series: &Series, usable_cores: f64) -> Option<String> {
    let one = series.at(ThreadCount::ONE)?;
    let most = series.points.last().filter(|point| point.threads > ThreadCount::ONE)?;
    let cores = most.cores_used.as_ref()?;
    let threads = format::threads(most.threads.get());
    let work = match one.units_per_cpu_sec.as_ref().zip(most.units_per_cpu_sec.as_ref()) {
        Some((of_one, of_most)) if of_one.median > 0.0 => {
            let ratio = format::number(of_most.median / of_one.median);
            format!(", and a second of CPU time did {ratio} times as much work as with one thread")
        }
        _ => String::new(),
    };
    let reason = reason(one, most, usable_cores).map(|reason| format!(" {}", reason.in_words(series.key.engine)));
    let reason = reason.unwrap_or_default();
    Some(format!("At {threads} it used {} cores{work}.{reason}", format::estimate(cores)))
}

/// Why a curve looks as it does.
enum Reason {
    Waited,
    TookTurns,
    SlowedDown,
    UnimpededTogether,
}

impl Reason {
    fn in_words(&self, engine: EngineKind) -> String {
        let workers = match engine {
            EngineKind::PythonProcesses => "processes",
            EngineKind::PythonAsyncio => "tasks",
            EngineKind::Native | EngineKind::GilModel | EngineKind::PythonThreads | EngineKind::PythonInterpreters => {
                "threads"
            }
        };
        match self {
            Self::Waited => format!(
                "Its {workers} waited most of the time, and they waited at the same time: the cores were no limit."
            ),
            Self::TookTurns => format!("So its {workers} took turns; they did not run at the same time."),
            Self::SlowedDown => format!("So its {workers} ran at the same time, but each of them got less done."),
            Self::UnimpededTogether => {
                format!("So its {workers} ran at the same time, and none slowed the others down.")
            }
        }
    }
}

/// What the whole intervals allow to say; nothing where they do not.
fn reason(one: &Point, most: &Point, usable_cores: f64) -> Option<Reason> {
    /// Fewer cores than this are one at a time, with room for what the coordinator and the kernel use.
    const ONE_AT_A_TIME: f64 = 1.15;
    /// More cores than this are several at the same time.
    const AT_THE_SAME_TIME: f64 = 1.25;
    /// One thread that keeps a core less busy than this mostly waits.
    const MOSTLY_WAITS: f64 = 0.5;
    /// One thread that keeps a core busier than this computes.
    const COMPUTES: f64 = 0.85;
    /// Of all that can run at the same time - one thread under a GIL - this share may be busy where it is no limit.
    const NO_LIMIT: f64 = 0.7;
    /// The share of the work of a CPU second below which threads are said to get slower, and above which not.
    const SLOWER: f64 = 0.95;
    const AS_FAST: f64 = 0.9;

    let (single, cores) = (known(one.cores_used.as_ref())?, known(most.cores_used.as_ref())?);
    if single.high < MOSTLY_WAITS {
        let mostly_waits = cores.high < most.threads.as_f64() * MOSTLY_WAITS;
        let is_limited = cores.high > NO_LIMIT * usable_cores.min(1.0);
        return (mostly_waits && !is_limited && rises(most)).then_some(Reason::Waited);
    }
    if single.low > COMPUTES && cores.high < ONE_AT_A_TIME {
        return Some(Reason::TookTurns);
    }
    if cores.low > AT_THE_SAME_TIME {
        let (of_one, of_most) = (known(one.units_per_cpu_sec.as_ref())?, known(most.units_per_cpu_sec.as_ref())?);
        if of_most.high < SLOWER * of_one.low {
            return Some(Reason::SlowedDown);
        }
        if of_most.low > AS_FAST * of_one.high {
            return Some(Reason::UnimpededTogether);
        }
    }
    None
}

/// Whether the speedup is beyond doubt.
fn rises(point: &Point) -> bool {
    known(point.speedup.as_ref()).is_some_and(|speedup| speedup.low > 1.5)
}

/// An estimate whose ends have a known coverage.
fn known(estimate: Option<&Estimate>) -> Option<&Estimate> {
    estimate.filter(|estimate| estimate.is_interval())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::series::SeriesKey;
    use crate::model::statistics::IntervalKind;

    fn about(median: f64) -> Estimate {
        let interval = IntervalKind::OrderStatistic95;
        Estimate { median, low: median * 0.98, high: median * 1.02, rounds: 9, interval }
    }

    fn point(threads: usize, per_sec: f64, cores: f64, per_cpu_sec: f64, single: f64) -> Point {
        Point {
            threads: ThreadCount::clamped(threads),
            throughput_per_sec: about(per_sec),
            speedup: Some(about(per_sec / single)),
            efficiency: None,
            cores_used: Some(about(cores)),
            units_per_cpu_sec: Some(about(per_cpu_sec)),
            latency_ms: None,
            latency_quantiles_ms: None,
            lost_share: None,
            deadlock_share: None,
            gil_switches_per_sec: None,
            server_cores_used: None,
            windows: Vec::new(),
        }
    }

    /// One thread and eight, each with throughput, cores used and units per CPU second.
    fn series(one: [f64; 3], eight: [f64; 3]) -> Series {
        let at = |threads, [per_sec, cores, per_cpu_sec]: [f64; 3]| point(threads, per_sec, cores, per_cpu_sec, one[0]);
        Series { key: SeriesKey::of(EngineKind::GilModel), points: vec![at(1, one), at(8, eight)] }
    }

    #[track_caller]
    fn check(one: [f64; 3], eight: [f64; 3], expected: &str) {
        let words = cpu_in_words(&series(one, eight), 4.0).expect("CPU time is known");
        assert!(words.ends_with(expected), "{words}");
    }

    #[test]
    fn workers_are_called_what_they_are() {
        let mut processes = series([1000.0, 1.0, 1000.0], [4000.0, 4.0, 1000.0]);
        processes.key = SeriesKey::of(EngineKind::PythonProcesses);
        let words = cpu_in_words(&processes, 4.0).expect("CPU time is known");
        assert!(words.ends_with("So its processes ran at the same time, and none slowed the others down."), "{words}");
    }

    #[test]
    fn cores_or_a_gil_that_are_busy_may_be_the_limit() {
        // Each waits 85 % of the time alone; eight of them keep a whole core busy, and that may be all a GIL lets them have.
        check([100.0, 0.15, 666.0], [660.0, 0.99, 666.0], "as with one thread.");
        check([100.0, 0.05, 2000.0], [800.0, 0.4, 2000.0], "the cores were no limit.");
    }

    #[test]
    fn the_two_factors_tell_why() {
        check(
            [1000.0, 1.0, 1000.0],
            [980.0, 1.0, 980.0],
            "times as much work as with one thread. So its threads took \
             turns; they did not run at the same time.",
        );
        check([1000.0, 1.0, 1000.0], [4000.0, 4.0, 1000.0], "ran at the same time, and none slowed the others down.");
        check([1000.0, 1.0, 1000.0], [2000.0, 4.0, 500.0], "ran at the same time, but each of them got less done.");
        check([200.0, 0.01, 20_000.0], [1600.0, 0.08, 20_000.0], "at the same time: the cores were no limit.");
    }

    #[test]
    fn what_the_intervals_leave_open_is_not_said() {
        // 1.2 cores are neither one at a time nor several.
        check([1000.0, 1.0, 1000.0], [1200.0, 1.2, 1000.0], "times as much work as with one thread.");
        // Waiting that does not get faster has another reason.
        check([200.0, 0.01, 20_000.0], [200.0, 0.01, 20_000.0], "times as much work as with one thread.");
        let mut few = series([1000.0, 1.0, 1000.0], [980.0, 1.0, 980.0]);
        for point in &mut few.points {
            if let Some(cores) = &mut point.cores_used {
                cores.interval = IntervalKind::Range;
            }
        }
        let words = cpu_in_words(&few, 4.0).expect("CPU time is known");
        assert!(words.ends_with("as with one thread."), "{words}");
    }

    #[test]
    fn what_is_unknown_is_absent() {
        let mut unknown = series([1000.0, 1.0, 1000.0], [980.0, 1.0, 980.0]);
        for point in &mut unknown.points {
            point.cores_used = None;
        }
        let results = Results { series: vec![unknown], ceiling: Vec::new() };
        assert_eq!(Explanation::of(&results, 4.0, None), Explanation::default());
    }

    #[test]
    fn a_prediction_is_compared_with_python_first() {
        let gil = series([1000.0, 1.0, 1000.0], [980.0, 1.0, 980.0]);
        let native = Series { key: SeriesKey::of(EngineKind::Native), ..gil.clone() };
        let prediction = Prediction { points: vec![(ThreadCount::clamped(8), 4.0)] };
        let compared = |series: &[Series]| {
            let results = Results { series: series.to_vec(), ceiling: Vec::new() };
            let explanation = Explanation::of(&results, 4.0, Some(&prediction));
            explanation.series.iter().map(|series| series.prediction.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(compared(&[native.clone(), gil]), [false, true]);
        assert_eq!(compared(&[native]), [true]);
    }
}
