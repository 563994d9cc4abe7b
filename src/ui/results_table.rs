//! The results as a table: the plot's text form, for eyes, for screen readers and for a spreadsheet.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    self, Align, Color32, FontId, Label, Layout, Role, ScrollArea, TextStyle, Ui, UiBuilder, accesskit,
};
use egui_extras::{Column, TableBuilder};

use crate::model::format::UNKNOWN;
use crate::model::table::{Column as TableColumn, ResultsTable, TableRow};

use super::curve_mark;
use super::theme::{self, Palette, space};

const ROW_HEIGHT: f32 = 24.0;

/// The width of a column after the first, in points: wide enough for the longest text it gets.
fn width(column: TableColumn) -> f32 {
    match column {
        TableColumn::Threads | TableColumn::Rounds => 64.0,
        TableColumn::Deadlocks => 120.0,
        TableColumn::Series
        | TableColumn::Speedup
        | TableColumn::Efficiency
        | TableColumn::CoresUsed
        | TableColumn::Latency
        | TableColumn::LostShare => 168.0,
        TableColumn::Throughput | TableColumn::Counted => 200.0,
    }
}

/// What the reader asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableAction {
    /// Put [`tab_separated`] on the clipboard.
    Copy,
}

/// Draws the table, at most `max_height` points high; scrolls where there is more. `empty_text` stands in for no rows.
pub fn show(ui: &mut Ui, table: &ResultsTable, max_height: f32, empty_text: &str) -> Option<TableAction> {
    if table.rows.is_empty() {
        ui.label(egui::RichText::new(empty_text).weak());
        return None;
    }
    let mut action = None;
    ui.horizontal(|ui| {
        if let Some(note) = table.note() {
            ui.add(Label::new(theme::caption(note)).truncate());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let help = "Copy the table with tabs between the columns, as spreadsheets read it";
            if ui.button("Copy table").on_hover_text(help).clicked() {
                action = Some(TableAction::Copy);
            }
        });
    });
    let builder = UiBuilder::new().accessibility_role(Role::Table).accessibility_label("Results");
    ui.scope_builder(builder, |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_row_count(table.rows.len() + 1);
            node.set_column_count(table.columns.len());
        });
        ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| rows(ui, table, max_height));
    });
    action
}

/// The whole table with tabs between columns and a line for each row, the header first.
pub fn tab_separated(table: &ResultsTable) -> String {
    let mut text = table.header().join("\t");
    for row in &table.rows {
        text.push('\n');
        text += &table.cells(row).join("\t");
    }
    text.push('\n');
    text
}

fn rows(ui: &mut Ui, table: &ResultsTable, max_height: f32) {
    let palette = Palette::in_use(ui);
    let font = TextStyle::Body.resolve(ui.style());
    let names_width = names_width(ui, table, &font);
    let mut builder = TableBuilder::new(ui)
        .striped(true)
        .cell_layout(Layout::right_to_left(Align::Center))
        .min_scrolled_height(3.0 * ROW_HEIGHT)
        .max_scroll_height((max_height - 2.0 * ROW_HEIGHT).max(3.0 * ROW_HEIGHT));
    for width in std::iter::once(names_width).chain(table.columns.iter().skip(1).map(|column| width(*column))) {
        builder = builder.column(Column::exact(width));
    }
    builder
        .header(ROW_HEIGHT, |mut header| {
            for (column, title) in table.header().into_iter().enumerate() {
                header.col(|ui| {
                    describe_cell(ui, Role::ColumnHeader, (0, column), title);
                    in_column(ui, column, |ui| ui.add(Label::new(theme::caption(title)).truncate()));
                });
            }
        })
        .body(|body| {
            body.rows(ROW_HEIGHT, table.rows.len(), |mut drawn| {
                let index = drawn.index();
                let Some(row) = table.rows.get(index) else { return };
                for (column, (cell, title)) in table.cells(row).iter().zip(table.header()).enumerate() {
                    drawn.col(|ui| {
                        let role = if column == 0 { Role::RowHeader } else { Role::Cell };
                        describe_cell(ui, role, (index + 1, column), &cell_in_words(row, title, cell, column));
                        in_column(ui, column, |ui| {
                            if column == 0 {
                                curve_mark::swatch(ui, &row.role.style());
                                ui.add(Label::new(cell).truncate())
                            } else {
                                ui.add(Label::new(number(ui, cell, &font, palette)).truncate())
                            }
                        });
                    });
                }
            });
        });
}

/// The width of the first column: swatch and longest name.
fn names_width(ui: &Ui, table: &ResultsTable, font: &FontId) -> f32 {
    // Rows of one curve stand together.
    let names = table.rows.chunk_by(|a, b| a.series == b.series).filter_map(|rows| rows.first());
    let text = ui.fonts_mut(|fonts| {
        names
            .map(|row| row.series.chars().map(|character| fonts.glyph_width(font, character)).sum())
            .fold(0.0, f32::max)
    });
    curve_mark::SWATCH.x + space::S + text + space::M
}

/// Names to the left, numbers to the right.
fn in_column<R>(ui: &mut Ui, column: usize, add: impl FnOnce(&mut Ui) -> R) {
    if column == 0 {
        ui.with_layout(Layout::left_to_right(Align::Center), add);
    } else {
        ui.add_space(space::S);
        add(ui);
    }
}

