//! The types of values that `postgres` sends and receives.

use crate::postgres::{query, server};
use crate::smtp::{file, python};
use serde_json::{json, Value};

#[test]
fn values_of_every_type_come_back() {
    let Some(server) = server() else { return };
    for (sql, expected) in [
        ("1::int2, 2::int4, 9223372036854775807::int8, 5::oid", json!([1, 2, i64::MAX, 5])),
        ("1.5::float4, 0.1::float8, -1e300::float8", json!([1.5, 0.1, -1e300])),
        ("true, false, NULL::bool, NULL", json!([true, false, null, null])),
        ("'grüß'::text, 'a'::varchar, 'b'::char(3), ''", json!(["grüß", "a", "b  ", ""])),
        (
            "'{\"a\": [1, null]}'::json, '[true]'::jsonb, 'null'::jsonb",
            json!([{ "a": [1, null] }, [true], null]),
        ),
        (
            "'2026-11-29'::date, '07:30'::time, '1 day 2:00'::interval",
            json!(["2026-11-29", "07:30:00", "1 day 02:00:00"]),
        ),
        (
            "'2026-11-29 08:30:00.25+01'::timestamptz, '2026-11-29 07:30'::timestamp",
            json!(["2026-11-29T07:30:00.250Z", "2026-11-29T07:30:00Z"]),
        ),
        (
            "'infinity'::timestamptz, '0044-03-15 BC'::timestamp",
            json!(["infinity", "0044-03-15 00:00:00 BC"]),
        ),
        (
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '10.0.0.1'::inet",
            json!(["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "10.0.0.1"]),
        ),
        (
            "ARRAY[1,2]::int[], ARRAY['a,\"b', NULL]::text[], '{}'::int8[]",
            json!([[1, 2], ["a,\"b", null], []]),
        ),
        (
            "ARRAY[[1.5,2],[3,4]]::float8[], ARRAY[true], '[0:1]={7,8}'::int[]",
            json!([[[1.5, 2.0], [3.0, 4.0]], [true], [7, 8]]),
        ),
        (
            "ARRAY['{\"a\":1}']::jsonb[], ARRAY['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']::uuid[]",
            json!([[{ "a": 1 }], ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]]),
        ),
        ("'(1,2)'::point, ROW(1, 'a')", json!(["(1,2)", "(1,a)"])),
    ] {
        let columns: Vec<_> = (0..expected.as_array().unwrap().len()).map(|n| format!("row.c{n}")).collect();
        let names: Vec<_> = (0..columns.len()).map(|n| format!("c{n}")).collect();
        let sql = sql.replace('`', "``");
        let body = format!(
            "let row = db.query_one(`SELECT * FROM (SELECT {sql}) AS t({})`); [{}]",
            names.join(", "),
            columns.join(", ")
        );
        assert_eq!(query(server, &body), expected, "{sql}");
    }
    let body = "let r = db.query_one(`SELECT 12.30::numeric AS n, 'NaN'::numeric AS nan, '\\x00ff'::bytea AS b, 'NaN'::float8 AS f`);
        [type_of(r.n), r.n.to_string(), r.nan, r.b.to_array(), r.f.to_string(), type_of(db.query_one(`SELECT now() AS t`).t)]";
    assert_eq!(query(server, body), json!(["Decimal", "12.30", "NaN", [0, 255], "NaN", "Time"]));
}

#[test]
fn parameters_have_the_types_of_the_server() {
    let Some(server) = server() else { return };
    for (sql, parameter, expected) in [
        ("$1::int", "7", json!(7)),
        ("$1::int", "`7`", json!(7)),
        ("$1::float8", "7", json!(7.0)),
        ("$1::text", "7", json!("7")),
        ("$1", "`x'; DROP TABLE teas; --`", json!("x'; DROP TABLE teas; --")),
        ("$1::bool", "true", json!(true)),
        ("$1::int", "()", json!(null)),
        ("$1::numeric * 2", "decimal(`1.15`)", json!(2.30)),
        ("encode($1::bytea, 'hex')", "blob(2, 255)", json!("ffff")),
        ("$1::text", "`abc`.to_blob()", json!("abc")),
        ("$1::jsonb -> 'a' -> 0", "#{ a: [#{ b: () }] }", json!({ "b": null })),
        ("$1::jsonb", "[1, `a`, ()]", json!([1, "a", null])),
        ("$1::int[]", "[1, (), 3]", json!([1, null, 3])),
        ("$1::text[]", "[`a,b`, `\"`, ``, `NULL`]", json!(["a,b", "\"", "", "NULL"])),
        ("$1::text[]", "[]", json!([])),
        ("$1::int[][]", "[[1, 2], [3, 4]]", json!([[1, 2], [3, 4]])),
        ("$1::jsonb[]", "[#{ a: 1 }]", json!([{ "a": 1 }])),
        ("encode(($1::bytea[])[1], 'hex')", "[blob(1, 254)]", json!("fe")),
        (
            "$1::timestamptz",
            "time::parse(`2026-11-29T08:00:00.123456+01:00`)",
            json!("2026-11-29T07:00:00.123456Z"),
        ),
        ("$1::timestamp", "time::parse(`2026-11-29T08:00:00+01:00`)", json!("2026-11-29T07:00:00Z")),
        ("$1::date", "time::parse(`2026-11-29`)", json!("2026-11-29")),
        ("extract(epoch FROM $1::interval)::int", "time::minutes(90)", json!(5400)),
        ("$1::uuid", "`A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11`", json!("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    ] {
        let body = format!("db.query_one(`SELECT {sql} AS v`, [{parameter}]).v");
        assert_eq!(query(server, &body), expected, "{sql} {parameter}");
    }
}

#[test]
fn types_are_those_of_psycopg() {
    let Some(server) = server() else { return };
    let url = server.url("postgres");
    for columns in [
        "1::int2, -2::int4, 9223372036854775807::int8, 5::oid, NULL::int",
        "1.5::float4, 0.1::float8, 12.30::numeric, true, false",
        "'grüß'::text, 'a'::varchar, 'b'::char(3), 'n'::name, '\\x00ff'::bytea",
        "'{\"a\": [1, null, {}]}'::json, '[true, 1.5]'::jsonb, 'null'::jsonb",
        "'2026-11-29'::date, '07:30:15'::time, '2026-11-29 08:30:00.25+01'::timestamptz, '2026-11-29 07:30'::timestamp",
        "'2026-11-29 07:30:00.123456'::timestamp, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
        "ARRAY[1, NULL, 3], ARRAY[1.5]::float8[], ARRAY['a,b', '\"', NULL, 'NULL'], ARRAY[true], '{}'::int[]",
        "ARRAY[[1, 2], [3, 4]], ARRAY[12.30]::numeric[], ARRAY['2026-11-29']::date[], ARRAY['{\"a\": 1}']::jsonb[]",
        "ARRAY['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']::uuid[], ARRAY['2026-11-29 07:30Z']::timestamptz[]",
    ] {
        let names: Vec<_> = (0..12).map(|number| format!("c{number}")).collect();
        let sql = format!("SELECT {columns}");
        let body = format!("let row = db.query_one(`SELECT * FROM ({sql}) AS t({})`); let values = []; for name in {} {{ if name in row {{ let v = row[name]; values.push(if type_of(v) == `blob` {{ v.to_array() }} else {{ v }}); }} }} values", names[..count(columns)].join(", "), json!(names));
        let output = python().arg(file("psycopg_row.py")).args([&url, &sql]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(query(server, &body), expected, "{columns}");
    }
}

/// How many columns there are: commas outside of brackets, braces and quotes.
fn count(columns: &str) -> usize {
    let (mut depth, mut is_quoted, mut count) = (0, false, 1);
    for c in columns.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            '[' | '(' if !is_quoted => depth += 1,
            ']' | ')' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}
