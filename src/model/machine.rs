//! What is known of the machine; `crate::engine::machine` reads it.

use serde::{Deserialize, Serialize};

/// The machine a run was measured on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Logical cores this process may use (its affinity), at least 1.
    pub cores: usize,
    /// Cores a control group's quota grants, such as 1.5; `None` where there is no quota or it could not be read.
    pub quota_cores: Option<f64>,
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
            None => format!("{cores}, no quota"),
        }
    }
}
