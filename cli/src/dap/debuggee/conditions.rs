//! Conditions on how often a breakpoint is reached, and the messages of log points.

/// Which hits of a breakpoint count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hits {
    Equal(u64),
    Least(u64),
    More(u64),
    Most(u64),
    Less(u64),
    /// Each time after so many.
    Multiple(u64),
}

impl Hits {
    /// Parses `5`, `== 5`, `>= 5`, `> 5`, `<= 5`, `< 5` or `% 5`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let end = text.find(|c: char| !"=><%".contains(c)).unwrap_or(text.len());
        let (operator, number) = text.split_at(end);
        let problem = || {
            format!(
                "the hit condition \"{text}\" is invalid: write a number, or one after ==, >=, >, <=, < or %"
            )
        };
        let number = number.trim().parse().map_err(|_| problem())?;
        Ok(match operator {
            "" | "=" | "==" => Self::Equal(number),
            ">=" => Self::Least(number),
            ">" => Self::More(number),
            "<=" => Self::Most(number),
            "<" => Self::Less(number),
            "%" if number > 0 => Self::Multiple(number),
            _ => return Err(problem()),
        })
    }

    /// Whether this hit counts; the first is 1.
    pub(super) fn holds(self, hit: u64) -> bool {
        match self {
            Self::Equal(number) => hit == number,
            Self::Least(number) => hit >= number,
            Self::More(number) => hit > number,
            Self::Most(number) => hit <= number,
            Self::Less(number) => hit < number,
            Self::Multiple(number) => hit.is_multiple_of(number),
        }
    }
}

/// A part of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Expression(&'a str),
}

/// The parts of a message with expressions in braces. Braces in an expression come in pairs.
pub(super) fn parts(message: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = message;
    while let Some(open) = rest.find('{') {
        let mut depth = 0_usize;
        let close = rest[open..].char_indices().find(|(_, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some((length, _)) = close else {
            break;
        };
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        parts.push(Part::Expression(&rest[open + 1..open + length]));
        rest = &rest[open + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hit_conditions() {
        let hits = |text: &str| {
            let hits = Hits::parse(text).unwrap();
            (1..=6).filter(|hit| hits.holds(*hit)).collect::<Vec<u64>>()
        };
        assert_eq!(hits("3"), [3]);
        assert_eq!(hits(" == 3 "), [3]);
        assert_eq!(hits(">=5"), [5, 6]);
        assert_eq!(hits("> 5"), [6]);
        assert_eq!(hits("<= 2"), [1, 2]);
        assert_eq!(hits("<2"), [1]);
        assert_eq!(hits("% 2"), [2, 4, 6]);
        for text in ["", "x", "% 0", "=> 3", "-1", "5 times", "99999999999999999999"] {
            assert!(Hits::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn messages_have_expressions_in_braces() {
        use Part::{Expression, Text};
        assert_eq!(
            parts("n = {n}, {#{ a: 1 }.a}!"),
            [Text("n = "), Expression("n"), Text(", "), Expression("#{ a: 1 }.a"), Text("!")]
        );
        assert_eq!(parts("open { n"), [Text("open { n")]);
        assert_eq!(parts("}{a}"), [Text("}"), Expression("a")]);
        assert_eq!(parts(""), []);
    }
}
