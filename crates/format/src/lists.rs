//! Arguments, parameters, arrays, maps and the cases of a `switch`: items between an opening and a closing token.

use crate::cursor::{Cursor, Token};
use crate::doc::{blank, choice, concat, fill, group, hard, if_broken, indent, line, soft, text, Doc};
use crate::{Result, Unexpected};

/// The items of a list, and what is around them.
pub(crate) struct List {
    open: Doc,
    close: Doc,
    items: Vec<Item>,
    /// Comments before the closing token.
    rest: Option<Doc>,
    /// Between brackets and items, if the list is not broken.
    padding: Padding,
    /// Whether it is broken although it fits.
    is_expanded: bool,
    trailing_comma: TrailingComma,
}

struct Item {
    doc: Doc,
    has_comma: bool,
    /// The comments of its comma.
    comments: Doc,
    follows_blank: bool,
    shape: Shape,
}

/// An expression as a part of another.
pub(crate) struct Part {
    pub(crate) doc: Doc,
    pub(crate) shape: Shape,
}

impl From<Doc> for Part {
    fn from(doc: Doc) -> Self {
        Self { doc, shape: Shape::Other }
    }
}

impl Part {
    /// The expression with something before it.
    pub(crate) fn after(self, before: &Doc) -> Self {
        let after = |doc: Doc| concat([before.clone(), doc]);
        let shape = match self.shape {
            Shape::Hugged(broken) => Shape::Hugged(after(broken)),
            Shape::HuggingCall(broken) => Shape::HuggingCall(after(broken)),
            other => other,
        };
        Self { doc: after(self.doc), shape }
    }

    /// It has its line breaks between brackets of its own.
    pub(crate) fn hugged(doc: Doc, broken: Doc) -> Self {
        Self { doc, shape: Shape::Hugged(broken) }
    }
}

/// How an expression can be broken.
pub(crate) enum Shape {
    /// A number, which isn't.
    Number,
    /// Between brackets of its own, like this.
    Hugged(Doc),
    /// A call that is broken in its last argument, like this.
    HuggingCall(Doc),
    Other,
}

/// What is between brackets and items on one line.
#[derive(Clone, Copy)]
pub(crate) enum Padding {
    None,
    Space,
}

/// Whether the last item has a comma in a broken list.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum TrailingComma {
    Always,
    AsWritten,
}

impl List {
    /// Reads the items up to the closing token.
    pub(crate) fn read(
        cursor: &mut Cursor,
        open: &Token,
        close: &str,
        trailing_comma: TrailingComma,
        mut item: impl FnMut(&mut Cursor) -> Result<Part>,
    ) -> Result<Self> {
        let mut is_expanded = cursor.peek().begins_line;
        let mut items: Vec<Item> = Vec::new();
        while !cursor.is(close) {
            let follows_blank = cursor.peek().follows_blank && !items.is_empty();
            let comments = cursor.take_comments();
            let Part { doc, shape } = item(cursor)?.after(&comments);
            let comma = cursor.take_if(",");
            let comments = comma.as_ref().map_or_else(Doc::nothing, Token::comments_alone);
            items.push(Item { doc, has_comma: comma.is_some(), comments, follows_blank, shape });
        }
        if !cursor.is(close) {
            return Err(Unexpected { offset: cursor.peek().start });
        }
        let end = cursor.take();
        let mut rest = end.comments_before_end();
        let mut open = open.doc();
        if rest.is_some() && end.has_comments_within_line() {
            rest = None;
            match items.last_mut() {
                Some(last) => last.comments = concat([last.comments.clone(), end.comments_before_alone()]),
                None => open = concat([open, end.comments_before_alone()]),
            }
        }
        is_expanded = !items.is_empty() && is_expanded || rest.is_some();
        let close = end.doc_without_comments_before();
        Ok(Self { open, close, items, rest, padding: Padding::None, is_expanded, trailing_comma })
    }

    pub(crate) fn padded(self) -> Self {
        Self { padding: Padding::Space, ..self }
    }

