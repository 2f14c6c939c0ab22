//! `jwt`.

use super::{error, value};
use crate::function::Function;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use web_server::{Reply, WebServer};

/// The public key of RFC 8037, appendix A.
const ED25519: &str = r#"#{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }"#;
/// The key of RFC 7515, appendix A.1.
const SECRET: &str = "base64::decode_blob(\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\", base64::URL_SAFE)";
/// Its token, which expired in 2011.
const HS256: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The key and the token of RFC 7515, appendix A.3.
const EC: &str = r#"#{ kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" }"#;
const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
/// The private key of the tests, as a script's string.
const RSA: &str = include_str!("../../support/keys/rsa.pem");

/// A token whose parts are these strings, with the signature of the secret `a`.
fn forged(header: &str, payload: &str) -> String {
    format!(
        "{{ let signed = base64::encode(`{header}`, base64::URL_SAFE_NO_PAD) + \".\" + base64::encode(`{payload}`, base64::URL_SAFE_NO_PAD);
           signed + \".\" + base64::encode(sha256::hmac_blob(\"a\", signed), base64::URL_SAFE_NO_PAD) }}"
    )
}

/// The type of the error of a token that is signed with the secret `a`.
fn refused(header: &str, payload: &str, options: &str) -> String {
    let error = error(&format!("jwt::verify({}, #{{ secret: \"a\"{options} }})", forged(header, payload)));
    error.split(": ").next().unwrap().to_owned()
}

#[test]
fn tokens_of_the_rfcs_are_verified() {
    let year = "time::days(36500)";
    for (token, key) in [(HS256, format!("secret: {SECRET}")), (ES256, format!("key: {EC}"))] {
        assert_eq!(
            value(&format!("jwt::verify(\"{token}\", #{{ {key}, leeway: {year}, issuer: \"joe\" }}).exp")),
            "1300819380"
        );
        let error = error(&format!("jwt::verify(\"{token}\", #{{ {key} }})"));
        assert_eq!(error, "Jwt.Expired: the token expired at 2011-03-22T18:43:00Z. Request a new one");
    }
    // RFC 8037, appendix A.4: not a JSON payload, but the signature is valid.
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(error(&format!("jwt::verify(\"{token}\", #{{ key: {ED25519} }})"))
        .starts_with("Jwt.InvalidToken: the payload of the token is not JSON"));
    let token = token.replace("hgyY", "hgyZ");
    assert!(error(&format!("jwt::verify(\"{token}\", #{{ key: {ED25519} }})"))
        .starts_with("Jwt.InvalidSignature"));
}

