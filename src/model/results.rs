//! Windows folded into points: what the plot, the table, the verdicts and the exports read.
//!
//! Ratios are taken within one round and then reduced over the rounds, so that a machine that slows down between rounds
//! slows both sides alike and cancels out.

use serde::{Deserialize, Serialize};

use super::series::{EngineKind, Interpreter, SeriesKey, StartMethod};
use super::statistics::{Estimate, median};
use super::units::ThreadCount;
use super::window::{DeadlockReport, LostUpdates, Quantiles, Window};

/// One thread count of one series. Unknown values are `None`, never 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "PointJson", from = "PointJson")]
pub struct Point {
    /// How many workers ran.
    pub threads: ThreadCount,
    /// Units per second.
    pub throughput_per_sec: Estimate,
    /// Throughput over that of one thread in the same round; `None` until one round has both.
    pub speedup: Option<Estimate>,
    /// Speedup over the thread count.
    pub efficiency: Option<Estimate>,
    /// CPU seconds of the workers per second.
    pub cores_used: Option<Estimate>,
    /// Units per CPU second of the workers.
    pub units_per_cpu_sec: Option<Estimate>,
    /// Time of one unit in milliseconds.
    pub latency_ms: Option<Estimate>,
    /// The times of units in milliseconds, medians over rounds: least, 5 %, 25 %, 50 %, 75 %, 95 %, greatest.
    pub latency_quantiles_ms: Option<Quantiles>,
    /// The share of updates that got lost, 0 to 1.
    pub lost_share: Option<Estimate>,
    /// The share of windows in which there was a deadlock, 0 to 1.
    pub deadlock_share: Option<Estimate>,
    /// Switches of the GIL per second, for the model.
    pub gil_switches_per_sec: Option<Estimate>,
    /// CPU of the local server, as a share of one core.
    pub server_cores_used: Option<Estimate>,
    /// Every window it rests on, by ascending round, one for each.
    pub windows: Vec<Window>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "SeriesJson", from = "SeriesJson")]
pub struct Series {
    /// Who measured it.
    pub key: SeriesKey,
    /// By ascending thread count.
    pub points: Vec<Point>,
}

/// All curves of one experiment, with the ceiling measured in the same rounds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Results {
    /// In the order asked for.
    pub series: Vec<Series>,
    /// Native count-primes at the same thread counts in the same rounds: what the machine can do.
    pub ceiling: Vec<Point>,
}

/// Which curve of an experiment a window belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Curve {
    /// A series asked for.
    Series(SeriesKey),
    /// The ceiling.
    Ceiling,
}

impl Results {
    /// No windows yet, for series without repeats in the order that legends and tables show.
    pub fn new(series: &[SeriesKey]) -> Self {
        let series = series.iter().map(|key| Series { key: key.clone(), points: Vec::new() }).collect();
        Self { series, ceiling: Vec::new() }
    }

    /// Takes one more window in and brings up to date what depends on it: its own point, and every speedup of its curve
    /// where it is of one thread.
    ///
    /// A window of the same curve, thread count and round replaces the earlier one. One whose length is no number above
    /// 0 says nothing and is left out. A series that was not asked for is added at the end.
    pub fn add(&mut self, curve: &Curve, window: Window) {
        if !(window.wall_s.is_finite() && window.wall_s > 0.0) {
            return;
        }
        let points = match curve {
            Curve::Ceiling => &mut self.ceiling,
            Curve::Series(key) => {
                let index = self.series.iter().position(|series| series.key == *key).unwrap_or_else(|| {
                    self.series.push(Series { key: key.clone(), points: Vec::new() });
                    self.series.len() - 1
                });
                match self.series.get_mut(index) {
                    Some(series) => &mut series.points,
                    None => return,
                }
            }
        };
        add_to_points(points, window);
    }

    /// Puts `to` in the place of `from`, or leaves `from` out where `to` is there already. A series that has windows stays.
    pub fn replace(&mut self, from: &SeriesKey, to: &SeriesKey) {
        let is_there = self.series(to).is_some();
        let Some(index) = self.series.iter().position(|it| it.key == *from && it.points.is_empty()) else { return };
        if is_there {
            self.series.remove(index);
        } else if let Some(series) = self.series.get_mut(index) {
            series.key = to.clone();
        }
    }

