//! Signatures of versions 4 and 4a, in headers and in URLs.
//!
//! See "AWS Signature Version 4 for API requests" in the AWS Identity and Access Management user
//! guide. Nothing here does any I/O.

use crate::clock;
use crate::credentials::Credentials;
use crate::uri;
use crate::v4a::{self, Keys};
use base16ct::lower::encode_string as hex;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// In place of the body's hash, where the body is not signed.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// What is signed. Path and query are as they are sent.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned<'a> {
    /// `GET`, …
    pub method: &'a str,
    /// Begins with `/`.
    pub path: &'a str,
    /// Without `?`.
    pub query: &'a str,
    /// All headers that are to be signed, `host` among them.
    pub headers: &'a [(String, String)],
    /// The body's [`hash`], or [`UNSIGNED_PAYLOAD`].
    pub payload: &'a str,
}

/// Who signs, when, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// Whose signature it is.
    pub credentials: &'a Credentials,
    /// The region of the service; for version 4a the regions, separated by commas.
    pub region: &'a str,
    /// The service's name in signatures.
    pub service: &'a str,
    /// The time of the signature.
    pub time: SystemTime,
    /// What the path looks like in a signature.
    pub path: PathForm,
    /// The kind of signature.
    pub scheme: Scheme,
    /// For those of version 4a.
    pub keys: &'a Keys,
}

/// What a path looks like in a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathForm {
    /// Without empty, `.` and `..` segments, and encoded once more: what most services want.
    Normalized,
    /// Encoded once more.
    Encoded,
    /// As it is sent: what S3 wants, where `a//b` is another object than `a/b`.
    AsSent,
}

/// A kind of signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Version 4, for one region.
    #[default]
    V4,
    /// Version 4a, for several regions.
    V4a,
    /// Version 4 with the credentials of a session for a directory bucket.
    S3Express,
}

impl Scheme {
    const ALL: [(&'static str, Self); 3] =
        [("sigv4", Self::V4), ("sigv4a", Self::V4a), ("sigv4-s3express", Self::S3Express)];

    /// Its name in AWS's models.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, scheme)| *scheme == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, scheme)| *scheme)
    }

    /// The one to take of those that a service accepts: the first that is preferred (names, separated by commas), or
    /// else the first.
    pub(crate) fn preferred(accepted: &[&str], preferred: &str) -> Self {
        let position = Self::position(accepted, preferred);
        position.and_then(|position| Self::of(accepted[position])).unwrap_or_default()
    }

    /// The position of that one.
    pub(crate) fn position(accepted: &[&str], preferred: &str) -> Option<usize> {
        let mut preferred = preferred.split(',').map(str::trim);
        let found = preferred.find_map(|name| accepted.iter().position(|known| *known == name));
        found.or_else(|| accepted.iter().position(|name| Self::of(name).is_some()))
    }
}

impl Signer<'_> {
    /// The headers to add to a request: its date, the session's token, and the signature.
    pub fn headers(&self, request: &Unsigned<'_>) -> Vec<(String, String)> {
        let mut added = vec![("x-amz-date".to_owned(), clock::amz_date(self.time))];
        if self.scheme == Scheme::V4a {
            added.push(("x-amz-region-set".to_owned(), self.region.to_owned()));
        }
        if let Some(token) = &self.credentials.session_token {
            let name = if self.scheme == Scheme::S3Express {
                "x-amz-s3session-token"
            } else {
                "x-amz-security-token"
            };
            added.push((name.to_owned(), token.clone()));
        }
        let headers: Vec<_> = request.headers.iter().chain(&added).collect();
        let (canonical, signed) = canonical_headers(&headers);
        let query = uri::canonical_query(request.query);
        let signature = self.signature(request, &query, &canonical, &signed);
        let authorization = format!(
            "{} Credential={}/{}, SignedHeaders={signed}, Signature={signature}",
            self.algorithm(),
            self.credentials.access_key_id,
            self.scope()
        );
        added.push(("authorization".to_owned(), authorization));
        added
    }

