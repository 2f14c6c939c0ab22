//! Where a service is, in every partition, with FIPS and with dual stack.

use crate::endpoint::Endpoint;
use crate::error::{codes, Error, Result};
use crate::partitions::Partition;
use crate::rules;
use crate::services::Service;
use crate::signing::Scheme;

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
                    prop_assert!(endpoint.url.starts_with("https://") && endpoint.path("/a") == "/a");
                }
            }
        }
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
