//! `/etc/resolv.conf`: which name servers to ask, and how. See resolv.conf(5), whose defaults and
//! limits these are.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

const MAX_SERVERS: usize = 3;
const MAX_NDOTS: usize = 15;
const MAX_TIMEOUT: u64 = 30;
const MAX_ATTEMPTS: u32 = 5;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResolvConf {
    /// At least one.
    pub(super) servers: Vec<IpAddr>,
    /// Domains that are tried after a name, or before where it has fewer dots than `ndots`.
    pub(super) search: Vec<String>,
    pub(super) ndots: usize,
    /// How long a server has for its answer.
    pub(super) timeout: Duration,
    /// How often the list of servers is gone through.
    pub(super) attempts: u32,
    /// Whether each look-up begins with another server.
    pub(super) rotate: bool,
}

impl ResolvConf {
    /// Reads the file's text. What is not known or out of range is left out of account.
    pub(super) fn parse(text: &str) -> Self {
        let mut conf = Self {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            rotate: false,
        };
        for line in text.lines().filter(|line| !line.starts_with(['#', ';'])) {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    conf.servers.extend(words.next().and_then(|word| word.parse::<IpAddr>().ok()));
                }
                // The last of these lines counts, as in glibc.
                Some("search") => conf.search = words.map(str::to_owned).collect(),
                Some("domain") => conf.search = words.take(1).map(str::to_owned).collect(),
                Some("options") => words.for_each(|word| conf.option(word)),
                _ => {}
            }
        }
        conf.servers.truncate(MAX_SERVERS);
        if conf.servers.is_empty() {
            conf.servers.push(Ipv4Addr::LOCALHOST.into());
        }
        conf
    }

    fn option(&mut self, word: &str) {
        let (name, value) = word.split_once(':').unwrap_or((word, ""));
        match (name, value.parse::<u32>()) {
            ("rotate", _) => self.rotate = true,
            ("ndots", Ok(dots)) => self.ndots = MAX_NDOTS.min(dots as usize),
            ("timeout", Ok(seconds @ 1..)) => {
                self.timeout = Duration::from_secs(MAX_TIMEOUT.min(seconds.into()));
            }
            ("attempts", Ok(attempts @ 1..)) => self.attempts = MAX_ATTEMPTS.min(attempts),
            _ => {}
        }
    }

    /// The names to ask for, in this order.
    pub(super) fn candidates(&self, host: &str) -> Vec<String> {
        if let Some(absolute) = host.strip_suffix('.') {
            return vec![absolute.to_owned()];
        }
        let mut names: Vec<_> = self
            .search
            .iter()
            .map(|domain| domain.trim_matches('.'))
            .filter(|domain| !domain.is_empty())
            .map(|domain| format!("{host}.{domain}"))
            .collect();
        let dots = host.matches('.').count();
        let place = if dots >= self.ndots { 0 } else { names.len() };
        names.insert(place, host.to_owned());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting() {
        let conf = ResolvConf::parse(
            "# comment\n; comment\nnameserver 10.0.0.2\nnameserver nonsense\nnameserver ::1 # more\n\
             domain first.example\nsearch a.example b.example.\n\
             options ndots:3 timeout:2 attempts:4 rotate edns0 nonsense:5\n",
        );
        assert_eq!(conf.servers, ["10.0.0.2".parse::<IpAddr>().unwrap(), "::1".parse().unwrap()]);
        assert_eq!(conf.search, ["a.example", "b.example."]);
        assert_eq!(
            (conf.ndots, conf.timeout, conf.attempts, conf.rotate),
            (3, Duration::from_secs(2), 4, true)
        );
    }

    #[test]
    fn defaults_and_limits() {
        let conf = ResolvConf::parse("");
        assert_eq!(conf.servers, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
        assert_eq!(
            (conf.ndots, conf.timeout, conf.attempts, conf.rotate),
            (1, Duration::from_secs(5), 2, false)
        );
        let conf =
            ResolvConf::parse("options ndots:99 timeout:99 attempts:99\noptions timeout:0 attempts:x\n");
        assert_eq!((conf.ndots, conf.timeout, conf.attempts), (15, Duration::from_secs(30), 5));
        assert_eq!(ResolvConf::parse(&"nameserver 10.0.0.1\n".repeat(9)).servers.len(), 3);
        assert_eq!(ResolvConf::parse("search a.example\ndomain b.example c.example").search, ["b.example"]);
    }

    #[test]
    fn candidates_follow_the_number_of_dots() {
        let conf = ResolvConf::parse("search a.example b.example.\noptions ndots:2");
        assert_eq!(conf.candidates("x"), ["x.a.example", "x.b.example", "x"]);
        assert_eq!(conf.candidates("x.y"), ["x.y.a.example", "x.y.b.example", "x.y"]);
        assert_eq!(conf.candidates("x.y.z"), ["x.y.z", "x.y.z.a.example", "x.y.z.b.example"]);
        assert_eq!(conf.candidates("x."), ["x"]);
        assert_eq!(ResolvConf::parse("search .").candidates("x"), ["x"]);
    }
}
