//! Names as requests use them: when they are looked up, and which of their addresses is taken.

use crate::{both, Setup};
use name_server::{Answer, Server};
use rhambda_net::{Client, Config, ErrorKind, Request, Until};
use std::time::{Duration, Instant};
use web_server::{Authority, Reply, Silent, WebServer};

/// A client that asks this name server.
fn client(setup: &Setup, dns: &Server) -> Client {
    let names = setup.config(dns.address().port());
    Client::new(move || Config { names: names.clone(), ..Config::read(|_| None) })
}

fn get(client: &Client, url: &str) -> String {
    match client
        .send(&Request::new("GET", url), Until::NEVER.by(Some(Instant::now() + Duration::from_secs(20))))
    {
        Ok(response) => String::from_utf8(response.body).unwrap(),
        Err(error) => format!("{:?}: {}", error.kind, error.message),
    }
}

#[test]
fn a_name_is_looked_up_for_a_new_connection_only() {
    let web = WebServer::start(|request| match &*request.path {
        "/close" => Reply::text("bye").header("connection", "close"),
        _ => Reply::text(request.header("host").unwrap()),
    });
    let dns = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new()
        } else {
            Answer::new().address_for(&asked.name, "127.0.0.1", 0)
        }
    });
    let setup = Setup::of(&dns);
    let client = client(&setup, &dns);
    let url = format!("http://web.example:{}", web.address().port());
    for _ in 0..3 {
        assert_eq!(get(&client, &url), url[7..]);
    }
    assert_eq!((dns.asked().len(), web.connections()), (2, 1));
    get(&client, &format!("{url}/close"));
    get(&client, &url);
    assert_eq!((dns.asked().len(), web.connections()), (4, 2));
}

#[test]
fn the_next_address_is_tried() {
    let web = WebServer::start(|_| Reply::text("here"));
    let port = web.address().port();
    // Nobody is at the first two, and there is no way to the third.
    let dns = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new().address(&asked.name, "::1").address(&asked.name, "2001:db8::1")
        } else {
            Answer::new().address(&asked.name, "127.0.0.9").address(&asked.name, "127.0.0.1")
        }
    });
    let setup = Setup::of(&dns);
    assert_eq!(get(&client(&setup, &dns), &format!("http://web.example:{port}")), "here");
    drop(web);
    let error = get(&client(&setup, &dns), &format!("http://web.example:{port}"));
    assert!(error.starts_with("Connect: no connection to web.example: [::1]:"), "{error}");
    for address in ["[2001:db8::1]", "127.0.0.9", "127.0.0.1"] {
        assert!(error.contains(&format!(", {address}:{port} ")), "{error}");
    }
}

#[test]
fn a_silent_address_is_given_up_for_the_next() {
    let silent = Silent::to_connections();
    let port = silent.address().port();
    let web = WebServer::start_at(([127, 0, 0, 2], port).into(), |_| Reply::text("here"));
    let dns = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new()
        } else {
            Answer::new().address(&asked.name, "127.0.0.1").address(&asked.name, "127.0.0.2")
        }
    });
    let setup = Setup::of(&dns);
    let request = Request {
        timeout: Some(Duration::from_millis(1200)),
        ..Request::new("GET", format!("http://web.example:{port}"))
    };
    let response = client(&setup, &dns).send(&request, Until::NEVER).unwrap();
    assert_eq!(response.body, b"here");
    drop(web);
}

#[test]
fn a_name_without_an_address() {
    let dns = Server::start(both("other.example"));
    let setup = Setup::of(&dns);
    assert_eq!(
        get(&client(&setup, &dns), "http://web.example/"),
        "Name: the host web.example does not exist: the name server 127.0.0.1 does not know the name"
    );
}

#[test]
fn the_timeout_cuts_looking_up_too() {
    let dns = Server::start(|_| Answer::silent());
    let setup = Setup::new(dns.address(), "options timeout:30");
    let mut request = Request::new("GET", "http://web.example/");
    request.timeout = Some(Duration::from_millis(100));
    let client = client(&setup, &dns);
    let error = client.send(&request, Until::NEVER).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert_eq!(error.message, "the host web.example was not looked up in time; the timeout is 100ms");
    let error =
        client.send(&request, Until::NEVER.by(Some(Instant::now() + Duration::from_millis(50)))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Deadline);
}

#[test]
fn certificates_are_for_names() {
    let authority = Authority::new();
    let web = WebServer::start_secured(&authority.certificate(&["web.example"]), |_| Reply::text("secured"));
    let dns = Server::start(|asked| {
        if asked.is_v6 {
            Answer::new()
        } else {
            Answer::new().address(&asked.name, "127.0.0.1")
        }
    });
    let setup = Setup::of(&dns);
    let pem = setup.folder().join("ca.pem");
    std::fs::write(&pem, authority.pem()).unwrap();
    let names = setup.config(dns.address().port());
    let client = Client::new(move || {
        let pem = pem.to_str().unwrap().to_owned();
        let config = Config::read(|name| (name == "SSL_CERT_FILE").then(|| pem.clone()));
        Config { names: names.clone(), ..config }
    });
    let port = web.address().port();
    assert_eq!(get(&client, &format!("https://web.example:{port}")), "secured");
    assert_eq!(get(&client, &format!("https://web.example.:{port}")), "secured");
    let error = get(&client, &format!("https://other.example:{port}"));
    assert_eq!(error, "Tls: the certificate of other.example is not for other.example but for web.example");
}
