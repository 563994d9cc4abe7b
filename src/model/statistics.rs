//! Medians and order-statistic intervals.
//!
//! The interval of the median is the distribution-free one that the sign test inverts: for n independent values of any
//! continuous distribution, the k-th smallest and the k-th greatest enclose the median with probability
//! 1 − 2·P(Bin(n, ½) < k). The greatest k that keeps this at or above 95 % is taken (Conover, *Practical Nonparametric
//! Statistics*, 3rd ed., section 3.2; Thompson 1936). Six values are the fewest for which k = 1 suffices.

use serde::{Deserialize, Serialize};

/// What lies beyond each end of a 95 % interval.
const TAIL: f64 = 0.025;

/// The fewest rounds from which an interval with a known coverage exists.
pub const FEWEST_ROUNDS: usize = 6;

/// A centre with its interval. Serialised as `median`, `low`, `high`, `rounds`, `interval`.
///
/// All three numbers are finite, and `low <= median <= high`, where [`Estimate::of`] made it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The median over rounds.
    pub median: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many rounds it rests on, at least 1.
    pub rounds: u32,
    /// What the two ends mean.
    pub interval: IntervalKind,
}

/// What the ends of an interval mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalKind {
    /// The 95 % order-statistic interval of the median, from 6 rounds.
    OrderStatistic95,
    /// Least and greatest of fewer than 6 rounds.
    Range,
    /// The exact 95 % interval of a share of rounds (Clopper & Pearson 1934).
    Binomial95,
}

impl Estimate {
    /// Median and interval of the finite ones among `values`, one for each round, in any order; `None` where there is
    /// no finite value.
    pub fn of(values: &[f64]) -> Option<Self> {
        let sorted = sorted_finite(values);
        let (&least, &greatest) = (sorted.first()?, sorted.last()?);
        let median = median_of_sorted(&sorted)?;
        let rounds = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
        let ends = interval_ranks(sorted.len())
            .and_then(|(lower, upper)| Some((*sorted.get(lower - 1)?, *sorted.get(upper - 1)?)));
        Some(match ends {
            Some((low, high)) => Self { median, low, high, rounds, interval: IntervalKind::OrderStatistic95 },
            None => Self { median, low: least, high: greatest, rounds, interval: IntervalKind::Range },
        })
    }

    /// As [`Estimate::of`], where `longer` more rounds have a value that is unknown but greater than any that would matter. `None`
    /// where the median or the upper end is among those. Leaving such rounds out would make both too small.
    pub fn of_censored(values: &[f64], longer: usize) -> Option<Self> {
        let sorted = sorted_finite(values);
        if longer == 0 {
            return Self::of(&sorted);
        }
        let count = sorted.len() + longer;
        let (lower, upper) = interval_ranks(count)?;
        let (low, high) = (*sorted.get(lower - 1)?, *sorted.get(upper - 1)?);
        let middle = (*sorted.get((count - 1) / 2)?, *sorted.get(count / 2)?);
        let rounds = u32::try_from(count).unwrap_or(u32::MAX);
        let median = f64::midpoint(middle.0, middle.1);
        Some(Self { median, low, high, rounds, interval: IntervalKind::OrderStatistic95 })
    }

    /// The share of `count` rounds in which something happened, `hits` of them, with its exact 95 % interval: the shares for
    /// which so many hits or more, and so many or fewer, would each have a probability above 2.5 % (Clopper & Pearson,
    /// *Biometrika* 26, 1934). `None` without rounds, or with more hits than rounds.
    pub fn of_share(hits: usize, count: usize) -> Option<Self> {
        if count == 0 || hits > count {
            return None;
        }
        let median = to_f64(hits) / to_f64(count);
        let low = if hits == 0 { 0.0 } else { 1.0 - share_with_tail(count - hits, count) };
        let high = if hits == count { 1.0 } else { share_with_tail(hits, count) };
        let rounds = u32::try_from(count).unwrap_or(u32::MAX);
        let (low, high) = (low.min(median), high.max(median));
        Some(Self { median, low, high, rounds, interval: IntervalKind::Binomial95 })
    }

