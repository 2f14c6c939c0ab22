//! What the functions of `aws` accept, without calling them: for tools that look at scripts.

use super::options::Options;
use super::{batches, converse, lambda, objects, operation, pages, s3, ses, wait};
use crate::modules::accepted;
use crate::modules::mail::{self, FIELDS_TO_SEND};
use aws::Result;
use rhai_vm::module::{OptionsParam, OptionsRead};
use rhai_vm::Map;

pub(crate) use super::all::check as call;

pub(super) const OPTIONS: &[OptionsParam] = &[
    of("aws::call", |options| read(options, operation::options)),
    of("aws::pages", |options| read(options, pages::options)),
    of("aws::items", |options| read(options, pages::options)),
    of("aws::wait", |options| read(options, wait::options)),
    // The options of each call.
    OptionsParam::new("aws::all", "calls", |options| read(options, Options::operation)),
    of("aws::request", |options| read(options, |options| options.request(&mut aws::Rest::default()))),
    of("aws::presign", |options| {
        read(options, |options| options.presigned_request(&mut aws::Rest::default()))
    })
    .beside("path"),
    of("aws::presign", |options| read(options, Options::presigned)).beside("operation"),
    of("aws::s3_get", |options| read(options, s3::get_options)),
    of("aws::s3_lines", |options| read(s3::streamed(options), s3::get_options)),
    of("aws::s3_put", |options| read(options, s3::put_options)),
    of("aws::s3_head", |options| read(options, s3::object_options)),
    of("aws::s3_list", |options| read(options, s3::list_options)),
    of("aws::s3_presign_post", |options| read(options, s3::form_options)),
    of("aws::s3_get_json", |options| read(options, s3::object_options)),
    of("aws::s3_copy", |options| read(options, objects::copy_options)),
    of("aws::s3_delete_all", |options| read(options, Options::common)),
    of("aws::s3_delete", |options| read(options, s3::object_options)),
    of("aws::sqs_send_all", |options| read(options, batches::message_options)),
    of("aws::events_put_all", |options| read(options, batches::event_options)),
    OptionsParam::new("aws::ses_send", "message", |message| mail::check(&message, FIELDS_TO_SEND)),
    of("aws::ses_send", |options| read(options, ses::options)),
    of("aws::converse", |options| read(options, converse::options)),
    of("aws::lambda_invoke", |options| read(options, lambda::options)),
];

const fn of(function: &'static str, read: fn(Map) -> OptionsRead) -> OptionsParam {
    OptionsParam::new(function, "options", read)
}

/// Reads options as [`Options::all`] does.
pub(in crate::modules) fn read<T>(options: Map, take: impl FnOnce(&mut Options) -> Result<T>) -> OptionsRead {
    accepted::read(options, |options| {
        let taken = take(options)?;
        options.end()?;
        Ok(taken)
    })
}
