//! AWS's signing test suite, which is in the package of the crate `aws-sigv4`.

use hmac::{Hmac, KeyInit as _, Mac as _};
use package_source::package_source;
use percent_encoding::percent_decode_str;
use rhambda_aws::credentials::Credentials;
use rhambda_aws::signing::{self, PathForm, Scheme, Signer, Unsigned};
use rhambda_aws::Keys;
use ring::signature::{UnparsedPublicKey, ECDSA_P256_SHA256_ASN1};
use serde_json::Value;
use sha2::Sha256;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// So many cases there are in version 4 of the suite, and in version 4a.
const CASES: [usize; 2] = [40, 38];
/// For the cases that don't say how they are signed.
const USUAL: &str = r#"{"credentials":{"access_key_id":"AKIDEXAMPLE",
    "secret_access_key":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},"normalize":true,"region":"us-east-1",
    "service":"service","sign_body":false,"timestamp":"2021-05-11T15:40:45Z"}"#;

struct Case {
    folder: PathBuf,
    /// Two cases consist of a request and its canonical form only.
    is_complete: bool,
    context: Value,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[test]
fn signatures_are_those_of_the_suite() {
    let cases = cases("v4");
    assert_eq!(cases.len(), CASES[0]);
    for case in &cases {
        let name = case.folder.display();
        let added = case.signer(false, |signer, unsigned| signer.headers(&unsigned));
        let header = |name: &str| added.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let authorization = header("authorization").unwrap();
        let signature = authorization.rsplit("Signature=").next();
        let wanted = case.signature_of(&case.read("header-canonical-request.txt"));
        assert_eq!(signature, Some(&*wanted), "{name}");
        if !case.is_complete {
            continue;
        }
        assert_eq!(signature, Some(&*case.read("header-signature.txt")), "{name}");
        let signed = case.read("header-signed-request.txt");
        assert!(
            signed.contains(&format!("Authorization:{authorization}")),
            "{name}: {authorization}\n{signed}"
        );
        assert_eq!(header("x-amz-date"), Some("20150830T123600Z"), "{name}");

        let expires = Duration::from_secs(case.context["expiration_in_seconds"].as_u64().unwrap());
        let query = case.signer(true, |signer, unsigned| signer.query(&unsigned, expires));
        let wanted = case.read("query-signature.txt");
        assert_eq!(query.rsplit("X-Amz-Signature=").next(), Some(&*wanted), "{name}: {query}");
        let query = percent_decode_str(&query).decode_utf8().unwrap();
        let mut ours: Vec<_> = query.split('&').collect();
        let signed = case.read("query-signed-request.txt");
        let signed = percent_decode_str(&signed).decode_utf8().unwrap();
        let signed = signed.split_once('?').unwrap().1.split(" HTTP/1.1").next().unwrap();
        // A token that is not signed is added by whoever needs that.
        let mut theirs: Vec<_> = signed.split('&').collect();
        theirs.retain(|part| !case.omits_token() || !part.starts_with("X-Amz-Security-Token="));
        let names = |parts: &mut Vec<&str>| {
            parts.sort_unstable();
            parts.iter().map(|part| part.split('=').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&mut ours), names(&mut theirs), "{name}");
    }
}

/// Signatures are random: those of the suite and ours are verified with the suite's public key.
#[test]
fn signatures_of_version_4a_are_verified_with_the_suites_key() {
    let cases = cases("v4a");
    assert_eq!(cases.len(), CASES[1]);
    for case in &cases {
        let name = case.folder.display();
        let key: Value = serde_json::from_str(&case.read("public-key.json")).unwrap();
        let point = format!("04{}{}", key["X"].as_str().unwrap(), key["Y"].as_str().unwrap());
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, bytes(&point));
        let is_valid = |text: &str, signature: &str| key.verify(text.as_bytes(), &bytes(signature)).is_ok();

        let text = case.read("header-string-to-sign.txt");
        assert!(is_valid(&text, &case.read("header-signature.txt")), "{name}: the suite's own");
        let added = case.signer_of(Scheme::V4a, false, |signer, unsigned| signer.headers(&unsigned));
        let authorization = &added.iter().find(|(name, _)| name == "authorization").unwrap().1;
        let (head, signature) = authorization.rsplit_once("Signature=").unwrap();
        assert!(is_valid(&text, signature), "{name}: {authorization}");
        assert!(!is_valid(&format!("{text} "), signature), "{name}");
        let signed = case.read("header-signed-request.txt");
        assert!(signed.contains(&format!("Authorization:{head}")), "{name}: {head}\n{signed}");

        let text = case.read("query-string-to-sign.txt");
        let expires = Duration::from_secs(case.context["expiration_in_seconds"].as_u64().unwrap());
        let query = case.signer_of(Scheme::V4a, true, |signer, unsigned| signer.query(&unsigned, expires));
        let signature = query.rsplit("X-Amz-Signature=").next().unwrap();
        assert!(is_valid(&text, signature), "{name}: {query}");
        assert!(query.contains("X-Amz-Region-Set=us-east-1"), "{name}: {query}");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    base16ct::mixed::decode_vec(hex).unwrap()
}

#[test]
fn signing_is_quick() {
    let cases = cases("v4");
    let case = cases.iter().find(|case| case.folder.ends_with("get-vanilla-with-session-token")).unwrap();
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        for _ in 0..100 {
            std::hint::black_box(case.signer(false, |signer, unsigned| signer.headers(&unsigned)));
        }
        best = best.min(start.elapsed() / 100);
    }
    println!("signing a request takes {best:?}");
    // Without optimisation it means nothing.
    assert!(cfg!(debug_assertions) || best < Duration::from_micros(50), "{best:?}");
}

