//! Process groups: what a subprocess starts belongs to its group, and is killed with it.
//!
//! A session of its own (`setsid`) would do as well, but changes the share of the CPU that the scheduler gives to it.

use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid};

use super::{DEATH, Launch};

/// The guard: a shell that waits for the end of its input. That comes when this program ends, however it ends, since nothing
/// else has the other side of the pipe. Then it removes the folder that this program can no longer remove, and kills the group
/// it belongs to, itself included. It shares nothing with the subprocess, which may hang, be stopped or never run Python at all.
const GUARD: &str = r#"trap '' HUP INT TERM
read -r end
if [ -n "$1" ]; then rm -rf -- "$1" || rm -rf -- "$1"; fi
kill -KILL 0"#;

/// CPU time of processes that were killed and that nobody here could wait for, in the ticks of `/proc`: the system tells it of
/// them as long as they are there, and to whoever waits for them.
static UNWAITED_CPU: AtomicU64 = AtomicU64::new(0);

/// CPU time that processes killed with their group had used, in the ticks of `/proc`; without the leaders, which are waited for.
pub fn cpu_of_killed() -> u64 {
    UNWAITED_CPU.load(Ordering::Relaxed)
}

/// A subprocess's group, with its guard.
#[derive(Debug)]
pub(super) struct Group {
    leader: u32,
    guard: Option<Child>,
}

/// Makes the process that `command` starts the leader of a new group.
pub(super) fn lead(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// Ends a process for which there is no [`Group`].
pub(super) fn kill_unheld(child: &mut Child) {
    Group { leader: child.id(), guard: None }.end(child);
}

impl Group {
    /// The group that `child` leads, with a guard in it.
    pub(super) fn hold(child: &mut Child, launch: &Launch) -> io::Result<Self> {
        let leader = child.id();
        let folder = launch.folder.as_deref().unwrap_or(Path::new(""));
        let mut command = super::command(Path::new("/bin/sh"));
        command.args(["-c", GUARD, "threadlab-guard"]).arg(folder).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let group = i32::try_from(leader).map_err(|_error| io::Error::other("no number of a process"))?;
        std::os::unix::process::CommandExt::process_group(&mut command, group);
        match super::spawn(&mut command) {
            Ok(guard) => Ok(Self { leader, guard: Some(guard) }),
            // There may be no group to join any more, and nothing to guard.
            Err(_) if has_ended(child) => Ok(Self { leader, guard: None }),
            Err(error) => Err(error),
        }
    }

    /// Kills every process of the group, and waits until none runs. The leader must not have been waited for. How it ended.
    pub(super) fn end(&mut self, child: &mut Child) -> Option<ExitStatus> {
        note_cpu(self.leader);
        if let Some(pid) = pid(self.leader)
            && let Err(error) = kill_process_group(pid, Signal::KILL)
            && error != Errno::SRCH
        {
            tracing::error!("failed to end the process group {}: {error}", self.leader);
        }
        let status = child.wait().ok();
        if let Some(mut guard) = self.guard.take() {
            // It may have joined the group only after that.
            let ended = guard.kill().and_then(|()| guard.wait());
            if let Err(error) = ended {
                tracing::error!("failed to end the guard of process group {}: {error}", self.leader);
            }
        }
        let until = Instant::now() + DEATH;
        while running(self.leader) > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        status
    }
}

/// Whether it has ended. It is not waited for, so that its number stays its own.
pub(super) fn has_ended(child: &mut Child) -> bool {
    let Some(pid) = pid(child.id()) else { return true };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    match waitid(WaitId::Pid(pid), options) {
        Ok(status) => status.is_some(),
        // Waited for already.
        Err(_) => true,
    }
}

/// How many processes of the group run. The system keeps dead ones in the group until somebody waits for them.
pub(super) fn running(leader: u32) -> usize {
    let exists = pid(leader).is_some_and(|pid| test_kill_process_group(pid) != Err(Errno::SRCH));
    if exists { running_now(leader) } else { 0 }
}

#[cfg(target_os = "linux")]
fn running_now(leader: u32) -> usize {
    members(leader).filter(|member| member.runs).count()
}

#[cfg(not(target_os = "linux"))]
fn running_now(_leader: u32) -> usize {
    1
}

/// Notes what the members of a group that is about to be killed have used.
#[cfg(target_os = "linux")]
fn note_cpu(leader: u32) {
    // The leader is this program's child, and so is the guard: their times come to it when it waits for them.
    let own = std::process::id();
    let used = members(leader).filter(|member| member.parent != own).map(|member| member.used).sum();
    UNWAITED_CPU.fetch_add(used, Ordering::Relaxed);
}

#[cfg(not(target_os = "linux"))]
fn note_cpu(_leader: u32) {}

/// A member of a process group.
#[cfg(target_os = "linux")]
#[derive(Debug, PartialEq, Eq)]
struct Member {
    parent: u32,
    runs: bool,
    /// CPU time of itself and of the processes it waited for, in ticks.
    used: u64,
}

#[cfg(target_os = "linux")]
fn members(leader: u32) -> impl Iterator<Item = Member> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(move |entry| {
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        member(&std::fs::read_to_string(entry.path().join("stat")).ok()?, leader)
    })
}

/// The member of a group that a line of `/proc/PID/stat` tells of (Linux, `proc_pid_stat(5)`): state, parent and group are its
/// third, fourth and fifth field, CPU times the 14th to 17th; the second, the name in brackets, can hold anything.
#[cfg(target_os = "linux")]
fn member(stat: &str, leader: u32) -> Option<Member> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let group: u32 = fields.get(2)?.parse().ok()?;
    let runs = !matches!(*fields.first()?, "Z" | "X");
    let used = fields.get(11..15).unwrap_or_default().iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    (group == leader).then_some(Member { parent: fields.get(1)?.parse().ok()?, runs, used })
}

fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn members_are_told_from_the_dead_and_from_strangers() {
        let runs = |stat| member(stat, 11).map(|member| member.runs);
        assert_eq!(runs("12 (python3) S 1 11 11 0 -1"), Some(true));
        assert_eq!(runs("12 (a ) b) R 1 11 11 0 -1"), Some(true));
        assert_eq!(runs("12 (python3) Z 1 11 11 0 -1"), Some(false));
        assert_eq!(runs("12 (python3) S 1 13 11 0 -1"), None);
        assert_eq!(runs("nonsense"), None);
        let busy = member("12 (python3) S 7 11 11 0 -1 4 5 6 7 8 100 20 3 4 0 0", 11);
        assert_eq!(busy, Some(Member { parent: 7, runs: true, used: 127 }));
    }
}
