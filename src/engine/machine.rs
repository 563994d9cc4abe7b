//! Reading what the machine is.

use std::num::NonZeroUsize;

use crate::model::machine::Machine;

/// Reads what is known of this machine.
pub fn read() -> Machine {
    Machine {
        cores: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        quota_cores: None,
        cpu_model: None,
        os: None,
        architecture: std::env::consts::ARCH.to_owned(),
        memory_bytes: None,
    }
}
