//! Where a redirect leads, and what of the request goes there.

use crate::url::{join, shown};
use crate::{Error, ErrorKind, Request, Response};

/// Words in the names of headers that are for one server alone.
const SECRET: [&str; 8] = ["auth", "cookie", "credential", "key", "password", "secret", "session", "token"];
/// Headers that describe a body.
const OF_BODY: [&str; 5] =
    ["content-type", "content-encoding", "content-language", "content-location", "content-md5"];

/// The request that a response asks for, if it is a redirect and redirects are followed; so many were
/// followed before.
///
/// # Errors
/// `Redirects`: too many, or one that cannot be followed.
pub(crate) fn next<B>(
    request: &Request,
    response: &Response<B>,
    followed: u32,
) -> Result<Option<Request>, Error> {
    let location = match (response.status, response.header("location")) {
        (301..=303 | 307 | 308, Some(location)) if request.redirects > 0 => location,
        _ => return Ok(None),
    };
    let url = join(&request.url, location);
    let error = |what: String| Error::new(ErrorKind::Redirects, what);
    if followed == request.redirects {
        return Err(error(format!(
            "redirected more than {followed} times, the last time from {} to {}",
            shown(&request.url),
            shown(&url)
        )));
    }
    let scheme = |url: &str| url.split("://").next().unwrap_or_default().to_ascii_lowercase();
    match (&*scheme(&request.url), &*scheme(&url)) {
        ("https", "http") => {
            return Err(error(format!(
                "{} redirects to {}, which is not HTTPS. Request that URL directly if this is intended",
                shown(&request.url),
                shown(&url)
            )))
        }
        (_, "http" | "https") => {}
        _ => {
            return Err(error(format!(
                "{} redirects to {}, which is not an HTTP URL",
                shown(&request.url),
                shown(&url)
            )))
        }
    }
    let mut next = Request { url, ..request.clone() };
    let becomes_get = match response.status {
        303 => request.method != "HEAD",
        301 | 302 => request.method == "POST",
        _ => false,
    };
    if becomes_get {
        next.method = "GET".into();
        next.body = Vec::new();
        next.repeatable = true;
        next.headers.retain(|(name, _)| !OF_BODY.contains(&&*name.to_ascii_lowercase()));
    }
    if origin(&request.url) != origin(&next.url) {
        next.headers.retain(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name != "host" && !SECRET.iter().any(|word| name.contains(word))
        });
    }
    Ok(Some(next))
}

/// Scheme, host and port. Headers may follow from `http` to `https` of the same host.
fn origin(url: &str) -> (String, u16) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
    match host.rsplit_once(':').map(|(name, port)| (name.to_owned(), port.parse())) {
        Some((name, Ok(80 | 443))) => (name, 0),
        Some((name, Ok(port))) => (name, port),
        _ if scheme.is_empty() => (host, 1),
        _ => (host, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, url: &str) -> Request {
        let mut request = Request::new(method, url)
            .header("Authorization", "secret")
            .header("X-Api-Key", "secret")
            .header("Cookie", "secret")
            .header("Content-Type", "text/plain")
            .header("Accept", "*/*");
        request.body = b"body".to_vec();
        request.redirects = 5;
        request
    }

    fn redirect(status: u16, location: &str) -> Response {
        Response {
            status,
            headers: vec![("location".into(), location.into())],
            body: Vec::new(),
            url: String::new(),
        }
    }

    fn follow(method: &str, status: u16, location: &str) -> Request {
        next(&request(method, "https://a.example/x"), &redirect(status, location), 0).unwrap().unwrap()
    }

    #[test]
    fn methods_and_bodies() {
        for (method, status, expected) in [
            ("POST", 301, "GET"),
            ("POST", 302, "GET"),
            ("POST", 303, "GET"),
            ("PUT", 303, "GET"),
            ("HEAD", 303, "HEAD"),
            ("PUT", 301, "PUT"),
            ("DELETE", 302, "DELETE"),
            ("POST", 307, "POST"),
            ("POST", 308, "POST"),
        ] {
            let next = follow(method, status, "/y");
            assert_eq!(next.method, expected, "{method} {status}");
            assert_eq!(next.url, "https://a.example/y");
            let has_type = next.headers.iter().any(|(name, _)| name == "Content-Type");
            assert_eq!((next.body.is_empty(), has_type), (expected == "GET", expected != "GET"));
        }
    }

    #[test]
    fn secrets_stay_with_their_host() {
        let names = |location: &str| {
            let next = follow("GET", 307, location);
            next.headers.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
        };
        let all = "Authorization X-Api-Key Cookie Content-Type Accept";
        assert_eq!(names("/y"), all);
        assert_eq!(names("https://A.example:443/y"), all);
        for other in
            ["https://b.example/y", "https://x.a.example/y", "https://a.example:8443/y", "//b.example"]
        {
            assert_eq!(names(other), "Content-Type Accept", "{other}");
        }
        let from_http = |location| {
            let next = next(&request("GET", "http://a.example"), &redirect(302, location), 0);
            next.unwrap().unwrap().headers.len()
        };
        assert_eq!(from_http("https://a.example"), 5);
        assert_eq!(from_http("https://b.example"), 2);
    }

    #[test]
    fn what_is_not_followed() {
        let error = |status, location, followed| {
            let request = request("GET", "https://a.example/x?secret");
            next(&request, &redirect(status, location), followed).unwrap_err().message
        };
        assert_eq!(
            error(302, "/x?secret", 5),
            "redirected more than 5 times, the last time from https://a.example/x?… to https://a.example/x?…"
        );
        assert_eq!(
            error(302, "http://a.example/", 0),
            "https://a.example/x?… redirects to http://a.example/, which is not HTTPS. Request that URL directly if this is intended"
        );
        assert!(error(302, "file:///etc/passwd", 0)
            .ends_with("redirects to file:///etc/passwd, which is not an HTTP URL"));
        assert!(error(302, "mailto:a@b", 0).contains("not an HTTP URL"));

        let plain = request("GET", "https://a.example");
        for status in [200, 300, 304, 305, 400] {
            assert_eq!(next(&plain, &redirect(status, "/"), 0).unwrap().map(|_| ()), None);
        }
        let nowhere = Response { headers: Vec::new(), ..redirect(302, "") };
        assert!(next(&plain, &nowhere, 0).unwrap().is_none());
        let unwanted = Request { redirects: 0, ..plain };
        assert!(next(&unwanted, &redirect(302, "/"), 0).unwrap().is_none());
    }
}
