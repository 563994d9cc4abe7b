//! What interpreters said of themselves, written down from one start of the program to the next.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::probe::Identity;

/// The number in `format` that this program writes and reads.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Memory {
    format: u32,
    interpreters: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    /// The file, with links resolved.
    path: String,
    /// When it was modified, in nanoseconds since 1970.
    modified_ns: u64,
    version: String,
    implementation: String,
    executable: String,
    free_threaded: bool,
    gil_enabled: bool,
}

/// Writes answers down, each with its file and the time the file was modified.
pub(super) fn write<'a>(known: impl Iterator<Item = (&'a Path, SystemTime, &'a Identity)>) -> String {
    let entry = |(path, modified, identity): (&Path, SystemTime, &Identity)| {
        Some(Entry {
            // A name that is no text is asked again.
            path: path.to_str()?.to_owned(),
            modified_ns: u64::try_from(modified.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()?,
            version: identity.version.to_string(),
            implementation: identity.implementation.clone(),
            executable: identity.executable.to_str()?.to_owned(),
            free_threaded: identity.free_threaded,
            gil_enabled: identity.gil_enabled,
        })
    };
    let memory = Memory { format: FORMAT, interpreters: known.filter_map(entry).collect() };
    serde_json::to_string_pretty(&memory).unwrap_or_default()
}

/// Reads what [`write()`] wrote; nothing where it cannot be read.
pub(super) fn read(text: &str) -> Vec<(PathBuf, SystemTime, Identity)> {
    let memory = match serde_json::from_str::<Memory>(text) {
        Ok(memory) if memory.format == FORMAT => memory,
        Ok(memory) => {
            tracing::debug!("the list of interpreters has format {} and is made anew", memory.format);
            return Vec::new();
        }
        Err(error) => {
            tracing::debug!("the list of interpreters cannot be read and is made anew: {error}");
            return Vec::new();
        }
    };
    let known = |entry: Entry| {
        let identity = Identity {
            version: entry.version.parse().ok()?,
            implementation: entry.implementation,
            executable: PathBuf::from(entry.executable),
            free_threaded: entry.free_threaded,
            gil_enabled: entry.gil_enabled,
        };
        let modified = UNIX_EPOCH.checked_add(Duration::from_nanos(entry.modified_ns))?;
        Some((PathBuf::from(entry.path), modified, identity))
    };
    memory.interpreters.into_iter().filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::super::version::Version;
    use super::*;

    fn identity() -> Identity {
        Identity {
            version: Version { major: 3, minor: 13, micro: 1 },
            implementation: "cpython".to_owned(),
            executable: PathBuf::from("/opt/python3.13t"),
            free_threaded: true,
            gil_enabled: false,
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let modified = UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
        let text = write(std::iter::once((Path::new("/opt/python3.13t"), modified, &identity())));
        assert_eq!(read(&text), [(PathBuf::from("/opt/python3.13t"), modified, identity())]);
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for text in ["", "{", "[]", r#"{"format": 2, "interpreters": []}"#, r#"{"format": 1}"#] {
            assert_eq!(read(text), [], "{text}");
        }
        let half = write(std::iter::once((Path::new("/p"), UNIX_EPOCH, &identity()))).replace("3.13.1", "three");
        assert_eq!(read(&half), []);
    }
}
