//! `threadlab new`.

use std::path::Path;

use super::arguments::{Common, NewCommand};
use super::console;
use super::exit::{Exit, UsageError};
use crate::export::{ExportError, write_new};
use crate::lesson::{Library, is_id};

/// A lesson with comments, whose id is [`TEMPLATE_ID`].
const TEMPLATE: &str = include_str!("../../assets/lesson.md");

const TEMPLATE_ID: &str = "id = \"my-lesson\"";

pub(super) fn run(what: &NewCommand, common: &Common) -> anyhow::Result<Exit> {
    let NewCommand::Lesson { id } = what;
    if !is_id(id) {
        return Err(UsageError(format!(
            "`{id}` is no id of a lesson: lower-case letters, digits and single hyphens between them were expected"
        ))
        .into());
    }
    if Library::bundled().find(id).is_some() {
        return Err(UsageError(format!("`{id}` is a lesson that comes with the program; choose another id")).into());
    }
    let folder = common.lessons.as_deref().unwrap_or(Path::new(""));
    let path = folder.join(format!("{id}.md"));
    write_new(&path, lesson(id).as_bytes()).map_err(|error| match error {
        ExportError::Exists { path } => anyhow::anyhow!(
            "{} is there already and was left as it is; choose another id, `threadlab new lesson ID`",
            path.display()
        ),
        error => anyhow::anyhow!("failed to write the lesson: {error}"),
    })?;
    console::data(path.display())?;
    console::say(format!(
        "Now edit it; `threadlab check {0}` says what is wrong with it, and `threadlab {0}` opens it in the window.",
        path.display()
    ));
    Ok(Exit::Done)
}

fn lesson(id: &str) -> String {
    TEMPLATE.replacen(TEMPLATE_ID, &format!("id = \"{id}\""), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::check_files;

    #[test]
    fn the_template_is_a_sound_lesson_without_warnings() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.md");
        std::fs::write(&path, lesson("own")).expect("written");
        let checked = check_files(&[path], None).expect("no folder is named");
        assert_eq!((checked[0].errors.as_ref(), checked[0].warnings.as_ref()), (None, None));
        assert!(!checked[0].python.is_empty());
        assert!(lesson("own").contains("id = \"own\"") && !lesson("own").contains(TEMPLATE_ID));
    }
}
