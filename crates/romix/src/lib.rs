//! `scryptROMix` of scrypt (RFC 7914, section 5).
//!
//! The crate `scrypt` cannot be stopped once it has begun. This one asks its caller as it goes along, so that a
//! deadline holds whatever the parameters are.

#![forbid(unsafe_code)]

/// The words of a block of Salsa20.
const WORDS: usize = 16;
/// So many blocks are mixed between two questions whether to go on.
const BLOCKS_PER_CHECK: usize = 1 << 14;

/// Mixes `block`, which has 128 × `r` bytes, with a table of `n` times its size. `n` is a power of two above 1. The
/// table is the caller's, so that it can be used again.
///
/// # Errors
/// Those of `check`, which is called every few milliseconds.
pub fn romix<E>(
    block: &mut [u8],
    n: usize,
    table: &mut Vec<u32>,
    check: &dyn Fn() -> Result<(), E>,
) -> Result<(), E> {
    let mut x: Vec<u32> = block.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let mut y = vec![0; x.len()];
    let steps = (BLOCKS_PER_CHECK * WORDS / x.len()).max(1);
    table.clear();
    for step in 0..n {
        if step % steps == 0 {
            check()?;
        }
        table.extend_from_slice(&x);
        mix(&mut x, &mut y);
    }
    for step in 0..n {
        if step % steps == 0 {
            check()?;
        }
        // The first word of the last block, modulo `n`.
        let at = (x[x.len() - WORDS] as usize & (n - 1)) * x.len();
        for (word, with) in x.iter_mut().zip(&table[at..]) {
            *word ^= with;
        }
        mix(&mut x, &mut y);
    }
    for (bytes, word) in block.as_chunks_mut::<4>().0.iter_mut().zip(&x) {
        *bytes = word.to_le_bytes();
    }
    Ok(())
}

/// `scryptBlockMix`: `y` is space for the result.
fn mix(x: &mut Vec<u32>, y: &mut Vec<u32>) {
    let blocks = x.len() / WORDS;
    let mut state = [0; WORDS];
    state.copy_from_slice(&x[x.len() - WORDS..]);
    for (number, block) in x.as_chunks::<WORDS>().0.iter().enumerate() {
        for (word, with) in state.iter_mut().zip(block) {
            *word ^= with;
        }
        salsa20_8(&mut state);
        // Blocks with even numbers come first.
        let place = (number / 2 + number % 2 * blocks / 2) * WORDS;
        y[place..place + WORDS].copy_from_slice(&state);
    }
    std::mem::swap(x, y);
}

/// Four double rounds less than Salsa20 has: 8 rounds in all (RFC 7914, section 3).
#[inline]
fn salsa20_8(state: &mut [u32; WORDS]) {
    let mut x = *state;
    for _ in 0..4 {
        for [a, b, c, d] in [[0, 4, 8, 12], [5, 9, 13, 1], [10, 14, 2, 6], [15, 3, 7, 11]] {
            quarter(&mut x, a, b, c, d);
        }
        for [a, b, c, d] in [[0, 1, 2, 3], [5, 6, 7, 4], [10, 11, 8, 9], [15, 12, 13, 14]] {
            quarter(&mut x, a, b, c, d);
        }
    }
    for (word, with) in state.iter_mut().zip(x) {
        *word = word.wrapping_add(with);
    }
}

#[inline]
#[allow(clippy::many_single_char_names)] // as the RFC has them
fn quarter(x: &mut [u32; WORDS], a: usize, b: usize, c: usize, d: usize) {
    x[b] ^= x[a].wrapping_add(x[d]).rotate_left(7);
    x[c] ^= x[b].wrapping_add(x[a]).rotate_left(9);
    x[d] ^= x[c].wrapping_add(x[b]).rotate_left(13);
    x[a] ^= x[d].wrapping_add(x[c]).rotate_left(18);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<_> = hex.chars().filter(char::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|two| u8::from_str_radix(&String::from_iter(two), 16).unwrap()).collect()
    }

    /// RFC 7914, section 10.
    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let mut block = bytes(
            "f7 ce 0b 65 3d 2d 72 a4 10 8c f5 ab e9 12 ff dd 77 76 16 db bb 27 a7 0e 82 04 f3 ae 2d 0f 6f ad
             89 f6 8f 48 11 d1 e8 7b cc 3b d7 40 0a 9f fd 29 09 4f 01 84 63 95 74 f3 9a e5 a1 31 52 17 bc d7
             89 49 91 44 72 13 bb 22 6c 25 b5 4d a8 63 70 fb cd 98 43 80 37 46 66 bb 8f fc b5 bf 40 c2 54 b0
             67 d2 7c 51 ce 4a d5 fe d8 29 c9 0b 50 5a 57 1b 7f 4d 1c ad 6a 52 3c da 77 0e 67 bc ea af 7e 89",
        );
        let expected = bytes(
            "79 cc c1 93 62 9d eb ca 04 7f 0b 70 60 4b f6 b6 2c e3 dd 4a 96 26 e3 55 fa fc 61 98 e6 ea 2b 46
             d5 84 13 67 3b 99 b0 29 d6 65 c3 57 60 1f b4 26 a0 b2 f4 bb a2 00 ee 9f 0a 43 d1 9b 57 1a 9c 71
             ef 11 42 e6 5d 5a 26 6f dd ca 83 2c e5 9f aa 7c ac 0b 9c f1 be 2b ff ca 30 0d 01 ee 38 76 19 c4
             ae 12 fd 44 38 f2 03 a0 e4 e1 c4 7e c3 14 86 1f 4e 90 87 cb 33 39 6a 68 73 e8 f9 d2 53 9a 4b 8e",
        );
        let result: Result<(), ()> = romix(&mut block, 16, &mut Vec::new(), &|| Ok(()));
        assert_eq!((result, block), (Ok(()), expected));
    }

    #[test]
    fn the_caller_can_stop_it() {
        let left = std::cell::Cell::new(3);
        let check = || {
            left.set(left.get() - 1);
            if left.get() == 0 {
                Err("stop")
            } else {
                Ok(())
            }
        };
        assert_eq!(romix(&mut [0; 1024], 1 << 20, &mut Vec::new(), &check), Err("stop"));
    }
}
