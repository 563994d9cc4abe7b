//! Where the workers of a window wait until all are there.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A barrier that the coordinator can also call off: when one worker cannot be started, the others must not wait for it
/// for ever.
#[derive(Debug, Default)]
pub(super) struct StartLine {
    state: Mutex<State>,
    arrived: Condvar,
    released: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: usize,
    signal: Option<Signal>,
}

/// What the coordinator tells the waiting workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Begin.
    Go,
    /// End at once.
    CalledOff,
}

impl StartLine {
    /// A worker arrives and waits for the signal.
    pub(super) fn wait(&self) -> Signal {
        let mut state = self.lock();
        state.waiting += 1;
        self.arrived.notify_one();
        loop {
            if let Some(signal) = state.signal {
                return signal;
            }
            state = self.released.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The coordinator waits until so many workers are there.
    pub(super) fn gather(&self, workers: usize) {
        let mut state = self.lock();
        while state.waiting < workers {
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Signals to those who wait and those who will come. The first signal holds.
    pub(super) fn signal(&self, signal: Signal) {
        self.lock().signal.get_or_insert(signal);
        self.released.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[track_caller]
    fn check(signal: Signal) {
        let line = StartLine::default();
        thread::scope(|scope| {
            let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| line.wait())).collect();
            line.gather(8);
            line.signal(signal);
            for worker in workers {
                assert_eq!(worker.join().ok(), Some(signal));
            }
        });
        assert_eq!(line.wait(), signal, "late comers hear it too");
    }

    #[test]
    fn all_hear_the_same_signal() {
        check(Signal::Go);
        check(Signal::CalledOff);
    }
}
