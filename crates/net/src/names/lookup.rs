//! The addresses of a host: as it is written, from `/etc/hosts`, from memory, or from the name
//! servers.

use super::cache::Cache;
use super::exchange::{ask, is_timeout};
use super::message::{is_host_name, Found, Reply, MAX_ALIASES};
use super::resolv_conf::ResolvConf;
use super::{hosts, Config};
use crate::{Error, ErrorKind, Until};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Looks hosts up, and remembers what the name servers say.
#[derive(Debug, Default)]
pub struct Names {
    config: Config,
    cache: Cache,
    /// Which server is asked first, where they take turns.
    turn: AtomicUsize,
}

/// Why the name servers gave no address.
enum Problem {
    /// The first server that says that there is no such name.
    NoSuchName(IpAddr),
    /// The first server that knows the name, but no address of it.
    NoAddress(IpAddr),
    /// Nobody knows; what came of each attempt.
    Failed(Vec<Attempt>),
    /// The caller's time is over.
    Late,
}

/// A server that was asked in vain, and what it did.
type Attempt = (IpAddr, Outcome);

#[derive(PartialEq, Eq)]
enum Outcome {
    Silent(Duration),
    Answered(String),
    Unreachable(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(time) => write!(f, "did not respond within {} s", time.as_secs()),
            Self::Answered(word) => write!(f, "answered {word}"),
            Self::Unreachable(error) => write!(f, "cannot be reached ({error})"),
        }
    }
}

impl Names {
    /// Looks names up as configured.
    pub fn new(config: Config) -> Self {
        Self { config, ..Self::default() }
    }

