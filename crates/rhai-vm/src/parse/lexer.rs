//! Script → tokens.

use rhai::{Position, Token as Rhai};

/// That the script must be left to rhai.
#[derive(Clone, Copy, Debug)]
pub struct Unsure;

pub(super) type Result<T> = std::result::Result<T, Unsure>;

/// What a token is. Operators and keywords are called as in rhai.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    End,
    Name,
    /// A word that is reserved for functions.
    Reserved,
    This,
    Int,
    Float,
    Char,
    Str,
    /// The beginning of a string with interpolations, up to the first of them.
    Text,
    LeftBrace,
    RightBrace,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    MapStart,
    Unit,
    Plus,
    UnaryPlus,
    Minus,
    UnaryMinus,
    Multiply,
    Divide,
    Modulo,
    PowerOf,
    LeftShift,
    RightShift,
    SemiColon,
    Colon,
    DoubleColon,
    DoubleArrow,
    Underscore,
    Comma,
    Period,
    Elvis,
    DoubleQuestion,
    QuestionBracket,
    ExclusiveRange,
    InclusiveRange,
    Equals,
    True,
    False,
    Let,
    Const,
    If,
    Else,
    Switch,
    Do,
    While,
    Until,
    Loop,
    For,
    In,
    NotIn,
    LessThan,
    GreaterThan,
    LessThanEqualsTo,
    GreaterThanEqualsTo,
    EqualsTo,
    NotEqualsTo,
    Bang,
    Pipe,
    Or,
    XOr,
    Ampersand,
    And,
    Fn,
    Private,
    Continue,
    Break,
    Return,
    Throw,
    Try,
    Catch,
    Import,
    Export,
    As,
    PlusAssign,
    MinusAssign,
    MultiplyAssign,
    DivideAssign,
    ModuloAssign,
    PowerOfAssign,
    LeftShiftAssign,
    RightShiftAssign,
    AndAssign,
    OrAssign,
    XOrAssign,
}

impl Kind {
    /// How strongly an operator between two values binds; 0 for anything else.
    pub(super) fn precedence(self) -> u8 {
        match self {
            Self::Or | Self::XOr | Self::Pipe => 30,
            Self::And | Self::Ampersand => 60,
            Self::EqualsTo | Self::NotEqualsTo => 90,
            Self::In | Self::NotIn => 110,
            Self::LessThan | Self::LessThanEqualsTo | Self::GreaterThan | Self::GreaterThanEqualsTo => 130,
            Self::DoubleQuestion => 135,
            Self::ExclusiveRange | Self::InclusiveRange => 140,
            Self::Plus | Self::Minus => 150,
            Self::Divide | Self::Multiply | Self::Modulo => 180,
            Self::PowerOf => 190,
            Self::LeftShift | Self::RightShift => 210,
            _ => 0,
        }
    }

    /// Whether a `-` behind it is a sign.
    fn may_precede_sign(self) -> bool {
        match self {
            Self::SemiColon
            | Self::Colon
            | Self::Comma
            | Self::LeftBrace
            | Self::LeftParen
            | Self::LeftBracket
            | Self::QuestionBracket
            | Self::UnaryPlus
            | Self::UnaryMinus
            | Self::Equals
            | Self::Bang
            | Self::If
            | Self::While
            | Self::Until
            | Self::Return
            | Self::Throw => true,
            _ => self.precedence() > 0 || self.is_assignment_with(),
        }
    }

