//! A web server on 127.0.0.1 for tests, plain or with TLS, which can misbehave on request.
//!
//! ```no_run
//! use web_server::{Reply, WebServer};
//!
//! let server = WebServer::start(|request| match &*request.path {
//!     "/users/1" => Reply::json(r#"{"name":"Ada"}"#),
//!     _ => Reply::status(404),
//! });
//! // … ask http://127.0.0.1:port, which is server.url(), for something …
//! assert_eq!(server.requests().len(), 0);
//! ```

mod certificate;
mod connection;
pub mod events;
mod reply;
mod request;
mod server;
mod silent;

pub use certificate::{Authority, Certificate};
pub use reply::Reply;
pub use request::Request;
pub use server::WebServer;
pub use silent::Silent;
