//! The catalogue: bundled lessons, a folder read live, and single files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::{Lesson, MOST_BYTES, Origin, Parsed, parse, too_large};

/// Name and text of each lesson that comes with the program, by file name.
const BUNDLED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// The most lesson files read from one folder.
const MOST_FILES: usize = 500;

/// Every lesson the program knows of, in the order lists show them.
#[derive(Debug, Clone, Default)]
pub struct Library {
    folder: Option<PathBuf>,
    files: Vec<PathBuf>,
    entries: Vec<Entry>,
    problem: Option<FolderProblem>,
}

/// One lesson file, sound or broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The file's name without folder, such as `02-waiting.md`.
    pub name: String,
    /// Where it came from.
    pub origin: Origin,
    /// The lesson, or the errors that are its page.
    pub lesson: Result<Lesson, Diagnostics>,
}

impl Entry {
    /// What a list shows: the lesson's title, or the file's name where it is broken.
    pub fn title(&self) -> &str {
        self.lesson.as_ref().map_or(&self.name, |lesson| &lesson.title)
    }
}

/// Why a folder of lessons gives none, or not all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderProblem {
    /// It cannot be listed.
    #[error("cannot read the lesson folder: {reason}; check that it exists and that you may read it: {}", path.display())]
    Unreadable {
        /// What the system said.
        reason: String,
        /// The folder.
        path: PathBuf,
    },
    /// It holds no lesson.
    #[error("the lesson folder has no file that ends in .md; put lesson files directly into it: {}", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// It holds more files than are read.
    #[error("the lesson folder has {found} lesson files and only the first {MOST_FILES} are read: {}", path.display())]
    TooMany {
        /// How many there are.
        found: usize,
        /// The folder.
        path: PathBuf,
    },
}

impl Library {
    /// The lessons that come with the program.
    pub fn bundled() -> Self {
        Self::open(None)
    }

    /// The bundled lessons, followed by those of `folder` where there is one. A folder that cannot be read is a
    /// [`Library::problem`]; the bundled lessons are there all the same.
    pub fn open(folder: Option<&Path>) -> Self {
        let mut library = Self { folder: folder.map(Path::to_owned), ..Self::default() };
        library.reload();
        library
    }

    /// Every lesson, sound or broken: bundled ones first, then the folder's by file name, then single files.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The sound lessons.
    pub fn lessons(&self) -> impl Iterator<Item = &Lesson> {
        self.entries.iter().filter_map(|entry| entry.lesson.as_ref().ok())
    }

    /// The sound lesson of that id.
    pub fn find(&self, id: &str) -> Option<&Lesson> {
        self.lessons().find(|lesson| lesson.id == id)
    }

    /// What is wrong with the folder as a whole.
    pub fn problem(&self) -> Option<&FolderProblem> {
        self.problem.as_ref()
    }

    /// The folder that is read live.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The single files that were added.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Adds a single file, as one dropped on the window, and returns its index among the entries. A file that is there
    /// already is read again.
    pub fn add_file(&mut self, path: &Path) -> usize {
        let path = absolute(path);
        let same = |entry: &Entry| matches!(&entry.origin, Origin::File(known) if absolute(known) == path);
        if !self.entries.iter().any(same) {
            self.files.push(path.clone());
        }
        self.reload();
        let index = self
            .entries
            .iter()
            .position(|entry| matches!(&entry.origin, Origin::File(known) if absolute(known) == path));
        index.unwrap_or_else(|| self.entries.len().saturating_sub(1))
    }

    /// Reads everything anew. A single file that is gone stays in the list with its error.
    pub fn reload(&mut self) {
        let mut parsed: Vec<(String, Origin, Result<Parsed, Diagnostics>)> = Vec::new();
        for (name, text) in BUNDLED {
            let lesson = parse(text, &format!("lessons/{name}"), Origin::Bundled);
            parsed.push(((*name).to_owned(), Origin::Bundled, lesson));
        }
        let mut paths = Vec::new();
        self.problem = None;
        if let Some(folder) = &self.folder {
            match lesson_files(folder) {
                Ok(mut found) => {
                    if found.is_empty() {
                        self.problem = Some(FolderProblem::Empty { path: folder.clone() });
                    } else if found.len() > MOST_FILES {
                        self.problem = Some(FolderProblem::TooMany { found: found.len(), path: folder.clone() });
                        found.truncate(MOST_FILES);
                    }
                    paths.append(&mut found);
                }
                Err(error) => {
                    let reason = in_words(&error);
                    self.problem = Some(FolderProblem::Unreadable { reason, path: folder.clone() });
                }
            }
        }
        for file in &self.files {
            if !paths.iter().any(|path| absolute(path) == *file) {
                paths.push(file.clone());
            }
        }
        for path in paths {
            let lesson = read_lesson(&path);
            parsed.push((file_name(&path), Origin::File(path), lesson));
        }
        self.entries = without_duplicates(parsed);
    }
}

