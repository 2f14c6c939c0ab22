//! What is open at a token, and which names are visible in it.

use super::{Awaiting, Frame, FrameKind, Reader};
use crate::outline::Kind;

impl Reader {
    /// Makes a declaration visible.
    pub(super) fn show(&mut self, declaration: usize) {
        let name = self.outline.declarations[declaration].name.clone();
        self.places.entry(name).or_default().push(self.visible.len());
        self.visible.push(declaration);
    }

    /// The innermost declaration at these places: of an import, or of a variable that the function can see.
    pub(super) fn innermost(&self, places: &[usize], is_space: bool) -> Option<usize> {
        let is_import = |number: usize| matches!(self.outline.declarations[number].kind, Kind::Import(_));
        let mut places = places.iter().rev().take_while(|place| is_space || **place >= self.base);
        let place = places.find(|place| is_import(self.visible[**place]) == is_space)?;
        Some(self.visible[*place])
    }

    pub(super) fn open(&mut self, kind: FrameKind, at: usize) {
        let call = self.call.take().filter(|_| self.text(at) == "(");
        let (visible, base) = (self.visible.len(), self.base);
        self.braces += usize::from(kind.is_braces());
        self.frames.push(Frame { kind, open: at, visible, base, function: None, call, commas: 0 });
    }

    pub(super) fn open_block(&mut self, at: usize) {
        let depth = self.frames.len();
        self.forget_awaiting(depth + 1);
        self.open(FrameKind::Block, at);
        if self.awaiting.last().is_none_or(|awaiting| awaiting.depth != depth) {
            return;
        }
        let Some(awaiting) = self.awaiting.pop() else { return };
        if awaiting.function.is_some() {
            self.base = self.visible.len();
            self.owner = awaiting.function;
            if let Some(frame) = self.frames.last_mut() {
                frame.function = awaiting.function;
            }
        }
        let start = self.span(at).end;
        for declaration in awaiting.declarations {
            self.outline.declarations[declaration].scope.start = start;
            let value = &mut self.outline.declarations[declaration].value;
            if value.start > 0 {
                value.end = at;
            }
            self.show(declaration);
        }
    }

    /// Declares names in the next block at this depth.
    pub(super) fn await_block(&mut self, declarations: Vec<usize>, function: Option<usize>) {
        let depth = self.frames.len();
        self.forget_awaiting(depth);
        self.awaiting.push(Awaiting { depth, declarations, function });
    }

    /// Forgets blocks from this depth on, which did not come.
    pub(super) fn forget_awaiting(&mut self, depth: usize) {
        while self.awaiting.pop_if(|awaiting| awaiting.depth >= depth).is_some() {}
    }

    /// Ends the innermost bracket of one of these kinds, and all in it.
    pub(super) fn close(&mut self, at: usize, kinds: &[FrameKind]) {
        let is_group = kinds == [FrameKind::Group];
        if !is_group && self.braces == 0 {
            return;
        }
        // Blocks end what was not ended in them, but are not left for a bracket of another kind.
        let is_partner =
            |frame: &Frame| kinds.contains(&frame.kind) || is_group && frame.kind != FrameKind::Closure;
        let Some(number) = self.frames.iter().rposition(is_partner) else { return };
        if !kinds.contains(&self.frames[number].kind) {
            return;
        }
        while self.frames.len() > number {
            self.leave(at);
        }
        // A closure with braces ends with them.
        let end = self.outline.brackets.last().map(|brackets| brackets.start);
        if let Some(Frame { kind: FrameKind::Closure, open, .. }) = self.frames.last() {
            if end == Some(self.span(*open).start) {
                self.leave(at);
            }
        }
    }

    /// Ends what is innermost.
    pub(super) fn leave(&mut self, at: usize) {
        self.activate(at);
        let Some(frame) = self.frames.pop() else { return };
        let end = self.span(at);
        let inner = self.visible.split_off(frame.visible.min(self.visible.len()));
        for declaration in inner {
            let name = &self.outline.declarations[declaration].name;
            self.places.get_mut(name).and_then(Vec::pop);
            self.outline.declarations[declaration].scope.end = end.start;
        }
        self.base = frame.base;
        if let Some(function) = frame.function {
            self.outline.declarations[function].whole.end = end.end;
            self.owner = None;
        }
        if let Some(call) = frame.call {
            let is_empty = frame.open + 1 == at;
            let trailing = usize::from(self.before(at) == ",");
            self.set_arguments(call, if is_empty { 0 } else { frame.commas + 1 - trailing });
        }
        self.braces -= usize::from(frame.kind.is_braces());
        if frame.kind != FrameKind::Closure {
            self.outline.brackets.push(self.span(frame.open).start..end.end);
        }
    }

    pub(super) fn close_all(&mut self, at: usize) {
        while !self.frames.is_empty() {
            self.leave(at);
        }
        self.activate(at);
        self.awaiting.clear();
        self.owner = None;
    }

    /// Ends closures without braces.
    pub(super) fn end_closures(&mut self, at: usize) {
        while self.frames.last().is_some_and(|frame| frame.kind == FrameKind::Closure) {
            self.leave(at);
        }
    }

    pub(super) fn end_statement(&mut self, at: usize) {
        self.end_closures(at);
        self.activate(at);
        let depth = self.frames.len();
        self.forget_awaiting(depth);
        (self.import, self.export) = (None, false);
    }

    /// Makes variables visible whose values end here.
    pub(super) fn activate(&mut self, at: usize) {
        let depth = self.frames.len();
        while let Some((declaration, _)) = self.pending.pop_if(|(_, of)| *of >= depth) {
            let start = self.span(at).start;
            let variable = &mut self.outline.declarations[declaration];
            variable.scope.start = start;
            variable.value.end = at;
            variable.whole.end = start;
            self.show(declaration);
        }
    }
}