impl Case {
    fn load(folder: PathBuf) -> Self {
        let context = fs::read_to_string(folder.join("context.json")).unwrap_or_else(|_| USUAL.to_owned());
        let request = fs::read_to_string(folder.join("request.txt")).unwrap();
        let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
        let mut lines = head.lines();
        let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1");
        let (method, url) = line.split_once(' ').unwrap();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.split_once(':') {
                // The signer sets it, to the time of the context.
                Some((name, _)) if name.eq_ignore_ascii_case("x-amz-date") => {}
                Some((name, value)) if !line.starts_with(' ') => {
                    headers.push((name.to_owned(), value.to_owned()));
                }
                // The header before goes on.
                _ => {
                    let value = &mut headers.last_mut().unwrap().1;
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
        // The suite's own cases mean `%20` as a space on its way to being encoded.
        let is_complete = folder.join("header-signature.txt").exists();
        let path = if is_complete { path.replace("%20", " ") } else { path.to_owned() };
        Self {
            is_complete,
            context: serde_json::from_str(&context).unwrap(),
            method: method.to_owned(),
            path,
            query: query.to_owned(),
            headers,
            body: body.to_owned(),
            folder,
        }
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap().trim_end().to_owned()
    }

    /// The signature of a canonical request.
    fn signature_of(&self, canonical: &str) -> String {
        let hmac = |key: &[u8], data: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(data.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let text = |key: &str| self.context[key].as_str().unwrap();
        let (region, service) = (text("region"), text("service"));
        let time = text("timestamp").replace(['-', ':'], "");
        let day = &time[..8];
        let secret = self.context["credentials"]["secret_access_key"].as_str().unwrap();
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", signing::hash(canonical.as_bytes()));
        let parts = [day, region, service, "aws4_request", &to_sign];
        let signature = parts.iter().fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part));
        signature.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    fn omits_token(&self) -> bool {
        self.context["omit_session_token"] == true
    }

    fn signer<T>(&self, is_url: bool, sign: impl FnOnce(Signer<'_>, Unsigned<'_>) -> T) -> T {
        self.signer_of(Scheme::V4, is_url, sign)
    }

    fn signer_of<T>(
        &self,
        scheme: Scheme,
        is_url: bool,
        sign: impl FnOnce(Signer<'_>, Unsigned<'_>) -> T,
    ) -> T {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let credentials = &self.context["credentials"];
        let credentials = Credentials {
            access_key_id: text(&credentials["access_key_id"]).unwrap(),
            secret_access_key: text(&credentials["secret_access_key"]).unwrap(),
            session_token: text(&credentials["token"]).filter(|_| !self.omits_token()),
            account_id: None,
        };
        let normalize = self.context["normalize"].as_bool().unwrap();
        let signer = Signer {
            credentials: &credentials,
            region: self.context["region"].as_str().unwrap(),
            service: self.context["service"].as_str().unwrap(),
            time: humantime::parse_rfc3339(self.context["timestamp"].as_str().unwrap()).unwrap(),
            path: if normalize { PathForm::Normalized } else { PathForm::Encoded },
            scheme,
            keys: &Keys::default(),
        };
        let payload = signing::hash(self.body.as_bytes());
        let mut headers = self.headers.clone();
        // A URL cannot say it in a header.
        if self.context["sign_body"] == true && !is_url {
            headers.push(("x-amz-content-sha256".to_owned(), payload.clone()));
        }
        sign(
            signer,
            Unsigned {
                method: &self.method,
                path: &self.path,
                query: &self.query,
                headers: &headers,
                payload: &payload,
            },
        )
    }
}

fn cases(version: &str) -> Vec<Case> {
    let suite = package_source("aws-sigv4").join("aws-signing-test-suite").join(version);
    let folders = fs::read_dir(&suite).unwrap_or_else(|error| panic!("{}: {error}", suite.display()));
    folders.map(|folder| Case::load(folder.unwrap().path())).collect()
}
