//! How alike two names are: for the errors that suggest the name which may have been meant.

use std::cmp::Ordering;

/// The longest name that is compared, in bytes: the comparison takes the square of the lengths, and a
/// name may come from an event.
const MAX_NAME: usize = 100;

/// How alike two names are, from 0 to 1 for the same. A name that is too long to be a name is like none.
pub fn of(a: &str, b: &str) -> f64 {
    if a.len().max(b.len()) > MAX_NAME {
        return 0.0;
    }
    strsim::jaro_winkler(a, b)
}

/// Whether one letter is missing, added, wrong or in its neighbour's place.
pub fn is_one_slip(a: &str, b: &str) -> bool {
    a.len().max(b.len()) <= MAX_NAME && strsim::osa_distance(a, b) == 1
}

/// The candidate whose name is most like `name`, if it is at least that much alike. Of several, the first in
/// alphabetical order.
pub fn best<T>(
    name: &str,
    candidates: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> &str,
    least: f64,
) -> Option<T> {
    let scored = candidates.into_iter().map(|candidate| (of(name, key(&candidate)), candidate));
    let best = scored.max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| key(y).cmp(key(x))));
    // Short names often differ in one letter only by chance.
    let is_typo = |candidate: &T| name.len() >= 4 && is_one_slip(name, key(candidate));
    best.filter(|(likeness, candidate)| *likeness >= least || is_typo(candidate))
        .map(|(_, candidate)| candidate)
}

/// The candidates by how much like `name` their names are, the likeliest first; those that are as much alike in
/// alphabetical order.
pub fn sorted<T>(name: &str, candidates: Vec<T>, key: impl Fn(&T) -> &str) -> Vec<T> {
    let order = order(name, &candidates.iter().map(key).collect::<Vec<_>>());
    let mut candidates: Vec<_> = candidates.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| candidates[index].take()).collect()
}

/// Sorting is compiled once, not for each type of candidates.
fn order(name: &str, names: &[&str]) -> Vec<usize> {
    let candidates: Vec<_> = names.iter().map(|other| (of(name, other), *other)).collect();
    let mut order: Vec<_> = (0..names.len()).collect();
    order.sort_by(|&a, &b| compare(candidates[a], candidates[b]));
    order
}

/// Which comes first. Within the sort, it would be there twenty times.
#[inline(never)]
fn compare(a: (f64, &str), b: (f64, &str)) -> Ordering {
    b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_like_none() {
        assert!(of("dinamodb", "dynamodb") > 0.9);
        let long = "x".repeat(1 << 20);
        assert!(of(&long, &long) < 0.1);
    }

    #[test]
    fn a_slip_is_one_letter() {
        assert!(is_one_slip("treshold", "threshold") && is_one_slip("tabel", "table"));
        assert!(!is_one_slip("table", "table") && !is_one_slip("tabl", "tables"));
    }

    #[test]
    fn the_likeliest_name_is_suggested() {
        let names = ["sqs", "dynamodb", "sns"];
        assert_eq!(best("dinamodb", names, |name| name, 0.9), Some("dynamodb"));
        assert_eq!(best("lambda", names, |name| name, 0.9), None);
        assert_eq!(best("pusj", ["push", "pop"], |name| name, 0.9), Some("push"));
        assert_eq!(best("sqz", names, |name| name, 0.9), None);
        assert_eq!(best("sxs", names, |name| name, 0.0), Some("sns"));
        assert_eq!(best("x", [] as [&str; 0], |name| name, 0.0), None);
    }

    #[test]
    fn names_are_sorted_by_likeness_and_then_by_alphabet() {
        let names = vec!["sqs", "dynamodb", "sns"];
        assert_eq!(sorted("sxs", names, |name| name), ["sns", "sqs", "dynamodb"]);
    }
}
