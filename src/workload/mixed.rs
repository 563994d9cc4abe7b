//! mixed: a fixed amount of computing, then a sleep.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::primes::try_divisors;
use super::{Context, NoGil, StopSignal, Unit, UnitEnd, WaitEnd};

/// The numbers that the computing part tries, over and over: those of a count-primes unit at its default limit.
const NUMBERS: std::ops::Range<u32> = 2..1000;

/// Numbers tried between two looks at the stop signal: about 17 µs of work.
const CHUNK: u64 = 2048;

/// Computes, then sleeps. The computing part is a fixed amount of work, not of time: with several threads it takes as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mixed {
    compute: Compute,
    wait: Option<Duration>,
}

impl Mixed {
    /// A unit that takes `unit` alone on one thread, `cpu_share` (0 to 1) of it computing.
    pub fn new(unit: Duration, cpu_share: f64, speed: Speed) -> Self {
        let computing = unit.mul_f64(cpu_share.clamp(0.0, 1.0));
        let waiting = unit.saturating_sub(computing);
        Self { compute: Compute::lasting(computing, speed), wait: (!waiting.is_zero()).then_some(waiting) }
    }
}

impl Unit for Mixed {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        if self.compute.run(context, stop) == UnitEnd::Interrupted {
            return UnitEnd::Interrupted;
        }
        match self.wait.map(|duration| context.blocking(|| stop.wait(duration))) {
            None | Some(WaitEnd::Elapsed) => UnitEnd::Done,
            Some(WaitEnd::Interrupted) => UnitEnd::Interrupted,
        }
    }
}

/// A fixed amount of computing: so many numbers tried for primality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compute {
    numbers: u64,
}

impl Compute {
    /// As much as one thread does in `duration` at `speed`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a non-negative count far below 2^52")]
    pub fn lasting(duration: Duration, speed: Speed) -> Self {
        Self { numbers: (duration.as_secs_f64() * speed.numbers_per_sec).round() as u64 }
    }
}

impl Compute {
    /// No more than `most`.
    #[must_use]
    pub fn at_most(self, most: Self) -> Self {
        Self { numbers: self.numbers.min(most.numbers) }
    }

    /// Part `number` (from 0) of `parts`, which are equal but for one number and are the whole together.
    #[must_use]
    pub fn part(self, number: usize, parts: usize) -> Self {
        let up_to = |parts_done: usize| {
            let share = u128::from(self.numbers) * parts_done as u128 / parts.max(1) as u128;
            u64::try_from(share).unwrap_or(self.numbers)
        };
        Self { numbers: up_to(number + 1) - up_to(number) }
    }
}

impl Unit for Compute {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        let mut numbers = Numbers::default();
        let mut primes = 0;
        let mut left = self.numbers;
        while left > 0 {
            if stop.is_raised() {
                return UnitEnd::Interrupted;
            }
            let chunk = left.min(CHUNK);
            primes += numbers.primes_among(chunk, context);
            left -= chunk;
        }
        black_box(primes);
        if stop.is_raised() { UnitEnd::Interrupted } else { UnitEnd::Done }
    }
}

/// The numbers to try, over and over.
struct Numbers {
    next: u32,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { next: NUMBERS.start }
    }
}

impl Numbers {
    /// Tries the next `count` of them.
    fn primes_among(&mut self, count: u64, context: &mut impl Context) -> u64 {
        let mut primes = 0;
        for _ in 0..count {
            let (prime, divisors) = try_divisors(self.next);
            primes += u64::from(prime);
            context.poll_after(divisors);
            self.next += 1;
            if self.next == NUMBERS.end {
                self.next = NUMBERS.start;
            }
        }
        primes
    }
}

/// How fast one thread tries the numbers of the computing part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Numbers per second; above 0.
    pub numbers_per_sec: f64,
}

impl Speed {
    /// Measures it on the current thread, in about 40 ms: eight batches of about 5 ms, of which the fastest counts. Whatever else
    /// the machine does can only slow a batch down, so that the fastest is the nearest to the speed of an undisturbed core.
    ///
    /// The result holds for this moment: a core that changes its frequency later computes a unit in another time than asked for.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn calibrate() -> Self {
        let stop = StopSignal::new();
        let seconds = |numbers: u64| {
            let began = Instant::now();
            Compute { numbers }.run(&mut NoGil, &stop);
            began.elapsed().as_secs_f64().max(1e-9)
        };
        let mut numbers = 10_000;
        while seconds(numbers) < 0.004 {
            numbers *= 2;
        }
        let fastest = (0..8).map(|_| seconds(numbers)).fold(f64::INFINITY, f64::min);
        Self { numbers_per_sec: numbers as f64 / fastest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: Speed = Speed { numbers_per_sec: 1e7 };

    /// Counts what a unit does, without clocks.
    #[derive(Default)]
    struct Log {
        polls: u64,
        waits: u64,
    }

    impl Context for Log {
        fn enter(&mut self) {}
        fn poll(&mut self) {
            self.polls += 1;
        }
        fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
            self.waits += 1;
            wait()
        }
        fn leave(&mut self) {}
    }

    #[track_caller]
    fn check(cpu_share: f64, numbers: u64, waits: u64) {
        let stop = StopSignal::new();
        stop.enlist();
        let mut log = Log::default();
        assert_eq!(Mixed::new(Duration::from_millis(1), cpu_share, SPEED).run(&mut log, &stop), UnitEnd::Done);
        assert_eq!((log.polls, log.waits), (numbers, waits));
    }

    #[test]
    fn the_share_divides_work_and_waiting() {
        check(0.0, 0, 1);
        check(0.2, 2000, 1);
        check(0.95, 9500, 1);
        check(1.0, 10_000, 0);
    }

    #[test]
    fn a_raised_signal_ends_either_part() {
        for cpu_share in [0.0, 0.5, 1.0] {
            let stop = StopSignal::new();
            stop.enlist();
            stop.raise();
            let mut log = Log::default();
            let end = Mixed::new(Duration::from_hours(1), cpu_share, SPEED).run(&mut log, &stop);
            assert_eq!(end, UnitEnd::Interrupted, "at a CPU share of {cpu_share}");
            assert_eq!(log.polls, 0);
        }
    }

    #[test]
    fn the_measured_speed_is_a_speed() {
        let speed = Speed::calibrate();
        assert!(speed.numbers_per_sec.is_finite() && speed.numbers_per_sec > 0.0, "{speed:?}");
    }
}
