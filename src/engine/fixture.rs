//! What several tests of the engine need.

use std::fs;

/// The root of a file system that holds these files, each with its path and its text. It goes when it is dropped.
pub(super) fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (path, content) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies below the root")).expect("it can be made");
        fs::write(path, content).expect("it can be written");
    }
    root
}
