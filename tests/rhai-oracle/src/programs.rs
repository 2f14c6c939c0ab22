//! Random programs, run by rhai and by the machine.
//!
//! Variables have a plausible type, so that most programs go far before they fail; now and then something of
//! another type is put in its place.

#![allow(clippy::match_bool, clippy::single_match_else)] // alternatives stand beside each other

use crate::engines::compare_quickly;
use std::fmt::Write as _;

/// A generator of random numbers (xorshift64*): the same program for the same seed, everywhere.
struct Rng(u64);

impl Rng {
    /// A generator that begins with this seed.
    fn new(seed: u64) -> Self {
        let mut rng = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        rng.next();
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from((self.next() >> 11) % end).unwrap_or(0)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// What a variable is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Int,
    Float,
    Str,
    Char,
    Bool,
    Array,
    /// `#{a: int, b: array, c: string, d: map}`.
    Map,
    Blob,
    Range,
    Unit,
    /// A pointer to a function of so many parameters.
    Fn(usize),
}

const TYPES: [Type; 13] = [
    Type::Int,
    Type::Float,
    Type::Str,
    Type::Char,
    Type::Bool,
    Type::Array,
    Type::Map,
    Type::Blob,
    Type::Range,
    Type::Unit,
    Type::Fn(0),
    Type::Fn(1),
    Type::Fn(2),
];

/// The letters of [`METHODS`].
fn type_of(letter: char) -> Option<Type> {
    Some(match letter {
        'i' => Type::Int,
        'f' => Type::Float,
        's' => Type::Str,
        'c' => Type::Char,
        'b' => Type::Bool,
        'A' => Type::Array,
        'M' => Type::Map,
        'B' => Type::Blob,
        'R' => Type::Range,
        'u' => Type::Unit,
        'p' | '1' => Type::Fn(1),
        '2' => Type::Fn(2),
        _ => return None,
    })
}

/// Object, name, arguments, result; `?` is anything, `p` a function that says yes or no.
const METHODS: &[(char, &str, &str, char)] = &[
    ('A', "push", "?", 'u'),
    ('A', "push", "i", 'u'),
    ('A', "append", "A", 'u'),
    ('A', "insert", "ii", 'u'),
    ('A', "pad", "ii", 'u'),
    ('A', "pop", "", 'i'),
    ('A', "shift", "", 'i'),
    ('A', "remove", "i", 'i'),
    ('A', "reverse", "", 'u'),
    ('A', "truncate", "i", 'u'),
    ('A', "chop", "i", 'u'),
    ('A', "clear", "", 'u'),
    ('A', "len", "", 'i'),
    ('A', "is_empty", "", 'b'),
    ('A', "get", "i", 'i'),
    ('A', "set", "ii", 'u'),
    ('A', "extract", "i", 'A'),
    ('A', "extract", "ii", 'A'),
    ('A', "extract", "R", 'A'),
    ('A', "splice", "iiA", 'u'),
    ('A', "splice", "RA", 'u'),
    ('A', "split", "i", 'A'),
    ('A', "map", "1", 'A'),
    ('A', "filter", "p", 'A'),
    ('A', "reduce", "2", 'i'),
    ('A', "reduce", "2i", 'i'),
    ('A', "reduce_rev", "2i", 'i'),
    ('A', "find", "p", 'i'),
    ('A', "find", "pi", 'i'),
    ('A', "find_map", "1", 'i'),
    ('A', "some", "p", 'b'),
    ('A', "all", "p", 'b'),
    ('A', "for_each", "1", 'u'),
    ('A', "index_of", "i", 'i'),
    ('A', "index_of", "p", 'i'),
    ('A', "contains", "i", 'b'),
    ('A', "dedup", "", 'u'),
    ('A', "order", "", 'u'),
    ('A', "order_desc", "", 'u'),
    ('A', "retain", "p", 'A'),
    ('A', "retain", "ii", 'A'),
    ('A', "retain", "R", 'A'),
    ('A', "drain", "p", 'A'),
    ('A', "drain", "ii", 'A'),
    ('A', "drain", "R", 'A'),
    ('A', "to_string", "", 's'),
    ('s', "len", "", 'i'),
    ('s', "bytes", "", 'i'),
    ('s', "is_empty", "", 'b'),
    ('s', "split", "", 'A'),
    ('s', "split", "s", 'A'),
    ('s', "split", "si", 'A'),
    ('s', "split", "i", 'A'),
    ('s', "split", "c", 'A'),
    ('s', "split_rev", "s", 'A'),
    ('s', "trim", "", 'u'),
    ('s', "to_upper", "", 's'),
    ('s', "to_lower", "", 's'),
    ('s', "make_upper", "", 'u'),
    ('s', "make_lower", "", 'u'),
    ('s', "sub_string", "i", 's'),
    ('s', "sub_string", "ii", 's'),
    ('s', "sub_string", "R", 's'),
    ('s', "crop", "i", 'u'),
    ('s', "crop", "ii", 'u'),
    ('s', "crop", "R", 'u'),
    ('s', "index_of", "s", 'i'),
    ('s', "index_of", "ci", 'i'),
    ('s', "contains", "s", 'b'),
    ('s', "contains", "c", 'b'),
    ('s', "starts_with", "s", 'b'),
    ('s', "ends_with", "s", 'b'),
    ('s', "replace", "ss", 'u'),
    ('s', "replace", "cc", 'u'),
    ('s', "replace", "cs", 'u'),
    ('s', "pad", "ic", 'u'),
    ('s', "pad", "is", 'u'),
    ('s', "truncate", "i", 'u'),
    ('s', "clear", "", 'u'),
    ('s', "pop", "", 'c'),
    ('s', "pop", "i", 's'),
    ('s', "remove", "s", 'u'),
    ('s', "remove", "c", 'u'),
    ('s', "get", "i", 'c'),
    ('s', "set", "ic", 'u'),
    ('s', "append", "s", 'u'),
    ('s', "append", "?", 'u'),
    ('s', "parse_int", "", 'i'),
    ('s', "parse_float", "", 'f'),
    ('s', "to_blob", "", 'B'),
    ('s', "to_debug", "", 's'),
    ('c', "to_upper", "", 'c'),
    ('c', "make_upper", "", 'u'),
    ('c', "to_int", "", 'i'),
    ('i', "abs", "", 'i'),
    ('i', "sign", "", 'i'),
    ('i', "is_zero", "", 'b'),
    ('i', "is_odd", "", 'b'),
    ('i', "is_even", "", 'b'),
    ('i', "to_float", "", 'f'),
    ('i', "to_string", "", 's'),
    ('i', "to_hex", "", 's'),
    ('i', "to_binary", "", 's'),
    ('i', "get_bit", "i", 'b'),
    ('i', "get_bits", "ii", 'i'),
    ('i', "get_bits", "R", 'i'),
    ('i', "set_bit", "ib", 'u'),
    ('i', "set_bits", "iii", 'u'),
    ('i', "min", "i", 'i'),
    ('i', "max", "i", 'i'),
    ('f', "abs", "", 'f'),
    ('f', "floor", "", 'f'),
    ('f', "ceiling", "", 'f'),
    ('f', "round", "", 'f'),
    ('f', "fraction", "", 'f'),
    ('f', "sqrt", "", 'f'),
    ('f', "is_nan", "", 'b'),
    ('f', "to_int", "", 'i'),
    ('f', "to_string", "", 's'),
    ('f', "max", "i", 'f'),
    ('M', "get", "s", 'i'),
    ('M', "set", "si", 'u'),
    ('M', "remove", "s", 'i'),
    ('M', "keys", "", 'A'),
    ('M', "values", "", 'A'),
    ('M', "mixin", "M", 'u'),
    ('M', "fill_with", "M", 'u'),
    ('M', "len", "", 'i'),
    ('M', "is_empty", "", 'b'),
    ('M', "clear", "", 'u'),
    ('M', "contains", "s", 'b'),
    ('M', "filter", "2", 'M'),
    ('M', "to_json", "", 's'),
    ('B', "push", "i", 'u'),
    ('B', "len", "", 'i'),
    ('B', "get", "i", 'i'),
    ('B', "set", "ii", 'u'),
    ('B', "append", "B", 'u'),
    ('B', "append", "s", 'u'),
    ('B', "chop", "i", 'u'),
    ('B', "pop", "", 'i'),
    ('B', "extract", "ii", 'B'),
    ('B', "splice", "iiB", 'u'),
    ('B', "split", "i", 'B'),
    ('B', "as_string", "", 's'),
    ('B', "to_array", "", 'A'),
    ('B', "contains", "i", 'b'),
    ('B', "parse_le_int", "ii", 'i'),
    ('B', "write_be", "iii", 'u'),
    ('B', "write_utf8", "iis", 'u'),
    ('B', "reverse", "", 'u'),
    ('R', "contains", "i", 'b'),
    ('R', "is_empty", "", 'b'),
    ('R', "is_inclusive", "", 'b'),
    ('R', "start", "", 'i'),
    ('R', "end", "", 'i'),
    ('2', "curry", "i", '1'),
];

#[derive(Clone)]
struct Variable {
    name: String,
    of: Type,
}

#[derive(Clone)]
struct Function {
    name: String,
    params: Vec<Type>,
    result: Type,
    /// What it is a method of.
    this: Option<Type>,
}

struct Generator {
    rng: Rng,
    text: String,
    variables: Vec<Variable>,
    functions: Vec<Function>,
    next_name: usize,
    statements: usize,
    indent: usize,
    loops: usize,
    in_function: bool,
    this: Option<Type>,
}

/// A random program.
pub fn program(seed: u64) -> String {
    let mut generator = Generator {
        rng: Rng::new(seed),
        text: String::new(),
        variables: Vec::new(),
        functions: Vec::new(),
        next_name: 0,
        statements: 0,
        indent: 0,
        loops: 0,
        in_function: false,
        this: None,
    };
    generator.all();
    generator.text
}

impl Generator {
    fn all(&mut self) {
        for _ in 0..self.rng.below(4) {
            self.function();
        }
        self.statements = 4 + self.rng.below(24);
        for _ in 0..3 {
            let of = self.data_type();
            self.declare(of);
        }
        while self.statements > 0 {
            self.statement(3);
        }
        let names: Vec<_> = self.variables.iter().map(|variable| variable.name.clone()).collect();
        self.line(&format!("[{}]", names.join(", ")));
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{:1$}{text}", "", self.indent * 2);
    }

