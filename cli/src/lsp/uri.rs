//! URIs of files.

use lsp_types::Uri;
use net::url::COMPONENT;
use percent_encoding::{percent_decode_str, utf8_percent_encode, AsciiSet};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// What a path in a URI contains as it is.
const PATH: &AsciiSet = &COMPONENT.remove(b'/');

/// The file of a URI. What is not saved yet is in a folder that does not exist.
pub(super) fn path(uri: &Uri) -> PathBuf {
    let Some(rest) = uri.as_str().strip_prefix("file://") else {
        let name = uri.as_str().replace(['/', ':'], "-");
        return PathBuf::from(format!("/untitled/{name}"));
    };
    let encoded = rest.find('/').map_or("/", |at| &rest[at..]);
    real(Path::new(&*percent_decode_str(encoded).decode_utf8_lossy()))
}

/// A path without links, as far as it exists.
pub(super) fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent().and_then(|parent| parent.canonicalize().ok()), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

/// The URI of a file.
pub(super) fn of(path: &Path) -> Option<Uri> {
    let encoded = utf8_percent_encode(path.to_str()?, PATH);
    Uri::from_str(&format!("file://{encoded}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded() {
        let uri = of(Path::new("/no such/ä:1.rhai")).unwrap();
        assert_eq!(uri.as_str(), "file:///no%20such/%C3%A4%3A1.rhai");
        assert_eq!(path(&uri), Path::new("/no such/ä:1.rhai"));
        assert_eq!(
            path(&Uri::from_str("untitled:Untitled-1").unwrap()),
            Path::new("/untitled/untitled-Untitled-1")
        );
    }
}
