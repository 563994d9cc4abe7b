//! What goes wrong in the learner's own code.

use std::fmt;

/// A fault in a line of the learner's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFault {
    /// The line, from 1.
    pub line: u32,
    /// What Python says, such as `ZeroDivisionError: division by zero`.
    pub message: String,
}

const BEFORE: &str = "line ";
const BETWEEN: &str = " of the code: ";

impl fmt::Display for CodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEFORE}{}{BETWEEN}{}", self.line, self.message)
    }
}

impl CodeFault {
    /// The fault that a longer message tells of, to its end, if it tells of one. Reads what [`fmt::Display`] writes.
    pub fn within(message: &str) -> Option<Self> {
        message.match_indices(BEFORE).find_map(|(at, _)| {
            let (line, message) = message[at + BEFORE.len()..].split_once(BETWEEN)?;
            Some(Self { line: line.parse().ok()?, message: message.trim_end_matches('.').to_owned() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_in_what_tells_of_it() {
        let fault = CodeFault { line: 12, message: "NameError: name 'x' is not defined".to_owned() };
        assert_eq!(fault.to_string(), "line 12 of the code: NameError: name 'x' is not defined");
        let told = format!("Python threads 3.11.7 at 2 threads: {fault}");
        assert_eq!(CodeFault::within(&told), Some(fault.clone()));
        assert_eq!(CodeFault::within(&format!("a line of the code before; {fault}.")), Some(fault));
        assert_eq!(CodeFault::within("its pipeline ended"), None);
        assert_eq!(CodeFault::within("line x of the code: y"), None);
    }
}