/// A number with its interval in a quieter colour.
fn number(ui: &Ui, cell: &str, font: &FontId, palette: &Palette) -> LayoutJob {
    let (value, interval) = cell.split_at(cell.find(" (").unwrap_or(cell.len()));
    let color: Color32 = if value == UNKNOWN { palette.weak_text } else { palette.text };
    let mut job = theme::tabular(ui, value, font, color);
    theme::append_tabular(ui, &mut job, interval, font, palette.weak_text);
    job
}

fn describe_cell(ui: &Ui, role: Role, (row, column): (usize, usize), text: &str) {
    let bounds = ui.max_rect();
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(role);
        node.set_bounds(accesskit::Rect {
            x0: bounds.left().into(),
            y0: bounds.top().into(),
            x1: bounds.right().into(),
            y1: bounds.bottom().into(),
        });
        node.set_row_index(row);
        node.set_column_index(column);
        node.set_label(text);
    });
}

/// What a screen reader says of a cell, with its column, since it may be read out of its row.
fn cell_in_words(row: &TableRow, title: &str, cell: &str, column: usize) -> String {
    if column == 0 {
        format!("{}, {}", row.series, crate::model::format::threads(row.threads.get()))
    } else if cell == UNKNOWN {
        format!("{title}: unknown")
    } else {
        format!("{title}: {cell}")
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::model::results::Results;
    use crate::model::workload::Bound;
    use crate::ui::sample;

    type State = (ResultsTable, Option<TableAction>);

    fn table(threads: &[usize]) -> ResultsTable {
        ResultsTable::of(&sample::results(Bound::Cpu, 4.0, threads))
    }

    fn harness(table: ResultsTable) -> Harness<'static, State> {
        Harness::builder().with_size(vec2(1100.0, 300.0)).with_context_setup(theme::install).build_ui_state(
            |ui, (table, action): &mut State| {
                let answer = show(ui, table, 260.0, "Nothing was measured yet");
                *action = action.or(answer);
            },
            (table, None),
        )
    }

    #[test]
    fn a_screen_reader_hears_columns_and_rows() {
        let harness = harness(table(&[1, 2]));
        let node = harness.get_by_role_and_label(Role::Table, "Results");
        assert_eq!(
            (node.accesskit_node().data().row_count(), node.accesskit_node().data().column_count()),
            (Some(7), Some(7))
        );
        harness.get_by_role_and_label(Role::ColumnHeader, "Speedup");
        let row = harness.get_by_role_and_label(Role::RowHeader, "GIL model, 2 threads").rect();
        let speedups: Vec<_> =
            harness.get_all_by_role(Role::Cell).filter(|cell| (cell.rect().top() - row.top()).abs() < 1.0).collect();
        assert_eq!(speedups.len(), 6);
        let label = |cell: &egui_kittest::Node<'_>| cell.accesskit_node().label().unwrap_or_default();
        assert!(speedups.iter().any(|cell| label(cell).starts_with("Speedup: 0.9")), "no speedup in the row");
        assert!(speedups.iter().any(|cell| label(cell) == "Threads: 2"));
    }

    #[test]
    fn numbers_stand_at_the_right() {
        let harness = harness(table(&[1, 2, 4]));
        let rights: Vec<f32> = harness
            .get_all_by_role(Role::Label)
            .filter(|node| node.accesskit_node().value().is_some_and(|text| text.contains(" to ")))
            .map(|node| node.rect().right())
            .collect();
        let mut columns: Vec<String> = rights.iter().map(|right| format!("{right:.0}")).collect();
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), 4, "throughput, speedup, efficiency and cores used: {rights:?}");
    }

    #[test]
    fn what_is_unknown_is_a_dash() {
        let mut unknown = table(&[1, 2]);
        for row in &mut unknown.rows {
            row.cores_used = None;
        }
        let harness = harness(unknown);
        assert_eq!(harness.get_all_by_label("Cores used: unknown").count(), 6);
        assert_eq!(harness.get_all_by_label("–").count(), 6);
    }

    #[test]
    fn only_visible_rows_are_drawn() {
        let threads: Vec<usize> = (1..=300).collect();
        let harness = harness(table(&threads));
        let drawn = harness.get_all_by_role(Role::RowHeader).count();
        assert!((3..30).contains(&drawn), "{drawn} of 900 rows");
    }

    #[test]
    fn copying_is_asked_for() {
        let mut harness = harness(table(&[1, 2]));
        harness.get_by_label("Copy table").click();
        harness.run();
        assert_eq!(harness.state().1, Some(TableAction::Copy));
    }

    #[test]
    fn tabs_and_lines() {
        let text = tab_separated(&table(&[1, 2]));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 7);
        assert!(lines.iter().all(|line| line.split('\t').count() == 7));
        assert!(lines[0].starts_with("Series\tThreads\tUnits per second"));
        assert!(lines[6].starts_with("Ceiling\t2\t"));
    }

    #[test]
    fn an_empty_table_says_so() {
        let harness = harness(ResultsTable::of(&Results::default()));
        harness.get_by_label("Nothing was measured yet");
        assert!(harness.query_by_label("Copy table").is_none());
    }
}
