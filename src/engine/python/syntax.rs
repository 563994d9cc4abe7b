//! Asking a Python whether it can parse some code. The code is compiled and never run.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::process::{Heard, Input, Launch, Process, Stream};

/// How long an answer may take.
pub const SYNTAX_LIMIT: Duration = Duration::from_secs(10);

/// Compiles each source that it gets as a line of JSON, and answers with a line for each.
const COMPILER: &str = r#"
import json, sys, warnings
warnings.simplefilter("ignore")
for line in sys.stdin:
    fault = None
    try:
        compile(json.loads(line), "lesson", "exec", dont_inherit=True)
    except SyntaxError as error:
        fault = {"line": error.lineno or 1, "column": error.offset or 1, "message": error.msg or "invalid syntax"}
    except (ValueError, OverflowError, MemoryError, RecursionError) as error:
        fault = {"line": 1, "column": 1, "message": str(error) or type(error).__name__}
    print("threadlab-syntax", json.dumps(fault), flush=True)
"#;

/// Why a Python cannot parse a source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SyntaxFault {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, counted in characters.
    pub column: usize,
    /// What Python says.
    pub message: String,
}

/// Lets `program` parse some sources, all in one contained process, in at most `limit`. One answer for each: `None` where it
/// can be parsed.
///
/// # Errors
/// When the program does not answer properly; a sentence without full stop.
pub fn check(program: &Path, sources: &[&str], limit: Duration) -> Result<Vec<Option<SyntaxFault>>, String> {
    let deadline = Instant::now() + limit;
    let launch = Launch::new(program, ["-I", "-S", "-c", COMPILER], Input::Lines);
    let mut process = Process::start(&launch).map_err(|error| format!("it could not be started: {error}"))?;
    sources.iter().map(|source| ask(&mut process, source, deadline)).collect()
}

fn ask(process: &mut Process, source: &str, deadline: Instant) -> Result<Option<SyntaxFault>, String> {
    let question = serde_json::to_string(source).map_err(|error| error.to_string())?;
    process.send(&question).map_err(|error| format!("it does not read what it is asked: {error}"))?;
    loop {
        match process.hear(deadline) {
            None => return Err("it did not answer in time".to_owned()),
            Some(Heard::Line(Stream::Out, line)) => {
                if let Some(answer) = line.strip_prefix("threadlab-syntax ") {
                    return serde_json::from_str(answer).map_err(|error| format!("its answer makes no sense: {error}"));
                }
            }
            Some(Heard::Line(Stream::Err, _) | Heard::HalfLine(..)) => {}
            Some(Heard::LongLine(_) | Heard::TooMuch(_)) => return Err("it says far too much".to_owned()),
            Some(Heard::Closed(_) | Heard::End) => return Err("it ended before it had answered".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_no_python_is_an_error_in_words() {
        let error = check(Path::new("/nowhere/python3"), &["1"], SYNTAX_LIMIT).expect_err("there is none");
        assert!(error.starts_with("it could not be started"), "{error}");
        let error = check(Path::new("/bin/true"), &["1"], SYNTAX_LIMIT).expect_err("it says nothing");
        assert!(
            error.contains("ended before") || error.contains("does not read") || error.contains("started"),
            "{error}"
        );
    }
}
