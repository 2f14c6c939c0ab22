//! Spans as subsegments of AWS X-Ray, sent to its daemon, which Lambda runs beside each function.
//!
//! See "AWS X-Ray segment documents" and "Sending segment documents to the X-Ray daemon" in the AWS X-Ray developer
//! guide.

use super::header::xray_trace_id;
use super::record::{random_id, Record, Subject};
use serde_json::{json, Map, Value as Json};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{SystemTime, UNIX_EPOCH};

const ADDRESS: &str = "AWS_XRAY_DAEMON_ADDRESS";
/// What the daemon expects before a document.
const HEADER: &str = "{\"format\":\"json\",\"version\":1}\n";
/// The daemon reads so much at most.
const MAX_DATAGRAM: usize = 64_000;
/// Longest name of a subsegment, in characters.
const MAX_NAME: usize = 200;

/// The daemon, and the socket for it from the first document on.
pub(super) struct Daemon {
    address: SocketAddr,
    socket: Option<UdpSocket>,
}

impl Daemon {
    /// The daemon that the environment names.
    pub(super) fn new(set: &impl Fn(&str) -> Option<String>) -> Option<Self> {
        let text = set(ADDRESS)?;
        let address = parse(&text);
        if address.is_none() {
            log::warn!(
                "{ADDRESS} is \"{text}\": expected an IP address and a port, such as 127.0.0.1:2000; \
                 nothing is traced"
            );
        }
        Some(Self { address: address?, socket: None })
    }

    /// Sends a document. Whether it arrives, nobody knows.
    pub(super) fn send(&mut self, mut document: Map<String, Json>) {
        let text = |document: &Map<String, Json>| serde_json::to_string(document).unwrap_or_default();
        let mut datagram = format!("{HEADER}{}", text(&document));
        if datagram.len() > MAX_DATAGRAM {
            document.retain(|name, _| name != "metadata" && name != "annotations");
            datagram = format!("{HEADER}{}", text(&document));
        }
        if self.socket.is_none() {
            let any = if self.address.is_ipv4() {
                SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
            } else {
                SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))
            };
            // A trace is not worth a wait.
            let bound = UdpSocket::bind(any).and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
            self.socket = bound.ok();
        }
        if let Some(socket) = &self.socket {
            let _ = socket.send_to(datagram.as_bytes(), self.address);
        }
    }
}

/// Reads `127.0.0.1:2000`, or `tcp:127.0.0.1:2000 udp:127.0.0.2:2001`.
fn parse(text: &str) -> Option<SocketAddr> {
    let mut addresses = text.split_whitespace();
    let address = match addresses.clone().find_map(|address| address.strip_prefix("udp:")) {
        Some(address) => address,
        None => addresses.next()?,
    };
    address.replacen("localhost:", "127.0.0.1:", 1).parse().ok()
}