    fn any_type(&mut self) -> Type {
        TYPES[self.rng.below(TYPES.len())]
    }

    fn data_type(&mut self) -> Type {
        let often =
            [Type::Int, Type::Int, Type::Int, Type::Str, Type::Array, Type::Array, Type::Map, Type::Map];
        match self.rng.below(12) {
            at @ 0..8 => often[at],
            _ => self.any_type(),
        }
    }

    fn new_name(&mut self, prefix: &str) -> String {
        self.next_name += 1;
        format!("{prefix}{}", self.next_name)
    }

    fn function(&mut self) {
        let mut name = self.new_name("f");
        // One that changes `this` is no callback of another function's name: rhai's `map` would change the items.
        let this = self.rng.chance(40).then(|| self.data_type());
        let namesake = self.functions.last().filter(|other| this.is_none() && other.this.is_none());
        if let (true, Some(other)) = (self.rng.chance(25), namesake) {
            name.clone_from(&other.name);
        }
        let params: Vec<Type> = (0..self.rng.below(4)).map(|_| self.data_type()).collect();
        let result = self.data_type();
        let is_same = |other: &Function| other.name == name && other.params.len() == params.len();
        if self.functions.iter().any(is_same) {
            return;
        }
        let outer = std::mem::take(&mut self.variables);
        let mut names = Vec::new();
        for of in &params {
            let name = self.new_name("p");
            self.variables.push(Variable { name: name.clone(), of: *of });
            names.push(name);
        }
        let typed = match this {
            Some(Type::Int) if self.rng.chance(50) => "int.",
            Some(Type::Array) if self.rng.chance(50) => "array.",
            Some(Type::Map) if self.rng.chance(50) => "map.",
            Some(Type::Str) if self.rng.chance(50) => "string.",
            _ => "",
        };
        self.line(&format!("fn {typed}{name}({}) {{", names.join(", ")));
        self.in_function = true;
        self.this = this;
        self.indent += 1;
        self.statements = 1 + self.rng.below(5);
        if let (Some(Type::Int), true, None) = (params.first(), self.rng.chance(40), this) {
            let first = names[0].clone();
            self.line(&format!("if {first} <= 0 || {first} > 6 {{"));
            self.line("return 1;");
            self.line("}");
            let others: Vec<_> = params[1..].iter().map(|of| self.expression(*of, 1)).collect();
            let args = std::iter::once(format!("{first} - 1")).chain(others).collect::<Vec<_>>();
            self.line(&format!("let r = {name}({});", args.join(", ")));
            self.variables.push(Variable { name: "r".into(), of: result });
        }
        while self.statements > 0 {
            self.statement(2);
        }
        let value = self.expression(result, 2);
        self.line(&value);
        self.indent -= 1;
        self.line("}");
        self.in_function = false;
        self.this = None;
        self.variables = outer;
        self.functions.push(Function { name, params, result, this });
    }

