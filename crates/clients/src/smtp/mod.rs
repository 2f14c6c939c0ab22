//! Sends messages to a mail server (RFC 5321), with STARTTLS or TLS from the beginning, and with a password.

mod reply;
mod session;
mod settings;

pub use session::send;
pub use settings::Settings;

/// A message: from whom it is and to whom it goes, and the bytes between.
#[derive(Debug)]
pub struct Message<'a> {
    /// The address to which the server reports that a message cannot be delivered.
    pub from: &'a str,
    /// The addresses of all recipients, also of those whom nobody else sees.
    pub to: &'a [&'a str],
    /// The message as MIME has it, in ASCII.
    pub content: &'a [u8],
}

/// Reads replies from bytes, for the fuzzer: until they end, or are invalid. Returns how many there were.
pub fn read_replies(mut bytes: &[u8]) -> usize {
    std::iter::from_fn(|| reply::Reply::read(&mut bytes).ok()).count()
}
