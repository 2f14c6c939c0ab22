//! `fs::…`.

use crate::function::Function;
use fake_runtime_api::FakeRuntimeApi;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use test_support::small_disk::SmallDisk;

fn function(body: &str) -> Function {
    Function::main(&format!("fn handler(event) {{ {body} }}"))
        .file("data/greeting.txt", "Grüezi\n")
        .file("data/bytes.bin", [0, 255, 10])
        .file("data/empty", "")
        .file("data/in/side.txt", "x")
}

/// What a handler body returns, as JSON text.
fn value(body: &str) -> String {
    function(body).invoke("{}").answer.text().to_owned()
}

/// Whether a body ends with an error of this type and message; in it, `ROOT` is the task root.
#[track_caller]
fn fails(body: &str, kind: &str, message: &str) {
    let function = function(body);
    let (found, text, stack) = function.invoke("{}").error();
    let message = message.replace("ROOT", &function.task_root().to_string_lossy());
    assert_eq!((found.as_str(), text), (kind, message), "{body}");
    assert!(stack[0].starts_with("at handler (main.rhai:1:"), "{stack:?}");
}

#[test]
fn files_are_read() {
    assert_eq!(value("fs::read(\"data/greeting.txt\")"), "\"Grüezi\\n\"");
    assert_eq!(value("fs::read(\"./data/../data/greeting.txt\").len"), "7");
    assert_eq!(value("fs::read_blob(\"data/bytes.bin\").len"), "3");
    assert_eq!(value("let b = fs::read_blob(\"data/bytes.bin\"); [b[0], b[1]]"), "[0,255]");
    assert_eq!(value("[fs::read(\"data/empty\"), fs::read_blob(\"data/empty\").len]"), r#"["",0]"#);
    assert_eq!(value("fs::read(\"/proc/self/comm\")"), "\"bootstrap\\n\"");
}

#[test]
fn files_are_written() {
    assert_eq!(
        value(
            "fs::write(\"a.txt\", \"one\"); fs::append(\"a.txt\", \" two\"); fs::append(\"b.txt\", \"new\"); \
             fs::write(\"c.bin\", blob(2, 255)); fs::append(\"c.bin\", blob(1, 1)); \
             fs::write(\"data/greeting.txt\", \"\"); \
             [fs::read(\"a.txt\"), fs::read(\"b.txt\"), fs::read_blob(\"c.bin\"), fs::read(\"data/greeting.txt\")]"
        ),
        r#"["one two","new","//8B",""]"#
    );
}

#[test]
fn folders_are_made_listed_and_removed() {
    assert_eq!(value("fs::list(\"data\")"), r#"["bytes.bin","empty","greeting.txt","in/"]"#);
    assert_eq!(value("fs::list(\".\")"), r#"["data/","main.rhai"]"#);
    assert_eq!(
        value(
            "fs::make_dir(\"x/y\"); fs::make_dir(\"x/y\"); fs::write(\"x/y/z\", \"\"); \
             let before = [fs::exists(\"x\"), fs::exists(\"x/y/z\"), fs::list(\"x\"), fs::list(\"x/y/\")]; \
             let removed = [fs::remove(\"x/y/z\"), fs::remove(\"x/y\"), fs::remove(\"x/y\"), fs::remove(\"main.rhai/x\")]; \
             [before, removed, fs::exists(\"x/y\"), fs::list(\"x\")]"
        ),
        r#"[[true,true,["y/"],["z"]],[true,true,false,false],false,[]]"#
    );
}

#[test]
fn absolute_paths_are_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.txt");
    let path = path.to_str().unwrap();
    assert_eq!(value(&format!("fs::write(\"{path}\", \"hi\"); fs::read(\"{path}\")")), "\"hi\"");
    assert_eq!(fs::read_to_string(path).unwrap(), "hi");
}

#[test]
fn what_is_not_there() {
    fails("fs::read(\"data/x.json\")", "FsError", "the file does not exist: data/x.json (task root ROOT)");
    fails("fs::read_blob(\"/nowhere/x\")", "FsError", "the file does not exist: /nowhere/x");
    fails("fs::list(\"nope\")", "FsError", "the folder does not exist: nope (task root ROOT)");
    fails(
        "fs::write(\"no/x.txt\", \"\")",
        "FsError",
        "cannot write no/x.txt (task root ROOT): its folder does not exist; create it with fs::make_dir",
    );
    fails("fs::read(\"\")", "FsError", "the path is empty; the task root is \".\"");
    assert_eq!(
        value("[fs::exists(\"nope\"), fs::exists(\"main.rhai/x\"), fs::exists(\"a\\x00b\")]"),
        "[false,false,false]"
    );
}

#[test]
fn what_is_something_else() {
    fails(
        "fs::read(\"data\")",
        "FsError",
        "cannot read data (task root ROOT): it is a folder; fs::list lists its contents",
    );
    fails(
        "fs::write(\"data\", \"x\")",
        "FsError",
        "cannot write data (task root ROOT): it is a folder; fs::list lists its contents",
    );
    fails(
        "fs::list(\"main.rhai\")",
        "FsError",
        "cannot list main.rhai (task root ROOT): it is a file, not a folder",
    );
    fails(
        "fs::read(\"main.rhai/x\")",
        "FsError",
        "cannot read main.rhai/x (task root ROOT): a part of the path is a file, not a folder",
    );
    fails(
        "fs::make_dir(\"main.rhai\")",
        "FsError",
        "cannot make main.rhai (task root ROOT): a file of that name exists",
    );
    fails(
        "fs::remove(\"data\")",
        "FsError",
        "cannot remove data (task root ROOT): the folder is not empty; remove its contents first",
    );
    fails(
        "fs::read(\"/dev/zero\")",
        "FsError",
        "cannot read /dev/zero: it is a device or a pipe, not a file",
    );
    fails(
        "fs::write(\"/dev/null\", \"x\")",
        "FsError",
        "cannot write /dev/null: it is a device or a pipe, not a file",
    );
    fails(
        "fs::read(\"data/bytes.bin\")",
        "FsError",
        "data/bytes.bin (task root ROOT) is not valid UTF-8 (at byte 2); use fs::read_blob",
    );
}

#[test]
fn a_pipe_stops_nothing() {
    let function = function("fs::read(\"pipe\")");
    assert!(Command::new("mkfifo").arg(function.task_root().join("pipe")).status().unwrap().success());
    let (_, message, _) = function.invoke("{}").error();
    assert!(message.contains("a device or a pipe"), "{message}");
}

#[test]
fn a_link_is_removed_and_not_what_it_leads_to() {
    let function = function(
        "[fs::read(\"link/side.txt\"), fs::list(\".\"), fs::remove(\"link\"), fs::list(\"data/in\")]",
    );
    symlink("data/in", function.task_root().join("link")).unwrap();
    let answer = function.invoke("{}").answer;
    assert_eq!(answer.text(), r#"["x",["data/","link/","main.rhai"],true,["side.txt"]]"#);
}

#[test]
fn what_may_not_be_done() {
    // Not even root makes files there; how the system puts it depends on who asks, and where.
    for (call, doing) in
        [("write(\"/sys/kernel/x\", \"\")", "write"), ("make_dir(\"/sys/kernel/x\")", "make")]
    {
        let (kind, message, _) = function(&format!("fs::{call}")).invoke("{}").error();
        assert_eq!(kind, "FsError");
        assert!(message.starts_with(&format!("cannot {doing} /sys/kernel/x: ")), "{message}");
        assert!(message.ends_with("; in Lambda, only /tmp is writable"), "{message}");
    }
}

#[test]
fn wrong_types() {
    fails(
        "fs::write(\"x\", #{ a: 1 })",
        "MismatchedTypes",
        "cannot write map to x (task root ROOT): pass a string or a blob. \
         json::encode converts any other value",
    );
    fails("fs::read(5)", "FunctionNotFound", "Function not found: fs::read (i64). `read` takes (string)");
    assert_eq!(value("try { fs::read(\"nope\") } catch (e) { return e.type; }"), "\"FsError\"");
}

#[test]
fn texts_of_many_pieces_are_read_whole() {
    // Characters of two to four bytes, cut at each place by the pieces in which a text is read.
    for shift in 0..12 {
        let text = ["x".repeat(shift), "ü€😀".repeat(40_000)].concat();
        let function = function(
            "let text = fs::read(\"long\"); [text.bytes, text.to_blob() == fs::read_blob(\"long\")]",
        );
        let function = function.file("long", &text);
        assert_eq!(function.invoke("{}").answer.text(), format!("[{},true]", text.len()));
    }
    let cut = &"€".repeat(50_000).into_bytes()[..149_999];
    let function = function("fs::read(\"cut\")").file("cut", cut);
    assert!(function.invoke("{}").error().1.contains("(at byte 149998)"));
    let broken = [&b"x".repeat(70_000)[..], b"\xffx"].concat();
    let function = self::function("fs::read(\"broken\")").file("broken", broken);
    assert!(function.invoke("{}").error().1.contains("(at byte 70001)"));
}

#[test]
fn a_large_file_is_not_copied() {
    const SIZE: usize = 64 << 20;
    let peak = |body: &str, content: &[u8]| {
        let function = function(body).file("large", content);
        let api = FakeRuntimeApi::new().event("{}").start();
        let process = function.start(&api);
        let answer = api.wait_for_answers(1).remove(0);
        assert_eq!(answer.text(), SIZE.to_string());
        process.peak_memory()
    };
    let limit = u64::try_from(SIZE / 1024 * 3 / 2).unwrap();
    let text = vec![b'x'; SIZE];
    for body in [
        "fs::read(\"large\").len",
        "fs::read_blob(\"large\").len",
        "let text = fs::read(\"large\"); fs::write(\"copy\", text); fs::append(\"copy\", text); text.len",
    ] {
        let peak = peak(body, &text);
        assert!(peak < limit, "{body}: {peak} KiB");
    }
}

#[test]
fn relative_paths_stay_under_the_task_root() {
    for call in [
        "read(P)",
        "read_blob(P)",
        "exists(P)",
        "list(P)",
        "remove(P)",
        "make_dir(P)",
        "write(P, 1)",
        "append(P, 1)",
    ] {
        for path in ["..", "../x", "../../x", "data/../../x", "./../x"] {
            fails(
                &format!("fs::{}", call.replace('P', &format!("`{path}`"))),
                "FsError",
                &format!(
                    "the path {path} leads out of the task root ROOT; use an absolute path for files elsewhere"
                ),
            );
        }
    }
    assert_eq!(value("fs::exists(`data/in/../../data/empty`)"), "true");
}

#[test]
fn files_that_have_nothing_to_read_yet_or_too_much_do_not_hang() {
    for path in ["/proc/kmsg", "/proc/kcore", "/dev/stdin", "/dev/null", "/proc/self/fd/0"] {
        let function = function(&format!("fs::read_blob(`{path}`).len"));
        let start = std::time::Instant::now();
        let answer = function.invoke("{}").answer;
        assert_eq!(answer.json()["errorType"], "FsError", "{path}: {}", answer.text());
        assert!(start.elapsed() < std::time::Duration::from_secs(2), "{path}");
    }
    let large = function("fs::read_blob(`large`).len");
    fs::File::create(large.task_root().join("large")).unwrap().set_len(65 << 20).unwrap();
    let (kind, message, _) = large.invoke("{}").error();
    assert_eq!(kind, "FsError");
    assert!(
        message.ends_with(
            "it has more than 64 MB, half of the function's memory. Give the function more memory"
        ),
        "{message}"
    );
}

#[test]
fn a_full_disk_is_an_error_and_what_is_removed_makes_room() {
    let Some(disk) = SmallDisk::new(64) else { return };
    let disk = disk.path().display();
    for (function, file) in [("write", "a"), ("append", "b")] {
        fails(
            &format!("fs::{function}(\"{disk}/{file}\", blob(100_000, 1))"),
            "FsError",
            &format!(
                "cannot write {disk}/{file}: no space is left; raise the function's ephemeral storage (/tmp)"
            ),
        );
    }
    assert_eq!(
        value(&format!(
            "fs::remove(\"{disk}/a\"); fs::write(\"{disk}/c\", \"there\"); fs::read(\"{disk}/c\")"
        )),
        "\"there\""
    );
}
