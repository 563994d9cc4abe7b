//! The title of an experiment, in which `{wait_ms}` stands for the value that the parameter has now.

use std::ops::Range;

use crate::model::format;
use crate::model::workload::{Workload, WorkloadKind};

/// The most characters of a title.
pub const MOST_TITLE_CHARS: usize = 160;

/// What follows the name of a share that is to be shown as a percentage.
const PERCENT: &str = ":%";

/// A title that follows the sliders: `{name}` is the number or the choice that a parameter has, `{name:%}` that number as a percentage,
/// and `{{` and `}}` are braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value { name: &'static str, as_percent: bool },
}

/// What is wrong with a title, and which bytes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleError {
    /// The bytes of the title that are wrong, braces included.
    pub place: Range<usize>,
    /// What is wrong there.
    pub kind: TitleErrorKind,
}

/// See [`TitleError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TitleErrorKind {
    /// The workload has no parameter of that name.
    Unknown(String),
    /// A percentage of a parameter that is no share.
    NoShare(&'static str),
    /// A brace without its other half.
    SingleBrace,
}

impl Title {
    /// Reads a title for a kind of workload.
    ///
    /// # Errors
    /// The first name in braces that names no parameter of the kind or shows as a percentage what is no share, or the first brace
    /// that stands alone.
    pub fn parse(text: &str, kind: WorkloadKind) -> Result<Self, TitleError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(['{', '}']) {
            let brace = at + found;
            plain.push_str(&text[at..brace]);
            let rest = &text[brace..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push_str(&rest[..1]);
                at = brace + 2;
                continue;
            }
            let Some(end) = rest.find('}').filter(|end| *end > 0) else {
                return Err(TitleError { place: brace..brace + 1, kind: TitleErrorKind::SingleBrace });
            };
            let (place, inner) = (brace..brace + end + 1, rest[1..end].trim());
            let (name, as_percent) = inner.strip_suffix(PERCENT).map_or((inner, false), |name| (name.trim_end(), true));
            let Some(parameter) = kind.parameters().iter().find(|parameter| parameter.id == name) else {
                return Err(TitleError { place, kind: TitleErrorKind::Unknown(name.to_owned()) });
            };
            if as_percent && !parameter.is_share() {
                return Err(TitleError { place, kind: TitleErrorKind::NoShare(parameter.id) });
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Value { name: parameter.id, as_percent });
            at = brace + end + 1;
        }
        plain.push_str(&text[at..]);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }

    /// The title for the values that a workload has.
    pub fn of(&self, workload: &Workload) -> String {
        let shown = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value { name, as_percent: true } => format!("{} %", format::short(workload.value(name) * 100.0)),
            Piece::Value { name, as_percent: false } => {
                let value = workload.value(name);
                let parameter = workload.kind().parameters().iter().find(|parameter| parameter.id == *name);
                let choice = parameter.and_then(|parameter| parameter.chosen(value));
                choice.map_or_else(|| format::short(value), |choice| choice.label.to_owned())
            }
        };
        self.0.iter().map(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, workload: &Workload, expected: &str) {
        assert_eq!(Title::parse(text, workload.kind()).expect("a sound title").of(workload), expected);
    }

    #[test]
    fn names_in_braces_follow_the_workload() {
        let wait = Workload::new(WorkloadKind::Wait);
        check("Waiting {wait_ms} ms", &wait, "Waiting 5 ms");
        check("Waiting { wait_ms } ms", &wait.clone().with("wait_ms", 12.5).expect("in range"), "Waiting 12.5 ms");
        check("{wait_ms}", &wait.clone().with("wait_ms", 1000.0).expect("in range"), "1000");
        check("No braces", &wait, "No braces");
        check("Braces {{wait_ms}} stay, {wait_ms}", &wait, "Braces {wait_ms} stay, 5");
        let mixed = Workload::new(WorkloadKind::Mixed).with("cpu_share", 0.25).expect("in range");
        check("{cpu_share:%} computing in {unit_ms} ms", &mixed, "25 % computing in 5 ms");
        let little = Workload::new(WorkloadKind::Critical).with("lock_share", 0.05).expect("a share");
        assert_eq!(Title::parse("{lock_share:%}", WorkloadKind::Critical).expect("a title").of(&little), "5 %");
        check("A share of {cpu_share}", &mixed, "A share of 0.25");
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let unknown = |name: &str| TitleErrorKind::Unknown(name.to_owned());
        for (text, place, kind) in [
            ("Waiting {wait_msec} ms", 8..19, unknown("wait_msec")),
            ("{}", 0..2, unknown("")),
            ("é {x:%}", 3..8, unknown("x")),
            ("Waiting {wait_ms:%}", 8..19, TitleErrorKind::NoShare("wait_ms")),
            ("Waiting { ms", 8..9, TitleErrorKind::SingleBrace),
            ("Waiting } ms", 8..9, TitleErrorKind::SingleBrace),
        ] {
            assert_eq!(Title::parse(text, WorkloadKind::Wait), Err(TitleError { place, kind }), "{text}");
        }
    }
}
