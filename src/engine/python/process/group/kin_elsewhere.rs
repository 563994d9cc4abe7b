//! Who belongs to a subprocess, where the system is not asked about processes: its process group.

use std::path::Path;
use std::process::Command;

use super::Guard;
use crate::engine::process_stat::ProcessStat;

/// The guard: a shell that waits for the end of its input. That comes when this program ends, however it ends, since nothing
/// else has the other side of the pipe. Then it removes the folder that this program can no longer remove, and kills the group
/// it belongs to, itself included. It shares nothing else with the subprocess, which may hang or never run Python at all.
const GUARD: &str = r#"trap '' HUP INT TERM
read -r end
if [ -n "$1" ]; then rm -rf -- "$1" || rm -rf -- "$1"; fi
kill -KILL 0"#;

/// CPU time of killed processes: nobody asks for it here.
pub fn cpu_of_killed() -> u64 {
    0
}

/// Whether a process belongs to a subprocess that is held now: nobody asks for it here.
pub fn is_held(_proc: &Path, _process: &ProcessStat) -> bool {
    false
}

/// How many processes of a group that exists run: one at least.
pub(super) fn running_in_group(_leader: u32) -> usize {
    1
}

/// What a subprocess and all that it starts would be known by.
#[derive(Debug)]
pub(in super::super) struct Mark;

impl Mark {
    /// The group alone is known.
    pub(in super::super) fn put_on(_command: &mut Command) -> Self {
        Self
    }
}

/// A leader with its group, as long as nobody has waited for the leader.
#[derive(Debug)]
pub(super) struct Kin {
    leader: u32,
}

#[expect(clippy::unused_self, reason = "the same calls as where the system is asked")]
impl Kin {
    /// Those of a leader that was started just now.
    pub(super) fn of(leader: u32, _mark: Mark) -> Self {
        Self { leader }
    }

    /// What the shell runs that guards them.
    pub(super) fn guard(&self, folder: &Path) -> Guard {
        // In their group, so that its number cannot become another's.
        let group = i32::try_from(self.leader).unwrap_or_default();
        Guard { script: GUARD, arguments: vec![folder.into()], group }
    }

    /// How many of them run outside the group: nobody knows.
    pub(super) fn strays(&mut self) -> usize {
        0
    }

    /// What they have used is not known.
    pub(super) fn note_cpu(&mut self) {}

    /// Kills none beside the group, which has been killed.
    pub(super) fn kill(&mut self) -> usize {
        0
    }
}
