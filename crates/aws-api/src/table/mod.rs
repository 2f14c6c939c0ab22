//! The table of all operations: one compressed file, of which a look-up inflates two small parts.
//!
//! `tools/aws_operations.py` writes it. It begins with `AWS1`, the length of its head in 32 bits (little-endian) and
//! the head; chunks follow. Head and chunks are raw deflate streams.
//!
//! The head is text: the words of which names consist, a line each, the most frequent first; an empty line; a line for
//! each service, `name chunk offset length` (separated by tabs), which says where its block is in the inflated chunk;
//! an empty line; and a line for each chunk, `length inflated-length`.
//!
//! [`block`] reads a block.

mod block;
mod service;

pub use service::{Acceptor, ModeledError, Operation, Paginator, Protocol, Service, Waiter};
pub(crate) use service::{Location, Member, Shape, Type};

use std::collections::HashMap;
use std::io::Read;

const MAGIC: &[u8] = b"AWS1";
/// Far more than a head or a chunk has.
const MAX_INFLATED: usize = 4 << 20;

/// The table, whose head is inflated.
#[derive(Debug)]
pub struct Table {
    data: &'static [u8],
    head: String,
    /// The words' places in the head.
    words: Vec<(u32, u32)>,
    services: HashMap<String, Place>,
    /// The chunks' places in the data: offset, length, and inflated length.
    chunks: Vec<(usize, usize, usize)>,
}

/// Where a service's block is.
#[derive(Clone, Copy, Debug)]
struct Place {
    chunk: usize,
    offset: usize,
    length: usize,
}

impl Table {
    /// Opens a table; `None` if it is not one.
    pub fn open(data: &'static [u8]) -> Option<Self> {
        let (length, rest) = data.strip_prefix(MAGIC)?.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let head = String::from_utf8(inflate(rest.get(..length)?, MAX_INFLATED)?).ok()?;
        let mut parts = head.split("\n\n");
        let (words, services, places) = (parts.next()?, parts.next()?, parts.next()?);
        let words = lines_in(words)?;
        let services = services.lines().map(service_line).collect::<Option<_>>()?;
        let mut at = data.len() - rest.len() + length;
        let mut chunk = |line: &str| {
            let (length, inflated) = line.split_once('\t')?;
            let (length, inflated) = (length.parse().ok()?, inflated.parse().ok()?);
            at += length;
            (at <= data.len()).then_some((at - length, length, inflated))
        };
        let chunks = places.lines().map(&mut chunk).collect::<Option<_>>()?;
        Some(Self { data, head, words, services, chunks })
    }

    /// A service by its name in the AWS CLI; `None` for an unknown name.
    pub fn service(&self, name: &str) -> Option<Service> {
        let Place { chunk, offset, length } = *self.services.get(name)?;
        let &(at, compressed, inflated) = self.chunks.get(chunk)?;
        let chunk = inflate(self.data.get(at..at + compressed)?, inflated)?;
        let block = chunk.get(offset..offset.checked_add(length)?)?;
        block::read(block, |number| self.word(number))
    }

    /// The names of all services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    fn word(&self, number: usize) -> Option<&str> {
        let &(start, end) = self.words.get(number)?;
        self.head.get(start as usize..end as usize)
    }
}

/// The places of the lines in a text.
fn lines_in(text: &str) -> Option<Vec<(u32, u32)>> {
    let mut start = 0;
    let place = |line: &str| {
        let from = start;
        let to = from + u32::try_from(line.len()).ok()?;
        start = to + 1;
        Some((from, to))
    };
    text.split('\n').map(place).collect()
}

fn service_line(line: &str) -> Option<(String, Place)> {
    let mut fields = line.split('\t');
    let name = fields.next()?.to_owned();
    let mut number = || fields.next()?.parse().ok();
    Some((name, Place { chunk: number()?, offset: number()?, length: number()? }))
}

fn inflate(data: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut inflated = Vec::with_capacity(if size < MAX_INFLATED { size } else { data.len() * 3 });
    let decoder = flate2::bufread::DeflateDecoder::new(data);
    decoder.take(MAX_INFLATED as u64).read_to_end(&mut inflated).ok()?;
    Some(inflated)
}
