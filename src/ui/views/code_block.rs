//! Code in a lesson's text, with colours and a button to copy it.
//!
//! `egui_commonmark` draws code too, but its copy button is a sign that no shipped font has, and has no name.

use eframe::egui::text::TextWrapping;
use eframe::egui::{self, Align, Layout, ScrollArea, Ui};
use egui_extras::syntax_highlighting::{CodeTheme, TokenType, highlight};

use super::controls::name;
use crate::ui::theme::{Palette, size, space};

/// A part of a Markdown text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Anything but code.
    Text(&'a str),
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

/// Splits a Markdown text at its fenced blocks. Fences within lists or quotes stay with the text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
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
    parts.retain(|part| !matches!(part, Part::Text(text) if text.trim().is_empty()));
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

/// The colours of code.
pub(super) fn code_theme(ui: &Ui) -> CodeTheme {
    let palette = Palette::in_use(ui);
    let mut theme = match ui.theme() {
        egui::Theme::Dark => CodeTheme::dark(size::SMALL),
        egui::Theme::Light => CodeTheme::light(size::SMALL),
    };
    // egui's own colours are too weak on a light ground.
    for (token, color) in [
        (TokenType::Comment, palette.weak_text),
        (TokenType::Function, palette.text),
        (TokenType::Keyword, palette.accent),
        (TokenType::Literal, palette.text),
        (TokenType::StringLiteral, palette.holds),
    ] {
        theme.format_mut(token).color = color;
    }
    theme
}

/// Draws a block of code. Lines are as long as they are; the block scrolls sideways.
pub(super) fn show(ui: &mut Ui, language: &str, code: &str) {
    let palette = Palette::in_use(ui);
    let theme = code_theme(ui);
    let job = highlight(ui.ctx(), ui.style(), &theme, code, language);
    egui::Frame::new().fill(palette.faint).corner_radius(6).inner_margin(egui::Margin::same(12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let galley =
            ui.fonts_mut(|fonts| fonts.layout_job(egui::text::LayoutJob { wrap: TextWrapping::no_max_width(), ..job }));
        let place = egui::Rect::from_min_size(ui.cursor().min, galley.size());
        if galley.size().x <= ui.available_width() {
            ui.label(galley);
        } else if ui.is_rect_visible(place) {
            ScrollArea::horizontal().show(ui, |ui| ui.label(galley));
        } else {
            // egui draws the scroll bar of an area that is out of sight at the edge of what is in sight.
            ui.allocate_space(egui::vec2(ui.available_width(), galley.size().y));
        }
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let copy = ui.add(egui::Button::new("Copy").small().frame_when_inactive(false));
            name(&copy, "Copy code");
            if copy.on_hover_text("Puts this code on the clipboard.").clicked() {
                ui.copy_text(code.to_owned());
            }
        });
    });
    ui.add_space(space::S);
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
}
