//! The lessons on the shelf, in order, broken ones among them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::Group;
use crate::lesson::Lesson;

/// One lesson of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct LessonEntry {
    /// The lesson's id; the file's name for a broken one.
    pub id: String,
    /// What the list shows.
    pub title: String,
    /// Its file; `None` for a lesson that comes with the program.
    pub file: Option<PathBuf>,
    /// What the page shows.
    pub page: Page,
}

/// What a lesson's page shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// The lesson.
    Lesson(Arc<Lesson>),
    /// What is wrong with the file.
    Broken {
        /// How many errors, in words.
        count: String,
        /// Every error with its line and caret.
        diagnostics: String,
    },
}

/// Every lesson, and which one is open.
#[derive(Debug, Default)]
pub struct Lessons {
    entries: Vec<LessonEntry>,
    selected: usize,
    /// What the reader has opened, by which it is found again.
    opened: Option<Opened>,
}

/// What the reader has opened: it is found again by its file or id.
#[derive(Debug, Clone)]
struct Opened {
    id: String,
    file: Option<PathBuf>,
    /// The place of its group that was open last.
    group: usize,
}

/// What became of the open lesson when the lessons were replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// It is still open, and was at this group.
    Kept(usize),
    /// It is not there any more, and the first is open instead: its file's name, or its id.
    Gone(String),
}

impl Lessons {
    /// Replaces the lessons. The one that the reader has opened stays open where its file is still there, whatever stands in it
    /// now, or else its id; where neither is, it is opened again as soon as it is back. `group` is the place of the group that
    /// is open, if any is.
    pub fn replace(&mut self, entries: Vec<LessonEntry>, group: Option<usize>) -> Replaced {
        let shown = self.entries.get(self.selected).map(Opened::of);
        self.entries = entries;
        let Some(mut opened) = self.opened.take().or_else(|| shown.clone()) else {
            return Replaced::Kept(0);
        };
        let was_away = shown.is_some_and(|shown| !shown.is_same(&opened));
        if !was_away {
            opened.group = group.unwrap_or(opened.group);
        }
        let place = opened.file.as_deref().and_then(|file| self.index_of_file(file));
        let place = place.or_else(|| self.index_of(&opened.id));
        self.selected = place.unwrap_or(0);
        let replaced = match place.and_then(|place| self.entries.get(place)) {
            Some(entry) => {
                let group = opened.group;
                opened = Opened { group, ..Opened::of(entry) };
                Replaced::Kept(group)
            }
            None if was_away => Replaced::Kept(group.unwrap_or(0)),
            None => Replaced::Gone(opened.name()),
        };
        self.opened = Some(opened);
        replaced
    }

    /// In order.
    pub fn entries(&self) -> &[LessonEntry] {
        &self.entries
    }

    /// The one that is open, if there is any lesson.
    pub fn selected(&self) -> Option<&LessonEntry> {
        self.entries.get(self.selected)
    }

    /// The open lesson, unless it is broken.
    pub fn lesson(&self) -> Option<&Arc<Lesson>> {
        match &self.selected()?.page {
            Page::Lesson(lesson) => Some(lesson),
            Page::Broken { .. } => None,
        }
    }

    /// Opens a lesson by its id. Says whether it is there.
    pub fn select(&mut self, id: &str) -> bool {
        let index = self.index_of(id);
        index.is_some_and(|index| self.select_at(index))
    }

    /// Opens the lesson of a file by the file's name without folder. Says whether it is there.
    pub fn select_file(&mut self, name: &str) -> bool {
        let is_this = |entry: &LessonEntry| entry.file_name().is_some_and(|of_entry| of_entry == name);
        self.entries.iter().position(is_this).is_some_and(|index| self.select_at(index))
    }

    /// Opens the lesson at a place of the list. Says whether it is there.
    pub fn select_at(&mut self, index: usize) -> bool {
        let Some(entry) = self.entries.get(index) else { return false };
        self.opened = Some(Opened::of(entry));
        self.selected = index;
        true
    }

    /// The lesson `steps` after the open one, if it is there.
    pub fn neighbour(&self, steps: isize) -> Option<&LessonEntry> {
        self.entries.get(self.selected.checked_add_signed(steps)?)
    }

    /// The groups of the open lesson.
    pub fn groups(&self) -> Vec<Group> {
        self.lesson().map(|lesson| Group::all_of(lesson)).unwrap_or_default()
    }

    fn index_of_file(&self, file: &Path) -> Option<usize> {
        self.entries.iter().position(|entry| entry.file.as_deref() == Some(file))
    }

    fn index_of(&self, id: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.id == id)
    }
}

impl Opened {
    fn of(entry: &LessonEntry) -> Self {
        Self { id: entry.id.clone(), file: entry.file.clone(), group: 0 }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.file == other.file
    }

