//! Functions with layers.

use crate::account::Account;
use crate::folder::{program, Folder};
use serde_json::{json, Value};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::ZipWriter;

fn layer_zip(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_layer_is_published_once() {
    let account = Account::ministack();
    let folder = Folder::new("layered", "");
    let zip = folder.join("../once.zip");
    let options = ["--layer-zip", zip.to_str().unwrap()];
    // The runtime is in the layer alone.
    folder.write("rhambda.toml", "handler = \"main.handler\"");
    layer_zip(&zip, &[("bootstrap", &program(62))]);
    let plan = account.deploy(&folder, &options);
    assert_eq!(plan[2..], ["+ version of layer once", "+ function layered"]);
    assert_eq!(account.deploy(&folder, &options), ["nothing to do"]);
    let layers = || {
        let layers = account.configuration("layered")["Layers"].clone();
        let arns = layers.as_array().unwrap().iter().map(|layer| layer["Arn"].as_str().unwrap());
        arns.map(|arn| arn.rsplit_once(":layer:").unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(layers(), ["once:1"]);
    let is = account.configuration("layered");
    assert_eq!(is["Architectures"], json!(["x86_64"]));

    // Another function finds the version that is there.
    let other = Folder::new("layered-too", "");
    assert!(!account.deploy(&other, &options).contains(&"+ version of layer once".to_owned()));
    layer_zip(&zip, &[("bootstrap", &program(62)), ("rhai/lib.rhai", b"fn f() { 1 }")]);
    assert_eq!(
        account.deploy(&folder, &options),
        ["+ version of layer once", "~ layers with the new version"]
    );
    assert_eq!(layers(), ["once:2"]);
    let versions = account.lambda("GET", "/2018-10-31/layers/once/versions", &Value::Null);
    assert_eq!(versions["LayerVersions"].as_array().unwrap().len(), 2);
    assert_eq!(versions["LayerVersions"][0]["CompatibleArchitectures"], json!(["x86_64"]));
}

#[test]
fn layers_are_named_by_their_arns() {
    let account = Account::ministack();
    let zip = Path::new(env!("CARGO_TARGET_TMPDIR")).join("named.zip");
    layer_zip(&zip, &[("rhai/lib.rhai", b"fn f() { 1 }")]);
    let publish = |name| account.publish(name, &std::fs::read(&zip).unwrap());
    let (one, two) = (publish("one"), publish("two"));
    let folder = Folder::new("named-layers", &format!("layer = [\"{one}\"]"));
    account.deploy(&folder, &[]);
    assert_eq!(account.deploy(&folder, &[]), ["nothing to do"]);
    assert_eq!(
        account.deploy(&folder, &["--layer", &two, "--layer", &one]),
        ["~ layers [one:1] → [two:1, one:1]"]
    );
    folder.config("layer = []");
    assert_eq!(account.deploy(&folder, &[]), ["~ layers [two:1, one:1] → []"]);
    assert!(account.refusal(&folder, &["--layer", &one.replace("one", "none")]).contains("none:1"));
}
