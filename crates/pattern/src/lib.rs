//! Regular expressions of scripts and of JSON schemas, compiled within bounds of memory.
//!
//! The syntax is that of the [`regex`](https://docs.rs/regex/latest/regex/#syntax) crate: a search takes
//! linear time, whatever the pattern.

use regex_automata::meta::{BuildError, Config};
use regex_syntax::Error;
use std::fmt;

pub use regex_automata::meta::{Cache, Regex};
pub use regex_automata::util::captures::Captures;
pub use regex_automata::util::iter::Searcher;
pub use regex_automata::{Input, PatternID};

/// What a search may take beside the compiled pattern for automata that are made as they are needed. With
/// more it is hardly faster.
const MAX_AUTOMATON: usize = 1 << 20;
/// A pattern may have one byte for so many of the limit: to compile one takes hundreds of times its length.
const PART_FOR_SOURCE: usize = 256;

/// What is wrong with a pattern.
#[derive(Debug)]
pub enum Problem {
    /// It has more bytes than the limit allows.
    TooLong {
        /// The most bytes that it may have.
        longest: usize,
    },
    /// It has an error.
    Invalid {
        /// The character at which the error is, from 1.
        character: Option<usize>,
        /// What is wrong there.
        what: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { longest } => write!(f, "it is longer than {longest} bytes"),
            Self::Invalid { what, .. } => f.write_str(what),
        }
    }
}

/// Compiles a pattern, which may take `limit` bytes of memory when it is compiled.
///
/// # Errors
/// It is too long, it is invalid, or it needs more memory.
pub fn compile(pattern: &str, limit: usize) -> Result<Regex, Problem> {
    let longest = limit / PART_FOR_SOURCE;
    if pattern.len() > longest {
        return Err(Problem::TooLong { longest });
    }
    let config =
        Config::new().nfa_size_limit(Some(limit)).hybrid_cache_capacity(MAX_AUTOMATON.min(limit / 8));
    Regex::builder().configure(config).build(pattern).map_err(|error| explain(pattern, &error))
}

fn explain(pattern: &str, error: &BuildError) -> Problem {
    let (offset, what) = match error.syntax_error() {
        Some(Error::Parse(problem)) => (Some(problem.span().start.offset), problem.kind().to_string()),
        Some(Error::Translate(problem)) => (Some(problem.span().start.offset), problem.kind().to_string()),
        // A pattern that can be read may still be too large.
        _ => match error.size_limit() {
            Some(limit) => (None, format!("compiled, it exceeds the size limit of {} KB", limit >> 10)),
            None => (None, error.to_string()),
        },
    };
    let character = |offset| pattern[..pattern.floor_char_boundary(offset)].chars().count() + 1;
    Problem::Invalid { character: offset.map(character), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(pattern: &str) -> Problem {
        compile(pattern, 1 << 20).err().unwrap()
    }

    #[test]
    fn errors_say_where_they_are() {
        let Problem::Invalid { character: Some(3), what } = problem("éa(") else {
            panic!("another problem");
        };
        assert_eq!(what, "unclosed group");
    }

    #[test]
    fn patterns_are_bounded() {
        let Problem::Invalid { character: None, what } = problem("(((a{100}){100}){100})") else {
            panic!("another problem");
        };
        assert_eq!(what, "compiled, it exceeds the size limit of 1024 KB");
        assert!(matches!(problem(&"a".repeat(5000)), Problem::TooLong { longest: 4096 }));
    }
}
