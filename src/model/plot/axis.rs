//! Axes: their ranges, scales and ticks.

use serde::{Deserialize, Serialize};

use crate::model::format;

/// How an axis maps values to places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AxisScale {
    /// Equal differences.
    Linear,
    /// Equal ratios; every value is above 0.
    Logarithmic,
}

/// What the reader asks of the axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AxisChoice {
    /// Logarithmic where the values span more than a decade and a half.
    #[default]
    Automatic,
    /// Linear, whatever the values.
    Linear,
    /// Logarithmic wherever every value is above 0.
    Logarithmic,
}

impl AxisChoice {
    /// Every choice, in the order lists show them.
    pub const ALL: [Self; 3] = [Self::Automatic, Self::Linear, Self::Logarithmic];

    /// The word on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Linear => "linear",
            Self::Logarithmic => "logarithmic",
        }
    }

    /// What the window shows.
    pub fn label(self) -> &'static str {
        match self {
            Self::Automatic => "Automatic axes",
            Self::Linear => "Linear axes",
            Self::Logarithmic => "Logarithmic axes",
        }
    }

    /// The scale for values between two ends.
    pub(super) fn scale(self, least: f64, greatest: f64) -> AxisScale {
        // 10^1.5: a decade and a half.
        const WIDE: f64 = 31.6;
        let wide = greatest / least > WIDE;
        if least > 0.0 && (self == Self::Logarithmic || self == Self::Automatic && wide) {
            AxisScale::Logarithmic
        } else {
            AxisScale::Linear
        }
    }
}

/// What an axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AxisValues {
    /// Whole numbers from 1: ticks stand on thread counts only.
    ThreadCounts,
    /// Any number.
    Numbers,
}

/// An axis with its range.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it shows, with the unit.
    pub label: String,
    /// How it maps.
    pub scale: AxisScale,
    /// The value at its beginning; above 0 where logarithmic.
    pub min: f64,
    /// The value at its end; above `min`.
    pub max: f64,
    /// What it counts, which decides its ticks.
    pub values: AxisValues,
}

/// One mark of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where, within the axis' range.
    pub value: f64,
    /// What it says.
    pub label: String,
}

/// The least and the greatest value that a logarithmic axis has, and the greatest of a linear one.
const LEAST_VALUE: f64 = 1e-300;
const GREATEST_VALUE: f64 = 1e300;

impl Axis {
    /// An axis of thread counts between two counts, with a little room at both ends.
    pub fn of_thread_counts(least: f64, greatest: f64, scale: AxisScale) -> Self {
        let (min, max) = match scale {
            AxisScale::Linear => {
                let room = ((greatest - least) * 0.04).max(0.4);
                (least - room, greatest + room)
            }
            AxisScale::Logarithmic => {
                let room = (greatest / least).powf(0.04).max(1.1);
                (least / room, greatest * room)
            }
        };
        Self { label: "threads".to_owned(), scale, min, max, values: AxisValues::ThreadCounts }
    }

    /// An axis of values that shows everything between two ends: from 0 where it is linear, and ending on a round number. What is
    /// further from 0 than 1e300, or nearer to it than 1e-300, lies outside of it.
    pub fn of_values(label: &str, least: f64, greatest: f64, scale: AxisScale) -> Self {
        // So that the round numbers beyond are numbers.
        let (least, greatest) = (least.clamp(LEAST_VALUE, GREATEST_VALUE), greatest.min(GREATEST_VALUE));
        let (min, max) = match scale {
            AxisScale::Linear => {
                let top = if greatest > 0.0 { greatest } else { 1.0 };
                let step = nice_step(top * 1.02 / 5.0);
                (0.0, (top * 1.02 / step).ceil() * step)
            }
            AxisScale::Logarithmic => {
                let (floor, ceiling) = (one_two_five_at_most(least / 1.05), one_two_five_at_least(greatest * 1.05));
                (floor, if ceiling > floor { ceiling } else { floor * 10.0 })
            }
        };
        Self { label: label.to_owned(), scale, min, max, values: AxisValues::Numbers }
    }

