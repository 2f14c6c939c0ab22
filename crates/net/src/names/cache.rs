//! What was looked up, for as long as the name servers say that it holds.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many hosts are remembered.
const MAX_HOSTS: usize = 256;
/// Nothing is remembered for longer: the addresses of large services change.
const MAX_TTL: Duration = Duration::from_mins(5);

/// The addresses of hosts, and until when they hold.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<String, (Vec<IpAddr>, Instant)>>);

impl Cache {
    pub(super) fn addresses(&self, host: &str, now: Instant) -> Option<Vec<IpAddr>> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.get(host).filter(|(_, until)| now < *until).map(|(addresses, _)| addresses.clone())
    }

    pub(super) fn remember(&self, host: &str, addresses: &[IpAddr], ttl: Duration, now: Instant) {
        if ttl.is_zero() {
            return;
        }
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_HOSTS {
            hosts.retain(|_, (_, until)| now < *until);
        }
        if hosts.len() >= MAX_HOSTS {
            hosts.clear();
        }
        hosts.insert(host.to_owned(), (addresses.to_vec(), now + ttl.min(MAX_TTL)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_forgotten_in_time() {
        let cache = Cache::default();
        let now = Instant::now();
        let address: IpAddr = "10.0.0.1".parse().unwrap();
        cache.remember("a", &[address], Duration::from_secs(10), now);
        cache.remember("b", &[address], Duration::ZERO, now);
        cache.remember("c", &[address], Duration::from_secs(1_000_000), now);
        assert_eq!(cache.addresses("a", now + Duration::from_secs(9)), Some(vec![address]));
        assert_eq!(cache.addresses("a", now + Duration::from_secs(10)), None);
        assert_eq!(cache.addresses("b", now), None);
        assert!(cache.addresses("c", now + MAX_TTL / 2).is_some());
        assert_eq!(cache.addresses("c", now + MAX_TTL), None);
    }

    #[test]
    fn it_does_not_grow_without_limit() {
        let cache = Cache::default();
        let now = Instant::now();
        for number in 0..10_000 {
            cache.remember(&number.to_string(), &[], Duration::from_secs(number % 7), now);
        }
        assert!(cache.0.lock().unwrap().len() <= MAX_HOSTS);
        assert!(cache.addresses("9999", now).is_some());
    }
}
