//! `mail`: `tests/formats` reads its messages with Python.

use super::{error, value};

#[test]
fn headers_cannot_be_injected() {
    for (message, problem) in [
        ("#{ from: `a@b.c`, text: ``, subject: \"x\\r\\nBcc: d@e.f\" }", "`subject` of a message has a line break"),
        ("#{ from: `a@b.c`, text: ``, subject: \"x\\nBcc: d@e.f\" }", "`subject` of a message has a line break"),
        ("#{ from: \"a@b.c\\r\\nBcc: d@e.f\", text: `` }", "invalid address"),
        ("#{ from: \"A\\r\\nBcc: d@e.f\\r\\n <a@b.c>\", text: `` }", "`from` of a message has a line break"),
        ("#{ from: #{ name: \"A\\nB\", address: `a@b.c` }, text: `` }", "`from` of a message has a line break"),
        ("#{ from: `a@b.c`, to: [`x@y.z`, \"x@y.z>\\r\\nBcc: d@e.f\"], text: `` }", "invalid address"),
        ("#{ from: `a@b.c`, to: `x@y.z, d@e.f`, text: `` }", "invalid address"),
        ("#{ from: `a@b.c`, to: `x@ü.z`, text: `` }", "invalid address"),
        ("#{ from: `a@b.c`, to: `@`, text: `` }", "invalid address"),
        ("#{ from: `a@b.c`, headers: #{ `X-A`: \"x\\r\\nBcc: d@e.f\" }, text: `` }", "`X-A` of a message has a line break"),
        ("#{ from: `a@b.c`, headers: #{ \"X\\r\\nBcc\": `d@e.f` }, text: `` }", "cannot be among the `headers`"),
        ("#{ from: `a@b.c`, headers: #{ BCC: `d@e.f` }, text: `` }", "cannot be among the `headers`"),
        ("#{ from: `a@b.c`, headers: #{ `content-type`: `x` }, text: `` }", "cannot be among the `headers`"),
        ("#{ from: `a@b.c`, message_id: \"x>\\r\\nBcc: d@e.f\", text: `` }", "is not an ID"),
        ("#{ from: `a@b.c`, text: ``, attachments: [#{ filename: \"a\\r\\nb\", data: `` }] }", "`filename` of a message has a line break"),
        ("#{ from: `a@b.c`, text: ``, attachments: [#{ filename: `a`, content_type: \"a/b\\r\\nX: y\", data: `` }] }", "is not a content type"),
        ("#{ from: `a@b.c`, text: ``, attachments: [#{ filename: `a`, content_type: `multipart/mixed`, data: `` }] }", "cannot be a"),
        ("#{ from: `a@b.c`, html: ``, attachments: [#{ content_id: \"a\\r\\nb\", data: `` }] }", "is not an ID"),
    ] {
        let error = error(&format!("mail::encode({message})"));
        assert!(error.starts_with("MailError: ") && error.contains(problem), "{message}: {error}");
    }
    // What looks like a header in a body stays there.
    assert_eq!(
        value("mail::encode(#{ from: `a@b.c`, text: \"\\r\\n.\\r\\nBcc: d@e.f\\r\\n\" }).as_string().split(\"\\r\\n\\r\\n\")[0].contains(`Bcc`)"),
        "false"
    );
}

#[test]
fn bad_input() {
    for (message, problem) in [
        ("#{}", "a message has one address `from`"),
        ("#{ from: [], text: `` }", "a message has one address `from`"),
        ("#{ from: [`a@b.c`, `d@e.f`], text: `` }", "a message has one address `from`"),
        ("#{ from: `a@b.c` }", "a message has `text`, `html` or both"),
        ("#{ from: 5, text: `` }", "`from` of a message must be an address, not i64"),
        ("#{ from: `a@b.c`, text: 5 }", "`text` of a message must be a string, not i64"),
        ("#{ from: `a@b.c`, text: ``, date: `now` }", "`date` of a message must be a time, not string"),
        ("#{ from: `a@b.c`, text: ``, attachments: [#{ data: `` }] }", "an attachment has a `filename`"),
        (
            "#{ from: `a@b.c`, text: ``, attachments: [#{ filename: `a` }] }",
            "`data` of an attachment must be",
        ),
        ("#{ from: `a@b.c`, text: ``, attachments: [#{ content_id: `a`, data: `` }] }", "need `html`"),
        ("#{ from: `a@b.c`, text: ``, attachments: 5 }", "must be an array"),
    ] {
        let error = error(&format!("mail::encode({message})"));
        assert!(error.starts_with("MailError: ") && error.contains(problem), "{message}: {error}");
    }
    assert!(error("mail::encode(#{ from: `a@b.c`, text: ``, bcc: `d@e.f` })")
        .contains("a message of mail::encode has no field `bcc`"));
}

#[test]
fn dates_are_those_of_the_message() {
    assert_eq!(
        value("mail::encode(#{ from: `a@b.c`, text: ``, date: time::parse(`2026-11-22T09:30:00Z`) }).as_string().contains(`Date: Sun, 22 Nov 2026 09:30:00 +0000`)"),
        "true"
    );
}
