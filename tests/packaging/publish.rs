//! `layer/publish.sh` with an aws CLI that notes what it is told.

use crate::{root, run, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use tempfile::TempDir;

/// Publishes layers in memory, so to speak: a file for each region and layer, with the description.
const AWS: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
printf '%s\n' "$*" >>calls
operation=$2
while [ $# -gt 0 ]; do
    case $1 in
        --region) region=$2 ;;
        --layer-name) layer=$2 ;;
        --description) description=$2 ;;
        --query) query=$2 ;;
    esac
    shift
done
if [ "$region" = nowhere-1 ]; then
    echo 'Could not connect to the endpoint URL: "https://lambda.nowhere-1.amazonaws.com/"' >&2
    exit 255
fi
state=$region-$layer
arn=arn:aws:lambda:$region:123456789012:layer:$layer:7
case $operation in
    list-layer-versions)
        if ! [ -e "$state" ]; then
            echo "An error occurred (ResourceNotFoundException): no such layer" >&2
            exit 254
        fi
        case $query in *"'$(cat "$state")'"*) echo "\"$arn\"" ;; *) echo null ;; esac ;;
    publish-layer-version)
        echo "$description" >"$state"
        echo "$arn" ;;
    add-layer-version-permission)
        if [ -e "$state-public" ]; then
            echo "An error occurred (ResourceConflictException): it exists already" >&2
            exit 254
        fi
        touch "$state-public" ;;
esac
"#;

/// A repository with layers to publish, and an aws CLI of its own.
struct Repository {
    folder: TempDir,
}

struct Published {
    arns: Vec<String>,
    said: String,
    succeeded: bool,
    /// The calls of the aws CLI.
    calls: Vec<String>,
}

impl Repository {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path();
        for part in ["layer", "target/layer", "bin"] {
            fs::create_dir_all(path.join(part)).unwrap();
        }
        fs::copy(root().join("layer/publish.sh"), path.join("layer/publish.sh")).unwrap();
        fs::write(path.join("Cargo.toml"), "[workspace.package]\nversion = \"1.2.3\"\n").unwrap();
        fs::write(path.join("bin/aws"), AWS).unwrap();
        fs::set_permissions(path.join("bin/aws"), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn layer(self, architecture: &str, content: &str) -> Self {
        let zip = format!("target/layer/rhambda-{architecture}.zip");
        fs::write(self.folder.path().join(zip), content).unwrap();
        self
    }

    fn publish(&self, args: &[&str]) -> Published {
        let bin = self.folder.path().join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        let output =
            run(command.arg(self.folder.path().join("layer/publish.sh")).args(args).env("PATH", path));
        let calls = fs::read_to_string(bin.join("calls")).unwrap_or_default();
        // Only those of this run.
        let _ = fs::remove_file(bin.join("calls"));
        Published {
            arns: text(&output.stdout).lines().map(str::to_owned).collect(),
            said: text(&output.stderr),
            succeeded: output.status.success(),
            calls: calls.lines().map(str::to_owned).collect(),
        }
    }
}

impl Published {
    fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|call| call.starts_with(&format!("lambda {operation} "))).count()
    }
}

#[test]
fn both_architectures_go_to_every_region() {
    let repository = Repository::new().layer("x86_64", "one").layer("arm64", "two");
    let published = repository.publish(&["eu-central-1", "us-east-1"]);
    assert!(published.succeeded, "{}", published.said);
    let arns = |region| {
        ["arm64", "x86_64"].map(|name| format!("arn:aws:lambda:{region}:123456789012:layer:rhambda-{name}:7"))
    };
    assert_eq!(published.arns, [arns("eu-central-1"), arns("us-east-1")].concat());
    assert_eq!(published.count("publish-layer-version"), 4);
    assert_eq!(published.count("add-layer-version-permission"), 0);
    // The hash is that of "two".
    let expected =
        "lambda publish-layer-version --region eu-central-1 --layer-name rhambda-arm64 --description \
                    Rhambda 1.2.3 for Rhai scripts, \
                    sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3 \
                    --zip-file fileb://target/layer/rhambda-arm64.zip --compatible-runtimes provided.al2023 \
                    --compatible-architectures arm64 --license-info MIT OR Apache-2.0 \
                    --output text --query LayerVersionArn";
    assert_eq!(published.calls[1], expected);
}

#[test]
fn what_is_published_is_not_published_again() {
    let repository = Repository::new().layer("x86_64", "one");
    let first = repository.publish(&["eu-central-1"]);
    let second = repository.publish(&["eu-central-1"]);
    assert_eq!((second.count("publish-layer-version"), &second.arns), (0, &first.arns));
    assert!(second.said.contains("rhambda-x86_64 is in eu-central-1 already"), "{}", second.said);

    let changed = repository.layer("x86_64", "another").publish(&["eu-central-1"]);
    assert_eq!(changed.count("publish-layer-version"), 1);
}

#[test]
fn public_layers_stay_public() {
    let repository = Repository::new().layer("arm64", "one");
    let first = repository.publish(&["--public", "--name", "scripts", "eu-central-1"]);
    assert!(first.succeeded, "{}", first.said);
    let expected = "lambda add-layer-version-permission --region eu-central-1 --layer-name scripts-arm64 \
                    --version-number 7 --statement-id public --action lambda:GetLayerVersion --principal * --output json";
    assert_eq!(first.calls[2], expected);
    let second = repository.publish(&["--public", "--name", "scripts", "eu-central-1"]);
    assert!(second.succeeded, "{}", second.said);
    assert_eq!(second.arns, ["arn:aws:lambda:eu-central-1:123456789012:layer:scripts-arm64:7"]);
}

#[test]
fn one_region_fails_alone() {
    let published = Repository::new().layer("x86_64", "one").publish(&["nowhere-1", "eu-central-1"]);
    assert!(!published.succeeded);
    assert_eq!(published.arns, ["arn:aws:lambda:eu-central-1:123456789012:layer:rhambda-x86_64:7"]);
    // Not knowing what is there, it publishes nothing.
    assert_eq!(published.count("publish-layer-version"), 1);
    assert!(published.said.contains("Could not connect to the endpoint URL"), "{}", published.said);
    assert!(published.said.ends_with("failed, see above: nowhere-1\n"), "{}", published.said);
}

#[test]
fn what_is_missing_is_said() {
    let said = |repository: Repository, args: &[&str]| {
        let published = repository.publish(args);
        assert!(!published.succeeded && published.calls.is_empty());
        published.said
    };
    assert!(said(Repository::new(), &["eu-central-1"]).contains("run make layer"));
    assert!(said(Repository::new().layer("arm64", "one"), &[]).contains("to which regions?"));
    assert!(said(Repository::new().layer("arm64", "one"), &["--pubic", "x"])
        .contains("there is no option --pubic"));
}