    /// The same token of rhai's, if it is an operator between two values or one that assigns.
    pub(super) fn operator(self) -> Option<Rhai> {
        Some(match self {
            Self::Plus => Rhai::Plus,
            Self::Minus => Rhai::Minus,
            Self::Multiply => Rhai::Multiply,
            Self::Divide => Rhai::Divide,
            Self::Modulo => Rhai::Modulo,
            Self::PowerOf => Rhai::PowerOf,
            Self::LeftShift => Rhai::LeftShift,
            Self::RightShift => Rhai::RightShift,
            Self::ExclusiveRange => Rhai::ExclusiveRange,
            Self::InclusiveRange => Rhai::InclusiveRange,
            Self::In => Rhai::In,
            Self::NotIn => Rhai::NotIn,
            Self::LessThan => Rhai::LessThan,
            Self::GreaterThan => Rhai::GreaterThan,
            Self::LessThanEqualsTo => Rhai::LessThanEqualsTo,
            Self::GreaterThanEqualsTo => Rhai::GreaterThanEqualsTo,
            Self::EqualsTo => Rhai::EqualsTo,
            Self::NotEqualsTo => Rhai::NotEqualsTo,
            Self::DoubleQuestion => Rhai::DoubleQuestion,
            Self::Pipe => Rhai::Pipe,
            Self::Or => Rhai::Or,
            Self::XOr => Rhai::XOr,
            Self::Ampersand => Rhai::Ampersand,
            Self::And => Rhai::And,
            Self::PlusAssign => Rhai::PlusAssign,
            Self::MinusAssign => Rhai::MinusAssign,
            Self::MultiplyAssign => Rhai::MultiplyAssign,
            Self::DivideAssign => Rhai::DivideAssign,
            Self::ModuloAssign => Rhai::ModuloAssign,
            Self::PowerOfAssign => Rhai::PowerOfAssign,
            Self::LeftShiftAssign => Rhai::LeftShiftAssign,
            Self::RightShiftAssign => Rhai::RightShiftAssign,
            Self::AndAssign => Rhai::AndAssign,
            Self::OrAssign => Rhai::OrAssign,
            Self::XOrAssign => Rhai::XOrAssign,
            _ => return None,
        })
    }

    /// Whether it assigns the result of an operator.
    pub(super) fn is_assignment_with(self) -> bool {
        matches!(
            self,
            Self::PlusAssign
                | Self::MinusAssign
                | Self::MultiplyAssign
                | Self::DivideAssign
                | Self::ModuloAssign
                | Self::PowerOfAssign
                | Self::LeftShiftAssign
                | Self::RightShiftAssign
                | Self::AndAssign
                | Self::OrAssign
                | Self::XOrAssign
        )
    }
}

/// A token.
#[derive(Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) position: Position,
    /// A name as it is written, or what is between the quotes of a string without escapes.
    pub(super) text: &'a str,
}

