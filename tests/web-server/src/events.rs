//! Messages of AWS's streams of events, as services send them.

/// A message with strings as headers, such as `:event-type`.
///
/// # Panics
/// A header is longer than 255 bytes, or the message is longer than 4 GB.
pub fn message(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let mut coded = Vec::new();
    for (name, value) in headers {
        coded.push(u8::try_from(name.len()).expect("a short name"));
        coded.extend(name.bytes());
        coded.extend([7, 0, u8::try_from(value.len()).expect("a short value")]);
        coded.extend(value.bytes());
    }
    let total = u32::try_from(16 + coded.len() + payload.len()).expect("a short message");
    let mut message = total.to_be_bytes().to_vec();
    message.extend(u32::try_from(coded.len()).expect("short headers").to_be_bytes());
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend(coded);
    message.extend(payload.bytes());
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
}

/// An event, whose payload is JSON.
pub fn event(name: &str, payload: &str) -> Vec<u8> {
    message(&[(":message-type", "event"), (":event-type", name)], payload)
}

/// An exception, which ends a stream.
pub fn exception(name: &str, payload: &str) -> Vec<u8> {
    message(&[(":message-type", "exception"), (":exception-type", name)], payload)
}
