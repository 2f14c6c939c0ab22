//! Reads the tokens of a script from the first to the last: which brackets are open, and which names are visible.

mod declarations;
mod scopes;

use super::pieces::{pieces, Piece, PieceKind};
use super::{Declaration, Kind, Mention, Outline, What};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// Words that cannot be names.
const KEYWORDS: [&str; 25] = [
    "let", "const", "if", "else", "while", "for", "in", "loop", "do", "until", "break", "continue", "return",
    "throw", "try", "catch", "fn", "private", "import", "export", "as", "switch", "true", "false", "this",
];
/// The words after which a closure can begin.
const BEFORE_VALUES: [&str; 6] = ["return", "throw", "in", "else", "break", "if"];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Something that is open: brackets, or a closure without braces.
struct Frame {
    kind: FrameKind,
    /// The piece with which it begins.
    open: usize,
    /// How many declarations were visible before.
    visible: usize,
    /// How many visible declarations the function before has no access to.
    base: usize,
    /// The function whose body it is.
    function: Option<usize>,
    /// The call whose arguments these are, as a number of a mention.
    call: Option<usize>,
    commas: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    Block,
    Map,
    Group,
    /// A closure, whose body is the piece at `open` and what follows.
    Closure,
}

impl FrameKind {
    fn is_braces(self) -> bool {
        matches!(self, Self::Block | Self::Map)
    }
}

/// Names that the next block at this depth declares.
struct Awaiting {
    depth: usize,
    declarations: Vec<usize>,
    function: Option<usize>,
}

struct Reader {
    outline: Outline,
    frames: Vec<Frame>,
    /// How many of them are blocks or maps.
    braces: usize,
    visible: Vec<usize>,
    /// The places of names in `visible`, the innermost last.
    places: HashMap<String, Vec<usize>>,
    base: usize,
    owner: Option<usize>,
    awaiting: Vec<Awaiting>,
    /// Variables whose value is not read yet, with their depth.
    pending: Vec<(usize, usize)>,
    /// The call whose brackets come next.
    call: Option<usize>,
    /// Where an `import` or `export` begins.
    import: Option<usize>,
    export: bool,
}

pub(super) fn read(text: Rc<str>) -> Outline {
    let (comments, pieces): (Vec<Piece>, Vec<Piece>) =
        pieces(&text).into_iter().partition(|piece| piece.kind == PieceKind::Comment);
    let outline = Outline {
        text,
        pieces,
        comments: comments.into_iter().map(|comment| comment.span).collect(),
        declarations: Vec::new(),
        mentions: Vec::new(),
        imports: Vec::new(),
        brackets: Vec::new(),
    };
    let mut reader = Reader {
        outline,
        frames: Vec::new(),
        braces: 0,
        visible: Vec::new(),
        places: HashMap::new(),
        base: 0,
        owner: None,
        awaiting: Vec::new(),
        pending: Vec::new(),
        call: None,
        import: None,
        export: false,
    };
    let mut at = 0;
    while at < reader.outline.pieces.len() {
        at = reader.piece(at);
    }
    reader.close_all(at);
    reader.finish()
}