    /// The query, with the signature in it, of a URL that is good for that long.
    pub fn query(&self, request: &Unsigned<'_>, expires: Duration) -> String {
        let headers: Vec<_> = request.headers.iter().collect();
        let (canonical, signed) = canonical_headers(&headers);
        let credential = format!("{}/{}", self.credentials.access_key_id, self.scope());
        let date = clock::amz_date(self.time);
        let expires = expires.as_secs().to_string();
        let mut parameters = vec![
            ("X-Amz-Algorithm", self.algorithm()),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &date),
            ("X-Amz-Expires", &expires),
            ("X-Amz-SignedHeaders", &signed),
        ];
        if self.scheme == Scheme::V4a {
            parameters.push(("X-Amz-Region-Set", self.region));
        }
        if let Some(token) = &self.credentials.session_token {
            let name = if self.scheme == Scheme::S3Express {
                "X-Amz-S3session-Token"
            } else {
                "X-Amz-Security-Token"
            };
            parameters.push((name, token));
        }
        let query = uri::canonical_query(&format!("{}&{}", request.query, uri::query(parameters)));
        let signature = self.signature(request, &query, &canonical, &signed);
        format!("{query}&X-Amz-Signature={signature}")
    }

    fn signature(&self, request: &Unsigned<'_>, query: &str, headers: &str, signed: &str) -> String {
        let to_sign = self.text(request, query, headers, signed);
        match self.scheme {
            Scheme::V4 | Scheme::S3Express => self.sign(&to_sign),
            Scheme::V4a => hex(&self.keys.sign(self.credentials, to_sign.as_bytes())),
        }
    }

    /// The text of which the signature is.
    fn text(&self, request: &Unsigned<'_>, query: &str, headers: &str, signed: &str) -> String {
        let Unsigned { method, payload, .. } = request;
        let path = self.canonical_path(request.path);
        let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{payload}");
        let date = clock::amz_date(self.time);
        format!("{}\n{date}\n{}\n{}", self.algorithm(), self.scope(), hash(canonical.as_bytes()))
    }

    fn canonical_path(&self, path: &str) -> String {
        let path = if path.is_empty() { "/" } else { path };
        match self.path {
            PathForm::Normalized => uri::encode_path(&uri::normalize(path)).to_string(),
            PathForm::Encoded => uri::encode_path(path).to_string(),
            PathForm::AsSent => path.to_owned(),
        }
    }

    fn key(&self) -> [u8; 32] {
        let secret = format!("AWS4{}", self.credentials.secret_access_key);
        let date = hmac(secret.as_bytes(), clock::amz_day(self.time).as_bytes());
        let region = hmac(&date, self.region.as_bytes());
        let service = hmac(&region, self.service.as_bytes());
        hmac(&service, b"aws4_request")
    }

    /// The signature of version 4 of a text, in hex.
    pub fn sign(&self, text: &str) -> String {
        hex(&hmac(&self.key(), text.as_bytes()))
    }

    fn algorithm(&self) -> &'static str {
        match self.scheme {
            Scheme::V4 | Scheme::S3Express => ALGORITHM,
            Scheme::V4a => v4a::ALGORITHM,
        }
    }

    pub(crate) fn scope(&self) -> String {
        let (day, service) = (clock::amz_day(self.time), self.service);
        match self.scheme {
            Scheme::V4 | Scheme::S3Express => format!("{day}/{}/{service}/aws4_request", self.region),
            Scheme::V4a => format!("{day}/{service}/aws4_request"),
        }
    }
}

/// The headers in their canonical form, each on a line, and their names.
fn canonical_headers(headers: &[&(String, String)]) -> (String, String) {
    let mut headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
    // Those of one name keep their order.
    headers.sort_by(|a, b| a.0.cmp(&b.0));
    let (mut canonical, mut names) = (String::new(), String::new());
    for same in headers.chunk_by(|a, b| a.0 == b.0) {
        let name = &same[0].0;
        let _ = write!(names, "{}{name}", if names.is_empty() { "" } else { ";" });
        let _ = write!(canonical, "{name}:");
        for (index, (_, value)) in same.iter().enumerate() {
            canonical.push_str(if index > 0 { "," } else { "" });
            for (index, word) in value.split_ascii_whitespace().enumerate() {
                canonical.push_str(if index > 0 { " " } else { "" });
                canonical.push_str(word);
            }
        }
        canonical.push('\n');
    }
    (canonical, names)
}

/// The SHA-256 of a body, in hex.
pub fn hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// The same in base64.
pub(crate) fn base64_hash(body: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(body))
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("every length is good for a key");
    mac.update(data);
    mac.finalize().into_bytes().into()
}
