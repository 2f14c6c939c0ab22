//! `mail::encode`: messages with texts and attachments.

mod mime;

use super::accepted;
use super::arguments::{error, known_fields};
use super::host::{host, Host};
use crate::time::Time;
use crate::value::type_of;
use mime::Part;
use rhai_vm::module::{OptionsParam, OptionsRead};
use rhai_vm::{module, Error, Map, Result, Value};
use std::fmt::Write as _;

/// The most addresses of a message: SES has 50 recipients.
const MAX_ADDRESSES: usize = 1000;
/// The longest line of a header that all servers accept (RFC 5322, section 2.1.1).
const MAX_ADDRESS: usize = 320;
/// What errors call a message.
const WHAT: &str = "a message of mail::encode";
const FIELDS: &[&str] = match FIELDS_TO_SEND.split_last() {
    Some((_, fields)) => fields,
    None => &[],
};
/// The fields of a message that is sent: at the end also who gets it without being named in it.
pub(super) const FIELDS_TO_SEND: &[&str] = &[
    "attachments",
    "cc",
    "date",
    "from",
    "headers",
    "html",
    "message_id",
    "reply_to",
    "subject",
    "text",
    "to",
    "bcc",
];
/// Headers that are made of the other fields, or that only one part of a message has.
const OWN_HEADERS: [&str; 11] = [
    "bcc",
    "cc",
    "content-disposition",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
];

module! {
    /// E-mail messages (MIME), with texts, HTML and attachments, to be sent with SES.
    "`mail`"

    namespace "mail" {
        /// Returns a message as the bytes that SES accepts as `Raw`. The message is a map:
        ///
        /// | key | value |
        /// |---|---|
        /// | `from` | an address; required |
        /// | `to`, `cc`, `reply_to` | an address, or an array of them |
        /// | `subject` | a string |
        /// | `text`, `html` | the body; one of them, or both as alternatives |
        /// | `attachments` | an array of maps with `filename`, `data` (a string or a blob), `content_type` (`application/octet-stream` by default) and, for images that the HTML shows as `cid:ID`, `content_id` |
        /// | `headers` | a map of other headers, such as `List-Unsubscribe` |
        /// | `date`, `message_id` | a time, now by default; and a string without `<` and `>`, random by default |
        ///
        /// An address is a string, `ada@example.com` or `Ada Lovelace <ada@example.com>`, or a map with `name` and `address`. Characters
        /// beyond ASCII are encoded, in headers and bodies, but addresses must be ASCII. There is no `bcc`: name such recipients only
        /// in the `Destination` of the call. Throws `MailError` for line breaks in headers, so that nobody can add headers of their own.
        ///
        /// ```rhai
        /// let message = mail::encode(#{ from: "shop@example.com", to: "Ada <ada@example.com>", subject: "Bestätigung", text: "Danke!" });
        /// message.as_string().contains("To: \"Ada\" <ada@example.com>\r\n") // → true
        /// message.as_string().contains("Subject: =?utf-8?B?") // → true
        /// mail::encode(#{ from: "shop@example.com", subject: "Hi\r\nBcc: eve@example.com", text: "" }) // ✗ MailError
        /// ```
        ///
        /// This sends it:
        ///
        /// ```text
        /// aws::call("sesv2", "SendEmail", #{ Content: #{ Raw: #{ Data: message } } })
        /// ```
        new "encode" (message: Map) -> Blob throws MailError = |call| {
            let message = call.take_map(0)?;
            encode(host(call), &message, FIELDS).map(Value::blob)
        };
    }

    options OPTIONS;
}

fn problem(message: impl Into<String>) -> Error {
    error("MailError", message)
}

/// The addresses of a field alone, without names.
pub(super) fn bare_addresses<'a>(message: &'a Map, field: &str) -> Result<Vec<&'a str>> {
    Ok(addresses(message, field)?.into_iter().map(|mailbox| mailbox.address).collect())
}

/// The message, which has no other fields than these, as bytes.
pub(super) fn encode(host: &Host, message: &Map, fields: &[&str]) -> Result<Vec<u8>> {
    known_fields(message, fields, WHAT)?;
    let from = sender(message)?;
    let id = match text(message, "message_id")? {
        Some(id) => checked_id(id)?.to_owned(),
        None => format!("{}@{}", unique(host)?, from.address.rsplit('@').next().unwrap_or("localhost")),
    };
    let mut head = mime::mailboxes("From", &[from.show()]);
    for (field, header) in [("to", "To"), ("cc", "Cc"), ("reply_to", "Reply-To")] {
        let addresses: Vec<_> = addresses(message, field)?.iter().map(Mailbox::show).collect();
        if !addresses.is_empty() {
            head.push_str(&mime::mailboxes(header, &addresses));
        }
    }
    if let Some(subject) = text(message, "subject")? {
        head.push_str(&mime::header("Subject", checked(subject, "subject")?));
    }
    for (name, value) in headers(message)? {
        head.push_str(&mime::header(name, value));
    }
    let _ = write!(head, "Date: {}\r\nMessage-ID: <{id}>\r\nMIME-Version: 1.0\r\n", date(host, message)?);
    let mut encoded = head.into_bytes();
    body(message)?.write(&mut encoded)?;
    Ok(encoded)
}

