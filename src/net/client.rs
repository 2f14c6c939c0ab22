//! Sends requests, over connections that are kept for the next ones.

use super::{Config, Error, ErrorKind, Request, Response};
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use ureq::http;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Sends requests. Cheap to make: nothing is set up before the first request, and nothing of TLS
/// before the first one that needs it. Clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: Box<dyn Fn() -> Config + Send + Sync>,
    agent: OnceLock<ureq::Agent>,
}

impl Client {
    /// A client that asks for its configuration at the first request.
    pub fn new(config: impl Fn() -> Config + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { config: Box::new(config), agent: OnceLock::new() }))
    }

    /// Sends a request and waits for the whole response, until that instant at most.
    ///
    /// # Errors
    /// Whenever there is no complete response. No status is an error.
    pub fn send(&self, request: &Request, until: Option<Instant>) -> Result<Response, Error> {
        let agent = self.0.agent.get_or_init(|| agent(&(self.0.config)()));
        let bad = |error: http::Error| Error::new(ErrorKind::BadRequest, error.to_string());
        let mut builder = http::Request::builder().method(request.method.as_str()).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let has_body = !request.body.is_empty() || matches!(&*request.method, "POST" | "PUT" | "PATCH");
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let timeout = [request.timeout, left].into_iter().flatten().min();
        let failed = |error: ureq::Error| {
            let kind = match &error {
                ureq::Error::Timeout(_) if until.is_some_and(|until| Instant::now() >= until) => {
                    ErrorKind::Deadline
                }
                ureq::Error::Timeout(_) => ErrorKind::Timeout,
                ureq::Error::HostNotFound => ErrorKind::Name,
                _ => ErrorKind::Connect,
            };
            Error::new(kind, error.to_string())
        };
        let response = if has_body {
            let request = builder.body(&*request.body).map_err(bad)?;
            agent.run(agent.configure_request(request).timeout_global(timeout).build())
        } else {
            let request = builder.body(()).map_err(bad)?;
            agent.run(agent.configure_request(request).timeout_global(timeout).build())
        };
        let (head, mut body) = response.map_err(failed)?.into_parts();
        let mut bytes = Vec::new();
        body.as_reader().read_to_end(&mut bytes).map_err(|error| failed(error.into()))?;
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(Response {
            status: head.status.as_u16(),
            headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: bytes,
            url: request.url.clone(),
        })
    }
}

fn agent(_: &Config) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .proxy(None)
        .build();
    ureq::Agent::with_parts(config, DefaultConnector::new(), Literals)
}

/// Addresses in URLs, and `localhost`.
#[derive(Debug)]
struct Literals;

impl Resolver for Literals {
    fn resolve(
        &self,
        uri: &http::Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let ip = match host {
            "localhost" => IpAddr::from(Ipv4Addr::LOCALHOST),
            host => host.parse().map_err(|_| ureq::Error::HostNotFound)?,
        };
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let mut addresses = self.empty();
        addresses.push(SocketAddr::new(ip, uri.port_u16().unwrap_or(default)));
        Ok(addresses)
    }
}
