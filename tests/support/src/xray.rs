//! In place of the daemon of AWS X-Ray.

use serde_json::Value;
use std::net::UdpSocket;
use std::time::Duration;

/// What stands before each document.
const HEADER: &str = "{\"format\":\"json\",\"version\":1}\n";
/// How long a document may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon that keeps what it receives.
pub struct XRayDaemon(UdpSocket);

impl XRayDaemon {
    pub fn start() -> Self {
        Self(UdpSocket::bind("127.0.0.1:0").unwrap())
    }

    /// The value of `AWS_XRAY_DAEMON_ADDRESS`.
    pub fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// So many documents, in the order in which they came.
    pub fn documents(&self, count: usize) -> Vec<Value> {
        (0..count)
            .map(|number| self.next(PATIENCE).unwrap_or_else(|| panic!("only {number} documents")))
            .collect()
    }

    /// The documents that have come. Those of a process that has ended are all of its documents.
    pub fn received(&self) -> Vec<Value> {
        std::iter::from_fn(|| self.next(Duration::from_millis(1))).collect()
    }

    fn next(&self, patience: Duration) -> Option<Value> {
        self.0.set_read_timeout(Some(patience)).unwrap();
        let mut buffer = vec![0; 1 << 16];
        let length = self.0.recv(&mut buffer).ok()?;
        let text = std::str::from_utf8(&buffer[..length]).unwrap();
        let document = text.strip_prefix(HEADER).unwrap_or_else(|| panic!("{text}"));
        Some(serde_json::from_str(document).unwrap())
    }
}
