//! `urlencode`, `urldecode`, `url`.

use super::{error, large_value, value};

#[test]
fn texts() {
    assert_eq!(value(r#"urlencode("a b&c=ü/~-._")"#), r#""a%20b%26c%3D%C3%BC%2F~-._""#);
    assert_eq!(value("[urlencode(\"\"), urlencode(blob(1, 255))]"), r#"["","%FF"]"#);
    assert_eq!(
        value(r#"[urldecode("a%20b+%C3%BC"), urldecode("100%"), urldecode("")]"#),
        r#"["a b+ü","100%",""]"#
    );
    assert_eq!(error(r#"urldecode("a%ff")"#), "UrlError: the decoded bytes are not valid UTF-8 (at byte 2)");
    assert!(error("urlencode(5)").contains("urlencode expects a string or a blob, not i64"));
}

#[test]
fn urls() {
    assert_eq!(
        value(r#"url::parse("HTTPS://ada:s%3Aecret@Example.com:8443/a%20b/c?x=1&y=a+b&x=%C3%BC#part")"#),
        r#"{"fragment":"part","host":"example.com","params":{"x":["1","ü"],"y":"a b"},"password":"s:ecret","path":"/a%20b/c","port":8443,"query":"x=1&y=a+b&x=%C3%BC","scheme":"https","username":"ada"}"#
    );
    assert_eq!(
        value(
            r#"let u = url::parse("/users/7?full"); [u.scheme, u.host, u.port, u.path, u.params, u.fragment]"#
        ),
        r#"[null,null,null,"/users/7",{"full":""},null]"#
    );
    assert_eq!(value(r#"url::parse("http://[::1]:80/").host"#), r#""[::1]""#);
    assert_eq!(value(r#"url::parse("https://größe.example/ü").host"#), r#""größe.example""#);
    assert_eq!(value(r#"let u = url::parse(""); [u.path, u.query]"#), r#"["",null]"#);
}

#[test]
fn what_is_no_url_says_where() {
    assert_eq!(
        error(r#"url::parse("https://a/b c")"#),
        "UrlError: not a URL: ' ' must be percent-encoded at character 12"
    );
    assert_eq!(
        error(r#"url::parse("/ü%2")"#),
        "UrlError: not a URL: a % without two hex digits at character 3"
    );
    assert_eq!(error(r#"url::parse("http://a:70000/")"#), "UrlError: not a URL: the port 70000 is invalid");
    assert!(error(r#"url::parse("http://[::1")"#).starts_with("UrlError: not a URL: "));
    assert!(error("url::parse(5)").starts_with("FunctionNotFound"));
}

#[test]
fn queries() {
    assert_eq!(
        value(r#"url::query(#{ q: "a b&c", n: [1, 2.5, true], none: (), empty: "" })"#),
        r#""empty=&n=1&n=2.5&n=true&q=a+b%26c""#
    );
    assert_eq!(value("url::query(#{})"), r#""""#);
    assert_eq!(value(r#"url::params("a=1&a=2&b=%C3%BC+x".to_blob())"#), r#"{"a":["1","2"],"b":"ü x"}"#);
    assert_eq!(
        error("url::query(#{ a: #{} })"),
        "UrlError: the parameter `a` must be a string, a number, a bool or a time, not map"
    );
}

#[test]
fn ten_megabytes() {
    let script = "let text = \"a=ü b&\"; for i in 0..20 { text += text; }
        let encoded = urlencode(text);
        [encoded.len, urldecode(encoded) == text, url::params(text).a.len]";
    assert_eq!(large_value(script), "[17825792,true,1048576]");
}