    /// The curve of a series, if it is there.
    pub fn series(&self, key: &SeriesKey) -> Option<&Series> {
        self.series.iter().find(|series| series.key == *key)
    }

    /// Every series of an engine, in order: more than one where several interpreters were asked for.
    pub fn of_engine(&self, engine: EngineKind) -> impl Iterator<Item = &Series> {
        self.series.iter().filter(move |series| series.key.engine == engine)
    }

    /// The names of the series in legends and tables, each once.
    pub fn labels(&self) -> Vec<String> {
        SeriesKey::labels(self.series.iter().map(|series| &series.key))
    }

    /// The ceiling at a thread count, if it was measured there.
    pub fn ceiling_at(&self, threads: ThreadCount) -> Option<&Point> {
        at(&self.ceiling, threads)
    }

    /// The thread counts at which some series has a point, ascending.
    pub fn thread_counts(&self) -> Vec<ThreadCount> {
        let mut counts: Vec<_> = self.series.iter().flat_map(|series| &series.points).map(|it| it.threads).collect();
        counts.sort_unstable();
        counts.dedup();
        counts
    }

    /// The same windows, folded anew.
    pub(super) fn folded_anew(&self) -> Self {
        let keys: Vec<SeriesKey> = self.series.iter().map(|series| series.key.clone()).collect();
        let mut anew = Self::new(&keys);
        for series in &self.series {
            let curve = Curve::Series(series.key.clone());
            for window in series.points.iter().flat_map(|point| &point.windows) {
                anew.add(&curve, window.clone());
            }
        }
        for window in self.ceiling.iter().flat_map(|point| &point.windows) {
            anew.add(&Curve::Ceiling, window.clone());
        }
        anew
    }

    /// Whether no window of any series was taken in.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.points.is_empty())
    }

    /// The widest half width of any speedup and any throughput, as a share of its median: what the stopping rule looks
    /// at. `None` while some point has fewer than 6 rounds.
    pub fn widest_half_width(&self) -> Option<f64> {
        let curves = self.series.iter().map(|series| &series.points).chain([&self.ceiling]);
        let estimates = curves.flatten().flat_map(|point| [Some(&point.throughput_per_sec), point.speedup.as_ref()]);
        let mut widest = None;
        for estimate in estimates.flatten() {
            if !estimate.is_interval() {
                return None;
            }
            widest = Some(estimate.relative_half_width().max(widest.unwrap_or(0.0)));
        }
        widest
    }
}

impl Series {
    /// The point at a thread count, if it was measured there.
    pub fn at(&self, threads: ThreadCount) -> Option<&Point> {
        at(&self.points, threads)
    }
}

/// The throughput of one curve over that of another at the same thread count, round by round; `None` where no round has
/// both.
pub fn throughput_ratio(above: &[Point], below: &[Point], threads: ThreadCount) -> Option<Estimate> {
    let (above, below) = (at(above, threads)?, at(below, threads)?);
    Estimate::of(&per_round(above, below, Window::throughput_per_sec))
}

/// The speedup of one curve over that of another at the same thread count, round by round; `None` where no round has
/// all four windows.
pub fn speedup_ratio(above: &[Point], below: &[Point], threads: ThreadCount) -> Option<Estimate> {
    let rate = Window::throughput_per_sec;
    let (above_one, below_one) = (at(above, ThreadCount::ONE)?, at(below, ThreadCount::ONE)?);
    let (above, below) = (at(above, threads)?, at(below, threads)?);
    let ratios: Vec<f64> = above
        .windows
        .iter()
        .filter_map(|window| {
            let round = window.round;
            let above_speedup = rate(window) / rate(above_one.window_of(round)?);
            let below_speedup = rate(below.window_of(round)?) / rate(below_one.window_of(round)?);
            Some(above_speedup / below_speedup)
        })
        .collect();
    Estimate::of(&ratios)
}

/// The time of one unit over that at one thread, round by round; `None` where no round has both.
pub fn latency_ratio(points: &[Point], threads: ThreadCount) -> Option<Estimate> {
    let (many, one) = (at(points, threads)?, at(points, ThreadCount::ONE)?);
    let pair = |window: &Window| {
        let base = one.window_of(window.round)?.latency_ms.filter(|base| *base > 0.0)?;
        Some(window.latency_ms.map(|latency| latency / base))
    };
    latency_of(many.windows.iter().filter_map(pair))
}

