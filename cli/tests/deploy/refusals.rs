//! What cannot be deployed, and what is said then.

use crate::account::{Account, Said};
use crate::folder::{program, Folder};
use serde_json::json;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

#[test]
fn names_that_are_taken() {
    for account in Account::both() {
        let role = account.role("taken");
        let folder = Folder::new("package", "");
        let zip = Said::by(
            account
                .command(&["package", "--dir", folder.to_str().unwrap(), "-o"])
                .arg(folder.join("../code.zip")),
        );
        assert_eq!(zip.code, 0, "{zip:?}");
        let code = fs::read(folder.join("../code.zip")).unwrap();
        let make = |name: &str, runtime: &str| {
            use base64::prelude::{Engine as _, BASE64_STANDARD};
            let function = json!({
                "FunctionName": name, "Runtime": runtime, "Role": role, "Handler": "x.y",
                "Code": { "ZipFile": BASE64_STANDARD.encode(&code) },
            });
            account.lambda("POST", "/2015-03-31/functions", &function);
        };
        make("taken", "python3.11");
        let refusal = account.refusal(&folder, &["--name", "taken"]);
        let expected = "rhambda: the function taken exists and has the runtime python3.11: choose another \
                        name with --name, or delete that function (`aws lambda delete-function --function-name taken`)";
        assert_eq!(refusal, expected);
        make("by-hand", "provided.al2");
        let refusal = account.refusal(&folder, &["--name", "by-hand"]);
        assert!(refusal.contains("the function by-hand exists and was not deployed by rhambda"), "{refusal}");
        assert_eq!(account.configuration("by-hand")["Handler"], "x.y", "it was changed all the same");
        let plan = account.deploy(&folder, &["--name", "by-hand", "--adopt"]);
        assert_eq!(
            plan,
            ["~ runtime provided.al2 → provided.al2023, handler x.y → main.handler", "+ tags rhambda=deploy"]
        );
        assert_eq!(account.deploy(&folder, &["--name", "by-hand"]), ["nothing to do"]);
    }
}

#[test]
fn roles_that_are_missing() {
    for account in Account::both() {
        let folder = Folder::new("roleless", "");
        let refusal = account.refusal(&folder, &["--role", "nobody"]);
        assert!(refusal.starts_with("rhambda: the role nobody does not exist: create it"), "{refusal}");
        let nobody = account.role("somebody").replace("somebody", "nobody");
        let refusal = account.refusal(&folder, &["--role", &nobody]);
        let expected = format!(
            "rhambda: step 1 of 1 failed, nothing was changed: + function roleless: Lambda cannot assume the \
             role {nobody}: "
        );
        assert!(refusal.starts_with(&expected), "{refusal}");
        assert!(
            refusal.ends_with("It must exist in the function's account and trust lambda.amazonaws.com"),
            "{refusal}"
        );
    }
}

#[test]
fn credentials_that_are_wrong() {
    let account = Account::ministack();
    let folder = Folder::new("keyless", "");
    let with = |name: &str, value: &str| {
        let mut command = account.command(&["deploy", "--dir", folder.to_str().unwrap()]);
        let said = Said::by(command.env(name, value));
        assert_eq!((said.code, &*said.stdout), (1, ""), "{said:?}");
        assert!(!said.stderr.contains(value), "the secret is shown: {said:?}");
        said.stderr
    };
    assert!(with("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").contains("AWS does not know the access key"));
    let said = with("AWS_SECRET_ACCESS_KEY", "wrong-secret");
    assert!(said.contains("The secret access key does not belong to the access key id"), "{said}");
}

/// No emulator's credentials expire within a test: here AWS's answer to such is given by hand.
#[test]
fn credentials_that_have_expired() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let _ = connection.read(&mut [0; 8192]);
        let body = r#"{"message":"The security token included in the request is expired"}"#;
        let head = "HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: ExpiredTokenException\r\nconnection: close";
        write!(connection, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    });
    let folder = Folder::new("expired", "");
    let refusal = Account::ministack().refusal(&folder, &["--endpoint-url", &url]);
    server.join().unwrap();
    assert!(
        refusal.contains("ExpiredTokenException")
            && refusal.contains("The credentials have expired: sign in again"),
        "{refusal}"
    );
}

