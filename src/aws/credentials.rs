//! What requests are signed with: from the environment, from the container, or from AWS's CLI.

use super::error::{codes, Error, Result};
use crate::net::{self, ErrorKind, Request};
use serde_json::Value;
use std::cell::RefCell;
use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Credentials are renewed so long before they expire.
const MARGIN: Duration = Duration::from_mins(5);
/// The container's service is near: it answers at once or not at all.
const CONTAINER_TIMEOUT: Duration = Duration::from_secs(2);
const CONTAINER_ATTEMPTS: u32 = 3;
/// Signing in may need a while, but nobody is asked for anything.
const CLI_TIMEOUT: Duration = Duration::from_mins(1);
/// Hosts other than this machine that may be asked without encryption: those of ECS and EKS.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

const NONE: &str = "there are no credentials. In AWS, the function's role gives them; elsewhere, set \
                    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with AWS's CLI (`aws configure`, \
                    `aws sso login`)";

/// What requests are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Says whose signature it is.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// Goes with the keys of a role.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials of {}", self.access_key_id)
    }
}

/// Where credentials come from, and those that came last.
#[derive(Default)]
pub(super) struct Source {
    cached: RefCell<Option<Cached>>,
}

#[derive(Clone)]
struct Cached {
    credentials: Credentials,
    expires: Option<SystemTime>,
}

/// A look-up of environment variables; those that are empty are not set.
pub(super) type Variables = dyn Fn(&str) -> Option<String>;

/// What finding credentials needs.
pub(super) struct Surroundings<'a> {
    pub(super) variable: &'a Variables,
    pub(super) http: &'a net::Client,
    pub(super) until: Option<Instant>,
}