/// Rounds in which the latency is unknown had units too long for the window, wherever other rounds have it.
fn latency_of(rounds: impl Iterator<Item = Option<f64>>) -> Option<Estimate> {
    let all: Vec<Option<f64>> = rounds.collect();
    let known: Vec<f64> = all.iter().copied().flatten().collect();
    Estimate::of_censored(&known, all.len() - known.len())
}

impl Point {
    fn window_of(&self, round: u32) -> Option<&Window> {
        self.windows.binary_search_by_key(&round, |window| window.round).ok().and_then(|index| self.windows.get(index))
    }

    /// Every value that follows from windows alone; speedup and efficiency need the one-thread point. `None` without
    /// windows.
    fn of_windows(threads: ThreadCount, windows: Vec<Window>) -> Option<Self> {
        let over = |value: fn(&Window) -> Option<f64>| {
            let values: Vec<f64> = windows.iter().filter_map(value).collect();
            Estimate::of(&values)
        };
        let throughput_per_sec = over(|window| Some(window.throughput_per_sec()))?;
        let cores_used = over(Window::cores_used);
        let units_per_cpu_sec = over(Window::units_per_cpu_sec);
        let latency_ms = latency_of(windows.iter().map(|window| window.latency_ms));
        let latency_quantiles_ms = quantiles_of(&windows);
        let lost_share = over(|window| window.lost.and_then(|lost| lost.share()));
        let deadlock_share = deadlock_share_of(&windows);
        let gil_switches_per_sec = over(Window::gil_switches_per_sec);
        let server_cores_used = over(|window| window.server_cpu_s.map(|cpu_s| cpu_s / window.wall_s));
        Some(Self {
            threads,
            throughput_per_sec,
            speedup: None,
            efficiency: None,
            cores_used,
            units_per_cpu_sec,
            latency_ms,
            latency_quantiles_ms,
            lost_share,
            deadlock_share,
            gil_switches_per_sec,
            server_cores_used,
            windows,
        })
    }

    /// Updates of all rounds together, where they were counted.
    pub fn lost(&self) -> Option<LostUpdates> {
        self.windows.iter().filter_map(|window| window.lost).reduce(|all, more| all + more)
    }

    /// Deadlocks of all rounds together with the last that was seen, where they were looked for.
    pub fn deadlocks(&self) -> Option<DeadlockReport> {
        let reports = self.windows.iter().filter_map(|window| window.deadlocks.clone());
        reports.reduce(|all, more| DeadlockReport {
            count: all.count.saturating_add(more.count),
            last: if more.last.is_empty() { all.last } else { more.last },
        })
    }

    fn set_speedup(&mut self, one: Option<&Self>) {
        self.speedup = one.and_then(|one| Estimate::of(&per_round(self, one, Window::throughput_per_sec)));
        self.efficiency = self.speedup.map(|speedup| speedup.divided_by(self.threads.as_f64()));
    }
}

/// Each quantile's median over the rounds that have any; unknown where it is in one of them, for the others would be too short.
fn quantiles_of(windows: &[Window]) -> Option<Quantiles> {
    let of_windows: Vec<Quantiles> = windows.iter().filter_map(|window| window.latency_quantiles_ms).collect();
    let folded = |index: usize| -> Option<f64> {
        let values: Option<Vec<f64>> = of_windows.iter().map(|of_window| of_window[index]).collect();
        median(&values?)
    };
    let quantiles = std::array::from_fn(folded);
    quantiles.iter().any(Option::is_some).then_some(quantiles)
}

fn deadlock_share_of(windows: &[Window]) -> Option<Estimate> {
    let reports: Vec<&DeadlockReport> = windows.iter().filter_map(|window| window.deadlocks.as_ref()).collect();
    Estimate::of_share(reports.iter().filter(|report| report.count > 0).count(), reports.len())
}

fn at(points: &[Point], threads: ThreadCount) -> Option<&Point> {
    points.binary_search_by_key(&threads, |point| point.threads).ok().and_then(|index| points.get(index))
}

