//! Feeds the events of a run into its record.

use super::message::{Event, EventKind, Outcome};
use crate::model::record::Completion;
use crate::model::run::Run;

/// Folds one event into `run`. The caller has made sure that it belongs to it.
pub fn apply(run: &mut Run, event: &Event) {
    let elapsed_s = event.elapsed.as_secs_f64();
    match &event.kind {
        EventKind::SampleMeasured { experiment, curve, window } => {
            run.add_window(*experiment, curve, (**window).clone());
        }
        EventKind::SeriesReplaced { experiment, from, to } => run.replace_series(*experiment, from, to),
        EventKind::RoundFinished(progress) => run.finish_round(progress.rounds, elapsed_s),
        EventKind::Warned { experiment, warning } => run.warn(*experiment, warning.clone()),
        EventKind::Finished(outcome) => {
            let completion = match outcome {
                Outcome::Completed => Completion::Completed,
                Outcome::Cancelled | Outcome::Failed(_) => Completion::Partial,
            };
            run.finish(completion, elapsed_s);
        }
        // Timelines explain a run while it is on the screen; a record keeps none.
        EventKind::Started | EventKind::TimelineRecorded { .. } => {}
    }
}
