//! Options of functions: scripts with a mistake in them, and scripts that look alike and have none.

mod support;

use rhambda_analysis::{Finding, Settings};
use support::{findings, shown, with_settings};

/// What is found in a function with this body, whose parameters are `x` and `y`.
fn all(body: &str) -> Vec<Finding> {
    findings(&[("a.rhai", &format!("fn f(x, y) {{ {body} }}"))], None)
}

/// Each of these bodies has one finding, with this message.
fn found(bodies: &[(&str, &str)]) {
    for (body, message) in bodies {
        let all = all(body);
        let messages: Vec<_> = all.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, [*message], "{body}");
        let code = if body.contains("aws::") { "aws-parameter" } else { "argument-value" };
        assert_eq!(all[0].code.name(), code, "{body}");
    }
}

/// Nothing is found in these bodies.
fn clean(bodies: &[&str]) {
    for body in bodies {
        let all: Vec<_> = all(body).iter().map(shown).collect();
        assert_eq!(all, [""; 0], "{body}");
    }
}

#[test]
fn names_of_every_module_are_known() {
    found(&[
        ("aes_gcm::encrypt(x, y, #{ add: x })", "unknown option `add`"),
        ("aws::converse(x, y, #{ max_token: 5 })", "unknown option `max_token`"),
        ("aws::lambda_invoke(x, y, #{ alias: y })", "unknown option `alias`"),
        ("aws::s3_put(x, y, x, #{ contenttype: y })", "unknown option `contenttype`"),
        ("aws::sqs_send_all(x, [y], #{ group: y })", "unknown option `group`"),
        ("batch::process(x, |r| r, #{ max_attempt: 3 })", "unknown option `max_attempt`"),
        ("csv::decode(x, #{ separator: \";\" })", "unknown option `separator`"),
        ("flags::app_config(\"a\", \"b\", \"c\", #{ maxage: x })", "unknown option `maxage`"),
        ("hkdf::derive(x, #{ len: 5 })", "unknown option `len`"),
        ("http::all([x, #{ url: y, timout: 5 }])", "unknown option `timout`"),
        ("idempotency::run(#{ tabel: x, key: y }, || 1)", "unknown option `tabel`"),
        ("jwt::sign(x, #{ secert: y })", "unknown option `secert`"),
        ("jwt::verify(x, #{ secret: y, audiences: [x] })", "unknown option `audiences`"),
        ("log::buffer(#{ size: 5 })", "unknown option `size`"),
        ("markdown::to_html(x, #{ raw: true })", "unknown option `raw`"),
        ("number::format(x, #{ digits: 2 })", "unknown option `digits`"),
        ("parameters::secret(x, #{ version: y })", "unknown option `version`"),
        ("password::hash(x, #{ rounds: 5 })", "unknown option `rounds`"),
        ("postgres::connect(x, #{ sslmode: y })", "unknown option `sslmode`"),
        ("postgres::connect(#{ host: x, user: y, pasword: x })", "unknown option `pasword`"),
        ("redis::connect(x, #{ timeoutt: 1 })", "unknown option `timeoutt`"),
        ("router::cookie(x, y, #{ httponly: true })", "unknown option `httponly`"),
        ("router::create(#{ base: x })", "unknown option `base`"),
        ("smtp::send(x, y, #{ starttls: true })", "unknown option `starttls`"),
        ("sql::connect(#{ resource: x, secret: y, db: x })", "unknown option `db`"),
        ("template::render_string(x, #{}, #{ autoescape: true })", "unknown option `autoescape`"),
        ("totp::verify(x, y, #{ windows: 1 })", "unknown option `windows`"),
        ("validate::check(x, y, #{ format: true })", "unknown option `format`"),
        ("websocket::connect(x, #{ header: y })", "unknown option `header`"),
        ("zip::extract(x, y, #{ maxsize: 5 })", "unknown option `maxsize`"),
    ]);
}

