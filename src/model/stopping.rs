//! How narrow is narrow enough, and when to stop looking.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The learner's choice between fast and exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// ±10 % within 10 s.
    Quick,
    /// ±5 % within 25 s.
    Normal,
    /// ±2 % within 120 s.
    Thorough,
}

impl Precision {
    /// Every precision, fastest first.
    pub const ALL: [Self; 3] = [Self::Quick, Self::Normal, Self::Thorough];

    /// The word on the command line and in results.
    pub fn id(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Normal => "normal",
            Self::Thorough => "thorough",
        }
    }

    /// What the window shows.
    pub fn label(self) -> &'static str {
        match self {
            Self::Quick => "Quick",
            Self::Normal => "Normal",
            Self::Thorough => "Thorough",
        }
    }

    /// The half width of the interval to reach, as a share of the median.
    pub fn target(self) -> f64 {
        match self {
            Self::Quick => 0.10,
            Self::Normal => 0.05,
            Self::Thorough => 0.02,
        }
    }

    /// The time one experiment may take.
    pub fn budget(self) -> Duration {
        Duration::from_secs(match self {
            Self::Quick => 10,
            Self::Normal => 25,
            Self::Thorough => 120,
        })
    }
}

/// The numbers of finished rounds after which the intervals are looked at.
pub const LOOKS: [u32; 9] = [6, 9, 12, 16, 21, 28, 37, 49, 60];

/// Why measuring goes on or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Another round is worth its time.
    Continue,
    /// That is enough.
    Stop(StopReason),
}

/// Why measuring ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// Every interval met the target at two consecutive looks.
    TargetReached,
    /// The time is over, or the next round would not fit into it.
    BudgetSpent,
    /// The last look was taken.
    LooksSpent,
}

/// Decides after each round whether another one follows.
///
/// A sweep that stops as soon as its intervals are narrow enough stops on lucky rounds, and those intervals miss the true
/// median more often than they say: looking after every round, one interval alone covers it in 92 to 93 % of cases.
/// Looking seldom, and asking that every interval of the run be narrow enough at two consecutive looks, keeps 95 %
/// (simulated in the tests). Applied to one interval alone, the same rule covers it in 94.4 % at the worst noise.
#[derive(Debug, Clone, PartialEq)]
pub struct StoppingRule {
    target: f64,
    budget: Duration,
    met_at_last_look: bool,
}

impl StoppingRule {
    /// The rule for measuring `experiments` experiments together: the budget grows with their number.
    pub fn new(precision: Precision, experiments: usize) -> Self {
        let times = u32::try_from(experiments.max(1)).unwrap_or(u32::MAX);
        Self { target: precision.target(), budget: precision.budget().saturating_mul(times), met_at_last_look: false }
    }

    /// The half width to reach, as a share of the median.
    pub fn target(&self) -> f64 {
        self.target
    }

    /// The time the whole run may take.
    pub fn budget(&self) -> Duration {
        self.budget
    }

    /// Decides after a finished round. To be called once after every round, in order.
    ///
    /// `widest` is the widest half width among the points as a share of the median, `None` where it is unknown; it is
    /// read only at the [`LOOKS`]. `next_round` is how long the next round will take, as far as that is known.
    pub fn after_round(
        &mut self,
        rounds: u32,
        widest: Option<f64>,
        elapsed: Duration,
        next_round: Duration,
    ) -> Decision {
        if LOOKS.contains(&rounds) {
            let met = widest.is_some_and(|widest| widest <= self.target);
            if met && self.met_at_last_look {
                return Decision::Stop(StopReason::TargetReached);
            }
            self.met_at_last_look = met;
        }
        if elapsed.saturating_add(next_round) > self.budget {
            Decision::Stop(StopReason::BudgetSpent)
        } else if LOOKS.last().is_some_and(|&last| rounds >= last) {
            Decision::Stop(StopReason::LooksSpent)
        } else {
            Decision::Continue
        }
    }

    /// The number of finished rounds at which the intervals are looked at next; the last look after that.
    pub fn next_look(rounds: u32) -> u32 {
        LOOKS.into_iter().find(|&look| look > rounds).or(LOOKS.last().copied()).unwrap_or(rounds)
    }
}

#[cfg(test)]
mod tests;
