//! The GitHub Action, `action/`: its script with the built tool, in the environment that GitHub would set.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use test_support::folder::Folder;

const TOOL: &str = env!("CARGO_BIN_EXE_rhambda");
/// A function with a passing test.
const GOOD: [(&str, &str); 2] = [
    ("hello/hello.rhai", "fn handler(event, context) {\n    1\n}\n"),
    (
        "hello/hello.test.rhai",
        "import \"hello\" as hello;\n\nfn test_one() {\n    assert_eq(hello::handler(1, 2), 1);\n}\n",
    ),
];

/// A job with these files in its workspace.
struct Job {
    workspace: Folder,
    runner: Folder,
}

impl Job {
    fn new(files: &[(&str, &str)]) -> Self {
        Self { workspace: Folder::new(files), runner: Folder::new(&[]) }
    }

    /// The action's script, with these variables in place of the action's defaults.
    fn command(&self, variables: &[(&str, &str)]) -> Command {
        let script = root().join("action/run.sh");
        let mut command = self.workspace.command("sh", &[script.to_str().unwrap()]);
        command
            .env("RUNNER_TEMP", self.runner.path(""))
            .env("GITHUB_OUTPUT", self.runner.path("output"))
            .env("GITHUB_PATH", self.runner.path("path"))
            .env("GITHUB_STEP_SUMMARY", self.runner.path("summary"))
            .env("RHAMBDA_DIR", "hello")
            .env("RHAMBDA_STEPS", "check fmt test package")
            .env("RHAMBDA_TOOL", TOOL)
            .env("RHAMBDA_SHA256", "")
            .env("RHAMBDA_COVERAGE", "")
            .env("RHAMBDA_DEPLOY_ARGUMENTS", "")
            .env("RHAMBDA_KEY", "key")
            .envs(variables.iter().copied());
        command
    }

    /// What it prints, and whether it succeeds.
    fn run(&self, variables: &[(&str, &str)]) -> (String, bool) {
        printed(&self.command(variables).output().unwrap())
    }

    /// Runs it with a folder of programs before all others.
    fn run_with(&self, programs: &Folder, variables: &[(&str, &str)]) -> (String, bool) {
        let path = format!("{}:{}", programs.path("").display(), std::env::var("PATH").unwrap());
        printed(&self.command(variables).env("PATH", path).output().unwrap())
    }

