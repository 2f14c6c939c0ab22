//! A request before it has an endpoint and a signature.

use super::error::{codes, Error, Result};
use super::services::{Protocol, Service};
use super::{query, signing, uri};
use serde_json::Value;

/// Headers that follow from the rest.
const OURS: [&str; 7] = [
    "authorization",
    "content-length",
    "host",
    "transfer-encoding",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
];

/// A request to a REST service.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// `GET`, …
    pub method: String,
    /// What may not stand in a path is encoded; `%XX` stays as it is. May have a query.
    pub path: String,
    /// More of the query, not encoded.
    pub query: Vec<(String, String)>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

impl Rest {
    /// A request without anything else.
    pub fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self { method: method.into(), path: path.into(), ..Self::default() }
    }

    /// Sets a header unless it is set.
    pub fn default_header(&mut self, name: &str, value: &str) {
        if !self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// What is called, for people.
    pub fn action(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

/// A request before it has an endpoint and a signature.
pub(super) struct Draft<'a> {
    pub(super) service: Service,
    /// What goes before the host name.
    pub(super) host_prefix: &'static str,
    pub(super) method: &'a str,
    /// Path and query are encoded.
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl<'a> Draft<'a> {
    /// The call of an action.
    pub(super) fn of_action(service: Service, action: &str, parameters: &Value) -> Result<Self> {
        if action.is_empty() || !action.chars().all(|c| c.is_ascii_alphanumeric()) {
            let message = format!("\"{action}\" is not an action; one looks like GetItem");
            return Err(Error::invalid_argument(message));
        }
        if !parameters.is_object() {
            return Err(Error::invalid_argument("the parameters must be a map"));
        }
        let mut headers = Vec::new();
        let mut header = |name: &str, value: String| headers.push((name.to_owned(), value));
        let body = match service.protocol() {
            Protocol::Json(version) => {
                header("content-type", format!("application/x-amz-json-{version}"));
                header("x-amz-target", format!("{}.{action}", service.target()));
                parameters.to_string()
            }
            Protocol::Query | Protocol::Ec2 => {
                header("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned());
                query::body(service, action, parameters)?
            }
            Protocol::RestJson | Protocol::RestXml => {
                let name = service.name();
                return Err(Error::new(
                    codes::WRONG_PROTOCOL,
                    format!("{name} has paths and methods in place of actions: use aws::request(\"{name}\", method, path)"),
                ));
            }
            Protocol::Unsupported(why) => return Err(unsupported(service, why)),
        };
        Ok(Self {
            service,
            host_prefix: service.host_prefix(action),
            method: "POST",
            path: "/".to_owned(),
            query: String::new(),
            headers,
            body: body.into_bytes(),
        })
    }

    /// A request to a service with methods and paths.
    pub(super) fn of_rest(service: Service, request: &'a Rest) -> Result<Self> {
        match service.protocol() {
            Protocol::RestJson | Protocol::RestXml => Self::of_any(service, request),
            Protocol::Unsupported(why) => Err(unsupported(service, why)),
            Protocol::Json(_) | Protocol::Query | Protocol::Ec2 => {
                let name = service.name();
                Err(Error::new(
                    codes::WRONG_PROTOCOL,
                    format!("{name} has actions in place of paths and methods: use aws::call(\"{name}\", action, #{{ … }})"),
                ))
            }
        }
    }

    /// A request to whatever service.
    pub(super) fn of_any(service: Service, request: &'a Rest) -> Result<Self> {
        let Rest { method, body, .. } = request;
        if method.is_empty() || !method.chars().all(|c| c.is_ascii_uppercase()) {
            let message =
                format!("\"{method}\" is not a method; there are GET, POST, PUT, DELETE and others");
            return Err(Error::invalid_argument(message));
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if !path.starts_with('/') {
            return Err(Error::invalid_argument(format!("the path \"{path}\" must begin with /")));
        }
        let more = uri::query(request.query.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let query = uri::canonical_query(&format!("{query}&{more}"));
        let mut headers = checked_headers(&request.headers)?;
        let has_checksum =
            headers.iter().any(|(name, _)| name.starts_with("x-amz-checksum-") || name == "content-md5");
        let is_part = query.split('&').any(|parameter| parameter.starts_with("uploadId="));
        if service.is_s3() && !body.is_empty() && !is_part && !has_checksum {
            // Some of S3's actions demand a checksum. Only parts of an upload must not have one unasked.
            headers.push(("x-amz-checksum-sha256".to_owned(), signing::base64_hash(body)));
        }
        Ok(Self {
            service,
            host_prefix: "",
            method,
            path: uri::encode_rest(path),
            query,
            headers,
            body: body.clone(),
        })
    }
}

fn checked_headers(headers: &[(String, String)]) -> Result<Vec<(String, String)>> {
    let headers = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    let headers: Vec<_> = headers.collect();
    match headers.iter().find(|(name, _)| OURS.contains(&name.as_str())) {
        None => Ok(headers),
        Some((name, _)) => {
            let message = format!("the header {name} follows from the signature and cannot be set");
            Err(Error::invalid_argument(message))
        }
    }
}

fn unsupported(service: Service, why: &str) -> Error {
    Error::new(codes::WRONG_PROTOCOL, format!("{} {why}; there is no support for that", service.name()))
}
