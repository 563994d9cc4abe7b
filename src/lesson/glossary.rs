//! What the words of the lessons mean, and marking them in a text.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::Deserialize;

/// How links to terms begin.
pub const TERM_LINK: &str = "term:";

/// A term of the glossary.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Its name in links, such as `gil` in `[the GIL](term:gil)`.
    pub id: String,
    /// The forms in which a text may use it; the first is its name.
    pub words: Vec<String>,
    /// One or two sentences.
    pub meaning: String,
    /// Where a fact about Python was read.
    pub source: Option<String>,
}

impl Term {
    /// Its name.
    pub fn name(&self) -> &str {
        self.words.first().map_or(&self.id, |word| word)
    }

    /// Its meaning as plain text.
    pub fn plain_meaning(&self) -> String {
        self.meaning.replace('`', "")
    }
}

/// Every term.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Glossary {
    #[serde(rename = "term")]
    terms: Vec<Term>,
}

/// A text in which terms are links to their meanings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// The Markdown. The target of such a link is the meaning itself, as plain text.
    pub text: String,
    /// The words of each link, and the id of the term they stand for.
    pub links: Vec<(String, String)>,
}

static BUNDLED: LazyLock<Glossary> = LazyLock::new(|| {
    // A test reads it: what cannot be read here was never released.
    toml::from_str(include_str!("../../assets/glossary.toml")).unwrap_or_default()
});

impl Glossary {
    /// The glossary that comes with the program.
    pub fn bundled() -> &'static Self {
        &BUNDLED
    }

    /// Every term, in the order of the file.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The term of that id.
    pub fn find(&self, id: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.id == id)
    }

    /// Marks each term where the text uses it first, and every link `term:<id>`. Headings, code, tables and other links stay as
    /// they are. A link to no term keeps its words alone.
    pub fn mark(&self, markdown: &str) -> Marked {
        let mut marks: Vec<(Range<usize>, String, Option<&Term>)> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        let mut closed = 0_usize;
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_FOOTNOTES;
        for (event, span) in Parser::new_ext(markdown, options).into_offset_iter() {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => {
                    closed += 1;
                    if let Some(id) = dest_url.strip_prefix(TERM_LINK) {
                        let words = words_of_link(&markdown[span.clone()]);
                        let term = self.find(id);
                        seen.extend(term.map(|term| term.id.as_str()));
                        marks.push((span, words, term));
                    }
                }
                Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::Table(_) | Tag::Image { .. }) => {
                    closed += 1;
                }
                Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Link | TagEnd::Table | TagEnd::Image) => {
                    closed = closed.saturating_sub(1);
                }
                Event::Text(_) if closed == 0 => {
                    for (place, term) in self.uses(&markdown[span.clone()]) {
                        if !seen.contains(&term.id.as_str()) {
                            seen.push(&term.id);
                            let place = span.start + place.start..span.start + place.end;
                            marks.push((place.clone(), markdown[place].to_owned(), Some(term)));
                        }
                    }
                }
                _ => {}
            }
        }
        let mut marked = Marked::default();
        let mut at = 0;
        for (place, words, term) in marks {
            marked.text.push_str(&markdown[at..place.start]);
            at = place.end;
            match term {
                None => marked.text.push_str(&words),
                Some(term) => {
                    // Writing to a `String` cannot fail.
                    let _ = write!(marked.text, "[{words}](<{}>)", term.plain_meaning());
                    marked.links.push((words, term.id.clone()));
                }
            }
        }
        marked.text.push_str(&markdown[at..]);
        marked
    }

    /// The terms that a plain text uses, with their places, in order; of two that overlap, the longer.
    fn uses<'t>(&'t self, text: &str) -> Vec<(Range<usize>, &'t Term)> {
        let mut uses = Vec::new();
        let mut next = 0;
        for (at, _) in text.char_indices() {
            let begins = text[..at].chars().next_back().is_none_or(|before| !belongs_to_word(before));
            if at < next || !begins {
                continue;
            }
            let longest = self
                .terms
                .iter()
                .flat_map(|term| term.words.iter().map(move |word| (word, term)))
                .filter(|(word, _)| stands_at(&text[at..], word))
                .max_by_key(|(word, _)| word.len());
            if let Some((word, term)) = longest {
                next = at + word.len();
                uses.push((at..next, term));
            }
        }
        uses
    }
}

