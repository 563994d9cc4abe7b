//! Keeping still while a run measures: the engine wakes the window between two windows of measurement only, and waits
//! until it has painted.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui;

use crate::engine::cpu_clock;
use crate::engine::quiet::Audience;

/// The longest that the engine waits for a frame (MEASURING.md, "The observer").
pub const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// Counts the frames that were drawn, for whoever waits for one.
#[derive(Debug, Clone, Default)]
pub struct FrameClock(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    frames: Mutex<u64>,
    drawn: Condvar,
}

impl FrameClock {
    /// Notes that a frame was drawn.
    pub fn tick(&self) {
        *self.0.frames.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.drawn.notify_all();
    }

    /// How many frames were drawn.
    pub fn frames(&self) -> u64 {
        *self.0.frames.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until more than `frames` frames were drawn, at most `longest`. Says whether it came to that.
    pub fn wait_beyond(&self, frames: u64, longest: Duration) -> bool {
        let until = Instant::now() + longest;
        let mut drawn = self.0.frames.lock().unwrap_or_else(PoisonError::into_inner);
        while *drawn <= frames {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            drawn = self.0.drawn.wait_timeout(drawn, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// The window as the engine sees it.
#[derive(Debug)]
pub struct WindowAudience {
    ctx: egui::Context,
    clock: FrameClock,
    /// How many times in a row no frame came: a hidden window draws none, and need not be waited for every time.
    missed: u32,
}

/// After so many missed frames the window counts as hidden.
const HIDDEN_AFTER: u32 = 3;

impl WindowAudience {
    /// The window of `ctx`, whose frames `clock` counts.
    pub fn new(ctx: egui::Context, clock: FrameClock) -> Self {
        Self { ctx, clock, missed: 0 }
    }
}

impl Audience for WindowAudience {
    fn refresh(&mut self) {
        let until = Instant::now() + LONGEST_WAIT;
        let before = self.clock.frames();
        self.ctx.request_repaint();
        let longest = if self.missed < HIDDEN_AFTER { LONGEST_WAIT } else { Duration::from_millis(2) };
        let came = self.clock.wait_beyond(before, longest);
        self.missed = if came { 0 } else { self.missed.saturating_add(1) };
        if came {
            settle(until, cpu_clock::of_process);
        }
    }
}

/// How often it is looked whether the painting is over.
const LOOK: Duration = Duration::from_millis(2);

/// Waits until this process uses less than a tenth of a core, at most until `until`. The frame is only laid out when the
/// clock ticks; a software renderer paints it afterwards, on threads of its own. No worker runs meanwhile, so what is used
/// is the painting.
fn settle(until: Instant, used: impl Fn() -> Option<Duration>) {
    let Some(mut before) = used() else { return };
    while Instant::now() < until {
        let asleep = Instant::now();
        std::thread::sleep(LOOK);
        let Some(now) = used() else { return };
        if now.saturating_sub(before) * 10 < asleep.elapsed() {
            return;
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_ends_the_wait() {
        let clock = FrameClock::default();
        std::thread::scope(|scope| {
            let before = clock.frames();
            let waiter = scope.spawn({
                let clock = clock.clone();
                move || clock.wait_beyond(before, Duration::from_hours(1))
            });
            clock.tick();
            assert_eq!(waiter.join().ok(), Some(true));
        });
    }

    #[test]
    fn painting_is_waited_for_but_not_for_ever() {
        // Without a clock there is nothing to wait for.
        settle(Instant::now() + Duration::from_hours(1), || None);
        // Idle at once.
        settle(Instant::now() + Duration::from_hours(1), || Some(Duration::ZERO));
        // Never idle: the time limit ends it.
        let looks = std::cell::Cell::new(0_u32);
        settle(Instant::now() + LONGEST_WAIT, || {
            looks.set(looks.get() + 1);
            Some(Duration::from_secs(u64::from(looks.get())))
        });
        assert!(looks.get() >= 2);
    }

    #[test]
    fn a_hidden_window_does_not_hold_the_run_up() {
        let mut audience = WindowAudience::new(egui::Context::default(), FrameClock::default());
        for _ in 0..10 {
            audience.refresh();
        }
        assert!(audience.missed >= HIDDEN_AFTER);
        assert!(!FrameClock::default().wait_beyond(0, Duration::ZERO));
    }

    #[test]
    fn a_window_that_draws_again_is_waited_for_again() {
        let clock = FrameClock::default();
        let mut audience = WindowAudience::new(egui::Context::default(), clock.clone());
        audience.missed = HIDDEN_AFTER;
        // The frame comes as soon as it is asked for.
        audience.ctx.set_request_repaint_callback(move |_| clock.tick());
        audience.refresh();
        assert_eq!(audience.missed, 0);
    }
}