    /// The addresses of a host, at least one. The host is a name or an address, an IPv6 address
    /// with or without brackets.
    ///
    /// # Errors
    /// `Name` when there is none or nobody knows, `Timeout` when the time is over.
    pub fn addresses(&self, host: &str, until: Until) -> Result<Vec<IpAddr>, Error> {
        let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = literal.parse() {
            return Ok(vec![address]);
        }
        let host = host.to_ascii_lowercase();
        if host == "localhost" || host.ends_with(".localhost") {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if !is_host_name(&host) {
            return Err(Error::new(ErrorKind::Name, format!("{host:?} is not a host name")));
        }
        // Both files are read anew each time: that costs little, and they may change.
        let read = |path| std::fs::read(path).map(|text| String::from_utf8_lossy(&text).into_owned());
        let listed = hosts::addresses(&read(&self.config.hosts).unwrap_or_default(), &host);
        if !listed.is_empty() {
            return Ok(listed);
        }
        if let Some(addresses) = self.cache.addresses(&host, Instant::now()) {
            return Ok(addresses);
        }
        let conf = ResolvConf::parse(&read(&self.config.resolv_conf).unwrap_or_default());
        let found = self.search(&host, &conf, until)?;
        self.cache.remember(&host, &found.addresses, found.ttl, Instant::now());
        Ok(found.addresses)
    }

    /// Asks for the host in each of the search domains.
    fn search(&self, host: &str, conf: &ResolvConf, until: Until) -> Result<Found, Error> {
        let candidates = conf.candidates(host);
        let mut problem = None;
        for name in candidates.iter().filter(|name| is_host_name(name)) {
            let next = match self.follow_aliases(name, conf, until) {
                Ok(found) => return Ok(found),
                Err(next) => next,
            };
            // Servers that are silent now will be so for the other names, too.
            let is_end = match &next {
                Problem::Failed(attempts) => {
                    !attempts.iter().any(|(_, what)| matches!(what, Outcome::Answered(_)))
                }
                Problem::Late => true,
                Problem::NoSuchName(_) | Problem::NoAddress(_) => false,
            };
            // Of several names, the one that there is tells most.
            if is_end || problem.is_none() || matches!(problem, Some(Problem::NoSuchName(_))) {
                problem = Some(next);
            }
            if is_end {
                break;
            }
        }
        let others = candidates.iter().filter(|name| *name != host).cloned().collect::<Vec<_>>().join(", ");
        let others = if others.is_empty() { others } else { format!(" (also tried: {others})") };
        Err(match problem {
            None => Error::new(ErrorKind::Name, format!("the host name {host} is too long")),
            Some(Problem::NoSuchName(server)) => Error::new(
                ErrorKind::Name,
                format!("the host {host} does not exist: the name server {server} does not know the name{others}"),
            ),
            Some(Problem::NoAddress(server)) => Error::new(
                ErrorKind::Name,
                format!("the host {host} has no address: the name server {server} knows the name, but it has no A or AAAA record{others}"),
            ),
            Some(Problem::Failed(attempts)) => Error::new(
                ErrorKind::Name,
                format!("the host {host} could not be looked up: {}{others}", describe(&attempts)),
            ),
            Some(Problem::Late) => Error::new(
                ErrorKind::Timeout,
                format!("the host {host} was not looked up in time"),
            ),
        })
    }

    fn follow_aliases(&self, name: &str, conf: &ResolvConf, until: Until) -> Result<Found, Problem> {
        let mut name = name.to_owned();
        let mut ttl = Duration::MAX;
        for _ in 0..MAX_ALIASES {
            let (server, mut found) = self.ask_servers(&name, conf, until)?;
            ttl = ttl.min(found.ttl);
            if !found.addresses.is_empty() {
                found.ttl = ttl;
                return Ok(found);
            }
            name = found.alias.filter(|alias| is_host_name(alias)).ok_or(Problem::NoAddress(server))?;
        }
        let circle = Outcome::Answered("aliases that form a loop".into());
        Err(Problem::Failed(vec![(conf.servers[0], circle)]))
    }

    /// Asks one server after the other, until one knows.
    fn ask_servers(&self, name: &str, conf: &ResolvConf, until: Until) -> Result<(IpAddr, Found), Problem> {
        let first = if conf.rotate { self.turn.fetch_add(1, Ordering::Relaxed) } else { 0 };
        let mut failed = Vec::new();
        for _ in 0..conf.attempts {
            for turn in 0..conf.servers.len() {
                let server = conf.servers[(first.wrapping_add(turn)) % conf.servers.len()];
                if until.is_over() {
                    return Err(Problem::Late);
                }
                let patience = until.by(Instant::now().checked_add(conf.timeout));
                let replies = ask(SocketAddr::new(server, self.config.port), name, patience);
                let outcome = match replies.map(merge) {
                    Ok(Some(Reply::Found(found))) => return Ok((server, found)),
                    Ok(Some(Reply::NoSuchName)) => return Err(Problem::NoSuchName(server)),
                    Ok(Some(Reply::Failed(word))) => Outcome::Answered(word),
                    Ok(Some(Reply::Truncated)) => Outcome::Answered("a part only".into()),
                    Ok(None) => Outcome::Silent(conf.timeout),
                    Err(error) if is_timeout(&error) => Outcome::Silent(conf.timeout),
                    Err(error) => Outcome::Unreachable(error.to_string()),
                };
                failed.push((server, outcome));
            }
        }
        if until.is_over() {
            return Err(Problem::Late);
        }
        Err(Problem::Failed(failed))
    }
}

/// What a server says in its replies for IPv4 and for IPv6. Addresses of one kind are enough.
fn merge([v4, v6]: [Option<Reply>; 2]) -> Option<Reply> {
    match (v6, v4) {
        (Some(Reply::Found(v6)), Some(Reply::Found(v4))) => Some(Reply::Found(join(v6, v4))),
        (Some(Reply::Found(found)), other) | (other, Some(Reply::Found(found))) => {
            if found.addresses.is_empty() {
                other
            } else {
                Some(Reply::Found(found))
            }
        }
        (reply, None) | (None | Some(_), reply) => reply,
    }
}

/// The addresses of both kinds. IPv6 first, as RFC 6724 has it: where there is no route for it, a
/// connection fails at once, and the next address is tried.
fn join(v6: Found, v4: Found) -> Found {
    if v6.addresses.is_empty() {
        return Found { alias: v4.alias.or(v6.alias), ..v4 };
    }
    let ttl = if v4.addresses.is_empty() { v6.ttl } else { v6.ttl.min(v4.ttl) };
    Found { addresses: [v6.addresses, v4.addresses].concat(), ttl, alias: None }
}

/// The attempts, with those that came to the same in one.
fn describe(attempts: &[Attempt]) -> String {
    let mut distinct: Vec<(&Attempt, usize)> = Vec::new();
    for attempt in attempts {
        match distinct.iter_mut().find(|(known, _)| *known == attempt) {
            Some((_, count)) => *count += 1,
            None => distinct.push((attempt, 1)),
        }
    }
    let described = distinct.iter().map(|((server, outcome), count)| {
        let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
        format!("the name server {server} {outcome}{times}")
    });
    described.collect::<Vec<_>>().join(", ")
}
