//! Where the characters of a string are in its bytes. Scripts count in characters, and go through long strings by index: what is found
//! out about the last few long strings is kept, so that `text[i]` does not look through all of a text each time.

use crate::list::position;
use crate::text::{Same, Str};
use std::cell::RefCell;

/// Strings of so many bytes are looked at again each time.
const SHORT: usize = 64;
/// About so many strings may be gone through at once.
const KEPT: usize = 4;
/// Every so many characters, or more seldom in long strings, their place is noted.
const LEAST_STEP: usize = 64;
/// So many places are noted at most.
const MOST_PLACES: usize = 4096;
/// So many characters may lie between the last one that was looked for and the next.
const NEAR: usize = 16;

thread_local! {
    static KNOWN: RefCell<Known> = const { RefCell::new(Known { strings: [const { None }; KEPT], next: 0 }) };
}

struct Known {
    strings: [Option<(Same, Places)>; KEPT],
    /// Which of them the next one replaces.
    next: usize,
}

/// Where characters are in one string.
enum Places {
    /// Each is a byte.
    Ascii,
    Marks(Marks),
}

struct Marks {
    /// How many characters there are.
    count: usize,
    /// The bytes at which every so many characters begin.
    step: usize,
    bytes: Vec<usize>,
    /// The last character that was looked for, and its byte.
    last: (usize, usize),
}

/// How many characters a string has.
pub(crate) fn count(text: &Str) -> usize {
    if text.len() < SHORT {
        return if text.is_ascii() { text.len() } else { text.chars().count() };
    }
    with_places(text, |places| match places {
        Places::Ascii => text.len(),
        Places::Marks(marks) => marks.count,
    })
}

/// The byte at which a character begins; the end where there are not so many.
pub(crate) fn byte_of(text: &Str, number: usize) -> usize {
    if text.len() < SHORT {
        if text.is_ascii() {
            return number.min(text.len());
        }
        return text.char_indices().nth(number).map_or(text.len(), |(at, _)| at);
    }
    with_places(text, |places| match places {
        Places::Ascii => number.min(text.len()),
        Places::Marks(marks) => marks.byte_of(text.as_bytes(), number),
    })
}

/// The character of a number, and its byte.
fn nth(text: &Str, number: usize) -> Option<(char, usize)> {
    let at = byte_of(text, number);
    text[at..].chars().next().map(|c| (c, at))
}

/// The character of an index, which counts from the end where it is negative, and its byte.
pub(crate) fn at(text: &Str, index: i64) -> Option<(char, usize)> {
    let number = match usize::try_from(index) {
        Ok(number) => number,
        Err(_) => position(count(text), index)?,
    };
    nth(text, number)
}

fn with_places<T>(text: &Str, work: impl FnOnce(&mut Places) -> T) -> T {
    KNOWN.with_borrow_mut(|known| {
        let found = known.strings.iter().position(|entry| matches!(entry, Some((same, _)) if same.is(text)));
        let at = found.unwrap_or_else(|| {
            let at = known.next;
            known.next = (at + 1) % KEPT;
            known.strings[at] = Some((text.same(), Places::of(text)));
            at
        });
        let (_, places) = known.strings[at].as_mut().expect("it is there");
        work(places)
    })
}

impl Places {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii;
        }
        let step = (text.len() / MOST_PLACES).max(LEAST_STEP);
        let (mut count, mut bytes) = (0, Vec::new());
        for (at, byte) in text.bytes().enumerate() {
            if is_begin(byte) {
                if count % step == 0 {
                    bytes.push(at);
                }
                count += 1;
            }
        }
        Self::Marks(Marks { count, step, bytes, last: (0, 0) })
    }
}

impl Marks {
    fn byte_of(&mut self, text: &[u8], number: usize) -> usize {
        if number >= self.count {
            return text.len();
        }
        let (last, at) = self.last;
        let near = last.abs_diff(number) <= NEAR;
        let (mut here, mut at) =
            if near { (last, at) } else { (number / self.step * self.step, self.bytes[number / self.step]) };
        while here < number {
            here += 1;
            at += 1;
            while !is_begin(text[at]) {
                at += 1;
            }
        }
        while here > number {
            here -= 1;
            at -= 1;
            while !is_begin(text[at]) {
                at -= 1;
            }
        }
        self.last = (number, at);
        at
    }
}

/// Whether a character begins with this byte.
fn is_begin(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Look(usize, usize),
        Push(usize, char),
        Pop(usize),
        Copy(usize, usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        let (text, character) = (0..6_usize, prop_oneof![Just('a'), Just('é'), Just('€'), Just('🦀')]);
        prop_oneof![
            8 => (text.clone(), 0..700_usize).prop_map(|(text, number)| Step::Look(text, number)),
            2 => (text.clone(), character).prop_map(|(text, c)| Step::Push(text, c)),
            1 => text.clone().prop_map(Step::Pop),
            1 => (text.clone(), text).prop_map(|(to, from)| Step::Copy(to, from)),
        ]
    }

    proptest! {
        /// Whatever happens to strings between, and in whatever order one looks at them.
        #[test]
        fn characters_are_where_they_are(
            texts in prop::collection::vec("[aé€🦀]{0,500}", 6),
            steps in prop::collection::vec(step(), 1..80),
        ) {
            let mut texts: Vec<Str> = texts.into_iter().map(Str::from).collect();
            for step in steps {
                match step {
                    Step::Look(text, number) => {
                        let text = &texts[text];
                        prop_assert_eq!(count(text), text.chars().count());
                        let expected = text.char_indices().nth(number).map(|(at, c)| (c, at));
                        prop_assert_eq!(nth(text, number), expected);
                        let at = byte_of(text, number);
                        prop_assert_eq!(at, expected.map_or(text.len(), |(_, at)| at));
                    }
                    Step::Push(text, c) => texts[text].push(c),
                    Step::Pop(text) => drop(texts[text].to_mut().pop()),
                    Step::Copy(to, from) => texts[to] = texts[from].clone(),
                }
            }
        }
    }

    #[test]
    fn long_texts_have_few_marks() {
        let text = Str::from("aé".repeat(300_000));
        for number in [0, 1, 599_999, 300_000, 299_999, 600_000, 12_345] {
            assert_eq!(byte_of(&text, number), number / 2 * 3 + number % 2, "{number}");
        }
        let Places::Marks(marks) = Places::of(&text) else { panic!("it is not ASCII") };
        assert!(marks.bytes.len() <= MOST_PLACES + 1, "{}", marks.bytes.len());
    }
}
