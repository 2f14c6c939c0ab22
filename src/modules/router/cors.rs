//! Cross-origin resource sharing, as the Fetch standard has it ("CORS protocol").

use super::error::router_error;
use super::reply::Reply;
use super::request::Request;
use crate::modules::options::Options;
use rhai_vm::{Map, Result, Value};

/// What other origins may do.
pub(super) struct Cors {
    /// `None`: all of them.
    origins: Option<Vec<String>>,
    headers: Option<String>,
    expose_headers: Option<String>,
    credentials: bool,
    max_age: Option<u32>,
}

impl Cors {
    /// # Errors
    /// `RouterError` for options that are unknown, wrong or contradict one another.
    pub(super) fn read(options: Map) -> Result<Self> {
        Self::parse(&mut Options::new(options)).map_err(|problem| router_error(format!("cors: {problem}")))
    }

    pub(super) fn parse(options: &mut Options) -> std::result::Result<Self, String> {
        let origins = options.texts("origins")?;
        let headers = options.texts("headers")?.map(|names| names.join(", "));
        let expose_headers = options.texts("expose_headers")?.map(|names| names.join(", "));
        let credentials = options.boolean("credentials")?.unwrap_or_default();
        let max_age = options.integer("max_age", 0..=86_400)?;
        options.end()?;
        let origins = origins.filter(|origins| !origins.iter().any(|origin| origin == "*"));
        if credentials && origins.is_none() {
            return Err("browsers refuse `credentials` for all origins; name the `origins`".to_owned());
        }
        Ok(Self { origins, headers, expose_headers, credentials, max_age })
    }

    /// The response to a preflight request for a path with these methods.
    pub(super) fn preflight(&self, request: &Request, methods: &str) -> Reply {
        let mut reply = Reply::empty(204);
        reply.set("access-control-allow-methods", methods);
        let headers = self.headers.as_deref().or_else(|| request.header("access-control-request-headers"));
        if let Some(headers) = headers {
            reply.set("access-control-allow-headers", headers);
        }
        if let Some(seconds) = self.max_age {
            reply.set("access-control-max-age", i64::from(seconds));
        }
        reply
    }

    /// Adds the headers that every response to another origin needs.
    pub(super) fn allow(&self, request: &Request, reply: &mut Reply) {
        let origin = match &self.origins {
            None => "*",
            Some(origins) => {
                reply.vary("origin");
                let given = request.header("origin").unwrap_or_default();
                match origins.iter().find(|origin| *origin == given) {
                    Some(origin) => origin,
                    None => return,
                }
            }
        };
        reply.set("access-control-allow-origin", origin);
        if self.credentials {
            reply.set("access-control-allow-credentials", "true");
        }
        if let Some(names) = &self.expose_headers {
            reply.set("access-control-expose-headers", names.as_str());
        }
    }
}

/// Whether a request asks for permission to send another.
pub(super) fn is_preflight(request: &Request) -> bool {
    request.method() == "OPTIONS"
        && request.header("origin").is_some()
        && request.header("access-control-request-method").is_some()
}

/// The methods of a path for `allow`.
pub(super) fn methods(methods: &[String]) -> String {
    let mut names: Vec<&str> = methods.iter().map(String::as_str).collect();
    if names.contains(&"*") {
        names = vec!["GET", "POST", "PUT", "PATCH", "DELETE"];
    }
    for (name, needs) in [("HEAD", "GET"), ("OPTIONS", "")] {
        if !names.contains(&name) && (needs.is_empty() || names.contains(&needs)) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// A `set-cookie` header.
pub(super) fn cookie(name: &str, value: &str, options: Map) -> Result<Value> {
    build_cookie(name, value, options)
        .map(Value::from)
        .map_err(|problem| router_error(format!("router::cookie: {problem}")))
}

fn build_cookie(name: &str, value: &str, options: Map) -> std::result::Result<String, String> {
    // RFC 6265, section 4.1.1.
    let is_token = !name.is_empty() && ::http::HeaderName::from_bytes(name.as_bytes()).is_ok();
    if !is_token {
        return Err(format!("{name:?} is not a cookie's name; use letters, digits, - and _"));
    }
    if !is_plain(value, b"\",;\\") {
        return Err(format!("the value of the cookie {name:?} has characters that cookies cannot have; encode it with urlencode"));
    }
    let Attributes { path, domain, max_age, http_only, secure, same_site } =
        Attributes::read(&mut Options::new(options))?;
    let mut cookie = format!("{name}={value}; Path={}", path.as_deref().unwrap_or("/"));
    if let Some(domain) = domain {
        cookie.push_str("; Domain=");
        cookie.push_str(&domain);
    }
    if let Some(seconds) = max_age {
        cookie.push_str("; Max-Age=");
        cookie.push_str(&seconds.to_string());
    }
    if http_only {
        cookie += "; HttpOnly";
    }
    if secure {
        cookie += "; Secure";
    }
    Ok(format!("{cookie}; SameSite={same_site}"))
}

/// Whether a string consists of characters that cookies can have.
fn is_plain(value: &str, but: &[u8]) -> bool {
    value.bytes().all(|byte| byte.is_ascii_graphic() && !but.contains(&byte))
}

/// What a cookie says beside its name and value.
pub(super) struct Attributes {
    path: Option<String>,
    domain: Option<String>,
    max_age: Option<u32>,
    http_only: bool,
    secure: bool,
    same_site: String,
}

impl Attributes {
    pub(super) fn read(options: &mut Options) -> std::result::Result<Self, String> {
        let attributes = Self {
            path: plain(options, "path")?,
            domain: plain(options, "domain")?,
            max_age: options.integer("max_age", 0..=i32::MAX as u32)?,
            http_only: options.boolean("http_only")?.unwrap_or(true),
            secure: options.boolean("secure")?.unwrap_or(true),
            same_site: same_site(options)?,
        };
        options.end()?;
        Ok(attributes)
    }
}

fn plain(options: &mut Options, name: &'static str) -> std::result::Result<Option<String>, String> {
    match options.text(name)? {
        Some(value) if !is_plain(&value, b";") => {
            Err(format!("`{name}` has characters that cookies cannot have; use visible ASCII without ;"))
        }
        value => Ok(value),
    }
}

fn same_site(options: &mut Options) -> std::result::Result<String, String> {
    let same_site = options.text("same_site")?.unwrap_or_else(|| "Lax".to_owned());
    if ["Strict", "Lax", "None"].contains(&same_site.as_str()) {
        Ok(same_site)
    } else {
        Err(format!("`same_site` must be Strict, Lax or None, not {same_site:?}"))
    }
}
