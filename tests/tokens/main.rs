//! Tokens and hashes of passwords against programs that are not ours: `PyJWT` and Python's hashlib.

use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;
use test_support::aws::python;
use test_support::function::Function;

const SCRIPT: &str = r#"
fn handler(event) {
    if !password::verify("correct horse", event.hash) || password::verify("another", event.hash) {
        throw "the hash of Python is not verified";
    }
    event.tokens.map(|entry| {
        let key = if entry.key == () { #{ secret: entry.secret } } else { #{ key: entry.key } };
        let options = key + #{ issuer: "python", audience: "rhambda", algorithms: [entry.algorithm] };
        let claims = jwt::verify(entry.token, options);
        if claims.name != "Größe" { throw claims; }
        let claims = #{ sub: "ada", iss: "rhambda", aud: "python" };
        entry.token = jwt::sign(claims, key + #{ algorithm: entry.algorithm, expires_in: 60 });
        entry
    })
}
"#;

#[test]
fn tokens_are_those_of_pyjwt() {
    let signed = python().args(["tests/tokens/tokens.py", "sign"]).output().unwrap();
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    let outcome = Function::main(SCRIPT).invoke(signed.stdout);
    let answer = outcome.answer.text();
    let tokens: Value = serde_json::from_str(answer).unwrap();
    assert_eq!(tokens.as_array().map(Vec::len), Some(13), "{answer}");
    let mut verifier = python()
        .args(["tests/tokens/tokens.py", "verify"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    verifier.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let output = verifier.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
