//! Messages on standard input and output.

use lsp_server::{Message, Notification};
use serde::Serialize;
use std::io::{self, ErrorKind, Write as _};
use std::sync::mpsc::{channel, Receiver};
use std::thread;

/// Messages in the order in which they arrive; or why one of them cannot be understood.
pub(super) type Messages = Receiver<Result<Message, String>>;

/// Reads standard input in a thread, so that the editor never waits, until it ends.
pub(super) fn read() -> Messages {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let message = match Message::read(&mut input) {
                Ok(Some(message)) => Ok(message),
                // What cannot be understood was read nevertheless.
                Err(error) if error.kind() == ErrorKind::InvalidData => Err(error.to_string()),
                Ok(None) | Err(_) => return,
            };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Sends a message. A client that no longer reads is about to end this process, too.
pub(super) fn send(message: impl Into<Message>) {
    let mut output = io::stdout().lock();
    let _ = message.into().write(&mut output).and_then(|()| output.flush());
}

/// Sends a notification.
pub(super) fn notify<N: lsp_types::notification::Notification>(params: N::Params)
where
    N::Params: Serialize,
{
    send(Notification::new(N::METHOD.to_owned(), params));
}
