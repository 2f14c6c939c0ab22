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
    ("sk_test_", 20, "a Stripe key"),
    ("rk_test_", 20, "a Stripe key"),
    ("whsec_", 24, "a Stripe webhook secret"),
    ("xoxa-", 20, "a Slack token"),
    ("xoxr-", 20, "a Slack token"),
    ("xapp-", 20, "a Slack token"),
    ("SG.", 20, "a SendGrid key"),
    ("pypi-", 50, "a PyPI token"),
    ("dop_v1_", 40, "a DigitalOcean token"),
    ("shpat_", 32, "a Shopify token"),
    ("shpss_", 32, "a Shopify secret"),
    ("glptt-", 20, "a GitLab token"),
    ("hvs.", 20, "a Vault token"),
    ("lin_api_", 30, "a Linear key"),
    ("figd_", 30, "a Figma token"),
    ("PMAK-", 30, "a Postman key"),
    ("ATATT3", 40, "an Atlassian token"),
    ("sq0csp-", 30, "a Square secret"),
    ("sq0atp-", 20, "a Square token"),
    ("ya29.", 20, "a Google access token"),
];
/// How keys begin that consist of hexadecimal digits, and how many of these follow.
const HEX_KINDS: &[(&str, usize, &str)] =
    &[("SK", 32, "a Twilio key"), ("key-", 32, "a Mailgun key"), ("dapi", 32, "a Databricks token")];
/// How keys begin that consist of letters and digits, and how many of these follow.
const PLAIN_KINDS: &[(&str, usize, &str)] = &[("sk-", 32, "an OpenAI key")];
/// How access keys of AWS begin, and how many capital letters and digits follow.
const AWS_KEYS: [&str; 2] = ["AKIA", "ASIA"];
const AWS_KEY_LENGTH: usize = 16;
/// Documentation has this in keys that are examples.
const EXAMPLE: &str = "EXAMPLE";
/// The secret that belongs to an access key of AWS has so many characters, and no beginning by which it is known.
const AWS_SECRET_LENGTH: usize = 40;
const SLACK_HOOK: &str = "https://hooks.slack.com/services/T";
/// What follows in a webhook of Slack: two IDs and a token.
const SLACK_HOOK_LENGTH: usize = 30;
/// What stands in the place of a password in examples.
const PLACEHOLDERS: [&str; 6] = ["password", "passwd", "pass", "secret", "changeme", "postgres"];
/// Names whose values are passwords.
const PASSWORDS: [&str; 4] = ["password", "passwd", "pwd", "passphrase"];
/// Names whose values are secrets, if these look like some.
const SECRETS: [&str; 11] = [
    "secret",
    "secretkey",
    "clientsecret",
    "apikey",
    "apisecret",
    "apitoken",
    "privatekey",
    "accesstoken",
    "authtoken",
    "signingkey",
    "token",
];
/// A password has so many characters at least, a secret, and what follows `Basic` or `Bearer`.
const PASSWORD_LENGTH: usize = 8;
const SECRET_LENGTH: usize = 16;
/// Hosts of examples and tests.
const EXAMPLE_HOSTS: [&str; 6] =
    ["example.com", "example.org", "example.net", ".example", ".test", ".invalid"];

pub(crate) fn check(script: &Script, is_test: bool) -> Vec<Finding> {
    let text = script.text.as_str();
    let keys = KINDS.iter().flat_map(|kind| tokens(text, *kind));
    let found = keys
        .chain(PLAIN_KINDS.iter().flat_map(|kind| plain(text, *kind, char::is_ascii_alphanumeric)))
        .chain(HEX_KINDS.iter().flat_map(|kind| plain(text, *kind, char::is_ascii_hexdigit)))
        .chain(AWS_KEYS.iter().flat_map(|prefix| aws_keys(text, prefix)))
        .chain(aws_secrets(text))
        .chain(private_keys(text))
        .chain(slack_hooks(text));
    let mut found: Vec<_> = found.collect();
    // Tests have passwords that open nothing.
    if is_test {
        found.retain(|(span, _)| !text[span.clone()].contains(EXAMPLE));
    } else {
        found.extend(passwords(text).chain(named(text)));
    }
    found.sort_by_key(|(span, _)| span.start);
    found.dedup_by(|next, before| next.0.start < before.0.end);
    found.into_iter().map(|(span, what)| finding(script, span, what)).collect()
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
        .filter(move |(_, rest)| is_key(rest))
        .map(move |(start, rest)| (start..start + prefix.len() + rest.len(), "an AWS access key"))
}

