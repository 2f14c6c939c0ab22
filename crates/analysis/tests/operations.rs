//! Calls of AWS: every operation with all of its parameters, realistic ones, and those that only look wrong.

mod support;

use aws::services::{Protocol, Service};
use aws_api::{key, Described, Parameter, Step};
use rhambda_analysis::aws::{service, Operation};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Instant;
use support::{findings, shown};

/// Nobody can write a stream of events into parameters.
const STREAMS: &str = "is a stream of events, which needs HTTP/2";
/// No parameters are nested nearly as deep.
const MAX_DEPTH: usize = 40;

/// A call of an operation in a function of its own.
struct Call {
    operation: String,
    text: String,
    /// Where the names of parameters are.
    names: Vec<Range<usize>>,
}

/// Writes calls of the operations of a service, each with all of its parameters. A structure has all of its members
/// where it comes first, and the required ones elsewhere.
#[derive(Default)]
struct Calls {
    text: String,
    names: Vec<Range<usize>>,
    complete: HashSet<Vec<String>>,
}

impl Calls {
    fn call(&mut self, service: &str, name: &str) -> Call {
        let operation = Operation { service: service.to_owned(), name: name.to_owned() };
        let _ = write!(self.text, "fn call_{name}() {{ aws::call(\"{service}\", \"{name}\", ");
        let input = operation.parameter(&[]);
        self.value(&operation, &mut Vec::new(), input.filter(|input| input.members.is_some()).as_ref());
        self.text.push_str(") }\n");
        let (text, names) = (std::mem::take(&mut self.text), std::mem::take(&mut self.names));
        Call { operation: operation.name, text, names }
    }

    fn value(&mut self, operation: &Operation, path: &mut Vec<Step>, described: Option<&Described>) {
        let Some(described) = described else { return self.text.push_str("#{}") };
        match (described.kind.as_str(), &described.members) {
            (_, Some(members)) => self.structure(operation, path, members),
            ("integer", _) => self.text.push('1'),
            ("number", _) => self.text.push_str("1.5"),
            ("boolean", _) => self.text.push_str("true"),
            ("time", _) => self.text.push_str("\"2026-01-02T03:04:05Z\""),
            ("any value", _) => self.text.push_str("#{ a: [1] }"),
            (kind, _) if kind.starts_with("array of") => {
                self.text.push('[');
                self.inner(operation, path, Step::Item);
                self.text.push(']');
            }
            (kind, _) if kind.starts_with("map of") => {
                self.text.push_str("#{ key: ");
                self.inner(operation, path, Step::Member("key".to_owned()));
                self.text.push_str(" }");
            }
            _ => self.text.push_str("\"x\""),
        }
    }

    fn structure(&mut self, operation: &Operation, path: &mut Vec<Step>, members: &[Parameter]) {
        assert!(path.len() < MAX_DEPTH, "{operation:?} {path:?}");
        let shape: Vec<_> = members.iter().map(|member| format!("{} {}", member.name, member.kind)).collect();
        let is_first = self.complete.insert(shape);
        self.text.push_str("#{ ");
        for member in members.iter().filter(|member| is_first || member.is_required) {
            let start = self.text.len();
            self.text.push_str(&key(&member.name));
            self.names.push(start..self.text.len());
            self.text.push_str(": ");
            self.inner(operation, path, Step::Member(member.name.clone()));
            self.text.push_str(", ");
        }
        self.text.push('}');
    }

    fn inner(&mut self, operation: &Operation, path: &mut Vec<Step>, step: Step) {
        path.push(step);
        let described = operation.parameter(path);
        self.value(operation, path, described.as_ref());
        path.pop();
    }
}

/// The call with a slip in the name at this place, and where that is.
fn with_slip(call: &str, name: &Range<usize>) -> (String, Range<usize>) {
    let quote = usize::from(call[name.start..].starts_with('"'));
    let (before, behind) = call.split_at(name.start + quote);
    (format!("{before}Zq{behind}"), name.start..name.end + 2)
}

