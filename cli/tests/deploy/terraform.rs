//! `deploy/terraform`, with the Terraform and the AWS provider that are on this machine.
//!
//! Where the provider is not to be had, it can be pointed to: `TF_CLI_ARGS_init=-plugin-dir=FOLDER`.

use crate::account::{Account, Said};
use crate::repository::Repository;
use crate::tools::{find, succeed, tool};
use serde_json::{json, Value};
use std::fs;

/// What a user of the module would write.
const MAIN: &str = r#"
variable "endpoint" { type = string }

provider "aws" {
  skip_requesting_account_id = true
  endpoints {
    iam    = var.endpoint
    lambda = var.endpoint
    sts    = var.endpoint
  }
}

module "hello" {
  source      = "./deploy/terraform"
  name        = "terraformed"
  handler     = "hello.handler"
  package     = "hello.zip"
  layer_zip   = "target/layer/rhambda-x86_64.zip"
  environment = { STAGE = "test" }
  url         = "iam"
}

output "url" {
  value = module.hello.url
}
"#;

#[test]
fn terraform_deploys_a_function() {
    let Some(terraform) = find("terraform") else {
        eprintln!("skipped: there is no Terraform on this machine");
        return;
    };
    let account = Account::ministack();
    let repository = Repository::with(&["hello"]);
    let folder = repository.path();
    fs::write(folder.join("main.tf"), MAIN).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = tool(&account, &terraform, folder);
        command.args(arguments).env("TF_VAR_endpoint", account.url()).env("CHECKPOINT_DISABLE", "1");
        Said::by(&mut command)
    };
    let formatted = run(&["fmt", "-check", "-diff", "-recursive", "deploy/terraform"]);
    assert_eq!((formatted.code, &*formatted.stdout), (0, ""), "{formatted:?}");
    let init = run(&["init", "-input=false", "-no-color"]);
    if init.code != 0 {
        assert!(init.stderr.contains("provider"), "{init:?}");
        eprintln!("skipped: Terraform has no AWS provider here: {}", init.stderr);
        return;
    }
    let valid = run(&["validate", "-no-color"]);
    assert_eq!(valid.code, 0, "{valid:?}");

    succeed(account.command(&["package", "--dir", "scripts-examples/hello"]).current_dir(folder));
    let applied = run(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    assert!(applied.code == 0 && applied.stdout.contains("Resources: 5 added"), "{applied:?}");
    let url = run(&["output", "-raw", "url"]).stdout;
    assert!(url.starts_with("https://"), "{url}");
    let said = account.rhambda(&["invoke", "--remote", "terraformed", "--event", r#"{"name":"Ada"}"#]);
    assert_eq!(serde_json::from_str::<Value>(&said.stdout).unwrap(), json!({ "message": "Hello Ada!" }));

    // 0: there is nothing to change.
    let plan = run(&["plan", "-detailed-exitcode", "-input=false", "-no-color"]);
    assert_eq!(plan.code, 0, "{plan:?}");
}
