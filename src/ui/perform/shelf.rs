//! The lesson files: filling the list, opening files, following changes on disk.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::{Services, bench};
use crate::lesson::watch::LibraryWatcher;
use crate::lesson::{Entry, Origin};
use crate::ui::state::State;
use crate::ui::state::lessons::{LessonEntry, Page, Replaced};

/// Follows the library's folder and files from now on, and says once what is wrong with them.
pub(super) fn follow(state: &mut State, services: &mut Services) {
    if let Some(problem) = services.lessons.problem() {
        state.notices.failed(format!("Some lessons are missing: {problem}."));
    }
    // Only files change: the bundled lessons are part of the program.
    if services.lessons.folder().is_none() && services.lessons.files().is_empty() {
        services.watcher = None;
        return;
    }
    let ctx = services.ctx.clone();
    services.watcher = match LibraryWatcher::start(&services.lessons, move || ctx.request_repaint()) {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            state.notices.failed(format!("Changes of lesson files are not followed: {error}."));
            None
        }
    };
}

/// Reads the lessons anew where a file has changed.
pub(super) fn drain(state: &mut State, services: &mut Services) {
    let has_changed = |watcher: &LibraryWatcher| watcher.changes().try_iter().count() > 0;
    if services.watcher.as_ref().is_some_and(has_changed) {
        services.lessons.reload();
        refill(state, services);
    }
}

/// Fills the list for the first time, and opens the lesson that was open last.
pub(super) fn fill(state: &mut State, services: &Services) {
    state.lessons.replace(services.lessons.entries().iter().map(entry).collect(), None);
    if let Some(id) = state.session.lesson.clone() {
        // One that was broken was kept by its file's name, and may be mended. One that is gone is no fault: the first is opened.
        let _is_there = state.lessons.select(&id) || state.lessons.select_file(&id);
    }
    bench::open(0, state, services);
}

/// Fills the list anew from the library; the open lesson stays open, and its experiment as it was set.
fn refill(state: &mut State, services: &Services) {
    let group = state.bench.as_ref().map(|bench| bench.index);
    let group = match state.lessons.replace(services.lessons.entries().iter().map(entry).collect(), group) {
        Replaced::Kept(group) => group,
        Replaced::Gone(name) => {
            let words = format!("The lesson {name} is gone: the first is open until it is back.");
            state.notices.done(words, Instant::now());
            state.beside = None;
            0
        }
    };
    bench::open(group, state, services);
}

/// Adds a lesson file and opens it.
pub(super) fn add_file(path: &Path, state: &mut State, services: &mut Services) {
    let index = services.lessons.add_file(path);
    follow(state, services);
    refill(state, services);
    bench::select_lesson_at(index, state, services);
}

fn entry(entry: &Entry) -> LessonEntry {
    let file = match &entry.origin {
        Origin::Bundled => None,
        Origin::File(path) => Some(path.clone()),
    };
    match &entry.lesson {
        Ok(lesson) => LessonEntry {
            id: lesson.id.clone(),
            title: lesson.title.clone(),
            file,
            page: Page::Lesson(Arc::new(lesson.clone())),
        },
        Err(errors) => LessonEntry {
            id: entry.name.clone(),
            title: entry.title().to_owned(),
            file,
            page: Page::Broken { count: errors.count_in_words(), diagnostics: errors.to_string() },
        },
    }
}
