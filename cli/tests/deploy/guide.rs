//! The commands in `docs/deploying.md`: its blocks of `sh`, run one after the other.

use crate::account::{Account, Said};
use crate::cloudformation::bucket;
use crate::repository::Repository;
use crate::tools::{root, tool};
use std::fs;
use std::os::unix::fs::symlink;

#[test]
fn the_guide_leads_to_functions() {
    let account = Account::ministack();
    let repository = Repository::with(&["hello", "http-api"]);
    let programs = repository.path().join("programs");
    fs::create_dir(&programs).unwrap();
    symlink(env!("CARGO_BIN_EXE_rhambda"), programs.join("rhambda")).unwrap();
    bucket(&account, "packages");
    let layer = repository.path().join("target/layer/rhambda-x86_64.zip");
    let layer = account.publish("guide", &fs::read(layer).unwrap());
    let mut blocks = 0;
    for block in blocks_of("sh") {
        let script = format!("PATH={}:$PATH\n{block}", programs.display());
        let mut shell = tool(&account, "sh", repository.path());
        shell
            .args(["-euc", &script])
            .env("ROLE_ARN", account.role(&format!("guide-{blocks}")))
            .env("LAYER_ARN", &layer);
        let said = Said::by(&mut shell);
        assert_eq!(said.code, 0, "{block}\n{}\n{}", said.stdout, said.stderr);
        blocks += 1;
    }
    assert!(blocks >= 8, "the guide has more to run than {blocks} blocks");
    for function in ["hello", "my-hello"] {
        let said = account.rhambda(&["invoke", "--remote", function, "--event", r#"{"name":"Ada"}"#]);
        assert!(said.code == 0 && said.stdout.contains("Hello Ada!"), "{function}: {said:?}");
    }
}

#[test]
fn the_guides_rhambda_toml_is_one() {
    let account = Account::ministack();
    let repository = Repository::with(&["hello"]);
    let folder = repository.path().join("scripts-examples/hello");
    let [config] = &*blocks_of("toml") else { panic!("one block") };
    fs::write(folder.join("rhambda.toml"), config.replace("\"hello\" ", "\"guided\" ")).unwrap();
    let said = account.rhambda(&["deploy", "--dry-run", "--dir", folder.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("+ function guided\n"), "{said:?}");
}

/// The guide's blocks in a language.
fn blocks_of(language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/deploying.md")).unwrap();
    let begin = format!("\n```{language}\n");
    page.split(&begin).skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
}
