//! The thread that reads what a subprocess says: whole lines, each of bounded length, and no more than a bounded amount.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::AsFd;
use std::process::{ChildStderr, ChildStdout};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use rustix::event::{PollFd, PollFlags, poll};

/// The longest line, in bytes.
pub const LONGEST_LINE: usize = 64 * 1024;

/// The most that a subprocess may say on either of its outputs, in bytes.
pub const MOST_OUTPUT: usize = 1024 * 1024;

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

/// Starts the thread. It ends when both outputs are closed, when the receiver is gone, or when the pipe it returns is
/// written to: a process that escaped from its group may keep the outputs open for ever.
pub(super) fn start(
    out: ChildStdout,
    err: ChildStderr,
    sender: Sender<Heard>,
) -> io::Result<(PipeWriter, JoinHandle<()>)> {
    let (woken, wake) = io::pipe()?;
    let reader = std::thread::Builder::new()
        .name("python-output".to_owned())
        .spawn(move || read(Source::new(Stream::Out, out), Source::new(Stream::Err, err), &woken, &sender))?;
    Ok((wake, reader))
}

fn read(mut out: Source<ChildStdout>, mut err: Source<ChildStderr>, woken: &PipeReader, sender: &Sender<Heard>) {
    let mut buffer = vec![0; 16 * 1024];
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
    total: usize,
}

impl<F: Read> Source<F> {
    fn new(stream: Stream, file: F) -> Self {
        Self { stream, file: Some(file), line: Vec::new(), total: 0 }
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
        self.total += count;
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
        if self.total > MOST_OUTPUT {
            tell(Heard::TooMuch(self.stream));
            return false;
        }
        true
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(bytes)).into_owned()
}
