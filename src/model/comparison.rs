//! How near the GIL model comes to a CPython: what is held against each other, how far apart the two may be, and what the
//! windows of a run say.
//!
//! Both sides are measured in the same rounds, and a row's ratio is taken within a round before the median is, so that the machine's
//! drift hits both alike.

use serde::Serialize;

use super::statistics::{Estimate, FEWEST_ROUNDS, median};
use super::units::ThreadCount;
use super::window::Window;
use super::workload::{Workload, WorkloadKind};
use super::{format, plan::DEFAULT_SWITCH_INTERVAL_US};

mod table;

pub use table::lines;

/// Primes are counted below this limit: a unit of some 0.1 ms in CPython, short beside every slice, so that a change of threads
/// is seen where it happens.
const PRIME_LIMIT: f64 = 200.0;

/// One window that both sides measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// What every worker does.
    pub workload: Workload,
    /// How many workers.
    pub threads: ThreadCount,
    /// The switch interval, in microseconds.
    pub switch_interval_us: u32,
}

/// What is read off a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Units per second.
    Throughput,
    /// How often the GIL went to another thread, per second.
    Switches,
    /// The median time of a unit, in milliseconds.
    Latency,
}

/// One line of the comparison: a figure of one window, or of one window over that of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The word by which a command line names it.
    pub id: &'static str,
    /// What a reader sees.
    pub name: &'static str,
    /// The window.
    pub task: Task,
    /// The window that its figure is divided by, if any.
    pub over: Option<Task>,
    /// What is read.
    pub figure: Figure,
    /// How far from 1 the ratio of model and CPython may be.
    pub goal: f64,
}

/// Who measured a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The GIL model.
    Model,
    /// The interpreter of that number, from 0.
    CPython(usize),
}

/// Every window of a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    windows: Vec<(Task, Side, Window)>,
}

/// What a run says of one row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The row's word.
    pub id: &'static str,
    /// What a reader sees.
    pub name: &'static str,
    /// The model's figure: the median over rounds; `None` where there is none.
    pub model: Option<f64>,
    /// CPython's figure.
    pub cpython: Option<f64>,
    /// The model's figure over CPython's, within a round.
    pub ratio: Option<Estimate>,
    /// How far from 1 the ratio may be.
    pub goal: f64,
    /// Whether it is within.
    pub agreement: Agreement,
    /// Why, as a full sentence.
    pub reason: String,
}

/// Whether the model comes as near to CPython as it shall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// It does: the whole interval of the ratio lies within the goal.
    Within,
    /// It does not: the whole interval lies outside.
    Outside,
    /// The rounds do not decide it.
    CannotTell,
}

impl Agreement {
    /// The word that a reader sees.
    pub fn label(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Outside => "outside",
            Self::CannotTell => "cannot tell",
        }
    }
}

impl Compared {
    /// Whether its verdict does not speak for itself.
    fn needs_reason(&self) -> bool {
        self.agreement != Agreement::Within
    }
}

impl Task {
    fn of(kind: WorkloadKind, parameter: &str, value: f64, threads: usize) -> Self {
        let plain = Workload::new(kind);
        // Each value below is one of its slider's, as a test holds.
        let workload = plain.clone().with(parameter, value).unwrap_or(plain);
        Self { workload, threads: ThreadCount::clamped(threads), switch_interval_us: DEFAULT_SWITCH_INTERVAL_US }
    }

    fn computing(threads: usize) -> Self {
        Self::of(WorkloadKind::CountPrimes, "limit", PRIME_LIMIT, threads)
    }

    fn sleeping(threads: usize) -> Self {
        Self::of(WorkloadKind::Wait, "wait_ms", 10.0, threads)
    }

    /// Enough threads, and short enough sleeps, to ask for the GIL 50,000 times a second.
    fn crowded(threads: usize) -> Self {
        Self::of(WorkloadKind::Wait, "wait_ms", 5.0, threads)
    }

    /// One thread that sleeps beside so many that compute.
    fn convoy(computing: usize) -> Self {
        Self::of(WorkloadKind::Sleeper, "sleep_ms", 1.0, 1 + computing)
    }
}

