//! Where a value is within the whole: a JSON pointer that is only written when it is needed.

use std::fmt::Write as _;

/// The rest of a longer pointer is left out: whoever sends the value also chooses its keys.
const MAX_LENGTH: usize = 1000;

/// A place in the value, as a list from the inside to the outside.
pub(crate) struct Path<'a> {
    outer: Option<(&'a Path<'a>, Step<'a>)>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The whole value.
    pub(crate) const WHOLE: Self = Self { outer: None };

    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self { outer: Some((self, Step::Key(key))) }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self { outer: Some((self, Step::Index(index))) }
    }

    /// The place as a JSON pointer.
    pub(crate) fn pointer(&self) -> String {
        let (mut steps, mut path) = (Vec::new(), self);
        while let Some((outer, step)) = path.outer {
            steps.push(step);
            path = outer;
        }
        let mut pointer = String::new();
        for step in steps.into_iter().rev() {
            if pointer.len() > MAX_LENGTH {
                pointer.push('…');
                break;
            }
            match step {
                Step::Key(key) => {
                    pointer.push('/');
                    pointer.push_str(&escaped(key));
                }
                Step::Index(index) => {
                    let _ = write!(pointer, "/{index}");
                }
            }
        }
        pointer
    }
}

/// A key as it is in a JSON pointer; the beginning of one that is very long.
pub(crate) fn escaped(key: &str) -> String {
    let end = key.floor_char_boundary(200);
    key[..end].replace('~', "~0").replace('/', "~1")
}

/// A key of a JSON pointer as it is in the value.
pub(crate) fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
