//! Asking an executable which Python it is.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::discovery::is_bare;
use super::harness::quoted;
use super::process::{Heard, Input, Launch, Process, Stream, how_ended};
use super::version::Version;

/// How long an answer may take. A shim takes a third of a second, a cold disk some more.
pub const PROBE_LIMIT: Duration = Duration::from_secs(10);

/// The question: every Python from 2.7 on can parse it. It answers in UTF-8, whatever the system's encoding: that of Windows
/// lacks most letters that a path may have.
const QUESTION: &str = r#"
import sys
out = getattr(sys.stdout, "buffer", sys.stdout)
def say(text):
    out.write(text if isinstance(text, bytes) else text.encode("utf-8"))
say("threadlab-probe 1\n")
say("version %d.%d.%d\n" % tuple(sys.version_info[:3]))
if hasattr(sys, "implementation"):
    say("implementation %s\n" % sys.implementation.name)
elif "__pypy__" in sys.builtin_module_names:
    say("implementation pypy\n")
else:
    say("implementation cpython\n")
say("executable %s\n" % sys.executable)
free = False
if sys.version_info >= (3, 13):
    import sysconfig
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    say("gil %d\n" % sys._is_gil_enabled())
say("free-threaded %d\n" % free)
say("end\n")
"#;

/// What an executable said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its version.
    pub version: Version,
    /// `cpython` for CPython.
    pub implementation: String,
    /// Where it really is: shims are resolved.
    pub executable: PathBuf,
    /// Whether it was built without the GIL.
    pub free_threaded: bool,
    /// Whether the GIL is on when it starts.
    pub gil_enabled: bool,
}

/// Why an executable cannot be used, with what is known of it. [`std::fmt::Display`] gives the sentence, without full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Older than the harness needs.
    #[error("Python {0} is too old: Threadlab needs {oldest} or later", oldest = "3.8")]
    TooOld(Version),
    /// Another implementation.
    #[error("it is {0} and not CPython, whose threads Threadlab measures")]
    OtherImplementation(String),
    /// The system cannot start it.
    #[error("it could not be started: {0}")]
    NotStarted(String),
    /// It does not say what it is.
    #[error("it is no Python that works: it ended {how}{said}")]
    Broken {
        /// How it ended.
        how: String,
        /// Its last words, with their introduction, or nothing.
        said: String,
    },
    /// It says something else.
    #[error("it is no Python that works: asked for its version it said `{0}`")]
    Nonsense(String),
    /// It is silent.
    #[error("it did not answer within {0} s")]
    Silent(u64),
    /// Asking it would open a dialog (the stub of macOS) or a shop (that of Windows).
    #[error("it is a stand-in of the system that only offers to install Python")]
    StandIn,
}

/// Asks `program` what it is. Takes at most `limit`.
///
/// # Errors
/// When it cannot be started, does not answer, or answers what is no answer.
pub fn ask(program: &Path, limit: Duration) -> Result<Identity, Unfit> {
    let deadline = Instant::now() + limit;
    let launch = Launch::new(program, ["-E", "-s", "-S", "-c", QUESTION], Input::Nothing);
    let mut process = Process::start(&launch).map_err(|error| Unfit::NotStarted(why_not_started(program, &error)))?;
    let mut lines = Vec::new();
    let mut last = String::new();
    loop {
        let Some(heard) = process.hear(deadline) else { return Err(Unfit::Silent(limit.as_secs())) };
        match heard {
            Heard::Line(Stream::Out, line) => {
                if line == "end" {
                    return identity(&lines);
                }
                lines.push(line);
                if lines.len() > 64 {
                    return Err(nonsense(&lines));
                }
            }
            Heard::Line(Stream::Err, line) | Heard::HalfLine(_, line) => {
                if !line.trim().is_empty() {
                    last = line;
                }
            }
            Heard::Closed(_) => {}
            Heard::LongLine(_) | Heard::TooMuch(_) => return Err(nonsense(&lines)),
            Heard::End => break,
        }
    }
    let Some(status) = process.wait(deadline) else { return Err(Unfit::Silent(limit.as_secs())) };
    if status.success() && !lines.is_empty() {
        return Err(nonsense(&lines));
    }
    let said = if last.is_empty() { String::new() } else { format!(" and said `{}`", quoted(&last)) };
    Err(Unfit::Broken { how: how_ended(status), said })
}

