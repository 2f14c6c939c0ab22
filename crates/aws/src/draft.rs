//! A request before it has an endpoint and a signature.

use crate::error::{codes, Error, Result};
use crate::rest::Rest;
use crate::services::{Protocol, Service};
use crate::{checksum, rules, signing, uri};
use percent_encoding::percent_decode_str;
use rhai_vm::{Map, Str};

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

/// The parameter of endpoint rules that is a bucket, or the ARN of an access point.
const BUCKET: &str = "Bucket";

/// A request before it has an endpoint and a signature.
pub(crate) struct Draft<'a> {
    pub(crate) service: Service,
    /// The name of the operation; empty for a request with a method and a path of the caller's own.
    pub(crate) operation: Str,
    /// What the operation is about, with the name that traces have for it.
    pub(crate) resource: Option<(&'static str, Str)>,
    /// A name under which the service may have other endpoints; mostly empty.
    pub(crate) context: String,
    /// What goes before the host name.
    pub(crate) host_prefix: String,
    /// What endpoint rules look at. A bucket of S3 is here and not in the path, since it may become a part of the host name.
    pub(crate) parameters: rules::Named,
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
        parameters: &Map,
    ) -> Result<Self> {
        let mut headers = std::mem::take(&mut request.headers);
        if let Some((name, _)) = headers.iter().find(|(name, _)| OURS.contains(&name.as_str())) {
            return Err(Error::invalid_argument(format!("the header {name} cannot be set by parameters")));
        }
        checksum::add(operation, &mut headers, &request.body)?;
        request.headers = headers;
        Ok(Self::of_presigned(service, operation, request, parameters))
    }

    /// The request of an operation, without checksums: nobody knows the body yet.
    pub(crate) fn of_presigned(
        service: Service,
        operation: &aws_api::Operation,
        request: aws_api::Request,
        parameters: &Map,
    ) -> Self {
        let query = uri::query(request.query.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let parameters = rules::of(service).map_or(rules::Named::new(), |rules| {
            let mut found = rules.fixed(&operation.context);
            found.extend(rules.of_call(&operation.name, parameters));
            found
        });
        let has_bucket = service.name() == "s3" && parameters.iter().any(|(name, _)| *name == BUCKET);
        let path = if has_bucket { first_segment(&request.path).1 } else { request.path };
        Self {
            service,
            operation: operation.name.clone(),
            resource: None,
            context: operation.context.to_string(),
            host_prefix: request.host_prefix,
            parameters,
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
    /// The bucket of S3 that it is about.
    pub(crate) fn bucket(&self) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(name, _)| *name == BUCKET)?;
        value.as_str()
    }

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
        let (mut parameters, mut rest) = (rules::Named::new(), None);
        if service.name() == "s3" {
            let (bucket, path) = first_segment(&path);
            // Sessions are not created with other sessions.
            let is_session = query == "session=";
            parameters.extend(is_session.then(|| ("DisableS3ExpressSessionAuth", true.into())));
            parameters.extend((!bucket.is_empty()).then(|| (BUCKET, bucket.as_str().into())));
            rest = Some(path);
        }
        Ok(Self {
            service,
            operation: Str::default(),
            resource: None,
            context: String::new(),
            host_prefix: String::new(),
            parameters,
            method,
            path: rest.unwrap_or(path),
            query,
            headers,
            body: body.clone(),
            is_unsigned: false,
            is_payload_unsigned: false,
        })
    }
}

/// The first segment of a path, decoded, and the rest.
fn first_segment(path: &str) -> (String, String) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    (percent_decode_str(first).decode_utf8_lossy().into_owned(), format!("/{rest}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_not_in_the_path() {
        let arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint/a";
        let path = "/arn%3Aaws%3As3%3Aeu-west-1%3A123456789012%3Aaccesspoint%2Fa";
        assert_eq!(first_segment(path), (arn.to_owned(), "/".to_owned()));
        assert_eq!(first_segment("/"), (String::new(), "/".to_owned()));
        let s3 = crate::services::find("s3").unwrap();
        for (path, bucket, rest) in [
            (&*format!("{path}/a%20b/c"), Some(arn), "/a%20b/c"),
            ("/bucket/arn%3Aaws", Some("bucket"), "/arn%3Aaws"),
            ("/bucket", Some("bucket"), "/"),
            ("/", None, "/"),
        ] {
            let rest_request = Rest::new("GET", path);
            let draft = Draft::of_any(s3, &rest_request).unwrap();
            assert_eq!((draft.bucket(), &*draft.path), (bucket, rest));
        }
        let other = Rest::new("GET", "/a/b");
        let draft = Draft::of_any(crate::services::find("lambda").unwrap(), &other).unwrap();
        assert_eq!((draft.bucket(), &*draft.path), (None, "/a/b"));
    }
}
