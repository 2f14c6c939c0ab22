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

use flate2::{Decompress, FlushDecompress, Status};
use std::ops::Range;

const MAGIC: &[u8] = b"AWS1";
/// The inflated head is at most so many times as large as the deflated one: words are hardly ever repeated in it.
const HEAD_RATIO: usize = 4;
/// Far more than a head or a chunk has.
const MAX_INFLATED: usize = 4 << 20;

/// The table, whose head is inflated.
#[derive(Debug)]
pub struct Table {
    data: &'static [u8],
    head: String,
    /// The words' places in the head.
    words: Vec<(u32, u32)>,
    /// The place of the services' lines in the head.
    services: Range<usize>,
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
        let head = String::from_utf8(inflate(rest.get(..length)?, HEAD_RATIO * length)?).ok()?;
        let (words, words_end) = words(&head)?;
        let services_end = words_end + head.get(words_end..)?.find("\n\n")? + 1;
        let mut at = data.len() - rest.len() + length;
        let mut chunk = |line: &str| {
            let (length, inflated) = line.split_once('\t')?;
            let (length, inflated) = (length.parse().ok()?, inflated.parse().ok()?);
            at += length;
            (at <= data.len()).then_some((at - length, length, inflated))
        };
        let chunks = head.get(services_end + 1..)?.lines().map(&mut chunk).collect::<Option<_>>()?;
        Some(Self { data, head, words, services: words_end..services_end, chunks })
    }

    /// A service by its name in the AWS CLI; `None` for an unknown name.
    pub fn service(&self, name: &str) -> Option<Service> {
        let is_its = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('\t'));
        let Place { chunk, offset, length } = place(self.lines().find(is_its)?)?;
        let &(at, compressed, inflated) = self.chunks.get(chunk)?;
        let chunk = inflate(self.data.get(at..at + compressed)?, inflated)?;
        let block = chunk.get(offset..offset.checked_add(length)?)?;
        block::read(block, |number| self.word(number))
    }

    /// The names of all services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.lines().filter_map(|line| Some(line.split_once('\t')?.0))
    }

    /// The services' lines.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.head[self.services.clone()].lines()
    }

    fn word(&self, number: usize) -> Option<&str> {
        let &(start, end) = self.words.get(number)?;
        self.head.get(start as usize..end as usize)
    }
}

/// The places of the words, with which the head begins, and where what follows them begins.
fn words(head: &str) -> Option<(Vec<(u32, u32)>, usize)> {
    let mut words = Vec::new();
    let mut start = 0;
    // Most words are shorter than what a search for the next line break is worth.
    for (at, _) in head.bytes().enumerate().filter(|(_, byte)| *byte == b'\n') {
        if at == start {
            return Some((words, at + 1));
        }
        words.push((u32::try_from(start).ok()?, u32::try_from(at).ok()?));
        start = at + 1;
    }
    None
}

/// What a service's line says.
fn place(line: &str) -> Option<Place> {
    let mut numbers = line.split('\t').skip(1).map(str::parse);
    let mut number = || numbers.next()?.ok();
    Some(Place { chunk: number()?, offset: number()?, length: number()? })
}

/// The inflated data, if it has no more than so many bytes.
fn inflate(data: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut inflated = Vec::with_capacity(size.min(MAX_INFLATED));
    // All at once, which needs no window beside the result.
    let status = Decompress::new(false).decompress_vec(data, &mut inflated, FlushDecompress::Finish).ok()?;
    (status == Status::StreamEnd).then_some(inflated)
}
