//! Where a service is, in every partition, with FIPS and with dual stack.

use crate::error::{codes, Error, Result};
use crate::rules;
use crate::services::Service;
use net::url;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A line for each partition; its first lines say what is in one.
const PARTITIONS: &str = include_str!("tables/partitions.txt");

/// Where requests go, and how they are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and maybe a path, without a slash at the end.
    pub url: String,
    /// The region in signatures, or for those of version 4a the regions, separated by commas.
    pub region: String,
    /// The service's name in signatures.
    pub signing_name: String,
    /// The kind of signatures.
    pub scheme: Scheme,
    /// Headers that its requests have.
    pub headers: Vec<(String, String)>,
}

/// A kind of signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Version 4, for one region.
    #[default]
    V4,
    /// Version 4a, for several regions.
    V4a,
    /// Version 4 with the credentials of a session for a directory bucket.
    S3Express,
}

impl Scheme {
    const ALL: [(&'static str, Self); 3] =
        [("sigv4", Self::V4), ("sigv4a", Self::V4a), ("sigv4-s3express", Self::S3Express)];

    /// Its name in AWS's models.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, scheme)| *scheme == self).map_or("", |(name, _)| name)
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, scheme)| *scheme)
    }

    /// The one to take of those that a service accepts: the first that is preferred (names, separated by commas), or
    /// else the first.
    pub(crate) fn preferred(accepted: &[&str], preferred: &str) -> Self {
        let position = Self::position(accepted, preferred);
        position.and_then(|position| Self::of(accepted[position])).unwrap_or_default()
    }

    /// The position of that one.
    pub(crate) fn position(accepted: &[&str], preferred: &str) -> Option<usize> {
        let mut preferred = preferred.split(',').map(str::trim);
        let found = preferred.find_map(|name| accepted.iter().position(|known| *known == name));
        found.or_else(|| accepted.iter().position(|name| Self::of(name).is_some()))
    }
}

/// Which kind of endpoint is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// With cryptography by the US standard FIPS 140.
    pub fips: bool,
    /// With IPv6, too.
    pub dual_stack: bool,
}

impl Variant {
    /// As parameters of endpoint rules.
    pub(crate) fn parameters(self) -> [(&'static str, rules::Value); 2] {
        [("UseFIPS", self.fips.into()), ("UseDualStack", self.dual_stack.into())]
    }
}

struct Partition {
    name: &'static str,
    main_region: &'static str,
    suffix: &'static str,
    dual_stack_suffix: &'static str,
}

/// The name of a region's partition, with which its ARNs begin after `arn:`; `aws` for a region that no
/// partition has.
pub fn partition(region: &str) -> &'static str {
    Partition::of(region).name
}

/// What endpoint rules may ask about the partition of a region.
pub(crate) fn partition_members(region: &str) -> Vec<(&'static str, rules::Value)> {
    let partition = Partition::of(region);
    vec![
        ("name", partition.name.into()),
        ("dnsSuffix", partition.suffix.into()),
        ("dualStackDnsSuffix", partition.dual_stack_suffix.into()),
        ("supportsFIPS", true.into()),
        ("supportsDualStack", true.into()),
        ("implicitGlobalRegion", partition.main_region.into()),
    ]
}