    /// A value of this axis in words, such as "8 threads" or "400 ms".
    pub fn in_words(&self, value: f64) -> String {
        match self.values {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a thread count")]
            AxisValues::ThreadCounts => format::threads(value.round().max(0.0) as usize),
            AxisValues::Numbers => {
                let unit = self.label.rsplit_once(", ").map_or("", |(_, unit)| unit);
                let number = if value.fract() == 0.0 { format::fixed(value, 0) } else { format::number(value) };
                format!("{number} {unit}").trim_end().to_owned()
            }
        }
    }

    /// Where a value lies between the axis' ends: 0 at its beginning, 1 at its end. Not a number where the axis is
    /// logarithmic and the value is not above 0.
    pub fn position(&self, value: f64) -> f64 {
        match self.scale {
            AxisScale::Linear => (value - self.min) / (self.max - self.min),
            AxisScale::Logarithmic => (value / self.min).ln() / (self.max / self.min).ln(),
        }
    }

    /// At most `most` ticks at round values within the range, ascending. `most` below 2 counts as 2.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let most = most.max(2);
        let values = match (self.scale, self.values) {
            (AxisScale::Linear, AxisValues::Numbers) => self.linear_ticks(most, 0.0),
            (AxisScale::Linear, AxisValues::ThreadCounts) => self.linear_ticks(most, 1.0),
            (AxisScale::Logarithmic, AxisValues::ThreadCounts) => thinned(self.powers_of_two(), most),
            (AxisScale::Logarithmic, AxisValues::Numbers) => self.logarithmic_ticks(most),
        };
        let decimals = match (self.scale, self.values) {
            (AxisScale::Linear, AxisValues::Numbers) => {
                values.windows(2).next().map(|pair| decimals_of_step(pair[1] - pair[0]))
            }
            _ => None,
        };
        let label = |value: f64| match (decimals, self.values) {
            (Some(decimals), _) => format::fixed(value, decimals),
            (None, AxisValues::ThreadCounts) => format::fixed(value, 0),
            (None, AxisValues::Numbers) => format::fixed(value, decimals_of_step(value)),
        };
        values.into_iter().map(|value| Tick { value, label: label(value) }).collect()
    }

    fn holds(&self, value: f64) -> bool {
        let slack = value.abs() * 1e-9;
        value >= self.min - slack && value <= self.max + slack
    }

    /// Multiples of the least round step that gives at most `most`; whole ones from 1 on where `least_step` is 1.
    fn linear_ticks(&self, most: usize, least_step: f64) -> Vec<f64> {
        let mut step = nice_step((self.max - self.min) / to_f64(most)).max(least_step);
        loop {
            let first = (self.min / step - 1e-9).ceil();
            let last = (self.max / step + 1e-9).floor();
            let number = last - first + 1.0;
            if number <= to_f64(most) || !number.is_finite() {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and `most`")]
                let number = if number.is_finite() { number.max(0.0) as usize } else { 0 };
                let all = (0..number).map(|index| (first + to_f64(index)) * step);
                return all.filter(|&value| value >= least_step).collect();
            }
            step = nice_step(step * 1.01);
        }
    }

    fn powers_of_two(&self) -> Vec<f64> {
        std::iter::successors(Some(1.0_f64), |value| Some(value * 2.0))
            .take_while(|&value| value <= self.max)
            .filter(|&value| self.holds(value))
            .collect()
    }

    fn logarithmic_ticks(&self, most: usize) -> Vec<f64> {
        for within_decade in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
            let values = self.per_decade(within_decade);
            if values.len() <= most {
                return values;
            }
        }
        thinned(self.per_decade(&[1.0]), most)
    }

    fn per_decade(&self, within_decade: &[f64]) -> Vec<f64> {
        #[expect(clippy::cast_possible_truncation, reason = "logarithms of finite numbers are small")]
        let (first, last) = (self.min.log10().floor() as i32, self.max.log10().ceil() as i32);
        (first..=last)
            .flat_map(|decade| within_decade.iter().map(move |digit| digit * 10_f64.powi(decade)))
            .filter(|&value| self.holds(value))
            .collect()
    }
}

