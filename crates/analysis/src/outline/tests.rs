use super::*;

/// The mentions of a name, each with what it means: the line of its declaration, or a word.
fn meanings(script: &str, name: &str) -> Vec<String> {
    let outline = Outline::new(script.into());
    let line = |offset: usize| script[..offset].matches('\n').count() + 1;
    let mentions = outline.mentions.iter().filter(|mention| outline.at(&mention.span) == name);
    mentions
        .map(|mention| match &mention.what {
            What::Declared(_) => "declared".to_owned(),
            What::Local(number) => format!("line {}", line(outline.declarations[*number].span.start)),
            What::Global { arguments } => format!("global {arguments:?}"),
            What::Qualified { arguments, .. } => format!("qualified {arguments:?}"),
            What::Method { arguments } => format!("method {arguments}"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn variables_mean_the_innermost_declaration() {
    let script = "let x = 1;\nlet x = x + 1;\nif x {\n let x = 2;\n x\n}\nx";
    assert_eq!(
        meanings(script, "x"),
        ["declared", "declared", "line 1", "line 2", "declared", "line 4", "line 2"]
    );
}

#[test]
fn functions_do_not_see_variables_of_the_top_level() {
    let script = "let x = 1;\nfn f(y) {\n x + y\n}\nx + y";
    assert_eq!(meanings(script, "x"), ["declared", "global None", "line 1"]);
    assert_eq!(meanings(script, "y"), ["declared", "line 2", "global None"]);
}

#[test]
fn closures_end_with_their_expression() {
    let script = "fn f(a) {\n a.map(|x| x + a).filter(\n|y| {\n y }, x);\n let g = || a;\n y }";
    assert_eq!(meanings(script, "x"), ["declared", "line 2", "global None"]);
    assert_eq!(meanings(script, "y"), ["declared", "line 3", "global None"]);
    assert_eq!(meanings(script, "a"), ["declared", "line 1", "line 1", "line 1"]);
    assert_eq!(meanings(script, "filter"), ["method 2"]);
}

#[test]
fn loops_and_catch_declare_in_their_blocks() {
    let script = "for (x, i) in f(#{ a: 1 }) {\n x + i }\nx;\ntry { } catch (e) {\n e }\ne";
    assert_eq!(meanings(script, "x"), ["declared", "line 1", "global None"]);
    assert_eq!(meanings(script, "i"), ["declared", "line 1"]);
    assert_eq!(meanings(script, "e"), ["declared", "line 4", "global None"]);
    assert_eq!(meanings(script, "a"), ["Key"]);
    assert_eq!(meanings(script, "f"), ["global Some(1)"]);
}

#[test]
fn imports_are_known_in_all_functions() {
    let script =
        "fn f() { money::add(1, 2,) + money::ZERO }\nimport \"lib/money\" as money;\njson::decode(\"\")";
    assert_eq!(meanings(script, "money"), ["line 2", "line 2", "declared"]);
    assert_eq!(meanings(script, "add"), ["qualified Some(2)"]);
    assert_eq!(meanings(script, "ZERO"), ["qualified None"]);
    assert_eq!(meanings(script, "json"), ["Space"]);
    let outline = Outline::new(script.into());
    let alias = outline.declarations.last().unwrap();
    assert_eq!(alias.kind, Kind::Import(Some("lib/money".into())));
}

#[test]
fn names_in_interpolations_are_found() {
    assert_eq!(meanings("let x = 1;\n`a ${x} ${`${x}`} x`", "x"), ["declared", "line 1", "line 1"]);
}

#[test]
fn a_half_typed_function_ends_where_the_next_begins() {
    let script = "fn f(a) {\n if a { g(\n\nprivate fn g(b) {\n a + b\n}\n";
    assert_eq!(meanings(script, "a"), ["declared", "line 1", "global None"]);
    assert_eq!(meanings(script, "b"), ["declared", "line 4"]);
    let outline = Outline::new(script.into());
    let functions: Vec<_> =
        outline.functions().map(|function| (function.signature(), function.is_shared)).collect();
    assert_eq!(functions, [("f(a)".into(), true), ("g(b)".into(), false)]);
}

#[test]
fn visible_names_end_with_their_block() {
    let script = "fn f(a) { let b = 1; if b { let c = 2; } }";
    let outline = Outline::new(script.into());
    let names = |offset: usize| {
        outline.visible_at(offset).map(|declaration| declaration.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(names(script.find(" let b").unwrap()), ["a"]);
    assert_eq!(names(script.find(" if").unwrap()), ["b", "a"]);
    assert_eq!(names(script.find(" } }").unwrap()), ["c", "b", "a"]);
    assert_eq!(names(script.len() - 1), ["b", "a"]);
}

#[test]
fn the_call_around_a_place_is_found() {
    let script = "f(1, g(2, 3), #{ a: [4, 5], b: 6 }); h()";
    let outline = Outline::new(script.into());
    let call = |text: &str| {
        let call = outline.call_at(script.find(text).unwrap())?;
        Some((outline.piece(call.name).to_owned(), call.argument))
    };
    assert_eq!(call("1"), Some(("f".into(), 0)));
    assert_eq!(call("3"), Some(("g".into(), 1)));
    assert_eq!(call("5"), Some(("f".into(), 2)));
    assert_eq!(call("h"), None);
    assert_eq!(outline.call_at(script.len() - 1).unwrap().argument, 0);
}

#[test]
fn the_comment_before_a_function_is_its_documentation() {
    let script = "// no\n\n/// Adds.\n/// Twice.\nfn f() {}\nlet a = 1; // of a\nfn g() {}\n/** Block */\nprivate fn h() {}";
    let outline = Outline::new(script.into());
    let docs: Vec<_> = outline.functions().map(|function| outline.docs(function)).collect();
    assert_eq!(docs, ["Adds.\nTwice.", "", "Block"]);
}

#[test]
fn documentation_comments_keep_the_indentation_of_code() {
    let script = "/**\n * Block\n *\n *     code\n * * item\n */\nfn f() {}\n/**\n    Plain\n        code\n*/\nfn g() {}\n///     code\n// note\nfn h() {}\n//// no\n/*** no */\n/**/\nfn i() {}";
    let outline = Outline::new(script.into());
    let docs: Vec<_> = outline.functions().map(|function| outline.doc_comments(function)).collect();
    assert_eq!(docs, ["Block\n\n    code\n* item", "Plain\n    code", "    code", ""]);
}

#[test]
fn the_top_of_a_script_documents_it() {
    let docs = |script: &str| Outline::new(script.into()).script_docs();
    assert_eq!(docs("// no\n//! All\n//!\n//! of it.\n/// Adds.\nfn f() {}"), "All\n\nof it.");
    assert_eq!(docs("/// All\n/// of it.\n\n/// Adds.\nfn f() {}"), "All\nof it.");
    assert_eq!(docs("/// Adds.\nfn f() {}"), "");
    assert_eq!(docs("/** All. */\nimport \"a\" as a;"), "All.");
    assert_eq!(docs("// no\n\n/// Only comments."), "Only comments.");
    assert_eq!(docs("fn f() {}\n//! Too late."), "");
}

#[test]
fn every_prefix_has_an_outline() {
    let script = "import \"a\" as a; fn string.f(x, y) { for (i, n) in x { `a ${y.map(|z| z[i])}`; #{ b: |q| { q } } } } export let x = f(1) catch (e) { switch x { 1 => |a| b, _ => 2 } }";
    for (end, _) in script.char_indices() {
        Outline::new(script[..end].into());
        Outline::new(script[end..].into());
    }
    for bracket in ["(", "{", "[", "#{", "|", "fn f(", "for x in {", "}", ")"] {
        Outline::new(bracket.repeat(50_000).into());
    }
}

#[test]
fn reading_many_names_takes_linear_time() {
    for script in ["let x = 1; x + y;\n", "import \"a\" as a; b::c;\n", "for x in y z\n"] {
        assert!(Outline::new(script.repeat(50_000).into()).mentions.len() >= 100_000);
    }
}
