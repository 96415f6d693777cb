//! Aligned tables for people.

use crate::domain::text::{SafeText, width};

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub heading: &'static str,
    /// At most so many cells of the terminal; the rest is cut with "…".
    pub limit: usize,
}

/// A column of at most so many cells.
pub const fn column(heading: &'static str, limit: usize) -> Column {
    Column { heading, limit }
}

/// The lines of a table, the headings first. Every text is made safe here; hidden characters are counted at the row's end.
pub fn table(columns: &[Column], rows: &[Vec<String>]) -> Vec<String> {
    let headings = (columns.iter().map(|column| column.heading.to_owned()).collect(), 0);
    let rows = rows.iter().map(|row| {
        let safe = row.iter().map(|text| SafeText::line(text)).collect::<Vec<_>>();
        let hidden = safe.iter().map(SafeText::hidden).sum::<usize>();
        (safe.iter().zip(columns).map(|(text, column)| text.fit(column.limit)).collect::<Vec<_>>(), hidden)
    });
    let lines = std::iter::once(headings).chain(rows).collect::<Vec<(Vec<String>, usize)>>();
    let widest = |place: usize| lines.iter().filter_map(|(cells, _)| cells.get(place)).map(|cell| width(cell)).max();
    let widths = (0..columns.len()).map(|place| widest(place).unwrap_or(0)).collect::<Vec<_>>();
    lines.iter().map(|(cells, hidden)| line(cells, &widths, *hidden)).collect()
}

fn line(cells: &[String], widths: &[usize], hidden: usize) -> String {
    let mut line = String::new();
    for (cell, wanted) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', wanted.saturating_sub(width(cell)) + 2));
    }
    let line = line.trim_end();
    match hidden {
        0 => line.to_owned(),
        1 => format!("{line}  ⚠ 1 hidden character"),
        many => format!("{line}  ⚠ {many} hidden characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[column("NUMBER", 8), column("SUBJECT", 12)];

    #[test]
    fn columns_line_up_under_wide_letters_and_long_ones_are_cut() {
        let rows = [
            vec!["#1".to_owned(), "退货 please".to_owned()],
            vec!["#12".to_owned(), "much too long a subject".to_owned()],
        ];
        assert_eq!(table(COLUMNS, &rows), ["NUMBER  SUBJECT", "#1      退货 please", "#12     much too lo…"]);
    }

    #[test]
    fn a_text_can_neither_break_its_row_nor_act_on_the_terminal() {
        let rows = [vec!["#1".to_owned(), "a\nb\u{1b}[31m\u{202e}c".to_owned()]];
        let lines = table(COLUMNS, &rows);
        assert_eq!(lines.len(), 2);
        assert!(!lines[1].chars().any(char::is_control) && !lines[1].contains('\u{202e}'), "{}", lines[1]);
        assert!(lines[1].ends_with("⚠ 1 hidden character"), "{}", lines[1]);
    }
}
