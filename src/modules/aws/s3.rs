//! Objects in S3: `s3_get`, `s3_lines`, `s3_put`, `s3_head`, `s3_list`, `s3_delete`.

use super::download::Target;
use super::options::{set_body, Options, EXPIRES};
use super::{invalid, Caller};
use crate::modules::host::host;
use crate::modules::http::{self, response::Response};
use crate::xml;
use percent_encoding::percent_decode_str;
use rhai_vm::function::Call;
use rhai_vm::{Map, Result, Value};
use serde_json::Value as Json;
use std::time::{Duration, SystemTime};

/// What the headers of one's own metadata begin with.
const METADATA: &str = "x-amz-meta-";

/// Names and values.
type Pairs = Vec<(String, String)>;

pub(super) fn get(call: &mut Call<'_>) -> Result<Value> {
    let options = call.take_map(2)?;
    read(call, "s3_get", options).map(Value::from)
}

pub(super) fn lines(call: &mut Call<'_>) -> Result<Value> {
    let options = streamed(call.take_map(2)?);
    http::lines(&read(call, "s3_lines", options)?)
}

/// The options of `s3_lines`, as `s3_get` has them.
pub(super) fn streamed(mut options: Map) -> Map {
    options.insert("stream".into(), true.into());
    options
}

/// Gets an object.
fn read(call: &Call<'_>, name: &str, options: Map) -> Result<Response> {
    let s3 = Caller::of(call);
    let request = || {
        let (version, target, common) = Options::all(options, get_options)?;
        Ok((version.request("GET", call.str(0), call.str(1))?, target, common))
    };
    let (rest, target, common) = request().map_err(|error: aws::Error| s3.thrown(error.of("s3", name)))?;
    s3.receive(host(call), "s3", &rest, target, &common, name)
}

