//! A warm interpreter that runs the harness and answers requests.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::process::{Heard, Input, Launch, Process, Stream, how_ended};
use super::protocol::{self, Answer, FirstRequest, Hello, PROTOCOL, Point, Request, Work};
use super::version::Version;
use crate::engine::cancel::CancelFlag;
use crate::model::first_program::Transcript;
use crate::model::visible::visible;

mod error;
mod stuck;

pub use error::HarnessError;

/// The program that runs in the interpreter: one file, standard library only.
const HARNESS: &str = include_str!("../../../assets/python/harness.py");

/// How often a wait looks whether the run was stopped.
const LOOK: Duration = Duration::from_millis(40);

/// How long the rest of what a process said is awaited once it is known to have ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The most of an output line that a message quotes, in characters.
const QUOTED: usize = 200;

/// The most of the harness's own words that a message holds, in characters. The harness keeps them shorter.
const REFUSAL: usize = 500;

/// How an interpreter is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Settings {
    /// Its executable.
    pub program: PathBuf,
    /// The version it was found as.
    pub version: Version,
    /// Whether it was found to be built without the GIL.
    pub free_threaded: bool,
    /// Whether the GIL shall be on; only a free-threaded build can have it off.
    pub gil_enabled: bool,
    /// Whether it is kept off, whatever is imported; only of a free-threaded build.
    pub gil_forced_off: bool,
    /// Whether it sees the packages installed for it, NumPy among them. Without them it starts sooner.
    pub sees_packages: bool,
    /// Addresses it and each of its children may map, in bytes, beside what workers need; 0 for no limit.
    pub memory_limit: u64,
    /// How long it may take to start.
    pub start_limit: Duration,
    /// How long an answer may take beyond the time the request itself asks for.
    pub answer_limit: Duration,
}

impl Settings {
    /// 4 GiB, 30 s to start, 60 s beyond what a request asks for.
    pub fn new(program: PathBuf, version: Version, free_threaded: bool, gil_enabled: bool) -> Self {
        Self {
            program,
            version,
            free_threaded,
            gil_enabled,
            gil_forced_off: false,
            sees_packages: false,
            memory_limit: 4 << 30,
            start_limit: Duration::from_secs(30),
            answer_limit: Duration::from_mins(1),
        }
    }
}

/// A running harness. Its process group and its folder go when it is dropped.
#[derive(Debug)]
pub struct Harness {
    // Dropped before the folder.
    process: Process,
    hello: Hello,
    token: String,
    next_id: u64,
    has_leftover: bool,
    heard: LastWords,
    settings: Settings,
    folder: TempDir,
}

impl Harness {
    /// Starts one and waits until it says hello.
    ///
    /// # Errors
    /// When it cannot be started, is not what it was found as, or does not say hello; and when `cancel` is raised meanwhile.
    pub fn start(settings: &Settings, cancel: &CancelFlag) -> Result<Self, HarnessError> {
        let folder = private_folder().map_err(|error| HarnessError::Folder(error.to_string()))?;
        let file = folder.path().join("harness.py");
        fs::write(&file, HARNESS).map_err(|error| HarnessError::Folder(error.to_string()))?;
        let token = token();
        let launch = Launch {
            program: settings.program.clone(),
            arguments: arguments(settings, &file, &token),
            folder: Some(folder.path().to_owned()),
            memory_limit: Some(settings.memory_limit).filter(|bytes| *bytes > 0),
            input: Input::Lines,
        };
        let process = Process::start(&launch).map_err(|error| HarnessError::Start {
            path: settings.program.display().to_string(),
            error: error.to_string(),
        })?;
        let mut harness = Self {
            process,
            hello: Hello {
                protocol: PROTOCOL,
                version: String::new(),
                implementation: String::new(),
                free_threaded: settings.free_threaded,
                gil_enabled: settings.gil_enabled,
                pid: 0,
            },
            token,
            next_id: 1,
            has_leftover: false,
            heard: LastWords::default(),
            settings: settings.clone(),
            folder,
        };
        harness.hello = harness.await_hello(cancel)?;
        Ok(harness)
    }

    /// What it said of itself.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Whether the learner's code left threads or processes running in it, which would disturb what is measured next.
    pub fn has_leftover(&self) -> bool {
        self.has_leftover
    }

    /// Its process group.
    pub fn group(&self) -> u32 {
        self.process.id()
    }

