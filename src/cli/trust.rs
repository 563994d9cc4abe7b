//! Code of lessons that did not come with the program runs only where it is trusted.

use super::choice::Choice;
use super::exit::UsageError;
use crate::lesson::trust::{Fingerprint, Trust};
use crate::model::workload::WorkloadKind;

/// Refuses to run code that nobody has agreed to.
///
/// # Errors
/// When the choice runs a lesson's own code, the lesson did not come with the program, and `trust` was not said.
pub(super) fn check(choice: &Choice<'_>, trust: bool) -> Result<(), UsageError> {
    let runs_code = choice.experiments.iter().any(|experiment| experiment.workload.kind() == WorkloadKind::Code);
    let work = choice.lesson.work().map(Fingerprint::of);
    let is_covered = work.is_some_and(|work| Trust::default().covers(choice.lesson, &work));
    if trust || !runs_code || is_covered {
        return Ok(());
    }
    Err(UsageError(format!(
        "the lesson `{}` did not come with Threadlab, and its experiments run Python code of its own; read the block `python work` in \
         its file, and say `--trust` if it may run with your rights",
        choice.lesson.id
    )))
}