    /// An output of the action.
    fn output(&self, name: &str) -> Option<PathBuf> {
        let outputs = fs::read_to_string(self.runner.path("output")).unwrap_or_default();
        let mut values = outputs.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        values.next().map(PathBuf::from)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn printed(output: &Output) -> (String, bool) {
    let all = [&*output.stdout, &*output.stderr].concat();
    (String::from_utf8(all).unwrap(), output.status.success())
}

/// Where the action gets the tool from, with a `curl` that prints these checksums, and what it was asked for.
fn source(checksums: &str, variables: &[(&str, &str)]) -> (Job, String) {
    let job = Job::new(&[("sums", checksums)]);
    let script = "#!/bin/sh\nfor url; do :; done\necho \"$url\" >>asked\n[ -s sums ] && cat sums\n";
    let programs = program("curl", script);
    let path = format!("{}:{}", programs.path("").display(), std::env::var("PATH").unwrap());
    let release = format!("v{}", env!("CARGO_PKG_VERSION"));
    let mut command = job.command(&[]);
    command
        .arg("source")
        .env("PATH", path)
        .env("GITHUB_SERVER_URL", "https://github.example.com")
        .env("RUNNER_OS", "Linux")
        .env("RUNNER_ARCH", "X64")
        .env("RHAMBDA_REPOSITORY", "owner/rhambda")
        .env("RHAMBDA_REF", &release)
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let asked = fs::read_to_string(job.workspace.path("asked")).unwrap_or_default();
    (job, asked.replace(&release, "VERSION"))
}

#[test]
fn a_release_has_the_tool() {
    let sum = "0123456789abcdef".repeat(4);
    let sums = format!("{}  rhambda-x86_64.zip\n{sum}  rhambda-linux-x86_64\n", "f".repeat(64));
    let (job, asked) = source(&sums, &[]);
    let release = "https://github.example.com/owner/rhambda/releases/download/VERSION";
    assert_eq!(asked, format!("{release}/SHA256SUMS\n"));
    let tool = job.output("tool").unwrap().display().to_string();
    let version = format!("v{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(tool.replace(&version, "VERSION"), format!("{release}/rhambda-linux-x86_64"));
    assert_eq!((job.output("sha256"), job.output("key")), (Some(PathBuf::from(sum)), None));
}

#[test]
fn without_a_release_for_the_runner_the_tool_is_built() {
    let sums = format!("{}  rhambda-linux-x86_64\n", "f".repeat(64));
    for (checksums, variables, is_asked) in [
        ("", vec![], true),
        ("no sums\n", vec![], true),
        (&*sums, vec![("RHAMBDA_REF", "main")], false),
        (&*sums, vec![("RHAMBDA_REF", "")], false),
        (&*sums, vec![("RHAMBDA_REPOSITORY", "")], false),
        (&*sums, vec![("RUNNER_ARCH", "ARM64")], false),
        (&*sums, vec![("RUNNER_OS", "macOS")], false),
    ] {
        let (job, asked) = source(checksums, &variables);
        assert_eq!(!asked.is_empty(), is_asked, "{variables:?}");
        assert!(job.output("tool").is_none() && job.output("key").is_some(), "{variables:?}");
    }
}

/// A folder with a shell script that stands in for a program.
fn program(name: &str, script: &str) -> Folder {
    let folder = Folder::new(&[(name, script)]);
    fs::set_permissions(folder.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn sha256(path: &Path) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(fs::read(path).unwrap());
    base16ct::lower::encode_string(digest.as_slice())
}

/// The lines that GitHub takes for commands: those outside of `::stop-commands::`.
fn commands(log: &str) -> Vec<&str> {
    let mut stopped = None;
    let mut commands = Vec::new();
    for line in log.lines().filter(|line| line.trim_start().starts_with("::")) {
        match (&stopped, line.strip_prefix("::stop-commands::")) {
            (Some(token), _) if line == format!("::{token}::") => stopped = None,
            (Some(_), _) => {}
            (None, Some(token)) => stopped = Some(token.to_owned()),
            (None, None) => commands.push(line),
        }
    }
    assert_eq!(stopped, None, "{log}");
    commands
}

/// `action.yml`.
fn action() -> Value {
    let folder = Folder::new(&[("yaml.rhai", "fn handler(event, context) { yaml::decode(event) }")]);
    let yaml = fs::read_to_string(root().join("action/action.yml")).unwrap();
    let event = Value::String(yaml).to_string();
    let output = folder.run(TOOL, &["invoke", "yaml.handler", "--event", &event]);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_input_reaches_the_script_and_every_output_is_set() {
    let action = action();
    let script = fs::read_to_string(root().join("action/run.sh")).unwrap();
    let steps = action["runs"]["steps"].as_array().unwrap();
    let step = |id: &str| steps.iter().find(|step| step["id"] == id).unwrap();
    let environment = step("run")["env"].as_object().unwrap();
    let of_source = step("source")["env"].as_object().unwrap();

    let mut passed = BTreeSet::new();
    for (name, value) in environment {
        assert!(script.contains(&format!("${name}")) || script.contains(&format!("${{{name}")), "{name}");
        let value = value.as_str().unwrap();
        let value = value.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}"));
        passed.extend(value.map(|value| value.split(" || ").next().unwrap_or_default()));
    }
    assert_eq!(passed, keys(&action["inputs"]));
    let read: BTreeSet<_> = script
        .split("RHAMBDA_")
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
            format!("RHAMBDA_{}", &rest[..end.unwrap_or(rest.len())])
        })
        .filter(|name| name != "RHAMBDA_")
        .collect();
    assert_eq!(read, environment.keys().chain(of_source.keys()).cloned().collect());

    for (name, output) in action["outputs"].as_object().unwrap() {
        assert_eq!(output["value"], format!("${{{{ steps.run.outputs.{name} }}}}"));
        assert!(script.contains(&format!("output {name} ")), "{name}");
    }
    for step in steps {
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step}");
    }
}

#[test]
fn actions_are_pinned_to_commits() {
    let mut pins = 0;
    for file in ["action/action.yml", "docs/ci.md"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        for line in text.lines().filter_map(|line| line.split_once("uses: ").map(|(_, action)| action)) {
            let (_, commit) = line.split_once('@').unwrap();
            let (commit, version) = commit.split_once(" # v").unwrap_or((commit, ""));
            let is_pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_pinned && !version.is_empty() || commit == "COMMIT", "{file}: {line}");
            pins += 1;
        }
    }
    assert!(pins >= 4, "{pins}");
}

