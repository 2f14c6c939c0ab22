//! The strings and braces of a source that cannot be parsed.

use crate::place::line_and_column;

/// A part of a source that counts here.
pub(super) enum Part {
    /// A string in double quotes: its first and its last byte.
    Quoted(usize, usize),
    /// `{`, at this byte.
    Open(usize),
    /// `}`, at this byte.
    Close(usize),
    /// `/*` without its end.
    OpenComment(usize),
}

/// Whether a byte can be the first of something that counts here.
const COUNTS: [bool; 256] = {
    let mut counts = [false; 256];
    let mut firsts: &[u8] = b"\"'`/{}";
    while let [first, rest @ ..] = firsts {
        counts[*first as usize] = true;
        firsts = rest;
    }
    counts
};

/// The strings and braces of a source, without its comments. What is within `${…}` of a string is left out.
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(skipped) = bytes.get(at..)?.iter().position(|byte| COUNTS[usize::from(*byte)]) {
            let start = at + skipped;
            at = start + 1;
            match bytes[start] {
                b'"' => {
                    while at < bytes.len() && bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at = (at + 1).min(bytes.len());
                    return Some(Part::Quoted(start, at));
                }
                b'`' => at = text[at..].find('`').map_or(bytes.len(), |end| at + end + 1),
                b'\'' if bytes.get(at) == Some(&b'"') || bytes.get(at) == Some(&b'{') => at += 2,
                b'/' if bytes.get(at) == Some(&b'/') => {
                    at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
                }
                b'/' if bytes.get(at) == Some(&b'*') => {
                    let Some(end) = text[at + 1..].find("*/") else {
                        at = bytes.len();
                        return Some(Part::OpenComment(start));
                    };
                    at += end + 3;
                }
                b'{' => return Some(Part::Open(start)),
                b'}' => return Some(Part::Close(start)),
                _ => {}
            }
        }
        None
    })
}

/// The block that is not closed before this byte, if there is one: that whose end is missing by the indentation, or else
/// the innermost.
pub(super) fn unclosed(text: &str, end: usize) -> Option<String> {
    // By the braces alone, and by the indentation of lines that begin with a brace.
    let (mut open, mut indented, mut suspect) = (Vec::new(), Vec::new(), None);
    for part in parts(text.get(..end)?) {
        match part {
            Part::Open(at) => {
                open.push(at);
                indented.push(at);
            }
            Part::Close(at) => {
                open.pop();
                // This brace ends a block further out.
                while leads(text, at).is_some_and(|indent| is_deeper(text, &indented, indent)) {
                    suspect = indented.pop();
                }
                indented.pop();
            }
            Part::OpenComment(at) => {
                let (line, _) = line_and_column(text, at);
                return Some(format!(
                    "The comment that begins in line {line} is not closed: `*/` is missing"
                ));
            }
            Part::Quoted(..) => {}
        }
    }
    let innermost = open.pop()?;
    let at = suspect.unwrap_or(innermost);
    let (line, _) = line_and_column(text, at);
    let start = line_start(text, at);
    let head: String = text[start..=at].trim().chars().take(60).collect();
    Some(format!("The block that begins in line {line} (`{head}`) is not closed: a `}}` is missing"))
}

/// Whether the innermost open block begins in a line that is further to the right.
fn is_deeper(text: &str, open: &[usize], indent: usize) -> bool {
    open.last().is_some_and(|at| indentation(text, *at) > indent)
}

/// The indentation of a line whose first character is at this byte.
fn leads(text: &str, at: usize) -> Option<usize> {
    text[line_start(text, at)..at].trim().is_empty().then(|| indentation(text, at))
}

fn indentation(text: &str, at: usize) -> usize {
    text[line_start(text, at)..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The first byte of the line.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indentation_says_which_block_is_not_closed() {
        for (text, line) in [
            ("fn f() {\n  if x {\n    1\n  2\n}\n", 2),
            ("fn f() {\n  if x {\n    1\n  2\n}\nfn g() {\n  1\n}\n", 2),
            ("fn f() {\n  if x {\n    1\n  }\n  2\n", 1),
            ("fn f() {\n  let m = #{\n    a: 1\n  ;\n}\n", 2),
            ("fn f() { if x { 1\n}\n", 1),
        ] {
            let hint = unclosed(text, text.len()).unwrap();
            assert!(hint.starts_with(&format!("The block that begins in line {line} ")), "{text}{hint}");
        }
        assert_eq!(unclosed("fn f() {\n  1\n}\n", 15), None);
        assert!(unclosed("fn f() {\n  /* 1\n}\n", 18).unwrap().contains("comment that begins in line 2 "));
        // Without indentation, nothing is certain.
        assert!(unclosed("fn f() {\nif x {\n1\n2\n}\n", 22).unwrap().contains("line 1 "));
    }
}
