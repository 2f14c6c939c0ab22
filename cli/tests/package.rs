//! `rhambda package`, from the outside.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::{symlink, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use zip::ZipArchive;

/// A function's folder, and room beside it.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::create_dir(folder.path()).unwrap();
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("function")
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs `rhambda package` beside the folder.
    fn package(&self, options: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_rhambda"))
            .args(["package", "--dir", "function"])
            .args(options)
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    /// The names in the zip.
    fn packed(&self, options: &[&str]) -> Vec<String> {
        let output = self.package(options);
        assert!(output.status.success(), "{output:?}");
        let mut zip = self.zip();
        (0..zip.len()).map(|index| zip.by_index(index).unwrap().name().unwrap().into_owned()).collect()
    }

    fn zip(&self) -> ZipArchive<File> {
        ZipArchive::new(File::open(self.0.path().join("function.zip")).unwrap()).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.0.path().join("function.zip")).unwrap()
    }

    /// What is said when there is no package.
    fn refusal(&self, options: &[&str]) -> String {
        let output = self.package(options);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(!self.0.path().join("function.zip").exists(), "there is a zip all the same");
        String::from_utf8(output.stderr).unwrap().replace(self.0.path().to_str().unwrap(), "…")
    }
}

fn program(machine: u8) -> Vec<u8> {
    let mut program = b"\x7fELF".to_vec();
    program.resize(64, 0);
    program[18] = machine;
    program
}

#[test]
fn a_folder_becomes_a_zip() {
    let folder = Folder::new(&[("main.rhai", "fn handler() { 1 }"), ("lib/deep/money.rhai", "fn f() {}")]);
    folder.write("data/größe und länge.csv", "a,b");
    let output = folder.package(&["--handler", "main.handler"]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let length = folder.bytes().len();
    assert!(said.starts_with(&format!("function.zip: 3 files, {length} bytes, SHA-256 ")), "{said}");
    assert_eq!(folder.packed(&[]), ["data/größe und länge.csv", "lib/deep/money.rhai", "main.rhai"]);
    let mut text = String::new();
    folder.zip().by_name("main.rhai").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "fn handler() { 1 }");
}

#[test]
fn others_can_read_the_zip() {
    let folder = Folder::new(&[("größe und länge.rhai", "1"), ("ソース/a b.rhai", "2")]);
    folder.packed(&[]);
    let script = "import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print([(i.filename, oct(i.external_attr >> 16), i.date_time) for i in z.infolist()])";
    let output =
        Command::new("python3").args(["-c", script, "function.zip"]).current_dir(folder.0.path()).output();
    let output = output.expect("Python 3");
    let expected = "[('größe und länge.rhai', '0o100644', (1980, 1, 1, 0, 0, 0)), \
                    ('ソース/a b.rhai', '0o100644', (1980, 1, 1, 0, 0, 0))]";
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        expected,
        "{output:?}",
        output = output.stderr
    );
}

#[test]
fn the_same_files_make_the_same_bytes() {
    let files = [("main.rhai", "fn handler() { 1 }"), ("b/x.txt", "x"), ("a.txt", "a")];
    let one = Folder::new(&files);
    one.packed(&[]);
    let mut reversed = files;
    reversed.reverse();
    let other = Folder::new(&reversed);
    let path = other.path().join("a.txt");
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30))
        .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    other.packed(&[]);
    assert!(one.bytes() == other.bytes());
    // The zip itself, in the folder or not, is no part of it.
    let inside =
        Command::new(env!("CARGO_BIN_EXE_rhambda")).arg("package").current_dir(one.path()).output().unwrap();
    assert!(inside.status.success(), "{inside:?}");
    one.packed(&[]);
    assert!(one.bytes() == other.bytes());
    assert!(fs::read(one.path().join("function.zip")).unwrap() == other.bytes());
}

