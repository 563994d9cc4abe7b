//! Tables in a lesson's text. Cells wrap, so that the whole table is in sight however narrow the text is.
//!
//! `egui_commonmark` draws a table with cells of one line each and lets it scroll sideways: in a narrow panel the columns that
//! matter are out of sight.

use std::hash::Hash;
use std::sync::Arc;

use eframe::egui::cache::{ComputerMut, FrameCache};
use eframe::egui::{self, Align, Frame, Layout, Margin, TextStyle, Ui, vec2};
use egui_commonmark::CommonMarkCache;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::glossary;
use crate::ui::theme::{self, Palette, space};

/// Between two columns, in points.
const GAP: f32 = 14.0;

/// Around the text of a row, in points.
const MARGIN: Margin = Margin::symmetric(8, 3);

/// A table of Markdown: each cell is the Markdown between two bars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Reads a table once, as long as it is shown.
#[derive(Default)]
struct Reader;

impl ComputerMut<&str, Table> for Reader {
    fn compute(&mut self, source: &str) -> Table {
        Table::read(source)
    }
}

impl Table {
    fn read(source: &str) -> Self {
        let mut table = Self::default();
        let mut is_head = true;
        for (event, span) in Parser::new_ext(source, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::TableHead) => is_head = true,
                Event::Start(Tag::TableRow) => {
                    is_head = false;
                    table.rows.push(Vec::new());
                }
                Event::Start(Tag::TableCell) => {
                    let cell = source[span].trim().trim_matches('|').trim().to_owned();
                    match table.rows.last_mut().filter(|_| !is_head) {
                        Some(row) => row.push(cell),
                        None => table.heads.push(cell),
                    }
                }
                _ => {}
            }
        }
        table
    }

    fn all_rows(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.heads).chain(&self.rows)
    }

    /// How wide each column must be for its longest word, and how wide it is without wrapping.
    fn widths(&self, ui: &Ui) -> Vec<Needed> {
        let mut needed = vec![Needed::default(); self.heads.len()];
        for row in self.all_rows() {
            for (column, cell) in needed.iter_mut().zip(row) {
                let words = plain(cell);
                let longest = words.split_whitespace().map(|word| width_of(ui, word)).fold(0.0, f32::max);
                column.least = column.least.max(longest);
                column.most = column.most.max(width_of(ui, &words));
            }
        }
        needed
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Needed {
    least: f32,
    most: f32,
}

/// How wide each column is in `room` points, or `None` where not even the longest words have room beside one another.
fn shares(needed: &[Needed], room: f32) -> Option<Vec<f32>> {
    let (least, most) = needed.iter().fold((0.0, 0.0), |(least, most), it| (least + it.least, most + it.most));
    if most <= room {
        return Some(needed.iter().map(|column| column.most).collect());
    }
    let spare = room - least;
    (spare >= 0.0).then(|| {
        needed.iter().map(|column| column.least + spare * (column.most - column.least) / (most - least)).collect()
    })
}

/// The words of a cell without the marks of Markdown that take no room.
fn plain(cell: &str) -> String {
    let mut words = String::new();
    for event in Parser::new(cell) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

fn width_of(ui: &Ui, words: &str) -> f32 {
    // Code is wider than text, and bold text a little.
    const ALLOWANCE: f32 = 1.06;
    let font = TextStyle::Body.resolve(ui.style());
    let color = ui.visuals().text_color();
    ui.fonts_mut(|fonts| fonts.layout_no_wrap(words.to_owned(), font, color).size().x) * ALLOWANCE + 2.0
}

/// What the columns of a table need, worked out once for each size of its text: measuring every word in every frame would cost
/// more than all else that is drawn of it.
fn needed(ui: &Ui, source: &str, table: &Table) -> Arc<[Needed]> {
    let font = TextStyle::Body.resolve(ui.style());
    let id =
        egui::Id::unique(("table columns", egui::epaint::util::hash((source, font)), ui.pixels_per_point().to_bits()));
    if let Some(needed) = ui.data(|data| data.get_temp(id)) {
        return needed;
    }
    let needed: Arc<[Needed]> = table.widths(ui).into();
    ui.data_mut(|data| data.insert_temp(id, Arc::clone(&needed)));
    needed
}

/// Draws the table whose lines `source` is.
pub(super) fn show(ui: &mut Ui, source: &str, markdown: &mut CommonMarkCache, salt: impl Hash + std::fmt::Debug) {
    let table = ui.memory_mut(|memory| memory.caches.cache::<FrameCache<Table, Reader>>().get(source).clone());
    if table.heads.is_empty() {
        return;
    }
    let gaps: f32 = table.heads.iter().skip(1).map(|_| GAP).sum();
    let room = ui.available_width() - f32::from(MARGIN.left + MARGIN.right) - gaps - 2.0;
    let widths = shares(&needed(ui, source, &table), room);
    ui.push_id(salt, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let border = ui.visuals().widgets.noninteractive.bg_stroke;
        Frame::new().stroke(border).corner_radius(6).show(ui, |ui| match &widths {
            Some(widths) => beside_one_another(ui, &table, widths, markdown),
            None => below_one_another(ui, &table, markdown),
        });
    });
    ui.add_space(space::S);
}

fn row(ui: &mut Ui, index: usize, add: impl FnOnce(&mut Ui)) {
    let fill = if index % 2 == 1 { Palette::in_use(ui).faint } else { egui::Color32::TRANSPARENT };
    ui.push_id(index, |ui| {
        Frame::new().fill(fill).corner_radius(6).inner_margin(MARGIN).show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui);
        });
    });
}

