//! Expressions: operators, chains of methods, calls, literals and closures.

use crate::cursor::Cursor;
use crate::doc::{choice, concat, group, hard, indent, line, soft, text, Doc};
use crate::lexer::Kind;
use crate::lists::{List, Part, Shape, TrailingComma};
use crate::statements::{block_part, control, is_control, statement};
use crate::{Result, Unexpected};

/// An expression.
pub(crate) fn expression(cursor: &mut Cursor) -> Result<Doc> {
    Ok(binary(cursor, 1, Pipe::Operator)?.part().doc)
}

/// One of the values of a case in a `switch`, which `|` separates.
pub(crate) fn pattern(cursor: &mut Cursor) -> Result<Doc> {
    Ok(binary(cursor, 1, Pipe::Separator)?.part().doc)
}

/// What precedes a block, with the space before it. Operators on lines of their own move the brace to a new line.
pub(crate) fn condition(cursor: &mut Cursor) -> Result<Doc> {
    let condition = binary(cursor, 1, Pipe::Operator)?;
    if condition.rest.is_empty() {
        return Ok(concat([condition.first.doc, text(" ")]));
    }
    Ok(group(concat([condition.lines(), line()])))
}

/// What `|` is.
#[derive(Clone, Copy, PartialEq)]
enum Pipe {
    Operator,
    Separator,
}

/// Operands, and the operators of one precedence between them.
struct Operation {
    first: Part,
    rest: Vec<(Doc, Doc)>,
    precedence: u8,
}

impl Operation {
    fn lines(&self) -> Doc {
        let is_range = self.precedence == RANGE;
        let rest = self.rest.iter().map(|(operator, operand)| {
            let parts = [operator.clone(), text(" "), operand.clone()];
            if is_range {
                concat([operator.clone(), operand.clone()])
            } else {
                concat([line(), concat(parts)])
            }
        });
        concat([self.first.doc.clone(), indent(concat(rest))])
    }

    fn part(self) -> Part {
        if self.rest.is_empty() {
            self.first
        } else {
            group(self.lines()).into()
        }
    }
}

const RANGE: u8 = 9;

fn precedence(operator: &str) -> Option<u8> {
    Some(match operator {
        "||" | "|" | "^" => 2,
        "&&" | "&" => 3,
        "==" | "!=" => 4,
        "in" | "!in" => 5,
        "<" | "<=" | ">" | ">=" => 7,
        "??" => 8,
        ".." | "..=" => RANGE,
        "+" | "-" => 10,
        "*" | "/" | "%" => 11,
        "**" => 12,
        "<<" | ">>" => 13,
        _ => return None,
    })
}

fn binary(cursor: &mut Cursor, minimum: u8, pipe: Pipe) -> Result<Operation> {
    let first = cursor.nested(unary)?;
    let mut operation = Operation { first, rest: Vec::new(), precedence: 0 };
    loop {
        let is_separator = pipe == Pipe::Separator && cursor.is("|");
        let next = cursor.peek();
        let precedence = precedence(next.text).filter(|_| next.kind != Kind::String && !is_separator);
        let Some(precedence) = precedence.filter(|precedence| *precedence >= minimum) else {
            return Ok(operation);
        };
        let operator = cursor.take().doc();
        // Only `**` binds to the right.
        let tighter = if precedence == 12 { precedence } else { precedence + 1 };
        let operand = binary(cursor, tighter, pipe)?.part().doc;
        if precedence != operation.precedence && !operation.rest.is_empty() {
            operation = Operation { first: operation.part(), rest: Vec::new(), precedence };
        }
        operation.precedence = precedence;
        operation.rest.push((operator, operand));
    }
}

fn unary(cursor: &mut Cursor) -> Result<Part> {
    if !cursor.is_any(&["-", "+", "!"]) {
        return chain(cursor);
    }
    let operator = cursor.take();
    // `--` and `++` are other symbols.
    let space = if cursor.is(operator.text) && operator.text != "!" { text(" ") } else { Doc::nothing() };
    let Part { doc, shape } = cursor.nested(unary)?;
    let shape = if matches!(shape, Shape::Number) { shape } else { Shape::Other };
    Ok(Part { doc: concat([operator.doc(), space, doc]), shape })
}

/// A part of a chain: a property or a method with what follows it.
struct Link {
    doc: Doc,
    /// The same with all line breaks in the last argument.
    hugging: Option<Doc>,
    is_call: bool,
}

impl Link {
    fn new(doc: Doc) -> Self {
        Self { doc, hugging: None, is_call: false }
    }

    fn append(&mut self, doc: Doc) {
        self.doc = concat([self.doc.clone(), doc]);
        self.hugging = None;
    }

    fn call(&mut self, (arguments, hugging): (Doc, Option<Doc>)) {
        self.hugging = hugging.map(|hugging| concat([self.doc.clone(), hugging]));
        self.doc = concat([self.doc.clone(), arguments]);
        self.is_call = true;
    }
}

