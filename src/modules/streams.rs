//! Streams that end with the invocation: responses and events that scripts read while they arrive.

use super::host::{Host, ModuleState};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// Why no more of a stream can be read.
const ENDED: &str =
    "a streamed response ends with the invocation, or the initialization, that requested it. \
                     Read its body there, or send the request again";

/// What a script reads while it arrives.
pub(super) trait Stream {
    /// Closes the connection. Reading more is then an error that says why.
    fn close(&self, why: &str);
}

/// The streams that are open.
#[derive(Default)]
pub(super) struct Streams(RefCell<Vec<Weak<dyn Stream>>>);

impl Streams {
    /// Opens a stream, which is closed at the end of the invocation.
    pub(super) fn open<S: Stream + 'static>(&self, stream: S) -> Rc<S> {
        let stream = Rc::new(stream);
        let weak: Weak<S> = Rc::downgrade(&stream);
        let mut streams = self.0.borrow_mut();
        streams.retain(|stream| stream.strong_count() > 0);
        streams.push(weak);
        stream
    }
}

impl ModuleState for Streams {
    fn new(_: &Host) -> Self {
        Self::default()
    }

    /// Closes the streams of this invocation, or of the initialization. Their deadline is not that of the next invocation,
    /// and their connections do not survive while the environment is frozen.
    fn end_invocation(&self) {
        for stream in self.0.take().iter().filter_map(Weak::upgrade) {
            stream.close(ENDED);
        }
    }
}