fn sender(message: &Map) -> Result<Mailbox<'_>> {
    let mut from = addresses(message, "from")?;
    match (from.pop(), from.is_empty()) {
        (Some(from), true) => Ok(from),
        _ => Err(problem("a message has one address `from`")),
    }
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("mail::encode", "message", |message| check(&message, FIELDS))];

/// Reads a message with these fields, without encoding it.
pub(super) fn check(message: &Map, fields: &[&'static str]) -> OptionsRead {
    accepted::fields(message, fields, WHAT, check_field, |message| {
        sender(message)?;
        body(message).map(drop)
    })
}

/// Checks a field by itself.
fn check_field(message: &Map, field: &str) -> Result<()> {
    match field {
        "from" | "to" | "cc" | "bcc" | "reply_to" => addresses(message, field).map(drop),
        "subject" => text(message, field)?.map_or(Ok(()), |subject| checked(subject, field).map(drop)),
        "message_id" => text(message, field)?.map_or(Ok(()), |id| checked_id(id).map(drop)),
        "date" => time(message).map(drop),
        "headers" => headers(message).map(drop),
        "attachments" => attachments(message).map(drop),
        _ => text(message, field).map(drop),
    }
}

/// A string of the message.
fn text<'a>(message: &'a Map, field: &str) -> Result<Option<&'a str>> {
    match message.get(field) {
        None | Some(Value::Unit) => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text)),
        Some(other) => {
            Err(problem(format!("`{field}` of a message must be a string, not {}", type_of(other))))
        }
    }
}

/// A value of a header, in which there is nothing that could end it.
fn checked<'a>(value: &'a str, field: &str) -> Result<&'a str> {
    match value.find(|c: char| c.is_control() && c != '\t') {
        None => Ok(value),
        Some(at) => Err(problem(format!(
            "`{field}` of a message has a line break or another control character at byte {}: {value:?}",
            at + 1
        ))),
    }
}

fn checked_id(id: &str) -> Result<&str> {
    if !id.is_empty()
        && id.len() <= MAX_ADDRESS
        && id.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'))
    {
        Ok(id)
    } else {
        Err(problem(format!("{id:?} is not an ID: use visible ASCII characters without `<` and `>`")))
    }
}

/// Somebody who has an address.
struct Mailbox<'a> {
    name: &'a str,
    address: &'a str,
}

impl<'a> Mailbox<'a> {
    fn show(&self) -> String {
        mime::mailbox(self.name, self.address)
    }

    fn of(value: &'a Value, field: &str) -> Result<Self> {
        let (name, address) = match value {
            Value::Str(text) => match text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
                Some((name, address)) => (name.trim().trim_matches('"'), address),
                None => ("", text.trim()),
            },
            Value::Map(map) => {
                known_fields(map, &["address", "name"], "an address of mail::encode")?;
                (text(map, "name")?.unwrap_or_default(), text(map, "address")?.unwrap_or_default())
            }
            other => {
                let kind = type_of(other);
                return Err(problem(format!("`{field}` of a message must be an address, not {kind}")));
            }
        };
        checked(name, field)?;
        if is_address(address) {
            Ok(Self { name, address })
        } else {
            Err(problem(format!("`{field}` of a message has an invalid address: {address:?}")))
        }
    }
}

/// Whether it is `name@domain` without quotes and comments, which no provider has.
fn is_address(address: &str) -> bool {
    let is_part = |part: &str, others: &str| {
        let is_char = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && part.chars().all(is_char)
    };
    address.len() <= MAX_ADDRESS
        && address
            .rsplit_once('@')
            .is_some_and(|(local, domain)| is_part(local, ".!#$%&'*+-/=?^_`{|}~") && is_part(domain, ".-"))
}

fn addresses<'a>(message: &'a Map, field: &str) -> Result<Vec<Mailbox<'a>>> {
    match message.get(field) {
        None | Some(Value::Unit) => Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() > MAX_ADDRESSES => {
            Err(problem(format!("`{field}` of a message has more than {MAX_ADDRESSES} addresses")))
        }
        Some(Value::Array(items)) => items.iter().map(|item| Mailbox::of(item, field)).collect(),
        Some(value) => Ok(vec![Mailbox::of(value, field)?]),
    }
}

fn unique(host: &Host) -> Result<String> {
    let id = host.world.uuid_v4().map_err(|problem| problem.to_string());
    id.map(|id| id.to_string()).map_err(problem)
}

