//! The Markdown below the front matter: headings, code, links and the FAQ.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::diagnostic::{Diagnostic, one_of};
use super::glossary::{Glossary, TERM_LINK};
use super::{CodeBlock, CodeRole, FaqEntry, Section};

mod defines;

pub(super) use defines::may_define_work;

/// The scheme of links that open an experiment.
const EXPERIMENT: &str = "experiment:";

/// The word after a fence's language that makes the block the lesson's own workload.
const WORK: &str = "work";

/// The heading that begins the questions.
const FAQ: &str = "FAQ";

/// What a question ends with: in the scripts of Europe, of East Asia, and in the Arabic one.
const QUESTION_MARKS: [char; 3] = ['?', '\u{ff1f}', '\u{61f}'];

/// What the body says. Its parts may be missing where the body had errors.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) text: String,
    pub(super) sections: Vec<Section>,
    pub(super) code: Vec<CodeBlock>,
    pub(super) faq: Vec<FaqEntry>,
    pub(super) python: Vec<PythonBlock>,
    /// The place of the line that begins the lesson's own workload.
    pub(super) work: Option<Range<usize>>,
}

/// A block of Python in a lesson's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonBlock {
    /// The line of the file that its first line is on, from 1.
    pub line: usize,
    /// The code.
    pub text: String,
}

/// The longest paragraph that reads well beside a plot, in words: beyond it a reader loses the line.
const MOST_WORDS: usize = 120;

/// Reads the body, which begins at byte `base` of the file `source`. `experiments` are the ids that links may name;
/// `None` where they are unknown because the front matter could not be read.
pub(super) fn read(source: &str, base: usize, experiments: Option<&[String]>, report: &mut Vec<Diagnostic>) -> Body {
    let markdown = source.get(base..).unwrap_or_default();
    let (links, code, python) = (Vec::new(), Vec::new(), Vec::new());
    let mut reader = Reader { source, base, experiments, report, links, code, python, work: None };
    let headings = reader.events(markdown);
    let faq = reader.faq_range(markdown, &headings);
    let links = std::mem::take(&mut reader.links);
    let entries = faq.as_ref().map_or_else(Vec::new, |faq| reader.entries(markdown, faq, &headings, &links));
    let code = std::mem::take(&mut reader.code);
    let python = std::mem::take(&mut reader.python);
    let work = reader.work.take();

    let (text, cut) = match &faq {
        None => (markdown.trim().to_owned(), 0..0),
        Some(faq) => {
            let before = markdown[..faq.start].trim_end();
            let after = markdown[faq.end..].trim_end();
            let text = if after.is_empty() { before.to_owned() } else { format!("{before}\n\n{after}") };
            (text.trim().to_owned(), faq.clone())
        }
    };
    let sections = headings
        .iter()
        .filter(|heading| !cut.contains(&heading.span.start))
        .map(|heading| Section { level: heading.level, title: heading.title.clone() })
        .collect();
    Body { text, sections, code, faq: entries, python, work }
}

struct Heading {
    level: u8,
    title: String,
    span: Range<usize>,
}

struct Link {
    experiment: String,
    start: usize,
}

struct Reader<'r> {
    source: &'r str,
    base: usize,
    experiments: Option<&'r [String]>,
    report: &'r mut Vec<Diagnostic>,
    links: Vec<Link>,
    code: Vec<CodeBlock>,
    python: Vec<PythonBlock>,
    work: Option<Range<usize>>,
}

