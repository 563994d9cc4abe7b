//! Which texts may run: Python of a lesson that did not come with the program runs only after the reader has seen it and agreed.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::{Lesson, Origin};

/// A text's SHA-256 in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
        Self(Sha256::digest(text.as_bytes()).iter().flat_map(digits).collect())
    }
}

/// The texts that the reader has agreed to, by their fingerprints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trust(BTreeSet<Fingerprint>);

impl Trust {
    /// Reads what [`Self::to_text`] wrote: a fingerprint a line. Other lines are no agreement.
    pub fn parse(text: &str) -> Self {
        let is_fingerprint = |line: &&str| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self(text.lines().map(str::trim).filter(is_fingerprint).map(|line| Fingerprint(line.to_lowercase())).collect())
    }

    /// A fingerprint a line.
    pub fn to_text(&self) -> String {
        self.0.iter().flat_map(|fingerprint| [fingerprint.0.as_str(), "\n"]).collect()
    }

    /// Notes that the reader has agreed.
    pub fn agree(&mut self, fingerprint: Fingerprint) {
        self.0.insert(fingerprint);
    }

    /// Whether the work of a lesson, or what the learner made of the text `of`, may run.
    pub fn covers(&self, lesson: &Lesson, of: &Fingerprint) -> bool {
        let came_with_the_program =
            lesson.origin == Origin::Bundled && lesson.work().is_some_and(|work| Fingerprint::of(work) == *of);
        came_with_the_program || self.0.contains(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_standard_one() {
        // FIPS 180-4, example of one block.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Fingerprint::of("abc").0, expected);
    }

    #[test]
    fn agreement_holds_for_that_text_only() {
        let source = "+++\nformat = 1\nid = \"x\"\ntitle = \"X\"\nminutes = 1\ngoals = [\"G.\"]\n[[experiment]]\nid = \"own\"\n\
                      title = \"Own\"\nworkload = \"code\"\nengines = [\"python-threads\"]\nthreads = { min = 1, max = 2 }\n+++\n\
                      ```python work\ndef work():\n    pass\n```\n";
        let of_file = Lesson::parse(source, Origin::File("x.md".into())).expect("a sound lesson");
        let work = Fingerprint::of(of_file.work().expect("a block"));
        let mut trust = Trust::default();
        assert!(!trust.covers(&of_file, &work));
        trust.agree(work.clone());
        assert!(trust.covers(&of_file, &work));
        assert!(!trust.covers(&of_file, &Fingerprint::of("other")));
        assert_eq!(Trust::parse(&format!("{}no fingerprint\n", trust.to_text())), trust);

        let bundled = Lesson { origin: Origin::Bundled, ..of_file };
        assert!(Trust::default().covers(&bundled, &work));
        assert!(!Trust::default().covers(&bundled, &Fingerprint::of("an edit of another lesson")));
    }
}
