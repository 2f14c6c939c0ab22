//! Host names, as `/etc/hosts` and `/etc/resolv.conf` of a machine of the test's own have them.

use super::function;
use crate::function::Process;
use crate::process::bootstrap;
use fake_runtime_api::FakeRuntimeApi;
use name_server::{Answer, Asked, Server, RCODE};
use serde_json::json;
use std::process::{Command, Stdio};
use tempfile::TempDir;
use web_server::{Reply, WebServer};

/// Starts a program with other files in the place of two.
const WITH_OTHER_FILES: &str =
    "mount --bind \"$1/hosts\" /etc/hosts && mount --bind \"$1/resolv.conf\" /etc/resolv.conf && shift && exec \"$@\"";

/// A command that gives a program these files in `/etc`, if this user may do so.
fn with_files(folder: &TempDir) -> Option<Command> {
    let wrapped = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", WITH_OTHER_FILES, "sh"]).arg(folder.path()).arg(program);
        command
    };
    let tried = wrapped("true").stdout(Stdio::null()).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success()).then(|| wrapped(bootstrap().to_str().unwrap()))
}

#[test]
fn they_are_looked_up_where_the_machine_says() {
    let rule = |asked: &Asked| match (&*asked.name, asked.is_v6) {
        ("dns.example" | "short.internal.example", false) => Answer::new().address(&asked.name, "127.0.0.1"),
        ("dns.example" | "short.internal.example", true) => Answer::new(),
        _ => Answer::code(RCODE::NameError),
    };
    // Port 53 is for root alone, and on each of many addresses of this machine.
    let dns = (1..255).find_map(|n| {
        let address = [127, 53, n, u8::try_from(std::process::id() % 250 + 1).unwrap()];
        Server::start_at((address, 53).into(), rule)
    });
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    file("hosts", "127.0.0.1 listed.example\n");
    file("resolv.conf", "");
    let (Some(dns), Some(mut command)) = (dns, with_files(&folder)) else {
        eprintln!("skipped: only root may answer at port 53 and mount files");
        return;
    };
    file("resolv.conf", &format!("nameserver {}\nsearch internal.example\n", dns.address().ip()));
    let web = WebServer::start(|request| Reply::text(request.header("host").unwrap_or_default()));
    let port = web.address().port();
    let body = format!(
        "let asked = |host| http::get(`http://${{host}}:{port}/`).text().split(\":\")[0];
         let none = ();
         try {{ http::get(\"http://nope.example\") }} catch (e) {{ none = e.message }}
         [asked.call(\"listed.example\"), asked.call(\"dns.example\"), asked.call(\"short\"), none]"
    );
    let api = FakeRuntimeApi::new().event(super::event(&web)).start();
    let function = function(&body);
    let process = Process::spawn(function.environment(&mut command, &api.address()));
    let answer = api.wait_for_answers(1).remove(0).json();
    let none = format!(
        "the host nope.example does not exist: the name server {} does not know the name (also tried: nope.example.internal.example)",
        dns.address().ip()
    );
    assert_eq!(answer, json!(["listed.example", "dns.example", "short", none]));
    process.stop();
}