#[test]
fn every_operation_accepts_its_parameters_and_no_misspelt_one() {
    let started = Instant::now();
    let (mut operations, mut names, mut streams, mut length) = (0, 0, Vec::new(), 0);
    let callable = |service: &Service| service.protocol() != Protocol::Unsupported;
    for found in aws::services::all().filter(callable) {
        let Some(api) = service(found.name()).filter(|api| !api.operations.is_empty()) else { continue };
        let mut calls = Calls::default();
        let written: Vec<_> = api.operations.iter().map(|it| calls.call(found.name(), &it.name)).collect();
        operations += written.len();
        names += written.iter().map(|call| call.names.len()).sum::<usize>();
        let right: String = written.iter().map(|call| call.text.as_str()).collect();
        let mut streamed = HashSet::new();
        for finding in findings(&[("a.rhai", &right)], None) {
            assert!(finding.message.contains(STREAMS), "{}: {}", found.name(), shown(&finding));
            streamed.extend(finding.message.split(' ').next_back().map(str::to_owned));
        }
        let (mut wrong, mut slips) = (String::new(), Vec::new());
        for (number, call) in written.iter().enumerate() {
            let name = call.names.get(number % call.names.len().max(1));
            if let Some(name) = name.filter(|_| !streamed.contains(&call.operation)) {
                let (text, place) = with_slip(&call.text, name);
                slips.push((&call.operation, wrong.len() + place.start..wrong.len() + place.end));
                wrong.push_str(&text);
            }
        }
        streams.extend(streamed);
        length += right.len() + wrong.len();
        let all = findings(&[("a.rhai", &wrong)], None);
        for (finding, (operation, place)) in all.iter().zip(&slips) {
            let is_it = finding.code.name() == "aws-parameter"
                && finding.message.starts_with("unknown parameter ")
                && finding.span == *place;
            assert!(is_it, "{} {operation}: {}", found.name(), shown(finding));
        }
        assert_eq!(all.len(), slips.len(), "{}", found.name());
    }
    println!(
        "{operations} operations, {names} names, {} streams, {length} bytes: {:?}",
        streams.len(),
        started.elapsed()
    );
    assert!(
        operations > 19_000 && names > 100_000 && streams.len() < 20,
        "{operations} {names} {streams:#?}"
    );
}

/// What is found, by lines, as far as a script says so behind `// ✗`.
#[test]
fn slips_in_realistic_calls_are_found_and_nothing_else() {
    let script = include_str!("calls.rhai");
    let line = |at: usize| script[..at].matches('\n').count();
    let mut found = vec![Vec::new(); script.lines().count()];
    for finding in findings(&[("a.rhai", script)], None) {
        let help = finding.help.map(|help| format!(" ({help})")).unwrap_or_default();
        found[line(finding.span.start)].push(format!("{}{help}", finding.message));
    }
    for (text, found) in script.lines().zip(found) {
        let expected: Vec<_> = text.split_once(" // ✗ ").into_iter().map(|(_, expected)| expected).collect();
        assert_eq!(found, expected, "{text}");
    }
    let services: HashSet<_> =
        script.match_indices("(\"").map(|(at, _)| script[at + 2..].split('"').next()).collect();
    assert!(services.len() >= 35, "{}", services.len());
}

#[test]
fn any_beginning_of_a_script_with_calls_can_be_checked() {
    let script = include_str!("calls.rhai");
    for end in (0..script.len()).step_by(211) {
        findings(&[("a.rhai", &script[..script.floor_char_boundary(end)])], None);
    }
}

/// Nothing is found in these functions.
fn clean(bodies: &[&str]) {
    for body in bodies {
        let all = findings(&[("a.rhai", &format!("fn f(x, y) {{ {body} }}"))], None);
        assert_eq!(all.iter().map(shown).collect::<Vec<_>>(), [""; 0], "{body}");
    }
}

/// Each of these functions has one finding, with this message.
fn found(bodies: &[(&str, &str)]) {
    for (body, message) in bodies {
        let all = findings(&[("a.rhai", &format!("fn f(x, y) {{ {body} }}"))], None);
        let all: Vec<_> = all.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(all, [*message], "{body}");
    }
}

