//! The lines of an invocation that are written only if there is an error.

use super::write;
use log::Level;
use std::collections::VecDeque;

/// How many bytes of lines are kept if a script does not say.
pub(crate) const DEFAULT_BYTES: usize = 20_480;
/// The most that a script can ask for.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// Which lines are kept.
#[derive(Clone, Debug)]
pub(crate) struct Buffering {
    /// Lines of this level, and of those below it.
    pub(crate) at: Level,
    /// The oldest lines are dropped above so many bytes.
    pub(crate) max_bytes: usize,
    /// Whether an error that the script logs writes them. One that ends the invocation always does.
    pub(crate) flush_on_error: bool,
}

/// Lines that are kept, the oldest first.
#[derive(Default)]
pub(super) struct Buffer {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    dropped: usize,
}

impl Buffer {
    pub(super) fn push(&mut self, line: Vec<u8>, max_bytes: usize) {
        if line.len() > max_bytes {
            self.dropped += 1;
            return;
        }
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > max_bytes {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.len();
            self.dropped += 1;
        }
    }

    /// Forgets the lines, and frees their memory.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Writes the lines, and forgets them. Returns how many were dropped before.
    pub(super) fn flush(&mut self) -> usize {
        let Self { lines, dropped, .. } = std::mem::take(self);
        if !lines.is_empty() {
            write(&Vec::from(lines).concat());
        }
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_are_dropped() {
        let mut buffer = Buffer::default();
        for line in ["aa", "bbb", "cccc", "ddddddddd"] {
            buffer.push(line.into(), 8);
        }
        assert_eq!(buffer.lines, [b"bbb".to_vec(), b"cccc".to_vec()]);
        assert_eq!((buffer.bytes, buffer.dropped), (7, 2));
    }
}
