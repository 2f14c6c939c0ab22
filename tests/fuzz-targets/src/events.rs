//! Lines and server-sent events of response bodies.

use rhambda::lines::{Ends, Lines};
use rhambda::sse::{Event, Events};

/// The body of a response: its lines and its server-sent events are the same however they arrive.
pub fn events(data: &[u8]) {
    let whole = events_of(&mut [data].into_iter());
    for size in [1, 2, 7] {
        assert_eq!(events_of(&mut data.chunks(size)), whole);
        assert_eq!(lines_of(&mut data.chunks(size)), lines_of(&mut [data].into_iter()));
    }
    for event in whole {
        assert!(!event.event.is_empty() && !event.event.contains(['\r', '\n']), "{event:?}");
        assert!(!event.id.contains(['\r', '\n', '\0']) && !event.data.contains('\r'), "{event:?}");
        assert!(event.retry.is_none_or(|time| time >= 0), "{event:?}");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let expected: Vec<_> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
        assert_eq!(lines_of(&mut [data].into_iter()), expected);
    }
}

fn events_of(pieces: &mut dyn Iterator<Item = &[u8]>) -> Vec<Event> {
    let (mut lines, mut events, mut found) = (Lines::default(), Events::default(), Vec::new());
    for piece in pieces {
        lines.push(piece).expect("there is memory for it");
        while let Some(event) = events.next(&mut lines).expect("there is memory for it") {
            found.push(event);
        }
    }
    found
}

fn lines_of(pieces: &mut dyn Iterator<Item = &[u8]>) -> Vec<Vec<u8>> {
    let (mut lines, mut found) = (Lines::default(), Vec::new());
    for piece in pieces {
        lines.push(piece).expect("there is memory for it");
        while let Some(line) = lines.next(Ends::LineFeeds) {
            found.push(line.to_vec());
        }
    }
    found.extend(lines.last().map(<[u8]>::to_vec));
    found
}
