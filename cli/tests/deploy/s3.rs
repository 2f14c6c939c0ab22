//! Packages that are too large for a request.

use crate::account::Account;
use crate::folder::Folder;
use serde_json::Value;
use std::fs::File;

/// What cannot be compressed: a simple generator's numbers.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn a_large_package_goes_through_a_bucket() {
    for account in Account::both() {
        let folder = Folder::new("large", &format!("role = \"{}\"", account.role("large")));
        folder.write("noise", noise(51 << 20));
        account.request("s3", "PUT", "/large-packages", location());
        assert_eq!(
            account.deploy(&folder, &["--s3-bucket", "large-packages"]),
            ["+ code in bucket large-packages", "+ function large"]
        );
        let objects = account.request("s3", "GET", "/large-packages?list-type=2", Vec::new());
        let objects = String::from_utf8(objects).unwrap();
        assert!(objects.contains("<Key>rhambda/large/"), "{objects}");
        let function = account.lambda("GET", "/2015-03-31/functions/large", &Value::Null);
        assert!(function["Configuration"]["CodeSize"].as_u64().unwrap() > 51 << 20, "{function}");
    }
}

#[test]
fn a_large_package_needs_a_bucket() {
    let account = Account::ministack();
    let folder = Folder::new("too-large", &format!("role = \"{}\"", account.role("too-large")));
    folder.write("noise", noise(51 << 20));
    let expected =
        "rhambda: the package has 51 MB; Lambda accepts more than 50 MB only through S3: name a bucket \
                    in the function's region with --s3-bucket, or leave files out by .rhambdaignore";
    assert_eq!(account.refusal(&folder, &[]), expected);
    let refusal = account.refusal(&folder, &["--s3-bucket", "no-such-bucket"]);
    let expected = "step 1 of 2 failed, nothing was changed: + code in bucket no-such-bucket: ";
    assert!(refusal.contains(expected) && refusal.contains("NoSuchBucket"), "{refusal}");
}

#[test]
fn a_layer_can_be_too_large() {
    let account = Account::ministack();
    let folder = Folder::new("layer-too-large", "");
    let zip = folder.join("../huge.zip");
    File::create(&zip).unwrap().set_len(51 << 20).unwrap();
    let refusal = account.refusal(&folder, &["--layer-zip", zip.to_str().unwrap()]);
    assert!(
        refusal.contains("huge.zip has 51 MB; above 50 MB Lambda accepts a layer only through S3"),
        "{refusal}"
    );
}

/// What makes a bucket one of the account's region.
pub(crate) fn location() -> Vec<u8> {
    b"<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
      <LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
        .to_vec()
}
