//! Finding what a command names, with the nearest names where it cannot be found.

use crate::cli::exit::UsageError;
use crate::lesson::Library;
use crate::lesson::{Experiment, Lesson};

/// A lesson and the experiments of it that were named.
pub(super) struct Choice<'a> {
    pub(super) lesson: &'a Lesson,
    pub(super) experiments: Vec<&'a Experiment>,
}

/// Finds `LESSON` or `LESSON/EXPERIMENT`.
///
/// # Errors
/// A [`UsageError`] that names what there is.
pub(super) fn choose<'a>(library: &'a Library, target: &str) -> Result<Choice<'a>, UsageError> {
    let (lesson_id, experiment_id) = match target.split_once('/') {
        Some((lesson, experiment)) => (lesson, Some(experiment)),
        None => (target, None),
    };
    let Some(lesson) = library.lessons().find(|lesson| lesson.id == lesson_id) else {
        let known: Vec<_> = library.lessons().map(|lesson| lesson.id.as_str()).collect();
        return Err(UsageError(format!("there is no lesson `{lesson_id}`; there are {}", known.join(", "))));
    };
    let experiments: Vec<&Experiment> = match experiment_id {
        None => lesson.experiments.iter().collect(),
        Some(id) => lesson.experiments.iter().filter(|experiment| experiment.id == id).collect(),
    };
    if experiments.is_empty() {
        let known: Vec<_> = lesson.experiments.iter().map(|experiment| experiment.id.as_str()).collect();
        let id = experiment_id.unwrap_or_default();
        return Err(UsageError(format!("lesson `{lesson_id}` has no experiment `{id}`; it has {}", known.join(", "))));
    }
    Ok(Choice { lesson, experiments })
}
