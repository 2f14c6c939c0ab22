//! What a script declares and mentions, and where: for editors, which show scripts that are half typed.
//!
//! An [`Outline`] is made of tokens alone ([`pieces`]): unlike the syntax tree, it exists for every text, and has the
//! place of every name. `reader` goes through the tokens once.

mod docs;
mod pieces;
mod reader;

pub use pieces::{Piece, PieceKind};

use std::ops::Range;
use std::rc::Rc;

/// What a script declares and mentions.
#[derive(Debug)]
pub struct Outline {
    text: Rc<str>,
    /// The tokens without comments.
    pub pieces: Vec<Piece>,
    /// Where comments are.
    pub comments: Vec<Range<usize>>,
    /// Everything that gets a name, in the order of the text.
    pub declarations: Vec<Declaration>,
    /// Every name that is written, in the order of the text.
    pub mentions: Vec<Mention>,
    /// Where the paths of imports are, with their quotes.
    pub imports: Vec<Range<usize>>,
    /// What is between brackets, with these.
    pub brackets: Vec<Range<usize>>,
}

/// Something that gets a name.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where the name is.
    pub span: Range<usize>,
    /// The whole statement or function, as far as it is known.
    pub whole: Range<usize>,
    /// Where the name can be used.
    pub scope: Range<usize>,
    /// The function in which it is declared, as a number of a declaration.
    pub owner: Option<usize>,
    /// The tokens of its value.
    pub value: Range<usize>,
    /// Whether another script that imports this one can use it.
    pub is_shared: bool,
}

/// What has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A function.
    Function {
        /// The names of its parameters.
        params: Vec<String>,
        /// The type whose method it is.
        this_type: Option<String>,
    },
    /// A parameter of the function or closure; which one.
    Parameter(usize),
    /// A variable.
    Variable,
    /// A constant.
    Constant,
    /// The variable of a `for` loop.
    Item,
    /// The counter of a `for` loop.
    Counter,
    /// The variable of a `catch`.
    Caught,
    /// The alias of an import, with the path if that is written out.
    Import(Option<String>),
    /// The name under which a variable is exported.
    Export,
}

/// A name that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where it is.
    pub span: Range<usize>,
    /// What it means.
    pub what: What,
}

/// What a name means, as far as its script tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is declared here: the number of the declaration.
    Declared(usize),
    /// A variable, parameter or import: the number of the declaration.
    Local(usize),
    /// A function, or what is not declared here.
    Global {
        /// The number of arguments, if it is called.
        arguments: Option<usize>,
    },
    /// What is before `::`, and no import.
    Space,
    /// What is behind `::`.
    Qualified {
        /// What is before, as a number of a mention.
        space: usize,
        /// The number of arguments, if it is called.
        arguments: Option<usize>,
    },
    /// What is behind a dot, and called.
    Method {
        /// The number of arguments.
        arguments: usize,
    },
    /// What is behind a dot.
    Property,
    /// A key of a map.
    Key,
}

/// A call that a place is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallAt {
    /// The piece with the name of the function.
    pub name: usize,
    /// The piece with the bracket.
    pub open: usize,
    /// The number of the argument, from 0.
    pub argument: usize,
}

impl Declaration {
    /// The names of its parameters, if it is a function.
    pub fn params(&self) -> Option<&[String]> {
        match &self.kind {
            Kind::Function { params, .. } => Some(params),
            _ => None,
        }
    }

    /// How the function is declared; the name of anything else.
    pub fn signature(&self) -> String {
        let Kind::Function { params, this_type } = &self.kind else { return self.name.clone() };
        let of = this_type.as_ref().map(|of| format!("{of}.")).unwrap_or_default();
        format!("{of}{}({})", self.name, params.join(", "))
    }
}

