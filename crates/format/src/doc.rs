//! A script as nested groups that fit on a line or are broken into several, and how these are written: the way of
//! Wadler's "A prettier printer".

use std::rc::Rc;

/// So many characters fit on a line.
const WIDTH: usize = 100;
/// A level of indentation.
const INDENT: usize = 4;

/// A part of a script.
#[derive(Clone)]
pub(crate) struct Doc {
    kind: Kind,
    /// Whether there is a line break in it, whatever fits.
    is_broken: bool,
    /// Whether it ends in a comment that goes on to the end of the line: what follows belongs on the next one.
    ends_in_comment: bool,
}

#[derive(Clone)]
enum Kind {
    Text(Rc<str>),
    /// A space, or a line break in a broken group.
    Line,
    /// Nothing, or a line break in a broken group.
    Soft,
    Hard,
    /// A line break, unless the line has just begun.
    Fresh,
    /// An empty line.
    Blank,
    /// A comment that goes to the end of the line.
    Suffix(Rc<str>),
    Concat(Rc<[Doc]>),
    Indent(Rc<Doc>),
    Group(Rc<Doc>),
    /// Only in a broken group.
    IfBroken(Rc<Doc>),
    /// As many as fit on each line, with `Line` between them.
    Fill(Rc<[Doc]>),
    Choice(Rc<Choice>),
}

struct Choice {
    /// All on one line.
    flat: Doc,
    /// Only the end has line breaks.
    hugging: Option<Doc>,
    broken: Doc,
}

impl Doc {
    fn new(kind: Kind, is_broken: bool) -> Self {
        Self { kind, is_broken, ends_in_comment: false }
    }

    /// The doc as the whole of another one.
    fn wrap(self, kind: impl FnOnce(Rc<Doc>) -> Kind) -> Self {
        let Self { is_broken, ends_in_comment, .. } = self;
        Self { kind: kind(Rc::new(self)), is_broken, ends_in_comment }
    }

    /// Whether there is a comment in it, if it cannot be broken otherwise.
    pub(crate) fn has_comment(&self) -> bool {
        self.is_broken || self.ends_in_comment
    }

    fn is_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Concat(parts) if parts.is_empty())
    }

    pub(crate) fn nothing() -> Self {
        concat([])
    }

    /// Whether it has a line break in any case.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }
}

pub(crate) fn text(text: &str) -> Doc {
    Doc::new(Kind::Text(text.into()), false)
}

pub(crate) fn line() -> Doc {
    Doc::new(Kind::Line, false)
}

pub(crate) fn soft() -> Doc {
    Doc::new(Kind::Soft, false)
}

pub(crate) fn hard() -> Doc {
    Doc::new(Kind::Hard, true)
}

pub(crate) fn fresh() -> Doc {
    Doc::new(Kind::Fresh, true)
}

pub(crate) fn blank() -> Doc {
    Doc::new(Kind::Blank, true)
}

/// A comment at the end of the line.
pub(crate) fn suffix(comment: &str) -> Doc {
    Doc { kind: Kind::Suffix(comment.into()), is_broken: false, ends_in_comment: true }
}

pub(crate) fn concat(parts: impl IntoIterator<Item = Doc>) -> Doc {
    let parts: Rc<[Doc]> = parts.into_iter().filter(|part| !part.is_nothing()).collect();
    let is_interrupted = parts.iter().rev().skip(1).any(|part| part.ends_in_comment);
    let is_broken = is_interrupted || parts.iter().any(Doc::is_broken);
    let ends_in_comment = parts.last().is_some_and(|part| part.ends_in_comment);
    Doc { kind: Kind::Concat(parts), is_broken, ends_in_comment }
}

pub(crate) fn indent(doc: Doc) -> Doc {
    doc.wrap(Kind::Indent)
}

/// Breaks its lines only if it does not fit on one.
pub(crate) fn group(doc: Doc) -> Doc {
    doc.wrap(Kind::Group)
}

pub(crate) fn if_broken(doc: Doc) -> Doc {
    Doc::new(Kind::IfBroken(Rc::new(doc)), false)
}

pub(crate) fn fill(parts: Vec<Doc>) -> Doc {
    let is_broken = parts.iter().any(Doc::is_broken);
    Doc::new(Kind::Fill(parts.into()), is_broken)
}

/// The first of these that fits: all on one line, with line breaks only in the end, or broken.
pub(crate) fn choice(flat: Doc, hugging: Option<Doc>, broken: Doc) -> Doc {
    let Doc { is_broken, ends_in_comment, .. } = flat;
    Doc { kind: Kind::Choice(Rc::new(Choice { flat, hugging, broken })), is_broken, ends_in_comment }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Flat,
    Broken,
}

/// A part of a script, how far it is indented, and whether the lines in it are broken.
type Item<'a> = (usize, Mode, &'a Doc);

