//! Responses of the Runtime API to `/next`.

use crate::run::context;
use rhambda::value;
use rhambda::Invocation;
use std::io::{self, Read};
use std::time::{Duration, UNIX_EPOCH};

/// A response to `/next`: it means the same however it arrives.
pub fn invocation(data: &[u8]) {
    let now = UNIX_EPOCH + Duration::from_hours(500_000);
    let whole = Invocation::read(data, now).map_err(|error| error.to_string());
    let in_bytes = Invocation::read(ByteByByte(data), now).map_err(|error| error.to_string());
    assert_eq!(format!("{whole:?}"), format!("{in_bytes:?}"));
    let Ok(Some(invocation)) = whole else {
        return;
    };
    assert!(invocation.event.len() <= data.len());
    let day = Duration::from_hours(24);
    assert!(invocation.time_left.is_none_or(|left| left <= day));
    assert_eq!(invocation.time_left.is_some(), invocation.deadline_ms.is_some());
    // These go into the head of a request.
    assert!(!invocation.request_id.is_empty());
    assert!(invocation.invocation_id.iter().all(|id| !id.contains(['\r', '\n', '\0'])));
    let map = context(&invocation).to_map();
    assert!(value::encode(&map.into()).is_ok());
}

/// A network at its slowest.
struct ByteByByte<'a>(&'a [u8]);

impl Read for ByteByByte<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(1);
        self.0.read(&mut buffer[..end])
    }
}
