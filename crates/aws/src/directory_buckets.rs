//! Sessions of directory buckets, those of S3 Express One Zone.
//!
//! See `CreateSession` in the guide of S3.

use crate::client::{Client, Options};
use crate::credentials::{Credentials, Role};
use crate::error::Result;
use net::Until;
use rhai_vm::{Map, Value};

impl Client {
    /// The credentials of a session for a bucket, which are reused until shortly before they expire.
    pub(crate) fn session(
        &self,
        bucket: &str,
        credentials: &Credentials,
        options: &Options,
        until: Until,
    ) -> Result<Credentials> {
        let source = Some(credentials.access_key_id.clone());
        let key = Role { arn: bucket.to_owned(), source, ..Role::default() };
        self.sessions.credentials(&key, &*self.environment, || {
            let parameters: Map = [("Bucket".into(), Value::from(bucket))].into_iter().collect();
            let options = Options {
                region: options.region.clone(),
                endpoint: options.endpoint.clone(),
                timeout: options.timeout,
                credentials: Some(credentials.clone()),
                ..Options::default()
            };
            self.call("s3", "CreateSession", &parameters, &options, until)
        })
    }
}