#[test]
fn the_zip_is_not_packed_into_the_next_one() {
    let folder = Folder::new(&[("main.rhai", "1"), ("lib/a.rhai", "2"), ("lib/data.zip", "x")]);
    assert_eq!(folder.packed(&[]), ["lib/a.rhai", "lib/data.zip", "main.rhai"]);
    let bytes = folder.bytes();
    for output in ["function/o.zip", "function/lib/o.zip", "function/lib/../o.zip"] {
        for _ in 0..2 {
            let said = folder.package(&["-o", output]);
            assert!(said.status.success(), "{said:?}");
            assert!(fs::read(folder.0.path().join(output)).unwrap() == bytes, "{output}");
        }
        fs::remove_file(folder.0.path().join(output)).unwrap();
    }
    // By a link it is the same file.
    symlink("o.zip", folder.path().join("link.zip")).unwrap();
    folder.write("o.zip", "");
    for output in ["function/o.zip", "function/link.zip"] {
        assert!(folder.package(&["-o", output]).status.success());
        assert!(fs::read(folder.path().join("o.zip")).unwrap() == bytes, "{output}");
    }
}

#[test]
fn what_is_ignored_is_left_out() {
    let folder = Folder::new(&[
        ("main.rhai", "1"),
        (".git/config", "x"),
        (".env", "SECRET=1"),
        ("rhambda.toml", ""),
        ("lib/rhambda.toml", ""),
        ("notes.md", ""),
        ("lib/notes.md", ""),
        ("lib/keep.md", ""),
        ("tests/a.rhai", "not a script"),
        ("lib/only-here.txt", ""),
        (".gitignore", "main.rhai"),
        (".ignore", "main.rhai"),
        (".rhambdaignore", "# comment\n*.md\n!keep.md\n/tests/\n"),
        ("lib/.rhambdaignore", "only-here.txt\n"),
        (".keep", ""),
    ]);
    assert_eq!(folder.packed(&[]), ["lib/keep.md", "lib/rhambda.toml", "main.rhai"]);
    folder.write(".rhambdaignore", "*.md\ntests\n!.keep\n");
    assert_eq!(folder.packed(&[]), [".keep", "lib/rhambda.toml", "main.rhai"]);
    folder.write(".rhambdaignore", "*.{md,txt,toml}\ntests\n");
    assert_eq!(folder.packed(&[]), ["main.rhai"]);
}

#[test]
fn what_cannot_be_read_of_an_ignore_file_is_said() {
    let folder = Folder::new(&[("main.rhai", "1"), ("lib/a.rhai", "2"), ("secret.txt", "")]);
    let form = "the file must be UTF-8, with one .gitignore pattern per line";
    for name in [".rhambdaignore", "lib/.rhambdaignore"] {
        for (text, problem) in [
            (&b"caf\xe9.txt\nsecret.txt\n"[..], "line 1: stream did not contain valid UTF-8"),
            (b"secret.txt\n\xff", "line 2: stream did not contain valid UTF-8"),
            (b"# a{\na{\n", "line 2: error parsing glob 'a{'"),
            (b"*.md\n[z-a]", "line 2: error parsing glob '[z-a]'"),
        ] {
            let path = folder.write(name, text);
            let said = folder.refusal(&[]);
            assert!(said.starts_with(&format!("rhambda: …/function/{name}: {problem}")), "{said}");
            assert!(said.ends_with(&format!(": {form}\n")), "{said}");
            fs::remove_file(path).unwrap();
        }
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        let said = folder.refusal(&[]);
        assert_eq!(
            said,
            format!("rhambda: …/function/{name}: line 1: Is a directory (os error 21): {form}\n")
        );
        fs::remove_dir(&path).unwrap();
        symlink("nowhere", &path).unwrap();
        let said = folder.refusal(&[]);
        assert_eq!(
            said,
            format!("rhambda: …/function/{name}: No such file or directory (os error 2): {form}\n")
        );
        fs::remove_file(&path).unwrap();
    }
    // What is left out is not looked into.
    folder.write(".rhambdaignore", "lib\nsecret.txt");
    folder.write("lib/.rhambdaignore", "a{");
    assert_eq!(folder.packed(&[]), ["main.rhai"]);
}

