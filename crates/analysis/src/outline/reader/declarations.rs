//! What begins with a keyword and declares names.

use super::{FrameKind, Reader};
use crate::outline::pieces::PieceKind;
use crate::outline::Kind;

impl Reader {
    pub(super) fn function(&mut self, at: usize) -> usize {
        let is_private = self.before(at) == "private";
        let start = if is_private { at - 1 } else { at };
        let place = self.span(start).start;
        // What was not ended before is half typed.
        if place == 0 || self.outline.text[..place].ends_with('\n') {
            self.close_all(start);
        }
        let mut name = at + 1;
        let mut this_type = None;
        if self.text(name + 1) == "." {
            this_type = Some(self.text(name).trim_matches('"').to_owned());
            name += 2;
        }
        if !self.is_name(name) {
            return at + 1;
        }
        let function = self.declare(name, Kind::Function { params: Vec::new(), this_type }, start);
        self.outline.declarations[function].is_shared = !is_private;
        let end = self.outline.text.len();
        self.outline.declarations[function].whole.end = end;
        let (params, next) = match self.text(name + 1) {
            "()" => (Vec::new(), name + 2),
            "(" => self.parameters(name + 2, ")"),
            _ => (Vec::new(), name + 1),
        };
        let names = params.iter().map(|param| self.outline.declarations[*param].name.clone()).collect();
        for param in &params {
            self.outline.declarations[*param].owner = Some(function);
        }
        if let Kind::Function { params, .. } = &mut self.outline.declarations[function].kind {
            *params = names;
        }
        let body = self.span(next);
        self.outline.declarations[function].whole.end = if self.text(next) == "{" { end } else { body.start };
        self.await_block(params, Some(function));
        next
    }

    /// Parameters up to the symbol that ends them. The next piece.
    fn parameters(&mut self, mut at: usize, end: &str) -> (Vec<usize>, usize) {
        let mut params = Vec::new();
        loop {
            if self.is_name(at) {
                params.push(self.declare(at, Kind::Parameter(params.len()), at));
            } else if self.text(at) == end {
                return (params, at + 1);
            } else if self.text(at) != "," {
                // It is half typed.
                return (params, at);
            }
            at += 1;
        }
    }

    pub(super) fn closure(&mut self, at: usize) -> usize {
        let (params, body) =
            if self.text(at) == "|" { self.parameters(at + 1, "|") } else { (Vec::new(), at + 1) };
        self.open(FrameKind::Closure, body);
        let start = self.span(body).start;
        for param in params {
            self.outline.declarations[param].scope.start = start;
            self.show(param);
        }
        body
    }

    pub(super) fn variable(&mut self, at: usize) -> usize {
        // The statement before may lack its semicolon.
        self.end_statement(at);
        if !self.is_name(at + 1) {
            return at + 1;
        }
        let is_exported = self.before(at) == "export";
        let kind = if self.text(at) == "let" { Kind::Variable } else { Kind::Constant };
        let declaration = self.declare(at + 1, kind, if is_exported { at - 1 } else { at });
        self.outline.declarations[declaration].is_shared = is_exported;
        if self.text(at + 2) != "=" {
            self.show(declaration);
            return at + 2;
        }
        self.outline.declarations[declaration].value = at + 3..at + 3;
        self.pending.push((declaration, self.frames.len()));
        at + 3
    }

    pub(super) fn for_loop(&mut self, at: usize) -> usize {
        let (names, next) = match self.text(at + 1) {
            "(" => self.parameters(at + 2, ")"),
            _ if self.is_name(at + 1) => (vec![self.declare(at + 1, Kind::Item, at + 1)], at + 2),
            _ => (Vec::new(), at + 1),
        };
        for (name, kind) in names.iter().zip([Kind::Item, Kind::Counter]) {
            self.outline.declarations[*name].kind = kind;
        }
        let next = if self.text(next) == "in" { next + 1 } else { next };
        if let Some(item) = names.first() {
            self.outline.declarations[*item].value = next..next;
        }
        self.await_block(names, None);
        next
    }

    pub(super) fn catch(&mut self, at: usize) -> usize {
        if self.text(at + 1) != "(" || !self.is_name(at + 2) {
            return at + 1;
        }
        let name = self.declare(at + 2, Kind::Caught, at + 2);
        self.await_block(vec![name], None);
        at + if self.text(at + 3) == ")" { 4 } else { 3 }
    }

    /// The name of an import, or under which something is exported.
    pub(super) fn alias(&mut self, at: usize) -> usize {
        if !self.is_name(at + 1) {
            return at + 1;
        }
        if let Some(start) = self.import.take() {
            let path = (start + 2 == at && self.kind(start + 1) == Some(PieceKind::String))
                .then(|| self.text(start + 1).trim_matches(['"', '`']).to_owned());
            let alias = self.declare(at + 1, Kind::Import(path), start);
            self.show(alias);
        } else if self.export {
            let name = self.declare(at + 1, Kind::Export, at - 1);
            self.outline.declarations[name].is_shared = true;
        }
        at + 2
    }
}
