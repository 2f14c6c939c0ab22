//! What name servers and the files `hosts` and `resolv.conf` say.

use net::names::{Config, Names};
use net::Until;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The response code for a name that does not exist.
const NX_DOMAIN: u8 = 3;
const HOST: &str = "api.example";

/// A name server that sends a packet of its own before a valid one.
struct Server {
    address: SocketAddr,
    packet: Arc<Mutex<Vec<u8>>>,
    folder: TempDir,
}

impl Server {
    fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let address = socket.local_addr().expect("an address");
        let packet = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::clone(&packet);
        thread::spawn(move || {
            let mut query = [0; 512];
            loop {
                let (length, client) = socket.recv_from(&mut query).expect("a query");
                for response in responses(&query[..length], &sent.lock().expect("no thread panics")) {
                    // The client may be gone.
                    let _ = socket.send_to(&response, client);
                }
            }
        });
        Self { address, packet, folder: tempfile::tempdir().expect("a folder can be made") }
    }
}

/// The packet with the query's ID and the flag of a response, with and without the query's question; then
/// a valid packet, so that nobody waits.
fn responses(query: &[u8], packet: &[u8]) -> [Vec<u8>; 3] {
    let mut whole = packet.to_vec();
    if whole.len() > 2 {
        whole[..2].copy_from_slice(&query[..2]);
        whole[2] |= 0x80;
    }
    let mut answers = query.to_vec();
    answers[2] |= 0x80;
    if let Some((&count, records)) = packet.split_first() {
        answers[7] = count % 8;
        answers.extend_from_slice(records);
    }
    let mut unknown = query.to_vec();
    unknown[2] |= 0x80;
    unknown[3] |= NX_DOMAIN;
    [whole, answers, unknown]
}

/// The parts of the data, separated by zero bytes: `hosts`, more lines of `resolv.conf`, and the packet.
pub fn names(data: &[u8]) {
    let server = Server::shared();
    let mut parts = data.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().unwrap_or_default();
    let write = |name: &str, contents: Vec<u8>| {
        let path = server.folder.path().join(name);
        std::fs::write(&path, contents).expect("a file can be written");
        path
    };
    let hosts = write("hosts", part().to_vec());
    let nameserver = format!("nameserver {}\n", server.address.ip());
    let resolv_conf = write("resolv.conf", [nameserver.as_bytes(), part()].concat());
    *server.packet.lock().expect("no thread panics") = part().to_vec();
    let config = Config { hosts, resolv_conf, port: server.address.port() };
    let start = Instant::now();
    let limit = Duration::from_millis(100);
    match Names::new(config).addresses(HOST, Until::NEVER.by(Some(start + limit))) {
        Ok(addresses) => assert!(!addresses.is_empty()),
        Err(error) => assert!(!error.message.is_empty() && !error.message.contains(char::is_control)),
    }
    // Generously, for a busy machine.
    assert!(start.elapsed() < limit + Duration::from_secs(5), "{:?}", start.elapsed());
}
