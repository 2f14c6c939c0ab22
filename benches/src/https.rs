//! The first request over HTTPS: what setting up TLS takes.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{bail, Context, Result};
use fake_runtime_api::FakeRuntimeApi;
use serde_json::json;
use web_server::{Authority, Reply, WebServer};

use crate::measure::median;
use crate::peers::{self, root};
use crate::process::command;

/// Processes of each, of which every one makes a first request.
const PROCESSES: usize = 40;

/// A table of the milliseconds that the first request of a process takes, here and with `ureq` alone.
pub(crate) fn table(bootstrap: &Path) -> Result<String> {
    let authority = Authority::new();
    let file = root().join("target/bench/authority.pem");
    fs::create_dir_all(file.parent().context("no folder")?)?;
    fs::write(&file, authority.pem())?;
    let server = WebServer::start_secured(&authority.certificate(&["localhost"]), |_| Reply::text("hello"));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        ours.push(rhambda(bootstrap, &server.url(), &file)?);
        theirs.push(native(&server.url(), &file)?);
    }
    let ours = median(ours).context("no requests")?;
    let theirs = median(theirs).context("no requests")?;
    Ok(format!(
        "| first request over HTTPS | ms |\n|---|---|\n| **Rhambda**, `http::get` | {ours:.2} |\n| native Rust, `ureq` | {theirs:.2} |"
    ))
}

fn rhambda(bootstrap: &Path, url: &str, authority: &Path) -> Result<f64> {
    let api = FakeRuntimeApi::new().event(json!({ "url": url }).to_string()).start();
    let peer = peers::rhambda_with(bootstrap, "https.handler");
    let output = root().join("target/bench/output.txt");
    let address = api.address().parse()?;
    let mut process = command(&[], &peer, address, &output)?.env("SSL_CERT_FILE", authority).spawn()?;
    let answer = api.wait_for_answers(1)[0].text().to_owned();
    process.kill()?;
    process.wait()?;
    answer.parse().with_context(|| format!("the request failed: {answer}"))
}

fn native(url: &str, authority: &Path) -> Result<f64> {
    let program = root().join("target/bench/native-https");
    let output = Command::new(&program).arg(url).arg(authority).output();
    let output = output.with_context(|| format!("{} does not start", program.display()))?;
    if !output.status.success() {
        bail!("the request failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
