//! What scripts can use beside Rhai's own functions: one file a module, each with tables of its functions.
//!
//! To add a module, write its file and list it here, in `mod` and in `modules!`.

pub(crate) mod accepted;
mod aes_gcm;
mod arguments;
mod aws;
mod base64;
mod cache;
mod cbor;
mod clock;
mod context;
mod correlation;
mod csv;
mod databases;
mod decimal;
mod derive;
mod dynamodb;
mod env;
pub(crate) mod error;
mod events;
mod fields;
mod flags;
mod fs;
mod gzip;
mod hash;
mod hex;
mod host;
mod html;
mod http;
pub(crate) mod http_event;
mod idempotency;
mod ids;
mod jmespath;
mod json;
mod jwt;
mod keys;
pub(crate) mod log;
mod mail;
pub mod markdown;
mod mask;
pub(crate) mod metrics;
mod multipart;
mod number;
mod options;
mod parameters;
mod password;
mod pointer;
mod postgres;
mod random;
mod records;
mod redis;
mod regex;
mod router;
mod signatures;
mod smtp;
mod sql;
pub(crate) mod stream;
mod streams;
mod template;
mod time;
mod toml;
mod totp;
pub(crate) mod trace;
mod trace_id;
mod url;
mod validate;
mod websocket;
mod xml;
mod yaml;
mod zip;

pub(crate) use aws::check as aws_check;
pub(crate) use host::{host, Host};
pub(crate) use http::response::NAMES as RESPONSE_PROPERTIES;
pub(crate) use mail::ATTACHMENT as MAIL_ATTACHMENT;
pub(crate) use regex::problem as regex_problem;
pub(crate) use router::request::NAMES as REQUEST_PROPERTIES;

use rhai_vm::module::Chapter;
use rhai_vm::vm::Library;

/// The type of the responses of `http`.
pub(crate) const RESPONSE: &str = http::response::Response::TYPE_NAME;

/// The tables and the documentation of modules, each in this order.
macro_rules! modules {
    ($($($part:ident)::+),* $(,)?) => {
        /// All that scripts can use beside the functions of the language.
        pub(crate) static LIBRARY: Library = &[$(&$($part)::+::MODULE),*];

        /// Its documentation.
        pub static REFERENCE: &[&Chapter] = &[$(&$($part)::+::CHAPTER),*];
    };
}

modules! {
    log,
    context,
    error,
    json,
    jmespath,
    validate,
    env,
    cache,
    base64,
    hex,
    gzip,
    zip,
    hash,
    jwt,
    signatures,
    aes_gcm,
    password,
    totp,
    derive,
    regex,
    url,
    multipart,
    mail,
    smtp,
    csv,
    toml,
    xml,
    yaml,
    cbor,
    html,
    markdown,
    template,
    aws,
    dynamodb,
    parameters,
    idempotency,
    flags,
    time,
    clock,
    fs,
    http,
    http::methods,
    websocket,
    websocket::methods,
    http_event,
    postgres,
    postgres::methods,
    sql,
    sql::methods,
    redis,
    redis::methods,
    router,
    router::request,
    events,
    events::batch,
    stream,
    metrics,
    trace,
    ids,
    random,
    decimal,
    number,
    mask,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai_vm::function::Function;

    fn check(functions: &[Function], of: &str) {
        for (number, function) in functions.iter().enumerate() {
            let optional = function.params.iter().map(|param| param.optional);
            assert!(optional.is_sorted(), "{of}{}: parameters that are needed come first", function.name);
            let is_same = |other: &&Function| {
                let kinds =
                    |function: &Function| function.params.iter().map(|param| param.kind).collect::<Vec<_>>();
                other.name == function.name && kinds(other) == kinds(function)
            };
            let count = functions[number + 1..].iter().filter(is_same).count();
            assert_eq!(count, 0, "{of}{} is there twice", function.name);
        }
    }

    #[test]
    fn tables_are_in_order() {
        for module in LIBRARY {
            check(module.functions, "");
            for namespace in module.namespaces {
                check(namespace.functions, &format!("{}::", namespace.name));
            }
        }
    }
}
