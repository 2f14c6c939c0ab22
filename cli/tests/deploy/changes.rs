//! Making a function and changing it.

use crate::account::{wait_for, Account};
use crate::folder::Folder;
use serde_json::{json, Value};
use std::fs;
use std::time::{Duration, Instant};

const NOTHING: [&str; 1] = ["nothing to do"];

#[test]
fn a_function_is_made_and_changed() {
    for account in Account::both() {
        let role = account.role("changes");
        let config = format!(
            "role = \"{role}\"\nmemory = 256\ntimeout = 7\ndescription = \"größer\"\n\
             [environment]\nSTAGE = \"test\"\n[tags]\nteam = \"a\"\n"
        );
        let folder = Folder::new("changes", &config);
        assert_eq!(account.deploy(&folder, &[]), ["+ function changes"]);
        let is = account.configuration("changes");
        for (name, value) in [
            ("Runtime", json!("provided.al2023")),
            ("Handler", json!("main.handler")),
            ("Role", json!(role)),
            ("MemorySize", json!(256)),
            ("Timeout", json!(7)),
            ("Description", json!("größer")),
            ("Architectures", json!(["x86_64"])),
        ] {
            assert_eq!(is[name], value, "{name} in {is}");
        }
        assert_eq!(is["Environment"]["Variables"], json!({ "STAGE": "test" }));
        assert_eq!((&is["State"], &is["LastUpdateStatus"]), (&json!("Active"), &json!("Successful")));

        assert_eq!(account.deploy(&folder, &[]), NOTHING);
        assert_eq!(account.configuration("changes")["RevisionId"], is["RevisionId"], "it was touched");

        folder.write("main.rhai", "fn handler(event) { event.x }");
        assert_eq!(account.deploy(&folder, &[]), ["~ code"]);
        let changed = account.configuration("changes");
        assert_ne!(changed["CodeSha256"], is["CodeSha256"]);
        assert_eq!(changed["LastUpdateStatus"], "Successful", "it was waited for");
        assert_eq!(account.deploy(&folder, &[]), NOTHING);

        let options = ["--memory", "512", "--env", "STAGE=live", "--env", "NEW=1", "--tag", "cost=2"];
        assert_eq!(
            account.deploy(&folder, &options),
            ["~ memory 256 → 512 MB, environment +NEW ~STAGE", "+ tags cost=2"]
        );
        let is = account.configuration("changes");
        assert_eq!((&is["MemorySize"], &is["Timeout"]), (&json!(512), &json!(7)));
        assert_eq!(is["Environment"]["Variables"], json!({ "NEW": "1", "STAGE": "live" }));
        assert_eq!(account.deploy(&folder, &options), NOTHING);
        let function = account.lambda("GET", "/2015-03-31/functions/changes", &Value::Null);
        assert_eq!(function["Tags"], json!({ "rhambda": "deploy", "team": "a", "cost": "2" }));

        folder.config(&format!("role = \"{role}\"\n"));
        assert_eq!(account.deploy(&folder, &[]), NOTHING, "what is not said stays");
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let account = Account::ministack();
    let folder = Folder::new("dry", "url = \"public\"");
    let options = ["deploy", "--dry-run", "--dir", folder.to_str().unwrap()];
    let said = account.rhambda(&options);
    assert_eq!((said.code, &*said.stdout), (0, ""), "{said:?}");
    assert!(
        said.stderr.contains("\n  + role dry-role\n") && said.stderr.contains("  + URL for everyone\n"),
        "{said:?}"
    );
    assert!(!said.stderr.contains("done in"), "{said:?}");
    assert_eq!(account.rhambda(&options).stderr, said.stderr);
}

#[test]
fn nothing_to_do_is_soon_done() {
    let account = Account::ministack();
    let folder = Folder::new("soon", "alias = \"live\"\nurl = \"public\"");
    account.deploy(&folder, &[]);
    // Other tests keep the machine busy: not each time counts.
    wait_for("deployment in less than a second", || {
        let started = Instant::now();
        assert_eq!(account.deploy(&folder, &[]), NOTHING);
        (started.elapsed() < Duration::from_secs(1)).then_some(())
    });
}

#[test]
fn a_role_is_made_with_its_policies() {
    let account = Account::ministack();
    let folder = Folder::new("own-role", "");
    let read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let expected = [
        "+ role own-role-role",
        "+ policy AWSLambdaBasicExecutionRole of role own-role-role",
        "+ function own-role",
    ];
    assert_eq!(account.deploy(&folder, &[]), expected);
    let role = account.call("iam", "GetRole", &json!({ "RoleName": "own-role-role" }));
    assert_eq!(account.configuration("own-role")["Role"], role["Role"]["Arn"]);
    let expected = ["+ policy AmazonS3ReadOnlyAccess of role own-role-role"];
    assert_eq!(account.deploy(&folder, &["--policy", read]), expected);
    assert_eq!(account.deploy(&folder, &["--policy", read]), NOTHING);
    let other = account.role("other");
    assert_eq!(
        account.deploy(&folder, &["--role", "other"]),
        [format!("~ role {} → {other}", role["Role"]["Arn"].as_str().unwrap())]
    );
    assert_eq!(account.deploy(&folder, &["--role", &other]), NOTHING);
}

#[test]
fn aliases_and_urls() {
    for account in Account::both() {
        let role = account.role("alias");
        let folder =
            Folder::new("alias", &format!("role = \"{role}\"\nalias = \"live\"\nurl = \"public\"\n"));
        let public = ["+ permission rhambda-url", "+ permission rhambda-url-invoke"];
        assert_eq!(
            account.deploy(&folder, &[]),
            [&["+ function alias", "+ alias live, to a new version", "+ URL for everyone"], &public[..]]
                .concat()
        );
        let alias = || account.lambda("GET", "/2015-03-31/functions/alias/aliases/live", &Value::Null);
        assert_eq!(alias()["FunctionVersion"], "1");
        let url = || account.lambda("GET", "/2021-10-31/functions/alias/url?Qualifier=live", &Value::Null);
        assert_eq!((&url()["AuthType"], &url()["InvokeMode"]), (&json!("NONE"), &json!("BUFFERED")));

        let said = account.rhambda(&["deploy", "--dir", folder.to_str().unwrap()]);
        let lines: Vec<_> = said.stdout.lines().collect();
        assert!(lines[0].ends_with(":function:alias:live"), "{said:?}");
        assert_eq!(lines[1..], [url()["FunctionUrl"].as_str().unwrap()], "{said:?}");
        assert!(said.stderr.ends_with("  nothing to do\n"), "{said:?}");

        folder.write("more.rhai", "");
        assert_eq!(account.deploy(&folder, &[]), ["~ code", "~ alias live, to a new version"]);
        assert_eq!(alias()["FunctionVersion"], "2");
        assert_eq!(account.deploy(&folder, &[]), NOTHING);

        let closed = account.deploy(&folder, &["--url", "iam"]);
        let private = ["- permission rhambda-url", "- permission rhambda-url-invoke"];
        assert_eq!(closed, [&private[..], &["~ URL with IAM authentication"]].concat());
        assert_eq!(url()["AuthType"], "AWS_IAM");
        assert_eq!(account.deploy(&folder, &["--url", "none"]), ["- URL"]);
        assert_eq!(account.deploy(&folder, &["--url", "none"]), NOTHING);
    }
}

#[test]
fn a_public_url_is_open_to_everyone() {
    let account = Account::ministack();
    let folder = Folder::new("open", "url = \"public\"");
    account.deploy(&folder, &[]);
    let policy = account.lambda("GET", "/2015-03-31/functions/open/policy", &Value::Null);
    let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
    let statement = |index: usize| {
        let statement = &policy["Statement"][index];
        (statement["Action"].clone(), statement["Principal"].clone(), statement["Condition"].clone())
    };
    let [call, invoke] = [0, 1].map(statement);
    assert_eq!(call.0, "lambda:InvokeFunctionUrl");
    assert_eq!(call.2, json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } }));
    assert_eq!(invoke.0, "lambda:InvokeFunction");
    assert_eq!(invoke.2, json!({ "Bool": { "lambda:InvokedViaFunctionUrl": "true" } }));
    assert_eq!(call.1, invoke.1);
}