    /// The private folder in which it runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sends a request, whose number it sets, and waits for its answer and for the end of its workers. `longest` is the time
    /// that the request itself asks for.
    ///
    /// After any error but [`HarnessError::Refused`] the interpreter has been ended, and this harness is of no more use.
    ///
    /// # Errors
    /// When no valid answer comes in time, and when `cancel` is raised meanwhile.
    pub fn ask(&mut self, mut request: Request, longest: Duration, cancel: &CancelFlag) -> Result<Point, HarnessError> {
        request.id = self.next_id;
        let limit = longest + self.settings.answer_limit;
        let look_after = stuck::look_after(limit);
        if let Work::Code { .. } = request.workload {
            request.look_after_s = Some(look_after.as_secs_f64());
        }
        let line = serde_json::to_string(&request).map_err(|error| HarnessError::Garbage(error.to_string()))?;
        let answer = self.request(&line, longest, cancel);
        if let Work::Code { .. } = request.workload {
            // What has left the process group is not seen by the harness.
            self.has_leftover |= self.process.strays() > 0;
        }
        let answer = answer.map_err(|error| match &request.workload {
            Work::Code { source } => stuck::explained(error, request.id, source, self.folder.path(), look_after),
            _ => error,
        });
        match answer? {
            Answer::Point(point) => self.accept(point).inspect_err(|_| {
                self.process.end();
            }),
            _ => Err(self.other_answer()),
        }
    }

    /// Runs a whole program, and tells what it printed.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn run_program(&mut self, source: &str, cancel: &CancelFlag) -> Result<Transcript, HarnessError> {
        let request = FirstRequest { id: self.next_id, op: "first", source: source.to_owned() };
        let line = serde_json::to_string(&request).map_err(|error| HarnessError::Garbage(error.to_string()))?;
        match self.request(&line, Duration::ZERO, cancel)? {
            Answer::Lines(lines) => Ok(lines.transcript),
            _ => Err(self.other_answer()),
        }
    }

    fn other_answer(&mut self) -> HarnessError {
        self.process.end();
        HarnessError::Garbage("it is the answer to another kind of request".to_owned())
    }

    /// Sends a request with the next number, and gives its answer.
    fn request(&mut self, line: &str, longest: Duration, cancel: &CancelFlag) -> Result<Answer, HarnessError> {
        let id = self.next_id;
        self.next_id += 1;
        let result = self.exchange(line, id, longest, cancel);
        match &result {
            Ok(_) | Err(HarnessError::Refused { .. }) => {}
            Err(_) => {
                self.process.end();
            }
        }
        result
    }

    fn exchange(
        &mut self,
        line: &str,
        expected: u64,
        longest: Duration,
        cancel: &CancelFlag,
    ) -> Result<Answer, HarnessError> {
        let limit = longest + self.settings.answer_limit;
        let deadline = Instant::now() + limit;
        let late = HarnessError::NoAnswer { seconds: limit.as_secs(), hint: String::new() };
        if self.process.send(line).is_err() {
            return Err(self.gone());
        }
        let mine = |id: Option<u64>| {
            let found = id.map_or_else(|| "none".to_owned(), |id| id.to_string());
            if id == Some(expected) { Ok(()) } else { Err(HarnessError::OtherRequest { expected, found }) }
        };
        let mut result = None;
        loop {
            match self.next_answer(deadline, cancel, &late)? {
                Answer::Error { id, message, line } => {
                    mine(id)?;
                    result = Some(Err(HarnessError::Refused { message: one_line(&message, REFUSAL), line }));
                }
                Answer::Done { id, leftover } => {
                    mine(id)?;
                    self.has_leftover |= leftover;
                    let nothing = || HarnessError::Garbage("`done` came before the answer".to_owned());
                    return result.unwrap_or_else(|| Err(nothing()));
                }
                Answer::Hello(_) => return Err(HarnessError::Garbage("it said hello twice".to_owned())),
                answer => {
                    mine(answer.id())?;
                    result = Some(Ok(answer));
                }
            }
        }
    }

    fn accept(&self, point: Point) -> Result<Point, HarnessError> {
        self.check_gil(point.gil_enabled)?;
        Ok(point)
    }

    fn check_gil(&self, now: bool) -> Result<(), HarnessError> {
        if now == self.settings.gil_enabled {
            return Ok(());
        }
        let word = |on| if on { "on" } else { "off" };
        if now && self.settings.free_threaded {
            return Err(HarnessError::GilCameBack);
        }
        Err(HarnessError::Gil { now: word(now), wanted: word(!now) })
    }

    fn await_hello(&mut self, cancel: &CancelFlag) -> Result<Hello, HarnessError> {
        let limit = self.settings.start_limit;
        let late = HarnessError::NoHello { seconds: limit.as_secs(), said: String::new() };
        let hello = match self.next_answer(Instant::now() + limit, cancel, &late) {
            Ok(Answer::Hello(hello)) => hello,
            Ok(_) => return Err(HarnessError::Garbage("its first words were not hello".to_owned())),
            Err(HarnessError::NoHello { seconds, .. }) => {
                return Err(HarnessError::NoHello { seconds, said: self.heard.said() });
            }
            Err(error) => return Err(error),
        };
        if hello.protocol != PROTOCOL {
            return Err(HarnessError::OtherProtocol(hello.protocol));
        }
        let expected = self.settings.version.to_string();
        let build = |free_threaded: bool| if free_threaded { " free-threaded" } else { "" };
        if hello.version != expected || hello.free_threaded != self.settings.free_threaded {
            return Err(HarnessError::OtherVersion {
                expected: format!("{expected}{}", build(self.settings.free_threaded)),
                found: format!("{}{}", hello.version, build(hello.free_threaded)),
            });
        }
        self.check_gil(hello.gil_enabled)?;
        Ok(hello)
    }

    /// The next message of the harness. What else the program says is remembered for error messages.
    fn next_answer(
        &mut self,
        deadline: Instant,
        cancel: &CancelFlag,
        late: &HarnessError,
    ) -> Result<Answer, HarnessError> {
        loop {
            if cancel.is_raised() {
                return Err(HarnessError::Cancelled);
            }
            let now = Instant::now();
            if now >= deadline {
                return Err(late.clone());
            }
            match self.process.hear(deadline.min(now + LOOK)) {
                // What it started may hold its output open, so that its end is not heard.
                None if self.process.has_ended() => return Err(self.gone()),
                None | Some(Heard::Closed(Stream::Err)) => {}
                Some(Heard::Line(Stream::Out, line)) => match line.strip_prefix(&self.token) {
                    Some(message) => {
                        return protocol::parse(message)
                            .map_err(|error| HarnessError::Garbage(format!("{error} (`{}`)", quoted(message))));
                    }
                    None => self.heard.note(line),
                },
                Some(Heard::HalfLine(Stream::Out, line)) if line.starts_with(&self.token) => {
                    return Err(HarnessError::HalfAnswer);
                }
                Some(Heard::Line(Stream::Err, line) | Heard::HalfLine(_, line)) => self.heard.note(line),
                Some(Heard::LongLine(_)) => return Err(HarnessError::TooMuchOutput("a line of more than 64 KiB")),
                Some(Heard::TooMuch(_)) => return Err(HarnessError::TooMuchOutput("1 MiB")),
                Some(Heard::Closed(Stream::Out) | Heard::End) => return Err(self.gone()),
            }
        }
    }

    /// No answer can come any more: what became of it?
    fn gone(&mut self) -> HarnessError {
        let until = Instant::now() + LAST_WORDS;
        while let Some(heard) = self.process.hear(until) {
            match heard {
                Heard::Line(_, line) | Heard::HalfLine(_, line) => self.heard.note(line),
                Heard::Closed(_) => {}
                Heard::End | Heard::LongLine(_) | Heard::TooMuch(_) => break,
            }
        }
        let status = self.process.wait(until);
        let said = self.heard.said();
        match status {
            Some(status) => HarnessError::Ended { how: how_ended(status), said },
            None => HarnessError::Closed { said },
        }
    }
}

