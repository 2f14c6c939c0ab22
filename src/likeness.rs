//! How alike two names are: for the errors that suggest the name which may have been meant.

/// The longest name that is compared, in bytes: the comparison takes the square of the lengths, and a
/// name may come from an event.
const MAX_NAME: usize = 100;

/// How alike two names are, from 0 to 1 for the same. A name that is too long to be a name is like none.
pub fn likeness(a: &str, b: &str) -> f64 {
    if a.len().max(b.len()) > MAX_NAME {
        return 0.0;
    }
    strsim::jaro_winkler(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_like_none() {
        assert!(likeness("dinamodb", "dynamodb") > 0.9);
        let long = "x".repeat(1 << 20);
        assert!(likeness(&long, &long) < 0.1);
    }
}
