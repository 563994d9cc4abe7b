//! Where own code is that does not come back: what the harness's lookout wrote, in words.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use super::HarnessError;
use crate::model::code::CodeFault;

/// How much earlier than the answer is given up the lookout writes, at most.
const AHEAD: Duration = Duration::from_secs(2);

/// The most that is read of a file, in bytes: the stacks of a hundred threads, a hundred calls deep, are longer only where
/// calls have long names.
const MOST_BYTES: u64 = 4 << 20;

/// How what a lookout writes begins (CPython, `format_timeout` in `Modules/faulthandler.c`).
const TIMEOUT: &str = "Timeout (";

/// How the stack of a thread begins, innermost call first.
const THREAD: &str = "Thread 0x";

/// How a call in the learner's own code is written; its line follows.
const OWN_CALL: &str = "  File \"<work>\", line ";

/// What stands in the place of more than a hundred threads.
const MORE_THREADS: &str = "...";

/// How many lines a message names beside the first.
const MOST_OTHERS: usize = 3;

/// What is most often the reason, and what to do.
const REMEDY: &str = "a loop without end or a lock that nobody gives back is the usual reason: let `work` do one unit of work \
                      and return, since Threadlab itself repeats the calls";

/// What is said where no line is known.
const NO_RETURN: &str = "a call of `work` that does not return is the usual reason: let it do one unit of work and return, \
                         since Threadlab itself repeats the calls";

/// When the lookout writes, where an answer is awaited for `limit`.
pub(super) fn look_after(limit: Duration) -> Duration {
    limit.saturating_sub((limit / 4).min(AHEAD))
}

/// The error with the place where the code was, if it did not come back. `folder` is where lookouts of request `id` write.
pub(super) fn explained(error: HarnessError, id: u64, source: &str, folder: &Path, after: Duration) -> HarnessError {
    let looked = looked(folder, id);
    let seconds = match error {
        HarnessError::NoAnswer { seconds, .. } => seconds,
        // Stacks that change while they are looked at can, rarely, end the interpreter.
        HarnessError::Ended { .. } | HarnessError::Closed { .. } if !looked.is_empty() => after.as_secs(),
        error => return error,
    };
    let lines = source.lines().count();
    let places = Places::of(&looked, lines);
    let hint = match places.fault(after.as_secs()) {
        Some(fault) => format!("; {fault}"),
        None => format!("; {NO_RETURN}"),
    };
    HarnessError::NoAnswer { seconds, hint }
}

/// What the lookouts wrote, each from its beginning. A worker process has one of its own.
fn looked(folder: &Path, id: u64) -> Vec<String> {
    let beginning = format!("stuck-{id}-");
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(&beginning));
    files
        .filter_map(|entry| {
            let mut bytes = Vec::new();
            // Not through a link that the code may have put there.
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            let file = is_file.then(|| File::open(entry.path()).ok())??;
            file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
            let text = String::from_utf8_lossy(&bytes);
            Some(text[text.rfind(TIMEOUT)?..].to_owned())
        })
        .collect()
}

/// How many threads were in which line of the learner's code.
#[derive(Debug, Default, PartialEq, Eq)]
struct Places {
    threads: BTreeMap<u32, usize>,
    /// Whether there were more threads than were written down.
    are_some: bool,
}

impl Places {
    /// Of what lookouts wrote, where the code has so many lines.
    fn of(looked: &[String], lines: usize) -> Self {
        let mut places = Self::default();
        for text in looked {
            let mut is_placed = true;
            for line in text.lines() {
                if line.starts_with(THREAD) {
                    is_placed = false;
                } else if line == MORE_THREADS {
                    places.are_some = true;
                } else if let Some(number) = own_line(line).filter(|number| (1..=lines).contains(number))
                    && !is_placed
                    && let Ok(number) = u32::try_from(number)
                {
                    is_placed = true;
                    *places.threads.entry(number).or_default() += 1;
                }
            }
        }
        places
    }

    /// The line with the most threads, and what to say of it and of the others.
    fn fault(&self, seconds: u64) -> Option<CodeFault> {
        let mut places: Vec<(u32, usize)> = self.threads.iter().map(|(line, threads)| (*line, *threads)).collect();
        // Stable: of lines with equally many, the first.
        places.sort_by_key(|(_, threads)| std::cmp::Reverse(*threads));
        let (&(line, threads), others) = places.split_first()?;
        let least = if self.are_some { "at least " } else { "" };
        let here = if threads == 1 { "1 thread was".to_owned() } else { format!("{threads} threads were") };
        let elsewhere = others.iter().take(MOST_OTHERS).map(|(line, threads)| format!(", {threads} in line {line}"));
        let elsewhere = elsewhere.collect::<Vec<_>>().concat();
        let further = if others.len() > MOST_OTHERS { ", and others elsewhere" } else { "" };
        let words = format!("after {seconds} s {least}{here} still here{elsewhere}{further}");
        Some(CodeFault { line, message: format!("{words}; {REMEDY}") })
    }
}

