//! What servers of databases, and mail servers, send.

use clients::postgres::array::Element;
use clients::{postgres, redis, smtp};

/// Reads what a server may send. The first byte says which protocol it is: `r` for Redis, `p` for messages of `PostgreSQL`, `a`
/// for an array that it has written, `s` for a mail server.
pub fn databases(data: &[u8]) {
    let Some((protocol, data)) = data.split_first() else { return };
    match protocol {
        b'r' => {
            redis::read_replies(data);
        }
        b'p' => {
            postgres::read_messages(data);
        }
        b's' => {
            smtp::read_replies(data);
        }
        _ => {
            let text = String::from_utf8_lossy(data);
            if let Some(array) = Element::parse(&text) {
                let mut written = String::new();
                array.write(&mut written);
                assert_eq!(Element::parse(&written), Some(array), "{text}");
            }
        }
    }
}
