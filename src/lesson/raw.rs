//! The first step: front matter as it stands, each value with its place. Types and field names are checked here, what
//! the values mean is checked in [`super::check`].
//!
//! It reads TOML's tables rather than deriving from serde, since a serde error ends the reading: here every wrong field
//! of a file is found at once.

use std::ops::Range;

use toml::de::DeTable;

use super::diagnostic::Diagnostic;
use crate::model::workload::ParameterValue;

mod fields;
mod reader;

#[cfg(test)]
pub(super) use fields::names as field_names;
use reader::Reader;

/// A value with its place in the file.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// What was found under a field's name.
#[derive(Debug, Clone)]
pub(super) enum Field<T> {
    /// Nothing; an error is reported already where the field is required.
    Absent,
    /// Something unusable; an error is reported already.
    Wrong,
    /// A value of the right type.
    Given(Placed<T>),
}

impl<T> Field<T> {
    pub(super) fn given(self) -> Option<Placed<T>> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Wrong => None,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// A number, or an expression in quotes.
#[derive(Debug, Clone)]
pub(super) enum RawAmount {
    Number(f64),
    Text(String),
}

/// The whole front matter.
pub(super) struct RawLesson {
    pub(super) format: Field<i64>,
    pub(super) id: Field<String>,
    pub(super) title: Field<String>,
    pub(super) minutes: Field<i64>,
    pub(super) goals: Field<Vec<Placed<String>>>,
    pub(super) experiments: Field<Vec<RawExperiment>>,
    pub(super) questions: Vec<Placed<RawQuestion>>,
}

impl RawLesson {
    /// The ids of the experiments, as far as they have one; `None` where there are no experiments to link to.
    pub(super) fn experiment_ids(&self) -> Option<Vec<String>> {
        match &self.experiments {
            Field::Given(experiments) if !experiments.value.is_empty() => {
                let ids = experiments.value.iter().filter_map(|experiment| experiment.id.clone().given());
                Some(ids.map(|id| id.value).collect())
            }
            Field::Given(_) | Field::Absent | Field::Wrong => None,
        }
    }
}

/// One `[[experiment]]`.
pub(super) struct RawExperiment {
    pub(super) id: Field<String>,
    pub(super) title: Field<String>,
    pub(super) workload: Field<String>,
    pub(super) parameters: Vec<(Placed<String>, Placed<ParameterValue>)>,
    pub(super) engines: Field<Vec<Placed<String>>>,
    pub(super) threads: Field<RawRange>,
    pub(super) metric: Field<String>,
    pub(super) group: Field<String>,
    pub(super) claims: Vec<RawClaim>,
}

/// `threads = { min, max }`.
#[derive(Debug, Clone)]
pub(super) struct RawRange {
    pub(super) min: Field<RawAmount>,
    pub(super) max: Field<RawAmount>,
}

/// One `[[experiment.claim]]`.
pub(super) struct RawClaim {
    pub(super) id: Field<String>,
    pub(super) text: Field<String>,
    pub(super) check: Field<RawCheck>,
}

/// `check = { … }`.
#[derive(Debug, Clone)]
pub(super) struct RawCheck {
    pub(super) quantity: Field<String>,
    pub(super) engine: Field<String>,
    pub(super) over: Field<String>,
    pub(super) threads: Field<RawAmount>,
    pub(super) from: Field<RawAmount>,
    pub(super) to: Field<RawAmount>,
    pub(super) at_least: Field<RawAmount>,
    pub(super) at_most: Field<RawAmount>,
    pub(super) gil: Field<bool>,
}

/// One `[[question]]`.
pub(super) struct RawQuestion {
    pub(super) id: Field<String>,
    pub(super) text: Field<String>,
    pub(super) experiment: Field<String>,
    pub(super) why: Field<String>,
    pub(super) choices: Field<Vec<Placed<RawChoice>>>,
}

/// One `[[question.choice]]`.
pub(super) struct RawChoice {
    pub(super) text: Field<String>,
    pub(super) right: Field<bool>,
    pub(super) check: Field<RawCheck>,
}

/// Reads `toml`, which begins at byte `base` of the file `source`. `fence` is the place of the line that opens it. `None`
/// where the TOML itself is broken.
pub(super) fn read(
    source: &str,
    toml: &str,
    base: usize,
    fence: Range<usize>,
    report: &mut Vec<Diagnostic>,
) -> Option<RawLesson> {
    let (table, errors) = DeTable::parse_recoverable(toml);
    let mut reader = Reader { source, base, report };
    if !errors.is_empty() {
        reader.syntax_errors(toml, &errors);
        return None;
    }
    Some(reader.lesson(table.get_ref(), fence))
}
