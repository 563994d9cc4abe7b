//! What several tests of the engine need.

use std::fs;
use std::time::{Duration, Instant};

use super::WindowOrder;
use crate::model::units::ThreadCount;
use crate::model::workload::Workload;

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

/// An order for a window of the first round, with a warm-up of a millisecond, in a run that begins now.
pub(super) fn order(workload: &Workload, threads: usize, length: Duration) -> WindowOrder<'_> {
    WindowOrder {
        workload,
        threads: ThreadCount::clamped(threads),
        round: 0,
        warm_up: Duration::from_millis(1),
        length,
        run_began: Instant::now(),
    }
}