/// `value` above over `value` below for every round that has both; not finite where the value below is 0.
fn per_round(above: &Point, below: &Point, value: fn(&Window) -> f64) -> Vec<f64> {
    let pair = |window: &Window| Some(value(window) / value(below.window_of(window.round)?));
    above.windows.iter().filter_map(pair).collect()
}

fn add_to_points(points: &mut Vec<Point>, window: Window) {
    let threads = window.threads;
    let place = points.binary_search_by_key(&threads, |point| point.threads);
    let mut windows = match place {
        Ok(index) => points.get_mut(index).map(|point| std::mem::take(&mut point.windows)).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    match windows.binary_search_by_key(&window.round, |earlier| earlier.round) {
        Ok(same) => windows[same] = window,
        Err(between) => windows.insert(between, window),
    }
    let Some(point) = Point::of_windows(threads, windows) else { return };
    match place {
        Ok(index) => points[index] = point,
        Err(index) => points.insert(index, point),
    }
    let one = at(points, ThreadCount::ONE).cloned();
    for point in points.iter_mut().filter(|point| threads == ThreadCount::ONE || point.threads == threads) {
        point.set_speedup(one.as_ref());
    }
}

/// A point as results files have it: cores used as a plain number, with its interval beside it.
#[derive(Serialize, Deserialize)]
struct PointJson {
    threads: ThreadCount,
    throughput_per_sec: Estimate,
    speedup: Option<Estimate>,
    efficiency: Option<Estimate>,
    cores_used: Option<f64>,
    cores_used_interval: Option<Estimate>,
    units_per_cpu_sec: Option<Estimate>,
    latency_ms: Option<Estimate>,
    latency_quantiles_ms: Option<Quantiles>,
    lost_share: Option<Estimate>,
    deadlock_share: Option<Estimate>,
    gil_switches_per_sec: Option<Estimate>,
    server_cores_used: Option<Estimate>,
    windows: Vec<Window>,
}

impl From<Point> for PointJson {
    fn from(point: Point) -> Self {
        Self {
            threads: point.threads,
            throughput_per_sec: point.throughput_per_sec,
            speedup: point.speedup,
            efficiency: point.efficiency,
            cores_used: point.cores_used.map(|estimate| estimate.median),
            cores_used_interval: point.cores_used,
            units_per_cpu_sec: point.units_per_cpu_sec,
            latency_ms: point.latency_ms,
            latency_quantiles_ms: point.latency_quantiles_ms,
            lost_share: point.lost_share,
            deadlock_share: point.deadlock_share,
            gil_switches_per_sec: point.gil_switches_per_sec,
            server_cores_used: point.server_cores_used,
            windows: point.windows,
        }
    }
}

impl From<PointJson> for Point {
    fn from(json: PointJson) -> Self {
        Self {
            threads: json.threads,
            throughput_per_sec: json.throughput_per_sec,
            speedup: json.speedup,
            efficiency: json.efficiency,
            cores_used: json.cores_used_interval,
            units_per_cpu_sec: json.units_per_cpu_sec,
            latency_ms: json.latency_ms,
            latency_quantiles_ms: json.latency_quantiles_ms,
            lost_share: json.lost_share,
            deadlock_share: json.deadlock_share,
            gil_switches_per_sec: json.gil_switches_per_sec,
            server_cores_used: json.server_cores_used,
            windows: json.windows,
        }
    }
}

/// A series as results files have it: `engine` and `interpreter` beside the points.
#[derive(Serialize, Deserialize)]
struct SeriesJson {
    engine: EngineKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interpreter: Option<Interpreter>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_method: Option<StartMethod>,
    points: Vec<Point>,
}

impl From<Series> for SeriesJson {
    fn from(series: Series) -> Self {
        let SeriesKey { engine, interpreter, start_method } = series.key;
        Self { engine, interpreter, start_method, points: series.points }
    }
}

impl From<SeriesJson> for Series {
    fn from(json: SeriesJson) -> Self {
        let key = SeriesKey { engine: json.engine, interpreter: json.interpreter, start_method: json.start_method };
        Self { key, points: json.points }
    }
}

#[cfg(test)]
mod tests;
