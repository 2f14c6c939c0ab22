//! `deploy/upload_function.sh`, and `upload_function.sh` in the examples.

use crate::account::{Account, Said};
use crate::repository::Repository;
use crate::tools::{find, root, succeed, tool};
use serde_json::{json, Value};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn every_example_can_be_uploaded() {
    succeed(
        std::process::Command::new("python3")
            .args(["deploy/write_uploads.py", "--check"])
            .current_dir(root()),
    );
}

#[test]
fn what_is_out_of_date_is_found() {
    let repository = Repository::with(&["hello"]);
    let check = || {
        let mut python = std::process::Command::new("python3");
        Said::by(python.args(["deploy/write_uploads.py", "--check"]).current_dir(repository.path()))
    };
    assert_eq!(check().code, 0);
    fs::write(repository.path().join("scripts-examples/hello/upload_function.sh"), "").unwrap();
    let said = check();
    assert!(said.code != 0 && said.stderr.contains("scripts-examples/hello/upload_function.sh"), "{said:?}");
}

#[test]
fn an_example_is_uploaded() {
    let account = Account::ministack();
    let role = account.role("upload");
    let repository = Repository::with(&["layer-library"]);
    let upload = |variables: &[(&str, &str)]| {
        let script = repository.path().join("scripts-examples/layer-library/upload_function.sh");
        let mut command = tool(&account, script, repository.path());
        Said::by(command.env("FUNCTION_NAME", "uploaded").envs(variables.iter().copied()))
    };
    let said = upload(&[]);
    assert_eq!((said.code, &*said.stdout), (1, ""), "{said:?}");
    assert!(said.stderr.contains("there is no function uploaded yet: ROLE_ARN must say"), "{said:?}");

    let said = upload(&[("ROLE_ARN", &role), ("PATH", &without_zip(repository.path()))]);
    assert!(said.code == 0 && said.stdout.ends_with(":function:uploaded\n"), "{said:?}");
    let event = json!({ "name": "Ada", "language": "fr" }).to_string();
    let invoke = || account.rhambda(&["invoke", "--remote", "uploaded", "--event", &event]);
    let said = invoke();
    assert!(said.code == 1 && said.stdout.contains("languages"), "there is no layer yet: {said:?}");

    let said = upload(&[("ENVIRONMENT", r#"{"RHAMBDA_LAYER_ROOT":"layer/rhai"}"#)]);
    assert!(said.code == 0 && said.stdout.ends_with(":function:uploaded\n"), "{said:?}");
    let said = invoke();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(serde_json::from_str::<Value>(&said.stdout).is_ok(), "{said:?}");
    let is = account.configuration("uploaded");
    assert_eq!((&is["Handler"], &is["Role"]), (&json!("welcome.handler"), &json!(role)));
}

/// A PATH with what the script needs where there is no `zip`.
fn without_zip(folder: &Path) -> String {
    let programs = folder.join("programs");
    fs::create_dir(&programs).unwrap();
    for name in ["basename", "dirname", "mktemp", "rm"] {
        let program = find(name).unwrap_or_else(|| panic!("{name} is needed"));
        symlink(program, programs.join(name)).unwrap();
    }
    let installed = root().join("target/deploy/venv/bin");
    for (name, program) in [("aws", "aws"), ("python3", "python")] {
        symlink(installed.join(program), programs.join(name)).unwrap();
    }
    programs.into_os_string().into_string().unwrap()
}
