//! Errors of a lesson file, each with its place: shown with the line, a caret and what was expected.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::model::format::shortened;

/// Whether a lesson can be used all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but its reader would be better off without this.
    Warning,
}

/// One error of a lesson file, or something that is better mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the lesson can be used all the same.
    pub severity: Severity,
    /// The line it begins on, from 1.
    pub line: usize,
    /// The column it begins at, from 1, counted in characters.
    pub column: usize,
    /// The bytes of the file it speaks of; empty where something is missing.
    pub span: Range<usize>,
    /// What is wrong, without full stop.
    pub message: String,
    /// What was expected there, such as "expected a whole number"; without full stop.
    pub expected: Option<String>,
    /// What to do about it, without full stop.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span` of `source`. A span that reaches beyond the source is cut to it.
    pub(super) fn new(source: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = floor_char_boundary(source, span.start);
        let end = floor_char_boundary(source, span.end).max(start);
        let before = source.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let on_line = before.get(line_start..).unwrap_or_default();
        // A byte order mark is no character of the first line.
        let on_line = if line_start == 0 { on_line.strip_prefix('\u{feff}').unwrap_or(on_line) } else { on_line };
        Self {
            severity: Severity::Error,
            line: before.matches('\n').count() + 1,
            column: on_line.chars().count() + 1,
            span: start..end,
            message: shortened(&message.into(), MOST_CHARS),
            expected: None,
            help: None,
        }
    }

    /// The same, as something that is no error.
    pub(super) fn into_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// With what was expected.
    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(shortened(&expected.into(), MOST_CHARS));
        self
    }

    /// With what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shortened(&help.into(), MOST_CHARS));
        self
    }

    /// With the nearest of the words that would have been right, if one is near.
    pub(super) fn nearest<'w>(self, word: &str, words: impl IntoIterator<Item = &'w str>) -> Self {
        match nearest(word, words) {
            Some(found) => self.help(format!("did you mean `{found}`?")),
            None => self,
        }
    }

    /// Everything it says in one line: message, what was expected, what to do.
    pub fn sentence(&self) -> String {
        let mut sentence = self.message.clone();
        for part in [&self.expected, &self.help].into_iter().flatten() {
            sentence.push_str("; ");
            sentence.push_str(part);
        }
        sentence
    }
}

/// Every error of one file, at least one, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Diagnostics {
    /// The file, as the reader knows it.
    pub name: String,
    /// The text that was read; empty where it could not be read.
    pub text: Arc<str>,
    /// The errors.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// The errors found in a file, in the order of their places and without repeats.
    pub(super) fn new(name: impl Into<String>, source: &str, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by(|a, b| (a.span.start, a.span.end, &a.message).cmp(&(b.span.start, b.span.end, &b.message)));
        list.dedup();
        Self { name: name.into(), text: Arc::from(source), list }
    }

    /// One error about the file as a whole.
    pub(super) fn of_file(name: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(name, "", vec![Diagnostic::new("", 0..0, message).help(help)])
    }

    /// How many errors there are, in words, such as "1 error"; "2 warnings" where there are no errors.
    pub fn count_in_words(&self) -> String {
        let is_of_errors = self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        let noun = if is_of_errors { "error" } else { "warning" };
        match self.list.len() {
            1 => format!("1 {noun}"),
            count => format!("{count} {noun}s"),
        }
    }

    /// One error with its file, place, line and caret, as plain text.
    pub fn render(&self, diagnostic: &Diagnostic) -> String {
        let renderer = Renderer::plain().decor_style(DecorStyle::Ascii);
        if self.text.is_empty() {
            let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            let mut shown = format!("{severity}: {}\n --> {}", diagnostic.message, self.name);
            for (label, note) in [("note", &diagnostic.expected), ("help", &diagnostic.help)] {
                if let Some(note) = note {
                    let _ = write!(shown, "\n  = {label}: {note}");
                }
            }
            return shown;
        }
        let (line, span) = self.line_of(diagnostic);
        let (line, span) = excerpt(line, span);
        let annotation = AnnotationKind::Primary.span(span);
        let annotation = match &diagnostic.expected {
            Some(expected) => annotation.label(expected.as_str()),
            None => annotation,
        };
        let snippet =
            Snippet::source(line.as_ref()).path(self.name.as_str()).line_start(diagnostic.line).annotation(annotation);
        let level = if diagnostic.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
        let mut group = level.primary_title(diagnostic.message.as_str()).element(snippet);
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    /// The line that a diagnostic begins on, and the part of the diagnostic's span that lies on it.
    fn line_of(&self, diagnostic: &Diagnostic) -> (&str, Range<usize>) {
        let start = diagnostic.span.start.min(self.text.len());
        let mut line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        if line_start == 0 && self.text.starts_with('\u{feff}') {
            line_start = '\u{feff}'.len_utf8();
        }
        let line_end = self.text[line_start..].find('\n').map_or(self.text.len(), |newline| line_start + newline);
        let line = self.text[line_start..line_end].trim_end_matches('\r');
        let from = start.saturating_sub(line_start).min(line.len());
        let to = diagnostic.span.end.saturating_sub(line_start).clamp(from, line.len());
        (line, from..to)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            f.write_str(&self.render(diagnostic))?;
        }
        Ok(())
    }
}

/// The words of a closed list for a message: "one of `a`, `b`".
pub(super) fn one_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        _ => format!("one of {}", words.join(", ")),
    }
}

/// Several words for a message: "`a` and `b`".
pub(super) fn all_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(" and ")
}

/// The word that `word` was most likely meant to be: at most a third of its letters differ, or it is cut short.
pub(super) fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    const LONGEST: usize = 64;
    const SHORTEST_BEGINNING: usize = 3;
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let plain = |word: &str| word.to_lowercase().replace(['_', ' '], "-");
    let sought = plain(word);
    words
        .into_iter()
        .filter_map(|candidate| {
            let known = plain(candidate);
            let distance = strsim::damerau_levenshtein(&sought, &known);
            let cut_short = length >= SHORTEST_BEGINNING && known.starts_with(&sought);
            (cut_short || distance <= length.max(3) / 3).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What is worth showing of a line: everything up to what is wrong, since columns are counted there, the beginning of what is
/// wrong, and a little of what follows.
fn excerpt(line: &str, span: Range<usize>) -> (Cow<'_, str>, Range<usize>) {
    let after = |from: usize, most: usize| line[from..].char_indices().nth(most).map(|(index, _)| from + index);
    let end = after(span.start, MOST_WRONG).map_or(span.end, |most| span.end.min(most));
    let shown = match after(end, MOST_AFTER) {
        Some(to) => Cow::Owned(format!("{}…", &line[..to])),
        None => Cow::Borrowed(line),
    };
    (shown, span.start..end)
}

/// The most characters of one part of an error.
const MOST_CHARS: usize = 320;
/// The most characters of a line shown after what is wrong on it.
const MOST_AFTER: usize = 80;
/// The most characters shown of what is wrong.
const MOST_WRONG: usize = 120;

fn floor_char_boundary(source: &str, index: usize) -> usize {
    let mut index = index.min(source.len());
    while !source.is_char_boundary(index) {
        index -= 1;
    }
    index
}
