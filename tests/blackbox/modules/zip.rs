//! `zip`: `tests/formats` compares it with other programs.

use super::{error, value};
use crate::function::Function;

#[test]
fn files_come_back() {
    assert_eq!(
        value("let a = zip::encode(#{ `a.txt`: `Hello`, `b/c.bin`: blob(1000, 7), `d/`: `` }); let f = zip::decode(a); [f.keys(), f[`a.txt`].as_string(), f[`b/c.bin`] == blob(1000, 7), zip::list(a).map(|e| e.is_folder)]"),
        r#"[["a.txt","b/c.bin"],"Hello",true,[false,false,true]]"#
    );
    assert_eq!(value("zip::encode(#{ a: `x` }) == zip::encode(#{ a: `x` })"), "true");
    assert_eq!(value("zip::decode(zip::encode(#{}))"), "{}");
}

#[test]
fn archives_are_files_too() {
    assert_eq!(
        value(
            "fs::write(`big.txt`, `0123456789` + `x`); zip::write(`a.zip`, #{ `big.txt`: #{ file: `big.txt` }, `n.txt`: `n` }, #{ level: 9 });
            [zip::list(`a.zip`).map(|e| e.name), zip::read(`a.zip`, `n.txt`).as_string(), zip::extract(`a.zip`, `out/deep`), fs::read(`out/deep/big.txt`), fs::list(`out/deep`)]"
        ),
        r#"[["big.txt","n.txt"],"n",["big.txt","n.txt"],"0123456789x",["big.txt","n.txt"]]"#
    );
}

#[test]
fn bad_input() {
    for (body, problem) in [
        ("zip::list(blob())", "ZipError: not a zip archive"),
        ("zip::list(`no.zip`)", "FsError: the file does not exist: no.zip"),
        ("zip::list(`../x.zip`)", "FsError: the path ../x.zip leads out"),
        ("zip::list(5)", "zip::list expects an archive: a blob or the path of a file, not i64"),
        ("zip::read(zip::encode(#{ a: `` }), `b`)", "ZipError: the archive has no file \"b\""),
        ("zip::encode(#{ `../a`: `` })", "ZipError: the entry \"../a\" is refused"),
        ("zip::encode(#{ `/a`: `` })", "is refused"),
        ("zip::encode(#{ ``: `` })", "is refused"),
        ("zip::encode(#{ a: 5 })", "zip::encode cannot pack i64 as \"a\""),
        ("zip::encode(#{ a: #{ file: `no.txt` } })", "FsError: the file does not exist"),
        ("zip::encode(#{ a: #{ file: `.` } })", "FsError: "),
        ("zip::encode(#{ `a/`: `x` })", "ZipError: the entry \"a/\" is a folder"),
        (
            "zip::encode(#{}, #{ level: 10 })",
            "options of zip::encode: `level` must be an integer from 0 to 9, not 10",
        ),
        ("zip::encode(#{}, #{ speed: 1 })", "unknown option `speed`"),
        (
            "zip::extract(zip::encode(#{ a: `xx` }), `out`, #{ max_size: 1 })",
            "ZipError: the unpacked files exceed the option `max_size`",
        ),
        ("zip::extract(zip::encode(#{ a: `x`, `a/b`: `y` }), `out`)", "FsError: "),
        ("zip::extract(zip::encode(#{ a: `x` }), `../out`)", "FsError: the path ../out leads out"),
    ] {
        let error = error(body);
        assert!(error.contains(problem), "{body}: {error}");
    }
    // Every part of an archive, cut anywhere.
    let cut = "let a = zip::encode(#{ `a.txt`: `Hello, hello` }); for n in 0..a.len { try { zip::decode(a.extract(0, n)); throw `read`; } catch (e) { if e.type != `ZipError` { throw e; } } } 1";
    assert_eq!(value(cut), "1");
}

#[test]
fn bombs_are_errors() {
    let function = Function::main(
        "fn handler(event) { let archive = zip::encode(#{ a: blob(3000000), b: blob(3000000) }); [zip::read(archive, `a`).len, zip::decode(archive).len] }",
    )
    .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "16");
    let (kind, message, _) = function.invoke("{}").error();
    assert_eq!(kind, "ZipError", "{message}");
    assert!(message.contains("exceed 4 MiB, a quarter of the function's memory"), "{message}");
}

#[test]
fn links_are_not_followed() {
    let function =
        Function::main("fn handler(event) { zip::extract(zip::encode(#{ `link`: `evil` }), `out`) }");
    let outside = function.layer_root().join("outside.txt");
    std::fs::write(&outside, "safe").unwrap();
    std::fs::create_dir(function.task_root().join("out")).unwrap();
    std::os::unix::fs::symlink(&outside, function.task_root().join("out/link")).unwrap();
    let (kind, _, _) = function.invoke("{}").error();
    assert_eq!(kind, "FsError");
    assert_eq!(std::fs::read_to_string(outside).unwrap(), "safe");
}
