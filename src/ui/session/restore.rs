//! Reading the session field by field: what is right is kept, whatever stands beside it.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_path_to_error::{Path as FieldPath, Segment};

use super::{FILE_NAME, FORMAT, Session};
use crate::ui::kept_file::{self, ReadError};

/// The most bytes that are read of a session.
const MOST_BYTES: u64 = 64 << 20;

/// The most fields that a message names.
const MOST_NAMED: usize = 6;

/// What came of reading the session file.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// What was remembered, with the defaults for what was not or could not be understood.
    pub session: Session,
    /// One message for the reader, where something was wrong.
    pub problem: Option<String>,
    /// Whether the file still holds what was wrong, so that it is to be written anew even if nothing changes.
    pub is_mended: bool,
}

impl Restored {
    /// The defaults, without a message.
    pub fn nothing() -> Self {
        Self { session: Session::default(), problem: None, is_mended: false }
    }
}

/// A text read field by field.
#[derive(Debug, PartialEq)]
enum Reading {
    /// What could be understood, and the names of the fields that could not.
    Session(Box<Session>, Vec<String>),
    /// Nothing could be: why.
    Nothing(String),
}

impl Session {
    /// Reads the session kept in `dir`. A field that cannot be understood has its default, the others are kept, and the file as
    /// it was is copied to `session.json.corrupt`. A file that cannot be understood at all is renamed to that.
    pub fn restore(dir: &Path) -> Restored {
        let path = dir.join(FILE_NAME);
        let text = match kept_file::read(&path, MOST_BYTES) {
            Ok(text) => text,
            Err(error) => return unread(&path, &error),
        };
        match read(&text) {
            Reading::Session(session, wrong) if wrong.is_empty() => {
                Restored { session: session.sanitised(), ..Restored::nothing() }
            }
            Reading::Session(session, wrong) => {
                let problem = copied(&path, &wrong);
                Restored { session: session.sanitised(), problem: Some(problem), is_mended: true }
            }
            Reading::Nothing(why) => set_aside(&path, &why),
        }
    }
}

fn unread(path: &Path, error: &ReadError) -> Restored {
    match error {
        ReadError::File(error) if error.kind() == io::ErrorKind::NotFound => Restored::nothing(),
        ReadError::File(error) if error.kind() == io::ErrorKind::InvalidData => set_aside(path, "it is no text"),
        ReadError::TooLarge { .. } => set_aside(path, &error.to_string()),
        ReadError::File(_) => {
            let problem = format!("Settings could not be read, so defaults are used: {error}: {}", path.display());
            Restored { problem: Some(problem), ..Restored::nothing() }
        }
    }
}

/// Takes out of the text what cannot be understood until the rest can.
fn read(text: &str) -> Reading {
    let mut value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return Reading::Nothing(error.to_string()),
    };
    let Some(fields) = value.as_object() else { return Reading::Nothing("it holds no fields".to_owned()) };
    if let Some(found) = fields.get("format").filter(|found| found.is_number())
        && found.as_u64() != Some(u64::from(FORMAT))
    {
        return Reading::Nothing(format!("format {found} was found, {FORMAT} was expected"));
    }
    let mut wrong: Vec<String> = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize::<_, Session>(&value) {
            Ok(session) => return Reading::Session(Box::new(session), wrong),
            Err(error) => error,
        };
        let Some(name) = take_out(&mut value, error.path()) else {
            return Reading::Nothing(error.into_inner().to_string());
        };
        // What lacks a field that was taken out goes as a whole: one name for both.
        wrong.retain(|other| !is_within(other, &name));
        if !wrong.iter().any(|other| is_within(&name, other)) {
            wrong.push(name);
        }
    }
}

