//! A small client that talks to `rhambda dap`.

use serde_json::{json, Value};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{channel, Receiver};
use std::thread;
use std::time::{Duration, Instant};
use test_support::folder::Folder;

/// How long the adapter may take for anything.
const PATIENCE: Duration = Duration::from_mins(2);

/// A folder with scripts, and an adapter.
pub(crate) struct Client {
    pub(crate) folder: Folder,
    adapter: Child,
    input: Option<Box<dyn Write>>,
    messages: Receiver<Value>,
    /// Events and responses that nobody has waited for.
    waiting: Vec<Value>,
    last_seq: i64,
}

impl Client {
    /// Starts the adapter, and initializes it.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let mut client = Self::started(files);
        let body = client.request("initialize", &json!({ "adapterID": "rhambda", "pathFormat": "path" }));
        assert_eq!(body["supportsConfigurationDoneRequest"], true);
        client
    }

    /// Starts the adapter only.
    pub(crate) fn started(files: &[(&str, &str)]) -> Self {
        let folder = Folder::new(files);
        let mut command = Command::new(env!("CARGO_BIN_EXE_rhambda"));
        let command = command.arg("dap").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut adapter = command.spawn().unwrap();
        let input = adapter.stdin.take().unwrap();
        let output = adapter.stdout.take().unwrap();
        Self::over(folder, adapter, Box::new(input), output)
    }

    /// A client of an adapter that was started.
    pub(crate) fn over(
        folder: Folder,
        adapter: Child,
        input: Box<dyn Write>,
        output: impl Read + Send + 'static,
    ) -> Self {
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = receive(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { folder, adapter, input: Some(input), messages, waiting: Vec::new(), last_seq: 0 }
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    /// Sends bytes as they are.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    pub(crate) fn send_message(&mut self, message: &[u8]) {
        self.send_bytes(format!("Content-Length: {}\r\n\r\n", message.len()).as_bytes());
        self.send_bytes(message);
    }

    /// Sends a request without waiting for the response.
    pub(crate) fn send(&mut self, command: &str, arguments: &Value) -> i64 {
        self.last_seq += 1;
        let message =
            json!({ "seq": self.last_seq, "type": "request", "command": command, "arguments": arguments });
        self.send_message(message.to_string().as_bytes());
        self.last_seq
    }

    /// The whole response to a request that was sent.
    #[track_caller]
    pub(crate) fn response(&mut self, seq: i64) -> Value {
        let is_it = |message: &Value| message["type"] == "response" && message["request_seq"] == seq;
        if let Some(at) = self.waiting.iter().position(is_it) {
            return self.waiting.remove(at);
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("the adapter responds");
            if is_it(&message) {
                return message;
            }
            self.waiting.push(message);
        }
    }

    /// The body of the response to a request.
    #[track_caller]
    pub(crate) fn request(&mut self, command: &str, arguments: &Value) -> Value {
        let seq = self.send(command, arguments);
        let mut response = self.response(seq);
        assert_eq!(response["success"], true, "{command}: {response}");
        response["body"].take()
    }

    /// The message of a request that fails.
    #[track_caller]
    pub(crate) fn error(&mut self, command: &str, arguments: &Value) -> String {
        let seq = self.send(command, arguments);
        let response = self.response(seq);
        assert_eq!(response["success"], false, "{command}: {response}");
        response["message"].as_str().unwrap().to_owned()
    }

    /// The body of the next event of this name.
    #[track_caller]
    pub(crate) fn event(&mut self, name: &str) -> Value {
        let is_it = |message: &Value| message["type"] == "event" && message["event"] == name;
        if let Some(at) = self.waiting.iter().position(is_it) {
            return self.waiting.remove(at)["body"].take();
        }
        loop {
            let mut message = self.messages.recv_timeout(PATIENCE).expect("the event comes");
            if is_it(&message) {
                return message["body"].take();
            }
            self.waiting.push(message);
        }
    }

    /// Launches a program, and waits until breakpoints can be set.
    #[track_caller]
    pub(crate) fn launch(&mut self, mut arguments: Value) {
        arguments["cwd"] = json!(self.path(""));
        self.request("launch", &arguments);
        self.event("initialized");
    }

    /// Sets breakpoints in these lines; where they are.
    #[track_caller]
    pub(crate) fn breakpoints(&mut self, file: &str, breakpoints: &Value) -> Vec<Value> {
        let source = json!({ "path": self.path(file) });
        let body = self.request("setBreakpoints", &json!({ "source": source, "breakpoints": breakpoints }));
        body["breakpoints"].as_array().unwrap().clone()
    }

    #[track_caller]
    pub(crate) fn begin(&mut self) {
        self.request("configurationDone", &Value::Null);
    }

    /// Waits until the script waits; why and where: `breakpoint handler main.rhai:2:5`.
    #[track_caller]
    pub(crate) fn stopped(&mut self) -> String {
        let stopped = self.event("stopped");
        format!("{} {}", stopped["reason"].as_str().unwrap(), self.stack()[0])
    }

    /// The stack: `handler main.rhai:2:5`.
    #[track_caller]
    pub(crate) fn stack(&mut self) -> Vec<String> {
        let body = self.request("stackTrace", &json!({ "threadId": 1 }));
        let frames = body["stackFrames"].as_array().unwrap();
        let shown = |frame: &Value| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let source = text(&frame["source"]["name"]);
            format!("{} {source}:{}:{}", text(&frame["name"]), frame["line"], frame["column"])
        };
        frames.iter().map(shown).collect()
    }

    /// Goes on with a command, until the script waits again.
    #[track_caller]
    pub(crate) fn go(&mut self, command: &str) -> String {
        self.request(command, &json!({ "threadId": 1 }));
        self.stopped()
    }

    /// Goes on until the end; the program's exit status and what it wrote.
    #[track_caller]
    pub(crate) fn finish(&mut self) -> (i64, String) {
        self.request("continue", &json!({ "threadId": 1 }));
        self.ended()
    }

    /// Waits until the end; the program's exit status and what it wrote.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> (i64, String) {
        let status = self.event("exited")["exitCode"].as_i64().unwrap();
        self.event("terminated");
        (status, self.output())
    }

    /// What the program has written so far.
    pub(crate) fn output(&mut self) -> String {
        let mut output = String::new();
        for message in &self.waiting {
            if message["event"] == "output" {
                output.push_str(message["body"]["output"].as_str().unwrap());
            }
        }
        output
    }

    /// The names of the frame's scopes, with the numbers of their variables.
    #[track_caller]
    pub(crate) fn scopes(&mut self, frame: usize) -> Vec<(String, u64)> {
        let stack = self.request("stackTrace", &json!({ "threadId": 1 }));
        let id = &stack["stackFrames"][frame]["id"];
        let body = self.request("scopes", &json!({ "frameId": id }));
        let scope = |scope: &Value| {
            (scope["name"].as_str().unwrap().to_owned(), scope["variablesReference"].as_u64().unwrap())
        };
        body["scopes"].as_array().unwrap().iter().map(scope).collect()
    }

    /// The variables behind a number: `name = value`.
    #[track_caller]
    pub(crate) fn variables(&mut self, reference: u64) -> Vec<String> {
        let body = self.request("variables", &json!({ "variablesReference": reference }));
        let shown = |variable: &Value| {
            format!("{} = {}", variable["name"].as_str().unwrap(), variable["value"].as_str().unwrap())
        };
        body["variables"].as_array().unwrap().iter().map(shown).collect()
    }

    /// The variables of the first scope of a frame.
    #[track_caller]
    pub(crate) fn locals(&mut self, frame: usize) -> Vec<String> {
        let scopes = self.scopes(frame);
        let locals = scopes.iter().find(|(name, _)| name == "Locals").unwrap().1;
        self.variables(locals)
    }

    /// The value of an expression in the innermost frame.
    #[track_caller]
    pub(crate) fn evaluate(&mut self, expression: &str, context: &str) -> String {
        let body = self.request("evaluate", &json!({ "expression": expression, "context": context }));
        body["result"].as_str().unwrap().to_owned()
    }

    /// Closes the adapter's input.
    pub(crate) fn leave(&mut self) {
        self.input = None;
    }

    /// Waits until the adapter ends.
    #[track_caller]
    pub(crate) fn exit(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.adapter.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "the adapter does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.adapter.kill();
        let _ = self.adapter.wait();
    }
}

fn receive(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim().split_once(": ") {
            Some((_, number)) => length = number.parse().ok()?,
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    output.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}
