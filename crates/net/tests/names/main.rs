//! Host names to addresses, against name servers of the tests' own.

mod requests;

use name_server::{Answer, Asked, Forgery, Server, RCODE};
use rhambda_net::names::{Config, Names};
use rhambda_net::{ErrorKind, Until};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Names as two files describe them, and servers at this port.
struct Setup {
    names: Names,
    folder: TempDir,
}

impl Setup {
    fn new(server: SocketAddr, resolv_conf: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), server.port());
        std::fs::write(&config.resolv_conf, format!("nameserver {}\n{resolv_conf}", server.ip())).unwrap();
        Self { names: Names::new(config), folder }
    }

    /// The same two files, for somebody else.
    fn config(&self, port: u16) -> Config {
        config(self.folder.path(), port)
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn of(server: &Server) -> Self {
        Self::new(server.address(), "options timeout:1")
    }

    fn hosts(self, text: &str) -> Self {
        std::fs::write(self.folder.path().join("hosts"), text).unwrap();
        self
    }

    /// The addresses with a space between, or kind and message of the error.
    fn look_up(&self, host: &str) -> String {
        match self.names.addresses(host, Until::NEVER) {
            Ok(addresses) => addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{:?}: {}", error.kind, error.message),
        }
    }
}

fn config(folder: &Path, port: u16) -> Config {
    Config { hosts: folder.join("hosts"), resolv_conf: folder.join("resolv.conf"), port }
}

/// Knows `name` with one address of each kind.
fn both(name: &'static str) -> impl Fn(&Asked) -> Answer + Send + Sync + 'static {
    move |asked| match (asked.name == name, asked.is_v6) {
        (true, false) => Answer::new().address(name, "10.0.0.1"),
        (true, true) => Answer::new().address(name, "2001:db8::1"),
        _ => Answer::code(RCODE::NameError),
    }
}

#[test]
fn both_kinds_of_address() {
    let server = Server::start(both("api.example"));
    let setup = Setup::of(&server);
    assert_eq!(setup.look_up("api.example"), "2001:db8::1 10.0.0.1");
    assert_eq!(setup.look_up("API.Example"), "2001:db8::1 10.0.0.1");
    let asked = server.asked();
    assert_eq!(asked.len(), 2, "the second time from memory: {asked:?}");
    assert_ne!(asked[0].id, asked[1].id);
}

#[test]
fn one_kind_is_enough() {
    let server = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new()
        } else {
            Answer::new().address("v4.example", "10.0.0.1").address("v4.example", "10.0.0.2")
        }
    });
    assert_eq!(Setup::of(&server).look_up("v4.example"), "10.0.0.1 10.0.0.2");
    // Some servers never answer the question for the kind they don't have.
    let server = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new().address("v6.example", "2001:db8::1")
        } else {
            Answer::silent()
        }
    });
    let started = Instant::now();
    assert_eq!(Setup::of(&server).look_up("v6.example"), "2001:db8::1");
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
}

#[test]
fn addresses_and_localhost_are_nobodys_business() {
    let server = Server::start(|_| panic!("nobody should ask"));
    let setup = Setup::of(&server);
    assert_eq!(setup.look_up("10.1.2.3"), "10.1.2.3");
    assert_eq!(setup.look_up("::1"), "::1");
    assert_eq!(setup.look_up("[2001:DB8::1]"), "2001:db8::1");
    assert_eq!(setup.look_up("LocalHost"), "127.0.0.1 ::1");
    assert_eq!(setup.look_up("app.localhost"), "127.0.0.1 ::1");
    for wrong in ["", ".", "a..b", "a b", "a/b", "a\\.b", "ü.example", &"a".repeat(64), &"a.".repeat(128)] {
        let error = setup.look_up(wrong);
        assert!(error.ends_with("is not a host name"), "{error}");
    }
}

#[test]
fn the_hosts_file_comes_first() {
    let server = Server::start(both("api.example"));
    let setup = Setup::of(&server).hosts("10.9.9.9 api.example api # comment\n");
    assert_eq!(setup.look_up("api.example"), "10.9.9.9");
    assert_eq!(setup.look_up("API"), "10.9.9.9");
    assert_eq!(server.asked(), []);
    // It may change.
    let setup = setup.hosts("");
    assert_eq!(setup.look_up("api.example"), "2001:db8::1 10.0.0.1");
}

