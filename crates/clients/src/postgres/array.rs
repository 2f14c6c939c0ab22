//! Arrays as `PostgreSQL` writes them: `{1,NULL,"a \"b\""}`, `{{1,2},{3,4}}`, `[0:1]={1,2}`.
//!
//! See <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>.

/// `PostgreSQL`'s own limit of dimensions is 6.
const MAX_DEPTH: usize = 6;

/// An array, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// `NULL`
    Null,
    /// A value as text.
    Text(String),
    /// One dimension.
    Array(Vec<Element>),
}

impl Element {
    /// Reads an array; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        // Bounds other than 1 go before it.
        let text = match text.strip_prefix('[') {
            Some(rest) => rest.split_once('=')?.1,
            None => text,
        };
        let mut parser = Parser { rest: text };
        let array = parser.array(1)?;
        parser.rest.is_empty().then_some(array)
    }

    /// Writes it. Values are quoted, so that none means anything else than itself.
    pub fn write(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("NULL"),
            Self::Text(value) => {
                text.push('"');
                for c in value.chars() {
                    if matches!(c, '"' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
                text.push('"');
            }
            Self::Array(items) => {
                text.push('{');
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        text.push(',');
                    }
                    item.write(text);
                }
                text.push('}');
            }
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn takes(&mut self, c: char) -> bool {
        self.rest.strip_prefix(c).map(|rest| self.rest = rest).is_some()
    }

    fn array(&mut self, depth: usize) -> Option<Element> {
        if depth > MAX_DEPTH || !self.takes('{') {
            return None;
        }
        let mut items = Vec::new();
        if self.takes('}') {
            return Some(Element::Array(items));
        }
        loop {
            items.push(self.item(depth)?);
            if self.takes('}') {
                return Some(Element::Array(items));
            }
            if !self.takes(',') {
                return None;
            }
        }
    }

    fn item(&mut self, depth: usize) -> Option<Element> {
        if self.rest.starts_with('{') {
            return self.array(depth + 1);
        }
        if self.takes('"') {
            return self.quoted().map(Element::Text);
        }
        let end = self.rest.find([',', '}'])?;
        let (value, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(if value == "NULL" { Element::Null } else { Element::Text(value.to_owned()) })
    }

    fn quoted(&mut self) -> Option<String> {
        let mut value = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(value);
                }
                '\\' => value.push(chars.next()?.1),
                c => value.push(c),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Element {
        Element::Text(value.to_owned())
    }

    #[test]
    fn arrays_are_read() {
        for (array, expected) in [
            ("{}", vec![]),
            ("{1,-2}", vec![text("1"), text("-2")]),
            (r#"{NULL,"NULL",""}"#, vec![Element::Null, text("NULL"), text("")]),
            (r#"{"a,b","c\"d\\e","{}"}"#, vec![text("a,b"), text(r#"c"d\e"#), text("{}")]),
            ("{{1},{2}}", vec![Element::Array(vec![text("1")]), Element::Array(vec![text("2")])]),
            ("[0:1]={1,2}", vec![text("1"), text("2")]),
            ("{ä b}", vec![text("ä b")]),
        ] {
            assert_eq!(Element::parse(array), Some(Element::Array(expected)), "{array}");
        }
        for wrong in
            ["", "1", "{", "{1", "{1,", "{1}x", "{\"", "{\"\\", "{\"a\"b}", "[0:1]", "{{{{{{{1}}}}}}}"]
        {
            assert_eq!(Element::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let array = Element::Array(vec![
            Element::Null,
            text(r#"a"b\c,{}"#),
            text(""),
            Element::Array(vec![text("NULL"), Element::Array(vec![])]),
        ]);
        let mut written = String::new();
        array.write(&mut written);
        assert_eq!(written, r#"{NULL,"a\"b\\c,{}","",{"NULL",{}}}"#);
        assert_eq!(Element::parse(&written), Some(array));
    }
}
