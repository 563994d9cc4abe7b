//! Thread counts as a command line gives them.

use std::str::FromStr;

use crate::model::units::{ThreadCount, ThreadCountError};

/// Thread counts, ascending, without repeats, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadList(Vec<ThreadCount>);

/// Why a text is no list of thread counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThreadListError {
    /// A part is neither a number nor a range.
    #[error("`{0}` is no thread count: a number or a range such as 1-8 was expected")]
    NotANumber(String),
    /// A number is no thread count.
    #[error(transparent)]
    Impossible(#[from] ThreadCountError),
    /// A range runs backwards.
    #[error("the range `{0}` runs backwards: write the smaller count first")]
    Backwards(String),
}

impl ThreadList {
    /// The counts.
    pub fn counts(&self) -> &[ThreadCount] {
        &self.0
    }
}

impl FromStr for ThreadList {
    type Err = ThreadListError;

    /// Numbers and ranges, separated by commas: `1-8`, `1,2,4,8`, `1-4,8,16`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut counts = Vec::new();
        for part in text.split(',').map(str::trim) {
            let number = |word: &str| -> Result<ThreadCount, ThreadListError> {
                let not_a_number = || ThreadListError::NotANumber(part.to_owned());
                if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(not_a_number());
                }
                // Digits too many for usize are no thread count either.
                Ok(ThreadCount::new(word.parse().unwrap_or(usize::MAX))?)
            };
            match part.split_once('-') {
                None => counts.push(number(part)?),
                Some((low, high)) => {
                    let (low, high) = (number(low.trim())?, number(high.trim())?);
                    if low > high {
                        return Err(ThreadListError::Backwards(part.to_owned()));
                    }
                    counts.extend((low.get()..=high.get()).map(ThreadCount::clamped));
                }
            }
        }
        counts.sort_unstable();
        counts.dedup();
        Ok(Self(counts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[usize]) {
        let list: ThreadList = text.parse().expect("a list");
        let counts: Vec<usize> = list.counts().iter().map(|count| count.get()).collect();
        assert_eq!(counts, expected);
    }

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let error = text.parse::<ThreadList>().expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn numbers_and_ranges() {
        check("1-4", &[1, 2, 3, 4]);
        check("8, 1,2,2", &[1, 2, 8]);
        check("1-3,2-5,1024", &[1, 2, 3, 4, 5, 1024]);
    }

    #[test]
    fn everything_else_is_refused_with_the_reason() {
        check_refused("", "`` is no thread count");
        check_refused("1,,2", "`` is no thread count");
        check_refused("two", "`two`");
        check_refused("-3", "`-3`");
        check_refused("0", "0 is no thread count");
        check_refused("1-2000", "2000 is no thread count");
        check_refused("99999999999999999999999", "is no thread count");
        check_refused("8-1", "runs backwards");
        check_refused("1.5", "`1.5`");
    }
}
