//! `threadlab first`.

use serde::Serialize;

use super::arguments::FirstArguments;
use super::console;
use super::exit::Exit;
use super::{interpreters, interrupt};
use crate::engine::catalogue::{self, InterpreterFinder};
use crate::model::first_program::{Pause, Transcript, program};
use crate::model::series::{EngineKind, Interpreter};

/// How wide the timeline is, in characters.
const WIDTH: usize = 60;

#[derive(Serialize)]
struct Run {
    interpreter: Interpreter,
    #[serde(flatten)]
    transcript: Transcript,
}

pub(super) fn run(arguments: &FirstArguments) -> anyhow::Result<Exit> {
    let engines = [EngineKind::PythonThreads];
    let pythons = interpreters::choose(&arguments.pythons, arguments.gil, &engines, &mut InterpreterFinder::default())?;
    if pythons.is_empty() {
        anyhow::bail!("no Python was found; install CPython 3.8 or later, or name one with `--python PATH`");
    }
    let program = program(if arguments.pause { Pause::Millisecond } else { Pause::None });
    let cancel = interrupt::flag()?;
    if !arguments.json {
        console::data(&program)?;
    }
    let mut runs = Vec::new();
    for interpreter in pythons {
        match catalogue::run_program(&interpreter, &program, &cancel) {
            Ok(transcript) => {
                if !arguments.json {
                    for line in lines(&interpreter, &transcript.to_show()) {
                        console::data(line)?;
                    }
                }
                runs.push(Run { interpreter, transcript });
            }
            Err(_) if cancel.is_raised() => return Ok(Exit::Interrupted),
            Err(reason) => anyhow::bail!("{}: {reason}", interpreter.path),
        }
    }
    if arguments.json {
        console::data(serde_json::to_string_pretty(&serde_json::json!({ "program": program, "runs": runs }))?)?;
    }
    Ok(Exit::Done)
}

/// Each line with its thread and time, then a small timeline.
fn lines(interpreter: &Interpreter, transcript: &Transcript) -> Vec<String> {
    let mut lines =
        vec![format!("CPython {}", interpreter.label()), format!("{:>10}  {:<12}prints", "after", "thread")];
    let row = |line: &crate::model::first_program::PrintedLine| {
        format!("{:>7.3} ms  {:<12}{}", line.at_ms, line.thread, line.text)
    };
    lines.extend(transcript.lines.iter().map(row));
    lines.push(String::new());
    for thread in transcript.threads() {
        lines.push(format!("{thread:<12}|{}|", timeline(transcript, thread)));
    }
    lines.push(format!("{:<12} 0 to {:.3} ms", "", transcript.took_ms));
    lines.push(transcript.in_words());
    lines.push(String::new());
    lines
}

/// Where a thread printed: its lines' first letters at their times.
fn timeline(transcript: &Transcript, thread: &str) -> String {
    let mut cells = vec![' '; WIDTH];
    for line in transcript.lines.iter().filter(|line| line.thread == thread) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place within the width"
        )]
        let place = (line.at_ms / transcript.took_ms.max(f64::MIN_POSITIVE) * (WIDTH - 1) as f64) as usize;
        if let Some(cell) = cells.get_mut(place.min(WIDTH - 1)) {
            // Lines too close to be told apart.
            *cell = if *cell == ' ' { line.text.chars().next().unwrap_or('.') } else { '*' };
        }
    }
    cells.into_iter().collect()
}
