//! Ways through the tokens of a script: to the partners of brackets, and over chains and strings.

use super::Infer;
use crate::outline::{is_name, PieceKind};

impl Infer<'_> {
    /// Where the item of a list ends.
    pub(super) fn end_of_item(&self, mut at: usize, end: usize) -> usize {
        while at < end && self.outline.piece(at) != "," {
            at = if is_open(self.outline.piece(at)) { self.partner(at) + 1 } else { at + 1 };
            self.step();
        }
        at.min(end)
    }

    /// Where the chain begins that ends before a dot.
    pub(super) fn start(&self, dot: usize) -> Option<usize> {
        let outline = self.outline;
        let mut at = dot.checked_sub(1)?;
        loop {
            self.step().then_some(())?;
            match outline.pieces.get(at)?.kind {
                PieceKind::String | PieceKind::Number => return Some(at),
                PieceKind::StringEnd => return self.string_start(at),
                PieceKind::Word => match at.checked_sub(1).map(|before| (before, outline.piece(before))) {
                    Some((before, "." | "?." | "::")) => at = before.checked_sub(1)?,
                    _ => return Some(at),
                },
                PieceKind::Symbol => {
                    let open = match outline.piece(at) {
                        "()" => at,
                        ")" | "]" | "}" => self.opening(at)?,
                        _ => return None,
                    };
                    let is_map = outline.piece(open) == "#{";
                    let before = open.checked_sub(1).filter(|before| !is_map && self.ends_value(*before));
                    match before {
                        Some(before) => at = before,
                        None => return Some(open),
                    }
                }
                _ => return None,
            }
        }
    }

    /// Whether a call or an index can follow this piece.
    pub(super) fn ends_value(&self, at: usize) -> bool {
        let text = self.outline.piece(at);
        match self.outline.pieces[at].kind {
            PieceKind::Word => is_name(text) || text == "this",
            PieceKind::String | PieceKind::StringEnd => true,
            PieceKind::Symbol => matches!(text, ")" | "]" | "()"),
            _ => false,
        }
    }

    pub(super) fn string_start(&self, end: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (0..=end).rev().find(|at| {
            match self.outline.pieces[*at].kind {
                PieceKind::StringEnd => depth += 1,
                PieceKind::StringStart => depth -= 1,
                _ => {}
            }
            depth == 0
        })
    }

    /// The bracket that ends at this piece.
    pub(super) fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            self.step().then_some(())?;
            let text = self.outline.piece(at);
            depth += usize::from(is_close(text));
            if is_open(text) {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    /// The bracket that ends what begins at this piece, or the end.
    pub(super) fn partner(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..self.outline.pieces.len() {
            if !self.step() {
                break;
            }
            let text = self.outline.piece(at);
            depth += usize::from(is_open(text));
            if is_close(text) {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
        }
        self.outline.pieces.len()
    }

    /// Counts a step. Whether one more may be taken.
    pub(super) fn step(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }

    pub(super) fn string_end(&self, start: usize) -> usize {
        let mut depth = 0_usize;
        let end = (start..self.outline.pieces.len()).find(|at| {
            match self.outline.pieces[*at].kind {
                PieceKind::StringStart => depth += 1,
                PieceKind::StringEnd => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        end.unwrap_or(self.outline.pieces.len())
    }

    /// What follows a name and its arguments.
    pub(super) fn behind(&self, name: usize) -> usize {
        match self.outline.piece(name + 1) {
            "()" => name + 2,
            "(" => self.partner(name + 1) + 1,
            _ => name + 1,
        }
    }
}

fn is_open(text: &str) -> bool {
    matches!(text, "(" | "[" | "?[" | "{" | "#{")
}

fn is_close(text: &str) -> bool {
    matches!(text, ")" | "]" | "}" | "")
}