    fn declare(&mut self, of: Type) {
        let depth = if self.rng.chance(30) { 2 } else { 1 };
        let value = self.expression(of, depth);
        // A constant map of rhai's gets new properties; blobs, bits and characters change. Methods of scripts may
        // change `this`, which is a copy of a constant here.
        let has_methods = self.functions.iter().any(|function| function.this == Some(of));
        let is_constant = !matches!(of, Type::Map | Type::Blob | Type::Int | Type::Str)
            && !has_methods
            && self.rng.chance(10);
        let name = match self.rng.below(100) {
            0..15 if !self.variables.is_empty() => {
                let at = self.rng.below(self.variables.len());
                self.variables[at].name.clone()
            }
            _ => self.new_name("v"),
        };
        let keyword = if is_constant { "const" } else { "let" };
        self.line(&format!("{keyword} {name} = {value};"));
        self.variables.retain(|variable| variable.name != name || self.indent > 0);
        self.variables.push(Variable { name, of });
    }

    /// Statements in braces, which are already open.
    fn block(&mut self, depth: usize, most: usize) {
        let variables = self.variables.len();
        self.indent += 1;
        for _ in 0..=self.rng.below(most) {
            self.statement(depth);
        }
        self.indent -= 1;
        self.variables.truncate(variables);
    }

    /// A statement, of which the program mostly survives the errors.
    fn statement(&mut self, depth: usize) {
        let begin = self.text.len();
        let (variables, indent) = (self.variables.len(), "  ".repeat(self.indent));
        self.bare_statement(depth);
        let declares =
            self.variables.len() != variables || self.text[begin..].trim_start().starts_with("if ");
        if !declares && self.rng.chance(if self.indent == 0 { 75 } else { 30 }) {
            self.text.insert_str(begin, &format!("{indent}try {{\n"));
            let name = self.new_name("e");
            self.line(&format!("}} catch ({name}) {{ print({name}); }}"));
        }
    }

