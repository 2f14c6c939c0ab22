//! Markdown: the examples of `CommonMark`'s specification, which are in the package of the crate `pulldown-cmark`.

use crate::respond;
use package_source::package_source;
use serde_json::json;
use std::fs;

/// The examples: Markdown and HTML.
fn examples() -> Vec<(String, String)> {
    let source = fs::read_to_string(package_source("pulldown-cmark").join("tests/suite/spec.rs")).unwrap();
    let texts = source.split("r##\"").skip(1).map(|text| text.split("\"##").next().unwrap().to_owned());
    let texts: Vec<_> = texts.collect();
    texts.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// HTML as two programs may write it: white space between elements, quotes as such or as a reference, and `/` in empty elements.
fn normalized(html: &str) -> String {
    let html = html.replace("&quot;", "\"").replace(" />", ">").replace("/>", ">");
    html.split_ascii_whitespace().collect::<Vec<_>>().join(" ").replace("> <", "><")
}

#[test]
fn the_examples_of_commonmark_are_converted() {
    let examples = examples();
    assert!(examples.len() > 600, "there are only {} examples", examples.len());
    let script = "fn handler(event) {
        #{
            html: event.map(|markdown| markdown::to_html(markdown, #{ html: true })),
            safe: event.map(|markdown| markdown::to_html(markdown)),
        }
    }";
    let event = json!(examples.iter().map(|(markdown, _)| markdown).collect::<Vec<_>>()).to_string();
    let found = respond(script, &event);
    let mut failures = Vec::new();
    for (number, (markdown, expected)) in examples.iter().enumerate() {
        let html = found["html"][number].as_str().unwrap();
        if normalized(html) != normalized(expected) {
            failures.push(format!("{markdown}\n-- is\n{html}\n-- and not\n{expected}"));
        }
        // There are no other elements than those that Markdown has, and none of them runs anything.
        let safe = found["safe"][number].as_str().unwrap();
        for element in safe.split('<').skip(1) {
            let name: String =
                element.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            let known = [
                "a",
                "blockquote",
                "br",
                "code",
                "del",
                "div",
                "em",
                "h1",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "hr",
                "img",
                "input",
                "li",
                "ol",
                "p",
                "pre",
                "strong",
                "sup",
                "table",
                "tbody",
                "td",
                "th",
                "thead",
                "tr",
                "ul",
            ];
            assert!(known.contains(&name.as_str()), "{markdown}\n{safe}");
            assert!(
                !element.to_lowercase().contains("javascript:") || !element.contains("=\"j"),
                "{markdown}\n{safe}"
            );
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n\n"));
}