/// AWS's own endpoint of a service, for operations with this context (mostly empty).
///
/// # Errors
/// When the region cannot be one, or has no endpoint of this kind.
pub fn resolve(service: Service, context: &str, region: &str, variant: Variant) -> Result<Endpoint> {
    check_region(region)?;
    if let Some(rules) = rules::of(service) {
        let mut parameters = rules.fixed(context);
        parameters.extend(variant.parameters());
        parameters.push(("Region", region.into()));
        return rules.resolve(parameters, "");
    }
    let partition = Partition::of(region);
    let (usual, letter) = match (variant.fips, variant.dual_stack) {
        (false, false) => ("~.*.$", 'p'),
        (true, false) => ("~-fips.*.$", 'f'),
        (false, true) => ("~.*.$$", 'd'),
        (true, true) => ("~-fips.*.$$", 'b'),
    };
    let rule = |scope: &str| {
        let mut rules = service.endpoint_rules(context);
        rules.find(|(of, letters, _)| *of == scope && letters.contains(letter)).map(|(_, _, rule)| rule)
    };
    let rule = rule(region).or_else(|| rule(partition.name)).or_else(|| rule("")).unwrap_or(usual);
    if rule == "!" {
        let message = format!("{} has no endpoint of this kind in {region}", service.name());
        return Err(Error::new(codes::NO_ENDPOINT, message));
    }
    let fill = |text: &str| {
        text.replace("$$", partition.dual_stack_suffix)
            .replace('$', partition.suffix)
            .replace('~', service.prefix())
            .replace('*', region)
            .replace('^', partition.main_region)
    };
    let mut parts = rule.split('@');
    let (host, signing_region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or("*"));
    Ok(Endpoint {
        url: format!("https://{}", fill(host)),
        region: fill(signing_region),
        signing_name: parts.next().unwrap_or(service.signing_name()).to_owned(),
        scheme: Scheme::preferred(&service.schemes(), ""),
        headers: Vec::new(),
    })
}

/// An endpoint that is configured, in place of AWS's own, in the form in which requests have it.
pub(crate) fn checked(url: &str) -> Result<String> {
    let trimmed = url.trim_end_matches('/');
    let (scheme, rest) = trimmed.split_once("://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    let default_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    if default_port.is_empty() || host.is_empty() || rest.contains(['?', '#', '@', ' ']) {
        let url = url::shown(url);
        return Err(Error::invalid_argument(format!(
            "the endpoint \"{url}\" is not a URL such as https://example.com or http://localhost:4566, without user, password and query"
        )));
    }
    // It would not be in the header `host`, which is signed.
    let short = host.strip_suffix(default_port).unwrap_or(host);
    Ok(format!("{scheme}://{}{}", short.to_ascii_lowercase(), &rest[host.len()..]))
}

impl Endpoint {
    /// Host and port, as in the header `host`.
    pub(crate) fn host(&self) -> &str {
        self.without_scheme().split('/').next().unwrap_or_default()
    }

    /// The headers of a request, with those of the endpoint.
    pub(crate) fn with_headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let is_own = |name: &str| self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let others = headers.iter().filter(|(name, _)| !is_own(name));
        others.chain(&self.headers).cloned().collect()
    }

    /// The path of a request, after the path of the endpoint.
    pub(crate) fn path(&self, path: &str) -> String {
        let base = self.base_path();
        let path = if base.is_empty() || path != "/" { path } else { "" };
        format!("{base}{path}")
    }

    /// The URL of a request with such a path.
    pub(crate) fn url(&self, path: &str) -> String {
        let base = self.base_path().len();
        format!("{}{path}", &self.url[..self.url.len() - base])
    }

    /// The path that all paths begin with; mostly empty.
    fn base_path(&self) -> &str {
        &self.without_scheme()[self.host().len()..]
    }

    fn without_scheme(&self) -> &str {
        self.url.split_once("://").map_or(&*self.url, |(_, rest)| rest)
    }
}

/// Whether the host of a URL is an IP address.
pub(crate) fn is_ip_address(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host.parse::<Ipv6Addr>().is_ok(),
        None => authority.split(':').next().unwrap_or_default().parse::<Ipv4Addr>().is_ok(),
    }
}

/// The endpoint that the environment says to take in place of AWS's own.
pub(crate) fn configured(service: Service, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    if variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|value| is_true(&value)) {
        return None;
    }
    let id = service.id().replace('-', "_").to_ascii_uppercase();
    variable(&format!("AWS_ENDPOINT_URL_{id}")).or_else(|| variable("AWS_ENDPOINT_URL"))
}

