//! A subprocess that cannot outlive its owner, and whose output cannot flood it.
//!
//! It leads a group of its own, to which everything it starts belongs: a process group, or on Windows a job object. What leaves
//! a process group is found nevertheless (see `group::kin`). Dropping the owner kills them all, waits for the leader, and joins what
//! reads its output. When this program itself is killed, the
//! group is ended too: by its guard, or by the system with the job. Only this module starts programs.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

#[cfg_attr(windows, path = "process/job.rs")]
mod group;
mod reader;

#[cfg(windows)]
use crate::engine::process_stat::ProcessStat;
use group::Group;
use reader::{Allowance, Reader};
pub use reader::{Heard, LONGEST_LINE, MOST_OUTPUT, Stream};

/// Messages that wait to be read; then the reader waits, and with it the subprocess.
const CHANNEL_CAPACITY: usize = 256;

/// How often a program is tried whose file is being written.
const BUSY_ATTEMPTS: u32 = 20;

/// How long the killed members of a group are waited for. They can do nothing any more; only the system has to notice.
const DEATH: Duration = Duration::from_secs(2);

/// What to start.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The executable.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where it runs and where it keeps its temporary files; the current folder if `None`. It is removed when this program is
    /// killed and so cannot remove it itself, but not on Windows.
    pub folder: Option<PathBuf>,
    /// Memory that it and each process it starts may use, in bytes. Held on Windows only: elsewhere a program asks the system
    /// for such a limit itself, as the harness does.
    pub memory_limit: Option<u64>,
    /// Whether it gets a pipe for its input, or nothing at all.
    pub input: Input,
}

impl Launch {
    /// A program with its arguments, in the current folder.
    pub fn new<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a str>, input: Input) -> Self {
        let arguments = arguments.into_iter().map(OsString::from).collect();
        Self { program: program.to_owned(), arguments, folder: None, memory_limit: None, input }
    }
}

/// What a subprocess reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The lines that [`Process::send`] writes.
    Lines,
    /// Nothing.
    Nothing,
}

/// A running subprocess with its group.
#[derive(Debug)]
pub struct Process {
    child: Child,
    group: Group,
    input: Option<ChildStdin>,
    heard: Option<Receiver<Heard>>,
    allowance: Allowance,
    reader: Option<Reader>,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts it. It inherits no open file but its three pipes.
    ///
    /// # Errors
    /// When the system cannot start it, or gives no thread to read its output.
    pub fn start(launch: &Launch) -> io::Result<Self> {
        let mut command = command(&launch.program);
        command.args(&launch.arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(match launch.input {
            Input::Lines => Stdio::piped(),
            Input::Nothing => Stdio::null(),
        });
        if let Some(folder) = &launch.folder {
            command.current_dir(folder).envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, folder)));
        }
        let mark = group::lead(&mut command);
        let mut child = spawn(&mut command)?;
        let (out, err, input) = (child.stdout.take(), child.stderr.take(), child.stdin.take());
        let mut group = Group::of(&child, mark);
        if let Err(error) = group.hold(&mut child, launch) {
            group.end(&mut child);
            return Err(error);
        }
        let (sender, heard) = bounded(CHANNEL_CAPACITY);
        let allowance = Allowance::default();
        let started = match (out, err) {
            (Some(out), Some(err)) => Reader::start(out, err, &sender, &allowance),
            _ => Err(io::Error::other("it has no output")),
        };
        drop(sender);
        let mut process = Self { child, group, input, heard: Some(heard), allowance, reader: None, ended: None };
        // Otherwise the process is ended by dropping it.
        process.reader = Some(started?);
        Ok(process)
    }

    /// The process, which is also its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to its input. What it may say is counted from here anew: it may live long and answer much.
    ///
    /// # Errors
    /// When it does not read any more.
    pub fn send(&mut self, line: &str) -> io::Result<()> {
        self.allowance.renew();
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        input.write_all(&bytes)?;
        input.flush()
    }

    /// What it says next; `None` when it has said nothing until `deadline`.
    pub fn hear(&self, deadline: Instant) -> Option<Heard> {
        match self.heard.as_ref()?.recv_deadline(deadline) {
            Ok(heard) => Some(heard),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Heard::End),
        }
    }

    /// How many processes run that it started and that left its group; 0 where the system does not tell.
    pub fn strays(&mut self) -> usize {
        self.group.strays()
    }

    /// Whether the leader has ended.
    pub fn has_ended(&mut self) -> bool {
        self.ended.is_some() || group::has_ended(&mut self.child)
    }

    /// Kills the whole group and waits for its end. How the leader ended, if it had ended by itself before.
    pub fn end(&mut self) -> Option<ExitStatus> {
        if self.ended.is_some() {
            return self.ended;
        }
        // Asked before it is waited for: until then no other process can get its number.
        let by_itself = group::has_ended(&mut self.child);
        let status = self.group.end(&mut self.child);
        self.input = None;
        self.heard = None;
        if let Some(reader) = self.reader.take() {
            reader.end();
        }
        self.ended = status;
        status.filter(|_| by_itself)
    }

    /// Waits until it has ended by itself, at most until `deadline`. How it ended, if it did.
    pub fn wait(&mut self, deadline: Instant) -> Option<ExitStatus> {
        while !group::has_ended(&mut self.child) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            std::thread::sleep(left.min(Duration::from_millis(2)));
        }
        self.end()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts it; again after a moment where somebody still writes the program's file, as an installation under way does.
fn spawn(command: &mut Command) -> io::Result<Child> {
    let mut attempts = 0;
    loop {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && attempts < BUSY_ATTEMPTS => {
                attempts += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
}

#[cfg(unix)]
pub use group::{cpu_of_killed, is_held};

/// CPU time of killed processes is known to the system only while it tells of the living: on Windows nobody asks for it.
#[cfg(windows)]
pub fn cpu_of_killed() -> u64 {
    0
}

/// Whether a process belongs to a subprocess that is held now: on Windows nobody asks.
#[cfg(windows)]
pub fn is_held(_proc: &Path, _process: &ProcessStat) -> bool {
    false
}

/// How many processes of a group run (a dead one that nobody has waited for does not).
#[cfg(unix)]
pub fn running_in_group(leader: u32) -> usize {
    group::running(leader)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that starts programs")]
fn command(program: &Path) -> Command {
    Command::new(program)
}

/// How a process ended, in words that follow "it ended".
pub fn how_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            6 => "by aborting (signal 6)".to_owned(),
            9 => "killed (signal 9)".to_owned(),
            11 => "with a segmentation fault (signal 11)".to_owned(),
            signal => format!("by signal {signal}"),
        };
    }
    status.code().map_or_else(|| "for an unknown reason".to_owned(), |code| format!("with exit status {code}"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
