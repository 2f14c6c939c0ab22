//! `multipart`: `tests/formats` compares it with other programs.

use super::{error, value};

/// A script that decodes this body, with line feeds for line breaks, of the boundary `x`.
fn decode(body: &str) -> String {
    let body = body.replace('\n', "\\r\\n").replace('"', "\\\"");
    format!("multipart::decode(\"{body}\", `multipart/form-data; boundary=x`)")
}

#[test]
fn forms() {
    let part = "--x\nContent-Disposition: form-data; name=\"a\"\n\n";
    assert_eq!(
        value(&format!("{}.fields", decode(&format!("{part}1\n{part}2\n{part}\n--x--")))),
        r#"{"a":["1","2",""]}"#
    );
    assert_eq!(
        value(&format!("{}.fields", decode(&format!("preamble\n{part}1\n--x--\nepilogue")))),
        r#"{"a":"1"}"#
    );
    assert_eq!(value(&decode("--x--\n")), r#"{"fields":{},"files":[]}"#);
    let quoted = "--x\ncontent-disposition: FORM-DATA; filename=\"a;\\\\b.txt\"; name=f\nContent-Type: a/b; c=d\n\nx\n--x--";
    assert_eq!(
        value(&format!(
            "let f = {}.files[0]; [f.name, f.filename, f.content_type, f.data.as_string()]",
            decode(quoted)
        )),
        r#"["f","a;\\b.txt","a/b; c=d","x"]"#
    );
}

#[test]
fn file_names_beyond_ascii_may_be_percent_encoded() {
    for (parameters, filename) in [
        ("filename*=UTF-8''%e2%82%ac%20a.txt", "€ a.txt"),
        ("filename=\"EUR.txt\"; filename*=utf-8'en'%e2%82%ac.txt", "€.txt"),
        ("filename*=iso-8859-1''%e4; filename=a.txt", "a.txt"),
        ("filename*=UTF-8''%ff; filename=a.txt", "a.txt"),
        ("filename*=x; filename=a.txt", "a.txt"),
    ] {
        let body = format!("--x\nContent-Disposition: form-data; name=f; {parameters}\n\nx\n--x--");
        let form = value(&format!("let f = {}; [f.fields, f.files[0].filename]", decode(&body)));
        assert_eq!(form, format!("[{{}},\"{filename}\"]"), "{parameters}");
    }
}

#[test]
fn bad_input() {
    let part = "--x\nContent-Disposition: form-data; name=\"a\"\n\n";
    for (body, problem) in [
        (decode(""), "does not have the boundary"),
        (decode("--y--"), "does not have the boundary"),
        (decode("--x"), "part 1 of the form is cut off"),
        (decode("--x\n"), "do not end within 16 KB"),
        (decode(&format!("{part}1")), "part 1 of the form is cut off"),
        (decode(&format!("{part}1\n{part}")), "part 2 of the form is cut off"),
        (decode("--x\n\n1\n--x--"), "part 1 has no header `Content-Disposition"),
        (decode("--x\nContent-Disposition: attachment; name=a\n\n1\n--x--"), "part 1 has no header `Content-Disposition"),
        (decode("--x\nContent-Disposition: form-data; filename=a\n\n1\n--x--"), "part 1 has no header `Content-Disposition"),
        ("multipart::decode(``, `multipart/form-data`)".to_owned(), "has no valid boundary"),
        ("multipart::decode(``, `multipart/form-data; boundary=`)".to_owned(), "has no valid boundary"),
        ("multipart::decode(``, `text/plain`)".to_owned(), "is not multipart/form-data"),
        ("multipart::decode(#{})".to_owned(), "has no header `content-type`"),
        ("multipart::decode(#{ headers: #{ `content-type`: `multipart/form-data; boundary=x` } })".to_owned(), "has no body"),
        ("multipart::decode(#{ headers: #{ `content-type`: `multipart/form-data; boundary=x` }, body: `*`, isBase64Encoded: true })".to_owned(), "not valid base64"),
        ("multipart::encode([5])".to_owned(), "part 1 must be a map"),
        ("multipart::encode([#{ name: `a` }])".to_owned(), "`data` of part 1 must be a string or a blob"),
        ("multipart::encode([#{ name: `a`, data: ``, content_type: \"a\\r\\nb\" }])".to_owned(), "`content_type` of part 1 is invalid"),
    ] {
        let error = error(&body);
        assert!(error.starts_with("MultipartError: ") && error.contains(problem), "{body}: {error}");
    }
    assert!(error("multipart::encode([#{ nam: `a` }])").contains("has no field `nam`"));
    assert!(error(
        &decode(&format!("{part}\u{1}\n--x--"))
            .replace('\u{1}', "\".to_blob() + blob(1, 255) + \"")
            .replace("--x--\", ", "--x--\".to_blob(), ")
    )
    .contains("the field \"a\" is not valid UTF-8"));
    let many = format!("let part = \"{}\"; let body = \"\"; body.pad(part.len * 100000, part); multipart::decode(body + \"--x--\", `multipart/form-data; boundary=x`)", format!("{part}1\n").replace('\n', "\\r\\n").replace('"', "\\\""));
    assert!(error(&many).contains("more than 1000 parts"));
    let long = "let head = \"\"; head.pad(20000, `a`); multipart::decode(\"--x\\r\\n\" + head, `multipart/form-data; boundary=x`)";
    assert!(error(long).contains("do not end within 16 KB"));
}
