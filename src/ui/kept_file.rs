//! Small files that the window keeps for itself: read whole up to a bound, and written whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use crate::export::{self, ExportError};

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Its folder cannot be made.
    #[error("failed to make the folder: {0}: {1}")]
    Folder(io::Error, PathBuf),
    /// It cannot be written.
    #[error(transparent)]
    File(#[from] ExportError),
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not there, may not be read or is no text.
    #[error("{0}")]
    File(#[from] io::Error),
    /// It is larger than anything that was kept.
    #[error("it is larger than any such file: {length} bytes, where {most} are the most")]
    TooLarge {
        /// Its length in bytes.
        length: u64,
        /// The most bytes that are read.
        most: u64,
    },
}

/// Reads a file of at most `most` bytes.
///
/// # Errors
/// When it is not there, too large, or no text.
pub fn read(path: &Path, most: u64) -> Result<String, ReadError> {
    let length = std::fs::metadata(path)?.len();
    if length > most {
        return Err(ReadError::TooLarge { length, most });
    }
    Ok(std::fs::read_to_string(path)?)
}

/// Writes a file, in place of the one before; makes its folder where that is missing.
///
/// # Errors
/// When folder or file cannot be written; the file before is whole then.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| WriteError::Folder(error, folder.to_owned()))?;
    }
    Ok(export::write_atomic(path, bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_up_to_a_bound() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("new/kept.txt");
        assert!(matches!(read(&path, 100), Err(ReadError::File(error)) if error.kind() == io::ErrorKind::NotFound));
        write(&path, b"first").expect("written");
        write(&path, b"second").expect("written");
        assert_eq!(read(&path, 6).expect("a text"), "second");
        assert!(matches!(read(&path, 5), Err(ReadError::TooLarge { length: 6, most: 5 })));
        std::fs::write(&path, b"\xff").expect("written");
        assert!(matches!(read(&path, 5), Err(ReadError::File(_))));
        let below = path.join("kept.txt");
        assert!(matches!(write(&below, b"third"), Err(WriteError::Folder(..))), "a file is no folder");
    }
}
