//! A request before it has an endpoint and a signature.

use crate::error::{codes, Error, Result};
use crate::services::{Protocol, Service};
use crate::{access_points, checksum, signing, uri};

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
pub(crate) struct Draft<'a> {
    pub(crate) service: Service,
    /// A name under which the service may have other endpoints; mostly empty.
    pub(crate) context: String,
    /// What goes before the host name.
    pub(crate) host_prefix: String,
    /// The ARN of an access point in place of the bucket's name, which is no part of the path.
    pub(crate) access_point: Option<String>,
    pub(crate) method: &'a str,
    /// Path and query are encoded.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether it is sent without a signature.
    pub(crate) is_unsigned: bool,
    /// Whether its body is not a part of the signature.
    pub(crate) is_payload_unsigned: bool,
}

impl Draft<'static> {
    /// The request of an operation.
    pub(crate) fn of_operation(
        service: Service,
        operation: &aws_api::Operation,
        mut request: aws_api::Request,
    ) -> Result<Self> {
        let mut headers = std::mem::take(&mut request.headers);
        if let Some((name, _)) = headers.iter().find(|(name, _)| OURS.contains(&name.as_str())) {
            return Err(Error::invalid_argument(format!("the header {name} cannot be set by parameters")));
        }
        checksum::add(operation, &mut headers, &request.body)?;
        request.headers = headers;
        Ok(Self::of_presigned(service, operation, request))
    }

    /// The request of an operation, without checksums: nobody knows the body yet.
    pub(crate) fn of_presigned(
        service: Service,
        operation: &aws_api::Operation,
        request: aws_api::Request,
    ) -> Self {
        let query = uri::query(request.query.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let (access_point, path) = without_arn(service, request.path);
        Self {
            service,
            context: operation.context.to_string(),
            host_prefix: request.host_prefix,
            access_point,
            method: request.method,
            path,
            query: uri::canonical_query(&query),
            headers: request.headers,
            body: request.body,
            is_unsigned: operation.is_unsigned,
            is_payload_unsigned: operation.is_payload_unsigned,
        }
    }
}

impl<'a> Draft<'a> {
    /// A request to a service with methods and paths.
    pub(crate) fn of_rest(service: Service, request: &'a Rest) -> Result<Self> {
        match service.protocol() {
            Protocol::Rest => Self::of_any(service, request),
            Protocol::Unsupported => Err(unsupported(service)),
            Protocol::Rpc => {
                let name = service.name();
                Err(Error::new(
                    codes::WRONG_PROTOCOL,
                    format!(
                        "{name} has no methods and paths: use aws::call(\"{name}\", operation, #{{ … }})"
                    ),
                ))
            }
        }
    }

    /// A request to whatever service.
    pub(crate) fn of_any(service: Service, request: &'a Rest) -> Result<Self> {
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
        // S3 signs a path as it is sent, and in its form everything is encoded.
        let path =
            if service.is_s3() { uri::encode_rest(path) } else { uri::encode_rest(path).replace("%40", "@") };
        let (access_point, path) = without_arn(service, path);
        Ok(Self {
            service,
            context: String::new(),
            host_prefix: String::new(),
            access_point,
            method,
            path,
            query,
            headers,
            body: body.clone(),
            is_unsigned: false,
            is_payload_unsigned: false,
        })
    }
}

/// The ARN that is the bucket, and the path without it.
fn without_arn(service: Service, path: String) -> (Option<String>, String) {
    match access_points::split(&path).filter(|_| service.name() == "s3") {
        Some((arn, path)) => (Some(arn), path),
        None => (None, path),
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

/// The error of a service whose signatures there is no support for.
pub(crate) fn unsupported(service: Service) -> Error {
    let message = format!("{} accepts no signatures of version 4, and Rhambda has no others", service.name());
    Error::new(codes::WRONG_PROTOCOL, message)
}
