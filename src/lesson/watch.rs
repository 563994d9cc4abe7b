//! Tells the window when a lesson file changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::{Receiver, TrySendError, bounded};
use notify_debouncer_full::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};

use super::Library;

/// How long files must be quiet before a change is told: editors write in several steps.
const QUIET: Duration = Duration::from_millis(150);

/// Lesson files changed: [`Library::reload`] is due. Several changes may be told as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LibraryChanged;

/// Why lesson files cannot be watched. They are read all the same; only reloading must be asked for.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch {path} for changes: {reason}; reload the lessons by hand", path = path.display())]
pub struct WatchError {
    /// What the system said.
    pub reason: String,
    /// The folder.
    pub path: PathBuf,
}

/// Watches the folder and the single files of a library until it is dropped; then its threads end.
///
/// Folders are watched rather than files, since many editors save by writing a new file and renaming it to the old name.
pub struct LibraryWatcher {
    debouncer: Option<Debouncer<RecommendedWatcher, RecommendedCache>>,
    changes: Receiver<LibraryChanged>,
}

impl LibraryWatcher {
    /// Begins to watch what `library` holds now. `wake` is called from the watcher's thread after each notice was put
    /// into [`LibraryWatcher::changes`], so that the window can ask for a repaint.
    ///
    /// # Errors
    /// When the system refuses, as for a folder that is gone or where too much is watched already.
    pub fn start(library: &Library, wake: impl Fn() + Send + 'static) -> Result<Self, WatchError> {
        let (sender, changes) = bounded(1);
        let folder = library.folder().map(Path::to_owned);
        let files: Vec<PathBuf> = library.files().to_vec();
        let concerns = Concerns::new(folder.as_deref(), &files);
        let folders = concerns.folders.clone();
        let debouncer = new_debouncer(QUIET, None, move |result: DebounceEventResult| {
            // An error of the watcher may hide a change, and reading once too often does no harm.
            let is_due = result.map_or(true, |events| {
                events
                    .iter()
                    .any(|event| !event.kind.is_access() && event.paths.iter().any(|path| concerns.include(path)))
            });
            if is_due && !matches!(sender.try_send(LibraryChanged), Err(TrySendError::Disconnected(_))) {
                wake();
            }
        });
        let place = folders.iter().next().cloned().unwrap_or_default();
        let mut debouncer = debouncer.map_err(|error| refused(&error, place))?;
        for folder in &folders {
            debouncer.watch(folder, RecursiveMode::NonRecursive).map_err(|error| refused(&error, folder.clone()))?;
        }
        Ok(Self { debouncer: Some(debouncer), changes })
    }

    /// Where notices arrive; at most one waits there.
    pub fn changes(&self) -> &Receiver<LibraryChanged> {
        &self.changes
    }
}

impl Drop for LibraryWatcher {
    fn drop(&mut self) {
        if let Some(debouncer) = self.debouncer.take() {
            debouncer.stop();
        }
    }
}

fn refused(error: &notify::Error, path: PathBuf) -> WatchError {
    let reason = match &error.kind {
        notify::ErrorKind::Io(error) => error.to_string(),
        notify::ErrorKind::PathNotFound => "there is no such folder".to_owned(),
        notify::ErrorKind::MaxFilesWatch => "the system watches as many folders as it can".to_owned(),
        _ => error.to_string(),
    };
    WatchError { reason, path }
}

