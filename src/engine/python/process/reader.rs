//! What reads the outputs of a subprocess: whole lines, each of bounded length, and no more than a bounded amount.
//!
//! On Unix it is one thread that waits for both; on Windows, where pipes cannot be waited for, one for each.

use std::io::{self, Read};
use std::process::{ChildStderr, ChildStdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

/// The longest line, in bytes.
pub const LONGEST_LINE: usize = 64 * 1024;

/// The most that a subprocess may say on its outputs together until it is sent another line, in bytes.
pub const MOST_OUTPUT: usize = 1024 * 1024;

/// How much is read at once, in bytes.
const BUFFER: usize = 16 * 1024;

/// Which output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What was heard from a subprocess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A whole line, without its end. Bytes that are no UTF-8 are replaced.
    Line(Stream, String),
    /// What came after the last line's end when the output was closed.
    HalfLine(Stream, String),
    /// A line longer than [`LONGEST_LINE`]. Nothing more is read.
    LongLine(Stream),
    /// More than [`MOST_OUTPUT`]. Nothing more is read.
    TooMuch(Stream),
    /// The output was closed.
    Closed(Stream),
    /// Nothing more will be heard.
    End,
}

/// How much a subprocess has said since it was last sent something.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    /// It may say as much again.
    pub(super) fn renew(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether so much more is still allowed.
    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= MOST_OUTPUT
    }
}

/// The threads that read.
#[derive(Debug)]
pub(super) struct Reader {
    threads: Vec<JoinHandle<()>>,
    #[cfg(unix)]
    wake: io::PipeWriter,
}

impl Reader {
    /// Starts them. They end when the outputs are closed and when nobody listens.
    pub(super) fn start(
        out: ChildStdout,
        err: ChildStderr,
        sender: &Sender<Heard>,
        allowance: &Allowance,
    ) -> io::Result<Self> {
        let out = Source::new(Stream::Out, out, allowance);
        let err = Source::new(Stream::Err, err, allowance);
        Self::start_threads(out, err, sender)
    }

    /// One thread. It ends also when it is woken: a process that escaped from its group may keep the outputs open for ever.
    #[cfg(unix)]
    fn start_threads(out: Source<ChildStdout>, err: Source<ChildStderr>, sender: &Sender<Heard>) -> io::Result<Self> {
        let (woken, wake) = io::pipe()?;
        let sender = sender.clone();
        let reader = std::thread::Builder::new()
            .name("python-output".to_owned())
            .spawn(move || read_both(out, err, &woken, &sender))?;
        Ok(Self { threads: vec![reader], wake })
    }

    /// A thread for each. Nothing escapes from a job, so that both outputs are closed with it.
    #[cfg(windows)]
    fn start_threads(
        mut out: Source<ChildStdout>,
        mut err: Source<ChildStderr>,
        sender: &Sender<Heard>,
    ) -> io::Result<Self> {
        let to_out = sender.clone();
        let out = std::thread::Builder::new()
            .name("python-output".to_owned())
            .spawn(move || out.take_in_all(|heard| to_out.send(heard).is_ok()))?;
        let to_err = sender.clone();
        let err = std::thread::Builder::new()
            .name("python-errors".to_owned())
            .spawn(move || err.take_in_all(|heard| to_err.send(heard).is_ok()))?;
        Ok(Self { threads: vec![out, err] })
    }

    /// Ends them, once nobody listens any more and the subprocess has ended.
    pub(super) fn end(self) {
        #[cfg(unix)]
        {
            let mut wake = self.wake;
            // It fails only if the reader has ended already.
            let _ = io::Write::write_all(&mut wake, b"!");
        }
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a reader of a subprocess panicked");
            }
        }
    }
}

#[cfg(unix)]
fn read_both(
    mut out: Source<ChildStdout>,
    mut err: Source<ChildStderr>,
    woken: &io::PipeReader,
    sender: &Sender<Heard>,
) {
    use std::os::fd::AsFd;

    use rustix::event::{PollFd, PollFlags, poll};

    let mut buffer = vec![0; BUFFER];
    while out.file.is_some() || err.file.is_some() {
        let mut ready = [false; 2];
        {
            let mut polled = vec![PollFd::new(woken, PollFlags::IN)];
            let mut which = Vec::with_capacity(2);
            if let Some(file) = &out.file {
                polled.push(PollFd::from_borrowed_fd(file.as_fd(), PollFlags::IN));
                which.push(0);
            }
            if let Some(file) = &err.file {
                polled.push(PollFd::from_borrowed_fd(file.as_fd(), PollFlags::IN));
                which.push(1);
            }
            match poll(&mut polled, None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => {
                    tracing::error!("failed to wait for a subprocess: {error}");
                    return;
                }
            }
            let mut polled = polled.iter();
            if polled.next().is_some_and(|woken| !woken.revents().is_empty()) {
                return;
            }
            for (index, fd) in which.into_iter().zip(polled) {
                ready[index] = !fd.revents().is_empty();
            }
        }
        let told = |heard| sender.send(heard).is_ok();
        let listens = (!ready[0] || out.take_in(&mut buffer, told)) && (!ready[1] || err.take_in(&mut buffer, told));
        if !listens {
            return;
        }
    }
}

/// One output with what has come of its present line.
struct Source<F> {
    stream: Stream,
    file: Option<F>,
    line: Vec<u8>,
    allowance: Allowance,
}

impl<F: Read> Source<F> {
    fn new(stream: Stream, file: F, allowance: &Allowance) -> Self {
        Self { stream, file: Some(file), line: Vec::new(), allowance: allowance.clone() }
    }

    /// Reads to the end.
    #[cfg(windows)]
    fn take_in_all(&mut self, tell: impl Fn(Heard) -> bool) {
        let mut buffer = vec![0; BUFFER];
        while self.file.is_some() && self.take_in(&mut buffer, &tell) {}
    }

    /// Reads once, which does not block where there is something to read. Whether anybody listens.
    fn take_in(&mut self, buffer: &mut [u8], tell: impl Fn(Heard) -> bool) -> bool {
        let Some(file) = &mut self.file else { return true };
        let count = match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return true,
            // An output that cannot be read is as good as closed.
            Ok(0) | Err(_) => {
                self.file = None;
                let half = std::mem::take(&mut self.line);
                let listens = half.is_empty() || tell(Heard::HalfLine(self.stream, lossy(&half)));
                return listens && tell(Heard::Closed(self.stream));
            }
            Ok(count) => count,
        };
        let is_allowed = self.allowance.take(count);
        for part in buffer[..count].split_inclusive(|&byte| byte == b'\n') {
            match part.strip_suffix(b"\n") {
                Some(end) => {
                    self.line.extend_from_slice(end);
                    let line = std::mem::take(&mut self.line);
                    if !tell(Heard::Line(self.stream, lossy(&line))) {
                        return false;
                    }
                }
                None => self.line.extend_from_slice(part),
            }
        }
        if self.line.len() > LONGEST_LINE {
            tell(Heard::LongLine(self.stream));
            return false;
        }
        if !is_allowed {
            tell(Heard::TooMuch(self.stream));
            return false;
        }
        true
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(bytes)).into_owned()
}
