//! The server that an example's function asks, as `server` in its `example.json` describes it.

use serde_json::Value;
use web_server::{Reply, Request, WebServer};

/// Stands for the server's URL in the answers and in the function's environment.
const URL: &str = "{server}";

/// Stands for the private key of the tests in the function's environment.
const PRIVATE_KEY: &str = "{private_key}";

/// What is answered to one request.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    pub(crate) status: u16,
    /// A text, or any other value as JSON.
    pub(crate) body: Value,
    /// The messages of a stream of events, in place of a body.
    pub(crate) events: Vec<Vec<u8>>,
}

/// Serves these, and 404 for all else.
pub(crate) fn serve(exchanges: Vec<Exchange>) -> WebServer {
    WebServer::start(move |request| {
        let target = [&*request.path, &*request.query].join(if request.query.is_empty() { "" } else { "?" });
        let is_meant = |exchange: &&Exchange| exchange.method == request.method && exchange.path == target;
        exchanges.iter().find(is_meant).map_or_else(|| Reply::status(404), |exchange| exchange.reply(request))
    })
}

/// A text with the server's URL and the private key in it.
pub(crate) fn with_url(text: &str, url: &str) -> String {
    text.replace(URL, url).replace(PRIVATE_KEY, include_str!("../support/keys/rsa.pem"))
}

impl Exchange {
    fn reply(&self, request: &Request) -> Reply {
        let url = format!("http://{}", request.header("host").unwrap_or_default());
        let reply = match &self.body {
            _ if !self.events.is_empty() => Reply::status(200).body(self.events.concat()),
            Value::Null => Reply::status(200),
            Value::String(text) => Reply::text(&with_url(text, &url)),
            json => Reply::json(&with_url(&json.to_string(), &url)),
        };
        reply.with_status(self.status)
    }
}
