//! The tokens that mean something, one after the other, each with its comments.

use crate::doc::{blank, concat, fresh, hard, suffix, text, Doc};
use crate::lexer::{tokens, Kind};
use crate::{Result, Unexpected};

/// A token and the comments beside it.
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    /// Where it begins in the script.
    pub(crate) start: usize,
    /// Comments before it, since the end of an earlier line.
    before: Vec<Comment<'a>>,
    /// Comments behind it, up to the end of its line.
    after: Vec<Comment<'a>>,
    /// Whether it, or the first comment before it, begins a line.
    pub(crate) begins_line: bool,
    /// Whether an empty line precedes it and its comments.
    pub(crate) follows_blank: bool,
}

struct Comment<'a> {
    text: &'a str,
    is_last_on_line: bool,
    precedes_blank: bool,
}

/// Goes through the tokens of a script.
pub(crate) struct Cursor<'a> {
    tokens: std::vec::IntoIter<Token<'a>>,
    next: Token<'a>,
    /// How many statements and expressions are around the next token.
    depth: usize,
}

/// Statements and expressions are nested so deep at most. Rhai allows less.
const MAX_DEPTH: usize = 500;

impl<'a> Cursor<'a> {
    pub(crate) fn new(script: &'a str) -> Self {
        let mut tokens = read(script).into_iter();
        let next = tokens.next().expect("the end of the script");
        Self { tokens, next, depth: 0 }
    }

    /// Reads what is nested in something else.
    pub(crate) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Unexpected { offset: self.next.start });
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// The next token; at the end of the script it is empty.
    pub(crate) fn peek(&self) -> &Token<'a> {
        &self.next
    }

    /// The token after the next.
    pub(crate) fn peek_second(&self) -> &str {
        self.tokens.as_slice().first().map_or("", |token| token.text)
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        self.next.text == text && self.next.kind != Kind::String
    }

    pub(crate) fn is_any(&self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.is(text))
    }

    pub(crate) fn is_end(&self) -> bool {
        self.next.text.is_empty()
    }

    /// The comments before the next token, which no longer has them then.
    pub(crate) fn take_comments(&mut self) -> Doc {
        let comments = self.next.comments_before();
        self.next.before.clear();
        comments
    }

    /// The next token, which is no longer the next then.
    pub(crate) fn take(&mut self) -> Token<'a> {
        let end = Token { start: self.next.start, ..Token::end() };
        let next = self.tokens.next().unwrap_or(end);
        std::mem::replace(&mut self.next, next)
    }

    /// The next token, which must be a name.
    pub(crate) fn take_name(&mut self) -> Result<Token<'a>> {
        if self.next.kind != Kind::Word {
            return Err(Unexpected { offset: self.next.start });
        }
        Ok(self.take())
    }

    /// The next token, which must be this one.
    pub(crate) fn expect(&mut self, text: &str) -> Result<Token<'a>> {
        self.take_if(text).ok_or(Unexpected { offset: self.next.start })
    }

    pub(crate) fn take_if(&mut self, text: &str) -> Option<Token<'a>> {
        self.is(text).then(|| self.take())
    }
}

impl Token<'_> {
    fn end() -> Self {
        let (before, after) = (Vec::new(), Vec::new());
        Self {
            kind: Kind::Symbol,
            text: "",
            start: 0,
            before,
            after,
            begins_line: true,
            follows_blank: false,
        }
    }

    pub(crate) fn has_comments_before(&self) -> bool {
        !self.before.is_empty()
    }

    pub(crate) fn has_comments(&self) -> bool {
        !self.before.is_empty() || !self.after.is_empty()
    }

    /// The token with its comments.
    pub(crate) fn doc(&self) -> Doc {
        concat([self.comments_before(), text(self.text), self.comments_after()])
    }

    /// The token alone with the comments behind it.
    pub(crate) fn doc_without_comments_before(&self) -> Doc {
        concat([text(self.text), self.comments_after()])
    }

    /// The comments before it, up to where it begins.
    pub(crate) fn comments_before(&self) -> Doc {
        concat(self.before.iter().map(|comment| {
            let comment_text = text(comment.text);
            if !comment.is_last_on_line {
                return concat([comment_text, text(" ")]);
            }
            let end = if comment.precedes_blank { blank() } else { hard() };
            concat([fresh(), comment_text, end])
        }))
    }

    /// The comments before it, as lines of their own at the end of a block.
    pub(crate) fn comments_before_end(&self) -> Option<Doc> {
        let mut lines = Vec::new();
        for (index, comment) in self.before.iter().enumerate() {
            if index > 0 {
                lines.push(if self.before[index - 1].precedes_blank { blank() } else { hard() });
            }
            lines.push(text(comment.text));
        }
        (!lines.is_empty()).then(|| concat(lines))
    }

    /// All of its comments, as comments of the token before it.
    pub(crate) fn comments_alone(&self) -> Doc {
        concat([self.comments_before_alone(), self.comments_after()])
    }

    /// The comments before it, as comments of the token before it.
    pub(crate) fn comments_before_alone(&self) -> Doc {
        concat(self.before.iter().map(Comment::behind))
    }

    /// Whether all comments before it are between tokens of one line.
    pub(crate) fn has_comments_within_line(&self) -> bool {
        !self.begins_line && !self.before.iter().any(|comment| comment.is_last_on_line)
    }

    fn comments_after(&self) -> Doc {
        concat(self.after.iter().map(|comment| suffix(comment.text)))
    }
}

impl Comment<'_> {
    fn behind(&self) -> Doc {
        if self.is_last_on_line {
            suffix(self.text)
        } else {
            concat([text(" "), text(self.text)])
        }
    }
}

fn read(script: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token> = Vec::new();
    let mut comments: Vec<Comment> = Vec::new();
    // Since the last token or comment.
    let mut breaks = 0;
    let (mut begins_line, mut follows_blank) = (true, false);
    let mut start = 0;
    let end = crate::lexer::Token { kind: Kind::Symbol, text: "" };
    for token in tokens(script).chain([end]) {
        let at = start;
        start += token.text.len();
        match token.kind {
            Kind::Space => {
                breaks += token.text.matches('\n').count();
                if breaks > 0 {
                    if let Some(comment) = comments.last_mut() {
                        comment.is_last_on_line = true;
                        comment.precedes_blank = breaks > 1;
                    }
                    // What follows a token up to the end of its line is about it.
                    if let (false, Some(last)) = (begins_line, found.last_mut()) {
                        last.after.append(&mut comments);
                    }
                }
                if comments.is_empty() {
                    (begins_line, follows_blank) = (breaks > 0 || found.is_empty(), breaks > 1);
                }
                continue;
            }
            Kind::LineComment | Kind::BlockComment => {
                let text = token.text.trim_end();
                comments.push(Comment { text, is_last_on_line: false, precedes_blank: false });
                breaks = 0;
                continue;
            }
            _ => {}
        }
        if token.text.is_empty() && !begins_line {
            if let Some(last) = found.last_mut() {
                last.after.append(&mut comments);
            }
        }
        if token.text.is_empty() {
            if let Some(comment) = comments.last_mut() {
                comment.is_last_on_line = true;
            }
        }
        let before = std::mem::take(&mut comments);
        let Token { after, .. } = Token::end();
        found.push(Token {
            kind: token.kind,
            text: token.text,
            start: at,
            before,
            after,
            begins_line,
            follows_blank,
        });
        (begins_line, follows_blank, breaks) = (false, false, 0);
    }
    found
}