/// Reads tokens, one after the other.
pub(super) struct Lexer<'a> {
    script: &'a str,
    bytes: &'a [u8],
    /// Where it is.
    at: usize,
    line: usize,
    /// So many characters of this line …
    column: usize,
    /// … are before here.
    counted: usize,
    is_ascii: bool,
    /// The last token.
    last: Kind,
    /// The value of the last integer or character.
    pub(super) int: i64,
    /// The value of the last float.
    pub(super) float: f64,
    /// The content of the last string, if it has escapes.
    pub(super) content: Option<String>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(script: &'a str) -> Self {
        Self {
            script,
            bytes: script.as_bytes(),
            at: 0,
            line: 1,
            column: 0,
            counted: 0,
            is_ascii: script.is_ascii(),
            // A `-` at the beginning is a sign.
            last: Kind::SemiColon,
            int: 0,
            float: 0.0,
            content: None,
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Where the character here is. Places are asked for in their order.
    fn position(&mut self, at: usize) -> Position {
        let more = &self.bytes[self.counted..at];
        self.column += match self.is_ascii {
            true => more.len(),
            false => more.iter().filter(|byte| **byte & 0xC0 != 0x80).count(),
        };
        self.counted = at;
        let limited = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        Position::new(limited(self.line), limited(self.column + 1))
    }

    /// A line begins here.
    fn new_line(&mut self, at: usize) {
        self.line += 1;
        self.column = 0;
        self.counted = at;
    }

    pub(super) fn next(&mut self) -> Result<Token<'a>> {
        self.skip_space()?;
        let start = self.at;
        let position = self.position(start);
        let kind = match self.bytes.get(start) {
            None => Kind::End,
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => self.word()?,
            Some(b'0'..=b'9') => self.number(start)?,
            Some(b'-') if self.peek(1).is_ascii_digit() && self.last.may_precede_sign() => {
                self.at += 1;
                self.number(start)?
            }
            Some(b'"') => {
                let text = self.quoted(b'"')?;
                self.last = Kind::Str;
                return Ok(Token { kind: Kind::Str, position, text });
            }
            Some(b'\'') => self.character()?,
            Some(b'`') => {
                self.at += 1;
                // A line break right behind it does not count.
                let break_length = usize::from(self.peek(0) == b'\r');
                if self.peek(break_length) == b'\n' {
                    self.at += break_length + 1;
                    self.new_line(self.at);
                }
                let (kind, text) = self.text()?;
                self.last = kind;
                return Ok(Token { kind, position, text });
            }
            Some(b'#') if self.peek(1) != b'{' => {
                let text = self.raw()?;
                self.last = Kind::Str;
                return Ok(Token { kind: Kind::Str, position, text });
            }
            Some(first) => {
                let (kind, length) = self.symbol(*first)?;
                self.at += length;
                kind
            }
        };
        // `call` is a name behind `::`.
        let is_name = kind == Kind::Reserved
            && self.last == Kind::DoubleColon
            && &self.script[start..self.at] == "call";
        let kind = if is_name { Kind::Name } else { kind };
        self.last = kind;
        Ok(Token { kind, position, text: &self.script[start..self.at] })
    }

    /// Goes on with a string behind an interpolation. The position is that of the first character.
    pub(super) fn continue_text(&mut self) -> Result<Token<'a>> {
        let position = self.position(self.at);
        let (kind, text) = self.text()?;
        self.last = kind;
        Ok(Token { kind, position, text })
    }

    fn skip_space(&mut self) -> Result<()> {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\x0C' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.new_line(self.at);
                }
                b'\r' if self.peek(1) == b'\n' => self.at += 1,
                b'/' if self.peek(1) == b'/' => {
                    let rest = &self.bytes[self.at..];
                    let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                    // Alone, it ends a comment, but no line.
                    if rest[..length.saturating_sub(1)].contains(&b'\r') {
                        return Err(Unsure);
                    }
                    self.at += length;
                }
                b'/' if self.peek(1) == b'*' => self.block_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn block_comment(&mut self) -> Result<()> {
        let mut depth = 0;
        loop {
            match (self.bytes.get(self.at).ok_or(Unsure)?, self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (b'\n', _) => {
                    self.at += 1;
                    self.new_line(self.at);
                }
                _ => self.at += 1,
            }
        }
    }

    fn word(&mut self) -> Result<Kind> {
        let start = self.at;
        self.skip_word();
        let word = &self.script[start..self.at];
        if word.starts_with('_') {
            return match word.trim_start_matches('_').as_bytes() {
                [] if word.len() == 1 => Ok(Kind::Underscore),
                [first, ..] if first.is_ascii_alphabetic() => Ok(Kind::Name),
                _ => Err(Unsure),
            };
        }
        keyword(word)
    }

    fn skip_word(&mut self) {
        while is_part_of_word(self.peek(0)) {
            self.at += 1;
        }
    }

    /// A number, whose sign may be before it.
    fn number(&mut self, start: usize) -> Result<Kind> {
        let digits = self.at;
        let radix = match (self.peek(0), self.peek(1)) {
            (b'0', b'x' | b'X') => 16,
            (b'0', b'o' | b'O') => 8,
            (b'0', b'b' | b'B') => 2,
            _ => 10,
        };
        if radix != 10 {
            self.at += 2;
            self.skip_word();
            // rhai does not read those with a sign before them.
            if digits != start {
                return Err(Unsure);
            }
            let number = self.script[digits + 2..self.at].replace('_', "");
            // The highest bit is the sign.
            self.int = u64::from_str_radix(&number, radix).map_err(|_| Unsure)?.cast_signed();
            return Ok(Kind::Int);
        }
        let (mut has_period, mut has_exponent, mut is_plain) = (false, false, true);
        let mut ends_with_period = false;
        loop {
            match (self.peek(0), self.peek(1)) {
                (b'0'..=b'9', _) => self.at += 1,
                (b'_', _) => {
                    is_plain = false;
                    self.at += 1;
                }
                (b'.', b'0'..=b'9') if !has_period => {
                    has_period = true;
                    self.at += 1;
                }
                // `1..2`, `1.abs()` and the end of the script.
                (b'.', b'.' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0) => break,
                (b'.', _) if !has_period => {
                    self.at += 1;
                    ends_with_period = true;
                    break;
                }
                (b'e' | b'E', b'0'..=b'9') if !has_exponent => {
                    (has_exponent, has_period) = (true, true);
                    self.at += 1;
                }
                (b'e' | b'E', b'+' | b'-') if !has_exponent => {
                    (has_exponent, has_period) = (true, true);
                    self.at += 2;
                }
                _ => break,
            }
        }
        let text = &self.script[start..self.at];
        let without = if is_plain { String::new() } else { text.replace('_', "") };
        let text = if is_plain { text } else { &without };
        if !ends_with_period {
            if let Ok(value) = text.parse() {
                self.int = value;
                return Ok(Kind::Int);
            }
        }
        self.float = text.parse().map_err(|_| Unsure)?;
        Ok(Kind::Float)
    }

    /// A string in quotes: what is between them, unless it has escapes.
    fn quoted(&mut self, quote: u8) -> Result<&'a str> {
        self.content = None;
        self.at += 1;
        let start = self.at;
        let special = |byte: &u8| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r');
        loop {
            let rest = &self.bytes[self.at..];
            let length = rest.iter().position(special).ok_or(Unsure)?;
            let piece = &self.script[self.at..self.at + length];
            self.at += length;
            let (here, next) = (self.peek(0), self.peek(1));
            if here == quote && next != quote {
                self.at += 1;
                return match &mut self.content {
                    Some(content) => {
                        content.push_str(piece);
                        Ok("")
                    }
                    None => Ok(&self.script[start..self.at - 1]),
                };
            }
            let c = match (here, next) {
                _ if here == quote => char::from(quote),
                (b'\\', b'n') => '\n',
                (b'\\', b't') => '\t',
                (b'\\', b'r') => '\r',
                (b'\\', b'\\') => '\\',
                (b'\\', _) if next == quote => char::from(quote),
                (b'\\', b'x') => self.code(2)?,
                (b'\\', b'u') => self.code(4)?,
                (b'\\', b'U') => self.code(8)?,
                // A line that goes on with the next one has rules of its own.
                _ => return Err(Unsure),
            };
            self.at += 2;
            let content = self.content.get_or_insert_default();
            content.push_str(piece);
            content.push(c);
        }
    }

    /// The character of an escape with so many digits, which it skips.
    fn code(&mut self, digits: usize) -> Result<char> {
        let from = self.at + 2;
        let digits = self.bytes.get(from..from + digits).ok_or(Unsure)?;
        let mut code = 0;
        for digit in digits {
            code = code * 16 + char::from(*digit).to_digit(16).ok_or(Unsure)?;
        }
        self.at += digits.len();
        char::from_u32(code).ok_or(Unsure)
    }

    fn character(&mut self) -> Result<Kind> {
        let text = self.quoted(b'\'')?;
        let text = self.content.as_deref().unwrap_or(text);
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => {
                self.int = i64::from(u32::from(c));
                Ok(Kind::Char)
            }
            _ => Err(Unsure),
        }
    }

    /// A piece of a string in back-ticks, up to its end or the next interpolation.
    fn text(&mut self) -> Result<(Kind, &'a str)> {
        self.content = None;
        let start = self.at;
        let mut from = start;
        let kind = loop {
            match (self.bytes.get(self.at).ok_or(Unsure)?, self.peek(1)) {
                (b'`', b'`') if self.at == start => return Err(Unsure),
                (b'`', b'`') => {
                    self.content.get_or_insert_default().push_str(&self.script[from..=self.at]);
                    self.at += 2;
                    from = self.at;
                }
                (b'`', _) => break Kind::Str,
                (b'$', b'{') => break Kind::Text,
                (b'\r', b'\n') => {
                    self.content.get_or_insert_default().push_str(&self.script[from..self.at]);
                    self.at += 1;
                    from = self.at;
                }
                // An escaped interpolation shifts the columns behind it in rhai.
                (b'\\', b'$') | (b'\r', _) => return Err(Unsure),
                (b'\n', _) => {
                    self.at += 1;
                    self.new_line(self.at);
                }
                _ => self.at += 1,
            }
        };
        let rest = &self.script[from..self.at];
        self.at += 1;
        Ok(match &mut self.content {
            Some(content) => {
                content.push_str(rest);
                (kind, "")
            }
            None => (kind, rest),
        })
    }

    /// A string between `#"` and `"#`, with as many `#` as there are.
    fn raw(&mut self) -> Result<&'a str> {
        self.content = None;
        let rest = &self.script[self.at..];
        let inner = rest.trim_start_matches('#');
        let end = format!("\"{}", &rest[..rest.len() - inner.len()]);
        let inner = inner.strip_prefix('"').ok_or(Unsure)?;
        let text = &inner[..inner.find(&end).ok_or(Unsure)?];
        let start = self.at + end.len();
        for (number, _) in text.match_indices('\n') {
            // Behind a quote, rhai does not count it.
            if text[..number].trim_end_matches('#').ends_with('"') {
                return Err(Unsure);
            }
            self.new_line(start + number + 1);
        }
        self.at = start + text.len() + end.len();
        Ok(text)
    }

    /// An operator or punctuation, and its length.
    fn symbol(&self, first: u8) -> Result<(Kind, usize)> {
        let (second, third) = (self.peek(1), self.peek(2));
        if is_foreign(first, second, third) {
            return Err(Unsure);
        }
        Ok(match (first, second) {
            (b'{', _) => (Kind::LeftBrace, 1),
            (b'}', _) => (Kind::RightBrace, 1),
            (b'(', b')') => (Kind::Unit, 2),
            (b'(', _) => (Kind::LeftParen, 1),
            (b')', _) => (Kind::RightParen, 1),
            (b'[', _) => (Kind::LeftBracket, 1),
            (b']', _) => (Kind::RightBracket, 1),
            (b'#', b'{') => (Kind::MapStart, 2),
            (b';', _) => (Kind::SemiColon, 1),
            (b',', _) => (Kind::Comma, 1),
            (b'.', b'.') if third == b'=' => (Kind::InclusiveRange, 3),
            (b'.', b'.') => (Kind::ExclusiveRange, 2),
            (b'.', _) => (Kind::Period, 1),
            (b'=', b'=') => (Kind::EqualsTo, 2),
            (b'=', b'>') => (Kind::DoubleArrow, 2),
            (b'=', _) => (Kind::Equals, 1),
            (b':', b':') => (Kind::DoubleColon, 2),
            (b':', _) => (Kind::Colon, 1),
            (b'+', b'=') => (Kind::PlusAssign, 2),
            (b'+', _) if self.last.may_precede_sign() => (Kind::UnaryPlus, 1),
            (b'+', _) => (Kind::Plus, 1),
            (b'-', b'0'..=b'9') => (Kind::Minus, 1),
            (b'-', b'=') => (Kind::MinusAssign, 2),
            (b'-', _) if self.last.may_precede_sign() => (Kind::UnaryMinus, 1),
            (b'-', _) => (Kind::Minus, 1),
            (b'*', b'=') => (Kind::MultiplyAssign, 2),
            (b'*', b'*') if third == b'=' => (Kind::PowerOfAssign, 3),
            (b'*', b'*') => (Kind::PowerOf, 2),
            (b'*', _) => (Kind::Multiply, 1),
            (b'/', b'=') => (Kind::DivideAssign, 2),
            (b'/', _) => (Kind::Divide, 1),
            (b'%', b'=') => (Kind::ModuloAssign, 2),
            (b'%', _) => (Kind::Modulo, 1),
            (b'<', b'=') => (Kind::LessThanEqualsTo, 2),
            (b'<', b'<') if third == b'=' => (Kind::LeftShiftAssign, 3),
            (b'<', b'<') => (Kind::LeftShift, 2),
            (b'<', _) => (Kind::LessThan, 1),
            (b'>', b'=') => (Kind::GreaterThanEqualsTo, 2),
            (b'>', b'>') if third == b'=' => (Kind::RightShiftAssign, 3),
            (b'>', b'>') => (Kind::RightShift, 2),
            (b'>', _) => (Kind::GreaterThan, 1),
            (b'!', b'i') if third == b'n' && !is_part_of_word(self.peek(3)) => (Kind::NotIn, 3),
            (b'!', b'=') => (Kind::NotEqualsTo, 2),
            (b'!', _) => (Kind::Bang, 1),
            (b'|', b'|') => (Kind::Or, 2),
            (b'|', b'=') => (Kind::OrAssign, 2),
            (b'|', _) => (Kind::Pipe, 1),
            (b'&', b'&') => (Kind::And, 2),
            (b'&', b'=') => (Kind::AndAssign, 2),
            (b'&', _) => (Kind::Ampersand, 1),
            (b'^', b'=') => (Kind::XOrAssign, 2),
            (b'^', _) => (Kind::XOr, 1),
            (b'?', b'.') => (Kind::Elvis, 2),
            (b'?', b'?') => (Kind::DoubleQuestion, 2),
            (b'?', b'[') => (Kind::QuestionBracket, 2),
            _ => return Err(Unsure),
        })
    }
}

