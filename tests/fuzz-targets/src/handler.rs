//! The handler setting.

use crate::run::assert_reportable;
use rhambda::handler::HandlerSpec;

/// The handler setting: a file that it names is inside of the root.
pub fn handler(data: &[u8]) {
    let Ok(setting) = std::str::from_utf8(data) else {
        return;
    };
    match HandlerSpec::parse(setting) {
        Ok(HandlerSpec::Function { file, function }) => {
            assert_inside(&file);
            assert!(!function.is_empty() && !function.contains(['.', '/']), "{function:?}");
        }
        Ok(HandlerSpec::Script { file }) => assert_inside(&file),
        Ok(HandlerSpec::Inline { source }) => assert_eq!(source, setting),
        Err(failure) => assert_reportable(&failure),
    }
}

fn assert_inside(file: &str) {
    assert!(file.ends_with(".rhai"), "{file:?}");
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    assert!(file.split('/').all(is_name), "{file:?}");
}