    /// What a message calls it.
    fn name(&self) -> String {
        let name = self.file.as_deref().and_then(Path::file_name);
        name.map_or_else(|| self.id.clone(), |name| name.to_string_lossy().into_owned())
    }
}

impl LessonEntry {
    /// The name of its file without folder; `None` for a lesson that comes with the program.
    fn file_name(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(self.file.as_deref()?.file_name()?.to_string_lossy())
    }

    /// Whether its title or id contains every word of `filter`, whatever the case.
    pub fn matches(&self, filter: &str) -> bool {
        let text = format!("{} {}", self.title, self.id).to_lowercase();
        filter.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(id: &str, title: &str) -> LessonEntry {
        let page = Page::Broken { count: "1 error".to_owned(), diagnostics: String::new() };
        LessonEntry { id: id.to_owned(), title: title.to_owned(), file: None, page }
    }

    fn of_file(id: &str, file: &str) -> LessonEntry {
        LessonEntry { file: Some(file.into()), ..broken(id, id) }
    }

    fn open(lessons: &Lessons) -> Option<&str> {
        lessons.selected().map(|entry| entry.id.as_str())
    }

    #[test]
    fn the_open_file_stays_open_whatever_stands_in_it() {
        let first = || broken("first", "First");
        let mut lessons = Lessons::default();
        assert_eq!(lessons.replace(vec![first(), of_file("mine", "/a/mine.md")], None), Replaced::Kept(0));
        assert!(lessons.select("mine"));
        // It breaks, so that no group is open, and is mended with another id: the group is the one that was left.
        for (id, group) in [("mine.md", Some(2)), ("other", None), ("mine.md", Some(2)), ("mine", None)] {
            let entries = vec![first(), of_file("new", "/a/before.md"), of_file(id, "/a/mine.md")];
            assert_eq!(lessons.replace(entries, group), Replaced::Kept(2));
            assert_eq!(open(&lessons), Some(id));
        }
        // Another file of that name is another lesson; the id finds it where the file was renamed.
        let entries = vec![first(), of_file("mine.md", "/b/mine.md"), of_file("mine", "/a/renamed.md")];
        assert_eq!(lessons.replace(entries, Some(1)), Replaced::Kept(1));
        assert_eq!(open(&lessons), Some("mine"));
    }

    #[test]
    fn a_file_that_is_gone_is_open_again_when_it_is_back() {
        let first = || broken("first", "First");
        let both = || vec![first(), of_file("mine", "/a/mine.md")];
        let mut lessons = Lessons::default();
        lessons.replace(both(), None);
        assert!(lessons.select_file("mine.md") && !lessons.select_file("theirs.md"));
        assert_eq!(lessons.replace(vec![first()], Some(2)), Replaced::Gone("mine.md".to_owned()));
        // Meanwhile another group of the first lesson is opened, which is said of no lesson twice.
        assert_eq!(lessons.replace(vec![first()], Some(1)), Replaced::Kept(1));
        assert_eq!(open(&lessons), Some("first"));
        assert_eq!(lessons.replace(both(), Some(1)), Replaced::Kept(2));
        assert_eq!(open(&lessons), Some("mine"));
        // Who has opened another lesson meanwhile stays there.
        lessons.replace(vec![first()], Some(2));
        assert!(lessons.select("first"));
        lessons.replace(both(), Some(0));
        assert_eq!(open(&lessons), Some("first"));
    }

    #[test]
    fn the_open_lesson_stays_open_when_the_files_change() {
        let mut lessons = Lessons::default();
        lessons.replace(vec![broken("a", "A"), broken("b", "B")], None);
        assert!(lessons.select("b"));
        lessons.replace(vec![broken("0", "0"), broken("a", "A"), broken("b", "B")], None);
        assert_eq!(lessons.selected().map(|entry| entry.id.as_str()), Some("b"));
        lessons.replace(vec![broken("c", "C")], None);
        assert_eq!(lessons.selected().map(|entry| entry.id.as_str()), Some("c"));
        assert!(!lessons.select("gone"));
        lessons.replace(Vec::new(), None);
        assert_eq!(lessons.selected(), None);
    }

    #[test]
    fn neighbours_end_at_both_ends() {
        let mut lessons = Lessons::default();
        lessons.replace(vec![broken("a", "A"), broken("b", "B")], None);
        assert_eq!(lessons.neighbour(-1), None);
        assert_eq!(lessons.neighbour(1).map(|entry| entry.id.as_str()), Some("b"));
    }

    #[test]
    fn the_filter_wants_every_word() {
        let entry = broken("waiting", "Threads overlap waiting");
        assert!(entry.matches(""));
        assert!(entry.matches("WAIT over"));
        assert!(!entry.matches("wait gil"));
    }
}
