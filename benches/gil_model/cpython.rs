//! A CPython to compare with, in a process of its own.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::task::{Figures, Task};

/// A running interpreter. Ends when dropped.
pub(crate) struct CPython {
    child: Child,
    // `None` only while it is being dropped.
    tasks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Such as `3.11.7`.
    pub(crate) version: String,
}

impl CPython {
    /// The one named by `THREADLAB_PYTHON`, otherwise the first of the candidates that runs.
    pub(crate) fn find() -> Option<Self> {
        if let Some(path) = env::var_os("THREADLAB_PYTHON") {
            return Self::start(&path).inspect_err(|error| eprintln!("{}: {error}", path.display())).ok();
        }
        candidates().into_iter().find_map(|path| Self::start(&path).ok())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this comparison is with a real interpreter, and a bench is no part of the program"
    )]
    fn start(path: &OsString) -> io::Result<Self> {
        let mut child = Command::new(path)
            .args(["-I", "-S", "-c", include_str!("cpython.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(tasks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut python = Self { child, tasks: Some(tasks), answers: BufReader::new(answers), version: String::new() };
        let hello = python.line()?;
        let version = hello.strip_prefix("hello ").ok_or(io::ErrorKind::InvalidData)?;
        version.clone_into(&mut python.version);
        Ok(python)
    }

    /// Runs one task.
    pub(crate) fn run(&mut self, task: Task, seconds: f64) -> io::Result<Figures> {
        let tasks = self.tasks.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let (name, threads, value) = match task {
            Task::Compute { threads, interval_us } => ("compute", threads, f64::from(interval_us)),
            Task::Sleepers { threads, sleep_ms } => ("sleepers", threads, sleep_ms / 1000.0),
            Task::Convoy { computing, sleep_ms } => ("convoy", computing, sleep_ms / 1000.0),
        };
        writeln!(tasks, "{name} {threads} {seconds} {value}")?;
        tasks.flush()?;
        let line = self.line()?;
        let mut numbers = line.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(per_sec)), Some(Ok(other))) => Ok(Figures { per_sec, other }),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, line)),
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

impl Drop for CPython {
    fn drop(&mut self) {
        // The end of its input ends it; killing it as well does no harm.
        self.tasks = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// 3.11 first, which the figures in the documents are of: pyenv's, then what PATH has.
fn candidates() -> Vec<OsString> {
    let versions = env::home_dir().map(|home| home.join(".pyenv/versions"));
    let entries = versions.and_then(|versions| versions.read_dir().ok()).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("3.11."));
    let pyenv = found.into_iter().filter(named).map(|path| path.join("bin/python3").into_os_string());
    pyenv.chain(["python3.11", "python3.12", "python3"].map(OsString::from)).collect()
}
