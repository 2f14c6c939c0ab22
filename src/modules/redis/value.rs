//! Replies as values.

use ::clients::redis::Reply;
use rhai_vm::{json, memory, Map, Result, Value};

/// The value of a reply, in which an error is its message.
pub(super) fn from_reply(reply: Reply) -> Result<Value> {
    Ok(match reply {
        Reply::Null => Value::Unit,
        Reply::Boolean(value) => value.into(),
        Reply::Integer(value) => value.into(),
        Reply::Double(value) => value.into(),
        Reply::Text(text) | Reply::Error(text) => text.into(),
        Reply::Bytes(bytes) => {
            memory::needs(bytes.len())?;
            match String::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(error) => Value::blob(error.into_bytes()),
            }
        }
        Reply::Array(items) => {
            memory::needs(items.len() * size_of::<Value>())?;
            items.into_iter().map(from_reply).collect::<Result<Vec<_>>>()?.into()
        }
        Reply::Map(entries) => {
            memory::needs(entries.len() * 2 * size_of::<Value>())?;
            let mut map = Map::new();
            for (key, value) in entries {
                map.insert(json::key(&from_reply(key)?.to_string()), from_reply(value)?);
            }
            map.into()
        }
    })
}

/// A string as a blob.
pub(super) fn blob(reply: Reply) -> Result<Value> {
    match reply {
        Reply::Bytes(bytes) => Ok(Value::blob(bytes)),
        reply => from_reply(reply),
    }
}

/// A map, which is an array in the protocol before Redis 6.
pub(super) fn map(reply: Reply) -> Result<Value> {
    let Reply::Array(items) = reply else { return from_reply(reply) };
    let mut entries = Vec::new();
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        entries.push((key, value));
    }
    from_reply(Reply::Map(entries))
}
