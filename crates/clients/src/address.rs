//! The URL of a database.

use crate::{Error, Result};
use fluent_uri::Uri;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// A host as it is written in a URL: an IPv6 address is in brackets.
pub(crate) fn written(host: &str) -> Cow<'_, str> {
    if host.contains(':') {
        format!("[{host}]").into()
    } else {
        host.into()
    }
}

/// The parts of a URL, decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Address {
    pub(crate) scheme: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// Without the slash at its beginning.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
}

impl Address {
    /// Reads a URL such as `example`, for errors, which never show the URL itself: it has a password in it.
    pub(crate) fn parse(url: &str, example: &str) -> Result<Self> {
        let problem = |what: &str| Error::invalid(format!("the URL {what}; write it as {example}"));
        let uri = Uri::parse(url).map_err(|_| {
            problem("is invalid (percent-encode special characters of the password, such as %40 for @)")
        })?;
        let authority = uri.authority().ok_or_else(|| problem("has no host"))?;
        let decode = |text: &str| {
            let decoded = percent_decode_str(text).decode_utf8();
            decoded.map(String::from).map_err(|_| problem("has percent-encoded bytes that are not UTF-8"))
        };
        let (user, password) =
            match authority.userinfo().map(|info| info.as_str().split_once(':').ok_or(info)) {
                None => (None, None),
                Some(Ok((user, password))) => (Some(decode(user)?), Some(decode(password)?)),
                Some(Err(user)) => (Some(decode(user.as_str())?), None),
            };
        let host = decode(authority.host().trim_matches(['[', ']']))?;
        if host.is_empty() {
            return Err(problem("has no host"));
        }
        let port = authority.port().map(fluent_uri::pct_enc::EStr::as_str).filter(|port| !port.is_empty());
        let port = port
            .map(|port| port.parse().ok().filter(|port| *port != 0))
            .map(|port| port.ok_or_else(|| problem("has an invalid port")));
        let query = uri.query().map_or("", |query| query.as_str()).split('&').filter(|pair| !pair.is_empty());
        let query = query.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        Ok(Self {
            scheme: uri.scheme().as_str().to_ascii_lowercase(),
            user: user.filter(|user| !user.is_empty()),
            password: password.filter(|password| !password.is_empty()),
            host,
            port: port.transpose()?,
            path: decode(uri.path().as_str().trim_start_matches('/'))?,
            query: query.collect::<Result<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded() {
        let address = Address::parse("redis://a%40b:p%3Aq:r@[::1]:7/2?x=1&y", "redis://HOST").unwrap();
        assert_eq!((address.user.as_deref(), address.password.as_deref()), (Some("a@b"), Some("p:q:r")));
        assert_eq!((&*address.host, address.port, &*address.path), ("::1", Some(7), "2"));
        assert_eq!(address.query, [("x".into(), "1".into()), ("y".into(), String::new())]);
        let bare = Address::parse("rediss://cache.example.com", "").unwrap();
        assert_eq!((&*bare.scheme, &*bare.host, bare.port), ("rediss", "cache.example.com", None));
        assert_eq!(Address::parse("redis://:secret@h", "").unwrap().user, None);
    }

    #[test]
    fn errors_do_not_show_the_url() {
        for url in [
            "",
            "hush",
            "redis:hush",
            "redis://u:hu#sh@h",
            "redis://u:hush@h:99999",
            "redis://u:hush@",
            "a://%ffhush@h",
        ] {
            match Address::parse(url, "redis://HOST:PORT") {
                Ok(address) => assert_eq!(url, "redis://u:hu#sh@h", "{address:?}"),
                Err(Error::Failed(failure)) => {
                    assert!(
                        failure.message.starts_with("the URL ")
                            && failure.message.ends_with("redis://HOST:PORT")
                    );
                    assert!(!failure.message.contains("hush"), "{}", failure.message);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    }
}
