//! `threadlab check`.

use std::path::Path;

use serde::Serialize;

use super::arguments::{CheckArguments, Common};
use super::console;
use super::exit::{Exit, UsageError};
use crate::engine::catalogue::{self, InterpreterFinder};
use crate::lesson::{CheckedFile, Diagnostics, PythonFault, check_files};
use crate::model::series::Interpreter;

#[derive(Serialize)]
struct Findings {
    files: Vec<FileFindings>,
    /// The interpreter that parsed the lessons' code; absent where none did.
    python: Option<Interpreter>,
}

#[derive(Serialize)]
struct FileFindings {
    path: String,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    line: usize,
    column: usize,
    message: String,
}

pub(super) fn run(arguments: &CheckArguments, common: &Common) -> anyhow::Result<Exit> {
    let mut checked = check_files(&arguments.files, common.lessons.as_deref())?;
    let python = check_python(&mut checked, arguments.python.as_deref())?;
    let is_refused = |file: &CheckedFile| file.errors.is_some() || (arguments.strict && file.warnings.is_some());
    let exit = if checked.iter().any(is_refused) { Exit::Failed } else { Exit::Done };
    if arguments.json {
        let files = checked.iter().map(FileFindings::of).collect();
        console::data(serde_json::to_string_pretty(&Findings { files, python })?)?;
        return Ok(exit);
    }
    for file in &checked {
        let found: Vec<&Diagnostics> = [&file.errors, &file.warnings].into_iter().flatten().collect();
        for diagnostics in &found {
            for diagnostic in &diagnostics.list {
                console::say(diagnostics.render(diagnostic));
                console::say("");
            }
        }
        let counts: Vec<String> = found.iter().map(|diagnostics| diagnostics.count_in_words()).collect();
        let state = if counts.is_empty() { "sound".to_owned() } else { counts.join(", ") };
        console::data(format_args!("{}: {state}", file.path.display()))?;
    }
    Ok(exit)
}

impl FileFindings {
    fn of(file: &CheckedFile) -> Self {
        let findings = |diagnostics: &Option<Diagnostics>| {
            let all = diagnostics.iter().flat_map(|diagnostics| &diagnostics.list);
            all.map(|found| Finding { line: found.line, column: found.column, message: found.sentence() }).collect()
        };
        Self {
            path: file.path.display().to_string(),
            errors: findings(&file.errors),
            warnings: findings(&file.warnings),
        }
    }
}

/// Lets a Python parse the code of the lessons, and says so where there is none. The Python that did.
fn check_python(files: &mut [CheckedFile], named: Option<&Path>) -> anyhow::Result<Option<Interpreter>> {
    if named.is_none() && files.iter().all(|file| file.python.is_empty()) {
        return Ok(None);
    }
    let mut finder = InterpreterFinder::default();
    let interpreter = match named {
        Some(path) => Some(
            finder
                .look_at(path)
                .interpreter
                .map_err(|reason| UsageError(format!("--python {}: {reason}", path.display())))?,
        ),
        None => finder.usual(),
    };
    let Some(interpreter) = interpreter else {
        console::say(
            "note: no CPython was found, so the Python code of the lessons was not checked; name one with `--python PATH`",
        );
        return Ok(None);
    };
    // All in one process: starting it takes longer than parsing.
    let places: Vec<(usize, usize)> =
        files.iter().enumerate().flat_map(|(file, it)| (0..it.python.len()).map(move |block| (file, block))).collect();
    let sources: Vec<&str> = files.iter().flat_map(|file| &file.python).map(|block| block.text.as_str()).collect();
    let answers = match catalogue::parse_python(&interpreter, &sources) {
        Ok(answers) => answers,
        Err(reason) => {
            console::say(format!("note: the Python code was not checked with {}: {reason}", interpreter.path));
            return Ok(None);
        }
    };
    for ((file, block), fault) in places.into_iter().zip(answers) {
        let Some((file, fault)) = files.get_mut(file).zip(fault) else { continue };
        let message = format!("CPython {} cannot parse this code: {}", interpreter.version, fault.message);
        file.add_python_faults(&[PythonFault { block, line: fault.line, column: fault.column, message }]);
    }
    Ok(Some(interpreter))
}
