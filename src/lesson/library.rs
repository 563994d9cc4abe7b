//! The catalogue: bundled lessons, a folder read live, and single files.

mod checked;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::{Lesson, MOST_BYTES, Origin, Parsed, parse, too_large};

pub use checked::{CheckedFile, PythonFault, check_files};

/// Name and text of each lesson that comes with the program, by file name.
pub(super) const BUNDLED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

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
        if self.position(path).is_none() {
            self.files.push(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        }
        self.reload();
        self.position(path).unwrap_or_else(|| self.entries.len().saturating_sub(1))
    }

    fn position(&self, path: &Path) -> Option<usize> {
        let is_this = |entry: &Entry| matches!(&entry.origin, Origin::File(known) if is_same_file(known, path));
        self.entries.iter().position(is_this)
    }

    /// Reads everything anew. A single file that is gone stays in the list with its error.
    pub fn reload(&mut self) {
        let mut found: Vec<Found> = bundled().collect();
        let mut paths = Vec::new();
        self.problem = None;
        if let Some(folder) = &self.folder {
            match lesson_files(folder) {
                Ok(mut files) => {
                    if files.is_empty() {
                        self.problem = Some(FolderProblem::Empty { path: folder.clone() });
                    } else if files.len() > MOST_FILES {
                        self.problem = Some(FolderProblem::TooMany { found: files.len(), path: folder.clone() });
                        files.truncate(MOST_FILES);
                    }
                    paths.append(&mut files);
                }
                Err(problem) => self.problem = Some(problem),
            }
        }
        for file in &self.files {
            if !paths.iter().any(|path| is_same_file(path, file)) {
                paths.push(file.clone());
            }
        }
        found.extend(paths.iter().map(|path| Found::file(path)));
        self.entries = entries(found);
    }
}

/// A file that was read, or not.
struct Found {
    name: String,
    /// Its name in errors.
    shown: String,
    origin: Origin,
    text: Result<String, Diagnostics>,
}

impl Found {
    fn file(path: &Path) -> Self {
        let shown = path.display().to_string();
        Self { name: file_name(path), shown, origin: Origin::File(path.to_owned()), text: read(path) }
    }
}

/// The lessons that come with the program.
fn bundled() -> impl Iterator<Item = Found> {
    BUNDLED.iter().map(|(name, text)| Found {
        name: (*name).to_owned(),
        shown: format!("lessons/{name}"),
        origin: Origin::Bundled,
        text: Ok((*text).to_owned()),
    })
}

/// The files as entries of a list.
fn entries(found: Vec<Found>) -> Vec<Entry> {
    let parsed = parsed(found).into_iter();
    parsed.map(|(name, origin, parsed)| Entry { name, origin, lesson: parsed.map(|parsed| parsed.lesson) }).collect()
}

/// Parses the files. A lesson whose id an earlier one has is an error at its id.
fn parsed(found: Vec<Found>) -> Vec<(String, Origin, Result<Parsed, Diagnostics>)> {
    let mut all: Vec<(String, Origin, Result<Parsed, Diagnostics>)> = Vec::new();
    for Found { name, shown, origin, text } in found {
        let parsed = text.and_then(|text| {
            let parsed = parse(&text, &shown, origin.clone())?;
            let id = &parsed.lesson.id;
            let same = |other: &Result<Parsed, Diagnostics>| other.as_ref().is_ok_and(|other| other.lesson.id == *id);
            let Some((first, of_first, _)) = all.iter().find(|(_, _, other)| same(other)) else { return Ok(parsed) };
            let other = match of_first {
                Origin::Bundled => format!("the bundled lesson {first}"),
                Origin::File(path) => path.display().to_string(),
            };
            let error = Diagnostic::new(&text, parsed.id_span.clone(), format!("another lesson has the id `{id}`"))
                .help(format!("give this one another id; the other is {other}"));
            Err(Diagnostics::new(shown, &text, vec![error]))
        });
        all.push((name, origin, parsed));
    }
    all
}

