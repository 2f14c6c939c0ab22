//! The values of `format`.

use fluent_uri::{Iri, IriRef, Uri, UriRef};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A format that is checked.
#[derive(Clone, Copy)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    is_valid: fn(&str) -> bool,
}

const FORMATS: [Format; 18] = [
    Format { name: "date-time", is_valid: date_time },
    Format { name: "date", is_valid: date },
    Format { name: "time", is_valid: time },
    Format { name: "duration", is_valid: duration },
    Format { name: "email", is_valid: email },
    Format { name: "idn-email", is_valid: idn_email },
    Format { name: "hostname", is_valid: hostname },
    Format { name: "ipv4", is_valid: |text| text.parse::<Ipv4Addr>().is_ok() },
    Format { name: "ipv6", is_valid: |text| text.parse::<Ipv6Addr>().is_ok() },
    Format { name: "uri", is_valid: |text| Uri::parse(text).is_ok() },
    Format { name: "uri-reference", is_valid: |text| UriRef::parse(text).is_ok() },
    Format { name: "iri", is_valid: |text| Iri::parse(text).is_ok() },
    Format { name: "iri-reference", is_valid: |text| IriRef::parse(text).is_ok() },
    Format { name: "uri-template", is_valid: uri_template },
    Format { name: "uuid", is_valid: |text| text.len() == 36 && uuid::Uuid::try_parse(text).is_ok() },
    Format { name: "json-pointer", is_valid: json_pointer },
    Format { name: "relative-json-pointer", is_valid: relative_json_pointer },
    Format { name: "regex", is_valid: |text| crate::pattern::Pattern::compile(text, 1 << 20).is_ok() },
];

impl Format {
    /// The format of this name; `None` if it is not checked. `idn-hostname` needs tables that are larger than the rest.
    pub(crate) fn named(name: &str) -> Option<Self> {
        FORMATS.into_iter().find(|format| format.name == name)
    }

    pub(crate) fn is_valid(self, text: &str) -> bool {
        (self.is_valid)(text)
    }
}

/// Two parts at the first character for which `is` is true.
fn split(text: &str, is: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let at = text.find(is)?;
    Some((&text[..at], &text[at..]))
}

fn digits(text: &str, count: usize) -> Option<u32> {
    Some(text)
        .filter(|text| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()
}

fn date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut part = |count| digits(parts.next()?, count);
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else { return false };
    let small = |number: u32| i8::try_from(number).unwrap_or(i8::MAX);
    i16::try_from(year).is_ok_and(|year| jiff::civil::Date::new(year, small(month), small(day)).is_ok())
}

