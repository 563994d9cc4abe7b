//! Process groups: what a subprocess starts belongs to its group, and is killed with it.
//!
//! A session of its own (`setsid`) would do as well, but changes the share of the CPU that the scheduler gives to it.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid};

/// Makes the process that `command` starts the leader of a new group.
pub(super) fn lead(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// Whether it has ended. It is not waited for, so that its number stays its own.
pub(super) fn has_ended(child: &Child) -> bool {
    let Some(pid) = pid(child.id()) else { return true };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    match waitid(WaitId::Pid(pid), options) {
        Ok(status) => status.is_some(),
        // Waited for already.
        Err(_) => true,
    }
}

/// Kills every process of the group. The leader must not have been waited for.
pub(super) fn kill(child: &mut Child) {
    if let Some(pid) = pid(child.id())
        && let Err(error) = kill_process_group(pid, Signal::KILL)
        && error != Errno::SRCH
    {
        tracing::error!("failed to end the process group {}: {error}", child.id());
    }
}

/// Waits until no process of the group runs any more, at most for `longest`.
pub(super) fn await_end(leader: u32, longest: Duration) {
    let until = Instant::now() + longest;
    while running(leader) > 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// How many processes of the group run. The system keeps dead ones in the group until somebody waits for them.
pub(super) fn running(leader: u32) -> usize {
    let exists = pid(leader).is_some_and(|pid| test_kill_process_group(pid) != Err(Errno::SRCH));
    if exists { running_now(leader) } else { 0 }
}

#[cfg(target_os = "linux")]
fn running_now(leader: u32) -> usize {
    let Ok(processes) = std::fs::read_dir("/proc") else { return 1 };
    let stats = processes.flatten().filter_map(|entry| {
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        std::fs::read_to_string(entry.path().join("stat")).ok()
    });
    stats.filter(|stat| is_running_member(stat, leader)).count()
}

/// Whether a line of `/proc/PID/stat` is of a live member of the group: state and group are its third and fifth field, and
/// the second, the name in brackets, can hold anything.
#[cfg(target_os = "linux")]
fn is_running_member(stat: &str, leader: u32) -> bool {
    let Some((_, rest)) = stat.rsplit_once(')') else { return false };
    let mut fields = rest.split_whitespace();
    let state = fields.next();
    let group = fields.nth(1).and_then(|group| group.parse::<u32>().ok());
    group == Some(leader) && !matches!(state, Some("Z" | "X"))
}

#[cfg(not(target_os = "linux"))]
fn running_now(_leader: u32) -> usize {
    1
}

fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn members_are_told_from_the_dead_and_from_strangers() {
        assert!(is_running_member("12 (python3) S 1 11 11 0 -1", 11));
        assert!(is_running_member("12 (a ) b) R 1 11 11 0 -1", 11));
        assert!(!is_running_member("12 (python3) Z 1 11 11 0 -1", 11));
        assert!(!is_running_member("12 (python3) S 1 13 11 0 -1", 11));
        assert!(!is_running_member("nonsense", 11));
    }
}
