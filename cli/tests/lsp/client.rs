//! A small client that talks to `rhambda lsp`.

use serde_json::{json, Value};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::thread;
use std::time::Duration;
use test_support::folder::Folder;

/// How long the server may take for anything.
const PATIENCE: Duration = Duration::from_mins(2);

/// A folder with scripts, and a server that was told of it.
pub(crate) struct Client {
    folder: Folder,
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Notifications that nobody has waited for.
    waiting: Vec<Value>,
    last_id: i32,
    version: i32,
}

impl Client {
    /// Starts the server, and initializes it.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let mut client = Self::started(files);
        let root = client.uri("");
        let result = client.request("initialize", &json!({ "capabilities": {}, "rootUri": root }));
        assert_eq!(result["serverInfo"]["name"], "rhambda");
        client.notify("initialized", &json!({}));
        client
    }

    /// Starts the server only.
    pub(crate) fn started(files: &[(&str, &str)]) -> Self {
        let folder = Folder::new(files);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
        let command = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let input = server.stdin.take();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = receive(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { folder, server, input, messages, waiting: Vec::new(), last_id: 0, version: 0 }
    }

    /// The URI of a file in the folder.
    pub(crate) fn uri(&self, name: &str) -> String {
        let path = self.folder.path(name);
        format!("file://{}", path.to_str().unwrap().trim_end_matches('/'))
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    /// Sends bytes as they are.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("Content-Length: {}\r\n\r\n", bytes.len()).as_bytes()).unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        self.send_bytes(message.to_string().as_bytes());
    }

    /// Sends a request without waiting for the response.
    pub(crate) fn send(&mut self, method: &str, params: &Value) -> i32 {
        self.last_id += 1;
        let message = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params });
        self.send_bytes(message.to_string().as_bytes());
        self.last_id
    }

    /// The whole response to a request that was sent.
    pub(crate) fn response(&mut self, id: i32) -> Value {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("the server responds");
            if message["id"] == id {
                return message;
            }
            self.waiting.push(message);
        }
    }

    /// The result of a request.
    #[track_caller]
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send(method, params);
        let mut response = self.response(id);
        assert!(response["error"].is_null(), "{method}: {response}");
        response["result"].take()
    }

    /// The error of a request: its code and message.
    #[track_caller]
    pub(crate) fn error(&mut self, method: &str, params: &Value) -> (i64, String) {
        let id = self.send(method, params);
        let response = self.response(id);
        let error = &response["error"];
        (error["code"].as_i64().expect("an error"), error["message"].as_str().unwrap().to_owned())
    }

    /// Opens a document with this text.
    pub(crate) fn open(&mut self, name: &str, text: &str) {
        self.version += 1;
        let document =
            json!({ "uri": self.uri(name), "languageId": "rhai", "version": self.version, "text": text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    /// Opens a file of the folder.
    pub(crate) fn open_file(&mut self, name: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        self.open(name, &text);
    }

    /// Changes a document.
    pub(crate) fn change(&mut self, name: &str, changes: &Value) {
        self.version += 1;
        let document = json!({ "uri": self.uri(name), "version": self.version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", &params);
    }

    /// Replaces the text of a document.
    pub(crate) fn replace(&mut self, name: &str, text: &str) {
        self.change(name, &json!([{ "text": text }]));
    }

    /// The parameters of a request that the server sends.
    pub(crate) fn asked(&mut self, method: &str) -> Value {
        let mut message = self.messages.recv_timeout(PATIENCE).expect("the server asks");
        assert_eq!(message["method"], method);
        message["params"].take()
    }

    /// What is found in the last version of a document.
    pub(crate) fn diagnostics(&mut self, name: &str) -> Vec<Value> {
        let version = Some(self.version);
        self.published(name, |params| params["version"].as_i64() == version.map(i64::from))
    }

    /// What is shown for a file that is not open.
    pub(crate) fn shown(&mut self, name: &str) -> Vec<Value> {
        self.published(name, |params| params["version"].is_null())
    }

    fn published(&mut self, name: &str, is_meant: impl Fn(&Value) -> bool) -> Vec<Value> {
        let uri = self.uri(name);
        let is_meant = |message: &Value| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == *uri
                && is_meant(params)
        };
        let found = self.waiting.iter().position(is_meant);
        let mut message = match found {
            Some(at) => self.waiting.remove(at),
            None => loop {
                let message = self.messages.recv_timeout(PATIENCE).expect("the server publishes diagnostics");
                if is_meant(&message) {
                    break message;
                }
                self.waiting.push(message);
            },
        };
        serde_json::from_value(message["params"]["diagnostics"].take()).unwrap()
    }

    /// `CODE LINE:CHARACTER` of each diagnostic in the last version of a document.
    pub(crate) fn codes(&mut self, name: &str) -> Vec<String> {
        let diagnostics = self.diagnostics(name);
        let shown = diagnostics.iter().map(|it| {
            let start = &it["range"]["start"];
            format!("{} {}:{}", it["code"].as_str().unwrap_or_default(), start["line"], start["character"])
        });
        shown.collect()
    }

    /// The parameters of a request about a document.
    pub(crate) fn about(&self, name: &str) -> Value {
        json!({ "textDocument": { "uri": self.uri(name) } })
    }

    /// The parameters of a request about a place in a document.
    pub(crate) fn place(&self, name: &str, line: u32, character: u32) -> Value {
        let position = json!({ "line": line, "character": character });
        json!({ "textDocument": { "uri": self.uri(name) }, "position": position })
    }

    /// Ends the server as editors do.
    pub(crate) fn shut_down(mut self) -> ExitStatus {
        assert!(self.request("shutdown", &Value::Null).is_null());
        self.notify("exit", &Value::Null);
        self.server.wait().unwrap()
    }

    /// Ends the server as editors do that crash.
    pub(crate) fn vanish(mut self) -> ExitStatus {
        self.input = None;
        self.server.wait().unwrap()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn receive(output: &mut BufReader<std::process::ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut content = vec![0; length];
    output.read_exact(&mut content).ok()?;
    Some(serde_json::from_slice(&content).unwrap())
}

/// A text with the edits of a response, which are in UTF-16 positions.
pub(crate) fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units = usize::try_from(position["character"].as_u64().unwrap()).unwrap();
        let mut left = units;
        let found = text[start..].char_indices().find(|(_, c)| {
            let is_there = left == 0;
            left = left.saturating_sub(c.len_utf16());
            is_there
        });
        found.map_or(text.len(), |(at, _)| start + at)
    };
    let mut edits: Vec<_> = edits.as_array().unwrap().iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut result = text.to_owned();
    for edit in edits {
        let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        result.replace_range(range, edit["newText"].as_str().unwrap());
    }
    result
}
