//! Tables of lines that begin with a name and a tab, sorted by their names.

use std::cmp::Ordering;

/// The line of a name.
///
/// A search for the name through all of the lines would take longer, or ask the processor what it can, which takes 60 µs in a
/// virtual machine.
pub fn find<'a>(lines: &'a str, name: &str) -> Option<&'a str> {
    let (mut start, mut end) = (0, lines.len());
    while start < end {
        let middle = usize::midpoint(start, end);
        let at = lines.get(start..middle)?.rfind('\n').map_or(start, |before| start + before + 1);
        let line = lines.get(at..end)?.lines().next()?;
        match line.split('\t').next()?.cmp(name) {
            Ordering::Equal => return Some(line),
            Ordering::Less => start = at + line.len() + 1,
            Ordering::Greater => end = at,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn every_line_is_found_by_its_name_and_no_other() {
        let names = ["a", "ab", "ab-c", "abc", "b", "s3", "s3control", "zz"];
        assert_eq!(find("", "a"), None);
        for count in 1..names.len() {
            let lines: Vec<_> = names[..count].iter().map(|name| format!("{name}\t{name} 1\t2")).collect();
            for text in [lines.join("\n"), lines.join("\n") + "\n"] {
                for (number, name) in names.iter().enumerate() {
                    let expected = lines.get(number).map(String::as_str);
                    assert_eq!(find(&text, name), expected, "{name} in {text:?}");
                }
                for name in ["", "A", "aa", "ab-", "a\t", "s", "s3\t", "zzz", "é", "\n"] {
                    assert_eq!(find(&text, name), None, "{name:?} in {text:?}");
                }
            }
        }
    }
}
