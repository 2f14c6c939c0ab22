//! Server-sent events, as the WHATWG HTML standard has them.
//!
//! See <https://html.spec.whatwg.org/multipage/server-sent-events.html>, "Interpreting an event stream".

use crate::lines::{Ends, Lines};
use rhai_vm::{memory, Result, Str};
use std::borrow::Cow;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its type; `message` if the server names none.
    pub event: Str,
    /// The values of its `data` fields, with LF between them.
    pub data: Str,
    /// The id that the server sent last, with this event or an earlier one; empty if it sent none.
    pub id: Str,
    /// The reconnection time in milliseconds that the server sent last.
    pub retry: Option<i64>,
}

/// The events of a stream.
#[derive(Debug, Default)]
pub struct Events {
    event: Str,
    data: String,
    id: Str,
    retry: Option<i64>,
}

impl Events {
    /// The next event, if its end is in these lines.
    ///
    /// # Errors
    /// There is no memory for the event.
    pub fn next(&mut self, lines: &mut Lines) -> Result<Option<Event>> {
        while let Some(line) = lines.next(Ends::LineFeedsAndReturns) {
            if !line.is_empty() {
                self.add(line)?;
            } else if let Some(event) = self.dispatch()? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// Adds the field in this line.
    fn add(&mut self, line: &[u8]) -> Result<()> {
        let line = decode(line)?;
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                memory::reserve(&mut self.data, value.len() + 1)?;
                self.data.push_str(value);
                self.data.push('\n');
            }
            "event" => self.event = text(value)?,
            "id" if !value.contains('\0') => self.id = text(value)?,
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().or(self.retry);
            }
            // A comment has an empty name.
            _ => {}
        }
        Ok(())
    }

    /// The event that an empty line ends, if it has data.
    fn dispatch(&mut self) -> Result<Option<Event>> {
        let event = std::mem::take(&mut self.event);
        if self.data.is_empty() {
            return Ok(None);
        }
        let data = text(self.data.strip_suffix('\n').unwrap_or(&self.data))?;
        self.data.clear();
        let event = if event.is_empty() { "message".into() } else { event };
        Ok(Some(Event { event, data, id: self.id.clone(), retry: self.retry }))
    }
}

/// A line as text. What is not UTF-8 in it is replaced, as the standard says.
fn decode(line: &[u8]) -> Result<Cow<'_, str>> {
    std::str::from_utf8(line).map(Cow::Borrowed).or_else(|_| {
        memory::needs(3 * line.len())?;
        Ok(String::from_utf8_lossy(line))
    })
}

