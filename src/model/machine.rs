//! What is known of the machine; `crate::engine::machine` reads it.

use serde::{Deserialize, Serialize};

/// The machine a run was measured on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Logical cores this process may use (its affinity), at least 1.
    pub cores: usize,
    /// Cores a control group's quota grants, such as 1.5; `None` where there is no quota or it could not be read.
    pub quota_cores: Option<f64>,
    /// Whether it could not be read if there is a quota.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quota_unknown: bool,
    /// The processor's name.
    pub cpu_model: Option<String>,
    /// Operating system and version.
    pub os: Option<String>,
    /// Such as `x86_64`.
    pub architecture: String,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
}

impl Machine {
    /// The cores that can really be used: the lesser of affinity and quota.
    #[expect(clippy::cast_precision_loss, reason = "core counts are small")]
    pub fn usable_cores(&self) -> f64 {
        let cores = self.cores as f64;
        self.quota_cores.map_or(cores, |quota| quota.min(cores))
    }

    /// The machine in words, such as "2 cores, no quota".
    pub fn in_words(&self) -> String {
        let cores = if self.cores == 1 { "1 core".to_owned() } else { format!("{} cores", self.cores) };
        match self.quota_cores {
            Some(quota) => format!("{cores}, quota {quota:.2}"),
            None if self.quota_unknown => format!("{cores}, quota unknown"),
            None => format!("{cores}, no quota"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture;

    #[test]
    fn a_quota_that_cannot_be_read_is_not_said_to_be_none() {
        let mut machine = fixture::machine(2);
        assert_eq!(machine.in_words(), "2 cores, no quota");
        machine.quota_unknown = true;
        assert_eq!(machine.in_words(), "2 cores, quota unknown");
        machine.quota_cores = Some(1.5);
        assert_eq!(machine.in_words(), "2 cores, quota 1.50");
    }
}
