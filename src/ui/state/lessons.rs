//! The lessons on the shelf, in order, broken ones among them.

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
}

impl Lessons {
    /// Replaces the lessons; the one that was open stays open where it is still there.
    pub fn replace(&mut self, entries: Vec<LessonEntry>) {
        let open = self.selected().map(|entry| entry.id.clone());
        self.entries = entries;
        self.selected = open.and_then(|id| self.index_of(&id)).unwrap_or(0);
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
        self.selected = index.unwrap_or(self.selected);
        index.is_some()
    }

    /// The lesson `steps` after the open one, if it is there.
    pub fn neighbour(&self, steps: isize) -> Option<&LessonEntry> {
        self.entries.get(self.selected.checked_add_signed(steps)?)
    }

    /// The groups of the open lesson.
    pub fn groups(&self) -> Vec<Group> {
        self.lesson().map(|lesson| Group::all_of(lesson)).unwrap_or_default()
    }

    fn index_of(&self, id: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.id == id)
    }
}

impl LessonEntry {
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
        LessonEntry { id: id.to_owned(), title: title.to_owned(), page }
    }

    #[test]
    fn the_open_lesson_stays_open_when_the_files_change() {
        let mut lessons = Lessons::default();
        lessons.replace(vec![broken("a", "A"), broken("b", "B")]);
        assert!(lessons.select("b"));
        lessons.replace(vec![broken("0", "0"), broken("a", "A"), broken("b", "B")]);
        assert_eq!(lessons.selected().map(|entry| entry.id.as_str()), Some("b"));
        lessons.replace(vec![broken("c", "C")]);
        assert_eq!(lessons.selected().map(|entry| entry.id.as_str()), Some("c"));
        assert!(!lessons.select("gone"));
        lessons.replace(Vec::new());
        assert_eq!(lessons.selected(), None);
    }

    #[test]
    fn neighbours_end_at_both_ends() {
        let mut lessons = Lessons::default();
        lessons.replace(vec![broken("a", "A"), broken("b", "B")]);
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
