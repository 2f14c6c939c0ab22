//! Static files from the task root.

use super::error::router_error;
use super::reply::Reply;
use super::request::Request;
use crate::modules::host::host;
use base16ct::lower;
use rhai_vm::function::Call;
use rhai_vm::{memory, Result, Value};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The file that a folder stands for.
const INDEX: &str = "index.html";

/// The response with a file of a folder in the task root; `None` if it does not exist.
pub(super) fn serve(call: &Call<'_>, folder: &str, name: &str, request: &Request) -> Result<Option<Reply>> {
    let Some(path) = find(&host(call).task_root, folder, name) else { return Ok(None) };
    let Some(bytes) = read(call, &path)? else { return Ok(None) };
    let tag = format!("\"{}\"", lower::encode_string(&Sha256::digest(&bytes)[..16]));
    let mut reply = if is_known(request.header("if-none-match").unwrap_or_default(), &tag) {
        Reply::empty(304)
    } else {
        let (kind, is_text) = content_type(&path);
        let body = if is_text {
            String::from_utf8(bytes).map_or_else(|error| Value::blob(error.into_bytes()), Value::from)
        } else {
            Value::blob(bytes)
        };
        Reply::new(200, kind, body)
    };
    reply.set("etag", tag);
    reply.set("cache-control", "public, max-age=0, must-revalidate");
    Ok(Some(reply))
}

/// Checks the folder when it is declared.
pub(super) fn check_folder(folder: &str) -> Result<()> {
    if folder.is_empty() || !Path::new(folder).components().all(|part| matches!(part, Component::Normal(_))) {
        let message =
            format!("the folder {folder:?} is not one in the task root; pass a path such as \"public\"");
        return Err(router_error(message));
    }
    Ok(())
}

/// The path of a file. Nothing outside of the folder has one, not even through a link, and no hidden file.
fn find(task_root: &Path, folder: &str, name: &str) -> Option<PathBuf> {
    let is_visible = |part: Component<'_>| match part {
        Component::Normal(name) => !name.as_encoded_bytes().starts_with(b"."),
        _ => false,
    };
    if name.contains(['\0', '\\']) || !Path::new(name).components().all(is_visible) {
        return None;
    }
    let folder = fs::canonicalize(task_root.join(folder)).ok()?;
    let mut path = fs::canonicalize(folder.join(name)).ok()?;
    if path.is_dir() {
        path = fs::canonicalize(path.join(INDEX)).ok()?;
    }
    (path.starts_with(&folder) && path.is_file()).then_some(path)
}

fn read(call: &Call<'_>, path: &Path) -> Result<Option<Vec<u8>>> {
    call.check()?;
    let Ok(entry) = fs::metadata(path) else { return Ok(None) };
    memory::needs(usize::try_from(entry.len()).unwrap_or(usize::MAX))?;
    Ok(fs::read(path).ok())
}

/// Whether the client has the file with this tag (RFC 9110, section 13.1.2).
fn is_known(tags: &str, tag: &str) -> bool {
    tags.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// The content type of a file, and whether it is text.
fn content_type(path: &Path) -> (&'static str, bool) {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => ("text/html; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "md" => ("text/markdown; charset=utf-8", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "xml" => ("application/xml", true),
        "svg" => ("image/svg+xml", true),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "gif" => ("image/gif", false),
        "webp" => ("image/webp", false),
        "avif" => ("image/avif", false),
        "ico" => ("image/vnd.microsoft.icon", false),
        "woff2" => ("font/woff2", false),
        "woff" => ("font/woff", false),
        "pdf" => ("application/pdf", false),
        "wasm" => ("application/wasm", false),
        _ => ("application/octet-stream", false),
    }
}