/// Writes a script.
pub(crate) fn write(doc: &Doc) -> String {
    let mut writer = Writer { out: String::new(), column: 0, suffixes: String::new() };
    let mut stack: Vec<Item> = vec![(0, Mode::Broken, doc)];
    while let Some((indent, mode, doc)) = stack.pop() {
        match &doc.kind {
            Kind::Text(text) => writer.text(text, indent),
            Kind::Suffix(comment) => {
                writer.suffixes.push(' ');
                writer.suffixes.push_str(comment);
            }
            Kind::Line if mode == Mode::Flat => writer.text(" ", indent),
            Kind::Soft if mode == Mode::Flat => {}
            Kind::Line | Kind::Soft | Kind::Hard => writer.line(),
            Kind::Fresh => writer.fresh(),
            Kind::Blank => writer.blank(),
            Kind::Concat(parts) => stack.extend(parts.iter().rev().map(|part| (indent, mode, part))),
            Kind::Indent(doc) => stack.push((indent + INDENT, mode, doc)),
            Kind::IfBroken(doc) => {
                if mode == Mode::Broken {
                    stack.push((indent, mode, doc));
                }
            }
            Kind::Group(doc) => {
                let is_flat = mode == Mode::Flat || writer.fits((indent, Mode::Flat, doc), &stack);
                stack.push((indent, if is_flat { Mode::Flat } else { Mode::Broken }, doc));
            }
            Kind::Fill(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        let is_flat = writer.column + 1 + width(part) <= WIDTH;
                        if mode == Mode::Flat || is_flat {
                            writer.text(" ", indent);
                        } else {
                            writer.line();
                        }
                    }
                    writer.flat(part, indent);
                }
            }
            Kind::Choice(choice) => {
                let Choice { flat, hugging, broken } = &**choice;
                if mode == Mode::Flat || writer.fits((indent, Mode::Flat, flat), &stack) {
                    stack.push((indent, Mode::Flat, flat));
                    continue;
                }
                let hugging =
                    hugging.as_ref().filter(|hugging| writer.fits((indent, Mode::Broken, hugging), &stack));
                stack.push((indent, Mode::Broken, hugging.unwrap_or(broken)));
            }
        }
    }
    writer.line();
    writer.out
}

struct Writer {
    out: String,
    column: usize,
    /// Comments for the end of the line.
    suffixes: String,
}

impl Writer {
    fn text(&mut self, text: &str, indent: usize) {
        if self.column == 0 && !text.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
        }
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = last.chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn line(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push_str(&std::mem::take(&mut self.suffixes));
        self.out.push('\n');
        self.column = 0;
    }

    fn fresh(&mut self) {
        if self.column > 0 {
            self.line();
        }
    }

    fn blank(&mut self) {
        self.fresh();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn flat(&mut self, doc: &Doc, indent: usize) {
        match &doc.kind {
            Kind::Text(text) => self.text(text, indent),
            Kind::Concat(parts) => parts.iter().for_each(|part| self.flat(part, indent)),
            Kind::Line => self.text(" ", indent),
            Kind::Indent(doc) | Kind::Group(doc) => self.flat(doc, indent),
            _ => {}
        }
    }

    /// Whether this, and what follows up to the next line break, fits on the rest of the line.
    fn fits(&self, first: Item, rest: &[Item]) -> bool {
        if first.1 == Mode::Flat && first.2.is_broken {
            return false;
        }
        let mut left = WIDTH.saturating_sub(self.column.max(first.0));
        let mut rest = rest.iter().rev();
        let mut stack = vec![first];
        // What follows may be broken at the first occasion.
        let mut is_rest = false;
        loop {
            let next = stack.pop().or_else(|| {
                is_rest = true;
                rest.next().copied()
            });
            let Some((indent, mode, doc)) = next else { return true };
            match &doc.kind {
                Kind::Text(text) => {
                    let first = text.split('\n').next().unwrap_or_default();
                    match left.checked_sub(first.chars().count()) {
                        Some(now) => left = now,
                        None => return false,
                    }
                    if first.len() < text.len() {
                        return true;
                    }
                }
                Kind::Line if mode == Mode::Flat => match left.checked_sub(1) {
                    Some(now) => left = now,
                    None => return false,
                },
                Kind::Soft if mode == Mode::Flat => {}
                Kind::Line | Kind::Soft | Kind::Hard | Kind::Fresh | Kind::Blank => return true,
                Kind::Suffix(_) => {}
                Kind::Concat(parts) => stack.extend(parts.iter().rev().map(|part| (indent, mode, part))),
                Kind::Indent(doc) => stack.push((indent, mode, doc)),
                Kind::IfBroken(doc) => {
                    if mode == Mode::Broken {
                        stack.push((indent, mode, doc));
                    }
                }
                Kind::Group(doc) => {
                    let mode = if doc.is_broken || is_rest { mode } else { Mode::Flat };
                    stack.push((indent, mode, doc));
                }
                Kind::Fill(parts) => stack.extend(parts.iter().rev().map(|part| (indent, Mode::Flat, part))),
                Kind::Choice(choice) => match &choice.hugging {
                    _ if is_rest && mode == Mode::Broken => stack.push((indent, mode, &choice.broken)),
                    _ if mode == Mode::Flat || !choice.flat.is_broken => {
                        stack.push((indent, Mode::Flat, &choice.flat));
                    }
                    Some(hugging) => stack.push((indent, Mode::Broken, hugging)),
                    None => stack.push((indent, Mode::Broken, &choice.broken)),
                },
            }
        }
    }
}

/// How many characters it takes on one line.
fn width(doc: &Doc) -> usize {
    match &doc.kind {
        Kind::Text(text) => text.chars().count(),
        Kind::Concat(parts) => parts.iter().map(width).sum(),
        Kind::Line => 1,
        Kind::Indent(doc) | Kind::Group(doc) => width(doc),
        _ => 0,
    }
}
