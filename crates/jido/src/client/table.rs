//! Tables for people.

use super::text::clean;
use crate::output::{note, say};
use comfy_table::{ContentArrangement, Table, presets};

/// Prints rows beneath their headings; cells are untrusted text.
pub fn print(headings: &[&str], rows: &[Vec<String>]) {
    say(&render(headings, rows));
}

/// Says that a list goes on.
pub fn say_more(more: bool) {
    if more {
        note("There are more; --limit N shows more of them.");
    }
}

fn render(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(|heading| heading.to_uppercase()).collect::<Vec<_>>());
    for row in rows {
        table.add_row(row.iter().map(|cell| clean(cell)).collect::<Vec<_>>());
    }
    let mut columns = table.column_count();
    while columns > 0 {
        columns -= 1;
        if let Some(column) = table.column_mut(columns) {
            column.set_padding((0, 2));
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_cells_are_harmless() {
        let rows = [vec!["a".to_owned(), "b\u{1b}[2J".to_owned()], vec!["longer".to_owned(), String::new()]];
        assert_eq!(render(&["name", "title"], &rows), "NAME    TITLE\na       b\\u{1b}[2J\nlonger");
    }
}
