//! What can be special about an invocation of a soak, and how often it is.

/// What is special about an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Nothing: the event comes back.
    Plain,
    /// The first `/next` for it is closed without a byte; the second delivers it.
    NextClosed,
    /// The same with a reset.
    NextReset,
    /// The first `/next` for it is answered with 204.
    NextEmpty,
    /// It is delivered after a while.
    NextSlow,
    /// It is delivered chunked, and the connection is closed then.
    NextClosing,
    /// Its response is not answered: the connection is closed without a byte.
    ResponseClosed,
    /// The same with a reset.
    ResponseReset,
    /// Its response gets half an answer.
    ResponseBroken,
    /// Its response is refused, with this status.
    ResponseRefused(u16),
    /// Its response is answered after a while.
    ResponseSlow,
    /// Its event is no JSON.
    Garbage,
    /// The handler throws.
    Throws,
    /// The handler throws, and the connection is closed when the error comes.
    ThrowsClosed,
    /// The handler runs until its deadline.
    Overruns,
    /// The handler sends many requests at the same time.
    Requests,
    /// Its deadline has passed when it is delivered: emulators send such a thing.
    Late,
    /// The response is streamed.
    Streams,
    /// The response is streamed, and the handler throws in the middle.
    StreamsThrows,
    /// The response is streamed, and its reader goes away in the middle.
    StreamsBrokenOff,
    /// The response is streamed, and its reader is slow: the connection's buffers are full.
    StreamsSlowly,
    /// The handler throws a message of many lines, which is shortened.
    ThrowsLong,
    /// The handler searches with regular expressions.
    Searches,
    /// The handler makes closures that capture the variable they are stored in.
    Captures,
    /// The handler writes to a disk that is full.
    WritesTooMuch,
    /// Its response is answered twice at the same time.
    ResponseDoubled,
    /// The handler needs more memory than there is.
    Bomb,
}

/// Of 1000 invocations, so many are special; nothing is with the others.
const SHARES: [(u64, Kind); 29] = [
    (3, Kind::NextClosed),
    (3, Kind::NextReset),
    (2, Kind::NextEmpty),
    (2, Kind::NextSlow),
    (3, Kind::NextClosing),
    (3, Kind::ResponseClosed),
    (3, Kind::ResponseReset),
    (2, Kind::ResponseBroken),
    (1, Kind::ResponseRefused(400)),
    (1, Kind::ResponseRefused(403)),
    (1, Kind::ResponseRefused(410)),
    (1, Kind::ResponseRefused(413)),
    (2, Kind::ResponseSlow),
    (5, Kind::Garbage),
    (10, Kind::Throws),
    (1, Kind::ThrowsClosed),
    (1, Kind::Overruns),
    (5, Kind::Requests),
    (5, Kind::Late),
    (10, Kind::Streams),
    (5, Kind::StreamsThrows),
    (3, Kind::StreamsBrokenOff),
    (1, Kind::StreamsSlowly),
    (3, Kind::ThrowsLong),
    (5, Kind::Searches),
    (5, Kind::Captures),
    (3, Kind::WritesTooMuch),
    (3, Kind::ResponseDoubled),
    (1, Kind::Bomb),
];

impl Kind {
    pub(super) fn drawn(number: usize) -> Self {
        let mut place = random(number, 0) % 1000;
        for (share, kind) in SHARES {
            if place < share {
                return kind;
            }
            place -= share;
        }
        Self::Plain
    }

    /// Whether the connection is lost on which `/next` asks for it.
    pub(super) fn loses_next(self) -> bool {
        matches!(self, Self::NextClosed | Self::NextReset)
    }

    /// Whether its worker opens a new connection for the `/next` after it.
    pub(super) fn needs_new_connection(self) -> bool {
        matches!(self, Self::ResponseBroken | Self::ResponseDoubled | Self::StreamsBrokenOff | Self::Bomb)
    }

    /// How the table names it.
    pub(super) fn name(self) -> String {
        match self {
            Self::Plain => "nothing special".into(),
            Self::NextClosed => "`/next` closed without a byte".into(),
            Self::NextReset => "`/next` reset".into(),
            Self::NextEmpty => "`/next` answered with 204".into(),
            Self::NextSlow => "event delivered 5 ms late".into(),
            Self::NextClosing => "event in chunks, connection closed after it".into(),
            Self::ResponseClosed => "`/response` closed without a byte".into(),
            Self::ResponseReset => "`/response` reset".into(),
            Self::ResponseBroken => "`/response` answered in half".into(),
            Self::ResponseRefused(status) => format!("`/response` refused with {status}"),
            Self::ResponseSlow => "`/response` answered after 5 ms".into(),
            Self::Garbage => "event that is no JSON".into(),
            Self::Throws => "handler throws".into(),
            Self::ThrowsClosed => "handler throws, `/error` closed without a byte".into(),
            Self::Overruns => "handler runs into its deadline".into(),
            Self::Requests => "handler sends 16 requests with `http::all`".into(),
            Self::Late => "deadline past when delivered".into(),
            Self::Streams => "streamed response".into(),
            Self::StreamsThrows => "streamed response, handler throws in the middle".into(),
            Self::StreamsBrokenOff => "streamed response, reader goes away".into(),
            Self::StreamsSlowly => "streamed response of 1 MB, reader 20 ms late".into(),
            Self::ThrowsLong => "handler throws a message of 200 KB".into(),
            Self::Searches => "handler searches with regular expressions".into(),
            Self::Captures => "handler leaves closures that capture themselves".into(),
            Self::WritesTooMuch => "handler writes to a full disk".into(),
            Self::ResponseDoubled => "`/response` answered twice at the same time".into(),
            Self::Bomb => "handler needs more memory than there is".into(),
        }
    }
}

/// A random number that is the same each time (`SplitMix64`).
pub(super) fn random(number: usize, purpose: u64) -> u64 {
    let mut z = (number as u64 * 4 + purpose).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
