//! The headers by which a trace goes from one server to the next: AWS X-Ray's and the W3C's.

use rhai_vm::Value;

/// The span that an invocation or a request is a part of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parent {
    /// 32 hexadecimal digits.
    pub(super) trace_id: String,
    pub(super) span_id: u64,
    pub(super) is_sampled: bool,
    /// Further fields of X-Ray's header, each after a semicolon: Lambda finds functions that call each other in circles
    /// by `Lineage`.
    pub(super) more: String,
}

/// Reads `Root=1-…;Parent=…;Sampled=…`, in any order and with other fields. See "Tracing header" in the AWS X-Ray
/// developer guide.
pub(super) fn parse(header: &str) -> Option<Parent> {
    let field = |name: &str| {
        let mut fields = header.split(';').filter_map(|field| field.trim().split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| value.trim())
    };
    let trace_id = field("Root")?.strip_prefix("1-")?.replacen('-', "", 1);
    let span_id = span_id(field("Parent")?)?;
    let is_sampled = field("Sampled") == Some("1");
    let is_more = |field: &&str| {
        !["Root", "Parent", "Sampled", "Self"].contains(&field.split('=').next().unwrap_or_default())
    };
    let more = header.split(';').map(str::trim).filter(|field| !field.is_empty()).filter(is_more);
    let more = more.flat_map(|field| [";", field]).collect();
    is_trace_id(&trace_id).then(|| Parent {
        trace_id: trace_id.to_ascii_lowercase(),
        span_id,
        is_sampled,
        more,
    })
}

/// Reads `traceparent`: `00-<trace id>-<span id>-<flags>`. See "Trace Context", a recommendation of the W3C.
fn parse_w3c(header: &str) -> Option<Parent> {
    let mut parts = header.trim().split('-');
    let (version, trace_id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_known = version.len() == 2 && version != "ff" && (version != "00" || parts.next().is_none());
    let span_id = span_id(span)?;
    let flags = u8::from_str_radix(flags.get(..2)?, 16).ok()?;
    (is_known && is_trace_id(trace_id)).then(|| Parent {
        trace_id: trace_id.to_ascii_lowercase(),
        span_id,
        is_sampled: flags & 1 == 1,
        more: String::new(),
    })
}

/// The parent that the headers of an event name, such as one of API Gateway.
pub(super) fn of_event(event: &Value) -> Option<Parent> {
    let headers = event.as_map()?.get("headers").and_then(Value::as_map)?;
    let mut found = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("traceparent"));
    parse_w3c(found.next()?.1.as_str()?)
}

/// The value of X-Ray's header, with further fields.
pub(super) fn xray(trace_id: &str, span_id: u64, more: &str) -> String {
    format!("Root={};Parent={span_id:016x};Sampled=1{more}", xray_trace_id(trace_id))
}

/// The value of `traceparent`.
pub(super) fn w3c(trace_id: &str, span_id: u64, is_sampled: bool) -> String {
    format!("00-{trace_id}-{span_id:016x}-{:02x}", u8::from(is_sampled))
}

/// A trace id as X-Ray writes it.
pub(super) fn xray_trace_id(trace_id: &str) -> String {
    let (time, rest) = trace_id.split_at(8);
    format!("1-{time}-{rest}")
}

fn is_trace_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && text.bytes().any(|b| b != b'0')
}

fn span_id(text: &str) -> Option<u64> {
    let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16).ok().filter(|id| is_id && *id != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE_ID: &str = "5759e988bd862e3fe1be46a994272793";

    fn parent(is_sampled: bool) -> Parent {
        let more = String::new();
        Parent { trace_id: TRACE_ID.into(), span_id: 0x5399_5c3f_42cd_8ad8, is_sampled, more }
    }

    #[test]
    fn headers_of_xray() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        let header = format!("{root};Parent=53995c3f42cd8ad8;Sampled=1");
        assert_eq!(parse(&header), Some(parent(true)));
        assert_eq!(xray(TRACE_ID, 0x5399_5c3f_42cd_8ad8, ""), header);
        assert_eq!(
            parse(&format!("Sampled=1; Parent=53995c3f42cd8ad8;{root};Self=1;Lineage=1:2;")),
            Some(Parent { more: ";Lineage=1:2".into(), ..parent(true) })
        );
        for flag in ["Sampled=0", "Sampled=?", ""] {
            assert_eq!(parse(&format!("{root};Parent=53995c3f42cd8ad8;{flag}")), Some(parent(false)));
        }
        for wrong in [
            "",
            "x",
            root,
            "Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
            "Root=1-é;Parent=1",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn headers_of_the_w3c() {
        let header = format!("00-{TRACE_ID}-53995c3f42cd8ad8-01");
        assert_eq!(parse_w3c(&header), Some(parent(true)));
        assert_eq!(w3c(TRACE_ID, 0x5399_5c3f_42cd_8ad8, true), header);
        assert_eq!(parse_w3c(&format!("00-{TRACE_ID}-53995c3f42cd8ad8-00")), Some(parent(false)));
        assert_eq!(parse_w3c(&format!("01-{TRACE_ID}-53995c3f42cd8ad8-03-more")), Some(parent(true)));
        for wrong in [
            format!("ff-{TRACE_ID}-53995c3f42cd8ad8-01"),
            format!("00-{TRACE_ID}-53995c3f42cd8ad8-01-more"),
            format!("00-{TRACE_ID}-0000000000000000-01"),
            format!("00-{}-53995c3f42cd8ad8-01", "0".repeat(32)),
            format!("00-{TRACE_ID}-53995c3f42cd8ad8-é"),
            String::new(),
        ] {
            assert_eq!(parse_w3c(&wrong), None, "{wrong}");
        }
    }
}
