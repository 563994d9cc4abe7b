//! A lesson's text in the parts that are drawn differently: running text, tables and code.

/// A part of a Markdown text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Anything but code and tables.
    Text(&'a str),
    /// The lines of a table.
    Table(&'a str),
    /// A fenced block.
    Code {
        /// The first word after the fence, or "".
        language: &'a str,
        /// The lines between the fences.
        code: &'a str,
        /// Whether it is the lesson's own workload.
        is_work: bool,
    },
}

/// Splits a Markdown text at its fenced blocks and tables. Those within lists or quotes stay with the text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let is_text = |part: &Part<'_>| !matches!(part, Part::Text(text) if text.trim().is_empty());
    let tables = |part| match part {
        Part::Text(text) => text_and_tables(text),
        other => vec![other],
    };
    text_and_code(text).into_iter().flat_map(tables).filter(is_text).collect()
}

/// Splits a text without code at its tables: lines that begin with a bar, the second of which draws the line below the heads.
fn text_and_tables(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while at < text.len() {
        let rows = table_at(&text[at..]);
        if rows > 0 {
            parts.extend([Part::Text(&text[begin..at]), Part::Table(&text[at..at + rows])]);
            begin = at + rows;
        }
        at = if rows > 0 { begin } else { at + text[at..].find('\n').map_or(text.len() - at, |end| end + 1) };
    }
    parts.push(Part::Text(&text[begin..]));
    parts
}

/// How many bytes the table has that the text begins with, or 0.
fn table_at(text: &str) -> usize {
    let lines = || text.split_inclusive('\n').take_while(|line| line.starts_with('|'));
    let is_ruled =
        lines().nth(1).is_some_and(|line| line.contains("--") && line.trim().chars().all(|it| "|-: ".contains(it)));
    if is_ruled { lines().map(str::len).sum() } else { 0 }
}

fn text_and_code(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    let mut open: Option<(&str, Info<'_>, usize)> = None;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let trimmed = line.trim_end();
        match open {
            None => {
                if let Some(fence) = fence_of(trimmed) {
                    parts.push(Part::Text(&text[begin..at]));
                    open = Some((fence, Info::of(&trimmed[fence.len()..]), next));
                }
            }
            Some((fence, info, from)) => {
                if trimmed.starts_with(fence) && trimmed.trim_start_matches(&fence[..1]).is_empty() {
                    parts.push(info.part(text[from..at].trim_end()));
                    (open, begin) = (None, next);
                }
            }
        }
        at = next;
    }
    parts.push(match open {
        // As in CommonMark, a fence without end holds the rest.
        Some((_, info, from)) => info.part(text[from..].trim_end()),
        None => Part::Text(&text[begin..]),
    });
    parts
}

/// What stands after a fence.
#[derive(Clone, Copy)]
struct Info<'a> {
    language: &'a str,
    is_work: bool,
}

impl<'a> Info<'a> {
    fn of(words: &'a str) -> Self {
        let mut words = words.split_whitespace();
        let language = words.next().unwrap_or("");
        Self { language, is_work: language == "python" && words.next() == Some("work") }
    }

    fn part(self, code: &'a str) -> Part<'a> {
        Part::Code { language: self.language, code, is_work: self.is_work }
    }
}

/// A Markdown text with the lines of each paragraph joined to one.
///
/// `egui_commonmark` lays out each line of the source by itself, with a space between: where the text wraps just there, the
/// next row would begin with that space.
pub(super) fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        joined.push_str(if joined.ends_with(' ') { line.trim_start() } else { line });
        let goes_on = lines.peek().is_some_and(|next| is_running(line) && is_running(next) && !begins_block(next));
        let is_hard_break = line.ends_with("  ") || line.ends_with('\\');
        joined.push(if goes_on && !is_hard_break { ' ' } else { '\n' });
    }
    joined
}

/// Whether a line is running text, maybe of a list.
fn is_running(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with(['#', '|', '>', '<', '`', '~', '=', '[']) && !line.starts_with("---")
}

fn begins_block(line: &str) -> bool {
    let line = line.trim_start();
    let number = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let is_numbered = number.len() < line.len() && number.starts_with(['.', ')']);
    is_numbered || ["- ", "* ", "+ "].iter().any(|bullet| line.starts_with(bullet))
}

fn fence_of(line: &str) -> Option<&str> {
    let sign = line.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(sign).len();
    (length >= 3).then(|| &line[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[Part<'_>]) {
        assert_eq!(parts(text), expected);
    }

    #[test]
    fn paragraphs_are_joined_and_nothing_else() {
        for (text, expected) in [
            ("one\ntwo", "one two\n"),
            ("one\n\ntwo", "one\n\ntwo\n"),
            ("- one\n  two\n- three", "- one two\n- three\n"),
            ("1. one\n2. two", "1. one\n2. two\n"),
            ("# title\ntext", "# title\ntext\n"),
            ("| a | b |\n|---|---|", "| a | b |\n|---|---|\n"),
            ("one  \ntwo", "one  \ntwo\n"),
            ("one\n> two", "one\n> two\n"),
        ] {
            assert_eq!(joined(text), expected, "{text:?}");
        }
    }

    #[test]
    fn text_and_code_are_told_apart() {
        let code = |language, code| Part::Code { language, code, is_work: false };
        check("Only text.", &[Part::Text("Only text.")]);
        check("", &[]);
        check(
            "A\n```python work\nx = 1\n\ny = 2\n```\nB",
            &[
                Part::Text("A\n"),
                Part::Code { language: "python", code: "x = 1\n\ny = 2", is_work: true },
                Part::Text("B"),
            ],
        );
        check("````\n```\n````\n", &[code("", "```")]);
        check("~~~ text\n```\n~~~", &[code("text", "```")]);
        check("```\nno end", &[code("", "no end")]);
        check("- a list\n  ```\n  stays\n  ```\n", &[Part::Text("- a list\n  ```\n  stays\n  ```\n")]);
        check("``inline`` code", &[Part::Text("``inline`` code")]);
    }

    #[test]
    fn text_and_tables_are_told_apart() {
        let table = "| a | b |\n|---|:-:|\n| 1 | 2 |\n";
        check(table, &[Part::Table(table)]);
        check(&format!("A\n\n{table}\nB"), &[Part::Text("A\n\n"), Part::Table(table), Part::Text("\nB")]);
        check("| no table\n| at all", &[Part::Text("| no table\n| at all")]);
        check("|-", &[Part::Text("|-")]);
        let code = Part::Code { language: "", code: table.trim_end(), is_work: false };
        check(&format!("```\n{table}```\n"), &[code]);
    }
}
