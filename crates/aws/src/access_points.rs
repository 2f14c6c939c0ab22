//! ARNs in place of bucket names: access points of S3, of S3 Object Lambda and of S3 on Outposts.
//!
//! They follow the endpoint rules of S3 in the AWS SDKs.

use crate::endpoints::{self, Endpoint, Variant};
use crate::error::{codes, Error, Result};

/// Where an access point is, in the region of its ARN. An endpoint that is configured gets its name as a prefix.
///
/// # Errors
/// It is not the ARN of an access point, or there is no endpoint of this kind.
pub fn resolve(arn: &str, region: &str, variant: Variant, configured: Option<&str>) -> Result<Endpoint> {
    let invalid = |why: &str| Error::invalid_argument(format!("the bucket \"{arn}\" {why}"));
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, arn_region, account, resource] = parts[..] else {
        return Err(invalid("is not an ARN, which has six parts"));
    };
    let resource: Vec<_> = resource.split([':', '/']).collect();
    if service == "s3" && arn_region.is_empty() {
        return Err(Error::new(
            codes::NO_ENDPOINT,
            format!("\"{arn}\" is a Multi-Region Access Point, which needs signatures of version 4a: Rhambda has none"),
        ));
    }
    let (name, outpost) = match (service, &resource[..]) {
        ("s3" | "s3-object-lambda", ["accesspoint", name]) => (*name, None),
        ("s3-outposts", ["outpost", outpost, "accesspoint", name]) => (*name, Some(*outpost)),
        _ => return Err(invalid("is not the ARN of an access point of s3, s3-object-lambda or s3-outposts")),
    };
    for part in [Some(name), Some(account), outpost].into_iter().flatten() {
        // They become parts of a host name.
        if part.is_empty() || !part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(invalid(&format!(
                "has \"{part}\" where a name of letters, digits and hyphens is expected"
            )));
        }
    }
    endpoints::check_region(arn_region)?;
    let (own, _) = endpoints::partition_and_suffix(region);
    let (theirs, suffix) = endpoints::partition_and_suffix(arn_region);
    if own != theirs || theirs != partition {
        return Err(invalid(&format!("is in another partition than the region {region}")));
    }
    let has_fips = service != "s3-outposts" && partition != "aws-cn";
    let has_dual_stack = service == "s3";
    if variant.fips && !has_fips || variant.dual_stack && !has_dual_stack {
        let message = format!("{service} has no endpoint of this kind for \"{arn}\"");
        return Err(Error::new(codes::NO_ENDPOINT, message));
    }
    let prefix = match outpost {
        Some(outpost) => format!("{name}-{account}.{outpost}."),
        None => format!("{name}-{account}."),
    };
    let own =
        Endpoint { url: String::new(), region: arn_region.to_owned(), signing_name: service.to_owned() };
    if let Some(url) = configured {
        let mut endpoint = Endpoint::configured(url, own)?;
        let scheme = endpoint.url.find("://").map_or(0, |at| at + 3);
        endpoint.url.insert_str(scheme, &prefix);
        return Ok(endpoint);
    }
    let host = if service == "s3" { "s3-accesspoint" } else { service };
    let fips = if variant.fips { "-fips" } else { "" };
    let dual_stack = if variant.dual_stack { ".dualstack" } else { "" };
    Ok(Endpoint { url: format!("https://{prefix}{host}{fips}{dual_stack}.{arn_region}.{suffix}"), ..own })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_access_point_is_an_error() {
        for (arn, message) in [
            ("arn:aws:s3", "is not an ARN, which has six parts"),
            ("arn:aws:sqs:us-east-1:1:queue", "is not the ARN of an access point of s3"),
            ("arn:aws:s3:us-east-1:1:accesspoint/a.evil.example", "has \"a.evil.example\" where a name"),
            ("arn:aws:s3:us-east-1.evil:1:accesspoint/a", "is not a region"),
            ("arn:aws:s3::1:accesspoint/a.mrap", "needs signatures of version 4a"),
        ] {
            let error = resolve(arn, "us-east-1", Variant::default(), None).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