fn date(host: &Host, message: &Map) -> Result<String> {
    let time = match time(message)? {
        Some(time) => time.clone(),
        None => Time::from_unix_ms(host.world.unix_ms()).map_err(problem)?,
    };
    time.format("%a, %d %b %Y %H:%M:%S %z").map_err(problem)
}

fn time(message: &Map) -> Result<Option<&Time>> {
    match message.get("date") {
        None | Some(Value::Unit) => Ok(None),
        Some(value) => match value.as_host::<Time>() {
            Some(time) => Ok(Some(time)),
            None => Err(problem(format!("`date` of a message must be a time, not {}", type_of(value)))),
        },
    }
}

fn headers(message: &Map) -> Result<Vec<(&str, &str)>> {
    let Some(headers) = message.get("headers").filter(|headers| !headers.is_unit()) else {
        return Ok(Vec::new());
    };
    let Some(headers) = headers.as_map() else {
        return Err(problem(format!("`headers` of a message must be a map, not {}", type_of(headers))));
    };
    let mut checked_headers = Vec::new();
    for (name, value) in headers {
        let is_name = !name.is_empty()
            && name.len() < 70
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !is_name || OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return Err(problem(format!("{name:?} cannot be among the `headers` of a message")));
        }
        let Some(value) = value.as_str() else {
            return Err(problem(format!("the header {name:?} must be a string, not {}", type_of(value))));
        };
        checked_headers.push((name.as_str(), checked(value, name)?));
    }
    Ok(checked_headers)
}

/// The texts and the attachments.
fn body(message: &Map) -> Result<Part<'_>> {
    let mut attached = Vec::new();
    let mut shown = Vec::new();
    for attachment in attachments(message)? {
        if attachment.is_shown { &mut shown } else { &mut attached }.push(attachment.part);
    }
    let text = text(message, "text")?.map(|text| Part::text("plain", text));
    let html = self::text(message, "html")?.map(|html| Part::text("html", html));
    let html = match html {
        Some(html) if !shown.is_empty() => {
            shown.insert(0, html);
            Some(Part::Several("related", shown))
        }
        None if !shown.is_empty() => {
            return Err(problem("attachments with a `content_id` need `html` that shows them"))
        }
        html => html,
    };
    let body = match (text, html) {
        (Some(text), Some(html)) => Part::Several("alternative", vec![text, html]),
        (Some(body), None) | (None, Some(body)) => body,
        (None, None) => return Err(problem("a message has `text`, `html` or both")),
    };
    if attached.is_empty() {
        return Ok(body);
    }
    attached.insert(0, body);
    Ok(Part::Several("mixed", attached))
}

struct Attachment<'a> {
    part: Part<'a>,
    /// Within the HTML.
    is_shown: bool,
}

/// The fields of an attachment.
pub(crate) const ATTACHMENT: &[&str] = &["content_id", "content_type", "data", "filename"];

fn attachments(message: &Map) -> Result<Vec<Attachment<'_>>> {
    match message.get("attachments") {
        None | Some(Value::Unit) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(attachment).collect(),
        Some(other) => {
            Err(problem(format!("`attachments` of a message must be an array, not {}", type_of(other))))
        }
    }
}

fn attachment(value: &Value) -> Result<Attachment<'_>> {
    let Some(attachment) = value.as_map() else {
        return Err(problem(format!("an attachment must be a map, not {}", type_of(value))));
    };
    known_fields(attachment, ATTACHMENT, "an attachment of mail::encode")?;
    let data = match attachment.get("data") {
        Some(Value::Str(text)) => text.as_bytes(),
        Some(Value::Blob(bytes)) => bytes.as_slice(),
        other => {
            let kind = other.map_or("()", type_of);
            return Err(problem(format!("`data` of an attachment must be a string or a blob, not {kind}")));
        }
    };
    let content_type = text(attachment, "content_type")?.unwrap_or("application/octet-stream");
    let is_type = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '+' | '_' | '/');
    if !content_type.chars().all(is_type) || content_type.split('/').count() != 2 {
        return Err(problem(format!("{content_type:?} is not a content type such as \"image/png\"")));
    }
    if content_type.to_ascii_lowercase().starts_with("multipart/") {
        return Err(problem(format!("an attachment cannot be a {content_type:?}")));
    }
    let filename = checked(text(attachment, "filename")?.unwrap_or_default(), "filename")?;
    let id = text(attachment, "content_id")?.map(checked_id).transpose()?;
    if id.is_none() && filename.is_empty() {
        return Err(problem("an attachment has a `filename`"));
    }
    let disposition = if id.is_some() { "inline" } else { "attachment" };
    let head = mime::attachment(content_type, disposition, filename, id);
    Ok(Attachment { part: Part::Leaf { head, data }, is_shown: id.is_some() })
}