    #[allow(clippy::too_many_lines)] // one arm a kind of statement
    fn bare_statement(&mut self, depth: usize) {
        self.statements = self.statements.saturating_sub(1);
        let kinds = if depth == 0 { 52 } else { 100 };
        match self.rng.below(kinds) {
            0..12 => {
                let of = self.data_type();
                self.declare(of);
            }
            12..27 => self.assign(),
            27..40 => {
                let of = self.data_type();
                let call = self.method_of_place(of, 2);
                self.line(&format!("{call};"));
            }
            40..44 => {
                let of = self.data_type();
                let value = self.expression(of, 2);
                let name = if self.rng.chance(80) { "print" } else { "debug" };
                self.line(&format!("{name}({value});"));
            }
            44..46 => {
                let of = self.any_type();
                let value = self.expression(of, 3);
                self.line(&format!("{value};"));
            }
            46..48 if self.loops > 0 => {
                let condition = self.expression(Type::Bool, 1);
                let word = self.rng.pick(&["break", "continue", "break 5", "break"]);
                self.line(&format!("if {condition} {{ {word}; }}"));
            }
            48..49 if self.in_function => {
                let condition = self.expression(Type::Bool, 1);
                let value = self.expression(Type::Int, 1);
                self.line(&format!("if {condition} {{ return {value}; }}"));
            }
            49..50 => {
                let condition = self.expression(Type::Bool, 1);
                let of = self.data_type();
                let value = self.expression(of, 1);
                self.line(&format!("if {condition} {{ throw {value}; }}"));
            }
            46..52 => {
                // Aliases must not see each other's changes.
                if let Some(of) = self.any_variable() {
                    let name = self.new_name("v");
                    self.line(&format!("let {name} = {};", of.name));
                    self.variables.push(Variable { name, of: of.of });
                }
            }
            52..62 => {
                let condition = self.expression(Type::Bool, 2);
                self.line(&format!("if {condition} {{"));
                self.block(depth - 1, 3);
                if self.rng.chance(50) {
                    self.line("} else {");
                    self.block(depth - 1, 2);
                }
                self.line("}");
            }
            62..66 => self.switch_statement(depth),
            66..70 => {
                let counter = self.new_name("w");
                self.line(&format!("let {counter} = 0;"));
                let condition = self.expression(Type::Bool, 1);
                let extra = if self.rng.chance(30) { format!(" && {condition}") } else { String::new() };
                self.line(&format!("while {counter} < {}{extra} {{", 1 + self.rng.0 % 4));
                self.line(&format!("{counter} += 1;"));
                self.in_loop(depth);
                self.line("}");
            }
            70..73 => {
                let counter = self.new_name("w");
                self.line(&format!("let {counter} = 0;"));
                self.line("do {");
                self.line(&format!("{counter} += 1;"));
                self.in_loop(depth);
                let word = if self.rng.chance(50) { "while" } else { "until" };
                let comparison = if word == "while" { '<' } else { '>' };
                self.line(&format!("}} {word} {counter} {comparison} 2;"));
            }
            73..76 => {
                let (counter, name) = (self.new_name("w"), self.new_name("v"));
                self.line(&format!("let {counter} = 0;"));
                self.line(&format!("let {name} = loop {{"));
                self.line(&format!("if {counter} > 2 {{ break {counter}; }}"));
                self.line(&format!("{counter} += 1;"));
                self.in_loop(depth);
                self.line("};");
                self.variables.push(Variable { name, of: Type::Int });
            }
            76..85 => self.for_loop(depth),
            85..93 => {
                self.line("try {");
                self.block(depth - 1, 3);
                let of = self.rng.chance(50);
                if of {
                    let name = self.new_name("e");
                    self.line(&format!("}} catch ({name}) {{"));
                    self.line(&format!("print({name});"));
                    if self.rng.chance(10) {
                        self.line("throw;");
                    }
                } else {
                    self.line("} catch {");
                }
                self.block(depth - 1, 2);
                self.line("}");
            }
            93..96 => {
                self.line("{");
                self.block(depth - 1, 3);
                self.line("}");
            }
            _ => self.closures_in_a_loop(),
        }
    }

    fn in_loop(&mut self, depth: usize) {
        self.loops += 1;
        self.block(depth.saturating_sub(2), 3);
        self.loops -= 1;
    }

    fn closures_in_a_loop(&mut self) {
        let (list, item) = (self.new_name("v"), self.new_name("i"));
        self.line(&format!("let {list} = [];"));
        self.line(&format!("for {item} in 0..3 {{"));
        self.variables.push(Variable { name: item, of: Type::Int });
        let body = self.expression(Type::Int, 2);
        self.variables.pop();
        self.line(&format!("{list}.push(|| {body});"));
        self.line("}");
        self.line(&format!("print({list}.map(|f| f.call()));"));
    }

    fn for_loop(&mut self, depth: usize) {
        let item = self.new_name("i");
        let (values, of) = match self.rng.below(9) {
            0..3 => (self.expression(Type::Array, 1), Type::Int),
            3..6 => {
                (self.rng.pick(&["0..3", "1..=3", "range(0, 6, 2)", "range(3, 0, -1)"]).to_owned(), Type::Int)
            }
            6 => (self.expression(Type::Str, 1), Type::Char),
            7 => (format!("{}.keys()", self.expression(Type::Map, 1)), Type::Str),
            _ => (self.rng.pick(&["5.bits()", "\"ab\".chars()", "6.bits(0..4)"]).to_owned(), Type::Int),
        };
        let variables = self.variables.len();
        let counter = self.new_name("n");
        let head = if self.rng.chance(25) { format!("({item}, {counter})") } else { item.clone() };
        self.line(&format!("for {head} in {values} {{"));
        self.variables.push(Variable { name: item, of });
        if head.starts_with('(') {
            self.variables.push(Variable { name: counter, of: Type::Int });
        }
        self.in_loop(depth);
        self.variables.truncate(variables);
        self.line("}");
    }

