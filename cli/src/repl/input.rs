//! What was typed: whether it is complete, and what `_` means in it.

use rhambda_analysis::outline::PieceKind;
use rhambda_analysis::Outline;
use std::ops::Range;

/// Whether a text goes on in the next line: a bracket, a comment or a string in backticks is open, or it ends with an
/// operator or the documentation of a function.
pub(super) fn is_complete(text: &str) -> bool {
    if text.trim_start().starts_with(':') {
        return true;
    }
    let outline = Outline::new(text.into());
    let mut open = 0_usize;
    for piece in &outline.pieces {
        match outline.at(&piece.span) {
            "(" | "[" | "?[" | "{" | "#{" | "${" => open += 1,
            // What closes nothing is an error, for the parser to tell.
            ")" | "]" | "}" if open == 0 => return true,
            ")" | "]" | "}" => open -= 1,
            _ => {}
        }
    }
    let end = text.trim_end().len();
    let is_open = |comment: &Range<usize>| {
        let comment = outline.at(comment).trim_end();
        let is_unterminated =
            comment.starts_with("/*") && !comment.get(2..).is_some_and(|rest| rest.ends_with("*/"));
        // What a text documents follows it.
        is_unterminated || comment.starts_with("///")
    };
    if outline.comments.last().is_some_and(|comment| comment.end >= end && is_open(comment)) {
        return false;
    }
    let Some(last) = outline.pieces.last() else { return true };
    let end = outline.at(&last.span);
    let is_open = match last.kind {
        PieceKind::Symbol => {
            const GOING_ON: [&str; 26] = [
                "=", "+", "-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "??", "+=",
                "-=", "*=", "/=", ".", "?.", "::", ",", "|", "&",
            ];
            GOING_ON.contains(&end)
        }
        _ => end.starts_with('`') && (end.len() == 1 || !end.ends_with('`')),
    };
    open == 0 && !is_open
}

/// The places of `_` in a text, where it is the last value and not the rest of a `switch`.
pub(super) fn last_values(text: &str) -> Vec<Range<usize>> {
    if !text.contains('_') {
        return Vec::new();
    }
    let outline = Outline::new(text.into());
    let pieces = &outline.pieces;
    let is_value = |at: usize| {
        outline.at(&pieces[at].span) == "_"
            && !pieces.get(at + 1).is_some_and(|next| ["=>", "if"].contains(&outline.at(&next.span)))
    };
    (0..pieces.len()).filter(|&at| is_value(at)).map(|at| pieces[at].span.clone()).collect()
}

/// The text with a name of one letter in place of `_`, so that places in it stay the same, and that name.
pub(super) fn named(
    text: &str,
    last: &[Range<usize>],
    is_known: impl Fn(&str) -> bool,
) -> Option<(String, String)> {
    let outline = Outline::new(text.into());
    let is_used = |name: &str| outline.pieces.iter().any(|piece| outline.at(&piece.span) == name);
    let mut letters = ('a'..='z').chain('A'..='Z').map(|letter| letter.to_string());
    let name = letters.find(|name| !is_known(name) && !is_used(name))?;
    let mut named = text.to_owned();
    for span in last {
        named.replace_range(span.clone(), &name);
    }
    Some((named, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn open_texts_go_on() {
        for open in [
            "fn f(",
            "fn f() {",
            "[1,",
            "#{ a: 1",
            "`a",
            "/* a",
            "1 +",
            "let a =",
            "a.",
            "`a ${1 + `",
            "/// a",
        ] {
            assert!(!is_complete(open), "{open}");
        }
        for complete in
            ["", "1", "fn f() { 1 }", "a)", "\"a", "// a", "`a ${1} b`", ":load {", "'(' ", "\"(\""]
        {
            assert!(is_complete(complete), "{complete}");
        }
    }

    #[test]
    fn the_rest_of_a_switch_is_no_last_value() {
        assert_eq!(last_values("switch _ { 1 => 2, _ => _ + 1 }"), [7..8, 24..25]);
        assert!(last_values("\"_\" a_b // _").is_empty());
        assert_eq!(
            named("_ + a", &last_values("_ + a"), |name| name == "b"),
            Some(("c + a".into(), "c".into()))
        );
    }

    proptest! {
        #[test]
        fn any_text_is_complete_or_not(text in "\\PC{0,40}") {
            is_complete(&text);
            let last = last_values(&text);
            named(&text, &last, |_| false);
        }
    }
}
