//! DER (X.690), as far as keys and certificates need it.

pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
/// `[0]` and `[1]`, which mark optional elements.
pub(super) const CONTEXT_0: u8 = 0xa0;
pub(super) const CONTEXT_1: u8 = 0xa1;
/// `[1]` in place of the tag of a bit string: the public key in PKCS#8.
pub(super) const PUBLIC_KEY: u8 = 0x81;

/// Elements one after the other.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The tag of the next element.
    pub(super) fn tag(self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Whether there are no more elements.
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The contents of the next element, which must have this tag.
    pub(super) fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, contents, rest) = split(self.0)?;
        if found != tag {
            return None;
        }
        self.0 = rest;
        Some(contents)
    }

    /// Reads over the next element if it has this tag.
    pub(super) fn skip(&mut self, tag: u8) {
        // Otherwise nothing is read.
        let _ = self.next(tag);
    }

    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.next(SEQUENCE).map(Self)
    }

    /// The big-endian bytes of an integer that is not negative, without leading zeros.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        let bytes = self.next(INTEGER)?;
        let is_negative = *bytes.first()? >= 0x80;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        (!is_negative).then(|| &bytes[zeros..])
    }

    /// The bytes of a bit string whose bits fill them.
    pub(super) fn bits(&mut self) -> Option<&'a [u8]> {
        match self.next(BIT_STRING)?.split_first() {
            Some((0, bytes)) => Some(bytes),
            _ => None,
        }
    }
}

/// The first element's tag and contents, and the bytes after it.
fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}