    /// Lines of the author are no reason to break it.
    pub(crate) fn compact(self) -> Self {
        Self { is_expanded: self.rest.is_some(), ..self }
    }

    /// All on one line, as a list that never breaks.
    pub(crate) fn joined(&self) -> Doc {
        let rest = self.rest.clone().map_or_else(Doc::nothing, |rest| concat([text(" "), rest, hard()]));
        concat([self.open.clone(), self.items(None), rest, self.close.clone()])
    }

    /// The list, which may be the last argument of a call.
    pub(crate) fn part(&self) -> Part {
        let doc = self.doc();
        if self.items.is_empty() {
            doc.into()
        } else {
            Part::hugged(doc, self.lines(hard()))
        }
    }

    /// The list, broken only if it does not fit on a line.
    pub(crate) fn doc(&self) -> Doc {
        if self.items.is_empty() && self.rest.is_none() {
            return concat([self.open.clone(), self.close.clone()]);
        }
        if !self.items.is_empty()
            && self.items.iter().all(|item| matches!(item.shape, Shape::Number))
            && self.rest.is_none()
        {
            return self.filled();
        }
        group(self.lines(match self.padding {
            Padding::None => soft(),
            Padding::Space => line(),
        }))
    }

    /// The arguments of a call: the last one may have all of the line breaks, as in the second form.
    pub(crate) fn arguments(&self) -> (Doc, Option<Doc>) {
        let Some((last, others)) = self.items.split_last() else { return (self.doc(), None) };
        let broken = match &last.shape {
            Shape::Hugged(broken) => Some(broken),
            Shape::HuggingCall(broken) if others.is_empty() => Some(broken),
            _ => None,
        };
        let can_hug = self.rest.is_none() && !others.iter().any(|item| item.doc.is_broken());
        let Some(broken) = broken.filter(|_| can_hug) else { return (self.doc(), None) };
        let flat = concat([self.open.clone(), self.items(None), self.close.clone()]);
        let hugging = concat([self.open.clone(), self.items(Some(broken)), self.close.clone()]);
        (choice(flat, Some(hugging.clone()), self.lines(soft())), Some(hugging))
    }

    /// All items on one line, with another form of the last one.
    fn items(&self, replacement: Option<&Doc>) -> Doc {
        let last = self.items.len().saturating_sub(1);
        concat(self.items.iter().enumerate().map(|(index, item)| {
            let comma = if index < last { text(", ") } else { Doc::nothing() };
            let doc = replacement.filter(|_| index == last).unwrap_or(&item.doc);
            concat([doc.clone(), item.comments.clone(), comma])
        }))
    }

    /// As many items as fit on each line.
    fn filled(&self) -> Doc {
        let last = self.items.len() - 1;
        let items = self.items.iter().enumerate().map(|(index, item)| {
            let comma = if index < last { text(",") } else { Doc::nothing() };
            concat([item.doc.clone(), item.comments.clone(), comma])
        });
        let items: Vec<_> = items.collect();
        if items.iter().any(Doc::has_comment) {
            return group(self.lines(soft()));
        }
        let items = concat([soft(), fill(items), if_broken(text(","))]);
        group(concat([self.open.clone(), indent(items), soft(), self.close.clone()]))
    }

    /// Each item on a line of its own, if the group around is broken.
    fn lines(&self, edge: Doc) -> Doc {
        let mut parts = vec![if self.is_expanded { hard() } else { edge.clone() }];
        let last = self.items.len().saturating_sub(1);
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                parts.push(if item.follows_blank { blank() } else { line() });
            }
            parts.extend([item.doc.clone(), item.comments.clone()]);
            if index < last && item.has_comma {
                parts.push(text(","));
            } else if index == last && (item.has_comma || self.trailing_comma == TrailingComma::Always) {
                parts.push(if_broken(text(",")));
            }
        }
        if let Some(rest) = &self.rest {
            if !self.items.is_empty() {
                parts.push(hard());
            }
            parts.push(rest.clone());
        }
        concat([self.open.clone(), indent(concat(parts)), edge, self.close.clone()])
    }
}
