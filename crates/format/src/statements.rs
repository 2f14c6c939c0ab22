//! Statements, blocks and functions.

use crate::cursor::{Cursor, Token};
use crate::doc::{blank, concat, fresh, group, hard, indent, line, text, Doc};
use crate::expressions::{condition, expression, pattern};
use crate::lists::{List, Part, TrailingComma};
use crate::{Result, Unexpected};

/// A whole script.
pub(crate) fn script(cursor: &mut Cursor) -> Result<Doc> {
    let mut parts = statements(cursor, "")?.lines();
    let end = cursor.peek();
    if let Some(comments) = end.comments_before_end() {
        parts = concat([parts, if end.follows_blank { blank() } else { fresh() }, comments]);
    }
    Ok(parts)
}

/// Statements, and what is known of them.
struct Statements {
    docs: Vec<(Doc, bool)>,
    /// Whether it is one that may share a line with the braces around it.
    is_simple: bool,
}

impl Statements {
    /// Each on lines of its own.
    fn lines(&self) -> Doc {
        let mut parts = Vec::new();
        for (index, (doc, follows_blank)) in self.docs.iter().enumerate() {
            if index > 0 {
                parts.push(if *follows_blank { blank() } else { hard() });
            }
            parts.push(doc.clone());
        }
        concat(parts)
    }
}

/// Reads statements up to this token, which is empty at the end of the script.
fn statements(cursor: &mut Cursor, end: &str) -> Result<Statements> {
    let mut docs = Vec::new();
    let mut is_simple = true;
    while !cursor.is(end) {
        if cursor.is_end() {
            return Err(Unexpected { offset: cursor.peek().start });
        }
        let follows_blank = cursor.peek().follows_blank;
        is_simple &=
            !cursor.is_any(&["if", "switch", "for", "while", "loop", "do", "try", "fn", "private", "{"]);
        is_simple &= !cursor.peek().has_comments_before();
        let comments = cursor.take_comments();
        let statement = cursor.nested(statement)?;
        let semicolon = cursor.take_if(";").map_or_else(Doc::nothing, |token| token.doc());
        docs.push((concat([comments, statement, semicolon]), follows_blank));
    }
    is_simple &= docs.len() == 1;
    Ok(Statements { docs, is_simple })
}

/// A block, of which it is not decided whether it is broken.
pub(crate) struct Block {
    open: Doc,
    close: Doc,
    inner: Statements,
    rest: Option<(Doc, bool)>,
    /// Whether it was written on one line.
    is_inline: bool,
}

impl Block {
    pub(crate) fn read(cursor: &mut Cursor) -> Result<Self> {
        let open = cursor.expect("{")?;
        let is_inline = !cursor.peek().begins_line && !open.has_comments();
        let inner = statements(cursor, "}")?;
        let close = cursor.expect("}")?;
        let rest = close.comments_before_end().map(|rest| (rest, close.follows_blank));
        let is_inline = is_inline && inner.is_simple && rest.is_none();
        let (open, close) = (open.doc(), close.doc_without_comments_before());
        Ok(Self { open, close, inner, rest, is_inline })
    }

    /// Whether it may stay on one line.
    pub(crate) fn is_inline(&self) -> bool {
        self.is_inline || self.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.inner.docs.is_empty() && self.rest.is_none()
    }

    /// The block; not broken, it has lines that a group around it may break.
    pub(crate) fn doc(&self, is_broken: bool) -> Doc {
        if self.is_empty() {
            return concat([self.open.clone(), self.close.clone()]);
        }
        let edge = if is_broken { hard() } else { line() };
        let mut inner = vec![edge.clone(), self.inner.lines()];
        if let Some((rest, follows_blank)) = &self.rest {
            if !self.inner.docs.is_empty() {
                inner.push(if *follows_blank { blank() } else { hard() });
            }
            inner.push(rest.clone());
        }
        concat([self.open.clone(), indent(concat(inner)), edge, self.close.clone()])
    }
}

/// A block alone, as it is written.
pub(crate) fn block(cursor: &mut Cursor) -> Result<Doc> {
    Ok(block_part(cursor)?.doc)
}