    /// Half the interval's width as a share of the median; infinite where the median is 0.
    pub fn relative_half_width(&self) -> f64 {
        let half = (self.high - self.low) / 2.0;
        if self.median == 0.0 { f64::INFINITY } else { half / self.median.abs() }
    }

    /// Whether its ends have a known coverage, so that a verdict may rest on it.
    pub fn is_interval(&self) -> bool {
        match self.interval {
            IntervalKind::OrderStatistic95 => true,
            IntervalKind::Binomial95 => usize::try_from(self.rounds).is_ok_and(|rounds| rounds >= FEWEST_ROUNDS),
            IntervalKind::Range => false,
        }
    }

    /// The estimate of the same rounds with every value divided by `divisor`, which is above 0.
    #[must_use]
    pub fn divided_by(&self, divisor: f64) -> Self {
        Self { median: self.median / divisor, low: self.low / divisor, high: self.high / divisor, ..*self }
    }
}

/// The median of the finite ones among `values`, in any order; the mean of the two in the middle where their number is
/// even; `None` where there is none.
pub fn median(values: &[f64]) -> Option<f64> {
    median_of_sorted(&sorted_finite(values))
}

/// Least, 5 %, 25 %, 50 %, 75 %, 95 % and greatest of the finite ones among `values`, in any order; `None` where there is none.
/// Between two values it interpolates linearly, so that the 50 % one is [`median`] (definition 7 of Hyndman & Fan,
/// *The American Statistician* 50, 1996).
pub fn quantiles(values: &[f64]) -> Option<[f64; 7]> {
    let sorted = sorted_finite(values);
    let last = sorted.len().checked_sub(1)?;
    let at = |share: f64| {
        let place = share * to_f64(last);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the last index")]
        let below = (place.floor() as usize).min(last);
        let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
        low + (high - low) * (place - to_f64(below))
    };
    Some([0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0].map(at))
}