/// Which folders are watched, and which paths in them matter.
struct Concerns {
    lessons: Option<PathBuf>,
    files: Vec<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl Concerns {
    fn new(folder: Option<&Path>, files: &[PathBuf]) -> Self {
        // The system reports real paths.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let lessons = folder.map(real);
        let files: Vec<PathBuf> =
            files.iter().filter_map(|file| Some(real(file.parent()?).join(file.file_name()?))).collect();
        let parents = files.iter().filter_map(|file| file.parent()).map(Path::to_owned);
        let folders = lessons.iter().cloned().chain(parents).collect();
        Self { lessons, files, folders }
    }

    fn include(&self, path: &Path) -> bool {
        let is_lesson = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        let in_folder = self.lessons.as_deref().is_some_and(|folder| path == folder || path.parent() == Some(folder));
        (in_folder && (is_lesson || self.lessons.as_deref() == Some(path)))
            || self.files.iter().any(|file| file == path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Far longer than a change takes to be told; only a failing test waits for so long.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn lesson(id: &str) -> String {
        include_str!("../../lessons/02-waiting.md").replacen("id = \"waiting\"", &format!("id = \"{id}\""), 1)
    }

    /// Waits for notices until the library holds the lesson.
    #[track_caller]
    fn expect_lesson(watcher: &LibraryWatcher, library: &mut Library, id: &str) {
        let deadline = std::time::Instant::now() + PATIENCE;
        while library.find(id).is_none() {
            let notice = watcher.changes().recv_deadline(deadline);
            assert!(notice.is_ok(), "no notice of `{id}`");
            library.reload();
        }
    }

    #[test]
    fn writing_and_renaming_in_the_folder_are_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("own.md");
        fs::write(&path, lesson("first")).expect("a written file");
        let mut library = Library::open(Some(folder.path()));
        let (woken, wakes) = bounded(64);
        let watcher = LibraryWatcher::start(&library, move || {
            let _ = woken.try_send(());
        })
        .expect("a watcher");

        fs::write(&path, lesson("written")).expect("a written file");
        expect_lesson(&watcher, &mut library, "written");
        wakes.recv_timeout(PATIENCE).expect("the window was woken");

        let new = folder.path().join("own.md~");
        fs::write(&new, lesson("renamed")).expect("a written file");
        fs::rename(&new, &path).expect("a renamed file");
        expect_lesson(&watcher, &mut library, "renamed");

        fs::write(folder.path().join("more.md"), lesson("more")).expect("a written file");
        expect_lesson(&watcher, &mut library, "more");
    }

    #[test]
    fn a_single_file_is_watched_through_its_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("own.md");
        fs::write(&path, lesson("first")).expect("a written file");
        let mut library = Library::bundled();
        library.add_file(&path);
        let watcher = LibraryWatcher::start(&library, || {}).expect("a watcher");
        // A neighbour is none of its business; the notice that does come is the file's.
        fs::write(folder.path().join("neighbour.md"), lesson("neighbour")).expect("a written file");
        let new = folder.path().join("new");
        fs::write(&new, lesson("second")).expect("a written file");
        fs::rename(&new, &path).expect("a renamed file");
        expect_lesson(&watcher, &mut library, "second");
        assert!(library.find("neighbour").is_none());
    }

    #[test]
    fn neighbours_do_not_matter() {
        let concerns = Concerns::new(Some(Path::new("/lessons")), &[PathBuf::from("/mine/own.md")]);
        for (path, expected) in [
            ("/lessons/a.md", true),
            ("/lessons/a.MD", true),
            ("/lessons", true),
            ("/lessons/a.md~", false),
            ("/lessons/deep/a.md", false),
            ("/mine/own.md", true),
            ("/mine/other.md", false),
        ] {
            assert_eq!(concerns.include(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_missing_folder_is_an_error_and_dropping_ends_everything() {
        let library = Library::open(Some(Path::new("/there/is/no/such/folder")));
        let error = LibraryWatcher::start(&library, || {}).err().expect("an error").to_string();
        assert!(error.starts_with("cannot watch /there/is/no/such/folder"), "{error}");

        let folder = tempfile::tempdir().expect("a temporary folder");
        let watcher = LibraryWatcher::start(&Library::open(Some(folder.path())), || {}).expect("a watcher");
        let changes = watcher.changes().clone();
        drop(watcher);
        // The sender lives on the watcher's thread: disconnected means that it ended.
        let end = loop {
            match changes.recv_timeout(PATIENCE) {
                Ok(LibraryChanged) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(end, crossbeam_channel::RecvTimeoutError::Disconnected);
    }
}
