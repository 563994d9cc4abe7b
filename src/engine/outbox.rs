//! The sending end of a run's events.

use std::collections::VecDeque;
use std::time::Duration;

use crossbeam_channel::{SendTimeoutError, Sender, TrySendError};

use super::cancel::CancelFlag;
use super::message::{Event, EventKind};
use crate::model::plan::RunId;

/// How many events wait in the channel itself.
pub(super) const CHANNEL_CAPACITY: usize = 256;

/// Sends a run's events without ever making the measuring wait for a slow reader.
///
/// What the channel cannot take waits here, in order. A run makes a bounded number of events (at most sixty rounds), so the
/// queue is bounded too. A reader that is gone loses nothing but its own events.
pub(super) struct Outbox {
    run_id: RunId,
    sender: Sender<Event>,
    waiting: VecDeque<Event>,
    /// Raised when the reader will never read again, although a clone of its receiver may live on.
    abandoned: CancelFlag,
}

impl Outbox {
    pub(super) fn new(run_id: RunId, sender: Sender<Event>, abandoned: CancelFlag) -> Self {
        Self { run_id, sender, waiting: VecDeque::new(), abandoned }
    }

    /// Sends at once what the channel can take.
    pub(super) fn send(&mut self, elapsed: Duration, kind: EventKind) {
        self.waiting.push_back(Event { run_id: self.run_id, elapsed, kind });
        while let Some(event) = self.waiting.pop_front() {
            match self.sender.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => return self.waiting.push_front(event),
                Err(TrySendError::Disconnected(_)) => return self.waiting.clear(),
            }
        }
    }

    /// Waits until the reader has taken everything, or is gone. For the end of a run, when nothing is measured any more.
    pub(super) fn flush(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            match self.sender.send_timeout(event, Duration::from_millis(20)) {
                Ok(()) => {}
                Err(SendTimeoutError::Timeout(event)) if !self.abandoned.is_raised() => self.waiting.push_front(event),
                Err(SendTimeoutError::Timeout(_) | SendTimeoutError::Disconnected(_)) => return self.waiting.clear(),
            }
        }
    }
}