impl Outline {
    /// Reads a text.
    pub fn new(text: Rc<str>) -> Self {
        reader::read(text)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text.
    pub fn at(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// How a piece is written; empty behind the last one.
    pub fn piece(&self, number: usize) -> &str {
        self.pieces.get(number).map_or("", |piece| self.at(&piece.span))
    }

    /// The functions.
    pub fn functions(&self) -> impl Iterator<Item = &Declaration> {
        self.declarations.iter().filter(|declaration| declaration.params().is_some())
    }

    /// The functions of this name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Declaration> {
        self.functions().filter(move |function| function.name == name)
    }

    /// The function around a place, as a number of a declaration.
    pub fn function_at(&self, offset: usize) -> Option<usize> {
        let is_around =
            |declaration: &Declaration| declaration.params().is_some() && declaration.whole.contains(&offset);
        self.declarations.iter().position(is_around)
    }

    /// The variables and imports that can be used at a place, the innermost first.
    pub fn visible_at(&self, offset: usize) -> impl Iterator<Item = &Declaration> {
        let owner = self.function_at(offset);
        self.declarations.iter().rev().filter(move |declaration| {
            let is_import = matches!(declaration.kind, Kind::Import(_));
            let is_variable = declaration.params().is_none() && declaration.kind != Kind::Export;
            is_variable
                && (declaration.scope.start..=declaration.scope.end).contains(&offset)
                && (is_import || declaration.owner == owner)
        })
    }

    /// The name at a place, or right before it.
    pub fn mention_at(&self, offset: usize) -> Option<(usize, &Mention)> {
        let first = self.mentions.partition_point(|mention| mention.span.end < offset);
        let found = self.mentions[first..].iter().take(2).enumerate();
        let mut found = found.filter(|(_, mention)| mention.span.start <= offset);
        let before = found.next();
        // Where two names touch, the one that begins here is meant.
        found.next().or(before).map(|(at, mention)| (first + at, mention))
    }

    /// The last piece that begins before a place.
    pub fn piece_before(&self, offset: usize) -> Option<usize> {
        self.pieces.partition_point(|piece| piece.span.start < offset).checked_sub(1)
    }

    /// Whether a place is in a comment.
    pub fn is_in_comment(&self, offset: usize) -> bool {
        self.comments.iter().any(|comment| {
            let ends_with_line = !self.at(comment).ends_with("*/");
            comment.start < offset && (offset < comment.end || offset == comment.end && ends_with_line)
        })
    }

    /// The innermost call that a place is in, if it is among its arguments.
    pub fn call_at(&self, offset: usize) -> Option<CallAt> {
        let (mut depth, mut argument) = (0_usize, 0);
        let mut at = self.pieces.partition_point(|piece| piece.span.end <= offset);
        // In the middle of `()` is between its brackets.
        if self.piece(at) == "()" && self.pieces[at].span.start < offset {
            return Some(CallAt { name: self.callee(at)?, open: at, argument: 0 });
        }
        while let Some(before) = at.checked_sub(1) {
            at = before;
            match self.piece(at) {
                ")" | "]" | "}" => depth += 1,
                "(" if depth == 0 => match self.callee(at) {
                    Some(name) => return Some(CallAt { name, open: at, argument }),
                    None => argument = 0,
                },
                "{" | "#{" | "[" | "?[" if depth == 0 => {
                    // A statement is no argument, but an item of one is.
                    if self.piece(at) == "{" && !self.is_interpolation(at) {
                        return None;
                    }
                    argument = 0;
                }
                "(" | "[" | "?[" | "{" | "#{" => depth -= 1,
                "," if depth == 0 => argument += 1,
                ";" if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }

    fn callee(&self, open: usize) -> Option<usize> {
        let mut name = open.checked_sub(1)?;
        if self.piece(name) == "!" {
            name = name.checked_sub(1)?;
        }
        let is_name = self.pieces[name].kind == PieceKind::Word && !reader::is_keyword(self.piece(name));
        let is_declared = name > 0 && self.piece(name - 1) == "fn";
        (is_name && !is_declared).then_some(name)
    }

    fn is_interpolation(&self, brace: usize) -> bool {
        let before = brace.checked_sub(1).map(|before| self.pieces[before].kind);
        matches!(before, Some(PieceKind::StringStart | PieceKind::StringMiddle))
    }
}

/// Whether a text can be the name of a variable or a function.
pub fn is_name(text: &str) -> bool {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_word && text.contains(|c: char| c != '_') && !reader::is_keyword(text)
}

#[cfg(test)]
mod tests;