/// The last lines that a program said.
#[derive(Debug, Default)]
struct LastWords {
    last: Option<String>,
}

impl LastWords {
    fn note(&mut self, line: String) {
        if !line.trim().is_empty() {
            self.last = Some(line);
        }
    }

    /// For the end of a message.
    fn said(&self) -> String {
        self.last.as_ref().map_or_else(String::new, |line| format!("; its last words were `{}`", quoted(line)))
    }
}

/// As much of a line as a message can hold, and nothing in it that changes the display.
pub(super) fn quoted(line: &str) -> String {
    one_line(line, QUOTED)
}

fn one_line(text: &str, most: usize) -> String {
    let printable = visible(text.replace(['\t', '\n', '\r'], " ").trim());
    match printable.char_indices().nth(most) {
        Some((end, _)) => format!("{} …", &printable[..end]),
        None => printable,
    }
}

fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("threadlab-python-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// What stands before each answer, so that nothing a program prints by chance is one.
fn token() -> String {
    let mut random = fastrand::Rng::new();
    format!("@{:016x} ", random.u64(..))
}

fn arguments(settings: &Settings, file: &Path, token: &str) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("-I")];
    if !settings.sees_packages {
        arguments.push("-S".into());
    }
    arguments.push("-B".into());
    // A build with the GIL ends at once where it is told to go without.
    match (settings.free_threaded, settings.gil_enabled, settings.gil_forced_off) {
        (true, true, _) => arguments.extend(["-X", "gil=1"].map(OsString::from)),
        (true, false, true) => arguments.extend(["-X", "gil=0"].map(OsString::from)),
        _ => {}
    }
    arguments.push(file.into());
    arguments.push(token.into());
    arguments.push(settings.memory_limit.to_string().into());
    arguments
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
