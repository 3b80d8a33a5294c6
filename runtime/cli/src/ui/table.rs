//! Aligned columns.

/// Rows under a head, two spaces between columns. Widths are of the plain text, so that colour
/// codes in `paint` do not count.
pub(crate) fn render(head: &[&str], rows: &[Vec<String>], paint: impl Fn(usize, &str) -> String) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<(String, usize)>| {
        let padded = cells
            .iter()
            .zip(&widths)
            .map(|((text, length), width)| format!("{text}{}", " ".repeat(width.saturating_sub(*length))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(head.iter().map(|title| (title.to_uppercase(), title.chars().count())).collect())];
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| (paint(column, cell), cell.chars().count()));
        lines.push(line(cells.collect()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_align() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["long".to_owned(), "22".to_owned()]];
        assert_eq!(super::render(&["id", "n"], &rows, |_, cell| cell.to_owned()), "ID    N\na     1\nlong  22");
    }
}