impl Source {
    /// The credentials that are valid now.
    pub(super) fn credentials(&self, at: &Surroundings<'_>) -> Result<Credentials> {
        if let Some(credentials) = from_environment(at.variable)? {
            return Ok(credentials);
        }
        let now = SystemTime::now();
        let cached = self.cached.borrow().clone();
        let left = |cached: &Cached| match cached.expires {
            None => Duration::MAX,
            Some(expires) => expires.duration_since(now).unwrap_or_default(),
        };
        if let Some(cached) = cached.as_ref().filter(|cached| left(cached) > MARGIN) {
            return Ok(cached.credentials.clone());
        }
        match (fetch(at), cached) {
            (Ok(new), _) => {
                let credentials = new.credentials.clone();
                self.cached.replace(Some(new));
                Ok(credentials)
            }
            (Err(Error::Failed(failure)), Some(old)) if left(&old) > Duration::ZERO => {
                log::warn!(
                    "the credentials for AWS, which expire soon, cannot be renewed: {}",
                    failure.message
                );
                Ok(old.credentials)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Forgets credentials that turned out to be no longer valid; whether there were any.
    pub(super) fn forget(&self) -> bool {
        self.cached.take().is_some()
    }
}

fn missing(message: impl Into<String>) -> Error {
    Error::new(codes::MISSING_CREDENTIALS, message)
}

fn from_environment(variable: &Variables) -> Result<Option<Credentials>> {
    match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        (None, None) => Ok(None),
        (Some(access_key_id), Some(secret_access_key)) => {
            let session_token = variable("AWS_SESSION_TOKEN");
            Ok(Some(Credentials { access_key_id, secret_access_key, session_token }))
        }
        (Some(_), None) => Err(missing("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")),
        (None, Some(_)) => Err(missing("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not")),
    }
}

fn fetch(at: &Surroundings<'_>) -> Result<Cached> {
    let relative = (at.variable)("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    let url = relative.map(|path| format!("http://{}{path}", CONTAINER_HOSTS[0]));
    match url.or_else(|| (at.variable)("AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
        Some(url) => from_container(&url, at),
        None => from_cli(at.until),
    }
}

// The container

fn from_container(url: &str, at: &Surroundings<'_>) -> Result<Cached> {
    if !may_be_asked(url) {
        return Err(missing(format!(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI is \"{url}\": it must begin with https://, or name this machine"
        )));
    }
    let mut request = Request::new("GET", url).header("accept", "application/json");
    request.timeout = Some(CONTAINER_TIMEOUT);
    if let Some(token) = authorization(at.variable)? {
        request.headers.push(("authorization".to_owned(), token));
    }
    let mut attempts = 1;
    loop {
        let problem = match at.http.send(&request, at.until) {
            Ok(response) if response.status == 200 => {
                return parse(&response.body)
                    .map_err(|problem| missing(format!("{url} answers with {problem}")));
            }
            Ok(response) => format!("{url} answers with status {}", response.status),
            Err(error) if error.kind == ErrorKind::Deadline => return Err(Error::Deadline),
            Err(error) => format!("{url} does not answer: {error}"),
        };
        if attempts == CONTAINER_ATTEMPTS {
            return Err(missing(format!("the container has no credentials: {problem}")));
        }
        attempts += 1;
        thread::sleep(Duration::from_millis(50));
    }
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
    host == "localhost" || is_loopback || CONTAINER_HOSTS.contains(&host)
}

fn authorization(variable: &Variables) -> Result<Option<String>> {
    const FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    let token = match variable(FILE) {
        Some(file) => Some(
            fs::read_to_string(&file)
                .map_err(|error| missing(format!("the file {file} of {FILE} cannot be read: {error}")))?,
        ),
        None => variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    };
    let token = token.map(|token| token.trim().to_owned());
    if token.as_ref().is_some_and(|token| token.contains(['\r', '\n'])) {
        return Err(missing("the container's authorization token has more than one line"));
    }
    Ok(token)
}

// AWS's CLI

fn from_cli(until: Option<Instant>) -> Result<Cached> {
    let mut command = Command::new("aws");
    command.args(["configure", "export-credentials", "--format", "process"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|_| missing(NONE))?;
    let ended = wait(&mut child, until);
    if ended.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let succeeded = ended?;
    let said = |pipe: Option<&mut dyn std::io::Read>| {
        let mut text = Vec::new();
        if let Some(pipe) = pipe {
            let _ = pipe.read_to_end(&mut text);
        }
        text
    };
    if !succeeded {
        let complaint = said(child.stderr.as_mut().map(|pipe| pipe as _));
        let complaint = String::from_utf8_lossy(&complaint);
        return Err(missing(format!("{NONE}. The CLI says: {}", complaint.trim())));
    }
    let output = said(child.stdout.as_mut().map(|pipe| pipe as _));
    parse(&output).map_err(|problem| missing(format!("`aws configure export-credentials` prints {problem}")))
}

/// Whether it succeeded. What it prints fits into a pipe.
fn wait(child: &mut Child, until: Option<Instant>) -> Result<bool> {
    let limit = Instant::now() + CLI_TIMEOUT;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) => {}
            Err(error) => return Err(missing(format!("AWS's CLI cannot be waited for: {error}"))),
        }
        if until.is_some_and(|until| Instant::now() >= until) {
            return Err(Error::Deadline);
        }
        if Instant::now() >= limit {
            return Err(missing("`aws configure export-credentials` does not come to an end"));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Both write the same JSON, but for the token's name. A problem never quotes what may be secret.
fn parse(json: &[u8]) -> std::result::Result<Cached, &'static str> {
    let json: Value = serde_json::from_slice(json).map_err(|_| "something that is not JSON")?;
    let text = |key: &str| json[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let expires = match text("Expiration") {
        Some(time) => Some(parse_time(&time).ok_or("an Expiration that is not a time")?),
        None => None,
    };
    Ok(Cached {
        credentials: Credentials {
            access_key_id: text("AccessKeyId").ok_or("no AccessKeyId")?,
            secret_access_key: text("SecretAccessKey").ok_or("no SecretAccessKey")?,
            session_token: text("Token").or_else(|| text("SessionToken")),
        },
        expires,
    })
}

fn parse_time(text: &str) -> Option<SystemTime> {
    let text = text.strip_suffix("+00:00").map_or_else(|| text.to_owned(), |time| format!("{time}Z"));
    humantime::parse_rfc3339(&text).ok()
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

    #[test]
    fn both_forms_are_read() {
        let container =
            br#"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2026-01-02T03:04:05Z"}"#;
        let cli = br#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-01-02T03:04:05+00:00"}"#;
        let (container, cli) = (parse(container).ok().unwrap(), parse(cli).ok().unwrap());
        assert!(container.credentials == cli.credentials && container.expires == cli.expires);
        assert_eq!(container.credentials.session_token.as_deref(), Some("T"));
        assert!(container.expires.is_some());
        let keys = parse(br#"{"AccessKeyId":"A","SecretAccessKey":"S"}"#).ok().unwrap();
        assert!(keys.expires.is_none() && keys.credentials.session_token.is_none());
        for (json, problem) in [
            ("", "something that is not JSON"),
            ("[]", "no AccessKeyId"),
            (r#"{"AccessKeyId":"A","SecretAccessKey":""}"#, "no SecretAccessKey"),
            (
                r#"{"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"soon"}"#,
                "an Expiration that is not a time",
            ),
        ] {
            assert_eq!(parse(json.as_bytes()).err(), Some(problem), "{json}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let credentials = Credentials {
            access_key_id: "AKID".into(),
            secret_access_key: "hush".into(),
            session_token: Some("hush".into()),
        };
        assert_eq!(format!("{credentials:?}"), "Credentials of AKID");
    }
}
