//! How near the GIL model comes to a real CPython: every row of `threadlab compare`, in paired and interleaved windows.
//!
//! `cargo bench --bench gil_model [-- ROUNDS [SECONDS]]`. The interpreter is the one that `THREADLAB_PYTHON` names, otherwise what
//! `python3` starts.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

use std::env;
use std::path::Path;
use std::time::Duration;

use threadlab::engine::cancel::CancelFlag;
use threadlab::engine::catalogue::InterpreterFinder;
use threadlab::engine::comparison::{Plan, measure};
use threadlab::model::comparison::{lines, rows};
use threadlab::model::series::Interpreter;

fn main() {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let bench = arguments.iter().position(|argument| argument == "--bench").map(|index| arguments.remove(index));
    if bench.is_none() {
        println!("gil_model measures only under `cargo bench --bench gil_model`");
        return;
    }
    let rounds = arguments.first().and_then(|word| word.parse().ok()).unwrap_or(9);
    let seconds = arguments.get(1).and_then(|word| word.parse().ok()).unwrap_or(0.8);
    let Some(python) = interpreter() else {
        eprintln!("no CPython with a GIL was found, so there is nothing to compare the model with");
        return;
    };
    let length = Duration::from_secs(1).mul_f64(seconds);
    println!("GIL model beside CPython {}, {rounds} rounds of {seconds} s windows", python.label());
    let plan = Plan { interpreters: vec![python], rows: rows(), rounds, length, seed: 1 };
    let measured = measure(&plan, &CancelFlag::new(), &mut |_| {});
    for line in lines(&measured.tally.compare(&plan.rows, 0)) {
        println!("{line}");
    }
    println!("{:?}, {} windows stayed disturbed, {:?}", measured.outcome, measured.disturbed, measured.warnings);
}

fn interpreter() -> Option<Interpreter> {
    let mut finder = InterpreterFinder::default();
    let found = match env::var_os("THREADLAB_PYTHON") {
        Some(path) => finder.look_at(Path::new(&path)).interpreter.inspect_err(|error| eprintln!("{error}")).ok(),
        None => finder.usual(),
    };
    found.filter(|python| python.gil_enabled == Some(true))
}
