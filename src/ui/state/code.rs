//! The lesson's own code as the learner has edited it, what went wrong in it, and which code may run.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::State;
use crate::lesson::Lesson;
use crate::lesson::trust::{Fingerprint, Trust};
use crate::model::code::CodeFault;
use crate::ui::kept_file;

/// The file beside the session that remembers which texts the reader has agreed to.
pub const TRUST_FILE: &str = "trusted.txt";

/// The most bytes that are read of it.
const MOST_TRUST_BYTES: u64 = 1 << 20;

/// What the learner made of a lesson's code; kept with the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodeEdit {
    /// The code now.
    pub text: String,
    /// The text that the learner began with: the lesson's, or what the learner agreed to last.
    pub of: Fingerprint,
}

/// What went wrong in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultyCode {
    /// Where and what.
    pub fault: CodeFault,
    /// The text that ran.
    pub text: String,
}

/// The texts that were agreed to; none where there is no file that can be read.
pub fn read_trust(dir: Option<&Path>) -> Trust {
    let text = dir.and_then(|dir| kept_file::read(&dir.join(TRUST_FILE), MOST_TRUST_BYTES).ok());
    text.map(|text| Trust::parse(&text)).unwrap_or_default()
}

impl State {
    /// The code of a lesson as the learner has it.
    pub fn code_of<'a>(&'a self, lesson: &'a Lesson) -> Option<&'a str> {
        let edit = self.session.codes.get(&lesson.id).map(|edit| edit.text.as_str());
        lesson.work().map(|work| edit.unwrap_or(work))
    }

    /// Whether the learner has changed a lesson's code.
    pub fn is_code_edited(&self, lesson: &Lesson) -> bool {
        self.session.codes.get(&lesson.id).is_some_and(|edit| lesson.work() != Some(&edit.text))
    }

    /// What went wrong when a lesson's code ran as it stands now.
    pub fn code_fault(&self, lesson: &Lesson) -> Option<&CodeFault> {
        let faulty = self.code_faults.get(&lesson.id)?;
        (self.code_of(lesson) == Some(&faulty.text)).then_some(&faulty.fault)
    }

    /// The text of a lesson that must be trusted for its code to run: the one the learner began with.
    pub fn code_origin(&self, lesson: &Lesson) -> Option<Fingerprint> {
        let edited = self.session.codes.get(&lesson.id).map(|edit| edit.of.clone());
        edited.or_else(|| lesson.work().map(Fingerprint::of))
    }

    /// Whether a lesson's code may run.
    pub fn may_run_code(&self, lesson: &Lesson) -> bool {
        self.code_origin(lesson).is_some_and(|of| self.trust.covers(lesson, &of))
    }
}
