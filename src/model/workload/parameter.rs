//! What the learner can set of a workload, and how files and command lines write it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the learner can set: a number with a slider, or one of a few choices.
///
/// The value of a choice is its index; files and command lines write its word, see [`ParameterValue`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// The word in lesson files and results; it ends in the unit where there is one.
    pub id: &'static str,
    /// The slider's label.
    pub label: &'static str,
    /// The unit shown after the number, or "".
    pub unit: &'static str,
    /// The least value allowed.
    pub min: f64,
    /// The greatest value allowed.
    pub max: f64,
    /// The value where a lesson sets none.
    pub default: f64,
    /// The distance between two values; 0 for none.
    pub step: f64,
    /// Whether the slider is logarithmic.
    pub scale: SliderScale,
    /// What there is to choose from; empty for a number.
    pub choices: &'static [Choice],
    /// One sentence for the tooltip.
    pub help: &'static str,
}

/// One of the things a parameter lets choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The word in lesson files, on the command line and in results.
    pub id: &'static str,
    /// What a reader sees.
    pub label: &'static str,
}

/// A parameter's value as files and command lines write it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number or a word was expected")]
pub enum ParameterValue {
    /// For a parameter that is a number.
    Number(f64),
    /// For a parameter that is a choice: the choice's id.
    Word(String),
}

impl Parameter {
    /// A parameter that is a choice; the first one is the default.
    #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
    pub const fn choice(id: &'static str, label: &'static str, choices: &'static [Choice], help: &'static str) -> Self {
        let max = choices.len().saturating_sub(1) as f64;
        Self { id, label, unit: "", min: 0.0, max, default: 0.0, step: 1.0, scale: SliderScale::Linear, choices, help }
    }

    /// A number whose slider is logarithmic, with its least and greatest value and its default.
    pub const fn logarithmic(
        id: &'static str,
        label: &'static str,
        unit: &'static str,
        [min, max, default]: [f64; 3],
        help: &'static str,
    ) -> Self {
        Self { id, label, unit, min, max, default, step: 0.0, scale: SliderScale::Logarithmic, choices: &[], help }
    }

    /// The same, with a distance between two values.
    #[must_use]
    pub const fn in_steps_of(self, step: f64) -> Self {
        Self { step, ..self }
    }

    /// A number whose slider is linear, with its least and greatest value, its default and its step.
    pub const fn linear(
        id: &'static str,
        label: &'static str,
        unit: &'static str,
        [min, max, default, step]: [f64; 4],
        help: &'static str,
    ) -> Self {
        Self { id, label, unit, min, max, default, step, scale: SliderScale::Linear, choices: &[], help }
    }

    /// Whether it is a part of a whole, 0 to 1, which can be shown as a percentage.
    pub fn is_share(&self) -> bool {
        self.choices.is_empty()
            && self.unit.is_empty()
            && self.min.abs() < f64::EPSILON
            && (self.max - 1.0).abs() < f64::EPSILON
    }

    /// The choice that a value stands for; `None` for a number, or for a value that is the index of no choice.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a small whole number")]
    pub fn chosen(&self, value: f64) -> Option<&'static Choice> {
        let is_index = (0.0..1e6).contains(&value) && value.fract().abs() < f64::EPSILON;
        is_index.then(|| self.choices.get(value as usize)).flatten()
    }

    /// The value as files write it.
    pub fn written(&self, value: f64) -> ParameterValue {
        self.chosen(value).map_or(ParameterValue::Number(value), |choice| ParameterValue::Word(choice.id.to_owned()))
    }

    /// The value that a file or a command line means.
    ///
    /// # Errors
    /// When it is out of range, no choice, or a number where a word is needed or the other way round.
    pub fn read(&self, value: &ParameterValue) -> Result<f64, ParameterError> {
        match value {
            ParameterValue::Number(value) if self.choices.is_empty() => {
                if (self.min..=self.max).contains(value) {
                    Ok(*value)
                } else {
                    let (name, value, min, max) = (self.id, *value, self.min, self.max);
                    Err(ParameterError::OutOfRange { name, value, min, max })
                }
            }
            ParameterValue::Word(word) if self.choices.is_empty() => {
                Err(ParameterError::NoNumber { name: self.id, word: word.clone() })
            }
            value => {
                let index = match value {
                    ParameterValue::Word(word) => self.choices.iter().position(|choice| choice.id == word),
                    ParameterValue::Number(_) => None,
                };
                #[expect(clippy::cast_precision_loss, reason = "a handful of choices")]
                index.map(|index| index as f64).ok_or_else(|| ParameterError::NoChoice {
                    name: self.id,
                    value: value.to_string(),
                    known: listed(self.choices.iter().map(|choice| choice.id)),
                })
            }
        }
    }
}

