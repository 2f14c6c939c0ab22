//! Responses of HTTP servers.

use crate::run::{run, Folder};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::sync::{mpsc, Mutex, OnceLock};
use std::thread;

const SCRIPT: &str = include_str!("server.rhai");

/// A server that sends to each connection what it is told to, and closes it.
struct Server {
    port: u16,
    responses: Mutex<mpsc::Sender<Vec<u8>>>,
}

impl Server {
    fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a port").port();
        let (sender, responses) = mpsc::channel::<Vec<u8>>();
        thread::spawn(move || {
            let mut response = Vec::new();
            for connection in listener.incoming() {
                let mut connection = connection.expect("a connection");
                // A redirect leads here again, and gets the same response.
                response = responses.try_iter().last().unwrap_or(response);
                // The client may go away at any time.
                let mut request = [0; 4096];
                let _ = connection.read(&mut request);
                let _ = connection.write_all(&response);
                let _ = connection.shutdown(Shutdown::Write);
                while connection.read(&mut request).is_ok_and(|count| count > 0) {}
            }
        });
        Self { port, responses: Mutex::new(sender) }
    }
}

/// The bytes of a response.
pub fn server(data: &[u8]) {
    let server = Server::shared();
    server.responses.lock().expect("no thread panics").send(data.to_vec()).expect("the server runs");
    let event = json!({ "url": format!("http://127.0.0.1:{}/", server.port) });
    for result in run(&Folder::with(SCRIPT), "main.handler", &[event.to_string()]) {
        let Err(failure) = result else {
            continue;
        };
        let error_type = failure.error_type.as_str();
        let expected = ["HttpError", "Runtime.Timeout", "Runtime.OutOfMemory"];
        assert!(expected.contains(&error_type), "{}", String::from_utf8_lossy(&failure.to_json()));
    }
}