    fn case(&mut self) -> String {
        match self.rng.below(8) {
            0..4 => self.rng.pick(&["0", "1", "2", "3 | 4", "-1", "5"]).to_owned(),
            4 => self.rng.pick(&["0..2", "1..=4", "-5..5", "3..3"]).to_owned(),
            _ => self
                .rng
                .pick(&["\"a\"", "'a'", "true", "()", "\"ab\" | 'b'", "1.5", "[1]", "#{a: 1}"])
                .to_owned(),
        }
    }

    fn cases(&mut self) -> Vec<String> {
        let count = 1 + self.rng.below(4);
        let mut cases = Vec::new();
        for _ in 0..count {
            let case = self.case();
            let guard = match self.rng.chance(25) {
                true => format!(" if {}", self.expression(Type::Bool, 1)),
                false => String::new(),
            };
            cases.push(format!("{case}{guard}"));
        }
        if self.rng.chance(70) {
            cases.push("_".into());
        }
        cases
    }

    fn switch_statement(&mut self, depth: usize) {
        let of = if self.rng.chance(75) { Type::Int } else { self.any_type() };
        let value = self.expression(of, 2);
        self.line(&format!("switch {value} {{"));
        for case in self.cases() {
            self.line(&format!("{case} => {{"));
            self.block(depth - 1, 2);
            self.line("},");
        }
        self.line("}");
    }

    fn any_variable(&mut self) -> Option<Variable> {
        if self.variables.is_empty() {
            return None;
        }
        // The newest are used most.
        let count = self.variables.len();
        let at = if self.rng.chance(50) {
            count - 1 - self.rng.below(count.min(4))
        } else {
            self.rng.below(count)
        };
        Some(self.variables[at].clone())
    }

    fn variable(&mut self, of: Type) -> Option<String> {
        if self.this == Some(of) && self.rng.chance(30) {
            return Some("this".into());
        }
        let known: Vec<usize> = (0..self.variables.len()).filter(|at| self.variables[*at].of == of).collect();
        if known.is_empty() {
            return None;
        }
        Some(self.variables[known[self.rng.below(known.len())]].name.clone())
    }

    /// Something that can be assigned.
    fn place(&mut self, of: Type) -> Option<String> {
        let root = self.rng.below(10);
        let dot = if self.rng.chance(8) { "?." } else { "." };
        let open = if self.rng.chance(5) { "?[" } else { "[" };
        match of {
            _ if root < 4 => self.variable(of),
            Type::Int if root < 6 => {
                let array = self.place(Type::Array)?;
                Some(format!("{array}{open}{}]", self.index()))
            }
            Type::Char => {
                // At negative indices, rhai sets another character than it gets.
                let text = self.place(Type::Str)?;
                Some(format!("{text}[{}]", self.rng.below(3)))
            }
            Type::Bool if root < 6 => {
                let number = self.variable(Type::Int)?;
                Some(format!("{number}[{}]", self.index()))
            }
            Type::Int if root < 7 => {
                let number = self.variable(Type::Int)?;
                let range = self.literal(Type::Range);
                Some(format!("{number}[{range}]"))
            }
            Type::Int | Type::Array | Type::Str | Type::Map => {
                let key = match of {
                    Type::Int => self.rng.pick(&["a", "a", "x"]),
                    Type::Array => "b",
                    Type::Str => "c",
                    _ => "d",
                };
                let map = self.place(Type::Map)?;
                Some(if self.rng.chance(20) {
                    format!("{map}{open}\"{key}\"]")
                } else {
                    format!("{map}{dot}{key}")
                })
            }
            _ => self.variable(of),
        }
    }

    fn index(&mut self) -> String {
        match self.rng.below(10) {
            0..6 => self.rng.below(3).to_string(),
            6 => "-1".into(),
            7 => self.expression(Type::Str, 0),
            _ => self.expression(Type::Int, 1),
        }
    }

    fn assign(&mut self) {
        let of = self.data_type();
        let Some(place) = self.place(of) else {
            return self.declare(of);
        };
        let operators: &[&str] = match of {
            Type::Int => {
                &["=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^=", "=", "+=", "+="]
            }
            Type::Float => &["=", "+=", "-=", "*=", "/=", "%=", "**="],
            Type::Str => &["=", "+=", "-=", "+="],
            Type::Array | Type::Map | Type::Blob => &["=", "+=", "="],
            Type::Bool => &["=", "&=", "|=", "^="],
            _ => &["="],
        };
        let operator = self.rng.pick(operators);
        let given = if self.rng.chance(6) { self.any_type() } else { of };
        let value = self.expression(given, 2);
        self.line(&format!("{place} {operator} {value};"));
    }

