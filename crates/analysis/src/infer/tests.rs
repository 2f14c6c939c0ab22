use super::*;

/// What is known of the value before the last dot.
fn before(script: &str) -> Value {
    let outline = Outline::new(script.into());
    let dot = (0..outline.pieces.len()).rev().find(|at| outline.piece(*at) == ".").unwrap();
    Infer::new(&outline, &Catalog::new(&[])).before(dot)
}

#[test]
fn types_are_followed_through_variables_and_chains() {
    for (script, kind) in [
        ("let x = \"a\"; x.", Kind::String),
        ("let x = `a ${1}`; let y = x; y.", Kind::String),
        ("\"a,b\".split(\",\").", Kind::Array),
        ("let x = [1, 2].map(|x| x + 1).len() == 2; x.", Kind::Bool),
        ("fn f(event, context) { context.", Kind::Host("Context")),
        ("json::encode(#{ a: (1) }).", Kind::String),
        ("let x = #{ a: [1], b: #{ c: 1.5 } }; x.b.c.", Kind::Float),
        ("for (x, i) in 0..3 { i.", Kind::Int),
        ("for x in 0..3 { x.", Kind::Int),
        ("f((1 + 2).", Kind::Int),
    ] {
        assert_eq!(before(script).kind(), Some(kind), "{script}");
    }
    assert_eq!(before("fn f() { 1 } f()."), Value::Unknown);
}

#[test]
fn parts_of_the_event_are_known() {
    let field = |name: &str| Step::Field(name.into());
    let expected = Value::Event(vec![field("Records"), Step::Item, field("body")]);
    for script in [
        "fn handler(event) { event.Records[0].body.",
        "fn handler(event) { for record in event.Records { record[\"body\"].",
        "fn handler(event) { event.Records.map(|record| record.body.",
        "let first = event.Records[0]; first.body.",
    ] {
        assert_eq!(before(script), expected, "{script}");
    }
}

#[test]
fn looking_ends() {
    let script = "let x = x + x; ".repeat(3000) + "x.";
    assert_eq!(before(&script), Value::Unknown);
    let nested = format!("{}{}.", "(".repeat(3000), ")".repeat(3000));
    assert_eq!(before(&nested), Value::Unknown);
}
