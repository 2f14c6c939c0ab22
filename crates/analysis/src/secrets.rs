//! Secrets that are written in scripts, where everybody who may read the function's code can read them.

use crate::code::Code;
use crate::finding::Finding;
use crate::script::Script;
use std::ops::Range;

/// How a secret begins, how many characters follow at least, and what it is.
const KINDS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("sk_live_", 20, "a Stripe key"),
    ("xoxb-", 20, "a Slack token"),
];
/// AWS's documentation has this in keys that are examples.
const EXAMPLE: &str = "EXAMPLE";

pub(crate) fn check(script: &Script) -> Vec<Finding> {
    let text = script.text.as_str();
    let keys = KINDS.iter().flat_map(|kind| tokens(text, *kind));
    keys.chain(private_keys(text)).map(|(span, what)| finding(script, span, what)).collect()
}

fn finding(script: &Script, span: Range<usize>, what: &str) -> Finding {
    Finding {
        code: Code::Secret,
        severity: Code::Secret.severity(),
        file: script.name.clone(),
        span,
        message: format!("the script contains {what}"),
        help: Some(
            "revoke it, and read the new one at run time: from Secrets Manager, or with `env::get` from a variable"
                .to_owned(),
        ),
        edits: Vec::new(),
    }
}

fn tokens<'a>(
    text: &'a str,
    (prefix, least, what): (&'static str, usize, &'static str),
) -> impl Iterator<Item = (Range<usize>, &'static str)> + 'a {
    text.match_indices(prefix).filter_map(move |(start, _)| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let rest = &text[start + prefix.len()..];
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let token = &rest[..length];
        let is_whole = !text[..start].ends_with(is_part);
        let is_key =
            prefix.len() > 4 || prefix == "ghp_" || token.len() == least && token.bytes().all(is_key_byte);
        (is_whole && is_key && length >= least && !token.contains(EXAMPLE))
            .then(|| (start..start + prefix.len() + length, what))
    })
}

/// Access keys of AWS have only these.
fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn private_keys(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    text.match_indices("-----BEGIN ").filter_map(|(start, begin)| {
        let label = text[start + begin.len()..].split("-----").next()?;
        let is_key = label.len() < 40 && label.ends_with("PRIVATE KEY");
        is_key.then(|| (start..start + begin.len() + label.len() + 5, "a private key"))
    })
}
