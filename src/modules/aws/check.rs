//! What the functions of `aws` accept, without calling them: for tools that look at scripts.

use super::download::Target;
use super::options::Options;
use super::{operation, pages, wait};
use aws::Result;
use rhai_vm::Map;

pub(crate) use super::all::check as call;

/// Checks the options of a function of `aws`, without calling it. `presign_request` is `presign` with a method and a path.
///
/// # Errors
/// An option is unknown, or a value is wrong.
pub(crate) fn options(function: &str, options: Map) -> Result<()> {
    Options::all(options, |options| take(function, options))
}

/// The names of the options of a function of `aws`.
pub(crate) fn names(function: &str) -> Vec<&'static str> {
    let mut options = Options::new(Map::new());
    // There is nothing that could be wrong.
    let _ = take(function, &mut options);
    options.names().to_vec()
}

fn take(function: &str, options: &mut Options) -> Result<()> {
    match function {
        "call" => operation::options(options).map(drop),
        "pages" | "items" => pages::options(options).map(drop),
        "wait" => wait::options(options).map(drop),
        "presign" => options.presigned().map(drop),
        "presign_request" => options.presigned_request(&mut aws::Rest::default()).map(drop),
        "request" => {
            options.rest(&mut aws::Rest::default())?;
            Target::of(options)?;
            options.common().map(drop)
        }
        _ => options.operation().map(drop),
    }
}
