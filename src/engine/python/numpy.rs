//! Asking an interpreter whether it has NumPy.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::harness::quoted;
use super::process::{Heard, Input, Launch, Process, Stream};
use crate::engine::Support;
use crate::model::series::EngineKind;

/// How long an answer may take: NumPy from a cold disk takes some seconds.
const LIMIT: Duration = Duration::from_secs(20);

/// The question, for a main interpreter or for a sub-interpreter. `ModuleNotFoundError` of another module is NumPy's own fault.
const QUESTION: &str = r#"
import os, sys
for name in ("OPENBLAS", "MKL", "OMP", "BLIS", "VECLIB_MAXIMUM"):
    os.environ[name + "_NUM_THREADS"] = "1"
def ask():
    try:
        import numpy
        return "here"
    except ModuleNotFoundError as error:
        return "missing" if error.name == "numpy" else "broken " + str(error)
    except BaseException as error:
        return "broken " + str(error)
answer = ask()
if answer == "here" and sys.argv[1] == "sub-interpreter":
    from concurrent import interpreters
    try:
        interpreters.create().exec("import numpy")
    except BaseException as error:
        answer = "broken-inside"
print("\nthreadlab-numpy " + " ".join(answer.split())[:200])
"#;

/// What an interpreter says of NumPy.
#[derive(Debug, Clone, PartialEq, Eq)]
enum NumPy {
    Here,
    Missing,
    /// With its words.
    Broken(String),
    /// In a sub-interpreter. Its own words are a page on faulty installations, which this is not.
    BrokenInside,
}

/// Where NumPy was found, so that those are not asked again. Where it was not found is asked each time: the reader may have
/// installed it meanwhile.
static FOUND: Mutex<BTreeSet<(PathBuf, EngineKind)>> = Mutex::new(BTreeSet::new());

/// Whether an engine of the interpreter at `program` can compute with NumPy. Starts the interpreter and waits for it, some 0.2 s,
/// unless it is known to have it.
pub fn support(program: &Path, engine: EngineKind) -> Support {
    let known = (program.to_owned(), engine);
    if FOUND.lock().unwrap_or_else(PoisonError::into_inner).contains(&known) {
        return Support::Available;
    }
    let numpy = ask(program, engine);
    if numpy == NumPy::Here {
        FOUND.lock().unwrap_or_else(PoisonError::into_inner).insert(known);
    }
    in_words(&numpy, program)
}

fn in_words(numpy: &NumPy, program: &Path) -> Support {
    let program = program.display();
    match numpy {
        NumPy::Here => Support::Available,
        NumPy::Missing => Support::Unavailable {
            reason: format!("{program} has no NumPy"),
            remedy: Some(format!("install it with `{program} -m pip install numpy`")),
        },
        NumPy::BrokenInside => Support::Unavailable {
            reason: format!("the NumPy of {program} cannot be imported in a sub-interpreter"),
            remedy: Some("choose threads or processes".to_owned()),
        },
        NumPy::Broken(words) => Support::Unavailable {
            reason: format!("{program} has a NumPy that cannot be imported (`{words}`)"),
            remedy: Some(format!("install it anew with `{program} -m pip install --force-reinstall numpy`")),
        },
    }
}

fn ask(program: &Path, engine: EngineKind) -> NumPy {
    let place = if engine == EngineKind::PythonInterpreters { "sub-interpreter" } else { "main" };
    // As the harness is run: isolated, but with the packages installed for this interpreter.
    let launch = Launch::new(program, ["-I", "-B", "-c", QUESTION, place], Input::Nothing);
    let process = match Process::start(&launch) {
        Ok(process) => process,
        Err(error) => return NumPy::Broken(error.to_string()),
    };
    let deadline = Instant::now() + LIMIT;
    let mut last = String::new();
    while let Some(heard) = process.hear(deadline) {
        match heard {
            Heard::Line(Stream::Out, line) if line.starts_with("threadlab-numpy ") => return read(&line),
            Heard::Line(_, line) | Heard::HalfLine(_, line) => last = line,
            Heard::Closed(_) => {}
            Heard::LongLine(_) | Heard::TooMuch(_) => return NumPy::Broken("it printed without end".to_owned()),
            Heard::End => return NumPy::Broken(quoted(&last)),
        }
    }
    NumPy::Broken(format!("it did not answer within {} s", LIMIT.as_secs()))
}

fn read(line: &str) -> NumPy {
    match line.strip_prefix("threadlab-numpy ").unwrap_or_default() {
        "here" => NumPy::Here,
        "missing" => NumPy::Missing,
        "broken-inside" => NumPy::BrokenInside,
        words => NumPy::Broken(quoted(words.strip_prefix("broken ").unwrap_or(words))),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// What is said of an interpreter for which this shell script stands in.
    fn said_of(script: &str, engine: EngineKind) -> Support {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = folder.path().join("python3");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a script can be written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        let support = support(&program, engine);
        match support {
            Support::Available => support,
            Support::Unavailable { reason, remedy } => {
                let plain = |text: String| text.replace(&program.display().to_string(), "PYTHON");
                Support::Unavailable { reason: plain(reason), remedy: remedy.map(plain) }
            }
        }
    }

    #[track_caller]
    fn check(script: &str, engine: EngineKind, reason: &str, remedy: &str) {
        let expected = Support::Unavailable { reason: reason.to_owned(), remedy: Some(remedy.to_owned()) };
        assert_eq!(said_of(script, engine), expected);
    }

    #[test]
    fn an_interpreter_says_whether_it_has_numpy() {
        let threads = EngineKind::PythonThreads;
        assert_eq!(said_of("echo chatter; echo threadlab-numpy here", threads), Support::Available);
        check(
            "echo threadlab-numpy missing",
            threads,
            "PYTHON has no NumPy",
            "install it with `PYTHON -m pip install numpy`",
        );
        let anew = "install it anew with `PYTHON -m pip install --force-reinstall numpy`";
        check(
            "echo threadlab-numpy broken no libgfortran",
            threads,
            "PYTHON has a NumPy that cannot be imported (`no libgfortran`)",
            anew,
        );
        check("echo crash >&2; exit 3", threads, "PYTHON has a NumPy that cannot be imported (`crash`)", anew);
        check(
            "[ $5 = sub-interpreter ] && echo threadlab-numpy broken-inside",
            EngineKind::PythonInterpreters,
            "the NumPy of PYTHON cannot be imported in a sub-interpreter",
            "choose threads or processes",
        );
        // That it is broken everywhere is not the fault of sub-interpreters.
        check(
            "echo threadlab-numpy broken no libgfortran",
            EngineKind::PythonInterpreters,
            "PYTHON has a NumPy that cannot be imported (`no libgfortran`)",
            anew,
        );
    }
}