/// Whether Threadlab can measure in it.
///
/// # Errors
/// When it is too old or no CPython.
pub fn check(identity: &Identity) -> Result<(), Unfit> {
    if identity.implementation != "cpython" {
        return Err(Unfit::OtherImplementation(identity.implementation.clone()));
    }
    if identity.version < Version::OLDEST {
        return Err(Unfit::TooOld(identity.version));
    }
    Ok(())
}

/// Why the system could not start it, as exactly as can be told.
fn why_not_started(program: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if is_bare(program) && Path::new(".").join(program).exists() => format!(
            "no folder of PATH has a program of that name; what is in the current folder is called `{}`",
            Path::new(".").join(program).display()
        ),
        io::ErrorKind::NotFound => match first_line(program) {
            Some(line) if line.starts_with("#!") => {
                format!("its first line names a program that is not there: `{}`", quoted(&line))
            }
            _ => error.to_string(),
        },
        io::ErrorKind::PermissionDenied if program.is_dir() => "it is a folder; name the program in it".to_owned(),
        _ => error.to_string(),
    }
}

/// The first line of a file, as far as the system reads it to find out what it is.
fn first_line(file: &Path) -> Option<String> {
    const READ_BY_THE_SYSTEM: u64 = 256;
    let mut start = Vec::new();
    fs::File::open(file).ok()?.take(READ_BY_THE_SYSTEM).read_to_end(&mut start).ok()?;
    let line = start.split(|byte| *byte == b'\n').next()?;
    Some(String::from_utf8_lossy(line).trim_end().to_owned())
}

fn nonsense(lines: &[String]) -> Unfit {
    Unfit::Nonsense(lines.first().map(|line| quoted(line)).unwrap_or_default())
}

/// Reads the answer.
fn identity(lines: &[String]) -> Result<Identity, Unfit> {
    let field = |name: &str| {
        lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).ok_or_else(|| nonsense(lines))
    };
    field("threadlab-probe")?;
    let free_threaded = field("free-threaded")? == "1";
    Ok(Identity {
        version: field("version")?.parse().map_err(|_error| nonsense(lines))?,
        implementation: field("implementation")?.to_owned(),
        executable: PathBuf::from(field("executable")?),
        free_threaded,
        // Before 3.13 there was nothing to switch.
        gil_enabled: field("gil").map_or(true, |gil| gil == "1"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_answer_is_read() {
        let old = "threadlab-probe 1\nversion 2.7.18\nimplementation cpython\nexecutable /a b/python\nfree-threaded 0";
        let old = identity(&lines(old)).expect("an answer");
        assert_eq!((old.version.major, old.gil_enabled, old.executable.to_str()), (2, true, Some("/a b/python")));
        assert_eq!(
            check(&old).map_err(|unfit| unfit.to_string()),
            Err("Python 2.7.18 is too old: Threadlab needs 3.8 or later".to_owned())
        );
        let new = "threadlab-probe 1\nversion 3.14.0\nimplementation cpython\nexecutable /p\ngil 0\nfree-threaded 1";
        let new = identity(&lines(new)).expect("an answer");
        assert!(new.free_threaded && !new.gil_enabled && check(&new).is_ok());
        let pypy = Identity { implementation: "pypy".to_owned(), ..new };
        assert!(matches!(check(&pypy), Err(Unfit::OtherImplementation(name)) if name == "pypy"));
    }

    #[test]
    fn other_words_are_nonsense() {
        assert_eq!(identity(&lines("Welcome!")), Err(Unfit::Nonsense("Welcome!".to_owned())));
        assert_eq!(identity(&[]), Err(Unfit::Nonsense(String::new())));
        let half = "threadlab-probe 1\nversion 3.x\nimplementation cpython\nexecutable /p\nfree-threaded 0";
        assert!(matches!(identity(&lines(half)), Err(Unfit::Nonsense(_))));
    }
}