/// The kind of endpoint that the environment asks for.
pub(crate) fn variant(variable: impl Fn(&str) -> Option<String>) -> Variant {
    let is_set = |name: &str| variable(name).is_some_and(|value| is_true(&value));
    Variant { fips: is_set("AWS_USE_FIPS_ENDPOINT"), dual_stack: is_set("AWS_USE_DUALSTACK_ENDPOINT") }
}

fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

/// It becomes a part of host names.
pub(crate) fn check_region(region: &str) -> Result<()> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !region.is_empty() && region.chars().all(good) {
        return Ok(());
    }
    let message = format!("\"{region}\" is not a region; one looks like eu-central-1");
    Err(Error::invalid_argument(message))
}

impl Partition {
    /// The partition of a region: that with the longest prefix of its name, `aws` if there is none.
    fn of(region: &str) -> Self {
        let fits = |prefix: &&str| region.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
        let mut best =
            (0, Self::parse(PARTITIONS.lines().find(|line| line.starts_with("aws\t")).unwrap_or("")));
        for line in PARTITIONS.lines().filter(|line| !line.starts_with('#')) {
            if region.strip_suffix("-global").is_some_and(|name| line.split('\t').next() == Some(name)) {
                return Self::parse(line);
            }
            let prefixes = line.rsplit('\t').next().unwrap_or_default();
            let length = prefixes.split(' ').filter(fits).map(str::len).max().unwrap_or(0);
            if length > best.0 {
                best = (length, Self::parse(line));
            }
        }
        best.1
    }

