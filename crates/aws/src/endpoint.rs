//! Where a request goes: the URL of an endpoint, and the URLs and paths below it.

use crate::error::{Error, Result};
use crate::signing::Scheme;
use net::url;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Where requests go, and how they are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and maybe a path, without a slash at the end.
    pub url: String,
    /// The region in signatures, or for those of version 4a the regions, separated by commas.
    pub region: String,
    /// The service's name in signatures.
    pub signing_name: String,
    /// The kind of signatures.
    pub scheme: Scheme,
    /// Headers that its requests have.
    pub headers: Vec<(String, String)>,
}

impl Endpoint {
    /// Host and port, as in the header `host`.
    pub(crate) fn host(&self) -> &str {
        self.without_scheme().split('/').next().unwrap_or_default()
    }

    /// The headers of a request and of the endpoint, whose own come in place of those with the same names.
    pub(crate) fn with_headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let is_own = |name: &str| self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let others = headers.iter().filter(|(name, _)| !is_own(name));
        others.chain(&self.headers).cloned().collect()
    }

    /// The path of a request, after the path of the endpoint.
    pub(crate) fn path(&self, path: &str) -> String {
        let base = self.base_path();
        let path = if base.is_empty() || path != "/" { path } else { "" };
        format!("{base}{path}")
    }

    /// The URL of a request with such a path.
    pub(crate) fn url(&self, path: &str) -> String {
        let base = self.base_path().len();
        format!("{}{path}", &self.url[..self.url.len() - base])
    }

    /// The path that all paths begin with; mostly empty.
    fn base_path(&self) -> &str {
        &self.without_scheme()[self.host().len()..]
    }

    fn without_scheme(&self) -> &str {
        self.url.split_once("://").map_or(&*self.url, |(_, rest)| rest)
    }
}

/// An endpoint that is configured, in place of AWS's own, in the form in which requests have it.
pub(crate) fn checked(url: &str) -> Result<String> {
    let trimmed = url.trim_end_matches('/');
    let (scheme, rest) = trimmed.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    let default_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    if default_port.is_empty() || host.is_empty() || rest.contains(['?', '#', '@', ' ']) {
        let url = url::shown(url);
        return Err(Error::invalid_argument(format!(
            "the endpoint \"{url}\" is not a URL such as https://example.com or http://localhost:4566, without user, password and query"
        )));
    }
    // It would not be in the header `host`, which is signed.
    let short = host.strip_suffix(default_port).unwrap_or(host);
    Ok(format!("{scheme}://{}{}", short.to_ascii_lowercase(), &rest[host.len()..]))
}

/// Whether the host of a URL is an IP address.
pub(crate) fn is_ip_address(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host.parse::<Ipv6Addr>().is_ok(),
        None => authority.split(':').next().unwrap_or_default().parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_endpoint_is_configured(url in "(https?://)?[a-zA-Z0-9.:/@?#%ü\\[\\] -]{0,30}") {
            if let Ok(url) = checked(&url) {
                prop_assert!(!at(&url).host().is_empty());
                prop_assert_eq!(checked(&url), Ok(url));
            }
        }
    }

    fn at(url: &str) -> Endpoint {
        Endpoint {
            url: url.to_owned(),
            region: "eu-central-1".to_owned(),
            signing_name: "sqs".to_owned(),
            scheme: Scheme::V4,
            headers: Vec::new(),
        }
    }

    #[test]
    fn configured_endpoints() {
        for (url, clean, host, base) in [
            ("http://localhost:4566", "http://localhost:4566", "localhost:4566", ""),
            ("https://Example.com:443/", "https://example.com", "example.com", ""),
            ("http://[::1]:80/Base/", "http://[::1]/Base", "[::1]", "/Base"),
        ] {
            let endpoint = at(&checked(url).unwrap());
            assert_eq!((&*endpoint.url, endpoint.host(), endpoint.base_path()), (clean, host, base));
            let path = if base.is_empty() { "/".to_owned() } else { base.to_owned() };
            assert_eq!((endpoint.path("/"), endpoint.path("/a/")), (path, format!("{base}/a/")));
            assert_eq!(endpoint.url(&endpoint.path("/a")), format!("{clean}/a"));
        }
        for wrong in ["", "localhost:4566", "ftp://x", "https://", "http://a?b", "http://u:p@a"] {
            let error = checked(wrong).unwrap_err().to_string();
            assert!(error.contains("is not a URL such as"), "{wrong}: {error}");
        }
    }
}