#[test]
fn truncated_answers_are_asked_for_over_tcp() {
    let server = Server::start(|asked| match (asked.is_v6, asked.over_tcp) {
        (true, _) => Answer::new(),
        (false, false) => Answer::truncated(),
        (false, true) => {
            (0..200).fold(Answer::new(), |answer, n| answer.address("many.example", &format!("10.0.0.{n}")))
        }
    });
    let addresses = Setup::of(&server).look_up("many.example");
    assert_eq!(addresses.split(' ').count(), 200);
    assert!(addresses.ends_with("10.0.0.199"));
    assert_eq!(server.asked().iter().filter(|asked| asked.over_tcp).count(), 1);
}

#[test]
fn a_connection_that_says_nothing_is_an_answer_that_did_not_come() {
    let server = Server::start(|asked| if asked.over_tcp { Answer::silent() } else { Answer::truncated() });
    let setup = Setup::new(server.address(), "options timeout:1 attempts:1");
    let error = setup.look_up("x.example");
    assert_eq!(
        error,
        "Name: the host x.example could not be looked up: the name server 127.0.0.1 cannot be reached \
         (unexpected end of file)"
    );
}

#[test]
fn names_that_are_not_there() {
    let server = Server::start(|asked| match &*asked.name {
        "empty.example" => Answer::new(),
        _ => Answer::code(RCODE::NameError),
    });
    let setup = Setup::of(&server);
    assert_eq!(
        setup.look_up("nope.example"),
        "Name: the host nope.example does not exist: the name server 127.0.0.1 does not know the name"
    );
    assert_eq!(
        setup.look_up("empty.example"),
        "Name: the host empty.example has no address: the name server 127.0.0.1 knows the name, but it has no A \
         or AAAA record"
    );
}

#[test]
fn a_server_that_fails_is_asked_again() {
    let server = Server::start(|_| Answer::code(RCODE::ServerFailure));
    assert_eq!(
        Setup::of(&server).look_up("x.example"),
        "Name: the host x.example could not be looked up: the name server 127.0.0.1 answered SERVFAIL (2 times)"
    );
    assert_eq!(server.asked().len(), 4);
    let server = Server::start(|_| Answer::code(RCODE::Refused));
    let setup = Setup::new(server.address(), "options attempts:1");
    assert_eq!(
        setup.look_up("x.example"),
        "Name: the host x.example could not be looked up: the name server 127.0.0.1 answered REFUSED"
    );
}

/// Two servers at one port of two addresses.
fn pair(
    first: impl Fn(&Asked) -> Answer + Send + Sync + Clone + 'static,
    second: impl Fn(&Asked) -> Answer + Send + Sync + Clone + 'static,
) -> (Server, Server) {
    loop {
        let one = Server::start(first.clone());
        let other = SocketAddr::from(([127, 0, 0, 2], one.address().port()));
        if let Some(two) = Server::start_at(other, second.clone()) {
            return (one, two);
        }
    }
}

#[test]
fn the_second_server_is_asked_when_the_first_is_silent() {
    let (first, second) = pair(|_| Answer::silent(), |asked| both("api.example")(asked));
    let setup = Setup::new(first.address(), "nameserver 127.0.0.2\noptions timeout:1");
    let started = Instant::now();
    assert_eq!(setup.look_up("api.example"), "2001:db8::1 10.0.0.1");
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!((first.asked().len(), second.asked().len()), (2, 2));
}

#[test]
fn the_second_server_is_asked_at_once_when_the_first_fails_or_is_not_there() {
    let (first, second) = pair(|_| Answer::code(RCODE::ServerFailure), |asked| both("api.example")(asked));
    let setup = Setup::new(first.address(), "nameserver 127.0.0.2\noptions timeout:30");
    assert_eq!(setup.look_up("api.example"), "2001:db8::1 10.0.0.1");
    drop(first);
    let setup = Setup::new(
        ([127, 0, 0, 1], second.address().port()).into(),
        "nameserver 127.0.0.2\noptions timeout:30",
    );
    assert_eq!(setup.look_up("api.example"), "2001:db8::1 10.0.0.1");
    drop(second);
    let error = setup.look_up("other.example");
    assert!(
        error.starts_with("Name: the host other.example could not be looked up: the name server 127.0.0.1 cannot be reached (Connection refused")
            && error.contains("(2 times), the name server 127.0.0.2 cannot be reached"),
        "{error}"
    );
}

