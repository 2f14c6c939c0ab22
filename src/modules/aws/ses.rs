//! `ses_send(message[, options])`.

use super::batches::map;
use super::options::Options;
use super::Caller;
use crate::modules::host::host;
use crate::modules::mail;
use rhai_vm::function::Call;
use rhai_vm::{Result, Value};

const OPERATION: &str = "SendEmail";

pub(super) fn send(call: &mut Call<'_>) -> Result<Value> {
    let (message, options) = (call.take_map(0)?, call.take_map(1)?);
    let caller = Caller::of(call);
    let read = Options::all(options, self::options);
    let (set, common) = read.map_err(|error| caller.thrown(error.of("sesv2", OPERATION)))?;
    // A message does not say who gets it blind.
    let mut destination = rhai_vm::Map::new();
    if message.get("bcc").is_some_and(|blind| !blind.is_unit()) {
        for (field, name) in [("to", "ToAddresses"), ("cc", "CcAddresses"), ("bcc", "BccAddresses")] {
            let addresses = mail::bare_addresses(&message, field)?;
            destination
                .insert(name.into(), addresses.into_iter().map(Value::from).collect::<Vec<_>>().into());
        }
    }
    let raw = mail::encode(host(call), &message, mail::FIELDS_TO_SEND)?;
    let mut parameters = map([("Content", map([("Raw", map([("Data", Value::blob(raw))]).into())]).into())]);
    if !destination.is_empty() {
        parameters.insert("Destination".into(), destination.into());
    }
    parameters.extend(set.map(|set| ("ConfigurationSetName".into(), set.into())));
    let response = caller.client.call("sesv2", OPERATION, &parameters, &common, caller.deadline.until());
    let response = response.map_err(|error| caller.thrown(error.of("sesv2", OPERATION)))?;
    Ok(response.get("MessageId").cloned().unwrap_or_default())
}

/// The configuration set, and what every call understands.
pub(super) fn options(options: &mut Options) -> aws::Result<(Option<String>, aws::Options)> {
    Ok((options.text("configuration_set")?, options.common()?))
}
