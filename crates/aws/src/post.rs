//! Forms with which a browser uploads to S3.
//!
//! See "Authenticating Requests in Browser-Based Uploads Using POST" in the Amazon S3 API reference.

use crate::client::{check_expiry, Client, Options};
use crate::clock;
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::rest::Rest;
use crate::services;
use crate::signing::{Scheme, Signer, ALGORITHM};
use crate::uri;
use base64::prelude::{Engine as _, BASE64_STANDARD};
use net::Until;
use serde_json::{json, Value};
use std::time::{Duration, SystemTime};

/// The last second of the year 9999, since 1970.
const LAST_SECOND: u64 = 253_402_300_799;

/// A form that is good for one upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostForm {
    /// Where it is sent.
    pub url: String,
    /// Its fields, before the file.
    pub fields: Vec<(String, String)>,
}

/// What may be uploaded.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// The bucket.
    pub bucket: String,
    /// The key; with `${filename}` at its end, the browser's name of the file follows what is before.
    pub key: String,
    /// Further fields, which the form must have.
    pub fields: Vec<(String, String)>,
    /// The most bytes of the file.
    pub max_size: Option<usize>,
}

impl Client {
    /// A form with which whoever has it can upload, for that long.
    ///
    /// # Errors
    /// There is nothing to sign with, or it would be good for too long.
    pub fn presign_post(
        &self,
        upload: &Upload,
        expires: Duration,
        options: &Options,
        until: Until,
    ) -> Result<PostForm> {
        check_expiry(expires)?;
        let rest = Rest::new("POST", format!("/{}", uri::encode(&upload.bucket)));
        let draft = Draft::of_any(services::find("s3")?, &rest)?;
        let endpoint = self.endpoint(&draft, options, until)?;
        if endpoint.scheme == Scheme::V4a {
            let message = format!(
                "forms cannot be signed for \"{}\", which has several regions: presign PutObject with aws::presign, or use \
                 one of its buckets",
                upload.bucket
            );
            return Err(Error::invalid_argument(message));
        }
        let credentials = self.credentials(options, until)?;
        let signer = self.signer(&draft, &credentials, &endpoint);
        let url = endpoint.url(&endpoint.path(&draft.path));
        Ok(PostForm { url, fields: fields(&signer, upload, expires)? })
    }
}

/// The fields of a form, the last of which is the signature.
///
/// # Errors
/// It expires after the year 9999.
pub fn fields(signer: &Signer<'_>, upload: &Upload, expires: Duration) -> Result<Vec<(String, String)>> {
    let credential = format!("{}/{}", signer.credentials.access_key_id, signer.scope());
    let own = [
        ("x-amz-algorithm", Some(ALGORITHM.to_owned())),
        ("x-amz-credential", Some(credential)),
        ("x-amz-date", Some(clock::amz_date(signer.time))),
        ("x-amz-security-token", signer.credentials.session_token.clone()),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let mut fields = vec![("key".to_owned(), upload.key.clone())];
    fields.extend(upload.fields.iter().cloned().chain(own));
    let policy = policy(upload, &fields, signer.time + expires)?;
    let policy = BASE64_STANDARD.encode(policy.to_string());
    let signature = signer.sign(&policy);
    fields.extend([("policy".to_owned(), policy), ("x-amz-signature".to_owned(), signature)]);
    Ok(fields)
}

/// What the form must be like, and until when.
fn policy(upload: &Upload, fields: &[(String, String)], end: SystemTime) -> Result<Value> {
    let mut conditions = vec![json!({ "bucket": upload.bucket })];
    for (name, value) in fields {
        conditions.push(match value.strip_suffix("${filename}") {
            Some(start) if name == "key" => json!(["starts-with", "$key", start]),
            _ => json!({ name: value }),
        });
    }
    conditions.extend(upload.max_size.map(|size| json!(["content-length-range", 0, size])));
    let seconds = end.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    if seconds > LAST_SECOND {
        return Err(Error::invalid_argument("the form would expire after the year 9999"));
    }
    let end = humantime::format_rfc3339_seconds(end).to_string();
    Ok(json!({ "expiration": end, "conditions": conditions }))
}
