//! The curve the learner expects, drawn before running.

use serde::{Deserialize, Serialize};

use super::format;
use super::results::Series;
use super::units::ThreadCount;

/// A predicted speedup for each of some thread counts, ascending.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Prediction {
    /// Thread count and the speedup expected there (1 at one thread), 0 or more.
    pub points: Vec<(ThreadCount, f64)>,
}

impl Prediction {
    /// The curve to begin dragging from: a speedup of 1 at every count, which gives nothing away.
    pub fn flat(threads: &[ThreadCount]) -> Self {
        let mut prediction = Self::default();
        for &count in threads {
            prediction.set(count, 1.0);
        }
        prediction
    }

    /// The speedup expected at a count, if one was set there.
    pub fn at(&self, threads: ThreadCount) -> Option<f64> {
        let place = self.points.binary_search_by_key(&threads, |(count, _)| *count).ok()?;
        self.points.get(place).map(|(_, speedup)| *speedup)
    }

    /// Sets what is expected at a count. A speedup below 0 counts as 0; what is no finite number changes nothing; at one
    /// thread the speedup is 1, whatever is asked for.
    pub fn set(&mut self, threads: ThreadCount, speedup: f64) {
        if !speedup.is_finite() {
            return;
        }
        let speedup = if threads == ThreadCount::ONE { 1.0 } else { speedup.max(0.0) };
        match self.points.binary_search_by_key(&threads, |(count, _)| *count) {
            Ok(place) => self.points[place].1 = speedup,
            Err(place) => self.points.insert(place, (threads, speedup)),
        }
    }

    /// This prediction for other thread counts: what was set stays, new counts lie on straight lines between their
    /// neighbours and beyond the last one level.
    #[must_use]
    pub fn for_counts(&self, threads: &[ThreadCount]) -> Self {
        let mut moved = Self::default();
        for &count in threads {
            moved.set(count, self.between(count.as_f64()));
        }
        moved
    }

    /// Whether it holds what no prediction can: counts not ascending, or a speedup that is no number from 0 on.
    pub fn is_sound(&self) -> bool {
        self.points.is_sorted_by(|(a, _), (b, _)| a < b)
            && self.points.iter().all(|(_, speedup)| speedup.is_finite() && *speedup >= 0.0)
    }

    /// What was expected beside what was measured, at the greatest thread count that has both; `None` where there is none
    /// beyond one thread.
    pub fn comparison(&self, series: &Series) -> Option<Comparison> {
        self.points.iter().rev().filter(|(threads, _)| *threads > ThreadCount::ONE).find_map(|&(threads, expected)| {
            let measured = series.at(threads)?.speedup?;
            let place = if !measured.is_interval() {
                Place::Unknown
            } else if expected < measured.low {
                Place::TooLow
            } else if expected > measured.high {
                Place::TooHigh
            } else {
                Place::Within
            };
            let (shown, bounds) = format::estimate_beside(&measured, &[expected]);
            let who = series.key.in_sentence();
            let verdict = match place {
                Place::Unknown => "too few rounds to compare".to_owned(),
                Place::Within => "as you expected".to_owned(),
                Place::TooLow => "more than you expected".to_owned(),
                Place::TooHigh => "less than you expected".to_owned(),
            };
            let sentence = format!(
                "You expected {} times one thread at {}; measured with {who}: {shown}, {verdict}.",
                bounds.first().map_or("", String::as_str),
                format::threads(threads.get()),
            );
            Some(Comparison { threads, expected, place, sentence })
        })
    }

    fn between(&self, threads: f64) -> f64 {
        let after = self.points.partition_point(|(count, _)| count.as_f64() < threads);
        match (after.checked_sub(1).and_then(|before| self.points.get(before)), self.points.get(after)) {
            (Some((a, low)), Some((b, high))) => {
                low + (high - low) * (threads - a.as_f64()) / (b.as_f64() - a.as_f64())
            }
            (Some((_, level)), None) | (None, Some((_, level))) => *level,
            (None, None) => 1.0,
        }
    }
}

/// A prediction beside a measured curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Where they were compared.
    pub threads: ThreadCount,
    /// The speedup expected there.
    pub expected: f64,
    /// How the expectation lies to the measured interval.
    pub place: Place,
    /// A full sentence with the numbers.
    pub sentence: String,
}

