//! Messages to the reader: what was done, what failed.

use std::time::{Duration, Instant};

/// How long a message that reports success stays.
pub const SUCCESS_STAYS: Duration = Duration::from_secs(8);

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something failed; the message stays until it is taken away.
    Failed,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Tells it from the others.
    pub id: u64,
    /// What kind it is.
    pub tone: Tone,
    /// A full sentence.
    pub text: String,
    /// When it goes by itself; `None` for never.
    pub until: Option<Instant>,
    /// Whether it says how a run went: the next run takes it away.
    pub of_run: bool,
}

/// The messages that are shown, oldest first.
#[derive(Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    next_id: u64,
}

/// The most that are shown at once; older ones go first.
const MOST: usize = 4;

impl Notices {
    /// Reports that something was done.
    pub fn done(&mut self, text: impl Into<String>, now: Instant) {
        self.add(Tone::Done, text.into(), Some(now + SUCCESS_STAYS));
    }

    /// Reports that something failed. The same message is not shown twice.
    pub fn failed(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.shown.iter().any(|notice| notice.text == text) {
            self.add(Tone::Failed, text, None);
        }
    }

    /// Reports that a run failed, or could not begin; true until the next one.
    pub fn run_failed(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.failed(text.as_str());
        for notice in self.shown.iter_mut().filter(|notice| notice.text == text) {
            notice.of_run = true;
        }
    }

    /// Takes away what was said of earlier runs.
    pub fn forget_runs(&mut self) {
        self.shown.retain(|notice| !notice.of_run);
    }

    fn add(&mut self, tone: Tone, text: String, until: Option<Instant>) {
        self.next_id += 1;
        self.shown.push(Notice { id: self.next_id, tone, text, until, of_run: false });
        let surplus = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..surplus);
    }

    /// Takes a message away.
    pub fn dismiss(&mut self, id: u64) {
        self.shown.retain(|notice| notice.id != id);
    }

    /// Takes away what has been shown long enough, and says when to look again.
    pub fn expire(&mut self, now: Instant) -> Option<Duration> {
        self.shown.retain(|notice| notice.until.is_none_or(|until| until > now));
        self.shown.iter().filter_map(|notice| notice.until).min().map(|until| until - now)
    }

    /// What is shown, oldest first.
    pub fn shown(&self) -> &[Notice] {
        &self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_goes_by_itself_and_failure_stays() {
        let now = Instant::now();
        let mut notices = Notices::default();
        notices.done("Saved.", now);
        notices.failed("Could not be saved.");
        assert_eq!(notices.expire(now), Some(SUCCESS_STAYS));
        assert_eq!(notices.expire(now + SUCCESS_STAYS), None);
        let left: Vec<_> = notices.shown().iter().map(|notice| notice.tone).collect();
        assert_eq!(left, [Tone::Failed]);
    }

    #[test]
    fn a_failure_is_said_once_and_can_be_taken_away() {
        let mut notices = Notices::default();
        notices.failed("No.");
        notices.failed("No.");
        assert_eq!(notices.shown().len(), 1);
        notices.dismiss(notices.shown()[0].id);
        assert!(notices.shown().is_empty());
    }

    #[test]
    fn the_next_run_takes_away_what_was_said_of_one_and_nothing_else() {
        let mut notices = Notices::default();
        notices.run_failed("Line 3 of the code stopped it.");
        notices.failed("Settings could not be kept.");
        notices.run_failed("Line 3 of the code stopped it.");
        assert_eq!(notices.shown().len(), 2);
        notices.forget_runs();
        let left: Vec<_> = notices.shown().iter().map(|notice| notice.text.as_str()).collect();
        assert_eq!(left, ["Settings could not be kept."]);
    }

    #[test]
    fn there_are_never_too_many() {
        let mut notices = Notices::default();
        for number in 0..20 {
            notices.failed(format!("Message {number}."));
        }
        assert_eq!(notices.shown().len(), MOST);
        assert_eq!(notices.shown()[MOST - 1].text, "Message 19.");
    }
}
