//! The interpreters that a command line names.

use std::path::PathBuf;

use super::arguments::GilWord;
use super::exit::UsageError;
use crate::engine::catalogue::{self, InterpreterFinder};
use crate::model::series::{EngineKind, Interpreter};

/// The interpreters to measure in: those named, or what `python3` starts if none is named; none where no engine needs one.
///
/// # Errors
/// When a path that was named is no Python that can be measured in, and where a state of the GIL is asked for that none has.
pub(super) fn choose(
    paths: &[PathBuf],
    gil: Option<GilWord>,
    engines: &[EngineKind],
    finder: &mut InterpreterFinder,
) -> Result<Vec<Interpreter>, UsageError> {
    if paths.is_empty() && !engines.iter().any(|kind| catalogue::needs_interpreter(*kind)) {
        return Ok(Vec::new());
    }
    let mut found: Vec<Interpreter> = Vec::new();
    for path in paths {
        let offer = finder.look_at(path);
        let interpreter =
            offer.interpreter.map_err(|reason| UsageError(format!("--python {}: {reason}", path.display())))?;
        if !found.contains(&interpreter) {
            found.push(interpreter);
        }
    }
    if paths.is_empty() {
        found.extend(finder.usual());
    }
    if gil.is_some() && !found.is_empty() && !found.iter().any(|interpreter| interpreter.free_threaded) {
        let none = "--gil: none of these Pythons is free-threaded, so their GIL is always on; leave --gil out, or name a \
                    free-threaded one with --python";
        return Err(UsageError(none.to_owned()));
    }
    let gil = gil.unwrap_or(GilWord::Off);
    Ok(found.into_iter().flat_map(|interpreter| with_gil(interpreter, gil)).collect())
}

/// The states of the GIL that an interpreter is to be measured in.
fn with_gil(interpreter: Interpreter, gil: GilWord) -> Vec<Interpreter> {
    if !interpreter.free_threaded {
        return vec![interpreter];
    }
    let on = interpreter.with_gil(true);
    match gil {
        GilWord::Off => vec![interpreter],
        GilWord::KeptOff => vec![interpreter.without_gil()],
        GilWord::On => vec![on],
        GilWord::Both => vec![interpreter, on],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter(free_threaded: bool) -> Interpreter {
        let version = "3.14.0".to_owned();
        Interpreter {
            path: "/bin/python".to_owned(),
            version,
            free_threaded,
            gil_enabled: Some(!free_threaded),
            gil_forced_off: false,
        }
    }

    #[track_caller]
    fn check(free_threaded: bool, gil: GilWord, expected: &[bool]) {
        let states: Vec<_> = with_gil(interpreter(free_threaded), gil).iter().map(|it| it.gil_enabled).collect();
        assert_eq!(states, expected.iter().copied().map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn only_free_threaded_builds_have_a_choice() {
        check(true, GilWord::Off, &[false]);
        check(true, GilWord::KeptOff, &[false]);
        assert!(with_gil(interpreter(true), GilWord::KeptOff)[0].gil_forced_off);
        check(true, GilWord::On, &[true]);
        check(true, GilWord::Both, &[false, true]);
        check(false, GilWord::Both, &[true]);
    }

    #[test]
    fn a_path_that_is_no_python_is_refused_with_its_reason() {
        let error = choose(&[PathBuf::from("/nowhere/python3")], None, &[], &mut InterpreterFinder::default())
            .expect_err("there is none");
        assert!(error.to_string().starts_with("--python /nowhere/python3: "), "{error}");
        let nothing = choose(&[], None, &[EngineKind::Native], &mut InterpreterFinder::default());
        assert_eq!(nothing.map_err(|error| error.to_string()), Ok(Vec::new()));
    }
}