impl From<f64> for ParameterValue {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for ParameterValue {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

/// As a command line writes it: the number or the bare word.
impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// Words with their quotes, for messages.
pub(super) fn listed(words: impl Iterator<Item = &'static str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// How a slider's way maps to its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliderScale {
    /// Equal ways, equal differences.
    Linear,
    /// Equal ways, equal ratios.
    Logarithmic,
}

/// Why a parameter cannot be set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// The workload has no parameter of that name.
    #[error("workload `{workload}` has no parameter `{name}`; it has {known}")]
    Unknown {
        /// The workload's id.
        workload: &'static str,
        /// The name given.
        name: String,
        /// The names that exist, for the message.
        known: String,
    },
    /// The value is outside the parameter's range, or no number.
    #[error("`{name} = {value}` is outside its range {min} to {max}")]
    OutOfRange {
        /// The parameter's id.
        name: &'static str,
        /// The value given.
        value: f64,
        /// The least allowed.
        min: f64,
        /// The greatest allowed.
        max: f64,
    },
    /// A word stands where a number is needed.
    #[error("`{name}` is a number, and `{word}` is none")]
    NoNumber {
        /// The parameter's id.
        name: &'static str,
        /// The word given.
        word: String,
    },
    /// The parameter is a choice, and this is none of its words.
    #[error("`{name}` cannot be `{value}`; it is one of {known}")]
    NoChoice {
        /// The parameter's id.
        name: &'static str,
        /// The word or number given.
        value: String,
        /// The words that exist, for the message.
        known: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::CODE;
    use crate::model::workload::table::WAIT_MS;

    #[track_caller]
    fn check(parameter: &Parameter, value: impl Into<ParameterValue>, expected: Result<f64, &str>) {
        let read = parameter.read(&value.into()).map_err(|error| error.to_string());
        assert_eq!(read, expected.map_err(str::to_owned));
        if let Ok(read) = read {
            assert_eq!(parameter.read(&parameter.written(read)), Ok(read), "what is written reads back");
        }
    }

    #[test]
    fn choices_are_words_and_numbers_are_numbers() {
        check(&CODE, "plain", Ok(0.0));
        check(&CODE, "call", Ok(1.0));
        check(&CODE, "cal", Err("`code` cannot be `cal`; it is one of `plain`, `call`"));
        check(&CODE, 1.0, Err("`code` cannot be `1`; it is one of `plain`, `call`"));
        check(&WAIT_MS, 7.5, Ok(7.5));
        check(&WAIT_MS, 0.1, Err("`wait_ms = 0.1` is outside its range 0.5 to 1000"));
        check(&WAIT_MS, "ten", Err("`wait_ms` is a number, and `ten` is none"));
    }

    #[test]
    fn only_the_index_of_a_choice_is_one() {
        for (value, expected) in [(0.0, Some("plain")), (1.0, Some("call")), (2.0, None), (0.5, None), (-1.0, None)] {
            assert_eq!(CODE.chosen(value).map(|choice| choice.id), expected, "{value}");
        }
        assert_eq!(CODE.chosen(f64::NAN), None);
        assert_eq!(WAIT_MS.chosen(0.0), None);
    }

    #[test]
    fn values_are_written_as_a_number_or_a_word() {
        let words = [(CODE.written(1.0), r#""call""#), (WAIT_MS.written(7.5), "7.5")];
        for (value, text) in words {
            assert_eq!(serde_json::to_string(&value).expect("it is plain"), text);
            assert_eq!(serde_json::from_str::<ParameterValue>(text).expect("it reads back"), value);
        }
        let error = serde_json::from_str::<ParameterValue>("[1]").expect_err("a list");
        assert!(error.to_string().contains("a number or a word was expected"), "{error}");
    }
}