/// Whether a text begins with a word as a whole. A word in small letters may have a capital, as at the beginning of a sentence.
fn stands_at(text: &str, word: &str) -> bool {
    let Some(found) = text.get(..word.len()) else { return false };
    let rest = &text[word.len()..];
    let ends = rest.chars().next().is_none_or(|after| !belongs_to_word(after));
    let has_capital = word.chars().any(char::is_uppercase);
    ends && (found == word || (!has_capital && found.eq_ignore_ascii_case(word)))
}

fn belongs_to_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '/')
}

/// The words between the brackets of a link.
fn words_of_link(link: &str) -> String {
    let end = link.rfind("](").unwrap_or(link.len());
    link.get(1..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let links = Glossary::bundled().mark(text).links;
        let found: Vec<(&str, &str)> = links.iter().map(|(words, id)| (words.as_str(), id.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_glossary_can_be_read_and_is_sound() {
        let glossary: Glossary =
            toml::from_str(include_str!("../../assets/glossary.toml")).unwrap_or_else(|error| panic!("{error}"));
        assert!(glossary.terms.len() >= 20);
        for term in &glossary.terms {
            assert!(super::super::is_id(&term.id) && !term.words.is_empty(), "{term:?}");
            let sentences = term.plain_meaning().matches(". ").count() + 1;
            assert!(term.meaning.ends_with('.') && sentences <= 2, "{term:?}");
            assert!(!term.meaning.contains(['<', '>', '\n', '\\', '&']), "a link cannot hold it: {term:?}");
            assert_eq!(glossary.terms.iter().filter(|other| other.id == term.id).count(), 1, "{term:?}");
            let shared = |word: &String| glossary.terms.iter().filter(|other| other.words.contains(word)).count() > 1;
            assert!(!term.words.iter().any(shared), "{term:?}");
        }
    }

    #[test]
    fn a_term_is_marked_once_where_it_is_used_first() {
        check("Threads take the GIL. Another thread waits for the GIL.", &[("Threads", "thread"), ("GIL", "gil")]);
        check(
            "The switch interval is no interval.",
            &[("switch interval", "switch-interval"), ("interval", "interval")],
        );
        check("Threading, multithread, gil, thread_count, clock", &[]);
        check("I/O-bound work", &[("I/O-bound", "io-bound")]);
    }

    #[test]
    fn only_plain_text_is_marked() {
        check(
            "# The GIL\n\n`GIL` and [the GIL](https://example.org).\n\n```text\nGIL\n```\n\n| GIL |\n|---|\n| GIL |\n",
            &[],
        );
        check("- the *GIL*\n- > a lock\n", &[("GIL", "gil"), ("lock", "lock")]);
    }

    #[test]
    fn a_link_to_a_term_is_marked_whatever_its_words() {
        check("A [famous lock](term:gil) and the GIL.", &[("famous lock", "gil")]);
        let marked = Glossary::bundled().mark("No [such](term:no-such) thing.");
        assert_eq!((marked.text.as_str(), marked.links.len()), ("No such thing.", 0));
    }

    #[test]
    fn the_marked_text_is_markdown_whose_links_hold_the_meanings() {
        let marked = Glossary::bundled().mark("An event loop, and a deadlock.");
        let targets: Vec<String> = Parser::new(&marked.text)
            .filter_map(|event| match event {
                Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
                _ => None,
            })
            .collect();
        let meaning = |id: &str| Glossary::bundled().find(id).expect("a term").plain_meaning();
        assert_eq!(targets, [meaning("event-loop"), meaning("deadlock")]);
        let text: String = Parser::new(&marked.text)
            .filter_map(|event| if let Event::Text(text) = event { Some(text.to_string()) } else { None })
            .collect();
        assert_eq!(text, "An event loop, and a deadlock.");
    }
}
