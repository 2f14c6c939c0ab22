//! Random feature flags, evaluated by scripts and by Powertools.

use crate::run;
use fake_runtime_api::FakeRuntimeApi;
use rhai_vm::Value as ScriptValue;
use rhambda::context::{Context, Parts};
use rhambda::handler::HandlerSpec;
use rhambda::script::{Script, Sink};
use rhambda::settings::{FunctionInfo, Roots};
use rhambda::world::World;
use serde_json::{json, Value};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use test_support::aws::Emulator;
use test_support::function::Function;
use web_server::{Reply, WebServer};

const SCRIPT: &str = r"
fn handler(event) {
    let flags = ();
    try { flags = flags::parse(event.document); } catch (e) { return #{ error: e.message }; }
    let values = #{};
    for name in event.names { values[name] = flags.evaluate(name, event.context, `none`); }
    #{ values: values, enabled: flags.enabled(event.context) }
}
";

/// A world with a clock that the test sets.
struct Clock(Rc<Cell<u64>>);

impl World for Clock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.0.get())
    }
}

#[test]
fn features_have_the_values_of_powertools() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("main.rhai"), SCRIPT).unwrap();
    let roots = Roots { task: folder.path().into(), layer: folder.path().join("layer") };
    let spec = HandlerSpec::parse("main.handler").unwrap();
    let clock = Rc::new(Cell::new(0));
    let (world, until) = (Rc::new(Clock(Rc::clone(&clock))), net::Until::NEVER);
    let mut script = Script::load_in(world, spec, roots, &FunctionInfo::default(), until).unwrap();
    let (mut different, mut invalid, mut matching, mut by_rule) = (Vec::new(), 0, 0, 0);
    for seed in 0..4 {
        for case in run("flags.py", &[], &json!({ "seed": seed, "count": 2000 })).as_array().unwrap() {
            clock.set(case["now"].as_u64().unwrap());
            let found = evaluate(&mut script, case);
            match &case["expected"] {
                Value::Null if found["error"].is_string() => invalid += 1,
                expected if found == *expected => {
                    matching += 1;
                    by_rule += decided_by_rules(case);
                }
                _ => different.push(format!("{case}\n{found}")),
            }
        }
    }
    assert!(
        different.is_empty(),
        "{} are different, such as\n{}",
        different.len(),
        different[..different.len().min(3)].join("\n")
    );
    assert!(invalid > 50 && matching > 5000, "{invalid} documents are invalid, {matching} are not");
    assert!(by_rule > 1000, "only {by_rule} features do not have their default");
}

/// How many features of a case do not have their default.
fn decided_by_rules(case: &Value) -> usize {
    let document: Value = serde_json::from_str(case["document"].as_str().unwrap()).unwrap();
    let features = document.as_object().unwrap().iter();
    features.filter(|(name, feature)| feature["default"] != case["expected"]["values"][name]).count()
}

fn evaluate(script: &mut Script, case: &Value) -> Value {
    let document: Value = serde_json::from_str(case["document"].as_str().unwrap()).unwrap();
    let names: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).chain(["unknown"]).collect();
    let event = json!({ "document": case["document"], "context": case["context"], "names": names });
    let context = Context::from(Parts {
        function: Rc::default(),
        aws_request_id: "r-1".into(),
        deadline_ms: None,
        client_context: ScriptValue::Unit,
        identity: ScriptValue::Unit,
        headers: Vec::new(),
    });
    let no_sink = || -> Rc<dyn Sink> { unreachable!("the script does not stream") };
    let response = script.call(event.to_string().into_bytes(), context, net::Until::NEVER, no_sink).unwrap();
    serde_json::from_slice(&response).unwrap()
}

#[test]
fn the_first_rule_that_matches_counts_as_it_is_written() {
    let rule = |value: i64| {
        format!(
            r#"{{"when_match": {value}, "conditions": [{{"action": "EQUALS", "key": "a", "value": 1}}]}}"#
        )
    };
    let document = format!(
        r#"{{"f": {{"default": 0, "boolean_type": false, "rules": {{"z": {}, "a": {}}}}}}}"#,
        rule(1),
        rule(2)
    );
    let event = json!({ "document": document, "context": { "a": 1 }, "names": ["f"] });
    let response = Function::main(SCRIPT).invoke(event.to_string()).answer.json();
    assert_eq!(response, json!({ "values": { "f": 1 }, "enabled": ["f"] }));
}