fn text(value: &str) -> Result<Str> {
    memory::needs(value.len())?;
    Ok(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(pieces: &[&[u8]]) -> Vec<Event> {
        let (mut lines, mut events, mut found) = (Lines::default(), Events::default(), Vec::new());
        for piece in pieces {
            lines.push(piece).unwrap();
            while let Some(event) = events.next(&mut lines).unwrap() {
                found.push(event);
            }
        }
        found
    }

    /// The events of a stream in short: type, data and id.
    fn short(stream: &str) -> Vec<(String, String, String)> {
        let events = events(&[stream.as_bytes()]).into_iter();
        events.map(|event| (event.event.to_string(), event.data.to_string(), event.id.to_string())).collect()
    }

    fn message(data: &str, id: &str) -> (String, String, String) {
        ("message".into(), data.into(), id.into())
    }

    /// The streams that the standard describes under "Interpreting an event stream".
    #[test]
    fn the_examples_of_the_standard() {
        let stocks = "data: YHOO\ndata: +2\ndata: 10\n\n";
        assert_eq!(short(stocks), [message("YHOO\n+2\n10", "")]);

        let ids =
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n";
        assert_eq!(short(ids), [message("first event", "1"), message("second event", "")]);
        assert_eq!(short(&format!("{ids}\n"))[2], message(" third event", ""));

        // The data of the last one is not followed by an empty line.
        assert_eq!(short("data\n\ndata\ndata\n\ndata:"), [message("", ""), message("\n", "")]);

        let spaces = "data:test\n\ndata: test\n\n";
        assert_eq!(short(spaces), [message("test", ""), message("test", "")]);

        let types = "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n";
        let expected = [("add", "73857293"), ("remove", "2153"), ("add", "113411")];
        assert_eq!(short(types), expected.map(|(event, data)| (event.into(), data.into(), String::new())));
    }

    #[test]
    fn the_last_id_and_the_last_reconnection_time_stay() {
        let stream = "id: 1\nretry: 10\ndata: a\n\ndata: b\n\nid: 2\0\nretry: -1\nretry: 1s\ndata: c\n\nretry: 99999999999999999999\ndata: d\n\n";
        let found: Vec<_> =
            events(&[stream.as_bytes()]).into_iter().map(|event| (event.id, event.retry)).collect();
        assert_eq!(found, vec![("1".into(), Some(10)); 4]);
    }

    #[test]
    fn types_without_data_and_unknown_fields_are_ignored() {
        assert_eq!(short("event: a\n\ndata: b\n\nData: c\n\n data: d\n\nother: e\n\n"), [message("b", "")]);
    }

    #[test]
    fn every_line_end_and_a_byte_order_mark_are_accepted() {
        let expected = events(&[b"data: a\ndata: b\n\ndata: c\n\n"]);
        for stream in [
            "data: a\rdata: b\r\rdata: c\r\r",
            "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n",
            "\u{feff}data: a\ndata: b\r\rdata: c\r\n\n",
        ] {
            assert_eq!(events(&[stream.as_bytes()]), expected, "{stream:?}");
        }
        // A second mark is part of a field's name.
        assert_eq!(short("\u{feff}\u{feff}data: a\n\n"), []);
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(&*events(&[b"data: a\xffb\n\n"])[0].data, "a\u{fffd}b");
    }

    #[test]
    fn an_event_comes_with_the_first_byte_of_its_end() {
        let mut lines = Lines::default();
        lines.push(b"data: a\r\n\r").unwrap();
        let mut events = Events::default();
        assert_eq!(&*events.next(&mut lines).unwrap().unwrap().data, "a");
        lines.push(b"\ndata: b\n\n").unwrap();
        assert_eq!(&*events.next(&mut lines).unwrap().unwrap().data, "b");
    }

    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let parts = vec!["data", "event", "id", "retry", ":", " ", "\n", "\r", "\r\n", "x", "7", "\0", "ü"];
        let part = prop_oneof![
            9 => prop::sample::select(parts).prop_map(|part| part.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 1..4),
        ];
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    /// The standard's algorithm for a stream that is there as a whole, step by step.
    fn expected(stream: &[u8]) -> Vec<Event> {
        let text = String::from_utf8_lossy(stream);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
        let (complete, _) = text.rsplit_once('\n').unwrap_or(("", ""));
        let has_lines = text.contains('\n');
        let (mut found, mut data, mut event, mut id, mut retry) =
            (Vec::new(), String::new(), String::new(), String::new(), None);
        for line in complete.split('\n').filter(|_| has_lines) {
            if line.is_empty() {
                if !data.is_empty() {
                    data.pop();
                    let event = if event.is_empty() { "message" } else { &event };
                    found.push(Event {
                        event: event.into(),
                        data: data.as_str().into(),
                        id: id.as_str().into(),
                        retry,
                    });
                }
                data.clear();
                event.clear();
                continue;
            }
            let (field, value) = match line.find(':') {
                Some(colon) => (&line[..colon], &line[colon + 1..]),
                None => (line, ""),
            };
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut event),
                "data" => data = data + value + "\n",
                "id" if !value.contains('\0') => value.clone_into(&mut id),
                "retry" if value.chars().all(|c| c.is_ascii_digit()) && !value.is_empty() => {
                    retry = Some(value.parse().unwrap());
                }
                _ => {}
            }
        }
        found
    }

    proptest! {
        #[test]
        fn events_are_those_of_the_standard_however_they_come(stream in stream(), size in 1..8_usize) {
            let whole = events(&[&stream]);
            prop_assert_eq!(&whole, &expected(&stream));
            let pieces: Vec<_> = stream.chunks(size).collect();
            prop_assert_eq!(whole, events(&pieces));
        }
    }
}
