//! Process groups: what a subprocess starts belongs to its group, and is killed with it. What leaves the group is found by
//! [`kin`], where the system lets it be found.
//!
//! A session of its own (`setsid`) would do as well, but changes the share of the CPU that the scheduler gives to it.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid};

use super::{DEATH, Launch};

#[cfg_attr(not(target_os = "linux"), path = "group/kin_elsewhere.rs")]
mod kin;

use kin::Kin;
pub(super) use kin::Mark;
pub use kin::{cpu_of_killed, is_held};

/// A subprocess's group, with its guard.
#[derive(Debug)]
pub(super) struct Group {
    kin: Kin,
    guard: Option<Child>,
}

/// What guards a group: a shell's script.
struct Guard {
    script: &'static str,
    arguments: Vec<OsString>,
    /// The process group that the shell belongs to; 0 for one of its own.
    group: i32,
}

/// Makes the process that `command` starts the leader of a new group, and marks it.
pub(super) fn lead(command: &mut Command) -> Mark {
    std::os::unix::process::CommandExt::process_group(command, 0);
    Mark::put_on(command)
}

impl Group {
    /// The group that `child` leads since it was started just now.
    pub(super) fn of(child: &Child, mark: Mark) -> Self {
        Self { kin: Kin::of(child.id(), mark), guard: None }
    }

    /// Sets a guard over it.
    pub(super) fn hold(&mut self, child: &mut Child, launch: &Launch) -> io::Result<()> {
        let folder = launch.folder.as_deref().unwrap_or(Path::new(""));
        let Guard { script, arguments, group } = self.kin.guard(folder);
        let mut command = super::command(Path::new("/bin/sh"));
        command.args(["-c", script, "threadlab-guard"]).args(arguments).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut command, group);
        match super::spawn(&mut command) {
            Ok(guard) => self.guard = Some(guard),
            // There may be no group to join any more, and nothing to guard.
            Err(_) if has_ended(child) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Kills every process of the group and all that left it, and waits until none runs. The leader must not have been waited
    /// for. How it ended.
    pub(super) fn end(&mut self, child: &mut Child) -> Option<ExitStatus> {
        let leader = child.id();
        self.kin.note_cpu();
        if let Some(pid) = pid(leader)
            && let Err(error) = kill_process_group(pid, Signal::KILL)
            && error != Errno::SRCH
        {
            tracing::error!("failed to end the process group {leader}: {error}");
        }
        // Again and again: what was started during one look is seen by the next.
        let until = Instant::now() + DEATH;
        while self.kin.kill() > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Only now, so that the leader's number, and the group's, is nobody else's until then.
        let status = child.wait().ok();
        // And this last, so that the guard goes on where this program is killed before.
        if let Some(mut guard) = self.guard.take()
            && let Err(error) = guard.kill().and_then(|()| guard.wait())
        {
            tracing::error!("failed to end the guard of process group {leader}: {error}");
        }
        // Where nobody could look for them, the members of the group may still be dying.
        while running(leader) > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        status
    }

    /// How many processes run that left the group; 0 where nobody can tell.
    pub(super) fn strays(&mut self) -> usize {
        self.kin.strays()
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

/// How many processes of the group run.
pub(super) fn running(leader: u32) -> usize {
    let exists = pid(leader).is_some_and(|pid| test_kill_process_group(pid) != Err(Errno::SRCH));
    if exists { kin::running_in_group(leader) } else { 0 }
}

fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}
