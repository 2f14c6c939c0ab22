//! `markdown` and `html`: `tests/formats` compares them with other programs.

use super::{error, large_value, value};

#[test]
fn nothing_runs_in_html_of_others() {
    for markdown in [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<div\\nonclick=alert(1)>\\n",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#x0A;script:alert(1))",
        "[a](&#1;javascript:alert(1))",
        "[a](javascript&colon;alert(1))",
        "[a](vbscript:x) [b](data:text/html,x) [c](file:///etc/passwd)",
        "![a](data:image/svg+xml,x)",
        "[a]: javascript:alert(1)\\n\\n[a]",
        "<javascript:alert(1)>",
        "[a](x \\\"\\\"onclick=alert(1) \\\")",
        "![\\\"onerror=alert(1)](x)",
        "``` \\\"><script>\\n```",
    ] {
        let html = value(&format!("markdown::to_html(\"{markdown}\")"));
        let html: String = serde_json::from_str(&html).unwrap();
        for element in html.split('<').skip(1) {
            let tag = element.split('>').next().unwrap().to_lowercase();
            for bad in ["script", "=\"java", "=\"vb", "=\"data", "=\"file", " onclick", " onerror"] {
                let outside_quotes: String = tag.split('"').step_by(2).collect();
                let is_bad =
                    if bad.starts_with('=') { tag.contains(bad) } else { outside_quotes.contains(bad) };
                assert!(!is_bad, "{markdown}: {html}");
            }
        }
    }
    assert_eq!(
        value("markdown::to_html(`[a](https://x.y/z?a=b#c) [b](/local:x) [c](MAILTO:a@b.c) [d](#top) [e](x.html)`)"),
        r##""<p><a href=\"https://x.y/z?a=b#c\">a</a> <a href=\"/local:x\">b</a> <a href=\"MAILTO:a@b.c\">c</a> <a href=\"#top\">d</a> <a href=\"x.html\">e</a></p>\n""##
    );
}

#[test]
fn tables_and_lists_of_github() {
    let html = value("markdown::to_html(\"|a|b|\\n|-|-|\\n|1|~~2~~|\\n\\n- [x] done\\n\")");
    assert!(html.contains("<table>") && html.contains("<del>2</del>") && html.contains("checkbox"), "{html}");
    assert!(error("markdown::to_html(``, #{ html: 1 })").contains("`html` must be a boolean, not 1"));
    assert!(error("markdown::to_html(``, #{ raw: true })").contains("unknown option `raw`"));
    assert_eq!(value("markdown::to_html(``)"), "\"\"");
}

/// Each of them is slow or deep in some parser.
#[test]
fn hostile_documents_end() {
    let parts = r#"["*a ", "[", "![", "> ", "`", "<", "&", "- ", "|a", "**_", "[a](", "]: ", "<!--", "\\", "a\n", "[^a]", "~~", "1. "]"#;
    let script =
        format!("for part in {parts} {{ let m = \"\"; m.pad(20000, part); markdown::to_html(m); }} 1");
    assert_eq!(large_value(&script), "1");
    assert_eq!(large_value("let m = \"\"; m.pad(1000000, \"&amp;\"); html::unescape(m).len"), "200000");
    assert_eq!(
        large_value("let m = \"\"; m.pad(1000000, \"&\"); [html::unescape(m).len, html::escape(m).len]"),
        "[1000000,5000000]"
    );
}