#[test]
fn servers_take_turns() {
    let rule = |_: &Asked| Answer::new().address_for("api.example", "10.0.0.1", 0);
    let (first, second) = pair(rule, rule);
    let setup = Setup::new(first.address(), "nameserver 127.0.0.2\noptions rotate");
    for _ in 0..4 {
        setup.look_up("api.example");
    }
    assert_eq!((first.asked().len(), second.asked().len()), (4, 4));
    let setup = Setup::new(first.address(), "nameserver 127.0.0.2");
    for _ in 0..4 {
        setup.look_up("api.example");
    }
    assert_eq!((first.asked().len(), second.asked().len()), (12, 4));
}

#[test]
fn nobody_answers() {
    let server = Server::start(|_| Answer::silent());
    let setup = Setup::new(server.address(), "search a.example b.example\noptions timeout:1 attempts:1");
    let started = Instant::now();
    assert_eq!(
        setup.look_up("x.example"),
        "Name: the host x.example could not be looked up: the name server 127.0.0.1 did not respond within 1 s \
         (also tried: x.example.a.example, x.example.b.example)"
    );
    assert!(started.elapsed() < Duration::from_secs(3), "the search ends with the first silence");
}

#[test]
fn forged_answers_are_not_believed() {
    for forgery in [Forgery::Id, Forgery::Question, Forgery::Source, Forgery::Query, Forgery::Garbage] {
        let server = Server::start(move |asked| {
            both("api.example")(asked).forged(forgery).after(Duration::from_millis(20))
        });
        let found = Setup::of(&server).look_up("api.example");
        assert_eq!(found, "2001:db8::1 10.0.0.1", "{forgery:?}");
        assert_eq!(server.asked().len(), 2, "{forgery:?}");
    }
}

#[test]
fn answers_for_other_names_are_not_believed() {
    let server = Server::start(|_| Answer::new().address("other.example", "6.6.6.6"));
    let error = Setup::of(&server).look_up("api.example");
    assert!(error.contains("has no address"), "{error}");
}

#[test]
fn ids_and_ports_are_random() {
    let server = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new()
        } else {
            Answer::new().address_for(&asked.name, "10.0.0.1", 0)
        }
    });
    let setup = Setup::of(&server);
    for _ in 0..20 {
        setup.look_up("api.example");
    }
    let asked = server.asked();
    let distinct = |mut numbers: Vec<u16>| {
        numbers.sort_unstable();
        numbers.dedup();
        numbers.len()
    };
    // 40 of 65,536 ids, 20 ports: two may be the same, ten not.
    assert!(distinct(asked.iter().map(|asked| asked.id).collect()) > 30, "{asked:?}");
    assert!(distinct(asked.iter().map(|asked| asked.port).collect()) > 10, "{asked:?}");
    let in_order = asked.windows(2).filter(|pair| pair[1].id == pair[0].id.wrapping_add(1)).count();
    assert!(in_order < 5, "{asked:?}");
}