/// Every k-th value from the first on, with the least k that leaves at most `most`.
fn thinned(values: Vec<f64>, most: usize) -> Vec<f64> {
    let every = values.len().div_ceil(most).max(1);
    values.into_iter().step_by(every).collect()
}

/// The least of 1, 2, 5 times a power of ten that is not below `least`; 1 where that is no number above 0.
fn nice_step(least: f64) -> f64 {
    if least.is_finite() && least > 0.0 { one_two_five_at_least(least) } else { 1.0 }
}

fn one_two_five_at_least(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * decade)
        .find(|&it| it >= value * (1.0 - 1e-9))
        .unwrap_or(decade * 10.0)
}

fn one_two_five_at_most(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [5.0, 2.0].into_iter().map(|digit| digit * decade).find(|&it| it <= value * (1.0 + 1e-9)).unwrap_or(decade)
}

/// How many decimals tell multiples of a step of the form 1, 2, 3 or 5 times a power of ten apart.
fn decimals_of_step(step: f64) -> usize {
    if !(step.is_finite() && step > 0.0) {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "logarithms of finite numbers are small")]
    let magnitude = (step.log10() + 1e-9).floor() as i32;
    usize::try_from(-magnitude).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of ticks are small")]
fn to_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(axis: &Axis, most: usize, labels: &[&str]) {
        let ticks = axis.ticks(most);
        let shown: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(shown, labels, "{axis:?}");
    }

    #[test]
    fn thread_counts_are_whole_numbers() {
        use AxisScale::{Linear, Logarithmic};
        check(&Axis::of_thread_counts(1.0, 8.0, Linear), 10, &["1", "2", "3", "4", "5", "6", "7", "8"]);
        check(&Axis::of_thread_counts(1.0, 8.0, Linear), 5, &["2", "4", "6", "8"]);
        check(&Axis::of_thread_counts(1.0, 2.0, Linear), 10, &["1", "2"]);
        check(&Axis::of_thread_counts(1.0, 1.0, Linear), 10, &["1"]);
        check(&Axis::of_thread_counts(1.0, 16.0, Linear), 6, &["5", "10", "15"]);
        check(
            &Axis::of_thread_counts(1.0, 256.0, Logarithmic),
            10,
            &["1", "2", "4", "8", "16", "32", "64", "128", "256"],
        );
        check(&Axis::of_thread_counts(1.0, 1024.0, Logarithmic), 6, &["1", "4", "16", "64", "256", "1,024"]);
        check(&Axis::of_thread_counts(3.0, 100.0, Logarithmic), 10, &["4", "8", "16", "32", "64"]);
    }

    #[test]
    fn values_begin_at_zero_and_end_round() {
        use AxisScale::Linear;
        check(&Axis::of_values("speedup", 0.9, 1.93, Linear), 6, &["0.0", "0.5", "1.0", "1.5", "2.0"]);
        check(&Axis::of_values("speedup", 0.9, 7.9, Linear), 6, &["0", "2", "4", "6", "8", "10"]);
        check(&Axis::of_values("units", 10.0, 12_300.0, Linear), 6, &["0", "5,000", "10,000", "15,000"]);
        check(&Axis::of_values("share", 0.0, 0.012, Linear), 6, &["0.000", "0.005", "0.010", "0.015"]);
        check(&Axis::of_values("nothing", 0.0, 0.0, Linear), 6, &["0.0", "0.5", "1.0", "1.5"]);
    }

    #[test]
    fn logarithmic_values() {
        use AxisScale::Logarithmic;
        let wide = Axis::of_values("speedup", 1.0, 190.0, Logarithmic);
        check(&wide, 9, &["0.5", "1", "2", "5", "10", "20", "50", "100", "200"]);
        check(&wide, 6, &["1", "3", "10", "30", "100"]);
        check(&wide, 3, &["1", "10", "100"]);
        check(&Axis::of_values("units", 1200.0, 1300.0, Logarithmic), 6, &["1,000", "2,000"]);
    }

    #[test]
    fn values_at_the_end_of_the_numbers_have_axes_with_ends() {
        for scale in [AxisScale::Linear, AxisScale::Logarithmic] {
            for (least, greatest) in [(f64::MIN_POSITIVE, f64::MAX), (f64::MAX, f64::MAX), (5e-324, 5e-324)] {
                let axis = Axis::of_values("y", least, greatest, scale);
                assert!(axis.min < axis.max && axis.max.is_finite(), "{least} to {greatest}: {axis:?}");
                assert!(axis.ticks(6).iter().all(|tick| tick.value.is_finite()), "{axis:?}");
            }
        }
    }

    #[test]
    fn automatic_axes_are_logarithmic_from_a_decade_and_a_half() {
        let of = |choice: AxisChoice, least, greatest| choice.scale(least, greatest);
        assert_eq!(of(AxisChoice::Automatic, 1.0, 31.0), AxisScale::Linear);
        assert_eq!(of(AxisChoice::Automatic, 1.0, 32.0), AxisScale::Logarithmic);
        assert_eq!(of(AxisChoice::Linear, 1.0, 1000.0), AxisScale::Linear);
        assert_eq!(of(AxisChoice::Logarithmic, 1.0, 2.0), AxisScale::Logarithmic);
        assert_eq!(of(AxisChoice::Logarithmic, 0.0, 2.0), AxisScale::Linear);
        assert_eq!(of(AxisChoice::Automatic, 0.0, 2.0), AxisScale::Linear);
    }

    fn scales() -> impl Strategy<Value = AxisScale> {
        prop_oneof![Just(AxisScale::Linear), Just(AxisScale::Logarithmic)]
    }

    fn check_axis(axis: &Axis, least: f64, greatest: f64, most: usize) -> Result<(), TestCaseError> {
        prop_assert!(axis.min < axis.max && axis.min.is_finite() && axis.max.is_finite(), "{axis:?}");
        for value in [least, greatest] {
            prop_assert!((-1e-9..=1.0 + 1e-9).contains(&axis.position(value)), "{value} on {axis:?}");
        }
        let ticks = axis.ticks(most);
        prop_assert!(ticks.len() <= most.max(2), "{ticks:?}");
        prop_assert!(ticks.is_sorted_by(|a, b| a.value < b.value), "{ticks:?}");
        for tick in &ticks {
            prop_assert!((-1e-6..=1.0 + 1e-6).contains(&axis.position(tick.value)), "{tick:?} on {axis:?}");
        }
        for pair in ticks.windows(2) {
            prop_assert_ne!(&pair[0].label, &pair[1].label);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn every_axis_of_values_shows_its_values(
            a in -6.0..9.0_f64, b in -6.0..9.0_f64, scale in scales(), most in 0_usize..20,
        ) {
            let (least, greatest) = (10_f64.powf(a.min(b)), 10_f64.powf(a.max(b)));
            let axis = Axis::of_values("y", least, greatest, scale);
            check_axis(&axis, least, greatest, most)?;
            prop_assert!(most < 4 || !axis.ticks(most).is_empty());
        }

        #[test]
        fn every_axis_of_thread_counts_shows_its_counts(
            a in 1_u32..=1024, b in 1_u32..=1024, scale in scales(), most in 0_usize..20,
        ) {
            let (least, greatest) = (f64::from(a.min(b)), f64::from(a.max(b)));
            let axis = Axis::of_thread_counts(least, greatest, scale);
            check_axis(&axis, least, greatest, most)?;
            for tick in axis.ticks(most) {
                prop_assert!(tick.value.fract().abs() < 1e-9);
            }
        }
    }
}
