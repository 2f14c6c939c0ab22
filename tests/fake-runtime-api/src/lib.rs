//! A Lambda Runtime API on 127.0.0.1 for tests and benchmarks, which can
//! misbehave on request.
//!
//! A test plans what `/next` delivers and how each endpoint answers, starts
//! the server, runs a runtime against it and looks at what came:
//!
//! ```no_run
//! use fake_runtime_api::{FakeRuntimeApi, Reply};
//!
//! let api = FakeRuntimeApi::new()
//!     .event(r#"{"name":"x"}"#)
//!     .on_response(Reply::status(413, "{}"))
//!     .start();
//! // … start the runtime with AWS_LAMBDA_RUNTIME_API = api.address() …
//! let answers = api.wait_for_answers(1);
//! assert_eq!(answers[0].json()["name"], "x");
//! ```
//!
//! When the server is dropped, it asserts that the whole plan was used and
//! that the runtime kept to the protocol.

mod connections;
mod director;
mod endpoint;
pub mod http;
mod invocation;
mod plan;
pub mod protocol;
mod reply;
mod request;
mod running;
mod server;
mod state;

pub use director::Director;
pub use endpoint::Endpoint;
pub use invocation::Invocation;
pub use plan::FakeRuntimeApi;
pub use reply::Reply;
pub use request::{Chunk, Request};
pub use running::Running;
pub use server::{Answer, AnswerKind, Server};
