//! The regular expressions of schemas: those of JavaScript, for an engine that takes linear time.

use pattern::{Problem, Regex};
use std::fmt::Write as _;

/// White space and ends of lines, as ECMA-262 has them in `\s`.
const SPACE: &str =
    "\\t\\n\\x0B\\f\\r \\u{A0}\\u{1680}\\u{2000}-\\u{200A}\\u{2028}\\u{2029}\\u{202F}\\u{205F}\\u{3000}\\u{FEFF}";
/// The characters of `\w`.
const WORD: &str = "0-9A-Z_a-z";

/// A compiled pattern.
pub(crate) struct Pattern {
    pub(crate) source: String,
    regex: Regex,
}

impl Pattern {
    /// # Errors
    /// What is wrong with the pattern.
    pub(crate) fn compile(source: &str, limit: usize) -> Result<Self, String> {
        let regex = pattern::compile(&translated(source), limit);
        let regex = regex.map_err(|problem| match problem {
            Problem::TooLong { .. } => format!("the pattern has {} bytes, which is too long", source.len()),
            // The place is that in the translation.
            Problem::Invalid { what, .. } => format!("the pattern `{source}` is invalid: {what}"),
        })?;
        Ok(Self { source: source.to_owned(), regex })
    }

    /// The bytes that the compiled pattern takes.
    pub(crate) fn memory(&self) -> usize {
        self.source.len() + self.regex.memory_usage()
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// A pattern of JavaScript in the syntax of the engine: classes are those of ASCII, and brackets and operators in
/// sets are characters.
fn translated(source: &str) -> String {
    let mut into = String::with_capacity(source.len() + 16);
    let mut rest = source.chars().peekable();
    let mut in_set = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, in_set, &mut into),
            '[' if in_set => into.push_str("\\["),
            '[' => {
                let is_negated = rest.next_if_eq(&'^').is_some();
                if rest.next_if_eq(&']').is_some() {
                    // `[]` has no characters, and `[^]` has all.
                    into.push_str(if is_negated { "[\\x00-\\u{10FFFF}]" } else { "[^\\x00-\\u{10FFFF}]" });
                } else {
                    in_set = true;
                    into.push_str(if is_negated { "[^" } else { "[" });
                }
            }
            ']' => {
                in_set = false;
                into.push(']');
            }
            '&' | '~' if in_set => {
                into.push('\\');
                into.push(c);
            }
            // `(?<name>` and `(?:` are the same; flags in a group are not JavaScript's, and harmless.
            c => into.push(c),
        }
    }
    into
}

/// What follows a backslash.
fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, in_set: bool, into: &mut String) {
    let mut class = |set: &str, negated: bool| {
        let (open, close) = match (in_set, negated) {
            (true, false) => ("", ""),
            (false, false) => ("[", "]"),
            (_, true) => ("[^", "]"),
        };
        into.extend([open, set, close]);
    };
    match rest.next() {
        Some('d') => class("0-9", false),
        Some('D') => class("0-9", true),
        Some('w') => class(WORD, false),
        Some('W') => class(WORD, true),
        Some('s') => class(SPACE, false),
        Some('S') => class(SPACE, true),
        Some('b') if in_set => into.push_str("\\x08"),
        Some('b') => into.push_str("(?-u:\\b)"),
        Some('B') => into.push_str("\\B"),
        Some('0') => into.push_str("\\x00"),
        Some('c') => match rest.next_if(char::is_ascii_alphabetic) {
            Some(letter) => {
                let _ = write!(into, "\\x{:02X}", letter as u32 % 32);
            }
            None => into.push_str("\\\\c"),
        },
        Some('u') => unicode(rest, into),
        Some(c)
            if c == '/'
                || c == '-'
                || c == '<'
                || c == '>'
                || (!c.is_ascii_alphanumeric() && !c.is_ascii_punctuation()) =>
        {
            if c == '-' || c == '/' {
                into.push('\\');
            }
            into.push(c);
        }
        // The engine has more escapes than JavaScript, which has an error for them: as for this one.
        Some(c) if c.is_ascii_alphabetic() && !"tnvfrxpPk".contains(c) => into.push_str("\\e"),
        Some(c) => {
            into.push('\\');
            into.push(c);
        }
        None => into.push('\\'),
    }
}

/// `\uXXXX`, two of them for a character beyond the first 65,536, and `\u{X}`.
fn unicode(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, into: &mut String) {
    let four = |from: &str| {
        let digits = from.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let ahead: String = rest.clone().take(10).collect();
    let Some(first) = four(&ahead) else {
        into.push_str("\\u");
        return;
    };
    let second = ahead.get(4..).and_then(|ahead| ahead.strip_prefix("\\u")).and_then(four);
    let (code, length) = match second {
        Some(second) if (0xD800..0xDC00).contains(&first) && (0xDC00..0xE000).contains(&second) => {
            (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 10)
        }
        _ => (first, 4),
    };
    rest.by_ref().take(length).for_each(drop);
    let _ = write!(into, "\\u{{{code:X}}}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_javascript() {
        for (pattern, text, expected) in [
            (r"^\d+$", "42", true),
            (r"^\d+$", "४२", false),
            (r"^[\w-]+$", "a-b_1", true),
            (r"^[^\s\d]$", "\u{FEFF}", false),
            (r"^[\W]$", "é", true),
            (r"^[[]$", "[", true),
            (r"^[a&&b]+$", "a&b", true),
            (r"^[]$", "", false),
            (r"^[^]$", "\n", true),
            (r"^\cC$", "\u{3}", true),
            (r"^\/a\-b$", "/a-b", true),
            (r"^\u0041\uD83D\uDC32$", "A🐲", true),
            (r"^\p{Letter}$", "é", true),
            (r"^abc$", "abc\n", false),
            (r"\bü\b", "ü", false),
            (r"^(?<a>x)(?:y)$", "xy", true),
            (r"^\$\{\}\.$", "${}.", true),
        ] {
            let compiled = Pattern::compile(pattern, 1 << 20).unwrap();
            assert_eq!(compiled.is_match(text), expected, "{pattern} {text:?}");
        }
    }

    #[test]
    fn patterns_that_need_backtracking_or_much_memory_are_errors() {
        for (pattern, says) in [
            ("(?=a)", "look-around"),
            (r"(a)\1", "backreferences"),
            ("(((a{100}){100}){100})", "size limit"),
            ("(", "unclosed group"),
            ("\\", "incomplete escape"),
            (r"\a", "unrecognized escape"),
        ] {
            let problem = Pattern::compile(pattern, 1 << 20).err().unwrap();
            assert!(problem.contains(says), "{problem}");
        }
        assert!(Pattern::compile(&"a".repeat(1 << 20), 1 << 20).is_err());
    }
}