#[test]
fn results_are_outputs_and_in_the_summary() {
    let job = Job::new(&GOOD);
    let sha256_of_tool = sha256(Path::new(TOOL)).to_uppercase();
    let (log, succeeded) = job.run(&[("RHAMBDA_SHA256", &sha256_of_tool), ("RHAMBDA_COVERAGE", "lcov")]);
    assert!(succeeded, "{log}");
    assert!(commands(&log).iter().all(|line| !line.starts_with("::error")), "{log}");

    let zip = job.output("package").unwrap();
    assert_eq!(zip.file_name().unwrap(), "hello.zip");
    assert_eq!(job.output("package-sha256").unwrap(), PathBuf::from(sha256(&zip)));
    assert_eq!(zip::ZipArchive::new(fs::File::open(&zip).unwrap()).unwrap().len(), 1);
    let report = fs::read_to_string(job.output("junit").unwrap()).unwrap();
    assert!(report.contains(r#"<testsuites tests="1" failures="0" errors="0""#), "{report}");
    let coverage = fs::read_to_string(job.output("coverage").unwrap()).unwrap();
    assert!(coverage.contains("hello.rhai\nDA:2,"), "{coverage}");

    let summary = job.runner.read("summary");
    for row in [
        "### Rhambda: <code>hello</code>",
        "| check | passed | errors: 0, warnings: 0 |",
        "| fmt | passed |",
        "| test | passed | tests: 1, failures: 0, errors: 0 |",
        "| package | passed | ",
    ] {
        assert!(summary.contains(row), "{summary}");
    }

    let folder = job.runner.read("path");
    let version =
        Command::new(Path::new(folder.trim_end()).join("rhambda")).arg("--version").output().unwrap();
    assert!(version.status.success(), "{version:?}");
}

#[test]
fn an_example_passes_in_the_current_folder() {
    let job = Job::new(&[]);
    let mut command = job.command(&[("RHAMBDA_DIR", "."), ("RHAMBDA_COVERAGE", "html")]);
    let (log, succeeded) =
        printed(&command.current_dir(root().join("scripts-examples/http-api")).output().unwrap());
    assert!(succeeded, "{log}");
    assert_eq!(job.output("package").unwrap().file_name().unwrap(), "http-api.zip");
    assert!(job.output("coverage").unwrap().ends_with("coverage.html"));
}

#[test]
fn mistakes_are_annotated_and_nothing_is_packaged_or_deployed() {
    let job = Job::new(&[
        GOOD[0],
        ("hello/bad.rhai", "fn   bad() { fooo() }\n"),
        ("hello/bad.test.rhai", "fn test_bad() {\n    assert_eq(1, 2, \"50% of, <it>\");\n}\n"),
    ]);
    let (log, succeeded) = job.run(&[("RHAMBDA_STEPS", "check fmt test package deploy")]);
    assert!(!succeeded, "{log}");
    let commands = commands(&log);
    for start in [
        "::error file=hello/bad.rhai,line=1,col=14,",
        "::error title=Format::",
        "::error file=hello/bad.test.rhai,line=2,title=test_bad::error[AssertionFailed]: 50%25 of, <it>%0A --> ",
    ] {
        assert!(commands.iter().any(|line| line.starts_with(start)), "{start}\n{log}");
    }
    assert!(log.contains("+fn bad() {"), "{log}");
    let summary = job.runner.read("summary");
    for row in [
        "| check | failed | errors: 1, ",
        "| fmt | failed |",
        "| test | failed | tests: 1, failures: 1, errors: 0 |",
        "| package | skipped |",
        "| deploy | skipped |",
    ] {
        assert!(summary.contains(row), "{summary}");
    }
    assert!(job.output("junit").is_some());
    assert_eq!(job.output("package"), None);
}

#[test]
fn scripts_cannot_write_commands_into_the_log() {
    let job = Job::new(&[
        ("hello/a\n::warning::name.rhai", "fn a( {\n"),
        ("hello/b.rhai", "\n::warning::diff\n"),
        ("hello/c.rhai", "fn   c() {\n    `\n::warning::context\n`\n}\n"),
        (
            "hello/d.test.rhai",
            "print(\"::warning::print\");\nfn test_d() {\n    throw \"\\n::warning::error\";\n}\n",
        ),
    ]);
    let (log, succeeded) = job.run(&[]);
    assert!(!succeeded && log.contains("\n ::warning::context"), "{log}");
    let warnings: Vec<_> =
        commands(&log).into_iter().filter(|line| line.trim_start().starts_with("::warning::")).collect();
    assert!(warnings.is_empty(), "{warnings:?}\n{log}");
}

#[test]
fn invalid_inputs_are_errors_before_anything_runs() {
    let job = Job::new(&GOOD);
    let line_break = "a\n::warning::b";
    for (variable, value, message) in [
        ("RHAMBDA_DIR", "100%", "The input `dir` is \"100%25\", but this folder does not exist."),
        ("RHAMBDA_DIR", line_break, "The input `dir` contains a line break."),
        ("RHAMBDA_STEPS", "check $(touch${IFS}ran)", "The input `steps` contains \"$(touch${IFS}ran)\"."),
        ("RHAMBDA_STEPS", "*", "The input `steps` contains \"*\"."),
        ("RHAMBDA_COVERAGE", "text", "The input `coverage` is \"text\"."),
        ("RHAMBDA_TOOL", "nothing", "The input `tool` is \"nothing\", but this file does not exist."),
        ("RHAMBDA_TOOL", "https://127.0.0.1/rhambda", "the input `sha256` is missing."),
        ("RHAMBDA_TOOL", "http://127.0.0.1/rhambda", "does not begin with https://."),
        ("RHAMBDA_SHA256", line_break, "but the input `sha256` is \"a%0A::warning::b\"."),
        ("RHAMBDA_TOOL", "hello/hello.rhai", "The tool does not run on this machine."),
    ] {
        let (log, succeeded) = job.run(&[(variable, value)]);
        let commands = commands(&log);
        assert!(!succeeded, "{log}");
        assert!(commands.len() == 1 && commands[0].contains(message), "{message}\n{log}");
    }
    assert!(!job.workspace.path("ran").exists());
}

#[test]
fn deploy_gets_each_line_as_one_argument_and_its_arn_is_an_output() {
    let tool = program(
        "tool",
        "#!/bin/sh\nfor argument; do echo \"<$argument>\" >&2; done\necho arn:aws:lambda:x\necho https://y/\n",
    );
    let tool = tool.path("tool");
    let job = Job::new(&GOOD);
    let (log, succeeded) = job.run(&[
        ("RHAMBDA_TOOL", tool.to_str().unwrap()),
        ("RHAMBDA_STEPS", "deploy"),
        ("RHAMBDA_DEPLOY_ARGUMENTS", "--alias=live\n\n--description=$(touch ran) \\ * \"b\"\n"),
    ]);
    assert!(succeeded, "{log}");
    let expected =
        "<deploy>\n<--dir>\n<hello>\n<--alias=live>\n<--description=$(touch ran) \\ * \"b\">\narn:";
    assert!(log.contains(expected), "{log}");
    assert_eq!(job.output("arn"), Some(PathBuf::from("arn:aws:lambda:x")));
    assert_eq!(job.output("url"), Some(PathBuf::from("https://y/")));
    assert!(!job.workspace.path("ran").exists());
}

#[test]
fn the_tool_is_downloaded_and_must_have_its_checksum() {
    let curl = program(
        "curl",
        "#!/bin/sh\necho \"$*\" >>curl.log\nwhile [ \"$1\" != --output ]; do shift; done\ncp \"$TOOL\" \"$2\"\n",
    );
    let job = Job::new(&GOOD);
    let url = ("RHAMBDA_TOOL", "https://example.com/rhambda");
    let sum = sha256(Path::new(TOOL));
    let (log, succeeded) =
        job.run_with(&curl, &[url, ("TOOL", TOOL), ("RHAMBDA_SHA256", &sum), ("RHAMBDA_STEPS", "")]);
    assert!(succeeded, "{log}");
    assert!(job.workspace.read("curl.log").contains("--proto =https"));

    let changed = job.workspace.path("hello/hello.rhai");
    let (log, succeeded) =
        job.run_with(&curl, &[url, ("TOOL", changed.to_str().unwrap()), ("RHAMBDA_SHA256", &sum)]);
    assert!(!succeeded && log.contains("The SHA-256 of the tool is "), "{log}");
}

/// The messages of the errors that GitHub shows.
fn errors(log: &str) -> Vec<&str> {
    commands(log).into_iter().filter_map(|line| line.strip_prefix("::error title=Rhambda::")).collect()
}

#[test]
fn a_tool_that_cannot_be_fetched_or_built_is_an_error() {
    let curl = program("curl", "#!/bin/sh\necho 'curl: (22) 404' >&2\nexit 22\n");
    let job = Job::new(&GOOD);
    let url = [("RHAMBDA_TOOL", "https://example.com/rhambda"), ("RHAMBDA_SHA256", "0")];
    let (log, succeeded) = job.run_with(&curl, &url);
    assert!(!succeeded && log.contains("curl: (22) 404"), "{log}");
    assert_eq!(errors(&log), ["The tool could not be downloaded. Check the input `tool`."]);

    let cargo = program("cargo", "#!/bin/sh\necho 'error: no linker' >&2\nexit 101\n");
    fs::write(cargo.path("rustup"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(cargo.path("rustup"), fs::Permissions::from_mode(0o755)).unwrap();
    let (log, succeeded) = job.run_with(&cargo, &[("RHAMBDA_TOOL", "")]);
    assert!(!succeeded && log.contains("error: no linker"), "{log}");
    assert_eq!(errors(&log), ["rhambda could not be built. The log shows the compiler errors."]);
}

#[test]
fn a_deployment_that_fails_fails_the_job() {
    let tool = program(
        "tool",
        "#!/bin/sh\n[ \"$1\" = --version ] && exit\necho '::warning::AccessDenied' >&2\nexit 1\n",
    );
    let tool = tool.path("tool");
    let job = Job::new(&GOOD);
    let variables = [("RHAMBDA_TOOL", tool.to_str().unwrap()), ("RHAMBDA_STEPS", "deploy")];
    let (log, succeeded) = job.run(&variables);
    assert!(!succeeded && log.contains("AccessDenied"), "{log}");
    assert_eq!(errors(&log), ["A step failed. The log of each step has the details."]);
    assert!(commands(&log).iter().all(|line| !line.starts_with("::warning")), "{log}");
    assert!(job.runner.read("summary").contains("| deploy | failed |"));
    assert_eq!((job.output("arn"), job.output("url")), (None, None));
}

#[test]
fn the_tool_is_built_once_without_an_input() {
    let cargo = program(
        "cargo",
        "#!/bin/sh\necho \"$*\" >>cargo.log\nwhile [ \"$1\" != --root ]; do shift; done\nmkdir -p \"$2/bin\"\ncp \"$TOOL\" \"$2/bin/rhambda\"\n",
    );
    fs::write(cargo.path("rustup"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(cargo.path("rustup"), fs::Permissions::from_mode(0o755)).unwrap();
    let job = Job::new(&GOOD);
    for _ in 0..2 {
        let (log, succeeded) = job.run_with(&cargo, &[("RHAMBDA_TOOL", ""), ("TOOL", TOOL)]);
        assert!(succeeded, "{log}");
    }
    let calls = job.workspace.read("cargo.log");
    let cli = root().join("cli");
    let expected = format!("+stable install --locked --path {} --root ", cli.display());
    assert!(calls.lines().count() == 1 && calls.starts_with(&expected), "{calls}");
}

#[test]
fn the_cache_has_the_same_key_for_the_same_source() {
    let source = Folder::new(&[("action/run.sh", ""), ("cli/main.rs", "one"), ("target/built", "one")]);
    fs::copy(root().join("action/run.sh"), source.path("action/run.sh")).unwrap();
    let key = || {
        let mut command = source.command("sh", &["action/run.sh", "source"]);
        let output = command.env("GITHUB_OUTPUT", source.path("target/output")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        source.read("target/output").lines().last().unwrap().to_owned()
    };
    let first = key();
    assert!(first.starts_with("key=rhambda-"), "{first}");
    assert_eq!(key(), first);
    fs::write(source.path("cli/main.rs"), "two").unwrap();
    assert_ne!(key(), first);
}