#[test]
fn aliases_are_followed() {
    // In one answer, in any order, …
    let server = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new().alias("a.example", "b.example").alias("b.example", "c.example")
        } else {
            Answer::new()
                .address("c.example", "10.0.0.1")
                .alias("B.example", "C.example")
                .alias("a.example", "b.example")
        }
    });
    assert_eq!(Setup::of(&server).look_up("a.example"), "10.0.0.1");
    // … and with another question where a server does not do it itself.
    let server = Server::start(|asked| match (&*asked.name, asked.is_v6) {
        ("a.example", _) => Answer::new().alias("a.example", "b.example"),
        ("b.example", false) => Answer::new().address("b.example", "10.0.0.2"),
        ("b.example", true) => Answer::new(),
        _ => Answer::code(RCODE::NameError),
    });
    assert_eq!(Setup::of(&server).look_up("a.example"), "10.0.0.2");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn aliases_in_a_circle_come_to_an_end() {
    let in_one =
        Server::start(|_| Answer::new().alias("a.example", "b.example").alias("b.example", "a.example"));
    let setup = Setup::new(in_one.address(), "options attempts:1");
    let error = setup.look_up("a.example");
    assert!(error.ends_with("the name server 127.0.0.1 answered aliases that form a loop"), "{error}");
    let by_and_by = Server::start(|asked| match &*asked.name {
        "a.example" => Answer::new().alias("a.example", "b.example"),
        _ => Answer::new().alias("b.example", "a.example"),
    });
    let error = Setup::of(&by_and_by).look_up("a.example");
    assert!(error.ends_with("the name server 127.0.0.1 answered aliases that form a loop"), "{error}");
    assert!(by_and_by.asked().len() < 50);
}

#[test]
fn an_answer_holds_as_long_as_its_shortest_part() {
    let server = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new()
        } else {
            Answer::new().alias_for("a.example", "b.example", 1).address_for("b.example", "10.0.0.1", 60)
        }
    });
    let setup = Setup::of(&server);
    let asked_after = |pause: u64| {
        std::thread::sleep(Duration::from_millis(pause));
        assert_eq!(setup.look_up("a.example"), "10.0.0.1");
        server.asked().len()
    };
    assert_eq!(asked_after(0), 2);
    assert_eq!(asked_after(100), 2);
    assert_eq!(asked_after(1000), 4);
    // 0 means that it must not be remembered.
    let server = Server::start(|asked| Answer::new().address_for(&asked.name, "10.0.0.1", 0));
    let setup = Setup::of(&server);
    setup.look_up("a.example");
    setup.look_up("a.example");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn search_domains() {
    let server = Server::start(both("db.b.example"));
    let setup = Setup::new(server.address(), "search a.example b.example\noptions ndots:1");
    assert_eq!(setup.look_up("db"), "2001:db8::1 10.0.0.1");
    let asked = |server: &Server| {
        let mut names: Vec<_> = server.asked().into_iter().map(|asked| asked.name).collect();
        names.dedup();
        names
    };
    assert_eq!(asked(&server), ["db.a.example", "db.b.example"]);
    assert!(setup.look_up("db.").starts_with("Name: the host db. does not exist: "));
    let server = Server::start(both("db.local.b.example"));
    let setup = Setup::new(server.address(), "search a.example b.example\noptions ndots:1");
    assert_eq!(setup.look_up("db.local"), "2001:db8::1 10.0.0.1");
    assert_eq!(asked(&server), ["db.local", "db.local.a.example", "db.local.b.example"]);
    assert_eq!(
        setup.look_up("nope"),
        "Name: the host nope does not exist: the name server 127.0.0.1 does not know the name \
         (also tried: nope.a.example, nope.b.example)"
    );
}

#[test]
fn the_caller_decides_how_long() {
    let server = Server::start(|_| Answer::silent());
    let setup = Setup::new(server.address(), "options timeout:30");
    let started = Instant::now();
    let until = started + Duration::from_millis(150);
    let error = setup.names.addresses("x.example", Until::NEVER.by(Some(until))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert_eq!(error.message, "the host x.example was not looked up in time");
    assert!(Instant::now() >= until && started.elapsed() < Duration::from_secs(10));
}

#[test]
fn without_settings_the_machine_itself_is_asked() {
    let server = Server::start(both("api.example"));
    let config = Config {
        hosts: "/nonexistent/hosts".into(),
        resolv_conf: "/nonexistent/resolv.conf".into(),
        port: server.address().port(),
    };
    assert_eq!(Names::new(config).addresses("api.example", Until::NEVER).unwrap().len(), 2);
}

#[test]
fn threads_share_what_is_known() {
    let server = Server::start(both("api.example"));
    let setup = Setup::of(&server);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(setup.look_up("api.example"), "2001:db8::1 10.0.0.1"));
        }
    });
    let before = server.asked().len();
    setup.look_up("api.example");
    assert_eq!(server.asked().len(), before);
}
