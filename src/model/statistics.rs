//! Medians and order-statistic intervals.

use serde::{Deserialize, Serialize};

/// A centre with its interval. Serialised as `median`, `low`, `high`, `rounds`, `interval`.
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
}

impl Estimate {
    /// Half the interval's width as a share of the median; infinite where the median is 0.
    pub fn relative_half_width(&self) -> f64 {
        let half = (self.high - self.low) / 2.0;
        if self.median == 0.0 { f64::INFINITY } else { half / self.median.abs() }
    }
}
