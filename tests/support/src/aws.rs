//! What `tests/aws/setup.sh` installs: two emulators of AWS, and Python with AWS's SDK.

use aws::{Client, Options, Rest};
use serde_json::{json, Value};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// How long an emulator may take to start.
const PATIENCE: Duration = Duration::from_mins(1);
/// A zip of `index.py`, which is `def handler(event, context): return event["n"] * 2`.
const DOUBLE: &str = "\
    UEsDBBQAAAAAAAAAIVykTdMPNwAAADcAAAAIAAAAaW5kZXgucHlkZWYgaGFuZGxlcihldmVudCwgY29udGV4dCk6Ci\
    AgICByZXR1cm4gZXZlbnRbIm4iXSAqIDIKUEsBAhQDFAAAAAAAAAAhXKRN0w83AAAANwAAAAgAAAAAAAAAAAAAAKQB\
    AAAAAGluZGV4LnB5UEsFBgAAAAABAAEANgAAAF0AAAAAAA==\
    ";

/// A running emulator. It ends with the test program: its standard input does.
pub struct Emulator {
    pub url: String,
    access_key_id: String,
    secret_access_key: String,
    _process: Child,
}

impl Emulator {
    /// `MiniStack`, which verifies signatures, with a Lambda function `double`. There is one for all
    /// tests of a program.
    pub fn ministack() -> &'static Self {
        static MINISTACK: OnceLock<Emulator> = OnceLock::new();
        MINISTACK.get_or_init(|| Self::start("ministack").with_a_user().with_a_function())
    }

    /// moto, which believes everybody. There is one for all tests of a program.
    pub fn moto() -> &'static Self {
        static MOTO: OnceLock<Emulator> = OnceLock::new();
        MOTO.get_or_init(|| Self::start("moto"))
    }

    /// The environment of a function that calls this emulator.
    pub fn environment(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", &self.url),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", &self.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &self.secret_access_key),
        ]
    }

    fn start(name: &str) -> Self {
        let address = free_address();
        let mut command = python();
        command.args(["tests/aws/emulator.py", name, &address.port().to_string()]);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "{name} ended: {ended:?}");
            assert!(start.elapsed() < PATIENCE, "{name} does not start");
            thread::sleep(Duration::from_millis(20));
        }
        Self {
            url: format!("http://{address}"),
            access_key_id: "test".to_owned(),
            secret_access_key: "test".to_owned(),
            _process: process,
        }
    }

    /// The same with the keys of a user: the signatures of its root are not verified.
    fn with_a_user(self) -> Self {
        let client = self.client();
        let call = |action: &str, parameters: &Value| {
            client.call_json("iam", action, parameters, &Options::default()).unwrap()
        };
        let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        let policy = json!({ "Version": "2012-10-17", "Statement": [all] }).to_string();
        call("CreateUser", &json!({ "UserName": "tester" }));
        call(
            "PutUserPolicy",
            &json!({ "UserName": "tester", "PolicyName": "all", "PolicyDocument": policy }),
        );
        let mut created = call("CreateAccessKey", &json!({ "UserName": "tester" }));
        let mut text = |name: &str| created["AccessKey"][name].take().as_str().unwrap().to_owned();
        Self { access_key_id: text("AccessKeyId"), secret_access_key: text("SecretAccessKey"), ..self }
    }

    fn with_a_function(self) -> Self {
        let client = self.client();
        let send = |service: &str, request: &Rest| {
            let response = client.request(service, request, &Options::default(), net::Until::NEVER).unwrap();
            serde_json::from_slice::<Value>(&response.body).unwrap()
        };
        let role = json!({ "RoleName": "double", "AssumeRolePolicyDocument": "{}" });
        let mut role = client.call_json("iam", "CreateRole", &role, &Options::default()).unwrap();
        let mut create = Rest::new("POST", "/2015-03-31/functions");
        let function = json!({
            "FunctionName": "double", "Runtime": "python3.11", "Role": role["Role"]["Arn"].take(),
            "Handler": "index.handler", "Code": { "ZipFile": DOUBLE },
        });
        create.body = function.to_string().into_bytes();
        send("lambda", &create);
        let state = Rest::new("GET", "/2015-03-31/functions/double/configuration");
        while send("lambda", &state)["State"] == "Pending" {
            thread::sleep(Duration::from_millis(20));
        }
        self
    }

    fn client(&self) -> Client {
        let environment = self.environment().map(|(name, value)| (name.to_owned(), value.to_owned()));
        rhambda::aws_client(move |name| {
            environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        })
    }
}

/// The virtual environment's Python, run in this repository.
pub fn python() -> Command {
    let root = root();
    let python = root.join("target/aws/venv/bin/python");
    assert!(python.exists(), "{} is not there: run tests/aws/setup.sh", python.display());
    let mut command = Command::new(python);
    command.current_dir(root);
    command
}

/// This repository, whose package in it may be any.
fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("tests/aws").is_dir()).expect("this repository")
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
