//! The table of AWS's services: how each is spoken to.

use crate::error::{codes, Error, Result};
use aws_api::lines;

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
    /// Paths and methods.
    Rest,
    /// One path for all operations.
    Rpc,
    /// Signatures that there is no support for.
    Unsupported,
}

/// The service of a name: `dynamodb`, or the service id in any form, such as `EventBridge` for
/// `events`.
///
/// # Errors
/// When there is none, with the most similar names.
pub fn find(name: &str) -> Result<Service> {
    let by_id = || {
        let wanted = squashed(name);
        all().find(|service| [service.id(), service.name()].map(squashed).contains(&wanted))
    };
    let by_name = lines::find(TABLE, name).map(|line| Service { line });
    by_name.or_else(by_id).ok_or_else(|| unknown(name))
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
    let both = |service: Service| [(service.name(), service.name()), (service.id(), service.name())];
    let candidates = all().flat_map(both).collect();
    let mut similar: Vec<&str> = Vec::new();
    for (_, name) in likeness::sorted(&wanted, candidates, |(name, _)| name) {
        if !similar.contains(&name) && similar.len() < SUGGESTIONS {
            similar.push(name);
        }
    }
    let similar = similar.join(", ");
    Error::new(codes::UNKNOWN_SERVICE, format!("there is no service \"{name}\"; similar names are {similar}"))
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
        match self.line.split('\t').nth(1).unwrap_or_default() {
            "rest-json" | "rest-xml" => Protocol::Rest,
            "json" | "query" | "ec2" | "cbor" => Protocol::Rpc,
            _ => Protocol::Unsupported,
        }
    }

    /// The beginning of its host names.
    pub(crate) fn prefix(self) -> &'static str {
        self.field("prefix=").unwrap_or(self.name())
    }

    /// Its name in signatures.
    pub fn signing_name(self) -> &'static str {
        self.field("sign=").unwrap_or(self.prefix())
    }

    /// The kinds of signatures that it accepts, the preferred one first.
    pub(crate) fn schemes(self) -> Vec<&'static str> {
        self.field("auth=").unwrap_or("sigv4").split(',').collect()
    }

    /// Whether it is S3 or one of its kin, which sign paths in their own way.
    pub(crate) fn is_s3(self) -> bool {
        matches!(self.signing_name(), "s3" | "s3-outposts" | "s3express")
    }

    /// Its endpoints other than the usual ones, for operations with this context (mostly empty): scope and letters, and
    /// the rule.
    pub(crate) fn endpoint_rules(
        self,
        context: &str,
    ) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> + '_ {
        self.fields().filter_map(move |field| {
            let (at, rule) = field.split_once('=')?;
            let (scope, letters) = at.split_once(':')?;
            let (of, scope) = scope.split_once('/').unwrap_or(("", scope));
            (of == context).then_some((scope, letters, rule))
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
        assert_eq!(find("dynamodb").unwrap().protocol(), Protocol::Rpc);
        assert_eq!(find("lambda").unwrap().protocol(), Protocol::Rest);
        assert_eq!(find("cloudwatch").unwrap().signing_name(), "monitoring");
        assert_eq!(find("eventbridgev2").unwrap().protocol(), Protocol::Rpc);
        assert_eq!(find("sdb").unwrap().protocol(), Protocol::Unsupported);
        let s3: Vec<_> = all().filter(|service| service.is_s3()).map(Service::name).collect();
        assert_eq!(s3, ["s3", "s3control", "s3outposts"]);
    }
}
