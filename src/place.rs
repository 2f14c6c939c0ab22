//! Places in a text, for errors.

/// Line and column, both from 1, of an offset in bytes.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// The offset in bytes of line and column, both from 1; columns count characters. A column behind the line's end is its
/// end.
pub(crate) fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..)?;
    let rest = rest.split_inclusive('\n').next().map_or(rest, |line| line.trim_end_matches(['\r', '\n']));
    let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    Some(start + within)
}

/// Line and column of an offset in words.
pub(crate) fn place(text: &str, offset: usize) -> String {
    let (line, column) = line_and_column(text, offset);
    format!("line {line} column {column}")
}

#[cfg(test)]
mod tests {
    use super::{offset, place};

    #[test]
    fn offsets_count_characters() {
        assert_eq!(offset("ä\nöx", 2, 2), Some(5));
        assert_eq!(offset("a\n", 2, 1), Some(2));
        assert_eq!(offset("a\nb", 1, 9), Some(1));
        assert_eq!(offset("a", 5, 1), Some(1));
    }

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
