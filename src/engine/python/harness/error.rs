//! Why a harness has no answer.

use crate::engine::python::protocol::PROTOCOL;
use crate::model::code::CodeFault;

/// Why a harness has no answer. Each is a sentence without full stop that follows the interpreter's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HarnessError {
    /// The run was stopped.
    #[error("the run was stopped")]
    Cancelled,
    /// The private folder could not be made or written.
    #[error("failed to write the harness to a private folder: {0}")]
    Folder(String),
    /// The system could not start the program.
    #[error("{path} could not be started: {error}")]
    Start {
        /// The program.
        path: String,
        /// The system's words.
        error: String,
    },
    /// It did not say hello in time.
    #[error("it said nothing that Threadlab understands within {seconds} s of its start{said}")]
    NoHello {
        /// The time it had.
        seconds: u64,
        /// What it said instead, with its introduction, or nothing.
        said: String,
    },
    /// It is another program than the one that was found.
    #[error("it was found as Python {expected}, but now says that it is {found}; look for interpreters again")]
    OtherVersion {
        /// What it was found as.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The harness is of another program version.
    #[error("its harness speaks protocol {0} and not {PROTOCOL}")]
    OtherProtocol(u32),
    /// The GIL is not as asked for.
    #[error("the GIL is {now} although it was to be {wanted}")]
    Gil {
        /// "on" or "off".
        now: &'static str,
        /// "on" or "off".
        wanted: &'static str,
    },
    /// A free-threaded build that was started without the GIL has it on.
    #[error(
        "the GIL is on although it was to be off; an imported extension module that is not marked as free of the GIL switches it on again"
    )]
    GilCameBack,
    /// It ended in the middle.
    #[error("it ended {how}{said}")]
    Ended {
        /// How, in words.
        how: String,
        /// Its last words, with their introduction, or nothing.
        said: String,
    },
    /// It closed its output and goes on.
    #[error("it closed its output, so that no answer can come{said}")]
    Closed {
        /// Its last words, with their introduction, or nothing.
        said: String,
    },
    /// The answer did not come in time.
    #[error("it did not answer within {seconds} s and was ended{hint}")]
    NoAnswer {
        /// The time it had.
        seconds: u64,
        /// Where the learner's code was, or what may be the reason, with its introduction; or nothing.
        hint: String,
    },
    /// The answer cannot be read.
    #[error("it sent what is no answer: {0}")]
    Garbage(String),
    /// The answer broke off.
    #[error("it broke off in the middle of an answer")]
    HalfAnswer,
    /// The answer is another request's.
    #[error("it answered request {found} when {expected} was asked")]
    OtherRequest {
        /// The number asked.
        expected: u64,
        /// The number answered, or "none".
        found: String,
    },
    /// It printed without end.
    #[error("it printed more than Threadlab takes ({0}) and was ended")]
    TooMuchOutput(&'static str),
    /// The harness says that it cannot do it; it is ready for the next request.
    #[error("{}", refusal(message, *line))]
    Refused {
        /// Its words.
        message: String,
        /// The line of the learner's own code that failed, from 1.
        line: Option<u32>,
    },
}

fn refusal(message: &str, line: Option<u32>) -> String {
    match line {
        Some(line) => CodeFault { line, message: message.to_owned() }.to_string(),
        None => message.to_owned(),
    }
}
