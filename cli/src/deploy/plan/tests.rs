use super::*;
use crate::architecture::Architecture;
use crate::config::LogFormat;
use crate::deploy::actual::{Alias, Settings, Url};
use crate::deploy::desired::{Layer, RUNTIME};
use serde_json::{json, Map};
use std::collections::BTreeMap;

const BASIC: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

/// A function of which nothing was said but what must be.
fn desired() -> Desired {
    Desired {
        name: "hello".into(),
        handler: "hello.handler".into(),
        code_sha256: "code".into(),
        bucket: None,
        has_bootstrap: true,
        architecture: None,
        role: Role::Own { policies: Vec::new() },
        layers: None,
        layer: None,
        memory: None,
        timeout: None,
        description: None,
        environment: None,
        log_format: None,
        tags: BTreeMap::new(),
        alias: None,
        url: None,
        url_mode: None,
        adopt: false,
    }
}

/// The function that comes out of it.
fn deployed() -> Actual {
    let settings = Settings {
        runtime: RUNTIME.into(),
        handler: "hello.handler".into(),
        code_sha256: "code".into(),
        architecture: "x86_64".into(),
        role: "arn:aws:iam::1:role/hello-role".into(),
        layers: Vec::new(),
        memory: 128,
        timeout: 3,
        description: String::new(),
        environment: texts(&[("A", "1"), ("B", "2")]),
        logging: Map::new(),
    };
    let function = Function {
        arn: "arn:aws:lambda:eu-west-1:1:function:hello".into(),
        settings,
        tags: texts(&[(TAG, "deploy"), ("team", "x")]),
    };
    Actual { function: Some(function), ..Actual::default() }
}

