//! Who decides what the server does.

use std::io;
use std::time::Duration;

use crate::{Reply, Request};

/// Decides what becomes of each request: the plan of a test, or a program that makes it up as it goes.
pub trait Director: Send + 'static {
    /// The head of a request came. Whether the connection is to be closed right here, in the middle of
    /// the request.
    fn breaks_off(&mut self, _head: &Request) -> bool {
        false
    }

    /// How long to wait before the body of the request is read: a client with a slow connection.
    fn reading_delay(&mut self, _head: &Request) -> Duration {
        Duration::ZERO
    }

    /// A request came. The reply to it, but for those that may have to wait: to them
    /// [`Director::waiting_reply`] has it.
    fn receive(&mut self, request: Request) -> Option<Reply>;

    /// The reply to one of the requests that wait, if there is one by now.
    fn waiting_reply(&mut self) -> Option<Reply>;

    /// Something came that could not be read as a request.
    fn receive_broken(&mut self, problem: &io::Error);
}