/// A block that may be the last argument of a call.
pub(crate) fn block_part(cursor: &mut Cursor) -> Result<Part> {
    let block = Block::read(cursor)?;
    let doc = group(block.doc(!block.is_inline()));
    Ok(if block.is_empty() { doc.into() } else { Part::hugged(doc, block.doc(true)) })
}

/// A statement without its semicolon.
pub(crate) fn statement(cursor: &mut Cursor) -> Result<Doc> {
    match cursor.peek().text {
        _ if is_control(cursor) => control(cursor),
        ";" | "," => Ok(Doc::nothing()),
        "{" => block(cursor),
        "fn" | "private" => function(cursor),
        "try" => attempt(cursor),
        "let" | "const" => declaration(cursor),
        "import" => import(cursor),
        "export" => export(cursor),
        "return" | "throw" | "break" | "continue" => jump(cursor),
        _ => assignment(cursor),
    }
}

/// Whether an `if`, a `switch` or a loop follows.
pub(crate) fn is_control(cursor: &Cursor) -> bool {
    cursor.is_any(&["if", "switch", "for", "while", "loop", "do"])
}

/// An `if`, a `switch` or a loop, as a statement or an expression.
pub(crate) fn control(cursor: &mut Cursor) -> Result<Doc> {
    match cursor.peek().text {
        "if" => branches(cursor),
        "switch" => switch(cursor),
        "for" => iteration(cursor),
        "do" => repetition(cursor),
        _ => endless_or_while(cursor),
    }
}

fn branches(cursor: &mut Cursor) -> Result<Doc> {
    let mut heads = Vec::new();
    let mut blocks = Vec::new();
    let mut head = Doc::nothing();
    loop {
        let is_conditional = cursor.is("if");
        if is_conditional {
            let keyword = cursor.take().doc();
            head = concat([head, keyword, text(" "), condition(cursor)?]);
        }
        heads.push(head);
        blocks.push(Block::read(cursor)?);
        let Some(keyword) = cursor.take_if("else").filter(|_| is_conditional) else { break };
        head = concat([text(" "), keyword.doc(), text(" ")]);
    }
    let is_broken = !blocks.iter().all(Block::is_inline) || blocks.iter().all(Block::is_empty);
    let parts = heads.into_iter().zip(&blocks).map(|(head, block)| concat([head, block.doc(is_broken)]));
    Ok(group(concat(parts)))
}

fn switch(cursor: &mut Cursor) -> Result<Doc> {
    let keyword = cursor.take().doc();
    let value = condition(cursor)?;
    let open = cursor.expect("{")?;
    let cases = List::read(cursor, &open, "}", TrailingComma::AsWritten, |cursor| Ok(case(cursor)?.into()))?;
    Ok(concat([keyword, text(" "), value, cases.padded().doc()]))
}

fn case(cursor: &mut Cursor) -> Result<Doc> {
    let mut parts = vec![pattern(cursor)?];
    while let Some(or) = cursor.take_if("|") {
        parts.extend([text(" "), or.doc(), text(" "), pattern(cursor)?]);
    }
    if let Some(keyword) = cursor.take_if("if") {
        parts.extend([text(" "), keyword.doc(), text(" "), expression(cursor)?]);
    }
    let arrow = cursor.expect("=>")?;
    parts.extend([text(" "), arrow.doc(), text(" "), statement(cursor)?]);
    Ok(concat(parts))
}

fn iteration(cursor: &mut Cursor) -> Result<Doc> {
    let mut parts = vec![cursor.take().doc(), text(" ")];
    if let Some(open) = cursor.take_if("(") {
        parts.push(names(cursor, &open)?);
    } else {
        parts.push(cursor.take_name()?.doc());
    }
    parts.extend([text(" "), cursor.expect("in")?.doc(), text(" "), condition(cursor)?, block(cursor)?]);
    Ok(group(concat(parts)))
}

/// Names in parentheses.
fn names(cursor: &mut Cursor, open: &Token) -> Result<Doc> {
    let name = |cursor: &mut Cursor| Ok(Part::from(cursor.take_name()?.doc()));
    Ok(List::read(cursor, open, ")", TrailingComma::AsWritten, name)?.compact().doc())
}