/// Whether a place is another one or lies in it, by their names.
fn is_within(name: &str, around: &str) -> bool {
    name.strip_prefix(around).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Takes the place at a path out of a value, or the nearest place around it that is there. What stands in a list by its place,
/// as the settings of the experiments side by side do, becomes empty, so that the others keep their places. Says what was
/// taken out; `None` where there is nothing to take.
fn take_out(value: &mut Value, path: &FieldPath) -> Option<String> {
    let mut segments: Vec<&Segment> =
        path.iter().take_while(|segment| matches!(segment, Segment::Seq { .. } | Segment::Map { .. })).collect();
    while let Some(last) = segments.pop() {
        let Some(around) = at(value, &segments) else { continue };
        let is_by_place = matches!(segments.last(), Some(Segment::Map { key }) if BY_PLACE.contains(&key.as_str()));
        let is_taken = match (around, last) {
            (Value::Object(fields), Segment::Map { key }) => fields.shift_remove(key.as_str()).is_some(),
            (Value::Array(items), Segment::Seq { index }) if is_by_place => {
                // A second time the list itself goes.
                let empty = items.get_mut(*index).filter(|item| **item != empty_of(&segments));
                empty.map(|item| *item = empty_of(&segments)).is_some()
            }
            (Value::Array(items), Segment::Seq { index }) => {
                let is_there = *index < items.len();
                if is_there {
                    items.remove(*index);
                }
                is_there
            }
            _ => false,
        };
        if is_taken {
            // Of other lists one item is gone, and the places of the others with it.
            if is_by_place || matches!(last, Segment::Map { .. }) {
                segments.push(last);
            }
            return Some(name(&segments));
        }
    }
    None
}

/// Lists of a group's settings in which the place says whose an item is.
const BY_PLACE: [&str; 2] = ["parameters", "predictions"];

/// An item of such a list that says nothing.
fn empty_of(list: &[&Segment]) -> Value {
    match list.last() {
        Some(Segment::Map { key }) if key == "predictions" => serde_json::json!({ "points": [] }),
        _ => serde_json::json!({}),
    }
}

/// The place that a path leads to.
fn at<'a>(value: &'a mut Value, path: &[&Segment]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |around, segment| match segment {
        Segment::Map { key } => around.get_mut(key.as_str()),
        Segment::Seq { index } => around.get_mut(*index),
        Segment::Enum { .. } | Segment::Unknown => None,
    })
}

/// A path as the file's reader would write it, such as `groups.gil/count-primes.parameters[0]`.
fn name(path: &[&Segment]) -> String {
    let mut name = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => name.extend(["[", &index.to_string(), "]"]),
            Segment::Map { key } if name.is_empty() => name.push_str(key),
            Segment::Map { key } => name.extend([".", key]),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    name
}

/// Copies a file of which some fields cannot be understood beside itself. Returns the message that names them.
fn copied(path: &Path, wrong: &[String]) -> String {
    let first: Vec<&str> = wrong.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = wrong.len() - first.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names = first.join(", ");
    let fields = format!("Some settings could not be understood and are left out: {names}{more}. The others are kept.");
    match free_name(path).map(|free| std::fs::copy(path, &free).map(|_bytes| free)) {
        Some(Ok(free)) => format!("{fields} The file as it was: {}", free.display()),
        Some(Err(error)) => format!("{fields} The file as it was could not be copied: {error}."),
        None => fields,
    }
}

/// Renames a file that cannot be understood.
fn set_aside(path: &Path, why: &str) -> Restored {
    let problem = match free_name(path).map(|free| std::fs::rename(path, &free).map(|()| free)) {
        Some(Ok(free)) => {
            format!("Settings could not be understood and were set aside: {why}: {}", free.display())
        }
        Some(Err(error)) => {
            format!("Settings could not be understood ({why}) nor set aside: {error}: {}", path.display())
        }
        None => format!("Settings could not be understood: {why}: {}", path.display()),
    };
    Restored { problem: Some(problem), ..Restored::nothing() }
}

/// The first free of `*.corrupt`, `*.corrupt-2`, …
fn free_name(path: &Path) -> Option<PathBuf> {
    (1..100)
        .map(|number| if number == 1 { "corrupt".to_owned() } else { format!("corrupt-{number}") })
        .map(|ending| path.with_file_name(format!("{FILE_NAME}.{ending}")))
        .find(|candidate| !candidate.exists())
}

#[cfg(test)]
mod tests;
