//! The first program with threads: two that count to 4, started and joined; and what came of running it.

use serde::{Deserialize, Serialize};

use super::visible::visible;

/// Whether the threads pause between their lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pause {
    /// No: each prints as fast as it can.
    #[default]
    None,
    /// A sleep of a millisecond after each line, in which the other gets its turn.
    Millisecond,
}

/// The program, Python for every version that Threadlab measures in.
pub fn program(pause: Pause) -> String {
    let (import, sleep) = match pause {
        Pause::None => ("", ""),
        Pause::Millisecond => ("import time\n", "        time.sleep(0.001)\n"),
    };
    format!(
        "import threading\n{import}\n\ndef count():\n    for number in range(5):\n        print(number)\n{sleep}\n\n\
         first = threading.Thread(target=count, name=\"first\")\nsecond = threading.Thread(target=count, name=\"second\")\n\
         first.start()\nsecond.start()\nfirst.join()\nsecond.join()\nprint(\"both are done\")\n"
    )
}

/// A line that the program printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrintedLine {
    /// The name of the thread that printed it, such as `first`; `MainThread` for the program itself.
    pub thread: String,
    /// When, in milliseconds from the program's start.
    pub at_ms: f64,
    /// What it says.
    pub text: String,
}

/// What came of running a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// In the order printed.
    pub lines: Vec<PrintedLine>,
    /// How long the program took, in milliseconds.
    pub took_ms: f64,
    /// Whether the GIL was on.
    pub gil_enabled: bool,
}

impl Transcript {
    /// The same, with nothing in it that would change the display it is shown on.
    #[must_use]
    pub fn to_show(&self) -> Self {
        let shown = |line: &PrintedLine| PrintedLine {
            thread: visible(&line.thread),
            at_ms: line.at_ms,
            text: visible(&line.text),
        };
        Self { lines: self.lines.iter().map(shown).collect(), ..*self }
    }

    /// The threads that printed, in the order of their first lines.
    pub fn threads(&self) -> Vec<&str> {
        let mut threads: Vec<&str> = Vec::new();
        for line in &self.lines {
            if !threads.contains(&line.thread.as_str()) {
                threads.push(&line.thread);
            }
        }
        threads
    }

    /// How often the next line came from another thread than the one before.
    pub fn turns(&self) -> usize {
        self.lines.windows(2).filter(|pair| matches!(pair, [one, next] if one.thread != next.thread)).count()
    }

    /// What can be seen in it, in a sentence or two. It goes by the order of the lines: two may have been printed at one time.
    pub fn in_words(&self) -> String {
        let ends = |name: &str| {
            let mut places = (0..self.lines.len()).filter(|&place| self.lines[place].thread == name);
            let first = places.next()?;
            Some((first, places.next_back().unwrap_or(first)))
        };
        let Some(((first_begins, first_ends), (second_begins, second_ends))) = ends("first").zip(ends("second")) else {
            return "Not both threads have printed.".to_owned();
        };
        if first_ends < second_begins {
            "The first thread had printed all its lines before the second printed one. Nothing promises that order: another run \
             may mix them."
                .to_owned()
        } else if second_ends < first_begins {
            "The second thread had printed all its lines before the first printed one, although it was started later. Nothing \
             promises an order: another run may mix them."
                .to_owned()
        } else {
            "The lines of both threads are mixed: the one had not ended when the other printed. Another run may mix them in \
             another way."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(lines: &[(&str, f64)]) -> Transcript {
        let line = |(thread, at_ms): &(&str, f64)| PrintedLine {
            thread: (*thread).to_owned(),
            at_ms: *at_ms,
            text: "0".to_owned(),
        };
        Transcript { lines: lines.iter().map(line).collect(), took_ms: 9.0, gil_enabled: true }
    }

    #[test]
    fn the_program_starts_and_joins_two_threads() {
        for pause in [Pause::None, Pause::Millisecond] {
            let text = program(pause);
            for needed in ["first.start()", "second.start()", "first.join()", "second.join()", "range(5)"] {
                assert!(text.contains(needed), "{text}");
            }
            assert_eq!(text.contains("time.sleep(0.001)"), pause == Pause::Millisecond);
        }
    }

    #[test]
    fn what_is_shown_leaves_the_display_alone() {
        let mut printed = transcript(&[("\u{1b}]0;a", 0.1), ("second", 0.2)]);
        printed.lines[1].text = "1\u{202e}2".to_owned();
        let shown = printed.to_show();
        assert_eq!((shown.lines[0].thread.as_str(), shown.lines[1].text.as_str()), ("\\x1b]0;a", "1\\u202e2"));
        assert_eq!((shown.took_ms, shown.gil_enabled), (printed.took_ms, printed.gil_enabled));
    }

    #[test]
    fn what_is_seen_is_said() {
        let one_by_one = transcript(&[("first", 0.1), ("first", 0.2), ("second", 0.3), ("MainThread", 0.4)]);
        assert_eq!((one_by_one.threads(), one_by_one.turns()), (vec!["first", "second", "MainThread"], 2));
        assert!(one_by_one.in_words().contains("before the second"));
        let mixed = transcript(&[("first", 0.1), ("second", 0.2), ("first", 0.3)]);
        // Under the GIL they did not run at the same time, so that this must not be said.
        assert!(mixed.in_words().contains("mixed: the one had not ended when the other printed"));
        let other_way = transcript(&[("second", 0.1), ("second", 0.2), ("first", 0.3), ("MainThread", 0.4)]);
        assert!(other_way.in_words().starts_with("The second thread had printed all its lines before the first"));
        let at_one_time = transcript(&[("first", 0.1), ("first", 0.2), ("second", 0.2), ("MainThread", 0.2)]);
        assert!(at_one_time.in_words().starts_with("The first thread had printed all its lines before the second"));
        assert!(transcript(&[("first", 0.1)]).in_words().contains("Not both"));
    }
}
