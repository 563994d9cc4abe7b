//! Who belongs to a subprocess, on Linux: its process group, and whatever carries its mark.
//!
//! A program leaves the group by beginning a session of its own, as daemons do and `subprocess.Popen(...,
//! start_new_session=True)`. The mark goes with it, since everything that a process starts inherits it. It is twofold: a variable of
//! the environment, there from the first instant; and a resource limit with a value that nobody else has, which stays with a
//! program that empties its environment, and which only a privileged one can raise.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, kill_process, pidfd_open, pidfd_send_signal, prlimit,
};

use super::Guard;
use crate::engine::process_stat::ProcessStat;

/// The variable with the tokens of whoever holds a process: this program's, and before it that of one in which this one runs.
const VARIABLE: &str = "THREADLAB_HELD";

/// The limit that is the other half of the mark: how long a process may compute with real-time priority without a pause, in
/// microseconds. Usually there is none, and one of tens of thousands of years is as good as none.
const LIMIT: Resource = Resource::Rttime;

/// How the line of `/proc/PID/limits` begins that tells of [`LIMIT`] (Linux, `lnames` in `fs/proc/base.c`).
const LIMIT_NAME: &str = "Max realtime timeout";

/// The smallest limit that is a mark; each is below its double.
const LEAST_LIMIT: u64 = 1 << 61;

