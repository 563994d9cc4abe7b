//! What each group of experiments measured last, kept beside the session so that it is there again after a restart.
//!
//! One JSON file a group, the same as an export as JSON. They are a convenience: a file that is broken, too large or of another
//! version is passed over, and the experiment is simply not measured yet.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::kept_file::{self, WriteError};
use crate::model::record::{RecordError, RunRecord};

/// The folder's name in the configuration folder.
pub const FOLDER: &str = "results";

/// The most bytes of one result that is kept; greater ones are for an export.
const MOST_BYTES: u64 = 8 << 20;
/// The most results that are kept; the oldest go first.
const MOST_FILES: usize = 120;

/// Why a result was not kept. Fits "the result could not be kept: {error}".
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The record cannot be written down.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Keeps the result of a group, in place of the one before. One that is too large is left out, and so is the one before it,
/// which would be taken for the last.
///
/// # Errors
/// When folder or file cannot be written.
pub fn keep(config_dir: &Path, group: &str, record: &RunRecord) -> Result<(), KeepError> {
    let folder = config_dir.join(FOLDER);
    let path = folder.join(file_name(group));
    let text = record.to_json()?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        tracing::info!(group, bytes = text.len(), "too large to be kept");
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::debug!(group, %error, "there was none before");
        }
        return Ok(());
    }
    kept_file::write(&path, text.as_bytes())?;
    thin_out(&folder);
    Ok(())
}

/// The results that were kept, each with the key of its group.
pub fn read(config_dir: &Path) -> Vec<(String, RunRecord)> {
    let mut found = Vec::new();
    for (path, _) in files(&config_dir.join(FOLDER)) {
        let Some(group) = group_of(&path) else { continue };
        let passed_over = |error: &dyn std::fmt::Display| {
            tracing::warn!(path = %path.display(), %error, "a kept result is passed over");
        };
        match kept_file::read(&path, MOST_BYTES).map(|text| RunRecord::parse(&text)) {
            Ok(Ok(record)) => found.push((group, record)),
            Ok(Err(error)) => passed_over(&error),
            Err(error) => passed_over(&error),
        }
    }
    found
}

/// A group's key holds two ids of small letters, digits and hyphens with a slash between them.
fn file_name(group: &str) -> String {
    format!("{}.json", group.replace('/', "."))
}

fn group_of(path: &Path) -> Option<String> {
    let (lesson, experiment) = path.file_stem()?.to_str()?.split_once('.')?;
    Some(format!("{lesson}/{experiment}"))
}

/// The newest files of the folder, as many as are kept, with the time of each.
fn files(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut files = all_files(folder);
    files.truncate(MOST_FILES);
    files
}

fn all_files(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let of_result = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(of_result);
    let time = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
    let mut files: Vec<_> =
        paths.map(|path| (time(&path).unwrap_or(SystemTime::UNIX_EPOCH), path)).map(|(at, path)| (path, at)).collect();
    files.sort_by(|(path, at), (other_path, other_at)| other_at.cmp(at).then_with(|| path.cmp(other_path)));
    files
}

fn thin_out(folder: &Path) {
    for (path, _) in all_files(folder).into_iter().skip(MOST_FILES) {
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "an old result could not be taken away");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::ExperimentPlan;
    use crate::model::series::{EngineKind, SeriesKey};
    use crate::model::units::ThreadCount;
    use crate::model::workload::{Workload, WorkloadKind};
    use crate::ui::fixture;

    fn record() -> RunRecord {
        fixture::empty_record(ExperimentPlan {
            id: "wait".to_owned(),
            workload: Workload::new(WorkloadKind::Wait),
            series: vec![SeriesKey::of(EngineKind::Native)],
            threads: vec![ThreadCount::ONE],
        })
    }

    #[test]
    fn results_come_back_and_broken_files_are_passed_over() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(read(dir.path()).is_empty());
        let record = record();
        keep(dir.path(), "waiting/wait", &record).expect("kept");
        keep(dir.path(), "both/compute", &record).expect("kept");
        std::fs::write(dir.path().join(FOLDER).join("gil.count-primes.json"), "{ broken").expect("a file");
        std::fs::write(dir.path().join(FOLDER).join("note.txt"), "no result").expect("a file");
        let mut found = read(dir.path());
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let keys: Vec<_> = found.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["both/compute", "waiting/wait"]);
        assert_eq!(found[0].1, record);
    }

    #[test]
    fn there_are_never_too_many() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join(FOLDER);
        std::fs::create_dir_all(&folder).expect("a folder");
        for number in 0..MOST_FILES + 9 {
            std::fs::write(folder.join(format!("lesson.experiment-{number}.json")), "{}").expect("a file");
        }
        keep(dir.path(), "waiting/wait", &record()).expect("kept");
        assert_eq!(all_files(&folder).len(), MOST_FILES);
        assert_eq!(read(dir.path()).len(), 1, "the newest is among them");
    }
}