#[test]
fn variables_count_where_they_never_change() {
    let message = "unknown parameter Nam";
    found(&[
        ("let p = #{ Nam: x }; aws::call(\"ssm\", \"GetParameter\", p)", message),
        ("const P = #{ Nam: x }; for i in 0..3 { aws::call(\"ssm\", \"GetParameter\", P); }", message),
        ("let p = #{ Nam: x }; aws::call(\"ssm\", \"GetParameter\", p); aws::call(\"ssm\", \"GetParameter\", p)", message),
        ("let p = #{ Nam: x }; let g = || aws::call(\"ssm\", \"GetParameter\", p); g.call()", message),
        ("let p = #{ Nam: x }; print(p); let q = p; q.Name = x; aws::call(\"ssm\", \"GetParameter\", p); q", message),
        ("let o = \"GetParameter\"; let s = \"ssm\"; aws::call(s, o, #{ Nam: x })", message),
        ("let n = \"a\"; let p = #{ Name: n }; let n = 5; print(n); aws::call(\"ssm\", \"GetParametr\", p)", "ssm has no operation \"GetParametr\""),
    ]);
    clean(&[
        "let p = #{}; p.Name = x; aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{}; p[\"Name\"] = x; aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{}; if x { p.Name = x; } aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{}; p += #{ Name: x }; aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{}; p.mixin(#{ Name: x }); aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{}; set(p, \"Name\", x); aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{}; let g = || { p.Name = x; }; g.call(); aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{ Nam: 1 }; p = #{ Name: x }; aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{ Nam: 1 }; eval(y); aws::call(\"ssm\", \"GetParameter\", p)",
        "let p = #{ Nam: 1 }; print(p); { let p = #{ Name: x }; aws::call(\"ssm\", \"GetParameter\", p); }",
        "let p = #{ Nam: 1 }; print(p); let g = |p| aws::call(\"ssm\", \"GetParameter\", p); g.call(x)",
        "let n = \"a\"; let p = #{ Name: n }; let n = 5; print(n); aws::call(\"ssm\", \"GetParameter\", p)",
        "let o = \"GetParametr\"; o = \"GetParameter\"; aws::call(\"ssm\", o, #{ Name: x })",
        "let o = \"GetParameter\"; o += 1; aws::call(\"ssm\", o, #{ Nam: x })",
        "let n = 0; n += 5; aws::pages(\"s3\", \"ListObjectsV2\", #{ Bucket: x }, #{ page_size: n })",
        "let p = #{ Objects: [] }; p.Objects.push(#{ Key: x }); aws::call(\"s3\", \"DeleteObjects\", #{ Bucket: y, Delete: p })",
        "let keys = []; push(keys, #{ Key: x }); aws::call(\"s3\", \"DeleteObjects\", #{ Bucket: y, Delete: #{ Objects: keys } })",
    ]);
}

#[test]
fn variables_that_contain_each_other_take_little_memory() {
    let mut body = "let v0 = [1, 1];".to_owned();
    for number in 1..60 {
        let _ = write!(body, "let v{number} = [v{0}, v{0}];", number - 1);
    }
    clean(&[&format!(
        "{body} aws::call(\"ssm\", \"GetParameters\", #{{ Names: x, WithDecryption: y }}); v59"
    )]);
}

#[test]
fn what_is_not_certain_is_not_found() {
    clean(&[
        "aws::call(x, \"GetItm\", #{ A: 1 })",
        "aws::call(\"ssm\", x, #{ A: 1 })",
        "aws::call(\"ssm\", if x { \"GetParametr\" } else { \"GetParameter\" }, #{ A: 1 })",
        "aws::call(\"ssm\", \"GetParameter\", #{} + x)",
        "aws::call(\"ssm\", \"GetParameter\", x ?? #{})",
        "aws::call(\"ssm\", \"GetParameter\", #{ Name: x, WithDecryption: y }, x)",
        "aws::call(\"s3\", \"ListObjectsV2\", #{ Bucket: \"b\", MaxKeys: x.len, Prefix: x.y })",
        "aws::all(x.map(|id| [\"ssm\", \"GetParameter\", #{ Name: id }]))",
        "aws::all([x, [\"ssm\", \"GetParameter\", y]])",
        "aws::all([[\"ssm\", x, #{ Name: y }], [x, y, #{}, #{ region: x }]])",
        "aws::presign(\"s3\", \"GET\", x)",
        "aws::presign(\"s3\", x, y)",
        "aws::presign(\"s3\", \"GET\", x, #{ expires: 60, query: #{ a: 1 }, headers: #{ b: y } })",
        "aws::request(\"s3\", \"PUT\", x, #{ body: y, headers: #{ a: 1 }, to: \"/tmp/a\" })",
        "aws::request(\"lambda\", \"GET\", \"/2015-03-31/functions/\", #{ query: #{ a: 1 } })",
    ]);
}

