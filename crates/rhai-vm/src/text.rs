//! Strings: cheap to clone, and appended to in place where nobody else has them.

use compact_str::CompactString;
use std::borrow::Borrow;
use std::fmt::{self, Write};
use std::ops::Deref;
use std::rc::{Rc, Weak};

/// A string of a script. A short one is in the same piece of memory as the count of its owners.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Rc<CompactString>);

impl Str {
    /// The string itself.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The string to be changed in place; it is copied first where someone else has it, too.
    pub fn to_mut(&mut self) -> &mut CompactString {
        Rc::make_mut(&mut self.0)
    }

    /// The bytes that are copied when the string is changed.
    pub(crate) fn copied_bytes(&self) -> usize {
        if Rc::strong_count(&self.0) > 1 {
            self.len()
        } else {
            0
        }
    }

    /// The bytes that it may take to append so many.
    #[inline]
    pub(crate) fn bytes_to_append(&self, more: usize) -> usize {
        let len = self.len();
        if self.0.capacity() - len >= more && Rc::strong_count(&self.0) == 1 {
            return 0;
        }
        // Strings grow by half.
        self.copied_bytes() + more.max(len / 2)
    }

    /// Appends a character.
    #[inline]
    pub fn push(&mut self, c: char) {
        self.to_mut().push(c);
    }

    /// The string, without a copy where nobody else has it.
    pub fn into_string(self) -> String {
        Rc::unwrap_or_clone(self.0).into_string()
    }

    /// Whether both are the same string in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// What tells this string from all others, also after it has changed.
    pub(crate) fn same(&self) -> Same {
        Same(Rc::downgrade(&self.0))
    }
}

/// Which string one was, as long as nobody changed it: a string that is changed moves to another place in memory while this is there,
/// and no other one takes its place.
pub(crate) struct Same(Weak<CompactString>);

impl Same {
    /// Whether it is this string, unchanged.
    #[inline]
    pub(crate) fn is(&self, text: &Str) -> bool {
        std::ptr::eq(self.0.as_ptr(), Rc::as_ptr(&text.0))
    }
}

impl Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.as_str()
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        self.0.as_str()
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        self.0.as_str()
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(Rc::new(CompactString::new(text)))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self(Rc::new(CompactString::from(text)))
    }
}

impl From<char> for Str {
    fn from(c: char) -> Self {
        Self(Rc::new(CompactString::new(c.encode_utf8(&mut [0; 4]))))
    }
}

impl FromIterator<char> for Str {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> Self {
        Self(Rc::new(characters.into_iter().collect()))
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Write for Str {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.to_mut().push_str(text);
        Ok(())
    }
}