    fn expression(&mut self, of: Type, depth: usize) -> String {
        let of = if self.rng.chance(3) { self.any_type() } else { of };
        if depth == 0 || self.rng.chance(30) {
            return self.atom(of);
        }
        if self.rng.chance(22) {
            return self.of_any_type(of, depth - 1);
        }
        if self.rng.chance(25) {
            if let Some(call) = self.method_with_result(of, depth - 1) {
                return call;
            }
        }
        self.compound(of, depth - 1)
    }

    fn atom(&mut self, of: Type) -> String {
        if self.rng.chance(55) {
            let place = if self.rng.chance(60) { self.variable(of) } else { self.place(of) };
            if let Some(place) = place {
                return place;
            }
        }
        self.literal(of)
    }

    fn literal(&mut self, of: Type) -> String {
        let one_of: &[&str] = match of {
            Type::Int => &[
                "0",
                "1",
                "2",
                "3",
                "4",
                "5",
                "7",
                "10",
                "-1",
                "-2",
                "63",
                "64",
                "255",
                "0xff",
                "1_000",
                "9223372036854775807",
                "-9223372036854775807",
            ],
            Type::Float => &["0.0", "1.5", "-2.5", "1e10", "3.0", "0.1", "123456789.125"],
            Type::Str => &[
                "\"\"",
                "\"a\"",
                "\"ab\"",
                "\"a b,c\"",
                "\"x\"",
                "\"Äö€\"",
                "\"12\"",
                "`t`",
                "\"c\"",
                "\"1.5\"",
                "\" pad \"",
                "\"\\n\\t\\\"\"",
            ],
            Type::Char => &["'a'", "'b'", "' '", "'ß'", "'x'"],
            Type::Bool => &["true", "false"],
            Type::Array => &[
                "[]",
                "[1, 2, 3]",
                "[3, 1, 2, 1]",
                "[1, \"a\", 2.5]",
                "[[1, 2], [3]]",
                "[5]",
                "[(), true, 'c']",
            ],
            Type::Map => &[
                "#{}",
                "#{a: 1, b: [1, 2], c: \"s\"}",
                "#{a: 1, b: [], c: \"\", d: #{a: 2, b: [4, 5], c: \"in\"}}",
                "#{x: 5, a: 3}",
                "#{d: #{a: 7}, a: 0}",
            ],
            Type::Blob => &["blob()", "blob(3)", "blob(4, 7)", "blob(2, 65)"],
            Type::Range => &["0..2", "1..=2", "0..0", "1..4"],
            Type::Unit => &["()"],
            Type::Fn(_) => &[""],
        };
        match of {
            Type::Fn(count) => self.closure(count, false, 1),
            _ => match self.rng.pick(one_of) {
                range if of == Type::Range => format!("({range})"),
                negative if negative.starts_with('-') => format!("({negative})"),
                other => other.to_owned(),
            },
        }
    }

    /// A function of so many parameters.
    fn closure(&mut self, count: usize, is_predicate: bool, depth: usize) -> String {
        let fits = |function: &&Function| function.params.len() == count && function.this.is_none();
        if self.rng.chance(15) {
            if let Some(function) = self.functions.iter().find(fits) {
                let name = function.name.clone();
                return if self.rng.chance(50) { name } else { format!("Fn(\"{name}\")") };
            }
        }
        if count == 2 && self.rng.chance(6) {
            return self.rng.pick(&["Fn(\"+\")", "Fn(\"%\")", "Fn(\"<\")"]).to_owned();
        }
        let variables = self.variables.len();
        let mut names = Vec::new();
        for _ in 0..count {
            let name = self.new_name("x");
            self.variables.push(Variable { name: name.clone(), of: Type::Int });
            names.push(name);
        }
        let this = self.this.take();
        let result = match is_predicate {
            true => Type::Bool,
            false if self.rng.chance(75) => Type::Int,
            false => self.data_type(),
        };
        let mut body = self.expression(result, depth);
        if self.rng.chance(25) {
            if let Some(place) = self.place(Type::Int) {
                let value = self.expression(Type::Int, 1);
                body = format!("{{ {place} += {value}; {body} }}");
            }
        }
        self.this = this;
        self.variables.truncate(variables);
        if count == 0 {
            format!("(|| {body})")
        } else {
            format!("(|{}| {body})", names.join(", "))
        }
    }

    fn argument(&mut self, letter: char, depth: usize) -> String {
        match letter {
            'p' | '1' | '2' => {
                let count = if letter == '2' { 2 } else { 1 };
                if self.rng.chance(10) {
                    if let Some(name) = self.variable(Type::Fn(count)) {
                        return name;
                    }
                }
                self.closure(count, letter == 'p', depth.min(1))
            }
            '?' => {
                let of = self.data_type();
                self.expression(of, depth)
            }
            letter => self.expression(type_of(letter).unwrap_or(Type::Int), depth),
        }
    }