#[test]
fn every_algorithm_signs_and_verifies() {
    let keys = format!(
        "let rsa = `{RSA}`; let ec = {EC}; let secret = blob(64, 7); let all = [];
         for (name, i) in [\"HS256\", \"HS384\", \"HS512\", \"RS256\", \"RS384\", \"RS512\", \"PS256\", \"PS384\", \"PS512\", \"ES256\"] {{
             let how = if i < 3 {{ #{{ secret: secret }} }} else if i < 9 {{ #{{ key: rsa }} }} else {{ #{{ key: ec }} }};
             let sign = how; sign.algorithm = name;
             let token = jwt::sign(#{{ n: i }}, sign);
             if jwt::decode_unverified(token).header.alg != name {{ throw name; }}
             let check = how; check.algorithms = [name];
             all.push(jwt::verify(token, check).n);
             all.push(jwt::verify(token, how).n);
         }}
         all.len"
    );
    assert_eq!(value(&keys), "20");
}

#[test]
fn algorithms_cannot_be_confused() {
    let rsa = format!("let rsa = `{RSA}`;");
    assert!(error(&format!("{rsa} jwt::sign(#{{}}, #{{ secret: rsa }})"))
        .starts_with("KeyError: the secret is a key in PEM, DER or JWK format. Pass it as `key`"));
    assert!(error(&format!("{rsa} jwt::sign(#{{}}, #{{ key: rsa, algorithm: \"HS256\" }})"))
        .starts_with("KeyError"));
    let token = forged(r#"{"alg":"HS256"}"#, "{}");
    for key in ["`{rsa}`", EC, ED25519] {
        let key = key.replace("{rsa}", RSA);
        assert!(
            error(&format!("jwt::verify({token}, #{{ key: {key} }})")).starts_with("Jwt.InvalidAlgorithm")
        );
        assert!(error(&format!("jwt::verify({token}, #{{ key: {key}, algorithms: [\"HS256\"] }})"))
            .starts_with("KeyError"));
    }
    assert!(
        error(&format!("jwt::verify(\"{ES256}\", #{{ secret: \"a\" }})")).starts_with("Jwt.InvalidAlgorithm")
    );
    for none in ["none", "None", "nOnE"] {
        let token = format!("base64::encode(`{{\"alg\":\"{none}\"}}`, base64::URL_SAFE_NO_PAD) + \".e30.\"");
        let error = error(&format!("jwt::verify({token}, #{{ secret: \"a\" }})"));
        assert!(error.starts_with("Jwt.InvalidAlgorithm"), "{error}");
    }
    assert!(error("jwt::verify(\"e30.e30.\", #{ secret: \"a\", algorithms: [\"none\"] })")
        .contains("never accepted"));
    // The only algorithm of a JWK counts.
    let ps = "let key = #{ kty: \"oct\", k: \"YWFhYQ\", alg: \"HS512\" };";
    assert!(error(&format!("{ps} jwt::verify(jwt::sign(#{{}}, #{{ secret: \"aaaa\" }}), #{{ key: key }})"))
        .starts_with("Jwt.InvalidAlgorithm"));
}

#[test]
fn malformed_tokens_are_errors() {
    for token in [
        "",
        ".",
        "..",
        "a.b",
        "e30.e30",
        "e30=.e30.",
        "e30.e30.a",
        "e30.e30.e30.e30",
        "*.e30.",
        "Bearer e30.e30.",
        "e31.e30.",
        "W10.e30.",
        "bnVsbA.e30.",
    ] {
        let error = error(&format!("jwt::verify(\"{token}\", #{{ secret: \"a\" }})"));
        assert!(error.starts_with("Jwt.InvalidToken"), "{token}: {error}");
    }
    assert!(error("jwt::verify(\"a.b.c.d.e\", #{ secret: \"a\" })").contains("encrypted (JWE)"));
    let huge = "let s = \"e30\"; s.pad(300000, 'A'); jwt::decode_unverified(s + \".e30.\")";
    assert!(error(huge).contains("At most 262144 are accepted"));
    for header in ["{}", r#"{"alg":1}"#, r#"{"alg":"HS256","crit":["exp"]}"#] {
        assert_eq!(refused(header, "{}", ""), "Jwt.InvalidToken", "{header}");
    }
    // Of names that occur twice, the last counts, for everybody.
    assert_eq!(refused(r#"{"alg":"HS256","alg":"none"}"#, "{}", ""), "Jwt.InvalidAlgorithm");
    for payload in [
        "",
        "7",
        "[]",
        "{",
        r#"{"exp":"9999999999"}"#,
        r#"{"exp":true}"#,
        r#"{"nbf":[]}"#,
        r#"{"exp":1e999}"#,
        r#"{"iat":{}}"#,
    ] {
        assert_eq!(refused(r#"{"alg":"HS256"}"#, payload, ""), "Jwt.InvalidToken", "{payload}");
    }
    let not_utf8 = "let s = \"eyJhbGciOiJIUzI1NiJ9.\" + base64::encode(blob(1, 255), base64::URL_SAFE_NO_PAD);
        jwt::verify(s + \".\" + base64::encode(sha256::hmac_blob(\"a\", s), base64::URL_SAFE_NO_PAD), #{ secret: \"a\" })";
    assert!(error(not_utf8).contains("not UTF-8 at byte 1"));
}

#[test]
fn claims_are_checked() {
    let hs = r#"{"alg":"HS256"}"#;
    for (payload, options, expected) in [
        (r#"{"nbf":99999999999}"#, "", "Jwt.NotYetValid"),
        (r#"{"exp":-1}"#, "", "Jwt.Expired"),
        (r#"{"iss":"a"}"#, r#", issuer: "b""#, "Jwt.InvalidIssuer"),
        (r#"{"iss":["b"]}"#, r#", issuer: "b""#, "Jwt.InvalidIssuer"),
        ("{}", r#", issuer: "b""#, "Jwt.MissingClaim"),
        (r#"{"iss":null}"#, r#", required: ["iss"]"#, "Jwt.MissingClaim"),
        (r#"{"aud":"a"}"#, "", "Jwt.InvalidAudience"),
        (r#"{"aud":["a","c"]}"#, r#", audience: ["b"]"#, "Jwt.InvalidAudience"),
        (r#"{"aud":7}"#, r#", audience: ["b"]"#, "Jwt.InvalidAudience"),
        (r#"{"aud":[]}"#, r#", audience: ["b"]"#, "Jwt.MissingClaim"),
        ("{}", ", leeway: -1", "MismatchedTypes"),
        ("{}", ", algorithms: []", "MismatchedTypes"),
        ("{}", r#", key: "x""#, "MismatchedTypes"),
        ("{}", ", audiance: 1", "MismatchedTypes"),
    ] {
        assert_eq!(refused(hs, payload, options), expected, "{payload} {options}");
    }
    let token = forged(hs, r#"{"iss":"a","aud":["x","b"]}"#);
    let options = r#"#{ secret: "a", issuer: ["z", "a"], audience: ["b", "c"], leeway: time::seconds(5), required: "iss" }"#;
    assert_eq!(value(&format!("jwt::verify({token}, {options}).aud")), r#"["x","b"]"#);
    assert!(error("jwt::sign(#{ exp: \"soon\" }, #{ secret: \"a\" })").starts_with("Jwt.InvalidToken"));
    assert!(error("jwt::sign(#{ exp: 1 }, #{ secret: \"a\", expires_in: 5 })").contains("Pass one of them"));
    assert!(error("jwt::sign(#{ f: |x| x }, #{ secret: \"a\" })").contains("$.f is a function"));
    assert!(error("jwt::sign(#{}, #{ secret: \"a\", headers: #{ alg: \"x\" } })").contains("contain `alg`"));
}

#[test]
fn wrong_keys_say_what_is_wrong_and_not_what_they_are() {
    for (key, expected) in [
        ("\"\"", "contains no key"),
        ("\"hush\"", "contains no key"),
        ("blob()", "not a key in PKCS#8"),
        ("blob(40, 48)", "not a key in PKCS#8"),
        ("\"-----BEGIN PRIVATE KEY-----\"", "has no line `-----END PRIVATE KEY-----`"),
        ("\"-----BEGIN PRIVATE KEY-----\\n*\\n-----END PRIVATE KEY-----\"", "is not valid base64"),
        (
            "\"-----BEGIN ENCRYPTED PRIVATE KEY-----\\nAA==\\n-----END ENCRYPTED PRIVATE KEY-----\"",
            "encrypted with a password",
        ),
        ("#{}", "the string `kty` is missing"),
        ("#{ keys: [] }", "the set as `jwks`"),
        ("#{ kty: \"EC\", crv: \"P-521\", x: \"AA\", y: \"AA\" }", "must have 66 bytes each"),
        (
            "#{ kty: \"EC\", crv: \"secp256k1\" }",
            "the curve \"secp256k1\" is not supported. Use P-256, P-384 or P-521",
        ),
        ("#{ kty: \"EC\", crv: \"P-384\", x: \"AA\", y: \"AA\" }", "must have 48 bytes each"),
        ("#{ kty: \"RSA\", n: \"AQAB\", e: \"AQAB\" }", "has 17 bits"),
        ("#{ kty: \"OKP\", crv: \"Ed25519\", x: \"AA==\" }", "not valid base64url"),
        ("#{ kty: \"OKP\", crv: \"X25519\", x: \"AA\" }", "the curve \"X25519\" is not supported"),
        ("\"{ \\\"kty\\\": \\\"oct\\\", \\\"k\\\": \\\"\\\" }\"", "the secret is empty"),
    ] {
        let error = error(&format!("jwt::verify(\"{HS256}\", #{{ key: {key} }})"));
        assert!(error.starts_with("KeyError: ") && error.contains(expected), "{key}: {error}");
        assert!(!error.contains("hush"), "{error}");
    }
    let n = |bits: usize| "_".repeat(bits / 6 + 1);
    let key = format!("#{{ kty: \"RSA\", n: \"{}\", e: \"_____________w\" }}", n(2060));
    assert!(
        error(&format!("jwt::verify(\"{HS256}\", #{{ key: {key} }})")).contains("public exponent"),
        "{key}"
    );
    let key = format!("#{{ kty: \"RSA\", n: \"{}\", e: \"AQAB\" }}", "_".repeat(20_000));
    assert!(error(&format!("jwt::verify(\"{HS256}\", #{{ key: {key} }})")).contains("2048 to 8192 bits"));
    assert!(error(&format!("jwt::sign(#{{}}, #{{ key: {ED25519} }})"))
        .contains("public key. Sign with the private key"));
}

/// A token that the private key of RFC 8037 signed, as JSON.
fn token(kid: &str) -> String {
    let private = ED25519.replace(" }", ", d: \"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\" }");
    value(&format!("jwt::sign(#{{ sub: \"ada\" }}, #{{ key: {private}, kid: \"{kid}\" }})"))
}

#[test]
fn key_sets_are_cached_and_fetched_again_for_new_keys() {
    let count = Arc::new(AtomicUsize::new(0));
    let status = Arc::new(AtomicUsize::new(200));
    let server = WebServer::start({
        let (count, status) = (Arc::clone(&count), Arc::clone(&status));
        move |_| {
            let key = |kid: &str| {
                format!(
                    r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#
                )
            };
            let secret = r#"{"kty":"oct","kid":"secret","k":"YQ"}"#;
            // The second key is new when the set is fetched again.
            let second =
                if count.fetch_add(1, Ordering::Relaxed) == 0 { secret.to_owned() } else { key("two") };
            let reply = Reply::json(&format!(r#"{{"keys":[{secret},{},{second}]}}"#, key("one")));
            reply.with_status(u16::try_from(status.load(Ordering::Relaxed)).unwrap())
        }
    });
    let function = Function::main(
        "fn handler(event) {
            try { return jwt::verify(event, #{ jwks: env::get(\"JWKS\") }).sub; } catch (e) { return e.type; }
        }",
    )
    .env("JWKS", &format!("{}/keys", server.url()));
    let (one, two, three) = (token("one"), token("two"), token("three"));
    let api = fake_runtime_api::FakeRuntimeApi::new();
    let hmac = value(&forged(r#"{"alg":"HS256","kid":"secret"}"#, "{}"));
    let events = [&one, &one, &hmac, &two, &three, &one];
    let api = events.iter().fold(api, |api, event| api.event(event.as_bytes().to_vec())).start();
    let _process = function.start(&api);
    let answers = api.wait_for_answers(events.len());
    let texts: Vec<_> = answers.iter().map(|answer| answer.text()).collect();
    assert_eq!(
        texts,
        [r#""ada""#, r#""ada""#, r#""Jwt.UnknownKey""#, r#""ada""#, r#""Jwt.UnknownKey""#, r#""ada""#]
    );
    assert_eq!(server.requests().len(), 2, "one, and one for `two`; `three` comes too early");
    status.store(500, Ordering::Relaxed);
    let down = Function::main("fn handler(event) { jwt::verify(event, #{ jwks: env::get(\"JWKS\") }) }")
        .env("JWKS", &format!("{}/keys", server.url()));
    let (kind, message, _) = down.invoke(one.as_bytes().to_vec()).error();
    assert_eq!(kind, "Jwt.KeysUnavailable");
    assert!(message.contains("the server responded with the status 500"), "{message}");
    let error = error(&format!("jwt::verify({one}, #{{ jwks: \"http://a.example/keys\" }})"));
    assert!(error.contains("Use a URL that begins with https://"), "{error}");
}
