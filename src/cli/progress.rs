//! The progress of a run on a terminal.

use std::cell::RefCell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console;
use crate::engine::message::{Event, EventKind};

/// A bar that is drawn only when an event arrives, never by a timer: the engine sends events between windows, so that
/// drawing does not disturb measuring.
pub(super) struct Bar {
    drawn: ProgressBar,
    budget: Duration,
    part: RefCell<Part>,
}

/// What is measured now, of several things that are measured one after the other.
#[derive(Default)]
struct Part {
    label: String,
    begins: Duration,
    budget: Duration,
}

impl Bar {
    /// A bar for what may take as long as `budget`; hidden where nobody watches.
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
        let part = RefCell::new(Part { label: String::new(), begins: Duration::ZERO, budget });
        Self { drawn: bar, budget, part }
    }

    /// Goes on to the next part of what is measured.
    pub(super) fn begin(&self, label: &str, budget: Duration) {
        let mut part = self.part.borrow_mut();
        let begins = if part.label.is_empty() { Duration::ZERO } else { part.begins + part.budget };
        *part = Part { label: format!("{label}, "), begins, budget };
        self.show(&part, budget, "starting");
    }

    /// Shows how far the run has come.
    pub(super) fn follow(&self, event: &Event) {
        if let EventKind::RoundFinished(progress) = &event.kind {
            let words = format!("round {} of {}", progress.rounds, progress.next_look);
            self.show(&self.part.borrow(), progress.time_left, &words);
        }
    }

    /// Shows how many of some windows are done, all of which take about as long.
    pub(super) fn count(&self, done: usize, of: usize) {
        let left = u32::try_from(of.saturating_sub(done)).unwrap_or(u32::MAX);
        let left = self.budget.saturating_mul(left) / u32::try_from(of).unwrap_or(u32::MAX).max(1);
        self.show(&self.part.borrow(), left, &format!("window {done} of {of}"));
    }

    fn show(&self, part: &Part, left_of_part: Duration, words: &str) {
        let done = part.begins + part.budget.saturating_sub(left_of_part);
        let left = self.budget.saturating_sub(part.begins + part.budget) + left_of_part;
        self.drawn.set_position(u64::try_from(done.as_millis()).unwrap_or(u64::MAX));
        self.drawn.set_message(format!("{}{words}, about {} left", part.label, in_words(left)));
    }

    /// Takes the bar away while something else is written.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.drawn.suspend(write)
    }
}

/// A time as a reader plans with it: seconds up to two minutes, then whole minutes, rounded up.
pub(super) fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.drawn.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_then_minutes() {
        for (seconds, expected) in [(0, "0 s"), (119, "119 s"), (120, "2 min"), (290, "5 min")] {
            assert_eq!(in_words(Duration::from_secs(seconds)), expected);
        }
    }
}
