//! Directory buckets, those of S3 Express One Zone: their endpoints and their sessions.
//!
//! See "Regional and Zonal endpoints" and `CreateSession` in the guide of S3.

use crate::client::{Client, Options};
use crate::credentials::{Credentials, Role};
use crate::endpoints::{self, Endpoint, Variant};
use crate::error::{codes, Error, Result};
use net::Until;
use rhai_vm::{Map, Value};
use std::net::IpAddr;

/// The name of the service in signatures.
pub(crate) const SIGNING_NAME: &str = "s3express";
/// The context of operations that S3 serves for a whole region.
const REGIONAL: &str = "UseS3ExpressControlEndpoint.True";

/// Whether a bucket, or an access point of one, is in a zone: `name--zone--x-s3`.
pub(crate) fn is_one(bucket: &str) -> bool {
    bucket.ends_with("--x-s3") || bucket.ends_with("--xa-s3")
}

/// Whether the operation is one for a whole region, whose path has the bucket.
pub(crate) fn is_regional(context: &str) -> bool {
    context.split(',').any(|parameter| parameter == REGIONAL)
}

/// Where operations for a whole region go.
///
/// # Errors
/// There is no endpoint of this kind.
pub fn regional(region: &str, variant: Variant) -> Result<Endpoint> {
    own("s3express-control", "", region, variant)
}

/// Where a bucket is. An endpoint that is configured gets its name as a prefix, or as a path if it is an IP address.
///
/// # Errors
/// It is not the name of a directory bucket, or there is no endpoint of this kind.
pub fn zonal(bucket: &str, region: &str, variant: Variant, configured: Option<&str>) -> Result<Endpoint> {
    let zone = zone(bucket).ok_or_else(|| {
        let message =
            format!("\"{bucket}\" is not the name of a directory bucket, such as name--euw1-az1--x-s3");
        Error::invalid_argument(message)
    })?;
    let Some(url) = configured else {
        let mut endpoint = own("s3express", &format!("-{zone}"), region, variant)?;
        endpoint.url.insert_str("https://".len(), &format!("{bucket}."));
        return Ok(endpoint);
    };
    let usual =
        Endpoint { url: String::new(), region: region.to_owned(), signing_name: SIGNING_NAME.to_owned() };
    let mut endpoint = Endpoint::configured(url, usual)?;
    let host = endpoint.host().split(':').next().unwrap_or_default();
    if host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        endpoint.url = format!("{}/{bucket}", endpoint.url);
    } else {
        let scheme = endpoint.url.find("://").map_or(0, |at| at + 3);
        endpoint.url.insert_str(scheme, &format!("{bucket}."));
    }
    Ok(endpoint)
}

/// The zone in the name of a bucket that can be a part of a host name.
fn zone(bucket: &str) -> Option<&str> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let (rest, _) = bucket.rsplit_once("--")?;
    let (name, zone) = rest.rsplit_once("--")?;
    (!name.is_empty() && zone.contains('-') && bucket.chars().all(good)).then_some(zone)
}

fn own(service: &str, zone: &str, region: &str, variant: Variant) -> Result<Endpoint> {
    endpoints::check_region(region)?;
    let (partition, suffix) = endpoints::partition_and_suffix(region);
    if variant.fips && partition == "aws-cn" {
        return Err(Error::new(
            codes::NO_ENDPOINT,
            format!("{service} has no endpoint of this kind in {region}"),
        ));
    }
    let fips = if variant.fips { "-fips" } else { "" };
    let dual_stack = if variant.dual_stack { ".dualstack" } else { "" };
    Ok(Endpoint {
        url: format!("https://{service}{fips}{zone}{dual_stack}.{region}.{suffix}"),
        region: region.to_owned(),
        signing_name: SIGNING_NAME.to_owned(),
    })
}

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
