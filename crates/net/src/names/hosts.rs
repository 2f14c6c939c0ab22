//! `/etc/hosts`: lines of an address and its names. See hosts(5).

use std::net::IpAddr;

/// The addresses of a host in the text of a hosts file.
pub(super) fn addresses(text: &str, host: &str) -> Vec<IpAddr> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut addresses = Vec::new();
    for line in lines {
        let mut words = line.split_ascii_whitespace();
        let address = words.next().and_then(|word| word.parse().ok());
        let Some(address) = address.filter(|_| words.any(|name| name.eq_ignore_ascii_case(host))) else {
            continue;
        };
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_every_column() {
        let text = "127.0.0.1 localhost\n10.0.0.1\tdb db.internal # a comment\n# 10.0.0.2 db\n\
                    \n  10.0.0.3 DB.Internal\nnonsense db\n::2 db # db6\n10.0.0.1 db\n";
        let found = |host| {
            let addresses = addresses(text, host);
            addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("db"), "10.0.0.1 ::2");
        assert_eq!(found("db.internal"), "10.0.0.1 10.0.0.3");
        assert_eq!(found("localhost"), "127.0.0.1");
        assert_eq!(found("db6"), "");
        assert_eq!(found("10.0.0.1"), "");
        assert_eq!(found("comment"), "");
    }
}