#[test]
fn links_to_files_of_the_folder_are_followed() {
    let folder = Folder::new(&[("main.rhai", "1"), ("lib/a.rhai", "2")]);
    symlink("lib/a.rhai", folder.path().join("b.rhai")).unwrap();
    assert_eq!(folder.packed(&[]), ["b.rhai", "lib/a.rhai", "main.rhai"]);
    let mut text = String::new();
    folder.zip().by_name("b.rhai").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "2");
}

#[test]
fn links_to_files_that_are_left_out_are_refused() {
    let folder = Folder::new(&[
        ("main.rhai", "1"),
        (".env", "SECRET=1"),
        ("notes.txt", "x"),
        (".rhambdaignore", "notes.txt"),
    ]);
    let link = folder.path().join("link");
    for target in [".env", "notes.txt"] {
        symlink(target, &link).unwrap();
        let said = folder.refusal(&[]);
        let expected = format!("rhambda: link is a symbolic link to {target}, which the package excludes: ");
        assert!(said.starts_with(&expected), "{said}");
        fs::remove_file(&link).unwrap();
    }
}

#[test]
fn control_characters_of_names_are_shown() {
    let folder = Folder::new(&[("main.rhai", "1"), ("bad\x1b[2J.rhai", "1 +")]);
    let said = folder.refusal(&[]);
    assert!(said.contains("bad\\u{1b}[2J.rhai") && !said.contains('\x1b'), "{said}");
}

#[test]
fn other_links_are_refused() {
    let folder = Folder::new(&[("main.rhai", "1"), ("lib/a.rhai", "2")]);
    let secret = folder.0.path().join("secret");
    fs::write(&secret, "").unwrap();
    let link = folder.path().join("link");
    let what_to_do = "copy the target, or exclude the link in .rhambdaignore";
    for (target, reason) in [
        (
            secret.to_str().unwrap(),
            format!("link is a symbolic link out of the folder, …/secret: {what_to_do}\n"),
        ),
        ("..", format!("link is a symbolic link out of the folder, …: {what_to_do}\n")),
        ("lib", format!("link is a symbolic link to a folder, …/function/lib: {what_to_do}\n")),
        (".", format!("link is a symbolic link to a folder, …/function: {what_to_do}\n")),
        ("nowhere", "the symbolic link link is broken: No such file or directory (os error 2)\n".into()),
    ] {
        symlink(target, &link).unwrap();
        assert_eq!(folder.refusal(&[]), format!("rhambda: {reason}"));
        folder.write(".rhambdaignore", "link");
        assert_eq!(folder.packed(&[]), ["lib/a.rhai", "main.rhai"], "{target}");
        for file in [&link, &folder.path().join(".rhambdaignore"), &folder.0.path().join("function.zip")] {
            fs::remove_file(file).unwrap();
        }
    }
}

#[test]
fn scripts_are_checked() {
    let folder =
        Folder::new(&[("a.rhai", "fn handler() {\n  let x = ;\n}"), ("lib/b.rhai", "1 +"), ("c.rhai", "1")]);
    let said = folder.refusal(&["--handler", "c.handler"]);
    assert!(
        said.contains("a.rhai:2:11") && said.contains("lib/b.rhai:1:4") && said.contains("let x = ;"),
        "{said}"
    );
    assert_eq!(folder.packed(&["--no-check"]).len(), 3);
}

#[test]
fn deep_nesting_is_no_crash() {
    let folder = Folder::new(&[]);
    folder.write("main.rhai", format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)));
    assert!(folder.refusal(&[]).contains("main.rhai:1:"));
}

