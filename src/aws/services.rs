//! The table of AWS's services: how each is spoken to.

use super::error::{codes, Error, Result};
use crate::likeness::likeness;
use std::fmt::Write as _;

/// A line for each service; its first lines say what is in one.
const TABLE: &str = include_str!("tables/services.txt");

/// So many names are suggested for one that is not there.
const SUGGESTIONS: usize = 3;

/// A service: its line in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    line: &'static str,
}

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// JSON of this version, the action in a header.
    Json(&'static str),
    /// Form fields in, XML out.
    Query,
    /// The same with EC2's rules.
    Ec2,
    /// Paths and methods, with JSON.
    RestJson,
    /// Paths and methods, with XML.
    RestXml,
    /// Something that there is no support for.
    Unsupported(&'static str),
}

/// The service of a name: `dynamodb`, or the service id in any form, such as `EventBridge` for
/// `events`.
///
/// # Errors
/// When there is none, with the most similar names.
pub fn find(name: &str) -> Result<Service> {
    let wanted = squashed(name);
    all()
        .find(|service| service.name() == name)
        .or_else(|| all().find(|service| [service.id(), service.name()].map(squashed).contains(&wanted)))
        .ok_or_else(|| unknown(name))
}

/// All services by name.
pub fn all() -> impl Iterator<Item = Service> {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| Service { line })
}

fn squashed(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

fn unknown(name: &str) -> Error {
    let wanted = name.to_ascii_lowercase();
    let likeness = |service: Service| likeness(&wanted, service.name()).max(likeness(&wanted, service.id()));
    let mut likely: Vec<_> = all().map(|service| (likeness(service), service.name())).collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut message = format!("there is no service \"{name}\"; similar names are ");
    for (index, (_, name)) in likely.iter().take(SUGGESTIONS).enumerate() {
        let _ = write!(message, "{}{name}", if index > 0 { ", " } else { "" });
    }
    Error::new(codes::UNKNOWN_SERVICE, message)
}

impl Service {
    /// Its name, as AWS's CLI and Python SDK have it.
    pub fn name(self) -> &'static str {
        self.line.split('\t').next().unwrap_or_default()
    }

    /// Its service id in lower case with hyphens.
    pub fn id(self) -> &'static str {
        self.field("id=").unwrap_or(self.name())
    }

    /// What it is spoken to in.
    pub fn protocol(self) -> Protocol {
        let protocol = self.line.split('\t').nth(1).unwrap_or_default();
        match protocol {
            "query" => Protocol::Query,
            "ec2" => Protocol::Ec2,
            "rest-json" => Protocol::RestJson,
            "rest-xml" => Protocol::RestXml,
            "cbor" => Protocol::Unsupported("takes requests in CBOR only"),
            _ => match protocol.strip_prefix("json") {
                Some(version) => Protocol::Json(version),
                None => Protocol::Unsupported("takes no requests with signatures of version 4"),
            },
        }
    }

    /// The beginning of its host names.
    pub(super) fn prefix(self) -> &'static str {
        self.field("prefix=").unwrap_or(self.name())
    }

    /// Its name in signatures.
    pub fn signing_name(self) -> &'static str {
        self.field("sign=").unwrap_or(self.prefix())
    }

    /// What the header `X-Amz-Target` begins with, before a dot and the action.
    pub(super) fn target(self) -> &'static str {
        self.field("target=").unwrap_or_default()
    }

    /// The version of its API.
    pub(super) fn version(self) -> &'static str {
        self.field("version=").unwrap_or_default()
    }

    /// What goes before the host name for this action; mostly nothing.
    pub(super) fn host_prefix(self, action: &str) -> &'static str {
        self.fields()
            .filter_map(|field| field.strip_prefix("host=")?.split_once(':'))
            .find(|(_, actions)| actions.split(',').any(|name| name == action))
            .map_or("", |(prefix, _)| prefix)
    }

    /// Whether it is S3 or one of its kin, which sign paths in their own way.
    pub(super) fn is_s3(self) -> bool {
        matches!(self.signing_name(), "s3" | "s3-outposts" | "s3express")
    }

    /// Its endpoints other than the usual ones: scope and letters, and the rule.
    pub(super) fn endpoint_rules(self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        self.fields().filter_map(|field| {
            let (at, rule) = field.split_once('=')?;
            let (scope, letters) = at.split_once(':')?;
            Some((scope, letters, rule))
        })
    }

    fn field(self, key: &str) -> Option<&'static str> {
        self.fields().find_map(|field| field.strip_prefix(key))
    }

    fn fields(self) -> impl Iterator<Item = &'static str> {
        self.line.split('\t').skip(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_found_by_name_and_by_id() {
        for (name, found) in [
            ("dynamodb", "dynamodb"),
            ("DynamoDB", "dynamodb"),
            ("SecretsManager", "secretsmanager"),
            ("secrets-manager", "secretsmanager"),
            ("eventbridge", "events"),
            ("EventBridge", "events"),
            ("sfn", "stepfunctions"),
            ("CloudWatch Logs", "logs"),
            ("application_auto_scaling", "application-autoscaling"),
        ] {
            assert_eq!(find(name).unwrap().name(), found, "{name}");
        }
    }

    #[test]
    fn misspelt_names_get_suggestions() {
        let error = find("dynamo").unwrap_err();
        assert_eq!(error.failure().unwrap().code, "UnknownService");
        let message = &error.failure().unwrap().message;
        assert!(
            message.starts_with("there is no service \"dynamo\"; similar names are dynamodb, "),
            "{message}"
        );
        for (wrong, right) in [("dinamodb", "dynamodb"), ("S4", "s3"), ("secretmanager", "secretsmanager")] {
            assert!(find(wrong).unwrap_err().to_string().contains(right), "{wrong}");
        }
        assert!(find("").is_err());
    }

    #[test]
    fn the_table_has_what_the_protocols_need() {
        assert!(all().count() > 400);
        for service in all() {
            let (target, version) = (service.target(), service.version());
            match service.protocol() {
                Protocol::Json(json) => assert!(matches!(json, "1.0" | "1.1") && !target.is_empty()),
                Protocol::Query | Protocol::Ec2 => assert!(version.len() == 10),
                _ => assert_eq!((target, version), ("", "")),
            }
        }
        let dynamodb = find("dynamodb").unwrap();
        assert_eq!((dynamodb.protocol(), dynamodb.target()), (Protocol::Json("1.0"), "DynamoDB_20120810"));
        assert_eq!(find("cloudwatch").unwrap().signing_name(), "monitoring");
        assert_eq!(find("stepfunctions").unwrap().host_prefix("StartSyncExecution"), "sync-");
        assert_eq!(find("stepfunctions").unwrap().host_prefix("StartExecution"), "");
        assert!(matches!(find("sdb").unwrap().protocol(), Protocol::Unsupported(_)));
        let s3: Vec<_> = all().filter(|service| service.is_s3()).map(Service::name).collect();
        assert_eq!(s3, ["s3", "s3control", "s3outposts"]);
    }
}