    fn method(&mut self, object: &str, method: &(char, &str, &str, char), depth: usize) -> String {
        let mut args: Vec<String> = method.2.chars().map(|letter| self.argument(letter, depth)).collect();
        if method.1 == "pad" && method.0 == 's' {
            // With an empty string, rhai never ends.
            args[1] = "\"xy\"".into();
        }
        // In what rhai sorts, errors of comparing functions are lost; `get` and `round` have another form with one
        // argument more here.
        if self.rng.chance(3) && !matches!(method.1, "order" | "order_desc" | "dedup" | "get" | "round") {
            let of = self.any_type();
            args.push(self.expression(of, 0));
        }
        match self.rng.below(100) {
            0..12 => {
                args.insert(0, object.to_owned());
                format!("{}({})", method.1, args.join(", "))
            }
            12..15 => format!("{object}?.{}({})", method.1, args.join(", ")),
            _ => format!("{object}.{}({})", method.1, args.join(", ")),
        }
    }

    fn method_of_place(&mut self, of: Type, depth: usize) -> String {
        let object = match self.place(of) {
            Some(place) => place,
            None => self.literal(of),
        };
        let own: Vec<Function> =
            self.functions.iter().filter(|function| function.this == Some(of)).cloned().collect();
        if !own.is_empty() && self.rng.chance(40) {
            let function = &own[self.rng.below(own.len())];
            let args: Vec<_> = function.params.iter().map(|of| self.expression(*of, depth)).collect();
            return format!("{object}.{}({})", function.name, args.join(", "));
        }
        let fitting: Vec<_> = METHODS.iter().filter(|method| type_of(method.0) == Some(of)).collect();
        match fitting.is_empty() {
            true => format!("{object}.to_string()"),
            false => {
                let method = fitting[self.rng.below(fitting.len())];
                self.method(&object, method, depth)
            }
        }
    }

    fn method_with_result(&mut self, of: Type, depth: usize) -> Option<String> {
        let fitting: Vec<_> = METHODS.iter().filter(|method| type_of(method.3) == Some(of)).collect();
        if fitting.is_empty() {
            return None;
        }
        let method = fitting[self.rng.below(fitting.len())];
        let object = self.expression(type_of(method.0).unwrap_or(Type::Int), depth);
        Some(self.method(&object, method, depth))
    }

    /// What can give a value of any type.
    fn of_any_type(&mut self, of: Type, depth: usize) -> String {
        match self.rng.below(12) {
            0 | 1 => {
                let condition = self.expression(Type::Bool, depth);
                let (a, b) = (self.expression(of, depth), self.expression(of, depth));
                format!("(if {condition} {{ {a} }} else {{ {b} }})")
            }
            2 => {
                let value = self.expression(Type::Int, depth);
                let cases: Vec<_> = self
                    .cases()
                    .into_iter()
                    .map(|case| format!("{case} => {}", self.expression(of, depth)))
                    .collect();
                format!("(switch {value} {{ {} }})", cases.join(", "))
            }
            3..6 => {
                let fitting: Vec<Function> = self
                    .functions
                    .iter()
                    .filter(|function| function.result == of && function.this.is_none())
                    .cloned()
                    .collect();
                if fitting.is_empty() {
                    return self.compound(of, depth);
                }
                let function = &fitting[self.rng.below(fitting.len())];
                let args: Vec<_> = function.params.iter().map(|of| self.expression(*of, depth)).collect();
                let bang = if self.rng.chance(8) { "!" } else { "" };
                format!("{}{bang}({})", function.name, args.join(", "))
            }
            6 => {
                let value = self.expression(of, depth);
                format!("({} ?? {value})", self.expression(Type::Unit, depth))
            }
            7 => {
                let name = self.new_name("v");
                let value = self.expression(of, depth);
                self.variables.push(Variable { name: name.clone(), of });
                let result = self.expression(of, depth);
                self.variables.pop();
                format!("{{ let {name} = {value}; {result} }}")
            }
            8 => {
                let value = self.expression(of, depth).replace('\\', "\\\\").replace('"', "\\\"");
                format!("eval(\"{value}\")")
            }
            9 => {
                let function = self.closure(1, false, 1);
                let arg = self.expression(Type::Int, depth);
                match self.rng.below(3) {
                    0 => format!("{function}.call({arg})"),
                    1 => format!("call({function}, {})", self.literal(Type::Int)),
                    _ => format!("{function}.curry({arg}).call()"),
                }
            }
            10 => match self.variable(Type::Fn(1)) {
                Some(function) => format!("{function}.call({})", self.expression(Type::Int, depth)),
                None => self.compound(of, depth),
            },
            _ => self.compound(of, depth),
        }
    }