impl Reader {
    fn text(&self, at: usize) -> &str {
        self.outline.piece(at)
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.text(before))
    }

    fn kind(&self, at: usize) -> Option<PieceKind> {
        self.outline.pieces.get(at).map(|piece| piece.kind)
    }

    fn span(&self, at: usize) -> Range<usize> {
        self.outline
            .pieces
            .get(at)
            .map_or(self.outline.text.len()..self.outline.text.len(), |piece| piece.span.clone())
    }

    fn is_name(&self, at: usize) -> bool {
        self.kind(at) == Some(PieceKind::Word) && !is_keyword(self.text(at))
    }

    /// Reads a piece, and what belongs to it. The next one.
    fn piece(&mut self, at: usize) -> usize {
        match self.outline.pieces[at].kind {
            PieceKind::Word => return self.word(at),
            PieceKind::Symbol => {}
            _ => return at + 1,
        }
        let symbol = self.text(at).to_owned();
        match symbol.as_str() {
            "(" | "[" | "?[" => self.open(FrameKind::Group, at),
            "#{" => self.open(FrameKind::Map, at),
            "{" => self.open_block(at),
            "()" => {
                if let Some(call) = self.call.take() {
                    self.set_arguments(call, 0);
                }
            }
            ")" | "]" => self.close(at, &[FrameKind::Group]),
            // The end of a string that is not typed yet.
            "}" | "" => self.close(at, &[FrameKind::Block, FrameKind::Map]),
            "," => {
                self.end_closures(at);
                if let Some(frame) = self.frames.last_mut() {
                    frame.commas += 1;
                }
            }
            ";" => self.end_statement(at),
            "|" | "||" if self.begins_value(at) => return self.closure(at),
            _ => {}
        }
        at + 1
    }

    /// Whether a value can begin here, and no operator.
    fn begins_value(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        match self.outline.pieces[before].kind {
            PieceKind::Symbol => !matches!(self.text(before), ")" | "]" | "}" | "()"),
            PieceKind::Word => BEFORE_VALUES.contains(&self.text(before)),
            _ => false,
        }
    }

    fn set_arguments(&mut self, mention: usize, count: usize) {
        match &mut self.outline.mentions[mention].what {
            What::Global { arguments } | What::Qualified { arguments, .. } => *arguments = Some(count),
            What::Method { arguments } => *arguments = count,
            _ => {}
        }
    }

    fn mention(&mut self, at: usize, what: What) -> usize {
        let span = self.span(at);
        self.outline.mentions.push(Mention { span, what });
        self.outline.mentions.len() - 1
    }

    /// Notes a declaration, which is not visible yet.
    fn declare(&mut self, at: usize, kind: Kind, start: usize) -> usize {
        let span = self.span(at);
        let end = self.outline.text.len();
        let whole = self.span(start).start..span.end;
        self.outline.declarations.push(Declaration {
            name: self.text(at).to_owned(),
            kind,
            scope: span.end..end,
            span,
            whole,
            owner: self.owner,
            value: 0..0,
            is_shared: false,
        });
        let number = self.outline.declarations.len() - 1;
        self.mention(at, What::Declared(number));
        number
    }

    fn word(&mut self, at: usize) -> usize {
        let word = self.text(at).to_owned();
        // A keyword behind a dot begins the next statement, before which the name is not typed yet.
        if matches!(self.before(at), "." | "?.") && !is_keyword(&word) {
            self.member(at);
            return at + 1;
        }
        match word.as_str() {
            "fn" => self.function(at),
            "let" | "const" => self.variable(at),
            "for" => self.for_loop(at),
            "catch" => self.catch(at),
            "import" => {
                self.import = Some(at);
                if self.kind(at + 1) == Some(PieceKind::String) {
                    let path = self.span(at + 1);
                    self.outline.imports.push(path);
                }
                at + 1
            }
            "export" => {
                self.export = !matches!(self.text(at + 1), "let" | "const");
                at + 1
            }
            "as" => self.alias(at),
            // The last case of a `switch` is no name.
            "_" => at + 1,
            word if is_keyword(word) => at + 1,
            _ => {
                self.name(at);
                at + 1
            }
        }
    }

    fn member(&mut self, at: usize) {
        let is_call = matches!(self.text(at + 1), "(" | "()");
        let what = if is_call { What::Method { arguments: 0 } } else { What::Property };
        let mention = self.mention(at, what);
        self.call = is_call.then_some(mention);
    }

    /// A name in an expression.
    fn name(&mut self, at: usize) {
        let next = self.text(at + 1).to_owned();
        let is_call = matches!(next.as_str(), "(" | "()") || next == "!" && self.text(at + 2) == "(";
        let arguments = is_call.then_some(0);
        if self.before(at) == "::" {
            let is_behind =
                self.outline.mentions.last().is_some_and(|space| space.span.end <= self.span(at).start);
            let space = self.outline.mentions.len().checked_sub(1).filter(|_| is_behind && at >= 2);
            let what = space.map_or(What::Property, |space| What::Qualified { space, arguments });
            let mention = self.mention(at, what);
            self.call = is_call.then_some(mention);
            return;
        }
        let is_in_map = self.frames.last().is_some_and(|frame| frame.kind == FrameKind::Map);
        if is_in_map && next == ":" && matches!(self.before(at), "#{" | ",") {
            self.mention(at, What::Key);
            return;
        }
        let name = self.text(at);
        let is_space = next == "::";
        let found = self.places.get(name).and_then(|places| self.innermost(places, is_space));
        if let Some(number) = found.filter(|_| self.export && next != "as") {
            self.outline.declarations[number].is_shared = true;
        }
        let what = match found {
            Some(number) if !is_call => What::Local(number),
            _ if is_space => What::Space,
            _ => What::Global { arguments },
        };
        let mention = self.mention(at, what);
        self.call = is_call.then_some(mention);
    }

    fn finish(mut self) -> Outline {
        let Outline { declarations, mentions, text, .. } = &mut self.outline;
        let imports = declarations.iter().enumerate().rev().filter(|(_, declaration)| {
            declaration.owner.is_none() && matches!(declaration.kind, Kind::Import(_))
        });
        let imports: HashMap<_, _> = imports.map(|(number, it)| (it.name.as_str(), number)).collect();
        // Functions may use imports that follow them.
        for mention in mentions.iter_mut().filter(|mention| mention.what == What::Space) {
            if let Some(number) = imports.get(&text[mention.span.clone()]) {
                mention.what = What::Local(*number);
            }
        }
        for declaration in declarations.iter_mut() {
            if declaration.owner.is_none() && matches!(declaration.kind, Kind::Import(_)) {
                declaration.scope = 0..text.len();
            }
        }
        self.outline.brackets.sort_by_key(|brackets| brackets.start);
        self.outline
    }
}
