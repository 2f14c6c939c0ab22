//! The table of all operations: one file, of which a look-up reads a small part.
//!
//! `tools/aws_operations.py` writes it. It begins with `AWS2`, and the lengths of the four parts of its head in 32 bits
//! each (little-endian). The parts are: the lengths of the words of which names consist, a byte each, the most frequent
//! word first; the words; a line for each service, `name chunk offset length` (separated by tabs), which says where its
//! block is in the inflated chunk; and a line for each chunk, `length inflated-length`. The chunks follow. They are raw
//! deflate streams, except for the first: it has the services that are called most, and is stored as it is.
//!
//! [`block`] reads a block.

mod block;
mod service;

pub use service::{Acceptor, ModeledError, Operation, Paginator, Protocol, Service, Waiter};
pub(crate) use service::{Location, Member, Shape, Type};

use crate::lines;
use flate2::{Decompress, FlushDecompress, Status};
use std::borrow::Cow;

const MAGIC: &[u8] = b"AWS2";
/// Far more than a chunk has.
const MAX_INFLATED: usize = 4 << 20;

/// The table, whose head was read.
#[derive(Debug)]
pub struct Table {
    words: &'static str,
    /// Where words begin, and where the last one ends.
    starts: Vec<u32>,
    /// A line for each service.
    services: &'static str,
    chunks: Vec<Chunk>,
}

/// A chunk, and its inflated length.
#[derive(Debug)]
struct Chunk {
    data: &'static [u8],
    inflated: usize,
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
        let (lengths, mut rest) = data.strip_prefix(MAGIC)?.split_first_chunk::<16>()?;
        let mut take = |length| {
            let (part, after) = rest.split_at_checked(length)?;
            rest = after;
            Some(part)
        };
        let mut part = |number: usize| {
            let length = lengths[number * 4..].first_chunk()?;
            take(usize::try_from(u32::from_le_bytes(*length)).ok()?)
        };
        let starts = starts(part(0)?);
        let (words, services, places) = (text(part(1)?)?, text(part(2)?)?, text(part(3)?)?);
        let chunk = |line: &str| {
            let (length, inflated) = line.split_once('\t')?;
            Some(Chunk { data: take(length.parse().ok()?)?, inflated: inflated.parse().ok()? })
        };
        let chunks = places.lines().map(chunk).collect::<Option<_>>()?;
        Some(Self { words, starts, services, chunks })
    }

    /// A service by its name in the AWS CLI; `None` for an unknown name.
    pub fn service(&self, name: &str) -> Option<Service> {
        let Place { chunk, offset, length } = place(lines::find(self.services, name)?)?;
        let chunk = self.chunks.get(chunk)?.read()?;
        let block = chunk.get(offset..offset.checked_add(length)?)?;
        block::read(block, |number| self.word(number))
    }

    /// The names of all services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.lines().filter_map(|line| Some(line.split_once('\t')?.0))
    }

    fn word(&self, number: usize) -> Option<&str> {
        let [start, next] = *self.starts.get(number..)?.first_chunk()?;
        self.words.get(start as usize..next as usize)
    }
}

impl Chunk {
    fn read(&self) -> Option<Cow<'static, [u8]>> {
        if self.data.len() == self.inflated {
            return Some(self.data.into());
        }
        let mut inflated = Vec::with_capacity(self.inflated.min(MAX_INFLATED));
        // All at once, which needs no window beside the result.
        let status =
            Decompress::new(false).decompress_vec(self.data, &mut inflated, FlushDecompress::Finish).ok()?;
        (status == Status::StreamEnd).then_some(inflated.into())
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Where words of these lengths begin, and where the last one ends.
fn starts(lengths: &[u8]) -> Vec<u32> {
    let mut end = 0_u32;
    let mut starts = Vec::with_capacity(lengths.len() + 1);
    starts.push(end);
    starts.extend(lengths.iter().map(|&length| {
        end = end.wrapping_add(length.into());
        end
    }));
    starts
}

/// What a service's line says.
fn place(line: &str) -> Option<Place> {
    let mut numbers = line.split('\t').skip(1).map(str::parse);
    let mut number = || numbers.next()?.ok();
    Some(Place { chunk: number()?, offset: number()?, length: number()? })
}
