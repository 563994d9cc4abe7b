//! A check's bounds as numbers.

use super::Check;
use crate::model::expression::Expression;
use crate::model::format;
use crate::model::statistics::Estimate;
use crate::model::units::ThreadCount;

/// Where an interval lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Below,
    Above,
    Straddling,
}

/// A check's bounds as numbers, at least one of them there.
pub(super) struct Bounds {
    pub(super) at_least: Option<f64>,
    pub(super) at_most: Option<f64>,
}

impl Bounds {
    pub(super) fn of(check: &Check, cores: f64, threads: ThreadCount) -> Result<Self, String> {
        let value = |bound: Option<&Expression>| {
            let value = |bound: &Expression| {
                bound.evaluate(cores, threads.as_f64()).ok_or_else(|| {
                    format!("The bound `{bound}` has no value with {} on this machine.", format::threads(threads.get()))
                })
            };
            bound.map(value).transpose()
        };
        let bounds = Self { at_least: value(check.at_least.as_ref())?, at_most: value(check.at_most.as_ref())? };
        match (bounds.at_least, bounds.at_most) {
            (None, None) => Err("The claim names no bound, so that nothing could decide it.".to_owned()),
            (Some(least), Some(most)) if least > most => Err(format!(
                "With {} on this machine the claim asks for at least {} and at most {}, which nothing can meet.",
                format::threads(threads.get()),
                format::number(least),
                format::number(most),
            )),
            _ => Ok(bounds),
        }
    }

    pub(super) fn values(&self) -> Vec<f64> {
        self.at_least.into_iter().chain(self.at_most).collect()
    }

    pub(super) fn in_words(&self, shown: &[String]) -> String {
        match (self.at_least, self.at_most, shown) {
            (Some(_), Some(_), [least, most, ..]) => format!("{least} to {most}"),
            (Some(_), None, [least, ..]) => format!("at least {least}"),
            (_, _, [most, ..]) => format!("at most {most}"),
            _ => String::new(),
        }
    }

    /// Whether a share within them would have to be exactly 0 or exactly 1.
    pub(super) fn allows_no_exception(&self) -> bool {
        self.at_most.is_some_and(|most| most <= 0.0) || self.at_least.is_some_and(|least| least >= 1.0)
    }

    pub(super) fn place(&self, estimate: &Estimate) -> Place {
        let (least, most) = (self.at_least.unwrap_or(f64::NEG_INFINITY), self.at_most.unwrap_or(f64::INFINITY));
        if estimate.high < least {
            Place::Below
        } else if estimate.low > most {
            Place::Above
        } else if estimate.low >= least && estimate.high <= most {
            Place::Inside
        } else {
            Place::Straddling
        }
    }

    /// The distance from the nearer end to the nearer bound, as a share of the bound.
    pub(super) fn margin(&self, estimate: &Estimate) -> f64 {
        let share = |bound: f64| {
            let distance = (estimate.low - bound).abs().min((estimate.high - bound).abs());
            if bound == 0.0 { distance } else { distance / bound.abs() }
        };
        self.values().into_iter().map(share).fold(f64::INFINITY, f64::min)
    }
}
