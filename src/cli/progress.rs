//! The progress of a run on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console;
use crate::engine::message::{Event, EventKind};

/// A bar that is drawn only when an event arrives, never by a timer: the engine sends events between windows, so that
/// drawing does not disturb measuring.
pub(super) struct Bar {
    bar: ProgressBar,
    budget: Duration,
}

impl Bar {
    /// A bar for a run that may take as long as `budget`; hidden where nobody watches.
    pub(super) fn new(budget: Duration) -> Self {
        let bar = ProgressBar::new(u64::try_from(budget.as_millis()).unwrap_or(u64::MAX));
        bar.set_draw_target(if console::is_interactive() {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        });
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {msg}") {
            bar.set_style(style);
        }
        Self { bar, budget }
    }

    /// Shows how far the run has come.
    pub(super) fn follow(&self, event: &Event) {
        if let EventKind::RoundFinished(progress) = &event.kind {
            let done = self.budget.saturating_sub(progress.time_left);
            self.bar.set_position(u64::try_from(done.as_millis()).unwrap_or(u64::MAX));
            self.bar.set_message(format!(
                "round {} of {}, {} s left at most",
                progress.rounds,
                progress.next_look,
                progress.time_left.as_secs()
            ));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
