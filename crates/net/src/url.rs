//! URLs as texts: what may stand in one, what may be shown of one, and where a redirect leads.

use percent_encoding::{utf8_percent_encode, AsciiSet, CONTROLS, NON_ALPHANUMERIC};

/// What is percent-encoded in a component of a URL, such as a value in a query: all but the characters that
/// RFC 3986 calls unreserved.
pub const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What may not stand in a URL as it is. A `%` may: what is encoded stays so.
const FORBIDDEN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A URL as people write it, with what may not stand in one percent-encoded.
pub fn encode(url: &str) -> String {
    utf8_percent_encode(url.trim(), FORBIDDEN).to_string()
}

/// A URL for messages and logs: without user and password, and without the query, in which there may
/// be keys and signatures.
pub fn shown(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (url, query) = url.split_once('?').map_or((url, ""), |(url, _)| (url, "?…"));
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let separator = if scheme.is_empty() { "" } else { "://" };
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}{separator}{host}{path}{query}"),
        // The password has a `/` or a `?` in it.
        None if !has_valid_port(authority) => format!("{scheme}{separator}…"),
        None => format!("{scheme}{separator}{authority}{path}{query}"),
    }
}

/// Whether what follows the host is a port, or nothing.
fn has_valid_port(authority: &str) -> bool {
    match authority.rsplit_once(':') {
        Some((host, port)) => {
            port.bytes().all(|byte| byte.is_ascii_digit()) || (host.starts_with('[') && port.ends_with(']'))
        }
        None => true,
    }
}

/// Where a reference leads from an absolute URL (RFC 3986, section 5.2).
pub(crate) fn join(base: &str, reference: &str) -> String {
    let reference = encode(reference.split('#').next().unwrap_or_default());
    let base = base.split('#').next().unwrap_or_default();
    if has_scheme(&reference) {
        return reference;
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    if reference.starts_with("//") {
        return format!("{scheme}:{reference}");
    }
    let (authority, path_and_query) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = path_and_query.split('?').next().unwrap_or_default();
    if reference.is_empty() {
        return base.to_owned();
    }
    if reference.starts_with('?') {
        return format!("{scheme}://{authority}{path}{reference}");
    }
    let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
    let whole = if reference.starts_with('/') { reference } else { format!("{folder}{reference}") };
    let (path, query) = whole.split_at(whole.find('?').unwrap_or(whole.len()));
    format!("{scheme}://{authority}{}{query}", without_dots(path))
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// A path that begins with `/` without its `.` and `..`.
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut rest = path.split('/').skip(1).peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    segments.pop();
                }
                if is_last {
                    segments.push("");
                }
            }
            segment => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_stand_in_a_url_is_encoded() {
        assert_eq!(encode(" https://x/a b?q=ü&r=\"{1}\"|\n"), "https://x/a%20b?q=%C3%BC&r=%22%7B1%7D%22%7C");
        let fine = "https://u:p@x.example:1/a%20b/~!$&'()*+,;=:@-._?q=[1]/?#f";
        assert_eq!(encode(fine), fine);
    }

    #[test]
    fn secrets_are_not_shown() {
        for (url, expected) in [
            ("https://user:secret@x.example/a/b?key=secret#secret", "https://x.example/a/b?…"),
            ("https://x.example", "https://x.example"),
            ("https://x.example?key=secret", "https://x.example?…"),
            ("http://a@b:secret@x.example:81/@home", "http://x.example:81/@home"),
            ("user:secret@x.example/path", "x.example/path"),
            ("http://user:secret/x@host/", "http://…"),
            ("http://user:se?cret@host/", "http://…"),
            ("http://user:se#cret@host/", "http://…"),
            ("user:secret/x@host", "…"),
            ("http://[::1]:81/a", "http://[::1]:81/a"),
            ("http://[::1]/a", "http://[::1]/a"),
            ("http://x.example:81/a", "http://x.example:81/a"),
            ("", ""),
        ] {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn references_are_resolved_as_the_rfc_has_it() {
        // RFC 3986, section 5.4.
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"),
            ("g?y#s", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
        ] {
            assert_eq!(join("http://a/b/c/d;p?q", reference), expected, "{reference}");
        }
        assert_eq!(join("https://a", "g h"), "https://a/g%20h");
        assert_eq!(join("https://a?x", "g"), "https://a/g");
        assert_eq!(join("https://a:1?x", "?y"), "https://a:1?y");
        assert_eq!(join("https://a/b", "HTTP://c"), "HTTP://c");
    }
}
