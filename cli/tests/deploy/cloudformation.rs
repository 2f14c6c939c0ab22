//! `deploy/cloudformation.yaml`, and `deploy/sam.yaml`, which becomes such a template.

use crate::account::Account;
use crate::end_to_end::get;
use crate::repository::Repository;
use crate::tools::{root, succeed, tool};
use serde_json::{json, Value};

#[test]
fn the_templates_are_sound() {
    let account = Account::ministack();
    let lint = succeed(tool(&account, "cfn-lint", root()).args([
        "--",
        "deploy/cloudformation.yaml",
        "deploy/sam.yaml",
    ]));
    assert_eq!(lint, "");
    let sam =
        succeed(tool(&account, "sam", root()).args(["validate", "--lint", "--template", "deploy/sam.yaml"]));
    assert!(sam.contains("is a valid SAM Template"), "{sam}");
}

#[test]
fn cloudformation_deploys_a_function() {
    let account = Account::ministack();
    let repository = Repository::with(&["hello"]);
    bucket(&account, "stack-packages");
    let aws = |arguments: &str| {
        let arguments = arguments.split(' ');
        succeed(tool(&account, "aws", repository.path()).arg("cloudformation").args(arguments))
    };
    aws("package --template-file deploy/cloudformation.yaml --s3-bucket stack-packages --output-template-file target/hello.yaml");
    let deploy =
        "deploy --template-file target/hello.yaml --stack-name greeter --capabilities CAPABILITY_IAM";
    aws(&format!("{deploy} --parameter-overrides Memory=256"));
    let function = output(&account, "greeter", "Function").expect("a function");
    let is = account.configuration(&function);
    assert_eq!((&is["MemorySize"], &is["LoggingConfig"]["LogFormat"]), (&json!(256), &json!("JSON")));
    assert!(is["Layers"][0]["Arn"].as_str().unwrap().contains(":layer:rhambda-x86_64:"), "{is}");
    assert_eq!(output(&account, "greeter", "Url"), None);
    let said = account.rhambda(&["invoke", "--remote", &function, "--event", r#"{"name":"Ada"}"#]);
    assert_eq!(serde_json::from_str::<Value>(&said.stdout).unwrap(), json!({ "message": "Hello Ada!" }));

    aws(&format!("{deploy} --parameter-overrides Url=public"));
    let url = output(&account, "greeter", "Url").expect("a URL");
    assert_eq!(get(&account, &url, "/").0, 200);
}

#[test]
fn sam_deploys_a_function() {
    let account = Account::ministack();
    let repository = Repository::with(&["http-api"]);
    bucket(&account, "sam-packages");
    let arguments = "deploy --template-file deploy/sam.yaml --stack-name library --s3-bucket sam-packages \
                     --capabilities CAPABILITY_IAM --no-progressbar";
    succeed(tool(&account, "sam", repository.path()).args(arguments.split_whitespace()));
    let url = output(&account, "library", "Url").expect("a URL");
    let (status, body) = get(&account, &url, "/books/2");
    assert_eq!(status, 200, "{body}");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["title"], "Emma");
}

/// A bucket of this name.
pub(crate) fn bucket(account: &Account, name: &str) {
    account.request("s3", "PUT", &format!("/{name}"), crate::s3::location());
}

/// An output of a stack.
fn output(account: &Account, stack: &str, name: &str) -> Option<String> {
    let stacks = account.call("cloudformation", "DescribeStacks", &json!({ "StackName": stack }));
    let outputs = stacks["Stacks"][0]["Outputs"].as_array().cloned().unwrap_or_default();
    let output = outputs.iter().find(|output| output["OutputKey"] == name)?;
    output["OutputValue"].as_str().map(str::to_owned)
}
