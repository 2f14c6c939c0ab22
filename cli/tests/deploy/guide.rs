//! The commands of the guide: of each page the blocks of `sh`, run one after the other in one shell, as a
//! reader would, in a fresh copy of the repository. Those that begin with `# needs …` are left out where
//! there is no such thing.

use crate::account::{bootstrap, Account, Said};
use crate::cloudformation::bucket;
use crate::page::{Block, Page};
use crate::repository::Repository;
use crate::tools::{find, root, succeed, tool};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{symlink, PermissionsExt as _};
use std::path::Path;

/// Before what each block prints.
const BEGIN: char = '\u{1e}';
/// Where the guide's emulators of AWS's services and of Lambda are.
const AWS: &str = "http://127.0.0.1:4566";
const LAMBDA: &str = "127.0.0.1:8080";

#[test]
fn commands_are_written_so_that_they_are_run() {
    let problems: Vec<_> = Page::all().iter().flat_map(Page::problems).collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn what_would_not_be_run_is_found() {
    let page = |lines: &[&str]| Page { name: "page.md".to_owned(), text: lines.join("\n") };
    let problems = page(&[
        "```bash",
        "a",
        "```",
        "```sh",
        "# needs patience and luck",
        "```",
        "",
        "    make",
        "",
        "```",
        "```",
        "```text",
        "$ a",
        "```",
        "```sh",
        "# needs AWS",
        "```",
    ])
    .problems();
    let lines: Vec<_> = problems.iter().map(|problem| problem.split(':').nth(1).unwrap()).collect();
    assert_eq!(lines, ["1", "4", "10", "12", "8"], "{problems:?}");
}

#[test]
fn options_within_sentences_are_there() {
    let account = Account::ministack();
    for page in Page::all() {
        for command in page.inline() {
            let mut words = command.split(' ').skip(1);
            let help = succeed(&mut account.command(&[words.next().unwrap(), "--help"]));
            let missing = words.find(|word| word.starts_with("--") && !help.contains(*word));
            assert_eq!(missing, None, "{}: {command}", page.name);
        }
    }
}

#[test]
fn the_guides_commands_do_what_they_say() {
    let account = Account::ministack();
    bucket(&account, "packages");
    let mut all = 0;
    for page in Page::all() {
        all += run(&account, &page);
    }
    assert!(all >= 16, "the guide has more to run than {all} blocks");
    for (function, answer) in
        [("hello", "Hello Ada!"), ("my-hello", "Hello Ada!"), ("greeter", r#"{"greeting":"Hello Ada!"}"#)]
    {
        let said = account.rhambda(&["invoke", "--remote", function, "--event", r#"{"name":"Ada"}"#]);
        assert!(said.code == 0 && said.stdout.replace(": ", ":").contains(answer.trim()), "{said:?}");
    }
}

/// Runs a page; how many of its blocks.
fn run(account: &Account, page: &Page) -> usize {
    let blocks = page.blocks();
    let commands: Vec<_> = (0..blocks.len()).filter(|index| is_run(page, &blocks[*index])).collect();
    if commands.is_empty() {
        return 0;
    }
    let repository = repository(page);
    let lambda = free_address();
    programs(&repository.path().join("programs"), &lambda);
    let layer = account.publish("guide", &fs::read(repository.layer()).unwrap());
    let role = page.name.replace(['/', '.'], "-");
    let mut script = String::from("PATH=$PWD/programs:$PATH\n");
    for index in &commands {
        let Block { line, text, .. } = &blocks[*index];
        let _ = write!(script, "printf '\\036'; echo {}:{line} >&2\n{text}", page.name);
    }
    let script = script.replace(AWS, account.url()).replace(LAMBDA, &lambda);
    let mut shell = tool(account, "sh", repository.path());
    shell.args(["-euc", &script]).env("ROLE_ARN", account.role(&role)).env("LAYER_ARN", layer);
    let said = Said::by(&mut shell);
    assert_eq!(said.code, 0, "{}\n{}\n{}", page.name, said.stdout, said.stderr);
    for (index, printed) in commands.iter().zip(said.stdout.split(BEGIN).skip(1)) {
        check(page, &blocks, *index, printed);
    }
    commands.len()
}

fn is_run(page: &Page, block: &Block) -> bool {
    match block.needs() {
        Some(program) if find(program).is_none() => {
            eprintln!("skipped: {}:{}, which needs {program}", page.name, block.line);
            false
        }
        _ => block.language == "sh",
    }
}

/// A block of JSON that follows says what is printed.
fn check(page: &Page, blocks: &[Block], index: usize, printed: &str) {
    let expected = blocks.get(index + 1).filter(|next| next.follows && next.language == "json");
    let Some(expected) = expected else {
        return;
    };
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    assert_eq!(value(printed), value(&expected.text), "{}:{}: {printed}", page.name, expected.line);
}

/// What the page's reader has before them. No emulator mounts layers: where a page does not put the
/// runtime into the function's zip, it is beside the scripts.
fn repository(page: &Page) -> Repository {
    let packs_it = page.text.contains("--with-bootstrap target/lambda/bootstrap");
    let repository = Repository::with(if packs_it { &[] } else { &["hello", "http-api"] });
    let build = repository.path().join("target/lambda");
    fs::create_dir_all(&build).unwrap();
    symlink(bootstrap(), build.join("bootstrap")).unwrap();
    repository
}

/// Programs that a reader has, or gets by the guide's own commands. What those would build is there
/// already: `make` only looks whether it could, and `cargo` starts it.
fn programs(folder: &Path, lambda: &str) {
    fs::create_dir(folder).unwrap();
    symlink(env!("CARGO_BIN_EXE_rhambda"), folder.join("rhambda")).unwrap();
    let root = root().display();
    let programs = [
        ("make", format!("exec {} --dry-run --directory {root} \"$@\" >/dev/null", path("make"))),
        (
            "cargo",
            "case \"$*\" in\n'install --path cli') test -e cli/Cargo.toml ;;\n\
             'run --package rhambda-cli -- '*) shift 4; exec rhambda \"$@\" ;;\n\
             *) exit 1 ;;\nesac"
                .to_owned(),
        ),
        (
            "aws-lambda-rie",
            format!(
                "exec {root}/target/emulator/aws-lambda-rie --runtime-interface-emulator-address {lambda} \
                 --runtime-api-address {} \"$@\"",
                free_address()
            ),
        ),
    ];
    for (name, script) in programs {
        let program = folder.join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn path(program: &str) -> String {
    find(program).unwrap_or_else(|| panic!("{program} is needed")).display().to_string()
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn the_guides_rhambda_toml_is_one() {
    let account = Account::ministack();
    let repository = Repository::with(&["hello"]);
    let folder = repository.path().join("scripts-examples/hello");
    let [config] = &*Page::read("docs/deploying.md").blocks_of("toml") else { panic!("one block") };
    fs::write(folder.join("rhambda.toml"), config.text.replace("\"hello\" ", "\"guided\" ")).unwrap();
    let said = account.rhambda(&["deploy", "--dry-run", "--dir", folder.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("+ function guided\n"), "{said:?}");
}