/// The share for which `hits` or fewer of `count` have a probability of 2.5 %, where `hits < count`.
fn share_with_tail(hits: usize, count: usize) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // Each step halves what is left: 50 of them reach the last digit.
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if binomial_at_most(hits, count, middle) > TAIL {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The probability of `hits` or fewer of `count`, each having `share`, which lies strictly between 0 and 1.
fn binomial_at_most(hits: usize, count: usize, share: f64) -> f64 {
    let (ln_hit, ln_miss) = (share.ln(), (-share).ln_1p());
    let n = to_f64(count);
    let mut ln_term = n * ln_miss;
    let mut sum = 0.0;
    for i in (0..=hits).map(to_f64) {
        sum += ln_term.exp();
        ln_term += ((n - i) / (i + 1.0)).ln() + ln_hit - ln_miss;
    }
    sum
}

/// The ranks, from 1, of the two order statistics that enclose the median of `count` values with at least 95 %;
/// `None` below 6 values. They lie symmetrically: `lower + upper = count + 1`.
pub fn interval_ranks(count: usize) -> Option<(usize, usize)> {
    // P(Bin(n, 1/2) <= i) is summed exactly enough: each term follows from the one before by one multiplication and one
    // division. Scaling by the first term, 2^-n, would underflow above n = 1074, so that logarithms carry it.
    if count < FEWEST_ROUNDS {
        return None;
    }
    let n = to_f64(count);
    let mut ln_term = -n * std::f64::consts::LN_2;
    let mut cumulative = 0.0;
    let mut lower = 0;
    // The lower rank is the number of terms whose sum stays within the tail.
    while lower < count / 2 {
        cumulative += ln_term.exp();
        if cumulative > TAIL {
            break;
        }
        let i = to_f64(lower);
        ln_term += ((n - i) / (i + 1.0)).ln();
        lower += 1;
    }
    Some((lower, count + 1 - lower))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rounds are small")]
fn to_f64(count: usize) -> f64 {
    count as f64
}

fn sorted_finite(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(sorted.len() / 2 - 1).map(|&lower| f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_median(values: &[f64], expected: Option<f64>) {
        assert_eq!(median(values), expected, "{values:?}");
    }

    #[test]
    fn medians() {
        check_median(&[], None);
        check_median(&[f64::NAN, f64::INFINITY], None);
        check_median(&[3.0], Some(3.0));
        check_median(&[4.0, 1.0], Some(2.5));
        check_median(&[9.0, 1.0, 5.0], Some(5.0));
        check_median(&[9.0, f64::NAN, 1.0, 5.0, 7.0], Some(6.0));
        check_median(&[f64::MAX, f64::MAX], Some(f64::MAX));
    }

    #[test]
    fn values_too_great_to_be_known_keep_their_ranks() {
        let values: Vec<f64> = (1..=11).map(f64::from).collect();
        let whole = Estimate::of(&values).expect("an estimate");
        // The two greatest of eleven are beyond the upper end, the 10th smallest.
        assert_eq!(Estimate::of_censored(&values[..10], 1), Some(whole));
        assert_eq!((whole.median, whole.high), (6.0, 10.0));
        assert_eq!(Estimate::of_censored(&values[..9], 2), None, "the upper end is unknown");
        assert_eq!(Estimate::of_censored(&values, 0), Some(whole));
        assert_eq!(
            Estimate::of_censored(&values[..4], 1),
            None,
            "five have no interval, and their greatest is unknown"
        );
        assert_eq!(Estimate::of_censored(&[], 9), None);
    }

    #[track_caller]
    fn check_share(hits: usize, count: usize, low: f64, high: f64) {
        let share = Estimate::of_share(hits, count).expect("a share");
        assert!((share.low - low).abs() < 5e-5 && (share.high - high).abs() < 5e-5, "{share:?}");
        assert!(share.is_interval() && share.low <= share.median && share.median <= share.high, "{share:?}");
    }

    #[test]
    fn shares_have_the_published_intervals() {
        // 1 - 0.025^(1/n) where nothing happened; R's `binom.test` for the others.
        check_share(0, 9, 0.0, 0.3363);
        check_share(9, 9, 0.6637, 1.0);
        check_share(3, 10, 0.0667, 0.6525);
        check_share(50, 100, 0.3983, 0.6017);
        assert_eq!(Estimate::of_share(0, 0), None);
        assert_eq!(Estimate::of_share(2, 1), None);
    }

    #[test]
    fn quantiles_hold_the_median_in_the_middle() {
        assert_eq!(quantiles(&[]), None);
        assert_eq!(quantiles(&[f64::NAN]), None);
        assert_eq!(quantiles(&[3.0]), Some([3.0; 7]));
        let hundred: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        assert_eq!(quantiles(&hundred), Some([0.0, 5.0, 25.0, 50.0, 75.0, 95.0, 100.0]));
        // Between values that lie unevenly.
        let uneven = quantiles(&[0.0, 10.0, 1.0]).expect("three values");
        for (quantile, expected) in uneven.into_iter().zip([0.0, 0.1, 0.5, 1.0, 5.5, 9.1, 10.0]) {
            assert!((quantile - expected).abs() < 1e-9, "{uneven:?}");
        }
        let four = [4.0, 1.0, 2.0, 3.0];
        assert_eq!(quantiles(&four).map(|it| it[3]), median(&four));
    }

    /// The numbers of values at which the two-sided 5 % critical value r of the sign test goes up by one, from r = 0 at
    /// n = 6; the interval's lower rank is r + 1. To n = 25 as printed in Triola, *Elementary Statistics*, table A-7.
    const SIGN_TEST_STEPS: [usize; 22] =
        [6, 9, 12, 15, 17, 20, 23, 25, 28, 30, 33, 35, 37, 40, 42, 44, 47, 49, 51, 54, 56, 58];

    #[test]
    fn ranks_are_those_of_the_published_tables() {
        for count in 0..6 {
            assert_eq!(interval_ranks(count), None, "{count}");
        }
        for count in 6..=60 {
            let lower = SIGN_TEST_STEPS.iter().filter(|&&step| step <= count).count();
            assert_eq!(interval_ranks(count), Some((lower, count + 1 - lower)), "{count}");
        }
    }

    #[test]
    fn ranks_agree_with_integer_binomials() {
        for count in 6..=120_usize {
            let (lower, upper) = interval_ranks(count).expect("6 or more");
            assert_eq!(lower + upper, count + 1);
            // Pascal's row in integers; 2 * sum < 0.05 * 2^n is 40 * sum <= 2^n.
            let mut row = vec![1_u128];
            for _ in 0..count {
                let mut next = vec![1];
                next.extend(row.windows(2).map(|pair| pair[0] + pair[1]));
                next.push(1);
                row = next;
            }
            let tail = |terms: usize| 40 * row[..terms].iter().sum::<u128>();
            assert!(tail(lower) <= 1 << count, "{count}: too narrow");
            assert!(tail(lower + 1) > 1 << count, "{count}: wider than needed");
        }
    }

    #[test]
    fn huge_numbers_of_values_have_ranks() {
        let (lower, upper) = interval_ranks(10_000).expect("6 or more");
        // The normal approximation: n/2 - 0.98 sqrt(n).
        assert!((4898..=4904).contains(&lower), "{lower}");
        assert_eq!(lower + upper, 10_001);
    }

    #[test]
    fn estimates() {
        assert_eq!(Estimate::of(&[]), None);
        assert_eq!(Estimate::of(&[f64::NAN]), None);
        let one = Estimate::of(&[2.0]).expect("one value");
        assert_eq!((one.median, one.low, one.high, one.rounds, one.interval), (2.0, 2.0, 2.0, 1, IntervalKind::Range));
        let five = Estimate::of(&[5.0, 1.0, 4.0, 2.0, 3.0]).expect("five values");
        assert_eq!((five.median, five.low, five.high, five.interval), (3.0, 1.0, 5.0, IntervalKind::Range));
        let nine = Estimate::of(&[9.0, 1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0]).expect("nine values");
        assert_eq!((nine.median, nine.low, nine.high, nine.rounds), (5.0, 2.0, 8.0, 9));
        assert_eq!(nine.interval, IntervalKind::OrderStatistic95);
        let ties = Estimate::of(&[1.0; 7]).expect("seven values");
        assert_eq!((ties.median, ties.low, ties.high, ties.relative_half_width()), (1.0, 1.0, 1.0, 0.0));
    }

    #[test]
    fn half_width_of_a_zero_median_is_infinite() {
        let zero = Estimate::of(&[0.0, 0.0, 1.0]).expect("three values");
        assert!(zero.relative_half_width().is_infinite());
    }

    /// Coverage over simulated rounds of a skewed distribution, as throughputs are: between 95 and 99 %.
    #[test]
    fn coverage_is_between_95_and_99_percent() {
        const TRIALS: u32 = 8000;
        for count in [6_usize, 9, 12, 16, 21, 28, 37, 49, 60] {
            let mut random = fastrand::Rng::with_seed(7 + count as u64);
            let mut covered = 0_u32;
            for _ in 0..TRIALS {
                let values: Vec<f64> = (0..count).map(|_| -(1.0 - random.f64()).ln()).collect();
                let estimate = Estimate::of(&values).expect("values");
                covered += u32::from((estimate.low..=estimate.high).contains(&std::f64::consts::LN_2));
            }
            let share = f64::from(covered) / f64::from(TRIALS);
            // Three standard errors of a share near 0.95 are 0.007, the least coverage of these counts is 0.951 (n = 49: 0.956).
            assert!((0.945..=0.99).contains(&share), "{count} rounds: {share}");
        }
    }

    proptest! {
        #[test]
        fn ends_enclose_the_median_and_order_does_not_matter(
            mut values in proptest::collection::vec(-1e9..1e9_f64, 1..80), seed: u64,
        ) {
            let estimate = Estimate::of(&values).expect("values");
            prop_assert!(estimate.low <= estimate.median && estimate.median <= estimate.high);
            prop_assert_eq!(estimate.rounds as usize, values.len());
            prop_assert_eq!(estimate.is_interval(), values.len() >= FEWEST_ROUNDS);
            fastrand::Rng::with_seed(seed).shuffle(&mut values);
            prop_assert_eq!(Estimate::of(&values), Some(estimate));
        }

        #[test]
        fn never_panics(values in proptest::collection::vec(any::<f64>(), 0..80)) {
            if let Some(estimate) = Estimate::of(&values) {
                prop_assert!(estimate.median.is_finite() && estimate.low.is_finite() && estimate.high.is_finite());
            }
        }
    }
}
