//! Scripts to compare.

/// What is meant to differ: a part of the script, and the reason.
pub const DELIBERATE: &[(&str, &str)] = &[
    (
        "a.call(foo, 1);\n                    a\n",
        "a captured variable may be the object of its own closure: no data race",
    ),
    ("update: |x| this.action()", "a stack overflow keeps the calls that led to it"),
    ("eval(\"const XYZ = 42;\");", "what `eval` declares ends with it"),
    ("eval(\"let xyz = 10\");", "what `eval` declares ends with it"),
    ("let script = \"let y = x;\"", "what `eval` declares ends with it"),
    ("eval(\"let x = x - 1000\");", "what `eval` declares ends with it"),
    ("data.foo();\n                x\n", "a value that contains itself is shown once"),
    ("x.a = || x; x", "a value that contains itself is shown once"),
    ("parse_json(\"", "the host reads JSON"),
];

/// Scripts of our own.
pub const ALL: &[&str] = &[
    "{ try { for i in 0..3 { to_int(|| i > i) } } catch {} } let v; for j in 0..3 { print(j < 1) }",
    "let x = 1; let f = |a| a + x; x = 5; f.call(2)",
    "fn f(a) { let b = a; x += b; x } let x = 1; let y = f!(2) + x; [x, y, f!(x)]",
    "fn f(x) { y += x; x += 1; let z = y; g!(z) } fn g(q) { y += q + x; || x + y } let x = 1; let y = 2; f!(5); let h = f!(6); x = 100; [h.call(), x, y]",
    "fn f() { boom } let x = 1; f!()",
    "fn f(a) { x = 2; a } const x = 1; f!(3)",
    "fn f(n) { if n == 0 { return t; } t += n; f!(n - 1) } let t = 0; f!(20)",
    "fn f(n) { t += n; t } let t = 0; for i in 0..5 { call!(Fn(\"f\"), i); call!(Fn(\"f\").curry(i)); } t",
    "fn f(n) { t += n; t } let t = 0; call!(3, 1)",
    "fn f() { this } let t = 0; f!()",
    "fn int.f(p) { this + p.len() > 1 } #{ a: 1, bb: 2 }.filter(Fn(\"f\"))",
    "fn int.f() { this + 1 } fn string.f() { this + \"!\" } [1, \"x\"].map(Fn(\"f\"))",
    "fn int.f(p) { this + p } [1].map(Fn(\"f\"))",
    "fn int.f(p) { this + p } fn f(p) { \"any\" } let x = 3; let f = Fn(\"f\"); [x.call(f, 4), \"x\".call(f, 4), x.call(Fn(\"f\").curry(5))]",
    "fn int.f(p) { this += p } let x = 3; x.call(Fn(\"f\"), 4); x",
    "let x = 1; let f = eval(\"|| x\"); x = 2; f.call()",
    "let x = 1; eval(\"let y = 3; let g = || y; y = 4; g.call()\") + x",
    "let x = []; len!(x) + max!(1, 2)",
    "let x = []; push!(x, 1); x",
    "let a = []; push(a, 1); let f = || a; push(a, 2); a",
    "const c = [true]; let f = || { c = 1; }; f.call(); c",
    "const c = [1]; let f = || { || c.push(1) }; f.call().call(); c",
    "fn g() { const c = 1; let f = || c += 1; f.call(); c } g()",
    "try { eval(\")\") } catch (e) { print(e) }",
    "[1].filter(|x| Fn(\"<\"))",
    "const v = [1, ()]; v[1] += 5",
    "let s = \"ab\"; [split(s, 'b'), s]",
    "let s = \"ab\"; try { push(s, 1) } catch { } s",
    "try { boom } catch { try { throw; } catch (e) { print(e) } }",
    "try { try { boom } catch { try { throw; } catch { throw; } } } catch (e) { print(e) }",
    "const a = [1]; a.b += []",
    "let a = [1, 2]; [a.drain(\"f\"), a.retain(\"g\"), a]",
    "try { try { try { throw 1; } catch { try { throw; } catch (e) { print(e); throw; } } } catch { throw 2; } } catch (e) { print(e) }",
    "let c = []; for i in 0..3 { c.push(|| i); } c.map(|f| f.call())",
];

/// Scripts that differ on purpose, and what the machine makes of them: see `DIFFERENCES.md`.
pub const DIFFERENT: &[(&str, &str)] = &[
    ("let a = [1]; a.map(|x| a.len())", "Ok [1]"),
    ("let a = 20; let f = |x| { this += a + x }; a.call(f, 1); a", "Ok 41"),
    ("eval(\"let x = 1\"); is_def_var(\"x\")", "Ok false"),
    ("let a = [2, 1]; a.sort(|x, y| throw \"no\"); a", "Err Runtime error: no"),
    ("let a = [3, 1, 2]; a.sort(|x| x); a", "Ok [1, 2, 3]"),
    ("[1, 2].sum()", "Ok 3"),
    ("const n = 63; n[0..2][1] = true; n", "Err Cannot modify constant n"),
    ("let s = \"abc\"; s[-1] = 'x'; s", "Ok \"abx\""),
    ("let a = 1; let f = |x| { x += 1; x }; let g = || a; call(f, a); a", "Ok 1"),
    ("let sum = 0; for b in blob(3, 7) { sum += b; } sum", "Ok 21"),
    ("[1, 2].map(|x| exit(5))", "Ok 5"),
    ("let x = 1; x.tag", "Err Unknown property 'tag'"),
    ("get_fn_metadata_list()", "Err Function not found: get_fn_metadata_list"),
    ("let m = #{ a: 1 }; m.b = || m.a; m.b.call()", "Ok 1"),
];