/// The `.md` files directly in a folder, by name; hidden ones and README.md are no lessons.
fn lesson_files(folder: &Path) -> Result<Vec<PathBuf>, FolderProblem> {
    let unreadable = |error: io::Error| FolderProblem::Unreadable { reason: in_words(&error), path: folder.to_owned() };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = file_name(&path);
        let is_markdown = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        if is_markdown && !name.starts_with('.') && !name.eq_ignore_ascii_case("README.md") && !path.is_dir() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
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

/// Whether two paths lead to one file, through links too. A file that is gone is known by its path.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    one == other || matches!((place(one), place(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = include_str!("../../lessons/02-waiting.md");

    /// A lesson of another id.
    fn lesson(id: &str) -> String {
        FIRST.replacen("id = \"waiting\"", &format!("id = \"{id}\""), 1)
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn write(folder: &tempfile::TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a written file");
        path
    }

    #[track_caller]
    fn errors(entry: &Entry) -> &Diagnostics {
        entry.lesson.as_ref().expect_err("a broken lesson")
    }

    fn bundled_count() -> usize {
        Library::bundled().entries().len()
    }

    #[test]
    fn bundled_lessons_are_sound_and_ordered() {
        let library = Library::bundled();
        for entry in library.entries() {
            if let Err(errors) = &entry.lesson {
                panic!("{errors}");
            }
        }
        assert!(library.problem().is_none());
        let names: Vec<_> = library.entries().iter().map(|entry| entry.name.as_str()).collect();
        assert!(names.is_sorted() && names.contains(&"04-both.md"), "{names:?}");
        assert!(library.find("both").is_some() && library.find("neither").is_none());
    }

    #[test]
    fn a_folder_follows_the_bundled_lessons() {
        let folder = folder();
        write(&folder, "20-second.md", lesson("second"));
        write(&folder, "10-first.md", lesson("first"));
        write(&folder, "15-broken.md", lesson("broken").replace("wait_ms = 5", "wait_ms = 0"));
        for ignored in ["README.md", "notes.txt", ".hidden.md"] {
            write(&folder, ignored, "no lesson");
        }
        fs::create_dir(folder.path().join("folder.md")).expect("a folder");
        let library = Library::open(Some(folder.path()));
        let own = &library.entries()[bundled_count()..];
        let names: Vec<_> = own.iter().map(Entry::title).collect();
        assert_eq!(names, ["Threads overlap waiting", "15-broken.md", "Threads overlap waiting"]);
        assert_eq!(errors(&own[1]).list.len(), 1);
        assert!(library.problem().is_none() && library.find("second").is_some());
    }

    #[test]
    fn reloading_sees_what_changed() {
        let folder = folder();
        let path = write(&folder, "own.md", lesson("own"));
        let mut library = Library::open(Some(folder.path()));
        assert!(library.find("own").is_some());
        fs::write(&path, lesson("renamed")).expect("a written file");
        library.reload();
        assert!(library.find("own").is_none() && library.find("renamed").is_some());
        fs::remove_file(&path).expect("a removed file");
        library.reload();
        assert_eq!(library.entries().len(), bundled_count());
        assert!(matches!(library.problem(), Some(FolderProblem::Empty { .. })));
    }

    #[test]
    fn a_missing_folder_is_one_clear_problem() {
        let folder = folder();
        let missing = folder.path().join("missing");
        let library = Library::open(Some(&missing));
        assert_eq!(library.entries().len(), bundled_count());
        let problem = library.problem().expect("a problem").to_string();
        assert!(problem.starts_with("cannot read the lesson folder: there is no such"), "{problem}");
        assert!(problem.ends_with(&missing.display().to_string()), "{problem}");
        let file = write(&folder, "file.md", lesson("file"));
        let problem = Library::open(Some(&file)).problem().expect("a problem").to_string();
        assert!(problem.contains("it is a file, not a folder"), "{problem}");
    }

    #[test]
    fn an_id_belongs_to_the_first_lesson() {
        let folder = folder();
        write(&folder, "a.md", lesson("both"));
        write(&folder, "b.md", lesson("own"));
        write(&folder, "c.md", lesson("own"));
        let library = Library::open(Some(folder.path()));
        let own = &library.entries()[bundled_count()..];
        let error = &errors(&own[0]).list[0];
        assert_eq!((error.line, error.column), (3, 6));
        assert!(error.sentence().contains("the bundled lesson 04-both.md"), "{}", error.sentence());
        assert!(own[1].lesson.is_ok());
        assert!(errors(&own[2]).list[0].sentence().contains("b.md"));
    }

    #[test]
    fn checked_files_may_not_have_the_id_of_a_known_lesson() {
        let (elsewhere, folder) = (folder(), folder());
        let own = write(&folder, "own.md", lesson("own"));
        let sentences = |name: &str, text: &str, folder: Option<&Path>| -> Vec<String> {
            let file = write(&elsewhere, name, text);
            let errors = check_files(&[file], folder).expect("it can be listed").remove(0).errors;
            errors.map_or_else(Vec::new, |errors| {
                assert_eq!((errors.list[0].line, errors.list[0].column), (3, 6), "{errors}");
                errors.list.iter().map(Diagnostic::sentence).collect()
            })
        };
        assert!(sentences("a.md", &lesson("gil"), None)[0].contains("the bundled lesson 03-gil.md"));
        assert!(sentences("b.md", &lesson("own"), Some(folder.path()))[0].contains("own.md"));
        assert_eq!(sentences("c.md", &lesson("own"), None), [""; 0]);
        // The bundled lesson itself, with any line ends, and a file of the folder itself.
        assert_eq!(sentences("02-waiting.md", FIRST, None), [""; 0]);
        assert_eq!(sentences("02-windows.md", &FIRST.replace('\n', "\r\n"), None), [""; 0]);
        let checked = check_files(&[own], Some(folder.path())).expect("it can be listed");
        assert_eq!(checked[0].errors, None);
    }

    #[test]
    fn added_files_are_there_once_and_stay() {
        let (folder, elsewhere) = (folder(), folder());
        let inside = write(&folder, "inside.md", lesson("inside"));
        let outside = write(&elsewhere, "outside.md", lesson("outside"));
        let mut library = Library::open(Some(folder.path()));
        let index = library.add_file(&inside);
        assert_eq!(library.entries()[index].name, "inside.md");
        assert!(library.files().is_empty());
        let index = library.add_file(&outside);
        assert_eq!(index, library.add_file(&outside));
        assert_eq!((library.entries()[index].name.as_str(), library.files().len()), ("outside.md", 1));
        fs::remove_file(&outside).expect("a removed file");
        library.reload();
        assert!(errors(&library.entries()[index]).list[0].message.contains("there is no such file"));
    }

    #[test]
    fn unreadable_files_are_one_clear_error() {
        let folder = folder();
        let mut latin = lesson("latin").into_bytes();
        let at = latin.iter().position(|byte| *byte == b'T').expect("a letter");
        latin[at] = 0xE9;
        let files = vec![
            write(&folder, "latin.md", latin),
            write(&folder, "large.md", vec![b'a'; MOST_BYTES + 1]),
            write(&folder, "sound.md", lesson("sound")),
            folder.path().join("missing.md"),
            folder.path().to_owned(),
        ];
        let checked = check_files(&files, None).expect("no folder is named");
        let messages: Vec<_> = checked
            .iter()
            .map(|file| {
                file.errors.as_ref().map(|errors| {
                    assert_eq!(errors.list.len(), 1, "{errors}");
                    (errors.list[0].line, errors.list[0].column, errors.list[0].message.as_str())
                })
            })
            .collect();
        assert_eq!(
            messages,
            [
                Some((4, 10, "the file is not UTF-8 from here on")),
                Some((1, 1, "the lesson is larger than 1024 KiB")),
                None,
                Some((1, 1, "cannot read the lesson: there is no such file or folder")),
                Some((1, 1, "cannot read the lesson: it is a folder")),
            ]
        );
        assert!(checked.iter().zip(&files).all(|(checked, file)| checked.path == *file));
    }
}
