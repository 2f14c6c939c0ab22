//! What the examples find at `https://api.example.com`: a server of the tests' own, to which a proxy
//! leads.

use serde_json::{json, Value};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::thread;
use web_server::events::event;
use web_server::{Authority, Reply, Request, WebServer};

const HOST: &str = "api.example.com";

/// The servers of all examples.
pub(crate) struct Web {
    proxy: WebServer,
    _api: WebServer,
    authority: Authority,
}

impl Web {
    /// Started at the first call.
    pub(crate) fn get() -> &'static Self {
        static WEB: OnceLock<Web> = OnceLock::new();
        WEB.get_or_init(|| {
            let authority = Authority::new();
            let api = WebServer::start_secured(&authority.certificate(&[HOST]), answer);
            let address = api.address();
            let proxy = WebServer::start(move |request| match &*request.path {
                path if path == format!("{HOST}:443") => Reply::tunnel(address),
                _ => Reply::status(502),
            });
            Self { proxy, _api: api, authority }
        })
    }

    /// The variable that leads there.
    pub(crate) fn proxy(&self) -> String {
        self.proxy.url()
    }

    /// The certificate of the authority that signed the server's.
    pub(crate) fn certificate(&self) -> &str {
        self.authority.pem()
    }
}

/// The URL of a server of `WebSockets` that echoes messages.
pub(crate) fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut socket = tungstenite::accept(stream.unwrap()).unwrap();
            thread::spawn(move || {
                while let Ok(message) = socket.read() {
                    if message.is_text() || message.is_binary() {
                        socket.send(message).unwrap();
                    }
                }
            });
        }
    });
    format!("ws://{address}")
}

/// The words of a model of Amazon Bedrock, as a stream of events.
fn words(words: &[&str]) -> Vec<u8> {
    let delta = |word| event("contentBlockDelta", &json!({ "delta": { "text": word } }).to_string());
    let stop = event("messageStop", r#"{"stopReason":"end_turn"}"#);
    words.iter().map(delta).chain([stop]).flatten().collect()
}

/// What the RDS Data API responds to a statement.
fn execute(statement: &Value) -> Reply {
    let sql = statement["sql"].as_str().unwrap_or_default();
    if sql.starts_with("UPDATE") {
        return Reply::json(r#"{"numberOfRecordsUpdated":1}"#);
    }
    if !sql.contains("WHERE id = :") || statement["parameters"][0]["value"]["longValue"] != 1 {
        let error = r#"{"message":"ERROR: column \"nonsense\" does not exist; SQLState: 42703"}"#;
        return Reply::status(400).header("x-amzn-errortype", "DatabaseErrorException").body(error);
    }
    let columns = json!([{ "label": "id", "typeName": "int4" }, { "label": "price", "typeName": "numeric" }]);
    let record = json!([{ "longValue": 1 }, { "stringValue": "4.50" }]);
    Reply::json(
        &json!({ "columnMetadata": columns, "records": [record], "numberOfRecordsUpdated": 0 }).to_string(),
    )
}

fn answer(request: &Request) -> Reply {
    let created = |id: u32| {
        let mut user = request.json();
        user["id"] = id.into();
        user.to_string()
    };
    match (&*request.method, &*request.path) {
        ("GET" | "HEAD", "/users/1") => Reply::json(r#"{"id":1,"name":"Ada"}"#),
        ("GET", "/users") if request.query == "name=Ada" => Reply::json(r#"[{"id":1,"name":"Ada"}]"#),
        ("POST", "/users") => Reply::status(201).header("content-type", "application/json").body(created(2)),
        ("PUT" | "PATCH", "/users/1") => Reply::json(&created(1)),
        ("DELETE", "/users/1") => Reply::status(204),
        ("OPTIONS", "/users") => Reply::status(204).header("allow", "GET, POST"),
        ("GET", "/.well-known/jwks.json") => Reply::json(
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
        ),
        ("POST", "/token") if request.text() == "grant_type=client_credentials" => {
            Reply::json(r#"{"token_type":"bearer","access_token":"secret"}"#)
        }
        ("GET", "/avatar.png") => Reply::status(200).header("content-type", "image/png").body(*b"\x89PNG"),
        ("GET", "/users.csv") => Reply::text("id,name\r\n1,Ada\r\n2,Grace\r\n"),
        ("GET", "/tokens") => Reply::status(200)
            .header("content-type", "text/event-stream")
            .body("data: {\"token\":\"Hello, \"}\n\ndata: {\"token\":\"Ada\"}\n\ndata: [DONE]\n\n"),
        ("POST", "/Execute") => execute(&request.json()),
        ("POST", "/BeginTransaction") => Reply::json(r#"{"transactionId":"t1"}"#),
        ("POST", "/CommitTransaction" | "/RollbackTransaction") => {
            Reply::json(r#"{"transactionStatus":"Done"}"#)
        }
        ("POST", path) if path.ends_with("/converse-stream") => {
            Reply::status(200).body(words(&["Hello, ", "Ada"]))
        }
        ("GET", path) if path.starts_with("/users/") => Reply::text("no such user").with_status(404),
        _ => Reply::status(404),
    }
}
