//! The credentials of a container, which a service beside it gives: on ECS, on EKS, and to Lambda
//! functions that go on from a snapshot.

use super::{missing, parse, Cached, Fetching};
use crate::environment::Environment;
use crate::error::{Error, Result};
use net::{ErrorKind, Request};
use serde_json::Value;
use std::fs;
use std::net::IpAddr;
use std::time::Duration;

/// The container's service is near: it answers at once or not at all.
const TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 3;
/// Hosts other than this machine that may be asked without encryption: those of ECS and EKS.
const HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// The service's address, if there is one.
pub(super) fn url(environment: &dyn Environment) -> Option<String> {
    let relative = environment.set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let url = relative.map(|path| format!("http://{}{path}", HOSTS[0]));
    url.or_else(|| environment.set("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
}

/// The credentials that the service has now.
pub(super) fn fetch(url: &str, at: &Fetching<'_>) -> Result<Cached> {
    if !may_be_asked(url) {
        return Err(missing(format!(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI is \"{url}\": it must begin with https://, or name this machine"
        )));
    }
    let mut request = Request::new("GET", url).header("accept", "application/json");
    request.timeout = Some(TIMEOUT);
    if let Some(token) = authorization(at.environment)? {
        request.headers.push(("authorization".to_owned(), token));
    }
    let mut attempts = 1;
    loop {
        let problem = match at.http.send(&request, at.until) {
            Ok(response) if response.status == 200 => {
                return parse(&response.body)
                    .map_err(|problem| missing(format!("{url} responds with {problem}")));
            }
            Ok(response) => {
                format!("{url} responds with status {}{}", response.status, reason(&response.body))
            }
            Err(error) if error.kind == ErrorKind::Deadline => return Err(Error::Deadline),
            Err(error) => format!("{url} does not respond: {error}"),
        };
        if attempts == ATTEMPTS {
            return Err(missing(format!("the container has no credentials: {problem}")));
        }
        attempts += 1;
        if !at.until.wait(Duration::from_millis(50)) {
            return Err(Error::Deadline);
        }
    }
}

/// What the service says of an error; nothing where it says nothing.
fn reason(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    json["message"].as_str().map_or_else(String::new, |message| format!(": {message}"))
}

/// Whether it is safe to send the token there.
fn may_be_asked(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return url.starts_with("https://");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_loopback = host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    host == "localhost" || is_loopback || HOSTS.contains(&host)
}

fn authorization(environment: &dyn Environment) -> Result<Option<String>> {
    const FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    let token = match environment.set(FILE) {
        Some(file) => Some(
            fs::read_to_string(&file)
                .map_err(|error| missing(format!("the file {file} of {FILE} cannot be read: {error}")))?,
        ),
        None => environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    let token = token.map(|token| token.trim().to_owned());
    if token.as_ref().is_some_and(|token| token.contains(['\r', '\n'])) {
        return Err(missing("the container's authorization token has more than one line"));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_to_safe_places_only() {
        for url in [
            "https://example.com/x",
            "http://127.0.0.1:80/x",
            "http://localhost/x",
            "http://[::1]:8080/x",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::23]/v1/credentials",
        ] {
            assert!(may_be_asked(url), "{url}");
        }
        for url in [
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "http://169.254.169.254/",
            "http://localhost@example.com/",
            "http://[::1]@example.com/",
            "ftp://127.0.0.1/",
            "",
        ] {
            assert!(!may_be_asked(url), "{url}");
        }
    }
}