fn beside_one_another(ui: &mut Ui, table: &Table, widths: &[f32], markdown: &mut CommonMarkCache) {
    for (index, cells) in table.all_rows().enumerate() {
        row(ui, index, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
                    ui.push_id(column, |ui| {
                        ui.allocate_ui_with_layout(vec2(*width, 0.0), Layout::top_down(Align::LEFT), |ui| {
                            ui.set_width(*width);
                            text(ui, cell, index == 0, markdown);
                        });
                    });
                }
            });
        });
    }
}

/// Each row as a small list: its first cell, and then what each column says of it.
fn below_one_another(ui: &mut Ui, table: &Table, markdown: &mut CommonMarkCache) {
    for (index, cells) in table.rows.iter().enumerate() {
        row(ui, index, |ui| {
            ui.vertical(|ui| {
                let (first, rest) = cells.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
                text(ui, first, true, markdown);
                for (column, (head, cell)) in table.heads.iter().skip(1).zip(rest).enumerate() {
                    if !cell.is_empty() {
                        ui.push_id(column, |ui| text(ui, &format!("{head}: {cell}"), false, markdown));
                    }
                }
            });
        });
    }
}

fn text(ui: &mut Ui, cell: &str, is_strong: bool, markdown: &mut CommonMarkCache) {
    if is_strong {
        ui.add(egui::Label::new(theme::strong(plain(cell))).wrap());
    } else {
        glossary::show_unmarked(ui, cell, markdown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_the_markdown_between_the_bars() {
        let table = Table::read("| a | b |\n|---|--:|\n| `x\\|y` and *z* | |\n| [l](experiment:wait) | 2 |\n");
        assert_eq!(table.heads, ["a", "b"]);
        assert_eq!(table.rows, [["`x\\|y` and *z*", ""], ["[l](experiment:wait)", "2"]]);
        assert_eq!(plain("[l](experiment:wait) and `x`"), "l and x");
        assert_eq!(Table::read("no table"), Table::default());
    }

    #[test]
    fn columns_share_the_room_by_what_they_need() {
        let needed = [Needed { least: 40.0, most: 40.0 }, Needed { least: 60.0, most: 160.0 }];
        assert_eq!(shares(&needed, 300.0), Some(vec![40.0, 160.0]));
        assert_eq!(shares(&needed, 150.0), Some(vec![40.0, 110.0]));
        assert_eq!(shares(&needed, 99.0), None);
    }
}
