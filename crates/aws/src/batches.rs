//! Operations that accept a few entries at a time, and may refuse some of them.
//!
//! Entries are sent in batches, one after the other. Those that are refused for a temporary reason are sent again, with the
//! delays of the AWS SDKs. See "Batching requests" in the guide of SQS and "Handling failures with `PutEvents`" in that of
//! `EventBridge`.

use crate::client::{random, Client, Options};
use crate::error::{Error, Failure, Result};
use crate::retry;
use net::Until;
use rhai_vm::{Map, Value};

/// Services count the bytes of a batch; all of them accept so many.
const MAX_BYTES: usize = 256 * 1024;
/// What an entry has beside its strings: its id and the names of its members.
const OVERHEAD: usize = 200;
/// Codes of entries that may be accepted the next time, beside those of requests.
const TEMPORARY: [&str; 5] =
    ["InternalError", "InternalException", "InternalFailure", "InternalServerError", "ServiceUnavailable"];

/// An operation for several entries.
pub struct Batched {
    /// The service's name.
    pub service: &'static str,
    /// The operation's name.
    pub operation: &'static str,
    /// The most entries in a request.
    pub most: usize,
    /// The parameters for entries. The string is what all of them are sent to, such as a queue.
    pub parameters: fn(&str, Vec<Map>) -> Map,
    /// The entries that a response refuses.
    pub refused: fn(&Map, &[&Map]) -> Vec<Refused>,
}

/// An entry that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which one it is.
    pub index: usize,
    /// The service's code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl Client {
    /// Sends all entries, and returns those that were refused.
    ///
    /// # Errors
    /// As for [`Client::call`], unless another batch has been sent before: then the entries of the batch that fails are refused
    /// with its error.
    pub fn send_batches(
        &self,
        batched: &Batched,
        target: &str,
        entries: &[Map],
        options: &Options,
        until: Until,
    ) -> Result<Vec<Refused>> {
        self.check_batches(batched, target, entries, options)?;
        let mut refused = Vec::new();
        let mut start = 0;
        while start < entries.len() {
            let count = count(&entries[start..], batched.most);
            let numbers: Vec<_> = (start..start + count).collect();
            let mut last = Vec::new();
            match self.send_batch(batched, target, entries, numbers, &mut last, options, until) {
                Ok(()) => refused.append(&mut last),
                Err(Error::Failed(failure)) if start > 0 => {
                    let of_failure = |index| refused_by(index, &failure);
                    refused.extend((start..start + count).map(of_failure));
                }
                Err(error) => return Err(error),
            }
            start += count;
        }
        Ok(refused)
    }

    /// Checks all entries, so that nothing is sent if one is wrong.
    fn check_batches(
        &self,
        batched: &Batched,
        target: &str,
        entries: &[Map],
        options: &Options,
    ) -> Result<()> {
        let mut start = 0;
        while start < entries.len() {
            let count = count(&entries[start..], batched.most);
            let parameters = (batched.parameters)(target, entries[start..start + count].to_vec());
            let found = self.find(batched.service, batched.operation)?.with(options)?;
            found.draft(&parameters).map_err(|error| match error {
                Error::Failed(mut failure) if start > 0 => {
                    failure.message = format!("entries from index {start}: {}", failure.message);
                    Error::Failed(failure)
                }
                error => error,
            })?;
            start += count;
        }
        Ok(())
    }

    /// Sends one batch, and what is refused of it for a temporary reason once more.
    #[allow(clippy::too_many_arguments)]
    fn send_batch(
        &self,
        batched: &Batched,
        target: &str,
        entries: &[Map],
        mut numbers: Vec<usize>,
        refused: &mut Vec<Refused>,
        options: &Options,
        until: Until,
    ) -> Result<()> {
        for attempt in 1..=retry::ATTEMPTS {
            let sent: Vec<_> = numbers.iter().map(|number| &entries[*number]).collect();
            let parameters =
                (batched.parameters)(target, sent.iter().map(|entry| (*entry).clone()).collect());
            let result = match self.call(batched.service, batched.operation, &parameters, options, until) {
                Ok(result) => result,
                // A part of the batch has been accepted.
                Err(Error::Failed(failure)) if attempt > 1 => {
                    refused.extend(numbers.into_iter().map(|index| refused_by(index, &failure)));
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let mut pause = std::time::Duration::ZERO;
            let mut again = Vec::new();
            for mut entry in (batched.refused)(&result, &sent) {
                let Some(number) = numbers.get(entry.index) else { continue };
                entry.index = *number;
                match kind(&entry.code) {
                    retry::Kind::Final => refused.push(entry),
                    kind => {
                        pause = pause.max(retry::pause(kind, attempt, random(), None));
                        again.push(entry);
                    }
                }
            }
            if again.is_empty() {
                return Ok(());
            }
            if attempt == retry::ATTEMPTS || until.left().is_some_and(|left| left <= pause) {
                refused.append(&mut again);
                return Ok(());
            }
            log::debug!(
                "{} refuses {} entries; again in {} ms",
                batched.operation,
                again.len(),
                pause.as_millis()
            );
            if !until.wait(pause) {
                return Err(Error::Deadline);
            }
            numbers = again.iter().map(|entry| entry.index).collect();
        }
        Ok(())
    }
}

fn refused_by(index: usize, failure: &Failure) -> Refused {
    Refused { index, code: failure.code.clone(), message: failure.message.clone() }
}

fn kind(code: &str) -> retry::Kind {
    if TEMPORARY.contains(&code) {
        return retry::Kind::Transient;
    }
    retry::kind(&Failure { code: code.to_owned(), ..Failure::default() })
}

/// So many of the entries are in the next request.
fn count(entries: &[Map], most: usize) -> usize {
    let mut bytes = 0;
    let fits = |entry: &&Map| {
        bytes += OVERHEAD + entry.values().map(size).sum::<usize>();
        bytes <= MAX_BYTES
    };
    // One that is too large by itself is for the service to refuse.
    entries.iter().take(most).take_while(fits).count().max(1)
}

fn size(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Map(map) => map.iter().map(|(name, value)| name.len() + size(value)).sum(),
        Value::Array(items) => items.iter().map(size).sum(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_limited_in_entries_and_bytes() {
        let entry = |length: usize| {
            let mut map = Map::new();
            map.insert("Body".into(), "x".repeat(length).into());
            map
        };
        let entries: Vec<_> = (0..25).map(|_| entry(10)).collect();
        assert_eq!(count(&entries, 10), 10);
        assert_eq!(count(&entries[20..], 10), 5);
        let entries: Vec<_> = (0..10).map(|_| entry(100_000)).collect();
        assert_eq!(count(&entries, 10), 2);
        assert_eq!(count(&[entry(300_000), entry(1)], 10), 1);
    }

    #[test]
    fn internal_errors_and_throttling_are_temporary() {
        assert_eq!(kind("InternalFailure"), retry::Kind::Transient);
        assert_eq!(kind("ThrottlingException"), retry::Kind::Throttling);
        assert_eq!(kind("SlowDown"), retry::Kind::Throttling);
        assert_eq!(kind("AccessDenied"), retry::Kind::Final);
    }
}