impl Figure {
    /// The figure of a window; `None` where it is unknown.
    pub fn of(self, window: &Window) -> Option<f64> {
        match self {
            Self::Throughput => Some(window.throughput_per_sec()),
            Self::Switches => window.gil_switches_per_sec(),
            Self::Latency => window.latency_ms,
        }
    }
}

/// Every row, in the order that tables show them. The goals are those that a prototype of the model was found to reach, and for 256
/// threads one that tells whether the model spends more time with the GIL between two calls than CPython does.
pub fn rows() -> Vec<Row> {
    let row = |id, name, task, over, figure, goal| Row { id, name, task, over, figure, goal };
    let often = Task { switch_interval_us: 500, ..Task::computing(2) };
    let switches = |id, name, task| row(id, name, task, None, Figure::Switches, 0.10);
    let sleeps =
        |id, name, threads| row(id, name, Task::sleeping(threads), Some(Task::sleeping(1)), Figure::Throughput, 0.05);
    let computing =
        |id, name, threads| row(id, name, Task::computing(threads), Some(Task::computing(1)), Figure::Throughput, 0.15);
    vec![
        switches("switches-2", "switches/s at 5 ms, 2 threads", Task::computing(2)),
        switches("switches-4", "switches/s at 5 ms, 4 threads", Task::computing(4)),
        switches("switches-8", "switches/s at 5 ms, 8 threads", Task::computing(8)),
        switches("switches-often", "switches/s at 0.5 ms, 2 threads", often),
        sleeps("sleeps-4", "10 ms sleeps, 4 threads over 1", 4),
        sleeps("sleeps-16", "10 ms sleeps, 16 threads over 1", 16),
        sleeps("sleeps-64", "10 ms sleeps, 64 threads over 1", 64),
        row(
            "sleeps-256",
            "5 ms sleeps, 256 threads over 1",
            Task::crowded(256),
            Some(Task::crowded(1)),
            Figure::Throughput,
            0.10,
        ),
        row(
            "convoy-median",
            "median of a 1 ms sleep beside 1 computing, ms",
            Task::convoy(1),
            None,
            Figure::Latency,
            0.05,
        ),
        row("convoy-1", "1 ms sleeps/s beside 1 computing", Task::convoy(1), None, Figure::Throughput, 0.10),
        row("convoy-2", "1 ms sleeps/s beside 2 computing", Task::convoy(2), None, Figure::Throughput, 0.10),
        computing("computing-2", "computing, 2 threads over 1", 2),
        computing("computing-4", "computing, 4 threads over 1", 4),
        computing("computing-8", "computing, 8 threads over 1", 8),
    ]
}

/// What a round must measure for these rows, each task once.
pub fn tasks(rows: &[Row]) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for task in rows.iter().flat_map(|row| [Some(&row.task), row.over.as_ref()]).flatten() {
        if !tasks.contains(task) {
            tasks.push(task.clone());
        }
    }
    tasks
}

impl Tally {
    /// Takes a window in.
    pub fn add(&mut self, task: &Task, side: Side, window: Window) {
        self.windows.push((task.clone(), side, window));
    }

    /// What the windows say of each row, for the interpreter of that number.
    pub fn compare(&self, rows: &[Row], interpreter: usize) -> Vec<Compared> {
        rows.iter().map(|row| self.compared(row, interpreter)).collect()
    }

