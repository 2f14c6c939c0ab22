//! Signatures, endpoints and parameters are those of AWS's SDK for Python; the tables come from it.

use crate::aws::python;
use aws::credentials::Credentials;
use aws::endpoints::{self, Variant};
use aws::post::{self, Upload};
use aws::services;
use aws::signing::{self, PathForm, Scheme, Signer, Unsigned, UNSIGNED_PAYLOAD};
use aws::Keys;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use ring::signature::{UnparsedPublicKey, ECDSA_P256_SHA256_ASN1};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What `sdk.py` prints.
fn sdk(what: &str) -> Vec<Value> {
    serde_json::from_str(&run(&["tests/aws/sdk.py", what])).unwrap()
}

/// What a Python script prints.
fn run(arguments: &[&str]) -> String {
    let output = python().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn credentials(case: &Value) -> Credentials {
    Credentials {
        access_key_id: text(case, "access_key").to_owned(),
        secret_access_key: text(case, "secret_key").to_owned(),
        session_token: case["token"].as_str().map(str::to_owned),
        account_id: None,
    }
}

/// What signs the request of a case, whose region or regions have this key.
fn signer<'a>(
    case: &'a Value,
    region: &str,
    scheme: Scheme,
    credentials: &'a Credentials,
    keys: &'a Keys,
) -> Signer<'a> {
    Signer {
        credentials,
        region: text(case, region),
        service: text(case, "service"),
        time: humantime::parse_rfc3339("2026-02-03T04:05:06Z").unwrap(),
        path: if case["service"] == "s3" { PathForm::AsSent } else { PathForm::Normalized },
        scheme,
        keys,
    }
}

#[test]
fn signatures_are_the_same() {
    for case in sdk("signatures") {
        let (credentials, keys) = (credentials(&case), Keys::default());
        let is_s3 = case["service"] == "s3";
        let signer = signer(&case, "region", Scheme::V4, &credentials, &keys);
        let headers = case["headers"].as_array().unwrap().iter();
        let headers =
            headers.map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned()));
        let mut headers: Vec<_> = headers.collect();
        headers.push(("host".to_owned(), text(&case, "host").to_owned()));
        let is_url = case["is_url"] == true;
        let hash = signing::hash(text(&case, "body").as_bytes());
        let unsigned = Unsigned {
            method: text(&case, "method"),
            path: text(&case, "path"),
            query: text(&case, "query"),
            headers: &headers,
            payload: if is_s3 && is_url { UNSIGNED_PAYLOAD } else { &hash },
        };
        let ours = if is_url {
            let query = signer.query(&unsigned, Duration::from_mins(10));
            query.rsplit("X-Amz-Signature=").next().unwrap().to_owned()
        } else {
            signer.headers(&unsigned).pop().unwrap().1
        };
        assert_eq!(ours, text(&case, "result"), "{case:#}");
    }
}

/// Signatures of version 4a are random: each is verified with the public key.
#[test]
fn signatures_of_version_4a_are_of_the_same_text() {
    let keys = Keys::default();
    for case in sdk("asymmetric") {
        let credentials = credentials(&case);
        let is_s3 = case["service"] == "s3";
        let signer = signer(&case, "regions", Scheme::V4a, &credentials, &keys);
        let hash = signing::hash(text(&case, "body").as_bytes());
        let mut headers = vec![("x-amz-meta-a", "b  c"), ("host", text(&case, "host"))];
        headers.extend((case["has_hash"] == true).then_some(("x-amz-content-sha256", &*hash)));
        let headers: Vec<_> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let is_url = case["is_url"] == true;
        let unsigned = Unsigned {
            method: "PUT",
            path: text(&case, "path"),
            query: text(&case, "query"),
            headers: &headers,
            payload: if is_s3 && is_url { UNSIGNED_PAYLOAD } else { &hash },
        };
        let signature = if is_url {
            let query = signer.query(&unsigned, Duration::from_mins(10));
            query.rsplit("X-Amz-Signature=").next().unwrap().to_owned()
        } else {
            let authorization = signer.headers(&unsigned).pop().unwrap().1;
            let (head, signature) = authorization.split_once("Signature=").unwrap();
            assert_eq!(head, text(&case, "head"), "{case:#}");
            signature.to_owned()
        };
        let bytes = |hex: &str| base16ct::mixed::decode_vec(hex).unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, bytes(text(&case, "public_key")));
        assert!(key.verify(text(&case, "text").as_bytes(), &bytes(&signature)).is_ok(), "{case:#}");
    }
}

