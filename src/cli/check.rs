//! `threadlab check`.

use std::path::PathBuf;

use serde::Serialize;

use super::console;
use super::exit::Exit;
use crate::lesson::check_files;

#[derive(Serialize)]
struct Findings {
    files: Vec<FileFindings>,
}

#[derive(Serialize)]
struct FileFindings {
    path: String,
    errors: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    line: usize,
    column: usize,
    message: String,
}

pub(super) fn run(files: &[PathBuf], json: bool) -> anyhow::Result<Exit> {
    let checked = check_files(files);
    let is_sound = checked.iter().all(|file| file.errors.is_none());
    if json {
        let files = checked
            .iter()
            .map(|file| FileFindings {
                path: file.path.display().to_string(),
                errors: file
                    .errors
                    .iter()
                    .flat_map(|errors| &errors.list)
                    .map(|error| Finding { line: error.line, column: error.column, message: error.sentence() })
                    .collect(),
            })
            .collect();
        console::data(serde_json::to_string_pretty(&Findings { files })?)?;
    } else {
        for file in &checked {
            let path = file.path.display();
            match &file.errors {
                None => console::data(format_args!("{path}: sound"))?,
                Some(errors) => {
                    for error in &errors.list {
                        console::say(errors.render(error));
                        console::say("");
                    }
                    console::data(format_args!("{path}: {}", errors.count_in_words()))?;
                }
            }
        }
    }
    Ok(if is_sound { Exit::Done } else { Exit::Failed })
}
