//! Reading what the machine is.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use super::cgroup::ControlGroups;
use crate::model::machine::Machine;

/// Reads what is known of this machine. What the system does not tell is `None`.
pub fn read() -> Machine {
    let wanted =
        RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()).with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(wanted).ok();
    let brand = system.as_ref().and_then(|system| Some(system.cpus().first()?.brand().trim().to_owned()));
    let groups = ControlGroups::of_this_process(Path::new("/"));
    Machine {
        cores: cores(),
        quota_cores: groups.quota_cores(),
        quota_unknown: cfg!(target_os = "linux") && groups.are_unknown(),
        cpu_model: brand.filter(|brand| !brand.is_empty()),
        os: System::long_os_version().ok(),
        architecture: std::env::consts::ARCH.to_owned(),
        memory_bytes: system.map(|system| system.total_memory()).filter(|bytes| *bytes > 0),
    }
}

/// Logical cores that this process may use: its affinity, at least 1.
///
/// The standard library's `available_parallelism` also takes a CPU quota in and rounds it down, so that 150 % of a core
/// reads as 1; Linux' own list of allowed CPUs is asked instead where there is one.
pub fn cores() -> usize {
    let allowed = fs::read_to_string("/proc/thread-self/status").ok().and_then(|status| allowed_cpus(&status));
    allowed.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
}

/// How many CPUs the line `Cpus_allowed_list:` of a status file names, such as `0-3,8` (five).
fn allowed_cpus(status: &str) -> Option<usize> {
    let ranges = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let count = |range: &str| -> Option<usize> {
        match range.split_once('-') {
            None => range.parse().ok().map(|_: usize| 1),
            Some((first, last)) => {
                let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
                last.checked_sub(first).map(|between| between + 1)
            }
        }
    };
    let cpus: usize = ranges.trim().split(',').map(count).sum::<Option<usize>>()?;
    (cpus > 0).then_some(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, expected: Option<usize>) {
        assert_eq!(
            allowed_cpus(&format!("Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t{list}\nMems:\t0\n")),
            expected
        );
    }

    #[test]
    fn lists_of_cpus_are_counted() {
        check("0", Some(1));
        check("0-1", Some(2));
        check("0-3,8,10-11", Some(7));
        check("", None);
        check("3-1", None);
        check("a-b", None);
        assert_eq!(allowed_cpus("Name:\tx\n"), None);
    }

    #[test]
    fn this_machine_has_a_core_and_an_architecture() {
        let machine = read();
        assert!(machine.cores >= 1);
        assert!(!machine.architecture.is_empty());
        assert!(machine.quota_cores.is_none_or(|quota| quota > 0.0));
        assert_ne!(machine.memory_bytes, Some(0));
    }
}