/// A span as a subsegment that is sent by itself.
pub(super) fn document(trace_id: &str, record: &Record, service: Option<&str>) -> Map<String, Json> {
    let mut document = Map::new();
    let mut set = |name: &str, value: Json| document.insert(name.to_owned(), value);
    set("id", format!("{:016x}", record.id).into());
    set("name", name(&record.name).into());
    set("start_time", seconds(record.start).into());
    set("end_time", seconds(record.end).into());
    set("in_progress", false.into());
    set("trace_id", xray_trace_id(trace_id).into());
    set("type", "subsegment".into());
    if let Some(parent) = record.parent {
        set("parent_id", format!("{parent:016x}").into());
    }
    match &record.subject {
        Subject::Invocation { .. } | Subject::Function => {}
        Subject::Http { method, url, content_length } => {
            set("namespace", "remote".into());
            set("http", http(Some((method, url)), record.status, *content_length));
        }
        Subject::Database { system, url } => {
            set("namespace", "remote".into());
            if *system == "postgresql" {
                set("sql", json!({ "url": url, "database_type": "PostgreSQL" }));
            }
        }
        Subject::Aws { operation, region, resource, request_id, retries, .. } => {
            set("namespace", "aws".into());
            let mut aws = json!({ "operation": operation, "region": region, "retries": retries });
            if let Some(id) = request_id {
                aws["request_id"] = id.as_str().into();
            }
            if let Some((name, value)) = resource {
                aws[*name] = value.as_str().into();
            }
            set("aws", aws);
            set("http", http(None, record.status, None));
        }
    }
    match record.status {
        Some(429) => {
            set("error", true.into());
            set("throttle", true.into());
        }
        Some(400..=499) => {
            set("error", true.into());
        }
        Some(500..) => {
            set("fault", true.into());
        }
        _ if record.problem.is_some() => {
            set("fault", true.into());
        }
        _ => {}
    }
    if let Some(problem) = &record.problem {
        let is_remote = matches!(record.subject, Subject::Aws { .. });
        let exception = json!({
            "id": format!("{:016x}", random_id()),
            "type": problem.error_type,
            "message": problem.message,
            "remote": is_remote,
        });
        set("cause", json!({ "working_directory": working_directory(), "exceptions": [exception] }));
    }
    if !record.annotations.is_empty() {
        set("annotations", record.annotations.iter().cloned().collect());
    }
    if !record.metadata.is_empty() {
        let metadata: Json = record.metadata.iter().cloned().collect();
        set("metadata", json!({ service.unwrap_or("default"): metadata }));
    }
    document
}

fn http(request: Option<(&String, &String)>, status: Option<u16>, content_length: Option<u64>) -> Json {
    let mut http = json!({});
    if let Some((method, url)) = request {
        http["request"] = json!({ "method": method, "url": url });
    }
    if let Some(status) = status {
        http["response"] = json!({ "status": status });
        if let Some(length) = content_length {
            http["response"]["content_length"] = length.into();
        }
    }
    http
}

/// X-Ray refuses documents whose names have other characters.
fn name(name: &str) -> String {
    let is_valid = |c: &char| c.is_alphanumeric() || " _.:/%&#=+\\-@".contains(*c);
    let name: String = name.chars().filter(is_valid).take(MAX_NAME).collect();
    if name.is_empty() {
        "span".to_owned()
    } else {
        name
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn working_directory() -> String {
    std::env::current_dir().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_daemon() {
        let udp = "127.0.0.2:2001".parse().ok();
        assert_eq!(parse("127.0.0.2:2001"), udp);
        assert_eq!(parse("tcp:127.0.0.1:2000 udp:127.0.0.2:2001"), udp);
        assert_eq!(parse("udp:127.0.0.2:2001 tcp:127.0.0.1:2000"), udp);
        assert_eq!(parse("localhost:2001"), "127.0.0.1:2001".parse().ok());
        assert_eq!(parse("daemon:2001"), None);
        assert_eq!(parse(" "), None);
    }

    #[test]
    fn names_have_no_characters_that_xray_refuses() {
        assert_eq!(name("a|b{c} ü"), "abc ü");
        assert_eq!(name("{}"), "span");
        assert_eq!(name(&"x".repeat(300)).len(), 200);
    }

    #[test]
    fn a_document_with_the_most_that_a_span_has_fits() {
        let mut record = Record::new("x".repeat(1000), Some(1), Subject::Function);
        for number in 0..100 {
            record.annotate(&format!("key{number}"), "\u{1}".repeat(2000).into());
            record.add_metadata(&format!("key{number}"), format!("\"{}\"", "x".repeat(1000)).as_bytes());
        }
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = receiver.local_addr().unwrap();
        let mut daemon = Daemon { address, socket: None };
        daemon.send(document(&"ab".repeat(16), &record.ended(SystemTime::now()), None));
        let mut buffer = vec![0; 70_000];
        receiver.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        let length = receiver.recv(&mut buffer).unwrap();
        assert!(length <= MAX_DATAGRAM && buffer.starts_with(HEADER.as_bytes()), "{length}");
        let document: Json = serde_json::from_slice(&buffer[HEADER.len()..length]).unwrap();
        assert!(document.get("metadata").is_none() && document["name"].is_string());
    }
}
