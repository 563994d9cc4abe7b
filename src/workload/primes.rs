//! count-primes: trial division, the CPU kernel of every engine.

use std::hint::black_box;

use super::{Context, StopSignal, Unit, UnitEnd};

/// Numbers tried between two looks at the stop signal: about 17 µs of work near 20 000, where a number takes 33 ns, and less where
/// numbers are small.
const CHUNK: u32 = 512;

/// Counts the primes below a limit by trial division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountPrimes {
    /// One unit tries every number from 2 below this one.
    pub limit: u32,
}

impl CountPrimes {
    /// How many primes lie below the limit, or `None` when the signal was raised before all numbers were tried.
    pub fn count(&self, context: &mut impl Context, stop: &StopSignal) -> Option<u32> {
        let mut primes = 0;
        let mut number = 2;
        while number < self.limit {
            if stop.is_raised() {
                return None;
            }
            let end = self.limit.min(number + CHUNK);
            while number < end {
                let (prime, divisors) = try_divisors(number);
                primes += u32::from(prime);
                context.poll_after(divisors);
                number += 1;
            }
        }
        Some(primes)
    }
}

impl Unit for CountPrimes {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        match self.count(context, stop) {
            Some(primes) => {
                black_box(primes);
                UnitEnd::Done
            }
            None => UnitEnd::Interrupted,
        }
    }
}

/// Whether no number from 2 up to the root of `number` divides it. `number` is at least 2 and below 2^31.
#[inline]
pub fn is_prime(number: u32) -> bool {
    try_divisors(number).0
}

/// Whether `number` is a prime, and how often the loop went round for that, its last look at the condition included.
///
/// Deliberately the loop a learner writes, with every divisor and without tables, since Python runs the same one.
#[inline]
pub fn try_divisors(number: u32) -> (bool, u32) {
    let mut divisor = 2;
    while divisor * divisor <= number {
        if number.is_multiple_of(divisor) {
            return (false, divisor - 1);
        }
        divisor += 1;
    }
    (true, divisor - 1)
}

#[cfg(test)]
mod tests {
    use super::super::NoGil;
    use super::*;

    #[track_caller]
    fn check(limit: u32, expected: u32) {
        assert_eq!(CountPrimes { limit }.count(&mut NoGil, &StopSignal::new()), Some(expected));
    }

    #[test]
    fn counts_as_the_prime_counting_function_does() {
        // pi(n - 1): OEIS A006880 for the powers of ten, by hand for the rest.
        check(0, 0);
        check(2, 0);
        check(3, 1);
        check(100, 25);
        check(130, 31);
        check(1000, 168);
        check(10_000, 1229);
        check(20_000, 2262);
    }

    #[test]
    fn polls_at_every_number() {
        struct Polls(u32);
        impl Context for Polls {
            fn enter(&mut self) {}
            fn poll(&mut self) {
                self.0 += 1;
            }
            fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
                wait()
            }
            fn leave(&mut self) {}
        }
        let mut polls = Polls(0);
        CountPrimes { limit: 1000 }.count(&mut polls, &StopSignal::new());
        assert_eq!(polls.0, 998);
    }

    #[test]
    fn a_raised_signal_ends_the_unit_within_a_chunk() {
        struct RaiseAt<'a> {
            left: u32,
            after: u32,
            stop: &'a StopSignal,
        }
        impl Context for RaiseAt<'_> {
            fn enter(&mut self) {}
            fn poll(&mut self) {
                if self.stop.is_raised() {
                    self.after += 1;
                } else if self.left == 0 {
                    self.stop.raise();
                } else {
                    self.left -= 1;
                }
            }
            fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
                wait()
            }
            fn leave(&mut self) {}
        }
        let stop = StopSignal::new();
        let mut context = RaiseAt { left: 1000, after: 0, stop: &stop };
        assert_eq!(CountPrimes { limit: 20_000 }.run(&mut context, &stop), UnitEnd::Interrupted);
        assert!(context.after < CHUNK, "{} numbers were tried after the signal", context.after);
        assert_eq!(CountPrimes { limit: 100 }.run(&mut NoGil, &stop), UnitEnd::Interrupted);
    }
}