/// A file as `threadlab check` reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFile {
    /// The path as it was given.
    pub path: PathBuf,
    /// What is wrong with it; `None` for a sound lesson.
    pub errors: Option<Diagnostics>,
}

/// Checks lesson files, each by itself and all of them for ids used twice.
pub fn check_files(paths: &[PathBuf]) -> Vec<CheckedFile> {
    let parsed = paths.iter().map(|path| (file_name(path), Origin::File(path.clone()), read_lesson(path))).collect();
    paths
        .iter()
        .zip(without_duplicates(parsed))
        .map(|(path, entry)| CheckedFile { path: path.clone(), errors: entry.lesson.err() })
        .collect()
}

/// Turns each lesson whose id an earlier one has into an error at its id.
fn without_duplicates(parsed: Vec<(String, Origin, Result<Parsed, Diagnostics>)>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (name, origin, result) in parsed {
        let lesson = result.and_then(|Parsed { lesson, id_span }| {
            let first = entries.iter().find(|entry| entry.lesson.as_ref().is_ok_and(|other| other.id == lesson.id));
            let Some(first) = first else { return Ok(lesson) };
            let (source, shown) = match &origin {
                Origin::Bundled => (String::new(), name.clone()),
                Origin::File(path) => (read(path).unwrap_or_default(), path.display().to_string()),
            };
            let other = match &first.origin {
                Origin::Bundled => format!("the bundled lesson {}", first.name),
                Origin::File(path) => path.display().to_string(),
            };
            let error = Diagnostic::new(&source, id_span, format!("another lesson has the id `{}`", lesson.id))
                .help(format!("give this one another id; the other is {other}"));
            Err(Diagnostics::new(shown, &source, vec![error]))
        });
        entries.push(Entry { name, origin, lesson });
    }
    entries
}

/// The `.md` files directly in a folder, by name; hidden ones and README.md are no lessons.
fn lesson_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = file_name(&path);
        let is_markdown = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        if is_markdown && !name.starts_with('.') && !name.eq_ignore_ascii_case("README.md") && !path.is_dir() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read_lesson(path: &Path) -> Result<Parsed, Diagnostics> {
    let source = read(path)?;
    parse(&source, &path.display().to_string(), Origin::File(path.to_owned()))
}

/// The text of a lesson file, or the one error why there is none.
fn read(path: &Path) -> Result<String, Diagnostics> {
    let name = path.display().to_string();
    let bytes = bytes(path).map_err(|error| {
        let help = "check that the file exists and that you may read it";
        Diagnostics::of_file(name.clone(), format!("cannot read the lesson: {}", in_words(&error)), help)
    })?;
    if bytes.len() > MOST_BYTES {
        let help = "put long material on a page of its own and link it";
        return Err(Diagnostics::of_file(name, too_large(), help));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let source = String::from_utf8_lossy(error.as_bytes());
        let diagnostic = Diagnostic::new(&source, valid..valid + 1, "the file is not UTF-8 from here on")
            .help("save it again with the encoding UTF-8");
        Diagnostics::new(name, &source, vec![diagnostic])
    })
}

/// At most one byte more than a lesson may have. Only plain files are opened, since a pipe could keep the reader waiting.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::other(if meta.is_dir() { "it is a folder" } else { "it is no plain file" }));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "it is a file, not a folder".to_owned(),
        _ => error.to_string(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The path by which two names of one file are known as one.
fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundled_lessons_are_sound() {
        for entry in Library::bundled().entries() {
            if let Err(errors) = &entry.lesson {
                panic!("{errors}");
            }
        }
    }
}
