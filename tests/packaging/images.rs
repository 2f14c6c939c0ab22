//! The container images, built by buildah, which needs no daemon.

use crate::exchange::Exchange;
use crate::process::bootstrap;
use crate::program::{Program, PATIENCE};
use crate::{root, succeed};
use serde_json::{json, Value};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A store of images of its own.
struct Builder {
    folder: TempDir,
}

/// A built image.
struct Image {
    /// Its files.
    files: PathBuf,
    /// As the OCI image specification has it: `Env`, `Entrypoint`, `Cmd`, `WorkingDir`.
    config: Value,
}

impl Builder {
    /// `None` where images cannot be built; `setup.sh` has said so.
    fn new() -> Option<Self> {
        let usable =
            Command::new("buildah").arg("--version").output().is_ok_and(|output| output.status.success())
                && succeed(Command::new("id").arg("-u")) == "0\n";
        if !usable {
            eprintln!("skipped: root with buildah is needed to build images");
        }
        usable.then(|| Self { folder: TempDir::new().unwrap() })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder with `bootstrap` in it, as `make layer` makes one.
    fn layer(&self) -> PathBuf {
        let folder = self.path("layer");
        fs::create_dir_all(&folder).unwrap();
        fs::copy(bootstrap(), folder.join("bootstrap")).unwrap();
        folder
    }

    fn buildah(&self) -> Command {
        let mut command = Command::new("buildah");
        command.arg("--root").arg(self.path("store")).arg("--runroot").arg(self.path("run"));
        command.args(["--storage-driver", "vfs"]);
        command
    }

    /// Builds an image, of what is here: no other is fetched for it.
    fn build(&self, name: &str, dockerfile: &Path, context: &Path, options: &[&str]) -> Image {
        let mut build = self.buildah();
        build.args(["build", "--isolation", "chroot", "--pull-never", "--tag", name, "--file"]);
        succeed(build.arg(dockerfile).args(options).arg(context));
        let inspected = succeed(self.buildah().args(["inspect", "--type", "image", name]));
        let inspected: Value = serde_json::from_str(&inspected).unwrap();
        let container = succeed(self.buildah().args(["from", "--pull-never", name]));
        let files = succeed(self.buildah().args(["mount", container.trim()]));
        Image { files: files.trim().into(), config: inspected["OCIv1"]["config"].clone() }
    }
}

impl Image {
    /// The paths of all files with their modes, in order.
    fn list(&self) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        let mut folders = vec![self.files.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let metadata = entry.metadata().unwrap();
                if metadata.is_dir() {
                    folders.push(entry.path());
                } else {
                    let path = entry.path().strip_prefix(&self.files).unwrap().display().to_string();
                    found.push((path, metadata.permissions().mode() & 0o777));
                }
            }
        }
        found.sort();
        found
    }

    fn words(&self, name: &str) -> Vec<String> {
        let words = self.config[name].as_array().into_iter().flatten();
        words.map(|word| word.as_str().unwrap().to_owned()).collect()
    }

    /// What it answers to an event when it is run under AWS's emulator, as an engine would run it with
    /// this command.
    fn answer(&self, handler: &str, event: &str) -> Value {
        let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [port, api_port] = ports.map(|listener| listener.local_addr().unwrap().port());
        fs::copy(root().join("target/emulator/aws-lambda-rie"), self.files.join("aws-lambda-rie")).unwrap();
        // An engine mounts devices; to be read as empty, a file will do.
        fs::create_dir_all(self.files.join("dev")).unwrap();
        fs::write(self.files.join("dev/null"), "").unwrap();
        let mut command = Command::new("unshare");
        command
            .arg(format!("--root={}", self.files.display()))
            .arg(format!("--wd={}", self.config["WorkingDir"].as_str().unwrap()))
            .arg("/aws-lambda-rie")
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{port}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{api_port}")])
            .args(self.words("Entrypoint"))
            .arg(handler)
            .env_clear()
            .envs(self.words("Env").iter().filter_map(|variable| variable.split_once('=')));
        let _emulator = Program::start(&mut command);
        let until = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "the emulator does not listen");
            thread::sleep(Duration::from_millis(5));
        }
        let path = "/2015-03-31/functions/function/invocations";
        let reply = Exchange::start(port, "POST", path, &[], event).reply();
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }
}

#[test]
fn a_function_image_holds_the_runtime_and_the_scripts() {
    let Some(builder) = Builder::new() else { return };
    let scripts = builder.path("scripts");
    fs::create_dir_all(scripts.join("lib")).unwrap();
    let script = "import \"lib/sum\" as sum; fn handler(e) { sum::sum(e.a, e.b) }";
    fs::write(scripts.join("main.rhai"), script).unwrap();
    fs::write(scripts.join("lib/sum.rhai"), "fn sum(a, b) { a + b }").unwrap();
    let layer = format!("rhambda={}", builder.layer().display());
    let dockerfile = root().join("docker/function.Dockerfile");
    let image = builder.build("function", &dockerfile, &scripts, &["--build-context", &layer]);

    let expected = [("bootstrap", 0o755), ("var/task/lib/sum.rhai", 0o644), ("var/task/main.rhai", 0o644)];
    assert_eq!(image.list(), expected.map(|(path, mode)| (path.to_owned(), mode)));
    assert_eq!(image.config["Entrypoint"], json!(["/bootstrap"]));
    assert_eq!(image.config["Cmd"], json!(["main.handler"]));
    assert_eq!(image.config["WorkingDir"], "/var/task");
    assert!(image.words("Env").contains(&"LAMBDA_TASK_ROOT=/var/task".to_owned()), "{}", image.config);
    assert_eq!(image.answer("main.handler", r#"{"a":40,"b":2}"#), 42);
    assert_eq!(image.answer("|event|event.a", r#"{"a":[1]}"#), json!([1]));
}

/// On an image that stands in for AWS's: what the Dockerfile adds to it.
#[test]
fn a_runtime_image_has_the_runtime_where_lambda_looks_for_it() {
    let Some(builder) = Builder::new() else { return };
    let stand_in = builder.path("stand-in");
    fs::create_dir(&stand_in).unwrap();
    let base = "FROM scratch\nCOPY lambda-entrypoint.sh /\nENV LAMBDA_RUNTIME_DIR=/var/runtime\n\
                WORKDIR /var/task\nENTRYPOINT [\"/lambda-entrypoint.sh\"]\n";
    fs::write(stand_in.join("Dockerfile"), base).unwrap();
    fs::write(stand_in.join("lambda-entrypoint.sh"), "").unwrap();
    let dockerfile = stand_in.join("Dockerfile");
    builder.build("public.ecr.aws/lambda/provided:al2023", &dockerfile, &stand_in, &[]);

    let dockerfile = root().join("docker/runtime.Dockerfile");
    let image = builder.build("runtime", &dockerfile, &builder.layer(), &[]);
    let runtime = ("var/runtime/bootstrap".to_owned(), 0o755);
    assert!(image.list().contains(&runtime), "{:?}", image.list());
    assert_eq!(image.config["Entrypoint"], json!(["/lambda-entrypoint.sh"]));
    assert_eq!(image.config["Cmd"], Value::Null);
}
