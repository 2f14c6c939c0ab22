//! Places in a text, for errors.

/// Line and column, both from 1, of an offset in bytes.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// The same in words.
pub(crate) fn place(text: &str, offset: usize) -> String {
    let (line, column) = line_and_column(text, offset);
    format!("line {line} column {column}")
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn lines_and_columns() {
        let text = "añb\n\nc";
        for (offset, expected) in [
            (0, "line 1 column 1"),
            (2, "line 1 column 2"),
            (3, "line 1 column 3"),
            (6, "line 3 column 1"),
            (99, "line 3 column 2"),
        ] {
            assert_eq!(place(text, offset), expected, "{offset}");
        }
        assert_eq!(place("", 0), "line 1 column 1");
    }
}
