//! The memory budget of response bodies.

use crate::{Error, ErrorKind, Memory};
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A body is read in pieces of this size.
const PIECE: usize = 64 << 10;
/// At most so much is reserved before the first byte arrives, whatever length the server announces.
const MAX_AHEAD: usize = 1 << 20;

/// A body of this size is large.
const LARGE: usize = 8 << 20;

/// The budget of one body, or of several together.
#[derive(Debug)]
pub(crate) struct Budget {
    memory: Memory,
    taken: AtomicUsize,
}

/// How much more is reserved after so many bytes. A server that has sent a megabyte is trusted with the length that it
/// announced: memory that is reserved once is not moved. Without a length, a small body grows to twice its size, as a
/// vector does, and a large one by a quarter.
fn more(length: usize, expected: usize) -> usize {
    // A piece more than expected, in which the end is seen.
    let missing = expected.saturating_sub(length).saturating_add(PIECE);
    let growth = if length < LARGE { length } else { length / 4 };
    match (length < expected, length < MAX_AHEAD) {
        (true, true) => growth.min(missing).max(PIECE),
        (true, false) => missing,
        (false, _) => growth.max(PIECE),
    }
}

impl Budget {
    pub(crate) fn new(memory: Memory) -> Self {
        Self { memory, taken: AtomicUsize::new(0) }
    }

    /// Reads all that a reader gives, and counts it; `expected` is the length that the server announced. On an error,
    /// nothing stays counted.
    ///
    /// # Errors
    /// The reader's; `Ok(None)` when it exceeds the budget.
    pub(crate) fn read(&self, mut reader: impl Read, expected: usize) -> io::Result<Option<Vec<u8>>> {
        if expected > self.memory.max_body {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(expected.min(MAX_AHEAD));
        loop {
            if bytes.capacity() - bytes.len() < PIECE {
                let more = more(bytes.len(), expected);
                // While it moves, it is there twice.
                if !(self.memory.fits)(bytes.capacity() + more) {
                    self.give_back(bytes.len());
                    return Err(io::ErrorKind::OutOfMemory.into());
                }
                bytes.reserve_exact(more);
            }
            let piece = reader.by_ref().take(PIECE as u64).read_to_end(&mut bytes);
            let read = match piece {
                Ok(0) => return Ok(Some(bytes)),
                Ok(read) => read,
                Err(error) => {
                    self.give_back(bytes.len());
                    return Err(error);
                }
            };
            let taken = self.taken.fetch_add(read, Ordering::Relaxed);
            if taken + read > self.memory.max_body {
                self.give_back(bytes.len());
                return Ok(None);
            }
        }
    }

    /// So many bytes that were read are not kept.
    pub(crate) fn give_back(&self, bytes: usize) {
        // What was read of a piece before it failed was not taken.
        let _ = self
            .taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| Some(taken.saturating_sub(bytes)));
    }

    /// The error of a body that exceeds the budget.
    pub(crate) fn is_full(&self) -> Error {
        let Memory { max_body, limit, advice, .. } = self.memory;
        let message = format!("the response exceeds {} MB, {limit}: {advice}", max_body >> 20);
        Error::new(ErrorKind::TooLarge, message)
    }

    /// The error of a body that is within the budget, but for which memory is missing.
    pub(crate) fn out_of_memory(&self) -> Error {
        let message = format!("the response exceeds the memory that is left: {}", self.memory.advice);
        Error::new(ErrorKind::TooLarge, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(max_body: usize) -> Budget {
        Budget::new(Memory { max_body, ..Memory::default() })
    }

    /// Gives so many bytes and then fails.
    fn failing(bytes: u64) -> impl Read {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        io::repeat(7).take(bytes).chain(Failing)
    }

    fn taken(budget: &Budget) -> usize {
        budget.taken.load(Ordering::Relaxed)
    }

    #[test]
    fn bodies_share_it() {
        let budget = of(300_000);
        assert_eq!(budget.read(io::repeat(7).take(200_000), 0).unwrap(), Some(vec![7; 200_000]));
        assert_eq!(budget.read(io::repeat(7).take(200_000), 0).unwrap(), None);
        assert_eq!(taken(&budget), 200_000);
        assert_eq!(budget.read(io::repeat(7).take(100_000), 5).unwrap(), Some(vec![7; 100_000]));
        assert_eq!(taken(&budget), 300_000);
        budget.give_back(300_000);
        assert_eq!(taken(&budget), 0);
    }

    #[test]
    fn what_fails_takes_nothing() {
        let budget = of(300_000);
        for bytes in [0, 1, 65_536, 65_537, 200_000] {
            assert!(budget.read(failing(bytes), 0).is_err());
            assert_eq!(taken(&budget), 0, "{bytes}");
        }
        assert_eq!(budget.read(io::repeat(7), 0).unwrap(), None);
        assert_eq!(budget.read(io::empty(), 300_001).unwrap(), None);
        assert_eq!(taken(&budget), 0);
    }
}
