//! How near the GIL model comes to a real CPython: each row of the table of goals, in paired and interleaved windows.
//!
//! `cargo bench --bench gil_model [-- ROUNDS [SECONDS]]`. The interpreter is the one that `THREADLAB_PYTHON` names, otherwise the
//! first found; without one only the model's own figures are printed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

mod cpython;
mod model;
mod task;

use std::env;

use cpython::CPython;
use task::{Figures, Task};
use threadlab::workload::mixed::Speed;

/// One row of the table: a figure of one window, or of one window over that of another.
struct Row {
    name: &'static str,
    task: Task,
    over: Option<Task>,
    figure: fn(Figures) -> f64,
    /// How far from 1 the ratio of model and CPython may be.
    goal: f64,
}

const fn compute(threads: usize) -> Task {
    Task::Compute { threads, interval_us: 5000 }
}

const fn sleepers(threads: usize) -> Task {
    Task::Sleepers { threads, sleep_ms: 10.0 }
}

const fn convoy(computing: usize) -> Task {
    Task::Convoy { computing, sleep_ms: 1.0 }
}

const fn row(name: &'static str, task: Task, over: Option<Task>, figure: fn(Figures) -> f64, goal: f64) -> Row {
    Row { name, task, over, figure, goal }
}

fn per_sec(figures: Figures) -> f64 {
    figures.per_sec
}

fn other(figures: Figures) -> f64 {
    figures.other
}

const ROWS: [Row; 13] = [
    row("switches/s at 5 ms, 2 threads", compute(2), None, other, 0.10),
    row("switches/s at 5 ms, 4 threads", compute(4), None, other, 0.10),
    row("switches/s at 5 ms, 8 threads", compute(8), None, other, 0.10),
    row("switches/s at 0.5 ms, 2 threads", Task::Compute { threads: 2, interval_us: 500 }, None, other, 0.10),
    row("10 ms sleeps, 4 threads over 1", sleepers(4), Some(sleepers(1)), per_sec, 0.05),
    row("10 ms sleeps, 16 threads over 1", sleepers(16), Some(sleepers(1)), per_sec, 0.05),
    row("10 ms sleeps, 64 threads over 1", sleepers(64), Some(sleepers(1)), per_sec, 0.05),
    row("p50 of a 1 ms sleep in ms beside 1 computing", convoy(1), None, other, 0.05),
    row("1 ms sleeps/s beside 1 computing", convoy(1), None, per_sec, 0.10),
    row("1 ms sleeps/s beside 2 computing", convoy(2), None, per_sec, 0.10),
    row("computing, 2 threads over 1", compute(2), Some(compute(1)), per_sec, 0.15),
    row("computing, 4 threads over 1", compute(4), Some(compute(1)), per_sec, 0.15),
    row("computing, 8 threads over 1", compute(8), Some(compute(1)), per_sec, 0.15),
];

fn main() {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let bench = arguments.iter().position(|argument| argument == "--bench").map(|index| arguments.remove(index));
    if bench.is_none() {
        println!("gil_model measures only under `cargo bench --bench gil_model`");
        return;
    }
    let mut numbers = arguments.iter().filter_map(|argument| argument.parse::<f64>().ok());
    let rounds = numbers.next().unwrap_or(5.0);
    let seconds = numbers.next().unwrap_or(0.8);

    let mut python = CPython::find();
    let speed = Speed::calibrate();
    let mut tasks: Vec<Task> = Vec::new();
    for task in ROWS.iter().flat_map(|row| [Some(row.task), row.over]).flatten() {
        if !tasks.contains(&task) {
            tasks.push(task);
        }
    }
    match &python {
        Some(python) => println!("GIL model beside CPython {}, {rounds} rounds of {seconds} s windows", python.version),
        None => println!("GIL model alone, for no CPython was found, {rounds} rounds of {seconds} s windows"),
    }

    println!("a computing thread looks whether it shall let go every {:.0} ns", 1e9 / speed.numbers_per_sec);

    let mut pairs: Vec<Vec<(f64, f64)>> = ROWS.iter().map(|_| Vec::new()).collect();
    let mut round = 0.0;
    while round < rounds {
        // Model and interpreter take turns in going first, so that drift hits both alike.
        let model_first = round % 2.0 < 1.0;
        let measured: Vec<(Task, Figures, Option<Figures>)> = tasks
            .iter()
            .map(|&task| {
                let early = model_first.then(|| model::run(task, seconds, speed));
                let real = python.as_mut().and_then(|python| {
                    python.run(task, seconds).inspect_err(|error| eprintln!("CPython failed: {error}")).ok()
                });
                (task, early.unwrap_or_else(|| model::run(task, seconds, speed)), real)
            })
            .collect();
        for (row, pairs) in ROWS.iter().zip(&mut pairs) {
            pairs.push(row.read(&measured));
        }
        round += 1.0;
    }

    println!("{:<46} {:>9} {:>9} {:>7} {:>13} {:>7}", "", "model", "CPython", "ratio", "(range)", "goal");
    for (row, pairs) in ROWS.iter().zip(&pairs) {
        let ratios: Vec<f64> = pairs.iter().map(|(model, real)| model / real).collect();
        let ratio = median(&ratios);
        let model = median(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
        let real = median(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
        if ratio.is_nan() {
            println!("{:<46} {model:>9.2} {:>9}", row.name, "-");
            continue;
        }
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let verdict = if (ratio - 1.0).abs() <= row.goal { "" } else { "  missed" };
        println!(
            "{:<46} {model:>9.2} {real:>9.2} {ratio:>7.2} ({least:>5.2}-{most:>5.2}) ±{:>3.0} %{verdict}",
            row.name,
            row.goal * 100.0,
        );
    }
}

impl Row {
    /// The model's figure and CPython's; NaN where there is none.
    fn read(&self, measured: &[(Task, Figures, Option<Figures>)]) -> (f64, f64) {
        let of = |task: Task| {
            let found = measured.iter().find(|measured| measured.0 == task);
            found.map_or((f64::NAN, f64::NAN), |(_, model, real)| {
                ((self.figure)(*model), real.map_or(f64::NAN, self.figure))
            })
        };
        let (model, real) = of(self.task);
        let (model_base, real_base) = self.over.map_or((1.0, 1.0), of);
        (model / model_base, real / real_base)
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
