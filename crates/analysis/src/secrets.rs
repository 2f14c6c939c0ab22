//! Secrets that are written in scripts, where everybody who may read the function's code can read them.

use crate::code::Code;
use crate::finding::Finding;
use crate::script::Script;
use std::ops::Range;

/// How a secret begins, how many characters follow at least, and what it is.
const KINDS: &[(&str, usize, &str)] = &[
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("sk_live_", 20, "a Stripe key"),
    ("rk_live_", 20, "a Stripe key"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("sk-ant-", 20, "an Anthropic key"),
    ("sk-proj-", 20, "an OpenAI key"),
    ("npm_", 36, "an npm token"),
    ("AIza", 35, "a Google API key"),
    ("hf_", 34, "a Hugging Face token"),
];
/// How access keys of AWS begin, and how many capital letters and digits follow.
const AWS_KEYS: [&str; 2] = ["AKIA", "ASIA"];
const AWS_KEY_LENGTH: usize = 16;
/// AWS's documentation has this in keys that are examples.
const EXAMPLE: &str = "EXAMPLE";
/// The secret that belongs to an access key of AWS has so many characters, and no beginning by which it is known.
const AWS_SECRET_LENGTH: usize = 40;
const SLACK_HOOK: &str = "https://hooks.slack.com/services/T";
/// What follows in a webhook of Slack: two IDs and a token.
const SLACK_HOOK_LENGTH: usize = 30;
/// What stands in the place of a password in examples.
const PLACEHOLDERS: [&str; 6] = ["password", "passwd", "pass", "secret", "changeme", "postgres"];
/// Hosts of examples and tests.
const EXAMPLE_HOSTS: [&str; 6] =
    ["example.com", "example.org", "example.net", ".example", ".test", ".invalid"];

pub(crate) fn check(script: &Script) -> Vec<Finding> {
    let text = script.text.as_str();
    let keys = KINDS.iter().flat_map(|kind| tokens(text, *kind));
    let found = keys
        .chain(AWS_KEYS.iter().flat_map(|prefix| aws_keys(text, prefix)))
        .chain(aws_secrets(text))
        .chain(private_keys(text))
        .chain(slack_hooks(text))
        .chain(passwords(text));
    found.map(|(span, what)| finding(script, span, what)).collect()
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
        suggestion: None,
    }
}

/// The words that begin so, with the length of what follows.
fn words<'a>(text: &'a str, prefix: &'static str) -> impl Iterator<Item = (usize, &'a str)> + 'a {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.match_indices(prefix).filter(move |(start, _)| !text[..*start].ends_with(is_part)).map(
        move |(start, _)| {
            let rest = &text[start + prefix.len()..];
            (start, &rest[..rest.find(|c: char| !is_part(c)).unwrap_or(rest.len())])
        },
    )
}

fn tokens<'a>(
    text: &'a str,
    (prefix, least, what): (&'static str, usize, &'static str),
) -> impl Iterator<Item = (Range<usize>, &'static str)> + 'a {
    let found = words(text, prefix).filter(move |(_, rest)| rest.len() >= least && !rest.contains(EXAMPLE));
    found.map(move |(start, rest)| (start..start + prefix.len() + rest.len(), what))
}

fn aws_keys<'a>(
    text: &'a str,
    prefix: &'static str,
) -> impl Iterator<Item = (Range<usize>, &'static str)> + 'a {
    let is_key = |rest: &str| {
        rest.len() == AWS_KEY_LENGTH && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    words(text, prefix)
        .filter(move |(_, rest)| is_key(rest) && !rest.contains(EXAMPLE))
        .map(move |(start, rest)| (start..start + prefix.len() + rest.len(), "an AWS access key"))
}

/// Strings that have the form of such a secret, in lines that call it by its name.
fn aws_secrets(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    });
    lines.filter_map(|(start, line)| {
        let (name, rest) = line.split_once('"')?;
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=');
        let secret =
            rest.split('"').find(|part| part.len() == AWS_SECRET_LENGTH && part.bytes().all(is_part))?;
        let is_named =
            format!("{name}{rest}").to_lowercase().replace(['_', '-'], "").contains("secretaccesskey");
        let begin = start + line.find(secret)?;
        (is_named && !secret.contains(EXAMPLE))
            .then(|| (begin..begin + secret.len(), "an AWS secret access key"))
    })
}

fn private_keys(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    text.match_indices("-----BEGIN ").filter_map(|(start, begin)| {
        let label = text[start + begin.len()..].split("-----").next()?;
        let is_key = label.len() < 40 && label.ends_with("PRIVATE KEY");
        is_key.then(|| (start..start + begin.len() + label.len() + 5, "a private key"))
    })
}

fn slack_hooks(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    text.match_indices(SLACK_HOOK).filter_map(|(start, hook)| {
        let rest = &text[start + hook.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '/').unwrap_or(rest.len());
        (end >= SLACK_HOOK_LENGTH).then(|| (start..start + hook.len() + end, "a webhook of Slack"))
    })
}

/// Passwords in URLs, as in `postgres://user:password@host/database`.
fn passwords(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    text.match_indices("://").filter_map(|(at, mark)| {
        let start = at + mark.len();
        let rest = &text[start..];
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '`' | '\'' | '/' | '?' | '#'))?;
        let (user, host) = rest[..end].rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        // Parts that are inserted, or that stand for something else.
        let is_written = !password.is_empty() && !password.contains(['$', '{', '<', '*', '…', '%']);
        let is_placeholder = PLACEHOLDERS.contains(&password.to_lowercase().as_str()) || password == name;
        let host = host.split(':').next().unwrap_or_default();
        let is_example = !host.contains('.')
            || host.starts_with("127.")
            || EXAMPLE_HOSTS.iter().any(|example| host.ends_with(example));
        let begin = start + name.len() + 1;
        (is_written && !is_placeholder && !is_example)
            .then(|| (begin..begin + password.len(), "a password in a URL"))
    })
}