#[test]
fn the_handler_must_be_there() {
    let folder =
        Folder::new(&[("main.rhai", "fn handle(event) { 1 }"), ("lib/a.rhai", "fn f(a, b, c, d) {}")]);
    for (handler, reason) in [
        (
            "main.handler",
            "Runtime.HandlerNotFound: the function `handler` does not exist in main.rhai; it has `handle(event)`",
        ),
        ("lib/a.f", "has 4 parameters"),
        ("mian.handle", "Runtime.ImportModuleError: the script mian.rhai does not exist."),
        ("main", ""),
        (
            "../main.handle",
            "Runtime.MalformedHandlerName: the handler \"../main.handle\" is invalid",
        ),
        ("|event|event.a", ""),
        ("|event|event.", "Runtime.UserCodeSyntaxError"),
    ] {
        if reason.is_empty() {
            folder.packed(&["--handler", handler]);
            fs::remove_file(folder.0.path().join("function.zip")).unwrap();
        } else {
            let said = folder.refusal(&["--handler", handler]);
            assert!(said.contains(reason), "{handler}: {said}");
        }
    }
    for handler in ["|event| event.a", "ma in.handler", ""] {
        let output = folder.package(&["--handler", handler, "--no-check"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(&format!("error: the handler \"{handler}\" is invalid: ")), "{said}");
    }
    folder.write("rhambda.toml", "handler = \"main.handler\"");
    assert!(folder.refusal(&[]).contains("HandlerNotFound"), "the one in rhambda.toml counts");
    folder.write("rhambda.toml", "handler = \"main.handle\"");
    folder.write(".rhambdaignore", "main.rhai");
    let said = folder.refusal(&[]);
    assert_eq!(said, "rhambda: the handler's script main.rhai exists, but .rhambdaignore or a dot in its path excludes it\n");
}

#[test]
fn a_folder_without_scripts_is_refused() {
    let folder = Folder::new(&[("main.py", "")]);
    let said = folder.refusal(&[]);
    assert_eq!(
        said,
        "rhambda: …/function contains no scripts: a function requires a file whose name ends in .rhai\n"
    );
    // A function in the handler setting needs none.
    assert_eq!(folder.packed(&["--handler", "|event|event"]), ["main.py"]);
    let empty = Folder::new(&[]);
    assert!(empty.refusal(&["--handler", "|event|event"]).contains("Lambda rejects empty packages"));
}

#[test]
fn the_runtime_can_be_in_it() {
    let folder = Folder::new(&[("main.rhai", "1"), ("a.sh", "")]);
    let beside = folder.0.path().join("build");
    fs::write(&beside, program(62)).unwrap();
    fs::set_permissions(folder.path().join("a.sh"), fs::Permissions::from_mode(0o700)).unwrap();
    let output = folder.package(&["--with-bootstrap", "build"]);
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("3 files with the runtime for x86_64, "),
        "{output:?}"
    );
    let mut zip = folder.zip();
    let mut mode = |name| zip.by_name(name).unwrap().unix_mode();
    assert_eq!(
        (mode("bootstrap"), mode("a.sh"), mode("main.rhai")),
        (Some(0o100_755), Some(0o100_755), Some(0o100_644))
    );
    // In rhambda.toml it is relative to the folder.
    folder.write("rhambda.toml", "with-bootstrap = \"../build\"");
    assert!(folder.packed(&[]).contains(&"bootstrap".to_owned()));
    fs::remove_file(folder.0.path().join("function.zip")).unwrap();
    fs::write(&beside, "#!/bin/sh").unwrap();
    assert!(folder.refusal(&[]).contains("../build: the file is not a Linux program"));
    fs::write(&beside, program(183)).unwrap();
    folder.write("bootstrap", "");
    assert!(folder.refusal(&[]).contains("the folder contains a file bootstrap"));
}

