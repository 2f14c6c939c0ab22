//! `$1` in a statement, as the Data API has it: `:p1`.

/// The statement with `:p1` in place of `$1`. What is within strings, quoted names and comments stays.
pub(super) fn named(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 8);
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => quoted(rest, '\'', ends_with_escape_prefix(&out)),
            '"' => quoted(rest, '"', false),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment(rest),
            '$' if !out.ends_with(is_part_of_name) => {
                let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1);
                if digits > 0 {
                    out.push_str(":p");
                    out.push_str(&rest[1..=digits]);
                    rest = &rest[1 + digits..];
                    continue;
                }
                dollar_quoted(rest)
            }
            c => c.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        out.push_str(part);
        rest = after;
    }
    out
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Whether the string that follows has escapes with backslashes: `E'…'`.
fn ends_with_escape_prefix(before: &str) -> bool {
    let mut chars = before.chars().rev();
    matches!(chars.next(), Some('e' | 'E')) && !chars.next().is_some_and(is_part_of_name)
}

/// The length of a string, at the start of which is its quote. A doubled quote is a part of it.
fn quoted(text: &str, quote: char, has_escapes: bool) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' && has_escapes {
            is_escaped = true;
        } else if c == quote {
            // Of a doubled quote, the second one begins another string that goes on.
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// The length of a comment, which may have others in it.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a string such as `$tag$…$tag$`; 1 for a `$` that begins none.
fn dollar_quoted(text: &str) -> usize {
    let Some(end) = text[1..].find('$') else { return 1 };
    let tag = &text[..end + 2];
    let is_tag = tag[1..=end].chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_tag {
        return 1;
    }
    text[tag.len()..].find(tag).map_or(text.len(), |at| at + 2 * tag.len())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn only_parameters_are_renamed() {
        for (sql, expected) in [
            ("SELECT $1, $12::int WHERE a=$2", "SELECT :p1, :p12::int WHERE a=:p2"),
            ("SELECT '$1', 'it''s $1', $1", "SELECT '$1', 'it''s $1', :p1"),
            (r"SELECT E'\'$1', $1, name'$1'", r"SELECT E'\'$1', :p1, name'$1'"),
            (r#"SELECT "$1", "a""$1", $1"#, r#"SELECT "$1", "a""$1", :p1"#),
            (
                "SELECT $1 -- $1\n, $2 /* $1 /* $1 */ $1 */, $3",
                "SELECT :p1 -- $1\n, :p2 /* $1 /* $1 */ $1 */, :p3",
            ),
            ("SELECT $$ $1 $$, $x$ $1 $$ $x$, $1", "SELECT $$ $1 $$, $x$ $1 $$ $x$, :p1"),
            ("SELECT a$1, ä$1, $", "SELECT a$1, ä$1, $"),
            ("SELECT '$1", "SELECT '$1"),
            ("/* $1", "/* $1"),
            ("$x$ $1", "$x$ $1"),
            ("", ""),
        ] {
            assert_eq!(named(sql), expected);
        }
    }
}