fn chain(cursor: &mut Cursor) -> Result<Part> {
    let head = primary(cursor)?;
    let mut links = vec![];
    let mut link = Link::new(head.doc.clone());
    let mut has_comments = false;
    let mut is_alone = true;
    while cursor.peek().kind == Kind::Symbol {
        match cursor.peek().text {
            "." | "?." => {
                has_comments |= cursor.peek().has_comments_before();
                let period = cursor.take();
                // `1./* a */f()` begins with a float.
                let is_number = matches!(head.shape, Shape::Number) && links.is_empty();
                let is_apart = is_number && (period.has_comments() || cursor.peek().has_comments_before());
                let space = if is_apart { text(" ") } else { Doc::nothing() };
                let name = concat([space, period.doc(), cursor.take_name()?.doc()]);
                links.push(std::mem::replace(&mut link, Link::new(name)));
            }
            "::" => link.append(concat([cursor.take().doc(), cursor.take_name()?.doc()])),
            "!" if matches!(cursor.peek_second(), "(" | "()") => link.append(cursor.take().doc()),
            "()" => link.call((cursor.take().doc(), None)),
            "(" => link.call(arguments(cursor)?),
            "[" | "?[" => {
                let open = cursor.take().doc();
                let index = expression(cursor)?;
                let close = cursor.expect("]")?.doc();
                link.append(group(concat([open, indent(concat([soft(), index])), soft(), close])));
            }
            _ => break,
        }
        is_alone = false;
    }
    if is_alone {
        return Ok(head);
    }
    links.push(link);
    Ok(chained(&links, has_comments))
}

/// Joins the links: on one line, with line breaks only in the last call, or with each call on a line of its own.
fn chained(links: &[Link], has_comments: bool) -> Part {
    let calls = links.iter().skip(1).filter(|link| link.is_call).count();
    let docs: Vec<_> = links.iter().map(|link| link.doc.clone()).collect();
    let flat = concat(docs.clone());
    let Some((last, others)) = links.split_last() else { return flat.into() };
    let can_hug = !has_comments && !others.iter().any(|link| link.doc.is_broken());
    let hugging = last.hugging.clone().filter(|_| can_hug).map(|hugging| {
        let others = others.iter().map(|link| link.doc.clone());
        concat(others.chain([hugging]))
    });
    let shape = hugging.clone().map_or(Shape::Other, Shape::HuggingCall);
    if calls < 2 && !has_comments {
        return Part { doc: flat, shape };
    }
    // Properties at the front stay with what they are properties of.
    let front = 1 + links.iter().skip(1).take_while(|link| !link.is_call && !has_comments).count();
    let rest = links.iter().skip(front).map(|link| {
        let is_property = !link.is_call && !has_comments;
        concat([if is_property { Doc::nothing() } else { hard() }, link.doc.clone()])
    });
    let broken = concat([concat(docs[..front].to_vec()), indent(concat(rest))]);
    let hugging = hugging.filter(|_| calls == 2);
    Part { doc: choice(flat, hugging, broken), shape }
}

fn arguments(cursor: &mut Cursor) -> Result<(Doc, Option<Doc>)> {
    let open = cursor.take();
    Ok(List::read(cursor, &open, ")", TrailingComma::AsWritten, item)?.compact().arguments())
}

/// An item of a list.
fn item(cursor: &mut Cursor) -> Result<Part> {
    Ok(binary(cursor, 1, Pipe::Operator)?.part())
}

fn primary(cursor: &mut Cursor) -> Result<Part> {
    let next = cursor.peek();
    match (next.kind, next.text) {
        (Kind::Number, _) => Ok(Part { doc: cursor.take().doc(), shape: Shape::Number }),
        (Kind::String, _) => Ok(cursor.take().doc().into()),
        _ if is_control(cursor) => Ok(control(cursor)?.into()),
        (Kind::Word, _) | (Kind::Symbol, "()") => Ok(cursor.take().doc().into()),
        (Kind::Symbol, "{") => block_part(cursor),
        (Kind::Symbol, "|" | "||") => closure(cursor),
        (Kind::Symbol, "[") => {
            let open = cursor.take();
            Ok(List::read(cursor, &open, "]", TrailingComma::Always, item)?.part())
        }
        (Kind::Symbol, "#{") => {
            let open = cursor.take();
            Ok(List::read(cursor, &open, "}", TrailingComma::Always, entry)?.padded().part())
        }
        (Kind::Symbol, "(") => {
            let open = cursor.take().doc();
            let inner = expression(cursor)?;
            let close = cursor.expect(")")?.doc();
            Ok(group(concat([open, indent(concat([soft(), inner])), soft(), close])).into())
        }
        _ => Err(Unexpected { offset: next.start }),
    }
}

/// A property of a map.
fn entry(cursor: &mut Cursor) -> Result<Part> {
    let (name, colon) = (cursor.take().doc(), cursor.expect(":")?.doc());
    Ok(concat([name, colon, text(" "), expression(cursor)?]).into())
}

fn closure(cursor: &mut Cursor) -> Result<Part> {
    let open = cursor.take();
    let parameters = if open.text == "||" {
        open.doc()
    } else {
        let name = |cursor: &mut Cursor| Ok(Part::from(cursor.take_name()?.doc()));
        List::read(cursor, &open, "|", TrailingComma::AsWritten, name)?.joined()
    };
    let body = match cursor.peek().text {
        "{" => block_part(cursor)?,
        _ if is_control(cursor) => {
            let body = control(cursor)?;
            Part::hugged(body.clone(), body)
        }
        "[" | "#{" => item(cursor)?,
        _ => statement(cursor)?.into(),
    };
    let body = match body.shape {
        Shape::HuggingCall(_) => Part::from(body.doc),
        _ => body,
    };
    Ok(body.after(&concat([parameters, text(" ")])))
}