/// The lines, each with the place at which it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

/// Strings that have the form of such a secret, in lines that call it by its name.
fn aws_secrets(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    lines(text).filter_map(|(start, line)| {
        let (name, rest) = line.split_once('"')?;
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=');
        let secret =
            rest.split('"').find(|part| part.len() == AWS_SECRET_LENGTH && part.bytes().all(is_part))?;
        let name = format!("{name}{rest}").to_lowercase().replace(['_', '-'], "");
        let is_named = ["secretaccesskey", "secretkey", "awssecret"].iter().any(|part| name.contains(part));
        let begin = start + line.find(secret)?;
        is_named.then(|| (begin..begin + secret.len(), "an AWS secret access key"))
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
        let is_local = host == "localhost" || host.starts_with("127.");
        let may_be_example =
            !host.contains('.') || EXAMPLE_HOSTS.iter().any(|example| host.ends_with(example));
        let is_example = is_local || may_be_example && !is_strong(password, PASSWORD_LENGTH);
        let begin = start + name.len() + 1;
        (is_written && !is_placeholder && !is_example)
            .then(|| (begin..begin + password.len(), "a password in a URL"))
    })
}

/// Keys that consist of these characters only.
fn plain<'a>(
    text: &'a str,
    (prefix, length, what): (&'static str, usize, &'static str),
    is_part: fn(&char) -> bool,
) -> impl Iterator<Item = (Range<usize>, &'static str)> + 'a {
    let is_key = move |rest: &str| {
        let has_all = |kind: fn(&char) -> bool| rest.chars().any(|c| kind(&c));
        rest.len() >= length
            && rest.chars().all(|c| is_part(&c))
            && has_all(char::is_ascii_digit)
            && has_all(char::is_ascii_alphabetic)
    };
    let found = words(text, prefix).filter(move |(_, rest)| is_key(rest));
    found.map(move |(start, rest)| (start..start + prefix.len() + rest.len(), what))
}

/// Strings whose names say that they are secret, as in `password: "…"`, and credentials in headers.
fn named(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> + '_ {
    lines(text).filter(|(_, line)| !line.trim_start().starts_with("//")).flat_map(|(start, line)| {
        let parts: Vec<_> = line.match_indices('"').map(|(at, _)| at).collect();
        let found = parts.windows(2).filter_map(|quotes| {
            let (begin, end) = (quotes[0] + 1, quotes[1]);
            let what = secret_of(&line[..quotes[0]], &line[begin..end])?;
            Some((start + begin..start + end, what))
        });
        found.collect::<Vec<_>>()
    })
}

/// What a string is that follows this text in its line.
fn secret_of(before: &str, value: &str) -> Option<&'static str> {
    for scheme in ["Basic ", "Bearer "] {
        if let Some(credentials) = value.strip_prefix(scheme) {
            let is_base64 = credentials.ends_with('=') && !credentials.contains(' ');
            let is_secret =
                is_strong(credentials, SECRET_LENGTH) || is_base64 && credentials.len() >= SECRET_LENGTH;
            return is_secret.then_some("credentials");
        }
    }
    let name = before.trim_end().strip_suffix([':', '='])?.trim_end().trim_end_matches('"');
    let start = name.rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').map_or(0, |at| at + 1);
    let name = name[start..].to_lowercase().replace(['_', '-'], "");
    if PASSWORDS.iter().any(|known| name.ends_with(known)) {
        is_strong(value, PASSWORD_LENGTH).then_some("a password")
    } else {
        let is_secret = SECRETS.iter().any(|known| name.ends_with(known)) && is_random(value);
        is_secret.then_some("a secret")
    }
}

/// Whether a string looks like a key, and not like the name of one. Tokens of JWT are in examples, and expire.
fn is_random(value: &str) -> bool {
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric());
    is_strong(value, SECRET_LENGTH)
        && !value.starts_with("eyJ")
        && (is_plain && value.len() >= 20
            || has(char::is_ascii_uppercase) && !value.contains(['-', '_', '.']))
}

/// Whether a string looks as if nobody should guess it: no path, no name and no sentence.
fn is_strong(value: &str, least: usize) -> bool {
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    let is_named = value.contains(['/', ' ', '$', '{', '<', ':']) || value.contains("..");
    value.len() >= least
        && !is_named
        && has(char::is_ascii_digit)
        && has(char::is_ascii_lowercase)
        && (has(char::is_ascii_uppercase)
            || value.chars().any(|c| c.is_ascii_punctuation())
            || value.len() >= 20)
}