#[test]
fn whatever_the_runtime_accepts_is_clean() {
    clean(&[
        "aws::call(\"DynamoDB\", \"ListTables\", #{})",
        "aws::presign(\"sdb\", \"GET\", \"/\")",
        "aws::call(\"application_auto_scaling\", \"DescribeScalableTargets\", #{ ServiceNamespace: \"ecs\" })",
        "aws::call(\"ssm\", \"GetParameter\", #{ Name: x, Nmae: () })",
        "aws::call(\"ssm\", \"GetParameter\", #{ Name: 'a', WithDecryption: () }, #{ region: () , rgion: () })",
        "aws::call(\"logs\", \"FilterLogEvents\", #{ logGroupName: `/aws/${x}`, startTime: 5, limit: 10 })",
        "aws::call(\"cloudwatch\", \"GetMetricStatistics\", #{ Namespace: \"n\", MetricName: \"m\", StartTime: 0, EndTime: time::now(), Period: 60 })",
        "aws::call(\"cloudwatch\", \"GetMetricStatistics\", #{ Namespace: \"n\", MetricName: \"m\", StartTime: `${x}`, EndTime: \"2026-01-02\", Period: 60 })",
        "aws::call(\"efs\", \"CreateFileSystem\", #{})",
        "aws::call(\"glacier\", \"ListVaults\", #{})",
        "aws::call(\"s3control\", \"GetBucket\", #{ Bucket: x })",
        "aws::call(\"s3control\", \"GetBucket\", #{ Bucket: \"arn:aws:s3-outposts:us-west-2:123:outpost/op/bucket/b\" })",
        "aws::call(\"s3\", \"CopyObject\", #{ Bucket: x, Key: y, CopySource: #{ Bucket: \"a\", Key: \"b\" } })",
        "aws::call(\"ec2\", \"RunInstances\", #{ MinCount: 1, MaxCount: 1, UserData: \"#!/bin/sh\" })",
        "aws::call(\"s3\", \"GetObject\", #{ Bucket: x, Key: y }, #{ to: \"/tmp/a\" })",
        "aws::call(\"bedrock-runtime\", \"ConverseStream\", #{ modelId: x }, #{ each: |event| print(event) })",
        "aws::call(\"dynamodb\", \"PutItem\", #{ TableName: x, Item: #{ a: 1, b: [#{ c: () }] } }, #{ plain: true })",
        "aws::call(\"dynamodb\", \"PutItem\", #{ TableName: x, Item: #{ a: 1 } }, #{ plain: y })",
        "aws::call(\"dynamodb\", \"PutItem\", #{ TableName: x, Item: #{ a: 1 } }, y)",
        "aws::call(\"sts\", \"GetCallerIdentity\", #{}, #{ role: x, external_id: \"e\", timeout: 1.5 })",
        "aws::wait(\"ec2\", \"instance_running\", #{ InstanceIds: [x] }, #{ delay: 0.1, max_attempts: 2 })",
    ]);
}

#[test]
fn options_of_every_function_are_known() {
    found(&[
        (
            "aws::pages(\"s3\", \"ListObjectsV2\", #{ Bucket: x }, #{ pagesize: 5 })",
            "unknown option `pagesize`",
        ),
        (
            "aws::items(\"s3\", \"ListObjectsV2\", #{ Bucket: x }, #{ page_size: 0 })",
            "`page_size` must be an integer above 0, not 0",
        ),
        (
            "aws::wait(\"s3\", \"ObjectExists\", #{ Bucket: x, Key: y }, #{ atempts: 5 })",
            "unknown option `atempts`",
        ),
        (
            "aws::presign(\"s3\", \"GetObject\", #{ Bucket: x, Key: y }, #{ expire: 5 })",
            "unknown option `expire`",
        ),
        ("aws::all([[\"ssm\", \"GetParameter\", #{ Name: x }, #{ rgion: y }]])", "unknown option `rgion`"),
        (
            "aws::all([[\"s3\", \"ListBuckets\"]])",
            "expected an array of a service, an operation, a map of parameters, and maybe a map of options, not an array of string, string",
        ),
        (
            "aws::call(\"sts\", \"GetCallerIdentity\", #{}, #{ external_id: \"e\" })",
            "`role_session_name` and `external_id` belong to a role: pass its ARN as `role`",
        ),
        ("aws::presign(\"s3\", \"GET\", x, #{ expire: 5 })", "unknown option `expire`"),
        ("aws::request(\"s3\", \"GET\", x, #{ headrs: #{} })", "unknown option `headrs`"),
        (
            "aws::request(\"s3\", \"PUT\", x, #{ json: 1, xml: #{ a: 2 } })",
            "a request has one body, but both `json` and `xml` are given",
        ),
        ("aws::request(\"lamda\", \"GET\", \"/\")", "there is no service \"lamda\""),
        (
            "aws::call(\"sdb\", \"Select\", #{})",
            "sdb accepts no signatures of version 4, and Rhambda has no others",
        ),
    ]);
}

