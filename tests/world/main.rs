//! A world of a tool's own in place of the real one: what a test runner for scripts needs.

mod mocks;

use mocks::Mocks;
use rhai_vm::Value;
use rhambda::context::{Context, Parts};
use rhambda::handler::HandlerSpec;
use rhambda::script::{Script, Sink};
use rhambda::settings::{FunctionInfo, Roots};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use web_server::{Reply, WebServer};

/// What a handler with this body returns for this event, in JSON, or its error.
fn run_with(event: &str, body: &str) -> String {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("main.rhai"), format!("fn handler(event, context) {{ {body} }}"))
        .unwrap();
    let roots = Roots { task: folder.path().into(), layer: folder.path().join("layer") };
    let spec = HandlerSpec::parse("main.handler").unwrap();
    let until = net::Until::NEVER.by(Some(Instant::now() + Duration::from_secs(30)));
    let world = Rc::new(Mocks::new(folder.path()));
    let mut script = Script::load_in(world, spec, roots, &FunctionInfo::default(), until).unwrap();
    let context = Context::from(Parts {
        function: Rc::default(),
        aws_request_id: "r-1".into(),
        deadline_ms: Some(1_767_323_055_000),
        client_context: Value::Unit,
        identity: Value::Unit,
        headers: Vec::new(),
    });
    let no_sink = || -> Rc<dyn Sink> { unreachable!("the scripts don't stream") };
    match script.call(format!("{event:?}").into(), context, until, no_sink) {
        Ok(response) => String::from_utf8(response).unwrap(),
        Err(failure) => failure.to_string(),
    }
}

fn run(body: &str) -> String {
    run_with("", body)
}

#[test]
fn the_clock_can_be_set() {
    let start = Instant::now();
    let times = run(r#"
        mock::time(1767323045678);
        cache::set("a", 1, 60);
        let before = [time::now(), unix_now(), unix_ms_now(), cache::get("a"), uuid_v7()[0..13]];
        sleep(3600);
        [before, time::now(), cache::get("a")]
    "#);
    assert_eq!(
        times,
        r#"[["2026-01-02T03:04:05.678Z",1767323045,1767323045678,1,"019b7ca9-8f2e"],"2026-01-02T04:04:05.678Z",null]"#
    );
    assert!(start.elapsed() < Duration::from_secs(20), "sleep does not wait");
}

#[test]
fn the_time_that_is_left_follows_the_clock() {
    assert_eq!(run("mock::time(1767323045000); context.get_remaining_time_in_millis()"), "10000");
}

#[test]
fn randomness_can_be_repeated() {
    let repeated = run(r"
        let draw = || [random::int(0, 1000000), random::bytes(4), random::float(), random::choice([1, 2, 3]), uuid_v4()];
        mock::random(7);
        let first = draw.call();
        mock::random(7);
        let second = draw.call();
        mock::random(8);
        [first == second, first == draw.call()]
    ");
    assert_eq!(repeated, "[true,false]");
}

#[test]
fn environment_variables_can_be_replaced() {
    let variables = run(r#"
        mock::env(#{ TABLE: "orders" });
        [env::get("TABLE"), env::has("PATH"), env::all()]
    "#);
    assert_eq!(variables, r#"["orders",false,{"TABLE":"orders"}]"#);
}

#[test]
fn requests_can_be_answered() {
    let server = WebServer::start(|_| Reply::text("real"));
    let responses = run_with(
        &server.url(),
        r#"
        mock::http("https://api.example.com/", |request| #{ status: 201, body: request.method + " " + request.body });
        mock::http("https://busy.example.com/", |request| #{ status: 503, body: "" });
        let posted = http::post("https://api.example.com/users", #{ n: 1 });
        let lines = [];
        for line in http::get("https://api.example.com/", #{ stream: true }).lines() { lines.push(line); }
        let all = http::all([event, "https://api.example.com/a", event]);
        [
            posted.status, posted.text(), lines, http::get(event).text(),
            all.map(|response| response.text()),
            http::get("https://busy.example.com/", #{ retries: 10 }).status,
        ]
        "#,
    );
    assert_eq!(responses, r#"[201,"POST {\"n\":1}",["GET "],"real",["real","GET ","real"],503]"#);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn an_answer_can_be_an_error() {
    let error = run(r#"
        mock::http("https://api.example.com/", |request| throw "unplugged");
        try { http::get("https://api.example.com/") } catch (error) { return [error.type, error.message]; }
    "#);
    assert!(error.contains("HttpError") && error.contains("unplugged"), "{error}");
}

#[test]
fn calls_of_aws_can_be_answered() {
    let results = run(r#"
        mock::aws("dynamodb", "GetItem", |parameters| #{ Item: #{ id: parameters.Key.id } });
        mock::aws("s3", "ListObjectsV2", |parameters| {
            let last = parameters.ContinuationToken == "2";
            #{ Contents: [#{ Key: parameters.ContinuationToken ?? "1" }], NextContinuationToken: if last { () } else { "2" }, IsTruncated: !last }
        });
        mock::aws("s3", "HeadObject", |parameters| #{ ContentLength: 5 });
        mock::aws("bedrock-runtime", "ConverseStream", |parameters| #{ stream: [#{ messageStop: #{} }] });
        mock::aws("s3", "GET /photos/a.txt", |request| #{ status: 200, body: "tea" });
        let key = #{ TableName: "t", Key: #{ id: #{ S: "7" } } };
        let keys = [];
        for object in aws::items("s3", "ListObjectsV2", #{ Bucket: "b" }) { keys.push(object.Key); }
        let events = 0;
        for event in aws::call("bedrock-runtime", "ConverseStream", #{ modelId: "m" }).stream { events += 1; }
        [
            aws::call("dynamodb", "GetItem", key).Item.id.S,
            aws::all([["dynamodb", "GetItem", key]])[0].result.Item.id.S,
            keys,
            aws::wait("s3", "ObjectExists", #{ Bucket: "b", Key: "k" }).ContentLength,
            events,
            aws::s3_get("photos", "a.txt").text(),
        ]
    "#);
    assert_eq!(results, r#"["7","7",["1","2"],5,1,"tea"]"#);
}

#[test]
fn parameters_are_checked_before_they_are_answered() {
    let error = run(r#"
        mock::aws("dynamodb", "GetItem", |parameters| #{});
        try { aws::call("dynamodb", "GetItem", #{ Tabel: "t" }) } catch (error) { return error.code; }
    "#);
    assert_eq!(error, r#""InvalidArgument""#);
}

#[test]
fn signatures_have_the_time_and_the_credentials_of_the_world() {
    let url = run(r#"
        mock::time(1767323045000);
        mock::env(#{ AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" });
        aws::presign("s3", "GET", "/photos/a.txt")
    "#);
    assert!(url.contains("X-Amz-Date=20260102T030405Z") && url.contains("AKIDEXAMPLE%2F20260102"), "{url}");
}

#[test]
fn files_can_be_elsewhere() {
    let written = run(r#"fs::write("/tmp/note.txt", "tea"); [fs::read("/tmp/note.txt"), fs::list("/tmp")]"#);
    assert_eq!(written, r#"["tea",["note.txt"]]"#);
}
