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