#[test]
fn a_url_can_answer_with_streams() {
    // moto does not change the mode.
    let account = Account::ministack();
    let folder = Folder::new("streams", "url = \"iam\"");
    account.deploy(&folder, &[]);
    let mode = || {
        let url = account.lambda("GET", "/2021-10-31/functions/streams/url", &Value::Null);
        url["InvokeMode"].as_str().unwrap().to_owned()
    };
    assert_eq!(mode(), "BUFFERED");
    let options = ["--url-mode", "stream"];
    assert_eq!(account.deploy(&folder, &options), ["~ URL with IAM authentication, with streams"]);
    assert_eq!(mode(), "RESPONSE_STREAM");
    assert_eq!(account.deploy(&folder, &options), NOTHING);
    assert_eq!(account.deploy(&folder, &[]), NOTHING, "the mode stays");
}

#[test]
fn the_log_format_and_the_architecture() {
    let account = Account::ministack();
    let folder = Folder::new("formats", "log-format = \"json\"");
    account.deploy(&folder, &[]);
    assert_eq!(account.configuration("formats")["LoggingConfig"]["LogFormat"], "JSON");
    assert_eq!(account.deploy(&folder, &[]), NOTHING);
    assert_eq!(account.deploy(&folder, &["--log-format", "text"]), ["~ log format JSON → Text"]);
    fs::write(folder.join("../arm"), crate::folder::program(183)).unwrap();
    let arm = folder.join("../arm");
    assert_eq!(
        account.deploy(&folder, &["--log-format", "text", "--with-bootstrap", arm.to_str().unwrap()]),
        ["~ code, architecture x86_64 → arm64"]
    );
    assert_eq!(account.configuration("formats")["Architectures"], json!(["arm64"]));
}

#[test]
fn names_with_umlauts_and_spaces_are_no_trouble() {
    let account = Account::ministack();
    let folder = Folder::new("größe und länge", "");
    folder.write("ä ö.rhai", "fn f() { 1 }");
    folder.write("größe.rhai", "fn handler() { 1 }");
    let plan = account.deploy(&folder, &["--handler", "größe.handler"]);
    assert_eq!(plan.last().unwrap(), "+ function gr--e-und-l-nge");
    assert_eq!(account.configuration("gr--e-und-l-nge")["Handler"], "größe.handler");
    assert_eq!(account.deploy(&folder, &["--handler", "größe.handler"]), NOTHING);
}