/// How an expected value lies to a measured interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Below the interval.
    TooLow,
    /// In it.
    Within,
    /// Above it.
    TooHigh,
    /// There are too few rounds for an interval.
    Unknown,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::fixture::{self, curve, threads};
    use crate::model::results::Results;
    use crate::model::series::EngineKind;

    fn counts(numbers: &[usize]) -> Vec<ThreadCount> {
        numbers.iter().map(|&number| threads(number)).collect()
    }

    #[test]
    fn begins_flat() {
        let prediction = Prediction::flat(&counts(&[4, 1, 2]));
        assert_eq!(prediction.points, [(threads(1), 1.0), (threads(2), 1.0), (threads(4), 1.0)]);
    }

    #[test]
    fn points_can_be_set() {
        let mut prediction = Prediction::flat(&counts(&[1, 2, 8]));
        prediction.set(threads(8), 6.5);
        prediction.set(threads(4), 3.0);
        prediction.set(threads(2), -3.0);
        prediction.set(threads(1), 5.0);
        prediction.set(threads(2), f64::NAN);
        assert_eq!(
            [1, 2, 4, 8].map(|count| prediction.at(threads(count))),
            [Some(1.0), Some(0.0), Some(3.0), Some(6.5)]
        );
        assert_eq!(prediction.at(threads(3)), None);
    }

    #[test]
    fn moves_to_other_counts() {
        let mut prediction = Prediction::flat(&counts(&[1, 5]));
        prediction.set(threads(5), 5.0);
        let moved = prediction.for_counts(&counts(&[1, 2, 4, 9]));
        assert_eq!(moved.points, [(threads(1), 1.0), (threads(2), 2.0), (threads(4), 4.0), (threads(9), 5.0)]);
        assert_eq!(Prediction::default().for_counts(&counts(&[1, 2])), Prediction::flat(&counts(&[1, 2])));
    }

    fn measured(rounds: u32) -> Results {
        let points = [(1, 100.0), (8, 95.0)];
        fixture::results(&[(curve(EngineKind::GilModel), &points)], rounds, 0.02)
    }

    #[track_caller]
    fn check(expected: f64, rounds: u32, place: Place, sentence: &str) {
        let mut prediction = Prediction::flat(&counts(&[1, 8, 16]));
        prediction.set(threads(8), expected);
        let comparison = prediction.comparison(&measured(rounds).series[0]).expect("a comparison");
        assert_eq!((comparison.place, comparison.sentence.as_str()), (place, sentence));
        assert_eq!(comparison.threads, threads(8));
    }

    #[test]
    fn is_compared_with_what_was_measured() {
        let with = "times one thread at 8 threads; measured with the GIL model:";
        check(
            8.0,
            9,
            Place::TooHigh,
            &format!("You expected 8 {with} 0.950 (0.931 to 0.969), less than you expected."),
        );
        check(0.95, 9, Place::Within, &format!("You expected 0.95 {with} 0.950 (0.931 to 0.969), as you expected."));
        check(
            0.5,
            9,
            Place::TooLow,
            &format!("You expected 0.5 {with} 0.950 (0.931 to 0.969), more than you expected."),
        );
        check(
            8.0,
            3,
            Place::Unknown,
            &format!("You expected 8 {with} 0.950 (0.931 to 0.969), too few rounds to compare."),
        );
    }

    #[test]
    fn nothing_measured_is_not_compared() {
        assert_eq!(Prediction::flat(&counts(&[1, 4])).comparison(&measured(9).series[0]), None);
        assert_eq!(Prediction::flat(&counts(&[1])).comparison(&measured(9).series[0]), None);
    }

    proptest! {
        #[test]
        fn stays_sound_whatever_is_set(set in proptest::collection::vec((1_usize..=1024, any::<f64>()), 0..30)) {
            let mut prediction = Prediction::default();
            for (count, speedup) in set {
                prediction.set(threads(count), speedup);
            }
            prop_assert!(prediction.is_sound());
            prop_assert!(prediction.for_counts(&counts(&[1, 3, 77, 1024])).is_sound());
        }
    }
}