#[test]
fn values_are_read_as_the_function_reads_them() {
    found(&[
        ("aws::s3_list(x, y, #{ limit: 0 })", "`limit` must be an integer above 0, not 0"),
        (
            "aws::call(x, y, #{}, #{ to: \"out\" })",
            "`to` is \"out\"; it must be the path of a file below /tmp",
        ),
        (
            "csv::encode(x, #{ delimiter: \"||\" })",
            "the delimiter \"||\" is invalid: use one ASCII character such as \";\"",
        ),
        (
            "jwt::verify(x, #{ jwks: y, algorithms: [] })",
            "`algorithms` is empty. Name the algorithms to accept",
        ),
        (
            "number::format(x, #{ currency: \"euro\" })",
            "\"euro\" is not the code of a currency, such as \"EUR\"",
        ),
        (
            "parameters::get(x, #{ max_age: -1 })",
            "`max_age` must be a number of seconds, or a duration, above 0, not -1",
        ),
        (
            "router::cookie(x, y, #{ same_site: \"lax\" })",
            "`same_site` must be Strict, Lax or None, not \"lax\"",
        ),
        ("aws::request(x, y, x, #{ body: 5 })", "`body` must be a string, a blob, a map or an array, not 5"),
        (
            "http::request(#{ url: x, body: true })",
            "`body` must be a string, a blob, a map or an array (`json` accepts any value), not bool",
        ),
        ("totp::code(x, #{ digits: 9 })", "`digits` must be an integer from 6 to 8, not 9"),
        ("zip::write(x, y, #{ level: \"9\" })", "`level` must be an integer from 0 to 9, not string"),
    ]);
    // The values of these are only known when the script runs.
    clean(&[
        "totp::code(x, #{ digits: y, period: if x { 5 } else { 0 } })",
        "csv::encode(x, #{ delimiter: `${y}`, columns: x.keys() })",
        "batch::process(x, |r| r, #{ max_attempts: y, on_give_up: |r, e| log_error(e) })",
        "aws::call(x, \"GetObject\", #{}, #{ region: y, timeout: time::seconds(5) })",
        "aes_gcm::encrypt(x, y, #{ aad: () })",
        "log::buffer(#{ max_bytes: 2 * 1024 })",
    ]);
}

#[test]
fn missing_options_are_reported_where_the_map_is_whole() {
    found(&[
        ("jwt::verify(x, #{})", "exactly one of `key`, `secret` and `jwks` is required"),
        ("jwt::sign(x, #{ algorithm: \"HS256\" })", "either `key` or `secret` is required"),
        ("sql::connect(#{ resource: \"arn\" })", "`secret` is missing: it is an ARN"),
        ("postgres::connect(#{ host: \"h\" })", "`user` is missing"),
        (
            "idempotency::run(#{ key: 5 }, || x)",
            "`table` is missing: pass the name of the table with the records",
        ),
        ("http::request(#{ method: \"POST\" })", "a request requires `url`"),
        ("password::hash(x, #{ algorithm: \"pbkdf2-sha256\", ln: 10 })", "unknown option `ln`"),
        (
            "aws::s3_get(x, y, #{ to: \"/tmp/a\", stream: true })",
            "a body is streamed or written to a file: pass `stream` or `to`",
        ),
    ]);
    clean(&[
        "jwt::verify(x, #{ issuer: y })",
        "let options = #{}; options.secret = x; jwt::verify(x, options)",
        "let options = #{ resource: x }; if y { options.secret = y; } sql::connect(options)",
        "let options = #{ key: 5 }; options.mixin(x); idempotency::run(options, || 1)",
        "jwt::verify(x, #{ issuer: \"i\" } + y)",
        "jwt::verify(x, #{ jwks: y, issuer: \"i\" })",
        "http::request(#{ method: \"POST\" } + x)",
    ]);
}

/// The position is that of the name or of the value, and what is meant is suggested.
#[test]
fn the_mistake_is_shown_where_it_is_written() {
    let place = |body: &str| {
        let script = format!("fn f(x, y) {{ {body} }}");
        let all = findings(&[("a.rhai", &script)], None);
        assert_eq!(all.len(), 1, "{body}");
        (script[all[0].span.clone()].to_owned(), all[0].help.clone().unwrap_or_default())
    };
    assert_eq!(place("totp::code(x, #{ digit: y })"), ("digit".into(), "did you mean `digits`?".into()));
    assert_eq!(place("markdown::to_html(x, #{ raw: true })"), ("raw".into(), "the options are html".into()));
    assert_eq!(place("totp::code(x, #{ digits: 9 })").0, "9");
    assert_eq!(place("const OPTIONS = #{ digits: 9 }; totp::code(x, OPTIONS)").0, "9");
    assert_eq!(place("jwt::sign(x, #{ kid: \"a\" })").0, "#{");
}

