//! Allocates, grows, shrinks and frees blocks of many sizes and alignments, in several threads and arenas: each
//! keeps what is in it. Two bytes of the input are a step.

#![no_main]

use rhambda_allocator::{Arena, Arenas};
use std::thread;

#[global_allocator]
static ALLOCATOR: Arenas = Arenas;

/// So many blocks live at the same time.
const BLOCKS: usize = 16;
const MAX_SIZE: usize = 1 << 20;

/// A block whose first item has this alignment.
enum Block {
    Bytes(Vec<u8>),
    Line(Vec<Line>),
    Page(Vec<Page>),
}

#[derive(Clone, Copy, PartialEq)]
#[repr(align(64))]
struct Line([u8; 64]);

#[derive(Clone, Copy, PartialEq)]
#[repr(align(4096))]
struct Page([u8; 4096]);

impl Block {
    fn new(kind: u8, size: usize, fill: u8) -> Self {
        match kind % 4 {
            0 => Self::Line(vec![Line([fill; 64]); size / 64]),
            1 => Self::Page(vec![Page([fill; 4096]); size / 4096]),
            _ => Self::Bytes(vec![fill; size]),
        }
    }

    fn resize(&mut self, size: usize, fill: u8) {
        match self {
            Self::Bytes(bytes) => resize(bytes, size, fill),
            Self::Line(lines) => resize(lines, size / 64, Line([fill; 64])),
            Self::Page(pages) => resize(pages, size / 4096, Page([fill; 4096])),
        }
    }

    fn check(&self, fill: u8) {
        match self {
            Self::Bytes(bytes) => assert!(bytes.iter().all(|byte| *byte == fill)),
            Self::Line(lines) => {
                assert!((lines.as_ptr() as usize).is_multiple_of(64));
                assert!(lines.iter().all(|line| *line == Line([fill; 64])));
            }
            Self::Page(pages) => {
                assert!((pages.as_ptr() as usize).is_multiple_of(4096));
                assert!(pages.iter().all(|page| *page == Page([fill; 4096])));
            }
        }
    }
}

fn resize<T: Clone>(items: &mut Vec<T>, size: usize, fill: T) {
    items.resize(size, fill);
    items.shrink_to_fit();
}

fn steps(data: &[u8], blocks: &mut [Option<(Block, u8)>]) {
    for step in data.chunks_exact(2) {
        let (place, kind, amount) = (usize::from(step[0] & 15), step[0] >> 4, step[1]);
        // From nothing to a megabyte, small ones more often.
        let size = (usize::from(amount & 15) + 1) << (amount >> 4).min(16);
        let size = size.min(MAX_SIZE);
        let slot = &mut blocks[place];
        match (kind & 3, slot.as_mut()) {
            (0, _) => *slot = None,
            (1, Some((block, fill))) => block.resize(size, *fill),
            _ => *slot = Some((Block::new(kind, size, amount), amount)),
        }
        if let Some((block, fill)) = slot {
            block.check(*fill);
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut blocks: Vec<Option<(Block, u8)>> = (0..BLOCKS).map(|_| None).collect();
    let arena = Arena::current();
    // The parts of the input in turn: here, in a thread that shares this one's arena, in one with its own.
    for (number, part) in data.chunks(64).enumerate() {
        thread::scope(|scope| match number % 3 {
            0 => steps(part, &mut blocks),
            1 => drop(scope.spawn(|| {
                arena.enter();
                steps(part, &mut blocks);
            })),
            _ => drop(scope.spawn(|| steps(part, &mut blocks))),
        });
    }
    for (block, fill) in blocks.iter().flatten() {
        block.check(*fill);
    }
});
