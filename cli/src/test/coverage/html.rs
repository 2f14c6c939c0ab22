//! Coverage as a page with the source.

use super::{percent, Script};
use std::fmt::Write as _;
use std::fs;

const HEAD: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Coverage</title><style>
body { font: 14px system-ui, sans-serif; margin: 2em; }
td { padding: 0 1em 0 0; }
pre { line-height: 1.4; }
.hits { color: #888; display: inline-block; text-align: right; user-select: none; width: 5em; }
.yes { background: #e3f6e3; } .no { background: #fbdcdc; }
</style></head><body><h1>Coverage</h1>
";

pub(in crate::test) fn report(scripts: &[Script]) -> String {
    let mut page = HEAD.to_owned() + "<table>\n";
    for (number, script) in scripts.iter().enumerate() {
        let share = percent(script.reached(), script.lines.len());
        let name = escaped(&script.name);
        let _ = writeln!(page, "<tr><td><a href=\"#f{number}\">{name}</a></td><td>{share}</td></tr>");
    }
    page.push_str("</table>\n");
    for (number, script) in scripts.iter().enumerate() {
        let _ = write!(page, "<h2 id=\"f{number}\">{}</h2>\n<pre>", escaped(&script.name));
        for (line, at) in fs::read_to_string(&script.path).unwrap_or_default().lines().zip(1..) {
            let (class, hits) = match script.lines.get(&at) {
                Some(0) => ("no", "0".to_owned()),
                Some(hits) => ("yes", hits.to_string()),
                None => ("", String::new()),
            };
            let line = escaped(line);
            let _ = writeln!(
                page,
                "<span class=\"{class}\"><span class=\"hits\">{hits}</span> {at:4} {line}</span>"
            );
        }
        page.push_str("</pre>\n");
    }
    page + "</body></html>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
