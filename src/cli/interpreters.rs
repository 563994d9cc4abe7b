//! The interpreters that a command line names.

use std::path::PathBuf;

use super::arguments::GilWord;
use super::exit::UsageError;
use crate::engine::catalogue::{self, InterpreterFinder};
use crate::model::series::{EngineKind, Interpreter};

/// The interpreters to measure in: those named, or what `python3` starts if none is named; none where no engine needs one.
///
/// # Errors
/// When a path that was named is no Python that can be measured in, and when there is none at all.
pub(super) fn choose(
    paths: &[PathBuf],
    gil: GilWord,
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
    Ok(found.into_iter().flat_map(|interpreter| with_gil(interpreter, gil)).collect())
}

/// The states of the GIL that an interpreter is to be measured in.
fn with_gil(interpreter: Interpreter, gil: GilWord) -> Vec<Interpreter> {
    if !interpreter.free_threaded {
        return vec![interpreter];
    }
    let on = Interpreter { gil_enabled: Some(true), ..interpreter.clone() };
    match gil {
        GilWord::Off => vec![interpreter],
        GilWord::On => vec![on],
        GilWord::Both => vec![interpreter, on],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter(free_threaded: bool) -> Interpreter {
        let version = "3.14.0".to_owned();
        Interpreter { path: "/bin/python".to_owned(), version, free_threaded, gil_enabled: Some(!free_threaded) }
    }

    #[track_caller]
    fn check(free_threaded: bool, gil: GilWord, expected: &[bool]) {
        let states: Vec<_> = with_gil(interpreter(free_threaded), gil).iter().map(|it| it.gil_enabled).collect();
        assert_eq!(states, expected.iter().copied().map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn only_free_threaded_builds_have_a_choice() {
        check(true, GilWord::Off, &[false]);
        check(true, GilWord::On, &[true]);
        check(true, GilWord::Both, &[false, true]);
        check(false, GilWord::Both, &[true]);
    }

    #[test]
    fn a_path_that_is_no_python_is_refused_with_its_reason() {
        let error = choose(&[PathBuf::from("/nowhere/python3")], GilWord::Off, &[], &mut InterpreterFinder::default())
            .expect_err("there is none");
        assert!(error.to_string().starts_with("--python /nowhere/python3: "), "{error}");
        let nothing = choose(&[], GilWord::Off, &[EngineKind::Native], &mut InterpreterFinder::default());
        assert_eq!(nothing.map_err(|error| error.to_string()), Ok(Vec::new()));
    }
}