#[test]
fn forms_for_uploads_are_the_same() {
    for case in sdk("posts") {
        let credentials = Credentials {
            access_key_id: text(&case, "access_key").to_owned(),
            secret_access_key: text(&case, "secret_key").to_owned(),
            session_token: case["token"].as_str().map(str::to_owned),
            account_id: None,
        };
        let signer = Signer {
            credentials: &credentials,
            region: "eu-west-1",
            service: "s3",
            time: humantime::parse_rfc3339("2026-02-03T04:05:06Z").unwrap(),
            path: PathForm::AsSent,
            scheme: Scheme::V4,
            keys: &Keys::default(),
        };
        assert_eq!(signer.sign(text(&case, "encoded")), text(&case, "signature"), "{case:#}");
        let upload = Upload {
            bucket: "b".to_owned(),
            key: text(&case, "key").to_owned(),
            fields: vec![("acl".to_owned(), "private".to_owned())],
            max_size: None,
        };
        let mut ours: BTreeMap<_, _> =
            post::fields(&signer, &upload, Duration::from_hours(1)).unwrap().into_iter().collect();
        let policy = ours.remove("policy").unwrap();
        assert_eq!(ours.remove("x-amz-signature").unwrap(), signer.sign(&policy));
        assert_eq!(serde_json::to_value(ours).unwrap(), case["fields"], "{case:#}");
        let policy: Value = serde_json::from_slice(&BASE64_STANDARD.decode(policy).unwrap()).unwrap();
        assert_eq!(policy["expiration"], case["policy"]["expiration"]);
        let sorted = |policy: &Value| {
            let mut conditions: Vec<_> =
                policy["conditions"].as_array().unwrap().iter().map(Value::to_string).collect();
            conditions.sort();
            conditions
        };
        assert_eq!(sorted(&policy), sorted(&case["policy"]), "{case:#}");
    }
}

#[test]
fn endpoints_are_the_same() {
    let mut count = 0;
    for case in sdk("endpoints") {
        let service = services::find(case[0].as_str().unwrap()).unwrap();
        let variant = Variant { fips: case[2] == true, dual_stack: case[3] == true };
        let ours = endpoints::resolve(service, case[4].as_str().unwrap(), case[1].as_str().unwrap(), variant);
        match case[5].as_str() {
            None => assert_eq!(ours.unwrap_err().failure().unwrap().code, "NoEndpoint", "{case}"),
            Some(url) => {
                let ours = ours.unwrap();
                let ours = [ours.url.as_str(), &ours.region, &ours.signing_name];
                assert_eq!(ours.map(Some), [Some(url), case[6].as_str(), case[7].as_str()], "{case}");
            }
        }
        count += 1;
    }
    assert!(count > 15_000, "only {count}");
}

#[test]
fn tables_are_up_to_date() {
    let tables = ["crates/aws/src/tables", "crates/analysis/src/tables"];
    let written = tables.map(|_| tempfile::tempdir().unwrap());
    let [runtime, tool] = written.each_ref().map(|folder| folder.path().to_str().unwrap());
    run(&["tools/aws-tables.py", runtime, tool]);
    for (table, written) in tables.into_iter().zip(&written) {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(table);
        for entry in fs::read_dir(&committed).unwrap() {
            let name = entry.unwrap().file_name();
            let read = |folder: &Path| fs::read(folder.join(&name)).unwrap();
            let is_same = read(&committed) == read(written.path());
            assert!(is_same, "{table}/{} is not what tools/aws-tables.py writes", name.display());
        }
    }
}