#[test]
fn fields_of_messages_and_parts_are_known() {
    found(&[
        (
            "mail::encode(#{ from: x, to: y, bcc: y, text: x })",
            "a message of mail::encode has no field `bcc`",
        ),
        ("smtp::send(x, #{ from: y, too: x, text: y })", "a message of mail::encode has no field `too`"),
        (
            "aws::ses_send(#{ from: x, to: \"nobody\", text: y })",
            "`to` of a message has an invalid address: \"nobody\"",
        ),
        (
            "mail::encode(#{ from: x, to: y, text: x, attachments: [y, #{ filenam: x, data: y }] })",
            "an attachment of mail::encode has no field `filenam`",
        ),
        ("mail::encode(#{ from: x, to: y, text: 5 })", "`text` of a message must be a string, not i64"),
        ("mail::encode(#{ from: \"a@b.example\", to: [] })", "a message has `text`, `html` or both"),
        (
            "multipart::encode([#{ name: x, file: y, data: x }])",
            "a part of multipart::encode has no field `file`",
        ),
        ("multipart::encode([x, #{ name: \"a\" }])", "`data` of a part must be a string or a blob, not ()"),
    ]);
    clean(&[
        "smtp::send(x, #{ from: y, to: [x, #{ name: \"Ada\", address: y }], bcc: y, text: x })",
        "mail::encode(#{ from: x, to: y, subject: `${x}`, date: time::now(), attachments: [#{ filename: x, data: y }] })",
        "let message = #{ from: \"a@b.example\" }; message.text = x; mail::encode(message)",
        "multipart::encode([#{ name: \"a\", data: x }, y])",
    ]);
}

#[test]
fn options_of_methods_are_checked_where_the_type_is_certain() {
    found(&[
        ("let api = router::create(); api.get(\"/\", || 1, #{ sumary: x })", "unknown option `sumary`"),
        (
            "router::create().get(\"/\", || 1).post(\"/a\", || 2, #{ tags: \"a\" })",
            "`tags` must be an array of strings",
        ),
        (
            "router::create().cors(#{ credentials: true })",
            "browsers refuse `credentials` for all origins; name the `origins`",
        ),
        ("redis::connect(x).set(\"a\", y, #{ tll: 5 })", "unknown option `tll`"),
        ("redis::connect(x).set(\"a\", y, #{ ttl: 0 })", "`ttl` must be a number of seconds, or a duration, above 0, not 0"),
        (
            "let db = postgres::connect(x); db.transaction(|| y, #{ isolation: \"serialisable\" })",
            "the isolation \"serialisable\" is unknown; use \"read committed\", \"repeatable read\", \"serializable\"",
        ),
    ]);
    clean(&[
        "x.set(\"a\", y, #{ tll: 5 })",
        "x.get(\"/\", || 1, #{ sumary: y })",
        "let api = x; api.cors(#{ origin: y })",
        "router::create().get(\"/\", || 1, #{ body: #{ type: \"object\" }, responses: #{ \"200\": \"ok\" } })",
        "redis::connect(x).set(\"a\", y, #{ ttl: 60, if_missing: true })",
        "redis::connect(x).hset(\"a\", #{ tll: 5 })",
    ]);
}

/// A function of a script may have the name of a module's method.
#[test]
fn functions_of_scripts_have_their_own_options() {
    let script =
        "fn set(key, value, options) { options.tll } fn f(x) { redis::connect(x).set(1, 2, #{ tll: 5 }) }";
    let all: Vec<_> = with_settings(&[("a.rhai", script)], Settings::default()).iter().map(shown).collect();
    assert_eq!(all, [""; 0]);
}