pub(super) fn head(call: &mut Call<'_>) -> Result<Value> {
    on_object(call, "s3_head", Caller::head)
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value> {
    on_object(call, "s3_delete", Caller::delete)
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value> {
    on_object(call, "s3_list", Caller::list)
}

pub(super) fn put(call: &mut Call<'_>) -> Result<Value> {
    let (body, options) = (call.take(2), call.take_map(3)?);
    let s3 = Caller::of(call);
    let stored = s3.put(call.str(0), call.str(1), body, options);
    stored.map(Value::from).map_err(|error| s3.thrown(error.of("s3", "s3_put")))
}

pub(super) fn presign_post(call: &mut Call<'_>) -> Result<Value> {
    on_object(call, "s3_presign_post", Caller::presign_post)
}

/// Calls a function of a bucket, a key (or a prefix) and options.
fn on_object<T: Into<Value>>(
    call: &mut Call<'_>,
    name: &str,
    function: fn(&Caller, &str, &str, Map) -> aws::Result<T>,
) -> Result<Value> {
    let options = call.take_map(2)?;
    let s3 = Caller::of(call);
    let result = function(&s3, call.str(0), call.str(1), options);
    result.map(Into::into).map_err(|error| s3.thrown(error.of("s3", name)))
}

impl Caller {
    fn head(&self, bucket: &str, key: &str, options: Map) -> aws::Result<Map> {
        self.on_object("HEAD", bucket, key, options).map(|response| description(&response))
    }

    fn delete(&self, bucket: &str, key: &str, options: Map) -> aws::Result<()> {
        self.on_object("DELETE", bucket, key, options).map(|_| ())
    }

    pub(super) fn on_object(
        &self,
        method: &str,
        bucket: &str,
        key: &str,
        options: Map,
    ) -> aws::Result<net::Response> {
        let (version, common) = Options::all(options, object_options)?;
        self.send("s3", &version.request(method, bucket, key)?, &common)
    }

    fn presign_post(&self, bucket: &str, key: &str, options: Map) -> aws::Result<Map> {
        let (Form { fields, max_size, expires }, common) = Options::all(options, form_options)?;
        // The same names are valid as for other requests.
        object("POST", bucket, key)?;
        let upload = aws::post::Upload { bucket: bucket.to_owned(), key: key.to_owned(), fields, max_size };
        let form = self.client.presign_post(&upload, expires, &common, self.deadline.until())?;
        let fields: Map = form.fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Ok(Map::from_entries(vec![("url".into(), form.url.into()), ("fields".into(), fields.into())]))
    }

    fn put(&self, bucket: &str, key: &str, body: Value, options: Map) -> aws::Result<Map> {
        let (Stored { headers, metadata, content_type }, common) = Options::all(options, put_options)?;
        let mut rest = object("PUT", bucket, key)?;
        rest.headers = headers;
        rest.headers.extend(metadata.into_iter().map(|(name, value)| (format!("{METADATA}{name}"), value)));
        let usual_type = set_body(&mut rest, body)?;
        match content_type {
            Some(content_type) => rest.headers.push(("content-type".to_owned(), content_type)),
            None => rest.default_header("content-type", usual_type),
        }
        let response = self.send("s3", &rest, &common)?;
        let mut stored = Map::new();
        stored.insert("etag".into(), etag(response.header("etag").unwrap_or_default()));
        stored.insert("version_id".into(), Value::from(response.header("x-amz-version-id")));
        Ok(stored)
    }

    fn list(&self, bucket: &str, prefix: &str, options: Map) -> aws::Result<Vec<Value>> {
        let (limit, common) = Options::all(options, list_options)?;
        let mut objects = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let mut rest = aws::Rest::new("GET", path_of(bucket)?);
            let mut ask = |key: &str, value: String| rest.query.push((key.to_owned(), value));
            ask("list-type", "2".to_owned());
            // XML cannot hold every character that a key can.
            ask("encoding-type", "url".to_owned());
            ask("max-keys", (limit - objects.len()).min(1000).to_string());
            ask("prefix", prefix.to_owned());
            if let Some(token) = next {
                ask("continuation-token", token);
            }
            let response = self.client.request("s3", &rest, &common, self.deadline.until())?;
            let page = Page::parse(&response)?;
            objects.extend(page.objects);
            next = page.next;
            if next.is_none() || objects.len() >= limit {
                return Ok(objects);
            }
        }
    }
}

/// A version of an object, and headers of the request about it.
pub(super) struct Version {
    id: Option<String>,
    headers: Pairs,
}

impl Version {
    fn of(options: &mut Options) -> aws::Result<Self> {
        Ok(Self { id: options.text("version_id")?, headers: options.pairs("headers")? })
    }

    fn request(self, method: &str, bucket: &str, key: &str) -> aws::Result<aws::Rest> {
        let mut rest = object(method, bucket, key)?;
        rest.query.extend(self.id.map(|id| ("versionId".to_owned(), id)));
        rest.headers = self.headers;
        Ok(rest)
    }
}

/// The options of functions that send a request about an object.
pub(super) fn object_options(options: &mut Options) -> aws::Result<(Version, aws::Options)> {
    Ok((Version::of(options)?, options.common()?))
}

pub(super) fn get_options(options: &mut Options) -> aws::Result<(Version, Target, aws::Options)> {
    Ok((Version::of(options)?, Target::of(options)?, options.common()?))
}

/// What is stored of an object beside its body.
pub(super) struct Stored {
    headers: Pairs,
    metadata: Pairs,
    content_type: Option<String>,
}

pub(super) fn put_options(options: &mut Options) -> aws::Result<(Stored, aws::Options)> {
    let stored = Stored {
        headers: options.pairs("headers")?,
        metadata: options.pairs("metadata")?,
        content_type: options.text("content_type")?,
    };
    Ok((stored, options.common()?))
}

pub(super) fn list_options(options: &mut Options) -> aws::Result<(usize, aws::Options)> {
    Ok((options.count("limit")?.unwrap_or(usize::MAX), options.common()?))
}

/// What a form for an upload allows.
pub(super) struct Form {
    fields: Pairs,
    max_size: Option<usize>,
    expires: Duration,
}

pub(super) fn form_options(options: &mut Options) -> aws::Result<(Form, aws::Options)> {
    let form = Form {
        fields: options.pairs("fields")?,
        max_size: options.count("max_size")?,
        expires: options.seconds("expires")?.unwrap_or(EXPIRES),
    };
    Ok((form, options.common()?))
}

/// A request about an object.
pub(super) fn object(method: &str, bucket: &str, key: &str) -> aws::Result<aws::Rest> {
    if key.is_empty() {
        return Err(invalid("the key of the object is empty"));
    }
    let path = format!("{}/{}", path_of(bucket)?, aws::encode_path(key));
    Ok(aws::Rest::new(method, path))
}

fn path_of(bucket: &str) -> aws::Result<String> {
    let is_arn = bucket.starts_with("arn:");
    if bucket.is_empty() || bucket.contains('/') && !is_arn {
        return Err(invalid(format!("\"{bucket}\" is not the name of a bucket")));
    }
    Ok(format!("/{}", aws::encode(bucket)))
}

/// A part of a list.
struct Page {
    objects: Vec<Value>,
    next: Option<String>,
}

impl Page {
    fn parse(response: &net::Response) -> aws::Result<Self> {
        let document = document(response)?;
        let result = &document["ListBucketResult"];
        let encoded = result["EncodingType"] == "url";
        let objects = match &result["Contents"] {
            Json::Array(objects) => objects.iter().map(|object| entry(object, encoded)).collect(),
            Json::Null => Vec::new(),
            object => vec![entry(object, encoded)],
        };
        let next = result["NextContinuationToken"].as_str().filter(|token| !token.is_empty());
        let next = next.filter(|_| result["IsTruncated"] == "true").map(str::to_owned);
        Ok(Self { objects, next })
    }
}

/// The response's XML.
fn document(response: &net::Response) -> aws::Result<Json> {
    let text = std::str::from_utf8(&response.body).map_err(|_| "not UTF-8".to_owned());
    let document = text.and_then(|text| xml::decode(text).map_err(|problem| format!("not XML: {problem}")));
    document.map_err(|problem| {
        let failure = aws::Failure {
            code: aws::codes::INVALID_RESPONSE.to_owned(),
            message: format!("the response is {problem}"),
            status: Some(response.status),
            request_id: aws::request_id(response),
            ..aws::Failure::default()
        };
        failure.into()
    })
}

fn entry(object: &Json, encoded: bool) -> Value {
    let text = |name: &str| object[name].as_str();
    let key = text("Key").unwrap_or_default();
    let key = if encoded { decoded(key) } else { key.to_owned() };
    let mut entry = Map::new();
    entry.insert("key".into(), key.into());
    entry.insert("size".into(), size(text("Size")));
    entry.insert("etag".into(), etag(text("ETag").unwrap_or_default()));
    entry.insert("last_modified".into(), Value::from(text("LastModified")));
    entry.insert("storage_class".into(), Value::from(text("StorageClass")));
    entry.into()
}

/// S3 writes a space as `+` there.
fn decoded(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// What the headers say of an object.
fn description(response: &net::Response) -> Map {
    let mut description = Map::new();
    let mut set = |name: &str, value: Value| description.insert(name.into(), value);
    set("size", size(response.header("content-length")));
    set("content_type", Value::from(response.header("content-type")));
    set("etag", etag(response.header("etag").unwrap_or_default()));
    set("version_id", Value::from(response.header("x-amz-version-id")));
    let modified = response.header("last-modified").and_then(|date| httpdate::parse_http_date(date).ok());
    set("last_modified", modified.map(rfc3339).into());
    let metadata = response
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(METADATA)?.into(), value.clone().into())));
    set("metadata", metadata.collect::<Map>().into());
    description
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// Without the quotes that HTTP has around it.
pub(super) fn etag(etag: &str) -> Value {
    etag.trim_matches('"').into()
}

fn size(text: Option<&str>) -> Value {
    text.and_then(|text| text.parse::<i64>().ok()).into()
}