/// No name server is asked: a proxy knows as little of the region's host.
#[test]
fn regions_that_do_not_exist() {
    let account = Account::ministack();
    let folder = Folder::new("nowhere", "");
    let deploy = |region: &str| {
        let mut command = account.command(&["deploy", "--dir", folder.to_str().unwrap(), "--region", region]);
        command.env_remove("AWS_ENDPOINT_URL").env("HTTPS_PROXY", "http://127.0.0.1:1");
        Said::by(&mut command)
    };
    let said = deploy("eu-nowhere-1");
    assert_eq!((said.code, &*said.stdout), (1, ""), "{said:?}");
    assert!(said.stderr.ends_with("Is there a network, and is eu-nowhere-1 a region of AWS?\n"), "{said:?}");
    let said = deploy("Frankfurt am Main");
    let message = "\"Frankfurt am Main\" is not a region; one looks like eu-central-1\n";
    assert!(said.code == 1 && said.stderr.ends_with(message), "{said:?}");
}

#[test]
fn what_is_wrong_on_this_side_is_said_first() {
    let account = Account::ministack();
    let folder = Folder::new("local", "");
    // Nobody is there to be asked.
    let nowhere = ["--endpoint-url", "http://127.0.0.1:1"];
    let refusal = |options: &[&str]| account.refusal(&folder, &[&nowhere, options].concat());
    let said = refusal(&["--handler", "main.handle"]);
    assert!(said.contains("the function `handle` does not exist in main.rhai"), "{said}");
    let said = refusal(&["--architecture", "arm64"]);
    assert_eq!(
        said,
        "rhambda: the runtime of --with-bootstrap is built for x86_64, but the function runs on arm64"
    );
    folder.write("not.zip", "x");
    let said = refusal(&["--layer-zip", folder.join("not.zip").to_str().unwrap()]);
    assert!(said.contains("--layer-zip") && said.contains("not.zip"), "{said}");
    folder.write("broken.rhai", "fn (");
    let said = account.rhambda(&["deploy", "--dir", folder.to_str().unwrap()]);
    assert!(said.code == 1 && said.stderr.contains("broken.rhai:1:4"), "{said:?}");
    fs::remove_file(folder.join("broken.rhai")).unwrap();
    let said = refusal(&[]);
    assert!(said.contains("NoAnswer") && said.contains("127.0.0.1:1"), "{said}");
}

#[test]
fn a_function_without_a_runtime() {
    let account = Account::ministack();
    let folder = Folder::new("empty-handed", "");
    folder.write("rhambda.toml", "handler = \"main.handler\"");
    assert!(account.refusal(&folder, &[]).contains("the function has no runtime: add the layer"));
    fs::write(folder.join("../other"), program(40)).unwrap();
    let refusal = account.refusal(&folder, &["--with-bootstrap", folder.join("../other").to_str().unwrap()]);
    assert!(refusal.ends_with("the program is for neither x86_64 nor arm64"), "{refusal}");
}

#[test]
fn wrong_usage() {
    let account = Account::ministack();
    let folder = Folder::new("usage", "");
    folder.write("rhambda.toml", "");
    let dir = folder.to_str().unwrap();
    for (options, message) in [
        (
            &[][..],
            "the handler is missing: pass --handler FILE.FUNCTION, or set handler = \"…\" in rhambda.toml",
        ),
        (&["--handler", "a.b", "--env", "X"], "invalid value 'X' for '--env <NAME=VALUE>'"),
        (&["--handler", "a.b", "--memory", "64"], "64 MB of memory is invalid: use 128 to 10240 MB"),
        (&["--handler", "a.b", "--name", "a b"], "\"a b\" is not a valid function name"),
        (&["--handler", "|e| e", "--no-check"], "it contains white space, which Lambda does not accept"),
        (&["--handler", "a.b", "--env", "AWS_REGION=x"], "AWS_REGION is reserved by Lambda"),
        (&["--handler", "a.b", "--env", "A-B=1"], "\"A-B\" is not a valid name for an environment variable"),
        (&["--handler", "a.b", "--tag", "aws:x=1"], "\"aws:x\" is not a valid tag"),
        (&["--handler", "a.b", "--memory", "much"], "invalid value 'much' for '--memory <MB>'"),
        (
            &["--handler", "a.b", "--role", "r", "--policy", "p"],
            "'--role <ROLE>' cannot be used with '--policy <ARN>'",
        ),
    ] {
        let said = account.rhambda(&[&["deploy", "--dir", dir], options].concat());
        assert_eq!((said.code, &*said.stdout), (2, ""), "{said:?}");
        assert!(said.stderr.contains(message), "{said:?}");
    }
    folder.config("[environment]\nAWS_REGION = \"x\"");
    let said = account.rhambda(&["deploy", "--dry-run", "--dir", dir]);
    assert!(said.code == 2 && said.stderr.contains("AWS_REGION is reserved by Lambda"), "{said:?}");
    folder.config("url-mode = \"stream\"");
    let refusal = account.refusal(&folder, &["--dry-run"]);
    assert!(refusal.starts_with("rhambda: --url-mode sets how a function URL responds"), "{refusal}");
}