#[test]
fn large_packages_are_warned_of() {
    let folder = Folder::new(&[("main.rhai", "1")]);
    folder.packed(&[]);
    assert_eq!(folder.package(&[]).stderr, b"");
    // What cannot be compressed: a simple generator's numbers.
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..4 << 20)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    folder.write("noise", noise);
    let output = folder.package(&[]);
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "warning: above 3 MB the console's editor does not open a function's code\n");
}

#[test]
fn what_lambda_cannot_unpack_is_refused() {
    let folder = Folder::new(&[("main.rhai", "1")]);
    File::create(folder.path().join("zeros")).unwrap().set_len(251 << 20).unwrap();
    let said = folder.refusal(&[]);
    assert!(said.contains("the files have 251 MB; Lambda accepts at most 250 MB"), "{said}");
}

#[test]
fn other_trouble_is_named() {
    let folder = Folder::new(&[("main.rhai", "1")]);
    let socket = UnixListener::bind(folder.path().join("socket")).unwrap();
    assert!(folder.refusal(&[]).contains("socket is neither a file nor a folder"));
    drop(socket);
    fs::remove_file(folder.path().join("socket")).unwrap();
    folder.write("main.rhai", b"\xff\xfe");
    assert!(folder.refusal(&[]).contains("main.rhai is not UTF-8"));
    folder.write("main.rhai", "1");
    let output = folder.package(&["--output", "none/x.zip"]);
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "rhambda: none/x.zip cannot be written: No such file or directory (os error 2)\n"
    );
    folder.write("rhambda.toml", "handler = 1\n");
    let output = folder.package(&[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("rhambda.toml: TOML parse error at line 1, column 11"), "{said}");
    let output =
        Command::new(env!("CARGO_BIN_EXE_rhambda")).args(["package", "--dir", "none"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn what_only_developers_need_is_left_out() {
    let folder = Folder::new(&[
        ("main.rhai", "fn handler() {}"),
        ("main.test.rhai", "fn test_it( not a script"),
        ("tests/helper.rhai", "not a script"),
        ("events/s3.json", "{}"),
        ("lib/events/data.json", "{}"),
        ("lib/README.md", "about"),
        ("README.md", "about"),
        ("README", "about"),
        ("readings.json", "[]"),
    ]);
    assert_eq!(folder.packed(&[]), ["main.rhai", "readings.json"]);
    folder.write("rhambda.toml", "include = [\"lib/events/\", \"/README.md\"]");
    assert_eq!(folder.packed(&[]), ["README.md", "lib/events/data.json", "main.rhai", "readings.json"]);
    folder.write(".rhambdaignore", "*.md\n");
    assert_eq!(folder.packed(&[]), ["lib/events/data.json", "main.rhai", "readings.json"]);
}

#[test]
fn private_keys_are_refused() {
    let key = "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";
    let folder = Folder::new(&[("main.rhai", "fn handler() {}"), ("keys/server.pem", key)]);
    assert_eq!(
        folder.refusal(&[]),
        "rhambda: keys/server.pem contains a private key: exclude it in .rhambdaignore, or list it under \
         `include` in rhambda.toml if the function requires it\n"
    );
    folder.write("rhambda.toml", "include = [\"keys/server.pem\"]");
    assert_eq!(folder.packed(&[]), ["keys/server.pem", "main.rhai"]);
    folder.write("rhambda.toml", "");
    folder.write("keys/server.pem", "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----\n");
    assert_eq!(folder.packed(&[]), ["keys/server.pem", "main.rhai"]);
}

#[test]
fn patterns_to_include_that_are_wrong_are_refused() {
    let folder = Folder::new(&[("main.rhai", "fn handler() {}"), ("rhambda.toml", "include = [\"a{\"]")]);
    assert!(
        folder.refusal(&[]).starts_with("rhambda: `include` in rhambda.toml: "),
        "{}",
        folder.refusal(&[])
    );
}