    #[allow(clippy::too_many_lines)] // one arm a type
    fn compound(&mut self, of: Type, depth: usize) -> String {
        match of {
            Type::Int => {
                if self.rng.chance(10) {
                    return format!("(-{})", self.expression(Type::Int, depth));
                }
                let operator =
                    self.rng.pick(&["+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", "+", "-", "*"]);
                let (a, b) = (self.expression(of, depth), self.expression(of, depth));
                format!("({a} {operator} {b})")
            }
            Type::Float => {
                let operator = self.rng.pick(&["+", "-", "*", "/", "%", "**"]);
                let other = if self.rng.chance(40) { Type::Int } else { Type::Float };
                let (a, b) = (self.expression(of, depth), self.expression(other, depth));
                if self.rng.chance(50) {
                    format!("({a} {operator} {b})")
                } else {
                    format!("({b} {operator} {a})")
                }
            }
            Type::Str => match self.rng.below(5) {
                0 | 1 => {
                    let other = if self.rng.chance(50) { Type::Str } else { self.any_type() };
                    let (a, b) = (self.expression(of, depth), self.expression(other, depth));
                    if self.rng.chance(70) {
                        format!("({a} + {b})")
                    } else {
                        format!("({b} + {a})")
                    }
                }
                2 => {
                    let of = self.any_type();
                    format!("`<${{{}}}>`", self.expression(of, depth))
                }
                3 => {
                    let of = self.any_type();
                    let name = self.rng.pick(&["type_of", "to_string", "to_debug"]);
                    format!("{name}({})", self.expression(of, depth))
                }
                _ => {
                    let text = self.expression(of, depth);
                    let range = self.literal(Type::Range);
                    format!("{text}[{range}]")
                }
            },
            Type::Char => {
                let text = self.expression(Type::Str, depth);
                format!("{text}[{}]", self.index())
            }
            Type::Bool => match self.rng.below(10) {
                0..5 => {
                    let left = self.data_type();
                    let right = if self.rng.chance(85) { left } else { self.any_type() };
                    let operator = self.rng.pick(&["==", "!=", "<", ">", "<=", ">="]);
                    let (a, b) = (self.expression(left, depth), self.expression(right, depth));
                    format!("({a} {operator} {b})")
                }
                5..7 => {
                    let operator = self.rng.pick(&["&&", "||", "&", "|", "^"]);
                    let (a, b) = (self.expression(of, depth), self.expression(of, depth));
                    format!("({a} {operator} {b})")
                }
                7 => format!("(!{})", self.expression(of, depth)),
                8 => {
                    let word = self.rng.pick(&["in", "!in"]);
                    let (item, list) = match self.rng.below(5) {
                        0 | 1 => (Type::Int, Type::Array),
                        2 => (Type::Str, Type::Map),
                        3 => (Type::Str, Type::Str),
                        _ => (Type::Int, Type::Range),
                    };
                    let (a, b) = (self.expression(item, depth), self.expression(list, depth));
                    format!("({a} {word} {b})")
                }
                _ => match self.any_variable() {
                    Some(variable) => {
                        let name = self.rng.pick(&["is_shared", "is_def_var"]);
                        let quote = if name == "is_def_var" { "\"" } else { "" };
                        format!("{name}({quote}{}{quote})", variable.name)
                    }
                    None => "true".into(),
                },
            },
            Type::Array => match self.rng.below(3) {
                0 => {
                    let (a, b) = (self.expression(of, depth), self.expression(of, depth));
                    format!("({a} + {b})")
                }
                _ => {
                    let mut items = Vec::new();
                    for _ in 0..self.rng.below(4) {
                        let of = if self.rng.chance(75) { Type::Int } else { self.data_type() };
                        items.push(self.expression(of, depth));
                    }
                    format!("[{}]", items.join(", "))
                }
            },
            Type::Map => match self.rng.below(4) {
                0 => {
                    let (a, b) = (self.expression(of, depth), self.expression(of, depth));
                    format!("({a} + {b})")
                }
                _ => {
                    let mut text = format!("#{{a: {}", self.expression(Type::Int, depth));
                    for (key, of) in [("b", Type::Array), ("c", Type::Str), ("d", Type::Map)] {
                        if self.rng.chance(60) {
                            let _ = write!(text, ", {key}: {}", self.expression(of, depth));
                        }
                    }
                    text + "}"
                }
            },
            Type::Blob => {
                let (a, b) = (self.expression(of, depth), self.expression(of, depth));
                format!("({a} + {b})")
            }
            Type::Range => {
                let operator = self.rng.pick(&["..", "..="]);
                let (a, b) = (self.expression(Type::Int, depth), self.expression(Type::Int, depth));
                format!("({a} {operator} {b})")
            }
            Type::Unit => match self.place(Type::Map) {
                Some(map) => format!("{map}.zz"),
                None => "()".into(),
            },
            Type::Fn(count) => self.closure(count, false, depth),
        }
    }
}

/// Removes lines and then smaller pieces of a program as long as it behaves otherwise.
pub fn shrink(program: &str) -> String {
    let mut left = 3000;
    let lines: Vec<String> = program.lines().map(|line| format!("{line}\n")).collect();
    let lines = without_pieces(lines, &mut left);
    without_pieces(tokens(&lines.concat()), &mut left).concat()
}

fn without_pieces(mut pieces: Vec<String>, left: &mut usize) -> Vec<String> {
    let mut size = (pieces.len() / 2).max(1);
    loop {
        let before = pieces.len();
        let mut at = 0;
        while at < pieces.len() && *left > 0 {
            let end = (at + size).min(pieces.len());
            let mut fewer = pieces.clone();
            fewer.drain(at..end);
            *left -= 1;
            if compare_quickly(&fewer.concat()).is_err() {
                pieces = fewer;
            } else {
                at += 1.max(size / 2);
            }
        }
        if *left == 0 || size == 1 && pieces.len() == before {
            return pieces;
        }
        size = if pieces.len() == before || size > pieces.len() { (size / 2).max(1) } else { size };
    }
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for c in text.chars() {
        match tokens.last_mut() {
            Some(last) if is_word(c) && last.chars().all(is_word) => last.push(c),
            _ => tokens.push(c.to_string()),
        }
    }
    tokens
}