fn endless_or_while(cursor: &mut Cursor) -> Result<Doc> {
    let keyword = cursor.take();
    let head = if keyword.text == "while" { condition(cursor)? } else { Doc::nothing() };
    Ok(group(concat([keyword.doc(), text(" "), head, block(cursor)?])))
}

fn repetition(cursor: &mut Cursor) -> Result<Doc> {
    let (keyword, body) = (cursor.take().doc(), block(cursor)?);
    let until = cursor.take().doc();
    Ok(group(concat([keyword, text(" "), body, text(" "), until, text(" "), expression(cursor)?])))
}

fn attempt(cursor: &mut Cursor) -> Result<Doc> {
    let keyword = cursor.take().doc();
    let body = Block::read(cursor)?;
    let catch = cursor.expect("catch")?.doc();
    let mut variable = Doc::nothing();
    if let Some(open) = cursor.take_if("(") {
        let name = cursor.take_name()?;
        variable = concat([text(" "), open.doc(), name.doc(), cursor.expect(")")?.doc()]);
    }
    let handler = Block::read(cursor)?;
    let is_broken = !body.is_inline() || !handler.is_inline();
    let body = concat([keyword, text(" "), body.doc(is_broken)]);
    let handler = concat([text(" "), catch, variable, text(" "), handler.doc(is_broken)]);
    Ok(group(concat([body, handler])))
}

fn function(cursor: &mut Cursor) -> Result<Doc> {
    let mut parts = Vec::new();
    if let Some(keyword) = cursor.take_if("private") {
        parts.extend([keyword.doc(), text(" ")]);
    }
    parts.extend([cursor.expect("fn")?.doc(), text(" "), cursor.take().doc()]);
    if let Some(period) = cursor.take_if(".") {
        parts.extend([period.doc(), cursor.take_name()?.doc()]);
    }
    if let Some(none) = cursor.take_if("()") {
        parts.push(none.doc());
    } else {
        let open = cursor.expect("(")?;
        parts.push(names(cursor, &open)?);
    }
    parts.extend([text(" "), block(cursor)?]);
    Ok(concat(parts))
}

fn declaration(cursor: &mut Cursor) -> Result<Doc> {
    let (keyword, name) = (cursor.take().doc(), cursor.take_name()?.doc());
    let head = concat([keyword, text(" "), name]);
    let Some(equals) = cursor.take_if("=") else { return Ok(head) };
    Ok(concat([head, text(" "), equals.doc(), text(" "), expression(cursor)?]))
}

fn import(cursor: &mut Cursor) -> Result<Doc> {
    let head = concat([cursor.take().doc(), text(" "), expression(cursor)?]);
    renamed(cursor, head)
}

fn export(cursor: &mut Cursor) -> Result<Doc> {
    let keyword = concat([cursor.take().doc(), text(" ")]);
    if cursor.is_any(&["let", "const"]) {
        return Ok(concat([keyword, declaration(cursor)?]));
    }
    let name = cursor.take_name()?.doc();
    renamed(cursor, concat([keyword, name]))
}

/// With `as` and a name, if there is one.
fn renamed(cursor: &mut Cursor, head: Doc) -> Result<Doc> {
    let Some(keyword) = cursor.take_if("as") else { return Ok(head) };
    Ok(concat([head, text(" "), keyword.doc(), text(" "), cursor.take_name()?.doc()]))
}

fn jump(cursor: &mut Cursor) -> Result<Doc> {
    let keyword = cursor.take();
    let is_alone = cursor.is_end() || keyword.text == "continue" || cursor.is_any(&[";", "}", ",", ")", "]"]);
    if is_alone {
        return Ok(keyword.doc());
    }
    Ok(concat([keyword.doc(), text(" "), expression(cursor)?]))
}

const ASSIGNMENTS: [&str; 12] = ["=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="];

fn assignment(cursor: &mut Cursor) -> Result<Doc> {
    let left = expression(cursor)?;
    if !cursor.is_any(&ASSIGNMENTS) {
        return Ok(left);
    }
    let operator = cursor.take().doc();
    Ok(concat([left, text(" "), operator, text(" "), expression(cursor)?]))
}