/// Whether it is a symbol of other languages, for which rhai has errors of their own.
fn is_foreign(first: u8, second: u8, third: u8) -> bool {
    match (first, second) {
        (b'(', b'*')
        | (b'*', b')')
        | (b'+', b'+')
        | (b'-', b'>' | b'-')
        | (b':', b'=' | b';')
        | (b'<', b'-' | b'|')
        | (b'!', b'.')
        | (b'|', b'>') => true,
        (b'.', b'.') => third == b'.',
        (b'=' | b'!', b'=') => third == b'=',
        (b':', b':') => third == b'<',
        _ => false,
    }
}

fn is_part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What a word is. Words that nothing may be called are left to rhai.
fn keyword(word: &str) -> Result<Kind> {
    Ok(match word.as_bytes()[0] {
        b'a' => match word {
            "as" => Kind::As,
            "async" | "await" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'b' if word == "break" => Kind::Break,
        b'c' => match word {
            "call" | "curry" => Kind::Reserved,
            "catch" => Kind::Catch,
            "const" => Kind::Const,
            "continue" => Kind::Continue,
            "case" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'd' => match word {
            "do" => Kind::Do,
            "debug" => Kind::Reserved,
            "default" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'e' => match word {
            "else" => Kind::Else,
            "export" => Kind::Export,
            "eval" => Kind::Reserved,
            _ => Kind::Name,
        },
        b'f' => match word {
            "fn" => Kind::Fn,
            "for" => Kind::For,
            "false" => Kind::False,
            _ => Kind::Name,
        },
        b'F' if word == "Fn" => Kind::Reserved,
        b'g' if matches!(word, "go" | "goto") => return Err(Unsure),
        b'i' => match word {
            "if" => Kind::If,
            "in" => Kind::In,
            "import" => Kind::Import,
            "is_shared" | "is_def_var" | "is_def_fn" => Kind::Reserved,
            "is" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'l' => match word {
            "let" => Kind::Let,
            "loop" => Kind::Loop,
            _ => Kind::Name,
        },
        b'm' if matches!(word, "match" | "module") => return Err(Unsure),
        b'n' if matches!(word, "new" | "nil" | "null") => return Err(Unsure),
        b'p' => match word {
            "print" => Kind::Reserved,
            "private" => Kind::Private,
            "package" | "protected" | "public" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'r' if word == "return" => Kind::Return,
        b's' => match word {
            "switch" => Kind::Switch,
            "shared" | "spawn" | "static" | "super" | "sync" => return Err(Unsure),
            _ => Kind::Name,
        },
        b't' => match word {
            "this" => Kind::This,
            "throw" => Kind::Throw,
            "true" => Kind::True,
            "try" => Kind::Try,
            "type_of" => Kind::Reserved,
            "thread" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'u' => match word {
            "until" => Kind::Until,
            "use" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'v' if matches!(word, "var" | "void") => return Err(Unsure),
        b'w' => match word {
            "while" => Kind::While,
            "with" => return Err(Unsure),
            _ => Kind::Name,
        },
        b'y' if word == "yield" => return Err(Unsure),
        _ => Kind::Name,
    })
}