/// The line of a call in the learner's code, such as `  File "<work>", line 12 in work`.
fn own_line(call: &str) -> Option<usize> {
    let rest = call.strip_prefix(OWN_CALL)?;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLOCK: &str = "Timeout (0:00:02)!
Thread 0x00007fba61c566c0 (most recent call first):
  File \"<work>\", line 7 in take
  File \"<work>\", line 12 in work
  File \"/lib/python3.8/threading.py\", line 870 in run

Thread 0x00007fba624976c0 [Thread-1 (run)] (most recent call first):
  File \"/lib/python3.14/threading.py\", line 355 in wait
  File \"<work>\", line 5 in work

Thread 0x00007fba62c53b80 (most recent call first):
  File \"harness.py\", line 17 in <module>
";

    fn message(looked: &[&str], lines: usize) -> Option<String> {
        let looked: Vec<String> = looked.iter().map(|text| (*text).to_owned()).collect();
        Some(Places::of(&looked, lines).fault(60)?.to_string())
    }

    #[test]
    fn each_thread_is_where_its_innermost_call_of_own_code_is() {
        let told = message(&[DEADLOCK], 12).expect("two threads are there");
        assert!(
            told.starts_with(
                "line 5 of the code: after 60 s 1 thread was still here, 1 in line 7; a loop without end or a lock"
            ),
            "{told}"
        );
        let told =
            message(&[DEADLOCK, DEADLOCK, "Timeout (0:00:02)!\nThread 0x1 (…):\n  File \"<work>\", line 7 in f\n"], 12);
        assert!(told.is_some_and(|told| {
            told.contains("line 7 of the code: after 60 s 3 threads were still here, 2 in line 5;")
        }));
    }

    #[test]
    fn many_threads_and_many_lines_are_told_shortly() {
        let stack = |line| format!("Thread 0x{line} (…):\n  File \"<work>\", line {line} in work\n\n");
        let stacks = (1..=6).map(stack).collect::<Vec<_>>().concat();
        let told = message(&[&format!("{stacks}...\n")], 6).expect("they are there");
        let expected = "line 1 of the code: after 60 s at least 1 thread was still here, 1 in line 2, 1 in line 3, \
                        1 in line 4, and others elsewhere; ";
        assert!(told.starts_with(expected), "{told}");
    }

    #[test]
    fn what_cannot_be_is_not_told() {
        assert_eq!(message(&[], 12), None);
        assert_eq!(message(&["Timeout (0:00:02)!\n"], 12), None);
        // No such line, no number, no thread.
        assert_eq!(message(&["Thread 0x1 (…):\n  File \"<work>\", line 0 in work\n"], 12), None);
        assert_eq!(message(&["Thread 0x1 (…):\n  File \"<work>\", line 13 in work\n"], 12), None);
        assert_eq!(message(&["Thread 0x1 (…):\n  File \"<work>\", line -1 in work\n"], 12), None);
        assert_eq!(message(&["  File \"<work>\", line 1 in work\n"], 12), None);
        assert_eq!(message(&["Thread 0x1 (…):\n  File \"other\", line 1 in work\n"], 12), None);
    }

    #[test]
    fn the_lookout_comes_before_the_end() {
        assert_eq!(look_after(Duration::from_secs(62)), Duration::from_mins(1));
        assert_eq!(look_after(Duration::from_secs(4)), Duration::from_secs(3));
        assert_eq!(look_after(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn an_interpreter_that_ends_while_it_is_looked_at_did_not_answer() {
        let folder = tempfile::tempdir().expect("a folder");
        let ended =
            || HarnessError::Ended { how: "with a segmentation fault (signal 11)".to_owned(), said: String::new() };
        let explain = |error| explained(error, 3, "1\n2\n", folder.path(), Duration::from_mins(1));
        assert_eq!(explain(ended()), ended());
        fs::write(folder.path().join("stuck-2-main"), "Timeout (0:01:00)!\n").expect("written");
        assert_eq!(explain(ended()), ended());
        // What the code wrote to every descriptor stands before it.
        let text = "yyyTimeout (0:01:00)!\nThread 0x1 (most recent call first):\n  File \"<work>\", line 2 in work\n";
        fs::write(folder.path().join("stuck-3-main"), text).expect("written");
        let told = explain(ended()).to_string();
        let expected =
            "it did not answer within 60 s and was ended; line 2 of the code: after 60 s 1 thread was still here;";
        assert!(told.starts_with(expected), "{told}");
        assert_eq!(explain(HarnessError::Cancelled), HarnessError::Cancelled);
    }
}
