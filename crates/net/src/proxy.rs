//! Which requests go by way of a proxy, and how it is asked.

use crate::socket::Socket;
use crate::{Error, ErrorKind};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use percent_encoding::percent_decode_str;
use std::io::{self, Read, Write};
use std::net::IpAddr;

/// The longest answer to `CONNECT`.
const MAX_ANSWER: usize = 16 << 10;

/// The proxies of the usual variables.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Result<Proxy, String>>,
    https: Option<Result<Proxy, String>>,
    /// The hosts that are not asked for by way of a proxy.
    except: Vec<Exception>,
}

/// An HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The value of `proxy-authorization`.
    authorization: Option<String>,
}

/// An entry of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    All,
    /// A host with all below it, and the port if it is for one only.
    Host(String, Option<u16>),
    /// An address and how many of its bits count.
    Network(IpAddr, u8),
}

impl Proxies {
    /// Reads them from a look-up of environment variables.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| variable(&name.to_ascii_lowercase()).or_else(|| variable(name));
        let proxy = |name: &str| {
            let (name, value) =
                [name, "ALL_PROXY"].into_iter().find_map(|name| Some((name, either(name)?)))?;
            Some(Proxy::parse(&value).map_err(|problem| format!("{name} {problem}")))
        };
        let except = either("NO_PROXY").unwrap_or_default();
        let entries = except.split([',', ' ']).filter(|entry| !entry.is_empty());
        Self {
            http: proxy("HTTP_PROXY"),
            https: proxy("HTTPS_PROXY"),
            except: entries.map(Exception::parse).collect(),
        }
    }

    /// The proxy for requests to a host, if they need one.
    ///
    /// # Errors
    /// When the variable names none that can be used.
    pub(crate) fn proxy(&self, is_https: bool, host: &str, port: u16) -> Result<Option<&Proxy>, Error> {
        let proxy = if is_https { &self.https } else { &self.http };
        let host = host.trim_matches(['[', ']']).trim_end_matches('.');
        // What is on this machine is not there for a proxy.
        let is_here = host.eq_ignore_ascii_case("localhost")
            || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        match proxy {
            Some(proxy) if !is_here && !self.except.iter().any(|entry| entry.covers(host, port)) => {
                proxy.as_ref().map(Some).map_err(|problem| Error::new(ErrorKind::Connect, problem))
            }
            _ => Ok(None),
        }
    }
}

impl Proxy {
    /// Reads `http://user:password@host:port`, of which all but the host may be missing.
    fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(format!("names a proxy with the scheme {scheme}; only http:// is supported"));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        let wrong = || "is not a proxy URL such as http://host:port".to_owned();
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().map_err(|_| wrong())?),
            _ => (address, 80),
        };
        if host.is_empty() || host.contains([' ', '@']) {
            return Err(wrong());
        }
        let authorization = user.map(|user| {
            let user = if user.contains(':') { user.to_owned() } else { format!("{user}:") };
            format!("Basic {}", BASE64_STANDARD.encode(percent_decode_str(&user).collect::<Vec<_>>()))
        });
        Ok(Self { host: host.to_owned(), port, authorization })
    }

    /// Asks the proxy for a connection to a host, over one to the proxy.
    ///
    /// # Errors
    /// `Connect` when it refuses, `Timeout`.
    pub(crate) fn tunnel(&self, socket: &mut Socket, host: &str, port: u16) -> Result<(), Error> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::TimedOut => {
                Error::new(ErrorKind::Timeout, format!("{self} did not connect to {host} in time"))
            }
            _ => Error::new(ErrorKind::Connect, format!("{self} closed the connection ({error})")),
        };
        let request =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{}\r\n", self.header());
        socket.write_all(request.as_bytes()).map_err(failed)?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            // Byte for byte: what follows belongs to the connection that was asked for.
            let mut byte = [0];
            socket.read_exact(&mut byte).map_err(failed)?;
            answer.push(byte[0]);
            if answer.len() > MAX_ANSWER {
                return Err(failed(io::Error::other("its response has no end")));
            }
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(&answer).map(|_| response.code) {
            Ok(Some(200..=299)) => Ok(()),
            Ok(Some(status)) => {
                let reason = response.reason.unwrap_or_default();
                let message = format!("{self} refuses a connection to {host}:{port}: {status} {reason}");
                Err(Error::new(ErrorKind::Connect, message.trim_end()))
            }
            _ => Err(Error::new(ErrorKind::Connect, format!("the response of {self} is not HTTP"))),
        }
    }

    /// The head of a request to an `http` host as the proxy wants it: with the whole URL in its first
    /// line, and with the proxy's own header.
    pub(crate) fn forward(&self, head: &[u8], origin: &str) -> Vec<u8> {
        let space = head.iter().position(|byte| *byte == b' ').map_or(0, |space| space + 1);
        let line = head.windows(2).position(|pair| pair == b"\r\n").map_or(head.len(), |end| end + 2);
        [&head[..space], origin.as_bytes(), &head[space..line], self.header().as_bytes(), &head[line..]]
            .concat()
    }

    fn header(&self) -> String {
        match &self.authorization {
            Some(value) => format!("Proxy-Authorization: {value}\r\n"),
            None => String::new(),
        }
    }
}

impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the proxy {}:{}", self.host, self.port)
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Exception {
    fn parse(entry: &str) -> Self {
        if entry == "*" {
            return Self::All;
        }
        let (address, bits) = entry.split_once('/').unwrap_or((entry, ""));
        if let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
            let width = if address.is_ipv4() { 32 } else { 128 };
            return Self::Network(address, bits.parse().map_or(width, |bits: u8| bits.min(width)));
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
            _ => (entry, None),
        };
        let host = host.trim_start_matches('*').trim_matches('.');
        Self::Host(host.to_ascii_lowercase(), port)
    }

    fn covers(&self, host: &str, port: u16) -> bool {
        match self {
            Self::All => true,
            Self::Host(name, only) => {
                let host = host.to_ascii_lowercase();
                let is_below =
                    host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                is_below && only.is_none_or(|only| only == port)
            }
            Self::Network(network, bits) => match (network, host.parse()) {
                (IpAddr::V4(network), Ok(IpAddr::V4(address))) => {
                    let differing = (network.to_bits() ^ address.to_bits()).leading_zeros();
                    differing >= u32::from(*bits)
                }
                (IpAddr::V6(network), Ok(IpAddr::V6(address))) => {
                    let differing = (network.to_bits() ^ address.to_bits()).leading_zeros();
                    differing >= u32::from(*bits)
                }
                _ => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::read(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn where_a_proxy_is() {
        for (text, host, port) in [
            ("http://proxy.example:3128", "proxy.example", 3128),
            ("proxy.example:3128/", "proxy.example", 3128),
            ("http://user:p@ss@proxy.example", "proxy.example", 80),
            ("http://[::1]:3128", "[::1]", 3128),
            ("http://[::1]", "[::1]", 80),
        ] {
            let proxy = Proxy::parse(text).unwrap();
            assert_eq!((&*proxy.host, proxy.port), (host, port), "{text}");
            assert!(!format!("{proxy:?} {proxy}").contains("p@ss"));
        }
    }

    #[test]
    fn lower_case_and_the_nearer_variable_count() {
        let proxies = proxies(&[
            ("HTTP_PROXY", "http://upper"),
            ("http_proxy", "http://lower"),
            ("ALL_PROXY", "http://all"),
        ]);
        let host = |is_https| proxies.proxy(is_https, "x.example", 80).unwrap().unwrap().host.clone();
        assert_eq!((host(false), host(true)), ("lower".into(), "all".into()));
    }

    #[test]
    fn exceptions() {
        for (no_proxy, host, expected) in [
            ("x.example", "x.example", true),
            ("x.example", "a.X.example", true),
            (".x.example", "a.x.example", true),
            ("*.x.example", "a.x.example", true),
            ("x.example", "ax.example", false),
            ("a.x.example", "x.example", false),
            ("x.example:443", "x.example", true),
            ("x.example:80", "x.example", false),
            ("*", "x.example", true),
            ("", "x.example", false),
            (".", "x.example", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("0.0.0.0/0", "11.1.2.3", true),
            ("10.0.0.0/8", "x10.example", false),
            ("fd00::/8", "[fd12::1]", true),
            ("fd00::/8", "[fe12::1]", false),
            ("a,b x.example", "x.example", true),
            ("x.example", "localhost", true),
            ("", "127.0.0.1", true),
            ("", "[::1]", true),
        ] {
            let proxies = proxies(&[("https_proxy", "http://proxy"), ("NO_PROXY", no_proxy)]);
            let is_direct = proxies.proxy(true, host, 443).unwrap().is_none();
            assert_eq!(is_direct, expected, "{no_proxy:?} {host}");
        }
    }

    #[test]
    fn the_head_of_a_forwarded_request() {
        let head = b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n";
        let forwarded = |proxy: &str| {
            let proxy = Proxy::parse(proxy).unwrap();
            String::from_utf8(proxy.forward(head, "http://x:81")).unwrap()
        };
        assert_eq!(forwarded("http://proxy"), "GET http://x:81/a b HTTP/1.1\r\nhost: x\r\n\r\n");
        assert_eq!(
            forwarded("http://u@proxy"),
            "GET http://x:81/a b HTTP/1.1\r\nProxy-Authorization: Basic dTo=\r\nhost: x\r\n\r\n"
        );
    }
}