    fn parse(line: &'static str) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        Self { name: next(), main_region: next(), suffix: next(), dual_stack_suffix: next() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::services;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_region_is_said(region in "[a-z0-9-]{1,20}", fips in any::<bool>(), dual_stack in any::<bool>()) {
            for service in services::all().step_by(7) {
                if let Ok(endpoint) = resolve(service, "", &region, Variant { fips, dual_stack }) {
                    let host = endpoint.host();
                    prop_assert!(host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)), "{host}");
                    prop_assert!(endpoint.url.starts_with("https://") && endpoint.base_path().is_empty());
                }
            }
        }

        #[test]
        fn whatever_endpoint_is_configured(url in "(https?://)?[a-zA-Z0-9.:/@?#%ü\\[\\] -]{0,30}") {
            if let Ok(url) = checked(&url) {
                prop_assert!(!at(&url).host().is_empty());
                prop_assert_eq!(checked(&url), Ok(url));
            }
        }
    }

    fn at(url: &str) -> Endpoint {
        let own = resolve(services::find("sqs").unwrap(), "", "eu-central-1", PLAIN).unwrap();
        Endpoint { url: url.to_owned(), ..own }
    }

    const PLAIN: Variant = Variant { fips: false, dual_stack: false };
    const FIPS: Variant = Variant { fips: true, dual_stack: false };
    const DUAL: Variant = Variant { fips: false, dual_stack: true };
    const BOTH: Variant = Variant { fips: true, dual_stack: true };

    #[test]
    fn endpoints() {
        for (service, region, variant, url, signing_region) in [
            (
                "dynamodb",
                "eu-central-1",
                PLAIN,
                "https://dynamodb.eu-central-1.amazonaws.com",
                "eu-central-1",
            ),
            ("dynamodb", "eu-future-9", PLAIN, "https://dynamodb.eu-future-9.amazonaws.com", "eu-future-9"),
            ("lambda", "eu-west-1", DUAL, "https://lambda.eu-west-1.api.aws", "eu-west-1"),
            ("lambda", "us-east-1", BOTH, "https://lambda-fips.us-east-1.api.aws", "us-east-1"),
            ("sqs", "cn-north-1", PLAIN, "https://sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("s3", "eu-west-1", DUAL, "https://s3.dualstack.eu-west-1.amazonaws.com", "eu-west-1"),
            ("iam", "eu-west-1", PLAIN, "https://iam.amazonaws.com", "us-east-1"),
            ("iam", "us-gov-east-1", PLAIN, "https://iam.us-gov.amazonaws.com", "us-gov-west-1"),
            ("sts", "us-gov-west-1", FIPS, "https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("sns", "us-iso-east-1", PLAIN, "https://sns.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
            ("sns", "us-isob-east-1", PLAIN, "https://sns.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
            ("sns", "eu-isoe-west-1", PLAIN, "https://sns.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"),
            ("sns", "eusc-de-east-1", PLAIN, "https://sns.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
            ("sns", "moon-1", PLAIN, "https://sns.moon-1.amazonaws.com", "moon-1"),
        ] {
            let endpoint = resolve(services::find(service).unwrap(), "", region, variant).unwrap();
            assert_eq!((&*endpoint.url, &*endpoint.region), (url, signing_region));
        }
    }

    #[test]
    fn some_operations_have_an_endpoint_of_their_own() {
        for (service, context, url, signing_name) in [
            ("acm", "", "https://acm.eu-west-1.amazonaws.com", "acm"),
            ("acm", "ServiceType.ACM-ACME", "https://acm-acme.eu-west-1.api.aws", "acm"),
            ("neptune-graph", "", "https://neptune-graph.eu-west-1.amazonaws.com", "neptune-graph"),
            (
                "neptune-graph",
                "ApiType.DataPlane",
                "https://eu-west-1.neptune-graph.amazonaws.com",
                "neptune-graph",
            ),
            (
                "s3",
                "UseObjectLambdaEndpoint.True",
                "https://s3-object-lambda.eu-west-1.amazonaws.com",
                "s3-object-lambda",
            ),
        ] {
            let endpoint = resolve(services::find(service).unwrap(), context, "eu-west-1", PLAIN).unwrap();
            assert_eq!((&*endpoint.url, &*endpoint.signing_name), (url, signing_name));
        }
    }

    #[test]
    fn a_region_is_no_way_to_another_host() {
        for region in ["", "evil.com/", "eu-central-1@x", "EU-CENTRAL-1", "eu central"] {
            let problem = resolve(services::find("sqs").unwrap(), "", region, PLAIN).unwrap_err();
            assert!(problem.to_string().contains("is not a region"), "{problem}");
        }
    }

    #[test]
    fn configured_endpoints() {
        for (url, clean, host, base) in [
            ("http://localhost:4566", "http://localhost:4566", "localhost:4566", ""),
            ("https://Example.com:443/", "https://example.com", "example.com", ""),
            ("http://[::1]:80/Base/", "http://[::1]/Base", "[::1]", "/Base"),
        ] {
            let endpoint = at(&checked(url).unwrap());
            assert_eq!((&*endpoint.url, endpoint.host(), endpoint.base_path()), (clean, host, base));
            let path = if base.is_empty() { "/".to_owned() } else { base.to_owned() };
            assert_eq!((endpoint.path("/"), endpoint.path("/a/")), (path, format!("{base}/a/")));
            assert_eq!(endpoint.url(&endpoint.path("/a")), format!("{clean}/a"));
        }
        for wrong in ["", "localhost:4566", "ftp://x", "https://", "http://a?b", "http://u:p@a"] {
            let error = checked(wrong).unwrap_err().to_string();
            assert!(error.contains("is not a URL such as"), "{wrong}: {error}");
        }
    }

    #[test]
    fn the_environment_comes_first() {
        let url = |variables: &[(&str, &str)], service: &str| {
            configured(services::find(service).unwrap(), |name| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        let (all, one) =
            (("AWS_ENDPOINT_URL", "http://all"), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://one"));
        assert_eq!(url(&[all, one], "secretsmanager").as_deref(), Some("http://one"));
        assert_eq!(url(&[all, one], "sqs").as_deref(), Some("http://all"));
        assert_eq!(url(&[one], "sqs"), None);
        assert_eq!(url(&[all, one, ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")], "sqs"), None);
    }
}