/// RFC 3339's `full-time`, with leap seconds at the end of a day in UTC.
fn time(text: &str) -> bool {
    let Some((clock, offset)) = split(text, |c| "Zz+-".contains(c)) else { return false };
    let (clock, fraction) = clock.split_once('.').map_or((clock, "0"), |(clock, fraction)| (clock, fraction));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mut parts = clock.splitn(3, ':').map(|part| digits(part, 2));
    let mut part = || parts.next().flatten();
    let (Some(hour), Some(minute), Some(second)) = (part(), part(), part()) else { return false };
    let minutes = if offset.eq_ignore_ascii_case("z") {
        Some(0)
    } else {
        offset[1..].split_once(':').and_then(|(hours, minutes)| {
            let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
            let minutes = i64::from((hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?);
            Some(if offset.starts_with('-') { -minutes } else { minutes })
        })
    };
    let Some(offset) = minutes else { return false };
    if hour > 23 || minute > 59 || second > 60 {
        return false;
    }
    let utc = (i64::from(hour * 60 + minute) - offset).rem_euclid(24 * 60);
    second < 60 || utc == 24 * 60 - 1
}

fn date_time(text: &str) -> bool {
    split(text, |c| c == 'T' || c == 't').is_some_and(|(day, clock)| date(day) && time(&clock[1..]))
}

/// ISO 8601's durations, as RFC 3339 has them.
fn duration(text: &str) -> bool {
    let Some(text) = text.strip_prefix('P') else { return false };
    if let Some(weeks) = text.strip_suffix('W') {
        return !weeks.is_empty() && weeks.bytes().all(|byte| byte.is_ascii_digit());
    }
    let (days, clock) = text.split_once('T').map_or((text, None), |(days, clock)| (days, Some(clock)));
    match clock {
        None => units(days, "YMD").is_some_and(|count| count > 0),
        Some(clock) => units(days, "YMD").is_some() && units(clock, "HMS").is_some_and(|count| count > 0),
    }
}

/// How many numbers with units there are, each unit the one after the last; `None` if there is anything else.
fn units(mut text: &str, units: &str) -> Option<usize> {
    let (mut count, mut last) = (0, None);
    while !text.is_empty() {
        let (number, rest) = split(text, |c| !c.is_ascii_digit())?;
        let unit = units.find(&rest[..rest.chars().next()?.len_utf8()])?;
        if number.is_empty() || last.is_some_and(|last| unit != last + 1) {
            return None;
        }
        (count, last, text) = (count + 1, Some(unit), &rest[1..]);
    }
    Some(count)
}

fn email(text: &str) -> bool {
    text.is_ascii() && idn_email(text)
}

/// RFC 5321's mailboxes; beyond ASCII, those of RFC 6531.
fn idn_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    let is_local = if is_quoted {
        quoted(&local[1..local.len() - 1])
    } else {
        let is_atom =
            |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
        local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
    };
    let is_domain = match domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']')) {
        Some(address) => match address.strip_prefix("IPv6:") {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => address.parse::<Ipv4Addr>().is_ok(),
        },
        None => idn_hostname(domain),
    };
    is_local && is_domain
}

/// The inside of a quoted string.
fn quoted(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let is_allowed = match c {
            '\\' => rest.next().is_some_and(|c| c == ' ' || c.is_ascii_graphic()),
            '"' => false,
            c => !c.is_control(),
        };
        if !is_allowed {
            return false;
        }
    }
    true
}

/// RFC 1123's names.
fn hostname(text: &str) -> bool {
    text.is_ascii() && idn_hostname(text)
}

/// Names of hosts, in which characters beyond ASCII are not looked at closely.
fn idn_hostname(text: &str) -> bool {
    let is_letter =
        |c: char| c.is_ascii_alphanumeric() || (!c.is_ascii() && !c.is_whitespace() && !c.is_control());
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| is_letter(c) || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
            // What has hyphens there is an encoded name, or reserved.
            && (label.get(2..4) != Some("--") || label.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("xn")))
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// RFC 6570: expressions in braces, and literals.
fn uri_template(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let Some((expression, after)) = rest[at..].strip_prefix('{').and_then(|rest| rest.split_once('}'))
        else {
            return false;
        };
        let names = expression.strip_prefix(['+', '#', '.', '/', ';', '?', '&', '=', ',', '!', '@', '|']);
        if !names.unwrap_or(expression).split(',').all(variable) {
            return false;
        }
        rest = after;
    }
    !text.contains(|c: char| c.is_control() || " \"'<>\\^`|".contains(c) && !text.contains('{'))
}

/// A variable of a template, with how much of it is taken.
fn variable(text: &str) -> bool {
    let name = text.strip_suffix('*').unwrap_or(text);
    let (name, length) = name.split_once(':').map_or((name, None), |(name, length)| (name, Some(length)));
    let is_length = length.is_none_or(|length| {
        (1..=4).contains(&length.len())
            && length.bytes().all(|byte| byte.is_ascii_digit())
            && !length.starts_with('0')
    });
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.%".contains(c);
    is_length && !name.is_empty() && name.chars().all(is_name)
}

fn json_pointer(text: &str) -> bool {
    let has_escapes = || text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    text.is_empty() || (text.starts_with('/') && has_escapes())
}

fn relative_json_pointer(text: &str) -> bool {
    let (number, rest) = split(text, |c| !c.is_ascii_digit()).unwrap_or((text, ""));
    let is_number = number == "0" || (!number.is_empty() && !number.starts_with('0'));
    is_number && (rest == "#" || json_pointer(rest))
}
