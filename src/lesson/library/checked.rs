//! Files of lessons as `threadlab check` sees them: their errors, warnings and Python code.

use std::path::{Path, PathBuf};

use super::{FolderProblem, Found, MOST_FILES, bundled, is_same_file, lesson_files, parsed};
use crate::lesson::PythonBlock;
use crate::lesson::diagnostic::{Diagnostic, Diagnostics};

/// A file as `threadlab check` reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFile {
    /// The path as it was given.
    pub path: PathBuf,
    /// What is wrong with it; `None` for a sound lesson.
    pub errors: Option<Diagnostics>,
    /// What is better mended in a sound lesson.
    pub warnings: Option<Diagnostics>,
    /// The Python in the text of a sound lesson.
    pub python: Vec<PythonBlock>,
    text: String,
}

/// A fault that a Python found in the code of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonFault {
    /// Index into [`CheckedFile::python`].
    pub block: usize,
    /// The line of the block, from 1.
    pub line: usize,
    /// The column of that line, from 1, counted in characters.
    pub column: usize,
    /// What is wrong, without full stop.
    pub message: String,
}

impl CheckedFile {
    /// Adds faults of its Python code to its errors. A fault of a block that it does not have is left out.
    pub fn add_python_faults(&mut self, faults: &[PythonFault]) {
        let found: Vec<Diagnostic> = faults
            .iter()
            .filter_map(|fault| {
                let block = self.python.get(fault.block)?;
                let line = (block.line + fault.line.max(1) - 1).max(1);
                let begin: usize = self.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
                let on_line = self.text.get(begin..).unwrap_or_default().lines().next().unwrap_or_default();
                // Within a list the code is indented further in the file than Python sees it.
                let code = block.text.lines().nth(fault.line.max(1) - 1).unwrap_or_default();
                let indent = on_line.find(code.trim_end()).unwrap_or(0);
                let before = on_line.get(indent..).unwrap_or_default().chars().take(fault.column.max(1) - 1);
                let start = begin + indent + before.map(char::len_utf8).sum::<usize>();
                let span = start..(start + 1).min(begin + on_line.len().max(1));
                Some(Diagnostic::new(&self.text, span, fault.message.clone()))
            })
            .collect();
        if !found.is_empty() {
            let name = self.path.display().to_string();
            let known = self.errors.take().map_or_else(Vec::new, |errors| errors.list);
            self.errors = Some(Diagnostics::new(name, &self.text, known.into_iter().chain(found).collect()));
        }
    }
}

/// Checks lesson files, each by itself, and for ids that another of them has, or a bundled lesson, or one of `folder` where there is
/// one. A file is not compared with itself, nor with the bundled lesson that it is the text of.
///
/// # Errors
/// When the folder cannot be listed.
pub fn check_files(paths: &[PathBuf], folder: Option<&Path>) -> Result<Vec<CheckedFile>, FolderProblem> {
    let files: Vec<Found> = paths.iter().map(|path| Found::file(path)).collect();
    let texts: Vec<String> = files.iter().map(|found| found.text.clone().unwrap_or_default()).collect();
    let is_given = |path: &Path| paths.iter().any(|given| is_same_file(given, path));
    // A checkout may have other line ends.
    let is_text_of = |bundled: &str| texts.iter().any(|text| text.lines().eq(bundled.lines()));
    let mut found: Vec<Found> = bundled().filter(|found| !found.text.as_deref().is_ok_and(is_text_of)).collect();
    let of_folder = folder.map(lesson_files).transpose()?.unwrap_or_default();
    let of_folder = of_folder.iter().filter(|path| !is_given(path)).take(MOST_FILES);
    found.extend(of_folder.map(|path| Found::file(path)));
    let known = found.len();
    found.extend(files);
    let checked = paths.iter().zip(texts).zip(parsed(found).into_iter().skip(known));
    let checked = checked
        .map(|((path, text), (_, _, parsed))| {
            let checked = CheckedFile { path: path.clone(), errors: None, warnings: None, python: Vec::new(), text };
            match parsed {
                Err(errors) => CheckedFile { errors: Some(errors), ..checked },
                Ok(parsed) => {
                    let name = path.display().to_string();
                    let warnings = Diagnostics::new(name, &checked.text, parsed.warnings);
                    let warnings = (!warnings.list.is_empty()).then_some(warnings);
                    CheckedFile { warnings, python: parsed.python, ..checked }
                }
            }
        })
        .collect();
    Ok(checked)
}