#[test]
fn invalid_documents_say_where() {
    let condition = |condition: &str| {
        format!(
            r#"{{"f": {{"default": true, "rules": {{"r": {{"when_match": true, "conditions": [{condition}]}}}}}}}}"#
        )
    };
    for (document, says) in [
        ("{".to_owned(), "the features are not JSON: EOF"),
        ("[]".to_owned(), "must be an object"),
        (r#"{"f": {}}"#.to_owned(), r#"the feature "f": it must be an object that is not empty"#),
        (r#"{"f": {"default": 1}}"#.to_owned(), "`default` must be a boolean"),
        (r#"{"f": {"default": true, "rules": [1]}}"#.to_owned(), "`rules` must be an object"),
        (
            r#"{"f": {"default": true, "rules": {"r": {"when_match": 1}}}}"#.to_owned(),
            r#"the rule "r": `when_match`"#,
        ),
        (condition(r#"{"action": "LIKE", "key": "a", "value": 1}"#), "LIKE: the action does not exist"),
        (condition(r#"{"action": "EQUALS", "key": "a"}"#), "must have a `value`"),
        (
            condition(
                r#"{"action": "MODULO_RANGE", "key": "a", "value": {"BASE": 1, "START": 0, "END": 1}}"#,
            ),
            "0 <= START",
        ),
        (
            condition(
                r#"{"action": "SCHEDULE_BETWEEN_TIME_RANGE", "key": "CURRENT_TIME", "value": {"START": "25:00", "END": "10:00"}}"#,
            ),
            "`START` must be a time such as 20:30, not \"25:00\"",
        ),
        (
            condition(
                r#"{"action": "SCHEDULE_BETWEEN_DAYS_OF_WEEK", "key": "CURRENT_DAY_OF_WEEK", "value": {"DAYS": [], "TIMEZONE": "Europe/Zurch"}}"#,
            ),
            "Europe/Zurich",
        ),
        ("[".repeat(100_000), "recursion limit"),
        (r#"{"\u0000rules": []}"#.to_owned(), "U+0000"),
    ] {
        let event = json!({ "document": document, "context": {}, "names": [] });
        let response = Function::main(SCRIPT).invoke(event.to_string()).answer.json();
        let error = response["error"].as_str().unwrap_or_default();
        assert!(error.contains(says), "{says}: {response}");
    }
}

#[test]
fn the_configuration_comes_from_app_config() {
    let script = r#"
fn handler(event) {
    let flags = flags::app_config("shop", "prod", "features", #{ envelope: "toggles.features" });
    [flags.evaluate("premium", #{ tier: "gold" }, "none"), flags.evaluate("premium", #{ tier: "tin" }, "none"), flags.enabled(#{})]
}
"#;
    let rule =
        json!({ "when_match": true, "conditions": [{ "action": "EQUALS", "key": "tier", "value": "gold" }] });
    let features =
        json!({ "premium": { "default": false, "rules": { "gold": rule } }, "beta": { "default": true } });
    let configuration = json!({ "toggles": { "features": features } }).to_string();
    let server = WebServer::start(move |request| match request.method.as_str() {
        "POST" => Reply::json(&json!({ "InitialConfigurationToken": "t" }).to_string()).with_status(201),
        _ => Reply::json(&configuration).header("Next-Poll-Configuration-Token", "u"),
    });
    let at = |url: &str| {
        Function::main(script)
            .env("AWS_ENDPOINT_URL", url)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "a")
            .env("AWS_SECRET_ACCESS_KEY", "b")
    };
    let answers = at(&server.url()).invoke_all(["{}", "{}"]);
    // The second invocation uses what the first one has fetched.
    for answer in answers {
        assert_eq!(answer.json(), json!([true, false, ["beta"]]));
    }

    let outcome = at(&Emulator::moto().url).invoke("{}");
    assert_eq!(outcome.answer.json(), json!(["none", "none", []]), "{}", outcome.log);
    assert!(outcome.log.contains("feature flags are not available; their defaults apply"), "{}", outcome.log);
}

#[test]
fn access_that_is_denied_is_an_error() {
    let script = r#"fn handler(event) { flags::app_config("shop", "prod", "features").enabled(#{}) }"#;
    let denied = json!({ "message": "no", "__type": "AccessDeniedException" }).to_string();
    let server = WebServer::start(move |_| {
        Reply::json(&denied).with_status(403).header("x-amzn-errortype", "AccessDeniedException")
    });
    let function = Function::main(script)
        .env("AWS_ENDPOINT_URL", &server.url())
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "a")
        .env("AWS_SECRET_ACCESS_KEY", "b");
    let api = FakeRuntimeApi::new().event("{}").start();
    let _process = function.start(&api);
    assert_eq!(api.wait_for_answers(1)[0].json()["errorType"], "AwsError");
}