impl Reader<'_> {
    fn error(&self, span: &Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.source, self.base + span.start..self.base + span.end, message)
    }

    /// Goes through the text once: checks links, code and what the window cannot show; returns the headings.
    fn events(&mut self, markdown: &str) -> Vec<Heading> {
        // What the window's Markdown view understands.
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_FOOTNOTES;
        let mut headings: Vec<Heading> = Vec::new();
        let mut in_heading = false;
        let mut block: Option<(CodeRole, String, String)> = None;
        let mut words: Option<usize> = None;
        for (event, span) in Parser::new_ext(markdown, options).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    in_heading = true;
                    headings.push(Heading { level: number(level), title: String::new(), span });
                }
                Event::End(TagEnd::Heading(_)) => {
                    in_heading = false;
                    if let Some(heading) = headings.last_mut() {
                        heading.title = heading.title.trim().to_owned();
                    }
                }
                Event::Start(Tag::Paragraph) => words = Some(0),
                Event::End(TagEnd::Paragraph) => self.paragraph(&span, words.take().unwrap_or(0)),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let (language, role) = self.fence(markdown, &span, &info);
                    block = Some((role, language, String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((role, language, text)) = block.take() {
                        self.fence_end(markdown, &span);
                        self.code_block(&span, role, language, text);
                    }
                }
                Event::Start(Tag::Link { link_type, dest_url, .. }) => self.link(markdown, &span, link_type, &dest_url),
                Event::Start(Tag::Image { .. }) => {
                    let error = self
                        .error(&span, "a lesson cannot show pictures")
                        .help("say it in words, or let an experiment draw it");
                    self.report.push(error);
                }
                Event::Html(_) | Event::InlineHtml(_) => {
                    let error = self
                        .error(&span, "HTML is not understood and would be shown as it stands")
                        .help("put it between backticks, or write `\\<` for a plain `<`");
                    self.report.push(error);
                }
                Event::Text(text) => {
                    if let Some(words) = &mut words {
                        *words += text.split_whitespace().count();
                    }
                    if let Some((_, _, code)) = &mut block {
                        code.push_str(&text);
                    } else if in_heading {
                        push_title(&mut headings, &text);
                    }
                }
                Event::Code(text) if in_heading => push_title(&mut headings, &text),
                Event::SoftBreak | Event::HardBreak if in_heading => push_title(&mut headings, " "),
                _ => {}
            }
        }
        headings
    }

    /// Reads the words after the opening fence: the language, and for Python the role.
    fn fence(&mut self, markdown: &str, span: &Range<usize>, info: &str) -> (String, CodeRole) {
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        let mut role = CodeRole::Example;
        for word in words.filter(|_| language == "python") {
            if word == WORK && role == CodeRole::Example {
                role = CodeRole::Work;
            } else {
                let place = find(markdown, span, word);
                let error = self
                    .error(&place, format!("unknown word `{word}` after `python`"))
                    .expected(format!("expected `{WORK}` or nothing"))
                    .nearest(word, [WORK]);
                self.report.push(error);
            }
        }
        (language, role)
    }

    /// Reports a fenced block without its last line, which takes everything below it for code.
    fn fence_end(&mut self, markdown: &str, span: &Range<usize>) {
        let mut lines = markdown[span.clone()].trim_end().lines();
        let fence = lines.next().unwrap_or_default();
        let is_end = |line: &str| {
            let line = line.trim_start_matches([' ', '\t', '>']);
            line.len() >= 3 && (line.bytes().all(|byte| byte == b'`') || line.bytes().all(|byte| byte == b'~'))
        };
        if markdown[span.end..].trim().is_empty() && !lines.last().is_some_and(is_end) {
            let marks = fence.chars().take_while(|c| matches!(c, '`' | '~')).collect::<String>();
            let error = self
                .error(&first_line(self.source, self.base, span), "this block of code has no end")
                .help(format!("put the line {marks} below the code"));
            self.report.push(error);
        }
    }

    fn code_block(&mut self, span: &Range<usize>, role: CodeRole, language: String, text: String) {
        if role == CodeRole::Work {
            if text.trim().is_empty() {
                let error = self.error(&first_line(self.source, self.base, span), "the lesson's workload is empty");
                self.report.push(error.expected("expected Python code below this line"));
            }
            let place = first_line(self.source, self.base, span);
            self.work.get_or_insert(self.base + place.start..self.base + place.end);
            if self.code.iter().any(|block| block.role == CodeRole::Work) {
                let error = self
                    .error(
                        &first_line(self.source, self.base, span),
                        "a lesson has one workload of its own, and this is the second",
                    )
                    .help("fence it as ```python, without `work`, if it is an example");
                self.report.push(error);
            }
        }
        if language == "python" {
            let begins = self.error(span, "").line;
            self.python.push(PythonBlock { line: begins + 1, text: text.clone() });
        }
        self.code.push(CodeBlock { role, language, text });
    }

    fn paragraph(&mut self, span: &Range<usize>, words: usize) {
        if words > MOST_WORDS {
            let place = first_line(self.source, self.base, span);
            let warning = self
                .error(
                    &place,
                    format!(
                        "this paragraph has {words} words, and more than {MOST_WORDS} are hard to read beside a plot"
                    ),
                )
                .help("break it in two where a new thought begins");
            self.report.push(warning.into_warning());
        }
    }

    fn link(&mut self, markdown: &str, span: &Range<usize>, link_type: LinkType, target: &str) {
        if link_type == LinkType::Email {
            return;
        }
        let place = find(markdown, span, target);
        if let Some(id) = target.strip_prefix(EXPERIMENT) {
            let Some(known) = self.experiments else { return };
            if !known.iter().any(|known| known == id) {
                let ids = || known.iter().map(String::as_str);
                let error = self
                    .error(&place, format!("the lesson has no experiment `{id}`"))
                    .expected(format!("expected {}", one_of(ids())))
                    .nearest(id, ids());
                self.report.push(error);
            }
            self.links.push(Link { experiment: id.to_owned(), start: span.start });
        } else if let Some(id) = target.strip_prefix(TERM_LINK) {
            let terms = || Glossary::bundled().terms().iter().map(|term| term.id.as_str());
            if Glossary::bundled().find(id).is_none() {
                let error = self
                    .error(&place, format!("the glossary has no term `{id}`"))
                    .expected(format!("expected {}", one_of(terms())))
                    .nearest(id, terms());
                self.report.push(error);
            }
        } else if !["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
            let scheme = target.split_once(':').map_or(target, |(scheme, _)| scheme);
            let error = self
                .error(&place, format!("a link cannot lead to `{target}`"))
                .expected("expected `experiment:…`, `term:…`, `https://…` or `mailto:…`")
                .nearest(scheme, ["experiment", "term", "https", "http", "mailto"]);
            self.report.push(error);
        }
    }

    /// From the heading `## FAQ` to the next heading of its level, or the end.
    fn faq_range(&mut self, markdown: &str, headings: &[Heading]) -> Option<Range<usize>> {
        let is_faq = |heading: &&Heading| heading.level <= 2 && heading.title.eq_ignore_ascii_case(FAQ);
        let mut found = headings.iter().filter(is_faq);
        let first = found.next()?;
        for again in found {
            let error = self.error(&again.span, "there is a second FAQ").help("put all questions below the first one");
            self.report.push(error);
        }
        let end = headings
            .iter()
            .find(|heading| heading.span.start > first.span.start && heading.level <= 2)
            .map_or(markdown.len(), |next| next.span.start);
        Some(first.span.start..end)
    }

    fn entries(&mut self, markdown: &str, faq: &Range<usize>, headings: &[Heading], links: &[Link]) -> Vec<FaqEntry> {
        let within: Vec<&Heading> =
            headings.iter().filter(|heading| faq.contains(&heading.span.start) && heading.level <= 3).collect();
        let Some((title, questions)) = within.split_first() else { return Vec::new() };
        let first_end = questions.first().map_or(faq.end, |first| first.span.start);
        if questions.is_empty() {
            let error = self
                .error(&title.span, "the FAQ has no question")
                .help("write each question as a heading, `### What is the GIL?`, with its answer below");
            self.report.push(error);
        } else if !markdown[title.span.end..first_end].trim().is_empty() {
            let stray = trimmed(markdown, title.span.end..first_end);
            let error = self
                .error(&first_line(self.source, self.base, &stray), "this text belongs to no question of the FAQ")
                .help("put a `###` heading above it, or move it above `## FAQ`");
            self.report.push(error);
        }
        let mut entries: Vec<FaqEntry> = Vec::new();
        for (index, question) in questions.iter().enumerate() {
            let end = questions.get(index + 1).map_or(faq.end, |next| next.span.start);
            let answer = markdown[question.span.end.min(end)..end].trim();
            if question.title.is_empty() {
                let error = self.error(&trimmed(markdown, question.span.clone()), "this question is empty");
                self.report.push(error);
            } else if answer.is_empty() {
                let place = trimmed(markdown, question.span.clone());
                let error = self
                    .error(&place, format!("the question \u{201c}{}\u{201d} has no answer", question.title))
                    .expected("expected text below this heading");
                self.report.push(error);
            }
            if !question.title.is_empty() && !question.title.trim_end().ends_with(QUESTION_MARKS) {
                let place = trimmed(markdown, question.span.clone());
                let warning = self
                    .error(&place, format!("the FAQ has \u{201c}{}\u{201d}, which is no question", question.title))
                    .help("end it with `?`; use `####` for a heading within an answer; and end the FAQ with a heading `##`");
                self.report.push(warning.into_warning());
            }
            let mut experiments: Vec<String> = Vec::new();
            for link in links.iter().filter(|link| (question.span.start..end).contains(&link.start)) {
                if !experiments.contains(&link.experiment) {
                    experiments.push(link.experiment.clone());
                }
            }
            if experiments.is_empty() && !question.title.is_empty() {
                let place = trimmed(markdown, question.span.clone());
                let warning = self
                    .error(&place, format!("no experiment shows the answer to \u{201c}{}\u{201d}", question.title))
                    .help("link one, such as `[the experiment](experiment:…)`, so that the reader can see it");
                self.report.push(warning.into_warning());
            }
            entries.push(FaqEntry { question: question.title.clone(), answer: answer.to_owned(), experiments });
        }
        entries
    }
}

fn push_title(headings: &mut [Heading], text: &str) {
    if let Some(heading) = headings.last_mut() {
        heading.title.push_str(text);
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// The last place of `word` within `span`, or the whole span where escapes hide it.
fn find(markdown: &str, span: &Range<usize>, word: &str) -> Range<usize> {
    let found = markdown.get(span.clone()).filter(|_| !word.is_empty()).and_then(|text| text.rfind(word));
    found.map_or_else(|| span.clone(), |at| span.start + at..span.start + at + word.len())
}

/// The span without white space at its ends.
fn trimmed(markdown: &str, span: Range<usize>) -> Range<usize> {
    let text = &markdown[span.clone()];
    let start = span.start + (text.len() - text.trim_start().len());
    start..(start + text.trim().len())
}

/// The part of the span on its first line.
fn first_line(source: &str, base: usize, span: &Range<usize>) -> Range<usize> {
    let text = source.get(base + span.start..base + span.end).unwrap_or_default();
    let length = text.find(['\r', '\n']).unwrap_or(text.len());
    span.start..span.start + length
}