    fn compared(&self, row: &Row, interpreter: usize) -> Compared {
        let side = Side::CPython(interpreter);
        let rounds = self.windows.iter().map(|(_, _, window)| window.round + 1).max().unwrap_or(0);
        let measured = (0..rounds).filter(|&round| self.has(row, Side::Model, round) && self.has(row, side, round));
        let pairs: Vec<(Option<f64>, Option<f64>)> =
            measured.map(|round| (self.figure(row, Side::Model, round), self.figure(row, side, round))).collect();
        let known: Vec<(f64, f64)> = pairs.iter().filter_map(|pair| pair.0.zip(pair.1)).collect();
        let of = |number: fn(&(f64, f64)) -> f64| median(&known.iter().map(number).collect::<Vec<_>>());
        let ratio = Estimate::of(&known.iter().map(|(model, cpython)| model / cpython).collect::<Vec<_>>());
        let (agreement, mut reason) = judge(ratio.as_ref(), pairs.len() - known.len(), row.goal);
        if let Some(rounds) =
            ratio.as_ref().filter(|_| reason == PARTLY).and_then(|ratio| rounds_to_tell(ratio, row.goal))
        {
            reason = format!("{PARTLY} Some {rounds} rounds may tell: `--row {} --rounds {rounds}`.", row.id);
        }
        let (id, name, goal) = (row.id, row.name, row.goal);
        Compared { id, name, model: of(|pair| pair.0), cpython: of(|pair| pair.1), ratio, goal, agreement, reason }
    }

    fn window(&self, task: &Task, side: Side, round: u32) -> Option<&Window> {
        let is_it = |(of, by, window): &&(Task, Side, Window)| of == task && *by == side && window.round == round;
        self.windows.iter().find(is_it).map(|(_, _, window)| window)
    }

    fn has(&self, row: &Row, side: Side, round: u32) -> bool {
        let is_there = |task: &Task| self.window(task, side, round).is_some();
        is_there(&row.task) && row.over.as_ref().is_none_or(is_there)
    }

    /// The figure of a row in a round; `None` where it is unknown or nothing was counted.
    fn figure(&self, row: &Row, side: Side, round: u32) -> Option<f64> {
        let of = |task: &Task| row.figure.of(self.window(task, side, round)?).filter(|it| it.is_finite() && *it > 0.0);
        let figure = of(&row.task)?;
        row.over.as_ref().map_or(Some(figure), |over| Some(figure / of(over)?))
    }
}

/// `blank`: the rounds in which a side counted nothing.
fn judge(ratio: Option<&Estimate>, blank: usize, goal: f64) -> (Agreement, String) {
    let cannot_tell = |reason: String| (Agreement::CannotTell, reason);
    if blank > 0 {
        return cannot_tell(format!(
            "In {} one of the two counted nothing.",
            format::rounds(u32::try_from(blank).unwrap_or(u32::MAX))
        ));
    }
    let Some(ratio) = ratio else { return cannot_tell("Nothing was measured.".to_owned()) };
    if !ratio.is_interval() {
        let measured = format::rounds(ratio.rounds);
        return cannot_tell(format!("After {measured} there is no interval yet; it takes {FEWEST_ROUNDS}."));
    }
    let (least, most) = (1.0 - goal, 1.0 + goal);
    if ratio.low >= least && ratio.high <= most {
        (Agreement::Within, "The whole interval lies within the goal.".to_owned())
    } else if ratio.low > most {
        (Agreement::Outside, "The whole interval lies above the goal.".to_owned())
    } else if ratio.high < least {
        (Agreement::Outside, "The whole interval lies below the goal.".to_owned())
    } else {
        cannot_tell(PARTLY.to_owned())
    }
}

/// Why most rows that cannot be told cannot.
const PARTLY: &str = "The interval lies partly within the goal and partly outside.";

/// The most rounds that are ever suggested: some twenty minutes for a row.
const MOST_SUGGESTED: u32 = 1000;

/// How many rounds would bring the interval to one side of the goal's edge that is nearer to the median, if it stays where it is:
/// intervals shrink with the square root of the rounds. Rounded up to a number that is easily typed; `None` where the median is so
/// near to the edge that it would take too long.
fn rounds_to_tell(ratio: &Estimate, goal: f64) -> Option<u32> {
    let distance = ((1.0 + goal) - ratio.median).abs().min((ratio.median - (1.0 - goal)).abs());
    let half = (ratio.high - ratio.median).max(ratio.median - ratio.low);
    let needed = f64::from(ratio.rounds) * (half / distance).powi(2);
    let step: u32 = if needed < 100.0 { 10 } else { 50 };
    // Where both are 0 it is no number, which is at most nothing.
    (step..=MOST_SUGGESTED).step_by(step as usize).find(|&rounds| needed <= f64::from(rounds))
}

#[cfg(test)]
mod tests;