fn settings(actual: &mut Actual) -> &mut Settings {
    &mut actual.function.as_mut().unwrap().settings
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn lines(desired: &Desired, actual: &Actual) -> Vec<String> {
    plan(desired, actual, "aws").unwrap().iter().map(Step::to_string).collect()
}

fn refusal(desired: &Desired, actual: &Actual) -> String {
    plan(desired, actual, "aws").unwrap_err().to_string()
}

/// The plan must be this, and nothing is to do once these settings are the function's.
#[track_caller]
fn changes(desired: &Desired, expected: &str, done: impl FnOnce(&mut Settings)) {
    assert_eq!(lines(desired, &deployed()), [expected]);
    let mut after = deployed();
    done(settings(&mut after));
    assert!(lines(desired, &after).is_empty(), "it is not idempotent");
}

#[test]
fn a_new_function_gets_a_role() {
    let nothing = Actual { role: Some(RoleState::Missing), ..Actual::default() };
    assert_eq!(
        lines(&desired(), &nothing),
        ["+ role hello-role", "+ policy AWSLambdaBasicExecutionRole of role hello-role", "+ function hello"]
    );
    let policies = vec!["arn:aws:iam::1:policy/Read".to_owned()];
    let with_policies = Desired { role: Role::Own { policies }, ..desired() };
    // A plan that broke off is gone on with.
    let there = RoleState::There { arn: "arn".into(), policies: [BASIC.to_owned()].into() };
    let half = Actual { role: Some(there), ..Actual::default() };
    assert_eq!(lines(&with_policies, &half), ["+ policy Read of role hello-role", "+ function hello"]);
    let given = Desired { role: Role::Arn("arn:aws:iam::1:role/r".into()), ..desired() };
    assert_eq!(lines(&given, &Actual::default()), ["+ function hello"]);
}

#[test]
fn policies_are_named_in_their_partition() {
    let nothing = Actual { role: Some(RoleState::Missing), ..Actual::default() };
    let steps = plan(&desired(), &nothing, "aws-cn").unwrap();
    let policy = "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole".to_owned();
    assert_eq!(steps[1], Step::AttachPolicy { role: "hello-role".into(), policy });
}

#[test]
fn everything_at_once() {
    let nothing = Actual { role: Some(RoleState::Missing), ..Actual::default() };
    let all = Desired {
        bucket: Some("b".into()),
        layer: Some(Layer { name: "rhambda".into(), hash: "0".into() }),
        alias: Some("live".into()),
        url: Some(UrlAccess::Public),
        ..desired()
    };
    assert_eq!(
        lines(&all, &nothing)[2..],
        [
            "+ version of layer rhambda",
            "+ code in bucket b",
            "+ function hello",
            "+ alias live, to a new version",
            "+ URL for everyone",
            "+ permission rhambda-url",
            "+ permission rhambda-url-invoke",
        ]
    );
}

#[test]
fn a_function_needs_a_runtime() {
    let none = Desired { has_bootstrap: false, role: Role::Arn("arn:r".into()), ..desired() };
    let why = "the function has no runtime: add the layer";
    assert!(refusal(&none, &Actual::default()).starts_with(why));
    let empty = Desired { layers: Some(Vec::new()), ..none.clone() };
    refusal(&empty, &Actual::default());
    let layer = Desired { layers: Some(vec!["arn:l".into()]), ..none.clone() };
    assert_eq!(lines(&layer, &Actual::default()), ["+ function hello"]);
    let none = Desired { has_bootstrap: false, ..desired() };
    assert!(refusal(&none, &deployed()).starts_with(why), "it was in the code, and would be lost");
    let mut with_layer = deployed();
    settings(&mut with_layer).layers.push("arn:l".into());
    assert!(lines(&none, &with_layer).is_empty());
}

#[test]
fn nothing_differs() {
    assert!(lines(&desired(), &deployed()).is_empty());
    let said = Desired {
        architecture: Some(Architecture::X86_64),
        layers: Some(Vec::new()),
        memory: Some(128),
        timeout: Some(3),
        description: Some(String::new()),
        environment: Some(texts(&[("A", "1"), ("B", "2")])),
        log_format: Some(LogFormat::Text),
        tags: texts(&[("team", "x")]),
        url: Some(UrlAccess::None),
        ..desired()
    };
    assert!(lines(&said, &deployed()).is_empty());
}

#[test]
fn only_what_differs_changes() {
    let is = desired;
    changes(&Desired { code_sha256: "new".into(), ..is() }, "~ code", |s| s.code_sha256 = "new".into());
    changes(&Desired { handler: "a.b".into(), ..is() }, "~ handler hello.handler → a.b", |s| {
        s.handler = "a.b".into();
    });
    changes(&Desired { memory: Some(256), ..is() }, "~ memory 128 → 256 MB", |s| s.memory = 256);
    changes(&Desired { timeout: Some(9), ..is() }, "~ timeout 3 → 9 s", |s| s.timeout = 9);
    changes(&Desired { description: Some("d".into()), ..is() }, "~ description \"d\"", |s| {
        s.description = "d".into();
    });
    let arm = Desired { architecture: Some(Architecture::Arm64), ..is() };
    changes(&arm, "~ code, architecture x86_64 → arm64", |s| s.architecture = "arm64".into());
    let role = "arn:aws:iam::1:role/other".to_owned();
    let expected = format!("~ role arn:aws:iam::1:role/hello-role → {role}");
    changes(&Desired { role: Role::Arn(role.clone()), ..is() }, &expected, |s| s.role = role);
    let layer = "arn:aws:lambda:eu-west-1:1:layer:rhambda:3".to_owned();
    let layers = Desired { layers: Some(vec![layer.clone()]), ..is() };
    changes(&layers, "~ layers [] → [rhambda:3]", |s| s.layers = vec![layer]);
}

#[test]
fn values_of_variables_are_not_shown() {
    let environment = texts(&[("A", "1"), ("B", "secret"), ("C", "secret")]);
    let wanted = Desired { environment: Some(environment.clone()), ..desired() };
    changes(&wanted, "~ environment +C ~B", |s| s.environment = environment);
    let none = Desired { environment: Some(BTreeMap::new()), ..desired() };
    changes(&none, "~ environment -A -B", |s| s.environment.clear());
}

#[test]
fn what_is_said_of_the_log_keeps_the_rest() {
    let logging = json!({ "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "LogGroup": "g" });
    let mut actual = deployed();
    settings(&mut actual).logging = logging.as_object().unwrap().clone();
    let wanted = Desired { log_format: Some(LogFormat::Text), memory: Some(256), ..desired() };
    let steps = plan(&wanted, &actual, "aws").unwrap();
    let [Step::Configure { parameters, .. }] = &*steps else { panic!("{steps:?}") };
    let expected = json!({ "MemorySize": 256, "LoggingConfig": { "LogFormat": "Text", "LogGroup": "g" } });
    assert_eq!(json!(parameters), expected);
    assert_eq!(steps[0].to_string(), "~ memory 128 → 256 MB, log format JSON → Text");
}

#[test]
fn our_own_layer_is_published_once() {
    let layer = Layer { name: "rhambda".into(), hash: "0".into() };
    let wanted = Desired { layer: Some(layer), layers: Some(vec!["arn:other".into()]), ..desired() };
    let lines_of = |actual: &Actual| lines(&wanted, actual);
    assert_eq!(lines_of(&deployed()), ["+ version of layer rhambda", "~ layers with the new version"]);
    let published = Actual { layer: Some("arn:ours".into()), ..deployed() };
    assert_eq!(lines_of(&published), ["~ layers [] → [arn:ours, arn:other]"]);
    let mut used = published;
    settings(&mut used).layers = vec!["arn:ours".into(), "arn:other".into()];
    assert!(lines_of(&used).is_empty());
}

#[test]
fn tags_of_others_stay() {
    let tags = texts(&[("team", "y"), ("cost", "1")]);
    assert_eq!(lines(&Desired { tags, ..desired() }, &deployed()), ["+ tags cost=1, team=y"]);
}

#[test]
fn an_alias_points_to_what_was_deployed() {
    let wanted = Desired { alias: Some("live".into()), ..desired() };
    assert_eq!(lines(&wanted, &deployed()), ["+ alias live, to a new version"]);
    let mut actual = deployed();
    let latest = settings(&mut actual).clone();
    actual.alias = Some(Alias { settings: latest.clone() });
    assert!(lines(&wanted, &actual).is_empty());
    let changed = Desired { code_sha256: "new".into(), ..wanted.clone() };
    assert_eq!(lines(&changed, &actual), ["~ code", "~ alias live, to a new version"]);
    // What was changed without it, too.
    actual.alias = Some(Alias { settings: Settings { memory: 64, ..latest } });
    assert_eq!(lines(&wanted, &actual), ["~ alias live, to a new version"]);
}

#[test]
fn urls() {
    let url = |access, mode| Some(Url { address: "https://x".into(), access, mode });
    let (public, iam) = (UrlAccess::Public, UrlAccess::Iam);
    let permissions: BTreeSet<_> = [CALL_URL, INVOKE_BY_URL].map(str::to_owned).into();
    let with = |access, mode| Actual {
        url: url(access, mode),
        permissions: if access == public { permissions.clone() } else { BTreeSet::new() },
        ..deployed()
    };
    let wanted = |access, mode| Desired { url: access, url_mode: mode, ..desired() };
    let (buffered, stream) = (UrlMode::Buffered, UrlMode::Stream);
    let allow = ["+ permission rhambda-url", "+ permission rhambda-url-invoke"];
    let forbid = ["- permission rhambda-url", "- permission rhambda-url-invoke"];
    for (wanted, actual, expected) in [
        (wanted(Some(public), None), deployed(), [&["+ URL for everyone"], &allow[..]].concat()),
        (wanted(Some(iam), Some(stream)), deployed(), vec!["+ URL with IAM authentication, with streams"]),
        (wanted(Some(public), None), with(public, stream), vec![]),
        (
            wanted(Some(public), Some(stream)),
            with(public, buffered),
            vec!["~ URL for everyone, with streams"],
        ),
        (
            wanted(Some(public), None),
            with(iam, stream),
            [&["~ URL for everyone, with streams"], &allow[..]].concat(),
        ),
        (
            wanted(Some(iam), None),
            with(public, buffered),
            [&forbid[..], &["~ URL with IAM authentication"]].concat(),
        ),
        (wanted(Some(UrlAccess::None), None), with(public, buffered), [&forbid[..], &["- URL"]].concat()),
        (
            wanted(None, Some(stream)),
            with(iam, buffered),
            vec!["~ URL with IAM authentication, with streams"],
        ),
        (wanted(Some(UrlAccess::None), Some(stream)), deployed(), vec![]),
        (wanted(None, None), with(public, stream), vec![]),
    ] {
        assert_eq!(lines(&wanted, &actual), expected, "{wanted:?} {actual:?}");
    }
    for actual in [deployed(), Actual::default()] {
        let said = refusal(&wanted(None, Some(stream)), &actual);
        assert!(said.starts_with("--url-mode sets how a function URL responds"), "{said}");
    }
}

#[test]
fn functions_of_others_are_left_alone() {
    let mut python = deployed();
    settings(&mut python).runtime = "python3.13".into();
    let said = refusal(&desired(), &python);
    assert!(said.starts_with("the function hello exists and has the runtime python3.13: choose"), "{said}");
    assert_eq!(refusal(&Desired { adopt: true, ..desired() }, &python), said, "adopting is no way out");
    settings(&mut python).runtime.clear();
    assert!(refusal(&desired(), &python).contains("uses a container image"));
    let mut by_hand = deployed();
    by_hand.function.as_mut().unwrap().tags.clear();
    settings(&mut by_hand).runtime = "provided.al2".into();
    let said = refusal(&desired(), &by_hand);
    assert!(said.contains("was not deployed by rhambda") && said.contains("--adopt"), "{said}");
    assert_eq!(
        lines(&Desired { adopt: true, ..desired() }, &by_hand),
        ["~ runtime provided.al2 → provided.al2023", "+ tags rhambda=deploy"]
    );
}

#[test]
fn roles_that_are_missing() {
    let named = Desired { role: Role::Name("worker".into()), ..desired() };
    let missing = Actual { role: Some(RoleState::Missing), ..deployed() };
    assert!(refusal(&named, &missing).starts_with("the role worker does not exist: create it"));
    let arn = "arn:aws:iam::1:role/worker".to_owned();
    let there = Actual { role: Some(RoleState::There { arn, policies: BTreeSet::new() }), ..deployed() };
    assert_eq!(lines(&named, &there), ["~ role arn:aws:iam::1:role/hello-role → arn:aws:iam::1:role/worker"]);
}

#[test]
fn policies_go_to_our_own_role_only() {
    let policies = vec!["arn:aws:iam::1:policy/Read".to_owned()];
    let wanted = Desired { role: Role::Own { policies }, ..desired() };
    let there = RoleState::There { arn: "arn".into(), policies: [BASIC.to_owned()].into() };
    let own = Actual { role: Some(there), ..deployed() };
    assert_eq!(lines(&wanted, &own), ["+ policy Read of role hello-role"]);
    let mut other = own;
    settings(&mut other).role = "arn:aws:iam::1:role/worker".into();
    assert!(refusal(&wanted, &other).contains("attach the policies there"));
    assert!(lines(&desired(), &other).is_empty(), "without policies, any role may stay");
}

#[test]
fn long_names_make_roles_that_iam_takes() {
    let long = Desired { name: "x".repeat(64), ..desired() };
    assert_eq!(long.own_role().len(), 64);
    assert!(long.own_role().ends_with("x-role"));
}
