//! The patterns of routes: `/orders/{id:int}/{rest*}`.

use super::error::router_error;
use rhai_vm::{Result, Value};

/// A part of a pattern, between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Literal(String),
    Param(String, Kind),
}

/// What a path parameter accepts, the most specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Int,
    Uuid,
    /// Any one segment.
    Text,
    /// All segments that are left.
    Rest,
}

impl Kind {
    /// The value of a parameter; `None` if the segment does not have this type.
    pub(super) fn read(self, segment: &str) -> Option<Value> {
        match self {
            Self::Int => segment.parse().ok().filter(|_| !segment.starts_with('+')).map(Value::Int),
            Self::Uuid => {
                let is_uuid = segment.len() == 36 && uuid::Uuid::try_parse(segment).is_ok();
                is_uuid.then(|| segment.into())
            }
            Self::Text => (!segment.is_empty()).then(|| segment.into()),
            Self::Rest => Some(segment.into()),
        }
    }
}

/// The segments of a pattern.
///
/// # Errors
/// `RouterError`, which says what is wrong with the pattern.
pub(super) fn parse(pattern: &str) -> Result<Vec<Segment>> {
    let invalid = |problem: String| router_error(format!("the route {pattern:?} is invalid: {problem}"));
    let Some(path) = pattern.strip_prefix('/') else {
        return Err(invalid("begin it with a slash".to_owned()));
    };
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let segments: Vec<_> =
        path.split('/').map(segment).collect::<std::result::Result<_, _>>().map_err(invalid)?;
    let is_rest = |segment: &Segment| matches!(segment, Segment::Param(_, Kind::Rest));
    if let Some(place) = segments.iter().position(is_rest).filter(|place| place + 1 < segments.len()) {
        return Err(invalid(format!(
            "nothing can follow {:?}",
            path.split('/').nth(place).unwrap_or_default()
        )));
    }
    let mut names: Vec<_> = segments.iter().filter_map(name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(invalid(format!("it has two parameters {:?}; rename one", pair[0]))),
        None => Ok(segments),
    }
}

fn name(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Literal(_) => None,
        Segment::Param(name, _) => Some(name),
    }
}

fn segment(text: &str) -> std::result::Result<Segment, String> {
    let Some(param) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return if text.is_empty() {
            Err("it has two slashes in a row; remove one".to_owned())
        } else if text.contains(['{', '}', '*', '?', '#']) {
            Err(format!(
                "{text:?} is neither a literal nor one parameter; write {{name}} between two slashes"
            ))
        } else {
            Ok(Segment::Literal(text.to_owned()))
        };
    };
    let (name, kind) = match (param.strip_suffix('*'), param.split_once(':')) {
        (Some(name), _) => (name, Kind::Rest),
        (None, Some((name, "int"))) => (name, Kind::Int),
        (None, Some((name, "uuid"))) => (name, Kind::Uuid),
        (None, Some((_, kind))) => return Err(format!("the type {kind:?} does not exist; use int or uuid")),
        (None, None) => (param, Kind::Text),
    };
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit());
    if is_name {
        Ok(Segment::Param(name.to_owned(), kind))
    } else {
        Err(format!("{name:?} is not a parameter's name; use letters, digits and _"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_have_literals_and_typed_parameters() {
        let param = |name: &str, kind| Segment::Param(name.to_owned(), kind);
        let expected =
            [Segment::Literal("orders".to_owned()), param("id", Kind::Int), param("path", Kind::Rest)];
        assert_eq!(parse("/orders/{id:int}/{path*}").unwrap(), expected);
        assert_eq!(parse("/").unwrap(), []);
        for wrong in
            ["", "orders", "/a//b", "/{}", "/{a", "/{a}b", "/{a:float}", "/{a*}/b", "/{a}/{a}", "/{1}", "/*"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn integers_have_one_form() {
        assert_eq!(Kind::Int.read("-7").and_then(|value| value.as_int()), Some(-7));
        for wrong in ["", "+7", "7.0", "0x7", "9223372036854775808", " 7"] {
            assert!(Kind::Int.read(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_is_parsed_or_refused(pattern in "/?([a-z{}:*/?]|int){0,12}") {
            let _ = parse(&pattern);
        }
    }
}
