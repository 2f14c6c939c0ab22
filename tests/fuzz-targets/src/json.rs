//! JSON documents.

use rhambda::value;

/// What `serde_json` refuses and Rhambda reads.
const LENIENT: [&str; 5] = [
    "recursion limit exceeded",
    "number out of range",
    "lone leading surrogate in hex escape",
    "unexpected end of hex escape",
    "invalid unicode code point",
];

/// JSON: what is read and written is the same when it is read again, and what JSON is, says `serde_json`,
/// but for nesting, the range of numbers and lone surrogates.
pub fn json(data: &[u8]) {
    let theirs = serde_json::from_slice::<serde_json::Value>(data);
    let value = match value::decode(data) {
        Ok(value) => value,
        Err(problem) => {
            assert!(theirs.is_err() || problem.starts_with("nested deeper than 1000"), "{problem}");
            return;
        }
    };
    let is_strict = match &theirs {
        Ok(_) => true,
        Err(theirs) => {
            assert!(LENIENT.iter().any(|reason| theirs.to_string().starts_with(reason)), "{theirs}");
            false
        }
    };
    let written = value::encode(&value).expect("what came from JSON has that form");
    let again = value::decode(&written).expect("what was written can be read");
    // What is infinite is written as null.
    assert!(!is_strict || format!("{value:?}") == format!("{again:?}"), "{value:?} {again:?}");
    assert_eq!(value::encode(&again).as_ref(), Ok(&written));
    let pretty = value::encode_pretty(&value).expect("what came from JSON has that form");
    let again = value::decode(pretty.as_bytes()).expect("what was written can be read");
    assert_eq!(value::encode(&again).as_ref(), Ok(&written));
    value::to_text(&value).expect("there is memory for it");
}
