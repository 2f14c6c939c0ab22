//! `time::…`.

use crate::function::Function;

/// What a handler body returns, as JSON text.
fn value(body: &str) -> String {
    let outcome = Function::main(&format!("fn handler(event) {{ {body} }}")).invoke("{}");
    outcome.answer.text().to_owned()
}

/// Type and message of the error that a handler body ends with, and its place.
fn error(body: &str) -> (String, String) {
    let function = Function::main(&format!("fn handler(event) {{ {body} }}"));
    let (kind, message, stack) = function.invoke("{}").error();
    assert!(stack[0].starts_with("at handler (main.rhai:1:"), "{stack:?}");
    (kind, message)
}

/// Whether a body ends with an error of this type, whose message has this in it.
#[track_caller]
fn fails(body: &str, kind: &str, part: &str) {
    let (found, message) = error(body);
    assert!(found == kind && message.contains(part), "{body}: {found}: {message}");
}

#[test]
fn now() {
    assert_eq!(value("let t = time::now(); (t.unix - unix_now()).abs() <= 1 && t.zone == \"UTC\""), "true");
    let now = value("time::now()");
    assert!(now.ends_with("Z\"") && now.len() <= "\"2026-11-22T09:30:00.123Z\"".len(), "{now}");
}

#[test]
fn texts_in_and_out() {
    let text = "2026-11-22T09:30:00.123+02:00";
    for body in [
        "time::parse(TEXT)",
        "time::parse(TEXT).to_string()",
        "`${time::parse(TEXT)}`",
        "let list = [time::parse(TEXT)]; list[0]",
        "time::parse(time::parse(TEXT).to_string())",
    ] {
        assert_eq!(value(&body.replace("TEXT", &format!("\"{text}\""))), format!("\"{text}\""), "{body}");
    }
    assert_eq!(
        value("#{ at: time::parse(\"2026-11-22\"), took: [time::seconds(90.5)] }"),
        r#"{"at":"2026-11-22T00:00:00Z","took":["PT1M30.5S"]}"#
    );
    assert_eq!(value("json::encode(time::parse(\"2026-11-22\"))"), r#""\"2026-11-22T00:00:00Z\"""#);
    let log = Function::main(
        "fn handler() { let t = time::parse(\"2026-11-22\"); print(t); print([t]); log_info(t, #{ t: t }); \
         log_info(time::hours(2)); throw t }",
    );
    let log = log.invoke("{}").log;
    let t = "2026-11-22T00:00:00Z";
    for line in [
        format!("INFO\t{t}\n"),
        format!("INFO\t[{t}]\n"),
        format!("INFO\t{t} t={t}\n"),
        "INFO\tPT2H\n".into(),
        format!("error[Error]: {t}"),
    ] {
        assert!(log.contains(&line), "{line}: {log}");
    }
}

#[test]
fn wrong_texts() {
    for text in
        ["\"\"", "\"soon\"", "\"2026-02-30\"", "\"2026-11-22T24:00Z\"", "\"12026-01-01\"", "\"1763804400\""]
    {
        fails(&format!("time::parse({text})"), "TimeError", "is not a time such as 2026-11-22T09:30:00Z");
    }
    fails("time::parse(\"9999-12-31T23:59:59Z\")", "TimeError", "9999-12-30T22:00:00Z");
    fails("time::parse(5)", "FunctionNotFound", "time::parse (i64)");
    fails("time::parse(event.time)", "FunctionNotFound", "missing or null");
    assert_eq!(value("try { time::parse(\"x\") } catch (e) { return e.type; }"), "\"TimeError\"");
}

#[test]
fn formats() {
    assert_eq!(
        value("time::parse(\"22/Nov/2026:09:30:00 +0100\", \"%d/%b/%Y:%H:%M:%S %z\")"),
        r#""2026-11-22T09:30:00+01:00""#
    );
    assert_eq!(value("time::parse(\"22.11.2026\", \"%d.%m.%Y\")"), r#""2026-11-22T00:00:00Z""#);
    assert_eq!(value("time::parse(\"1763804400\", \"%s\")"), r#""2025-11-22T09:40:00Z""#);
    assert_eq!(
        value("time::parse(\"22.07.2026 09:30\", \"%d.%m.%Y %H:%M\", \"Europe/Zurich\")"),
        r#""2026-07-22T09:30:00+02:00""#
    );
    assert_eq!(
        value("time::parse(\"2026-07-22 09:30 Europe/Zurich\", \"%F %R %Q\").zone"),
        r#""Europe/Zurich""#
    );
    assert_eq!(
        value("time::format(time::parse(\"2026-11-22T09:30:00Z\"), \"%a, %d %b %Y %H:%M:%S GMT\")"),
        r#""Sun, 22 Nov 2026 09:30:00 GMT""#
    );
    assert_eq!(value("time::format(time::now(), \"\")"), "\"\"");
    let fraction = |text: &str, format: &str| value(&format!("time::parse(\"{text}\", \"{format}\")"));
    assert_eq!(fraction("1700000000.5", "%s%.f"), r#""2023-11-14T22:13:20.500Z""#);
    assert_eq!(fraction("1700000000.25 +0100", "%s%.f %z"), r#""2023-11-14T23:13:20.250+01:00""#);
    assert_eq!(fraction("1700000000.25 Asia/Tokyo", "%s%.f %Q"), r#""2023-11-15T07:13:20.250+09:00""#);
    assert_eq!(fraction("-1.5", "%s%.f"), r#""1969-12-31T23:59:58.500Z""#);
    let written = |format: &str| {
        value(&format!("time::format(time::parse(\"2026-01-04T15:04:05.678Z\"), \"{format}\")"))
    };
    assert_eq!(
        written("%c | %x | %X | %r"),
        r#""Sun Jan  4 15:04:05 2026 | 01/04/26 | 15:04:05 | 03:04:05 PM""#
    );
    assert_eq!(written("%%c %h %e %k %l %I %p %P %D %j"), r#""%c Jan  4 15  3 03 PM pm 01/04/26 004""#);
    assert_eq!(written("%C %y %u %w %G-W%V %s %T%.3f"), r#""20 26 7 0 2026-W01 1767539045 15:04:05.678""#);
    fails("time::parse(\"x\", \"%Y\")", "TimeError", "\"x\" does not have the format \"%Y\"");
    fails("time::parse(\"09:30\", \"%R\")", "TimeError", "does not have the format");
    fails("time::parse(\"\", \"\")", "TimeError", "does not have the format");
    fails("time::parse(\"2026\", \"%Y\", \"Nowhere\")", "TimeError", "unknown time zone \"Nowhere\"");
    fails("time::format(time::now(), \"%!\")", "TimeError", "is not a format");
    fails("time::format(\"2026-11-22\", \"%Y\")", "FunctionNotFound", "time::format (string, string)");
}

#[test]
fn properties() {
    assert_eq!(
        value(
            "let t = time::parse(\"2026-11-22T09:30:05.678+05:30\"); [t.year, t.month, t.day, t.hour, t.minute, \
             t.second, t.millisecond, t.weekday, t.day_of_year, t.unix, t.unix_ms, t.zone, t.offset, t[\"year\"]]"
        ),
        r#"[2026,11,22,9,30,5,678,7,326,1795320005,1795320005678,"+05:30","+05:30",2026]"#
    );
    assert_eq!(value("let t = time::from_unix_ms(-1); [t.unix, t.unix_ms, t.millisecond]"), "[-1,-1,999]");
    assert_eq!(value("type_of(time::now()) + type_of(time::now() - time::now())"), "\"TimeDuration\"");
    fails("time::now().years", "PropertyNotFound", "a time has no property `years`; it has year, month");
    fails(
        "time::hours(1).weeks",
        "PropertyNotFound",
        "a duration has no property `weeks`; it has milliseconds",
    );
}

#[test]
fn unix_times() {
    assert_eq!(value("time::from_unix(0)"), r#""1970-01-01T00:00:00Z""#);
    assert_eq!(value("time::from_unix(-1)"), r#""1969-12-31T23:59:59Z""#);
    assert_eq!(value("time::from_unix(1700000000.25)"), r#""2023-11-14T22:13:20.250Z""#);
    assert_eq!(value("time::from_unix_ms(1700000000123)"), r#""2023-11-14T22:13:20.123Z""#);
    for number in
        ["9223372036854775807", "-9223372036854775807", "1e30", "0.0 / 0.0", "1.0 / 0.0", "253402300800"]
    {
        fails(&format!("time::from_unix({number})"), "TimeError", "");
    }
    fails("time::from_unix_ms(9223372036854775807)", "TimeError", "outside the years 0 to 9999");
    fails("time::from_unix(\"5\")", "MismatchedTypes", "time::from_unix expects a number, not string");
}

#[test]
fn zones() {
    let zone = |name: &str| value(&format!("time::parse(\"2026-07-22T12:00:00Z\").in_zone(\"{name}\")"));
    assert_eq!(zone("Europe/Zurich"), r#""2026-07-22T14:00:00+02:00""#);
    assert_eq!(zone("america/new_york"), r#""2026-07-22T08:00:00-04:00""#);
    assert_eq!(zone("+05:30"), r#""2026-07-22T17:30:00+05:30""#);
    assert_eq!(zone("UTC"), r#""2026-07-22T12:00:00Z""#);
    assert_eq!(value("time::parse(\"2026-07-22\").in_zone(\"Asia/Tokyo\").zone"), "\"Asia/Tokyo\"");
    fails("time::now().in_zone(\"Europe/Zurch\")", "TimeError", "did you mean \"Europe/Zurich\"?");
    fails("time::now().in_zone(\"\")", "TimeError", "unknown time zone \"\"");
    fails("time::now().in_zone(\"+99:00\")", "TimeError", "not an offset such as +02:00");
    fails("time::now().in_zone(2)", "FunctionNotFound", "in_zone (Time, i64)");
}

#[test]
fn where_the_clock_is_changed() {
    let local = |clock: &str| value(&format!("time::parse(\"{clock}\", \"%F %R\", \"Europe/Zurich\")"));
    // The hour from 2 to 3 is left out, …
    assert_eq!(local("2026-03-29 02:30"), r#""2026-03-29T03:30:00+02:00""#);
    // … and is there twice: the first one is taken.
    assert_eq!(local("2026-10-25 02:30"), r#""2026-10-25T02:30:00+02:00""#);
    let day = "let t = time::parse(\"2026-03-28 12:00\", \"%F %R\", \"Europe/Zurich\");";
    assert_eq!(value(&format!("{day} t.add_days(1)")), r#""2026-03-29T12:00:00+02:00""#);
    assert_eq!(value(&format!("{day} t + time::days(1)")), r#""2026-03-29T13:00:00+02:00""#);
    assert_eq!(value(&format!("{day} (t.add_days(1) - t).hours")), "23");
}

#[test]
fn arithmetic() {
    assert_eq!(
        value("time::parse(\"2026-11-22\") + time::hours(25) - time::minutes(0.5) + -time::milliseconds(5)"),
        r#""2026-11-23T00:59:29.995Z""#
    );
    assert_eq!(
        value(
            "let d = time::parse(\"2026-11-24T01:00:00Z\") - time::parse(\"2026-11-22T02:00:00+02:00\"); \
             [d, d.days, d.hours, d.minutes, d.seconds, d.milliseconds]"
        ),
        r#"["PT49H",2,49,2940,176400,176400000]"#
    );
    assert_eq!(
        value("[time::days(1) - time::hours(24), -time::seconds(1.5), (-time::seconds(1.5)).seconds]"),
        r#"["PT0S","-PT1.5S",-1]"#
    );
    assert_eq!(
        value("let t = time::parse(\"2026-11-22\"); t += time::days(1); t"),
        r#""2026-11-23T00:00:00Z""#
    );
    assert_eq!(
        value("time::parse(\"2026-01-31\").add_months(1).add_months(-13)"),
        r#""2025-01-28T00:00:00Z""#
    );
    assert_eq!(
        value("time::parse(\"2026-11-22T09:30:00Z\").start_of(\"month\").add_months(1)"),
        r#""2026-12-01T00:00:00Z""#
    );
    fails(
        "time::now() + 5",
        "MismatchedTypes",
        "a time + i64 is not possible: expected a duration, such as time::seconds(5)",
    );
    fails("time::now() - \"1h\"", "MismatchedTypes", "a time, or a duration such as time::seconds(5)");
    fails("time::now() + time::now()", "MismatchedTypes", "expected a duration");
    fails("time::now() + time::days(10000000)", "TimeError", "outside the years 0 to 9999");
    fails("time::days(9223372036854775807)", "TimeError", "the duration is out of range");
    fails("time::seconds(0.0 / 0.0)", "TimeError", "not a number");
    fails("time::hours(\"2\")", "MismatchedTypes", "time::hours expects a number, not string");
    fails("time::now().add_days(9223372036854775807)", "TimeError", "outside the years");
    fails("time::now().start_of(\"decade\")", "TimeError", "minute, hour, day, week, month and year");
}

#[test]
fn comparisons() {
    assert_eq!(
        value(
            "let a = time::parse(\"2026-11-22T09:30:00Z\"); let b = time::parse(\"2026-11-22T11:30:00+02:00\"); \
             let c = a + time::seconds(1); \
             [a == b, a != b, a < c, a <= b, a > c, c >= a, a == (), a == 5, [a] == [b], [c, a].index_of(b)]"
        ),
        "[true,false,true,true,false,true,false,false,true,1]"
    );
    assert_eq!(
        value("let h = time::hours(1); [h == time::minutes(60), h != time::days(1), h < time::days(1), h > time::days(1)]"),
        "[true,true,true,false]"
    );
    assert_eq!(
        value(
            "let list = [time::from_unix(3), time::from_unix(1), time::from_unix(2)]; \
             list.sort(|a, b| (a - b).milliseconds); list.map(|t| t.unix)"
        ),
        "[1,2,3]"
    );
    assert_eq!(
        value(
            "let a = time::from_unix(1); let b = time::from_unix(2).in_zone(\"+02:00\"); \
             [max(a, b), min(a, b), max(time::hours(1), time::minutes(90)), min(time::hours(1), time::minutes(90))]"
        ),
        r#"["1970-01-01T02:00:02+02:00","1970-01-01T00:00:01Z","PT1H30M","PT1H"]"#
    );
    fails("max(time::now(), 5)", "FunctionNotFound", "max (Time, i64)");
    fails("time::now() > \"2026-11-22\"", "MismatchedTypes", "time::parse converts a string");
    fails("time::now() < 5", "MismatchedTypes", "a time < i64");
    fails("time::seconds(1) < 5", "MismatchedTypes", "expected a duration");
}

#[test]
fn sleep_takes_a_duration() {
    let body =
        "let t = unix_ms_now(); sleep(time::milliseconds(20)); sleep(-time::hours(1)); unix_ms_now() - t";
    let slept: u32 = value(body).parse().unwrap();
    assert!((20..10_000).contains(&slept), "{slept}");
}

#[test]
fn the_cache_takes_a_duration() {
    let body = "cache::set(\"a\", 1, time::hours(1)); cache::set(\"b\", 2, time::milliseconds(10)); \
                cache::set(\"c\", 3, -time::hours(1)); cache::set(\"d\", 4, time::seconds(0)); sleep(0.02); \
                [cache::get(\"a\"), cache::get(\"b\"), cache::get(\"c\"), cache::get(\"d\")]";
    assert_eq!(value(body), "[1,null,null,null]");
}

#[test]
fn other_modules_write_times_as_texts() {
    let values = "#{ at: time::parse(\"2026-11-22T09:30:00+01:00\"), took: time::seconds(1.5) }";
    assert_eq!(
        value(&format!("csv::encode([{values}])")),
        r#""at,took\n2026-11-22T09:30:00+01:00,PT1.5S\n""#
    );
    assert_eq!(
        value(&format!("url::query({values})")),
        r#""at=2026-11-22T09%3A30%3A00%2B01%3A00&took=PT1.5S""#
    );
}

#[test]
fn times_are_kept_and_shared_like_other_values() {
    assert_eq!(value("let t = time::from_unix(1); let f = || t.unix; cache::set(\"t\", t); f.call() + cache::get(\"t\").unix"), "2");
    assert_eq!(
        value("let t = time::from_unix(1); let f = || t; [t, #{ a: t }]"),
        r#"["1970-01-01T00:00:01Z",{"a":"1970-01-01T00:00:01Z"}]"#
    );
}

#[test]
fn modules_are_there_however_a_script_gets_at_them() {
    let epoch = r#""1970-01-01T00:00:00Z""#;
    let lib = "fn epoch() { if fs::exists(\".\") { metrics::put(\"n\", 1); } time::from_unix(0) }";
    let imports =
        Function::main("import \"lib\" as lib; fn handler() { lib::epoch() }").file("lib.rhai", lib);
    assert_eq!(imports.invoke("{}").answer.text(), epoch);
    assert_eq!(value("eval(\"ti\" + \"me::from_unix(0)\")"), epoch);
    assert_eq!(value("time  ::  from_unix(0)"), epoch);
    assert_eq!(Function::new("|e|time::from_unix(e)").invoke("0").answer.text(), epoch);
    let whole_file = Function::new("main.rhai").file("main.rhai", "time::from_unix(0)");
    assert_eq!(whole_file.invoke("{}").answer.text(), epoch);
}

#[test]
fn functions_of_arrays_know_times_and_durations() {
    let script = r#"fn handler() {
        let times = ["2024-03-02T00:00:00Z", "2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z"].map(|text| time::parse(text));
        let hours = [time::hours(1), time::hours(2)];
        [
            times.min(), times.max(), times.sorted().last(), times.unique().len(), times.join(" "),
            times.sorted_by(|time| [time.day, 1]).first(), hours.sum(),
        ]
    }"#;
    let (early, late) = ("2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z");
    assert_eq!(
        Function::main(script).invoke("{}").answer.json(),
        serde_json::json!([early, late, late, 2, format!("{late} {early} {late}"), early, "PT3H"])
    );
}
