//! `s3_get_json` and `s3_copy`.

use super::batches::map;
use super::options::Options;
use super::{s3, Caller};
use crate::modules::arguments::error;
use crate::value;
use rhai_vm::function::Call;
use rhai_vm::{memory, Map, Result, Value};

pub(super) fn get_json(call: &mut Call<'_>) -> Result<Value> {
    let options = call.take_map(2)?;
    let caller = Caller::of(call);
    let object = caller.on_object("GET", call.str(0), call.str(1), options);
    let object = object.map_err(|error| caller.thrown(error.of("s3", "s3_get_json")))?;
    value::decode(&object.body).map_err(|problem| {
        let message = format!("the object \"{}\" in \"{}\" is not JSON: {problem}", call.str(1), call.str(0));
        memory::stopped().unwrap_or_else(|| error("JsonError", message))
    })
}

pub(super) fn copy(call: &mut Call<'_>) -> Result<Value> {
    let options = call.take_map(4)?;
    let caller = Caller::of(call);
    let copied = caller.copy([call.str(0), call.str(1)], [call.str(2), call.str(3)], options);
    copied.map(Value::from).map_err(|error| caller.thrown(error.of("s3", "s3_copy")))
}

/// What is copied of an object, and what is stored of the copy beside its body.
pub(super) struct Copied {
    version_id: Option<String>,
    content_type: Option<String>,
    metadata: Vec<(String, String)>,
}

pub(super) fn copy_options(options: &mut Options) -> aws::Result<(Copied, aws::Options)> {
    let copied = Copied {
        version_id: options.text("version_id")?,
        content_type: options.text("content_type")?,
        metadata: options.pairs("metadata")?,
    };
    Ok((copied, options.common()?))
}

impl Caller {
    fn copy(&self, from: [&str; 2], to: [&str; 2], options: Map) -> aws::Result<Map> {
        for [bucket, key] in [from, to] {
            s3::object("HEAD", bucket, key)?;
        }
        let (Copied { version_id, content_type, metadata }, common) = Options::all(options, copy_options)?;
        let mut source = map([("Bucket", from[0].into()), ("Key", from[1].into())]);
        source.extend(version_id.map(|id| ("VersionId".into(), id.into())));
        let mut parameters =
            map([("CopySource", source.into()), ("Bucket", to[0].into()), ("Key", to[1].into())]);
        if content_type.is_some() || !metadata.is_empty() {
            // S3 replaces both, or neither.
            parameters.insert("MetadataDirective".into(), "REPLACE".into());
            let metadata: Map =
                metadata.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            parameters.insert("Metadata".into(), metadata.into());
            parameters.extend(content_type.map(|value| ("ContentType".into(), value.into())));
        }
        let copied = self.client.call("s3", "CopyObject", &parameters, &common, self.deadline.until())?;
        let etag =
            copied.get("CopyObjectResult").and_then(Value::as_map).and_then(|result| result.get("ETag"));
        let etag = etag.and_then(Value::as_str).map_or(Value::Unit, |etag| s3::etag(etag));
        let version = copied.get("VersionId").cloned().unwrap_or_default();
        Ok(map([("etag", etag), ("version_id", version)]))
    }
}