/// The guard: a shell that waits for the end of its input. That comes when this program ends, however it ends, since nothing
/// else has the other side of the pipe. It shares nothing with the subprocess, which may hang, be stopped or never run Python at
/// all; nor is it of the group, which own code may stop or kill.
///
/// It kills the group, if the leader is still the process that was marked; then whatever carries the mark until nothing does; and
/// removes the folder that this program can no longer remove. Its arguments are the folder, the leader, the token, and the line
/// of `/proc/PID/limits`. The passes are bounded, since a process that hangs in the system cannot be killed.
const GUARD: &str = r#"trap '' HUP INT TERM
read -r end
cd /proc || exit
end_marked() {
    found=
    for file in $(grep -ls -e "$2" [0-9]*/"$1"); do
        id=${file%/*}
        read -r stat <"$id/stat" || continue
        case ${stat##*) } in
        [ZX]*) ;;
        *) kill -KILL "$id" && found=yes ;;
        esac
    done
    [ -n "$found" ]
}
if grep -qs -e "$3" "$2/environ"; then kill -KILL "-$2"; fi
pass=0
while [ "$pass" -lt 200 ]; do
    pass=$((pass + 1))
    end_marked limits "$4" || end_marked environ "$3" || break
done
if [ -n "$1" ]; then rm -rf -- "$1" || rm -rf -- "$1"; fi"#;

/// CPU time of processes that were killed and that nobody here could wait for, in the ticks of `/proc`: the system tells it of
/// them as long as they are there, and to whoever waits for them.
static UNWAITED_CPU: AtomicU64 = AtomicU64::new(0);

/// The marks of the subprocesses that are held now.
static HELD: Mutex<Vec<Mark>> = Mutex::new(Vec::new());

/// CPU time that processes killed with their leader had used, in the ticks of `/proc`; without the leaders, which are waited for.
pub fn cpu_of_killed() -> u64 {
    UNWAITED_CPU.load(Ordering::Relaxed)
}

/// Whether a process carries the mark of a subprocess that is held now. `proc` is the folder of that name.
pub fn is_held(proc: &Path, process: &ProcessStat) -> bool {
    // Copied, so that nobody has to wait while files are read.
    let marks = held().clone();
    marks.iter().any(|mark| mark.is_on(&proc.join(process.id.to_string()), process))
}

fn held() -> MutexGuard<'static, Vec<Mark>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many processes of a group run. The system keeps dead ones in the group until somebody waits for them.
pub(super) fn running_in_group(leader: u32) -> usize {
    all().filter(|process| process.runs && process.group == leader).count()
}

/// What a subprocess and all that it starts are known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Mark {
    token: String,
    limit: u64,
    /// The tick in which the first process that carries it was started: nothing older can carry it. 0 where it is unknown.
    since: u64,
}

impl Mark {
    /// Marks the environment of the process that `command` will start.
    pub(in super::super) fn put_on(command: &mut Command) -> Self {
        let token = format!("{:032x}", fastrand::u128(..));
        let mut tokens = std::env::var_os(VARIABLE).unwrap_or_default();
        if !tokens.is_empty() {
            tokens.push(":");
        }
        tokens.push(&token);
        command.env(VARIABLE, tokens);
        Self { token, limit: fastrand::u64(LEAST_LIMIT..2 * LEAST_LIMIT), since: 0 }
    }

    /// Marks the limits of a process that was started just now.
    fn put_on_limits_of(&self, process: u32) {
        let limit = Rlimit { current: Some(self.limit), maximum: Some(self.limit) };
        let Some(pid) = pid(process) else { return };
        if let Err(error) = prlimit(Some(pid), LIMIT, limit) {
            // Its environment is marked, and it may have ended already.
            tracing::debug!("process {process} is marked in its environment only: {error}");
        }
    }

    /// The line of `/proc/PID/limits`, as a regular expression.
    fn line_of_limits(&self) -> String {
        format!("^{LIMIT_NAME}  *{} ", self.limit)
    }

    fn is_on(&self, entry: &Path, process: &ProcessStat) -> bool {
        // The limits first: it can take for ever to read the environment of a process that hangs in the system.
        let limits = || fs::read_to_string(entry.join("limits")).is_ok_and(|limits| self.is_in_limits(&limits));
        let environment = || fs::read(entry.join("environ")).is_ok_and(|environ| self.is_in_environment(&environ));
        process.started >= self.since && (limits() || environment())
    }

    fn is_in_limits(&self, limits: &str) -> bool {
        let value = limits.lines().find_map(|line| line.strip_prefix(LIMIT_NAME)?.split_ascii_whitespace().next());
        value.is_some_and(|value| value.parse() == Ok(self.limit))
    }

    fn is_in_environment(&self, environ: &[u8]) -> bool {
        let value = |variable: &'_ [u8]| Some(variable.strip_prefix(VARIABLE.as_bytes())?.strip_prefix(b"=")?.to_vec());
        let tokens = environ.split(|&byte| byte == 0).find_map(value).unwrap_or_default();
        tokens.split(|&byte| byte == b':').any(|token| token == self.token.as_bytes())
    }
}

/// A leader with its group and all that carry its mark, as long as nobody has waited for the leader.
#[derive(Debug)]
pub(super) struct Kin {
    leader: u32,
    mark: Mark,
    /// Who was found not to be one of them, by number and start. Nobody becomes one later, so that it need not be asked again.
    strangers: BTreeSet<(u32, u64)>,
}

impl Kin {
    /// Those of a leader that was started just now.
    pub(super) fn of(leader: u32, mut mark: Mark) -> Self {
        mark.since = ProcessStat::read(&entry(leader)).map_or(0, |process| process.started);
        mark.put_on_limits_of(leader);
        held().push(mark.clone());
        Self { leader, mark, strangers: BTreeSet::new() }
    }

    /// What the shell runs that guards them.
    pub(super) fn guard(&self, folder: &Path) -> Guard {
        let arguments = [self.leader.to_string(), self.mark.token.clone(), self.mark.line_of_limits()];
        let arguments = std::iter::once(folder.into()).chain(arguments.map(OsString::from)).collect();
        Guard { script: GUARD, arguments, group: 0 }
    }

    /// How many of them run outside the group.
    pub(super) fn strays(&mut self) -> usize {
        let leader = self.leader;
        self.all().iter().filter(|process| process.runs && process.group != leader).count()
    }

    /// Notes what they have used, before they are killed.
    pub(super) fn note_cpu(&mut self) {
        // The leader is this program's child: its times come to this program when it waits for it.
        let own = std::process::id();
        let all = self.all();
        let others = all.iter().filter(|process| process.parent != own);
        UNWAITED_CPU.fetch_add(others.map(|process| process.used + process.of_children).sum(), Ordering::Relaxed);
    }

    /// Kills those that run, and says how many ran.
    pub(super) fn kill(&mut self) -> usize {
        let all = self.all();
        all.iter().filter(|process| process.runs).inspect(|process| self.kill_one(process.id)).count()
    }

    /// Kills the process with this number if it is one of them.
    fn kill_one(&self, id: u32) {
        let Some(pid) = pid(id) else { return };
        // A number may become a stranger's between the look and the blow: what is opened first stays with the process looked at.
        let opened = pidfd_open(pid, PidfdFlags::empty());
        if ProcessStat::read(&entry(id)).is_none_or(|process| !self.include(&process)) {
            return;
        }
        let killed = match opened {
            Ok(process) => pidfd_send_signal(process, Signal::KILL),
            // Linux before 5.3 cannot open it, and some sandboxes may not.
            Err(Errno::NOSYS | Errno::PERM) => kill_process(pid, Signal::KILL),
            Err(error) => Err(error),
        };
        if let Err(error) = killed
            && error != Errno::SRCH
        {
            tracing::error!("failed to end process {id}: {error}");
        }
    }

    fn include(&self, process: &ProcessStat) -> bool {
        process.group == self.leader || self.mark.is_on(&entry(process.id), process)
    }

    fn all(&mut self) -> Vec<ProcessStat> {
        let known = std::mem::take(&mut self.strangers);
        let (kin, strangers): (Vec<_>, Vec<_>) =
            all().partition(|process| !known.contains(&(process.id, process.started)) && self.include(process));
        self.strangers = strangers.iter().map(|process| (process.id, process.started)).collect();
        kin
    }
}

impl Drop for Kin {
    fn drop(&mut self) {
        held().retain(|mark| *mark != self.mark);
    }
}

fn all() -> impl Iterator<Item = ProcessStat> {
    ProcessStat::all(Path::new("/proc"))
}

fn entry(id: u32) -> PathBuf {
    Path::new("/proc").join(id.to_string())
}

fn pid(id: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(id).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixture::root;

    fn mark() -> Mark {
        Mark { token: "00ff".to_owned(), limit: 3_000_000_000_000_000_000, since: 500 }
    }

    #[track_caller]
    fn check(environ: &str, limit: &str, started: u64, expected: bool) {
        let limits = format!(
            "Limit                     Soft Limit           Hard Limit           Units     \n\
             Max realtime priority     0                    0                    \n\
             Max realtime timeout      {limit:<20} {limit:<20} us        \n"
        );
        let root = root(&[("environ", environ), ("limits", &limits)]);
        let process = ProcessStat { id: 12, parent: 1, group: 12, runs: true, used: 0, of_children: 0, started };
        assert_eq!(mark().is_on(root.path(), &process), expected, "{environ:?} {limit} {started}");
    }

    #[test]
    fn either_half_of_the_mark_is_enough_and_a_strangers_is_none() {
        check("", "3000000000000000000", 500, true);
        check("A=1\0THREADLAB_HELD=00ff\0B=2\0", "unlimited", 500, true);
        check("THREADLAB_HELD=aa:00ff", "unlimited", 500, true);
        check("THREADLAB_HELD=00ff:aa", "7", 500, true);
        check("A=1\0THREADLAB_HELD=00ff\0", "3000000000000000000", 499, false);
        check("", "unlimited", 500, false);
        check("THREADLAB_HELD=\0", "3000000000000000001", 500, false);
        check("THREADLAB_HELD=00ff00\0OTHER=00ff\0ATHREADLAB_HELD=00ff\0", "300000000000000000", 500, false);
    }

    #[test]
    fn the_guard_looks_for_what_the_system_prints() {
        let printed = "Max realtime timeout      3000000000000000000  3000000000000000000  us        ";
        let pattern = mark().line_of_limits();
        // Spaces are all that is repeated.
        let (name, number) = pattern.strip_prefix('^').and_then(|rest| rest.split_once("  *")).expect("both are in it");
        let rest = printed.strip_prefix(name).expect("the name comes first").trim_start();
        assert!(rest.starts_with(number), "{pattern}");
    }

    #[test]
    fn nobody_is_held_by_what_is_over() {
        let kin = Kin { leader: 0, mark: mark(), strangers: BTreeSet::new() };
        let mark = kin.mark.clone();
        held().push(mark.clone());
        assert!(held().contains(&mark));
        drop(kin);
        assert!(!held().contains(&mark));
    }
}
