//! One request and the head of its response, over one connection.

use crate::body;
use crate::connection::MAX_HEAD;
use crate::failed::{explain, Failed};
use crate::time::Time;
use crate::{Body, Error, ErrorKind, Request, Response};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use std::time::Duration;
use ureq::http::{self, header, HeaderName, HeaderValue, Method, Uri};
use ureq::AsSendBody;

/// A request that must not be sent twice takes a connection that was in use so shortly before that
/// hardly any server has closed it.
const MAX_IDLE_ONCE: Duration = Duration::from_secs(4);

/// Sends a request and reads the head of the response.
pub(crate) fn exchange(
    agent: &ureq::Agent,
    request: &Request,
    time: &Time,
) -> Result<Response<Body>, Failed> {
    let (uri, authorization) = target(&request.url)?;
    let host = uri.host().unwrap_or_default().to_owned();
    let head = head(request, uri, authorization)?;
    // A method that commonly has a body says so when it has none.
    let has_body = !request.body.is_empty() || matches!(&*request.method, "POST" | "PUT" | "PATCH");
    let response = if has_body {
        run(agent, head.map(|()| &*request.body), request.repeatable, time)
    } else {
        run(agent, head, request.repeatable, time)
    };
    let (head, body) = response.map_err(|error| explain(error, &host, time, "response"))?.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let response = Response {
        status: head.status.as_u16(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: Body::new(body, host, *time),
        url: request.url.clone(),
    };
    // The headers of a response to `HEAD` describe a body that it does not have.
    let is_decoded = request.decode && request.method != "HEAD" && !matches!(response.status, 204 | 304);
    Ok(if is_decoded { body::decoded(response) } else { response })
}

/// Where a request goes, and the `authorization` that its URL asks for.
fn target(url: &str) -> Result<(Uri, Option<String>), Error> {
    let bad = |problem: &str| {
        let shown = crate::url::shown(url);
        let message =
            format!("the URL {shown:?} is invalid: {problem}. Use one such as https://example.com/path");
        Error::new(ErrorKind::BadRequest, message)
    };
    let no_host = "its host is invalid; write letters beyond a to z in Punycode (xn--…)";
    let uri: Uri = url.parse().map_err(|problem: http::uri::InvalidUri| match problem.to_string() {
        problem if problem == "invalid authority" => bad(no_host),
        problem => bad(&problem),
    })?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        Some(scheme) => return Err(bad(&format!("{scheme} is neither http nor https"))),
        None => return Err(bad("it does not begin with http:// or https://")),
    }
    let mut parts = uri.clone().into_parts();
    let authority = parts.authority.take().map(|authority| authority.to_string()).unwrap_or_default();
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| bad(no_host))?;
    if uri.port_u16().is_none() && !authority.ends_with(host) {
        return Err(bad("its port is invalid"));
    }
    let Some((user, host)) = authority.rsplit_once('@') else {
        return Ok((uri, None));
    };
    parts.authority = Some(host.parse().map_err(|_| bad(no_host))?);
    let user = if user.contains(':') { user.to_owned() } else { format!("{user}:") };
    let basic = BASE64_STANDARD.encode(percent_decode_str(&user).collect::<Vec<_>>());
    let uri = Uri::from_parts(parts).map_err(|problem| bad(&problem.to_string()))?;
    Ok((uri, Some(format!("Basic {basic}"))))
}

fn head(request: &Request, uri: Uri, authorization: Option<String>) -> Result<http::Request<()>, Error> {
    let bad = |what: String| Error::new(ErrorKind::BadRequest, what);
    let mut head = http::Request::new(());
    *head.uri_mut() = uri;
    *head.method_mut() = Method::from_bytes(request.method.as_bytes())
        .ok()
        .filter(|method| method != Method::CONNECT)
        .ok_or_else(|| bad(format!("the method {:?} is invalid", request.method)))?;
    let headers = head.headers_mut();
    for (name, value) in &request.headers {
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| bad(format!("the header name {name:?} is invalid")))?;
        // The value may be a secret.
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
            bad(format!("the value of the header {name} contains a line break or another control character"))
        })?;
        if key.as_str().len() + value.len() > MAX_HEAD {
            return Err(bad(format!("the header {name} is larger than {} KB", MAX_HEAD >> 10)));
        }
        let is_ours = key == header::CONTENT_LENGTH || key == header::TRANSFER_ENCODING;
        let is_once = key == header::HOST || key == header::AUTHORIZATION;
        if is_once && (value.to_str().is_err() || headers.contains_key(&key)) {
            return Err(bad(format!("the header {name} must occur exactly once, in ASCII")));
        }
        if !is_ours {
            headers.append(key, value);
        }
    }
    if let Some(value) = authorization.filter(|_| !headers.contains_key(header::AUTHORIZATION)) {
        let value = HeaderValue::from_str(&value).map_err(|error| bad(error.to_string()))?;
        headers.insert(header::AUTHORIZATION, value);
    }
    Ok(head)
}

fn run(
    agent: &ureq::Agent,
    request: http::Request<impl AsSendBody>,
    repeatable: bool,
    time: &Time,
) -> Result<http::Response<ureq::Body>, ureq::Error> {
    let mut settings = agent.configure_request(request);
    if !repeatable {
        settings = settings.max_idle_age(MAX_IDLE_ONCE);
    }
    time.limit(|| agent.run(settings.build()))
}
