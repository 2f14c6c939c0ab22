//! An account at an emulator, and `rhambda` run for it.

use aws::{Client, Options, Rest};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::{json, Value};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use test_support::aws::Emulator;

/// How long something that an emulator does by itself may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// An account at an emulator.
pub(crate) struct Account {
    emulator: &'static Emulator,
    client: Client,
}

/// What `rhambda` said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Account {
    pub(crate) fn ministack() -> Self {
        Self::at(Emulator::ministack())
    }

    pub(crate) fn both() -> [Self; 2] {
        [Emulator::ministack(), Emulator::moto()].map(Self::at)
    }

    fn at(emulator: &'static Emulator) -> Self {
        let environment = emulator.environment();
        let client = rhambda::aws_client(move |name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        });
        Self { emulator, client }
    }

    pub(crate) fn url(&self) -> &str {
        &self.emulator.url
    }

    /// Lets a program run as the account's user.
    pub(crate) fn used_by<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        let more = [("AWS_DEFAULT_REGION", "eu-central-1"), ("SAM_CLI_TELEMETRY", "0")];
        for name in ["AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_PROFILE"] {
            program.env_remove(name);
        }
        program.envs(self.emulator.environment()).envs(more)
    }

    /// `rhambda` with these arguments, as the account's user.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
        command.args(arguments);
        self.used_by(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn rhambda(&self, arguments: &[&str]) -> Said {
        Said::by(&mut self.command(arguments))
    }

    /// Deploys a folder, with success; the lines of its plan.
    pub(crate) fn deploy(&self, folder: &Path, options: &[&str]) -> Vec<String> {
        let said = self.rhambda(&[&["deploy", "--dir", folder.to_str().unwrap()], options].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.plan()
    }

    /// What is said when it cannot be deployed.
    pub(crate) fn refusal(&self, folder: &Path, options: &[&str]) -> String {
        let said = self.rhambda(&[&["deploy", "--dir", folder.to_str().unwrap()], options].concat());
        assert_eq!((said.code, &*said.stdout), (1, ""), "{said:?}");
        said.stderr.lines().last().unwrap().to_owned()
    }

    /// A role that Lambda may take; its ARN.
    pub(crate) fn role(&self, name: &str) -> String {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" },
                            "Action": "sts:AssumeRole" }],
        });
        let role = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust.to_string() });
        self.call("iam", "CreateRole", &role)["Role"]["Arn"].as_str().unwrap().to_owned()
    }

    /// Publishes a zip as a layer; the version's ARN.
    pub(crate) fn publish(&self, name: &str, zip: &[u8]) -> String {
        let content = json!({ "Content": { "ZipFile": BASE64_STANDARD.encode(zip) } });
        let answer = self.lambda("POST", &format!("/2018-10-31/layers/{name}/versions"), &content);
        answer["LayerVersionArn"].as_str().unwrap().to_owned()
    }

    pub(crate) fn call(&self, service: &str, action: &str, parameters: &Value) -> Value {
        self.client.call_json(service, action, parameters, &Options::default()).unwrap()
    }

    /// A request to Lambda, as [`Self::request`].
    pub(crate) fn lambda(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.request("lambda", method, path, body);
        serde_json::from_slice(&answer).unwrap_or_default()
    }

    /// The configuration of a function.
    pub(crate) fn configuration(&self, function: &str) -> Value {
        self.lambda("GET", &format!("/2015-03-31/functions/{function}/configuration"), &Value::Null)
    }

    pub(crate) fn request(&self, service: &str, method: &str, path: &str, body: Vec<u8>) -> Vec<u8> {
        let request = Rest { method: method.into(), path: path.into(), body, ..Rest::default() };
        self.client.request(service, &request, &Options::default(), net::Until::NEVER).unwrap().body
    }
}

impl Said {
    pub(crate) fn by(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The lines that say what is to be done.
    fn plan(&self) -> Vec<String> {
        self.stderr.lines().filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect()
    }
}

/// The runtime to deploy: the build that `RHAMBDA_BOOTSTRAP` names, or the one beside `rhambda`.
pub(crate) fn bootstrap() -> PathBuf {
    let beside = || Path::new(env!("CARGO_BIN_EXE_rhambda")).with_file_name("bootstrap");
    let program = std::env::var_os("RHAMBDA_BOOTSTRAP").map_or_else(beside, PathBuf::from);
    assert!(program.exists(), "{} is not there: run cargo build --package rhambda", program.display());
    program
}

/// Waits until there is something.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "there is no {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