#[test]
fn entries_of_batches_are_known() {
    found(&[
        (
            "aws::sqs_send_all(x, [y, #{ MessageBody: y, DelaySecond: 5 }])",
            "unknown parameter Entries[1].DelaySecond",
        ),
        ("aws::sqs_send_all(x, [#{ Body: y }, \"a\"])", "unknown parameter Entries[0].Body"),
        (
            "aws::sqs_send_all(x, [#{ MessageBody: #{ a: y }, DelaySeconds: \"5\" }])",
            "Entries[0].DelaySeconds must be an int, not a string",
        ),
        ("aws::events_put_all([#{ Source: \"shop\", Detial: #{} }])", "unknown parameter Entries[0].Detial"),
        ("aws::s3_delete_all(x, [\"a\", #{ key: y }])", "unknown parameter Delete.Objects[1].key"),
        (
            "aws::s3_delete_all(x, [#{ Key: y, VersionId: 7 }])",
            "Delete.Objects[0].VersionId must be a string, not an int",
        ),
        (
            "aws::converse(x, [#{ role: \"user\", content: y }, #{ role: \"assistant\", contnt: y }])",
            "unknown parameter messages[1].contnt",
        ),
        (
            "let turns = [#{ role: 1, content: \"Hi\" }]; aws::converse(x, turns, #{ max_tokens: 7 })",
            "messages[0].role must be a string, not an int",
        ),
    ]);
    clean(&[
        "aws::sqs_send_all(x, [\"a\", #{ MessageBody: #{ order: y }, DelaySeconds: 5 }, y], #{ group_id: x })",
        "aws::sqs_send_all(x, y)",
        "aws::s3_delete_all(x, [\"a\", #{ Key: \"b\" }, #{ Key: y, VersionId: y }, y]); aws::s3_delete_all(x, y)",
        "aws::converse(x, \"Hi\"); aws::converse(x, y)",
        "aws::converse(x, [#{ role: \"user\", content: \"Hi\" }, #{ role: y, content: y }, y])",
        "aws::converse(x, [#{ role: \"user\", content: [#{ text: \"Hi\" }] }])",
        "aws::events_put_all([#{ Source: \"shop\", DetailType: \"paid\", Detail: #{ order: y } }], #{ bus: x })",
        "aws::events_put_all([x, #{ Source: y, DetailType: y, Detail: \"{}\" }])",
    ]);
}

#[test]
fn fields_of_pages_and_items_are_known() {
    found(&[
        (
            "for m in aws::call(\"sqs\", \"ReceiveMessage\", #{ QueueUrl: x }).Messages ?? [] { print(m.body); }",
            "the response of sqs ReceiveMessage has no field `body`",
        ),
        (
            "let r = aws::call(\"sqs\", \"ReceiveMessage\", #{ QueueUrl: x }); r.Messages.map(|m| m.body + y)",
            "the response of sqs ReceiveMessage has no field `body`",
        ),
        (
            "for page in aws::pages(\"s3\", \"ListObjectsV2\", #{ Bucket: x }) { print(page.Contnts); }",
            "the response of s3 ListObjectsV2 has no field `Contnts`",
        ),
        (
            "for o in aws::items(\"s3\", \"ListObjectsV2\", #{ Bucket: x }) { print(o.key); }",
            "the response of s3 ListObjectsV2 has no field `key`",
        ),
        (
            "for r in aws::items(\"ec2\", \"DescribeInstances\", #{}) { for i in r.Instances { print(i.Id); } }",
            "the response of ec2 DescribeInstances has no field `Id`",
        ),
        (
            "aws::wait(\"dynamodb\", \"TableExists\", #{ TableName: x }).Tabel",
            "the response of dynamodb DescribeTable has no field `Tabel`",
        ),
    ]);
    clean(&[
        "for o in aws::items(\"s3\", \"ListObjectsV2\", #{ Bucket: x }) { print(o.Key ?? o.Prefix); }",
        "let r = aws::call(\"sqs\", \"ReceiveMessage\", #{ QueueUrl: x }); r.Messages.map(|m| { m.extra = 1; m.extra })",
        "let r = aws::call(\"sqs\", \"ReceiveMessage\", #{ QueueUrl: x }); for m in r.Messages ?? [#{ body: 1 }] { print(m.body); }",
        "for item in aws::items(\"dynamodb\", \"Scan\", #{ TableName: x }) { print(item.anything.S); }",
        "for item in aws::items(\"dynamodb\", \"Scan\", #{ TableName: x }, #{ plain: true }) { print(item.address.street); }",
        "aws::call(\"dynamodb\", \"GetItem\", #{ TableName: x, Key: y }, #{ plain: true }).Item.address.street",
        "aws::call(\"iam\", \"GetRole\", #{ RoleName: x }).Role.AssumeRolePolicyDocument.Statement",
    ]);
}
