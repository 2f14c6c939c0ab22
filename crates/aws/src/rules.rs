//! Endpoint rules of services whose endpoints depend on more than a region: on a bucket, an ARN, an account.
//!
//! They are those of AWS's SDKs. Their language is described in "Rules engine" of the Smithy specification.

use crate::endpoint::{self, Endpoint};
use crate::error::{codes, Error, Result};
use crate::partitions::Partition;
use crate::services::Service;
use crate::signing::Scheme;
use crate::uri;
use aws_api::jmespath;
use rhai_vm::Map;
use std::net::Ipv4Addr;
use std::rc::Rc;

/// A value of rules, and a parameter of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A position in a string.
    Integer(usize),
    /// A string.
    Text(Rc<str>),
    /// Strings.
    List(Rc<[Value]>),
    /// What an ARN, a URL or a partition consists of.
    Record(Rc<[(&'static str, Value)]>),
}

impl Value {
    /// The string that it is.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

/// Parameters of rules, or other values with names. What is not among them is not set.
pub type Named = Vec<(&'static str, Value)>;

/// The rules of a service.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    service: Service,
    /// `tools/aws_endpoints.py` says what is in it.
    table: &'static str,
}

/// The rules of a service; `None` if its endpoints depend on the region only.
pub fn of(service: Service) -> Option<Rules> {
    let table = match service.name() {
        "cloudfront-keyvaluestore" => include_str!("tables/endpoints-cloudfront-keyvaluestore.txt"),
        "dynamodb" => include_str!("tables/endpoints-dynamodb.txt"),
        "eventbridgev2" => include_str!("tables/endpoints-eventbridgev2.txt"),
        "events" => include_str!("tables/endpoints-events.txt"),
        "kinesis" => include_str!("tables/endpoints-kinesis.txt"),
        "s3" => include_str!("tables/endpoints-s3.txt"),
        "s3control" => include_str!("tables/endpoints-s3control.txt"),
        "sesv2" => include_str!("tables/endpoints-sesv2.txt"),
        "sts" => include_str!("tables/endpoints-sts.txt"),
        _ => return None,
    };
    Some(Rules { service, table })
}

impl Rules {
    /// Whether the endpoint depends on a parameter.
    pub fn depend_on(&self, parameter: &str) -> bool {
        let is_all = |at: usize| self.table[at + parameter.len()..].starts_with(['\t', '\n']);
        self.occurrences(parameter).any(is_all)
    }

    /// The parameters that are fixed for operations with a context.
    pub fn fixed(&self, context: &str) -> Named {
        let entries = context.split(',').filter_map(|entry| entry.split_once('.'));
        let entries = entries.filter_map(|(name, text)| {
            let at = self.occurrences(name).next()?;
            let value = match text {
                "True" => true.into(),
                "False" => false.into(),
                text => text.into(),
            };
            Some((&self.table[at..at + name.len()], value))
        });
        entries.collect()
    }

    /// The parameters that are in those of an operation.
    pub fn of_call(&self, operation: &str, parameters: &Map) -> Named {
        let (mut members, mut found) = (Vec::new(), Named::new());
        let lines = self.table.lines().skip(1).skip_while(|line| line.starts_with('$'));
        for line in lines.take_while(|line| !is_rule(line)) {
            match line.split_once('\t') {
                None => {
                    let (member, name) = line.split_once('=').unwrap_or_default();
                    let (of, member) = member.split_once('.').unwrap_or((operation, member));
                    if of == operation {
                        // The lines of single operations follow that of all others.
                        members.retain(|(known, _)| *known != member);
                        members.push((member, name));
                    }
                }
                Some((of, rest)) if of == operation => {
                    let (name, path) = rest.split_once('\t').unwrap_or_default();
                    let value = jmespath::search(path, &parameters.clone().into());
                    found.extend(value.as_ref().and_then(value_of).map(|value| (name, value)));
                }
                Some(_) => {}
            }
        }
        let members = members.into_iter().filter(|(_, name)| !name.is_empty());
        found.extend(members.filter_map(|(member, name)| Some((name, value_of(parameters.get(member)?)?))));
        found
    }

    /// The endpoint that follows from parameters. Of several kinds of signatures, it has the first that is preferred (names,
    /// separated by commas), or else the first.
    ///
    /// # Errors
    /// There is none, and why.
    pub fn resolve(&self, parameters: Named, preferred: &str) -> Result<Endpoint> {
        let region = parameters.iter().find(|(name, _)| *name == "Region");
        let region = region.and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned();
        let mut rules = Evaluation {
            lines: self.table.lines().filter(|line| is_rule(line)).collect(),
            scope: parameters,
        };
        for (name, value) in self.table.lines().filter_map(|line| line.strip_prefix('$')?.split_once('\t')) {
            if rules.named(name).is_none() {
                let value = rules.argument(value);
                rules.scope.extend(value.map(|value| (name, value)));
            }
        }
        let last = rules.lines.len().saturating_sub(1);
        let none = |message| Error::new(codes::NO_ENDPOINT, message);
        let (url, mut schemes, headers) = match rules.rule(last) {
            Some(Found::Endpoint { url, schemes, headers }) => (url, schemes, headers),
            Some(Found::Nothing(message)) => return Err(none(message)),
            None => {
                return Err(none(format!("{} has no endpoint for these parameters", self.service.name())))
            }
        };
        let offered: Vec<_> = schemes.iter().map(|scheme| scheme.name).collect();
        let usual = Scheme::preferred(&self.service.schemes(), preferred);
        let of_rules = SchemeOfRules { name: usual.name(), ..SchemeOfRules::default() };
        let scheme = match Scheme::position(&offered, preferred) {
            Some(position) => schemes.swap_remove(position),
            None => of_rules,
        };
        let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
        Ok(Endpoint {
            url: url.trim_end_matches('/').to_owned(),
            region: or(scheme.region, &region),
            signing_name: or(scheme.service, self.service.signing_name()),
            scheme: Scheme::of(scheme.name).unwrap_or(usual),
            headers,
        })
    }

    /// Where a parameter is used.
    fn occurrences<'a>(&'a self, parameter: &'a str) -> impl Iterator<Item = usize> + 'a {
        let found = self.table.match_indices(parameter).map(|(at, _)| at);
        found.filter(|at| self.table[..*at].ends_with('$'))
    }
}

fn is_rule(line: &str) -> bool {
    line.starts_with(['?', '+', '*', '!'])
}

/// A parameter of a call as one of rules.
fn value_of(value: &rhai_vm::Value) -> Option<Value> {
    match value {
        rhai_vm::Value::Bool(value) => Some((*value).into()),
        rhai_vm::Value::Str(text) => Some(text.as_str().into()),
        rhai_vm::Value::Array(items) => Some(Value::List(items.iter().filter_map(value_of).collect())),
        _ => None,
    }
}

/// What rules lead to.
enum Found {
    Endpoint { url: String, schemes: Vec<SchemeOfRules>, headers: Vec<(String, String)> },
    Nothing(String),
}

/// A kind of signatures, with the service and the region in them if they are not the usual ones.
#[derive(Default)]
struct SchemeOfRules {
    name: &'static str,
    service: String,
    region: String,
}

struct Evaluation {
    lines: Vec<&'static str>,
    scope: Named,
}

impl Evaluation {
    /// What the rule of a line leads to, if its conditions are true.
    fn rule(&mut self, line: usize) -> Option<Found> {
        let line: &'static str = self.lines.get(line)?;
        let mut fields = line[1..].split('\t');
        let outside = self.scope.len();
        let conditions = fields.next().unwrap_or_default();
        let found = match numbers(conditions).all(|number| self.is_true(number)) {
            true if line.starts_with('+') => {
                numbers(fields.next().unwrap_or_default()).find_map(|number| self.rule(number))
            }
            true => Some(self.end(line.starts_with('*'), fields)),
            false => None,
        };
        self.scope.truncate(outside);
        found
    }

    fn end(&mut self, is_endpoint: bool, mut fields: std::str::Split<'static, char>) -> Found {
        let mut next = || fields.next().unwrap_or_default();
        let target = next();
        if !is_endpoint {
            return Found::Nothing(self.filled(target));
        }
        let (schemes, headers) = (next(), next());
        let url = match target.as_bytes().first() {
            Some(b'$' | b'#') => {
                self.argument(target).as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            _ => self.filled(target),
        };
        let schemes = schemes.split(' ').filter_map(|scheme| {
            let (name, rest) = scheme.split_once(',')?;
            let (service, region) = rest.split_once(',')?;
            Some(SchemeOfRules { name, service: self.filled(service), region: self.filled(region) })
        });
        let schemes = schemes.collect();
        let headers = headers.split(' ').filter_map(|header| header.split_once('='));
        let headers = headers.map(|(name, value)| (name.to_owned(), self.filled(value))).collect();
        Found::Endpoint { url, schemes, headers }
    }

    fn is_true(&mut self, line: usize) -> bool {
        !matches!(self.call(line), None | Some(Value::Boolean(false)))
    }

    /// The value of the function that is called in a line.
    fn call(&mut self, line: usize) -> Option<Value> {
        let mut fields = self.lines.get(line)?[1..].split('\t');
        let function = fields.next().unwrap_or_default();
        let (mut arguments, mut name) = (Vec::new(), None);
        for field in fields {
            match field.strip_prefix('>') {
                Some(text) => name = Some(text),
                None => arguments.push(self.argument(field)),
            }
        }
        let value = call(function, &arguments);
        if let (Some(name), Some(value)) = (name, &value) {
            self.scope.push((name, value.clone()));
        }
        value
    }

    fn argument(&mut self, field: &'static str) -> Option<Value> {
        let rest = field.get(1..).unwrap_or_default();
        match field.as_bytes().first()? {
            b'$' => self.named(rest).cloned(),
            b'=' => Some((&*self.filled(rest)).into()),
            b'#' => self.call(rest.parse().ok()?),
            b't' => Some(true.into()),
            b'f' => Some(false.into()),
            _ => Some(Value::Integer(field.parse().ok()?)),
        }
    }

    fn named(&self, name: &str) -> Option<&Value> {
        self.scope.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// A string with values in place of `{name}` and `{name#member}`.
    fn filled(&self, template: &str) -> String {
        let (mut filled, mut rest) = (String::new(), template);
        while let Some((before, (inside, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            let (name, path) = inside.split_once('#').unwrap_or((inside, ""));
            let value = self.named(name).cloned();
            let value = if path.is_empty() { value } else { value.and_then(|value| member(&value, path)) };
            filled.push_str(before);
            filled.push_str(value.as_ref().and_then(Value::as_str).unwrap_or_default());
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

fn numbers(list: &'static str) -> impl Iterator<Item = usize> {
    list.split(',').filter_map(|number| number.parse().ok())
}

/// The functions of rules. What they cannot work with has no value.
fn call(function: &str, arguments: &[Option<Value>]) -> Option<Value> {
    let value = |number: usize| arguments.get(number)?.as_ref();
    let string = |number: usize| value(number)?.as_str();
    let is_true = |number: usize| value(number) == Some(&Value::Boolean(true));
    Some(match function {
        "isSet" => value(0).is_some().into(),
        "not" => matches!(value(0), None | Some(Value::Boolean(false))).into(),
        "booleanEquals" | "stringEquals" => (value(0)? == value(1)?).into(),
        "getAttr" => member(value(0)?, string(1)?)?,
        "isValidHostLabel" => labels(string(0)?, is_true(1)).all(is_host_label).into(),
        "aws.isVirtualHostableS3Bucket" => is_virtual_hostable(string(0)?, is_true(1)).into(),
        "uriEncode" => (&*uri::encode(string(0)?).to_string()).into(),
        "substring" => {
            let (Value::Integer(start), Value::Integer(end)) = (value(1)?, value(2)?) else { return None };
            substring(string(0)?, *start, *end, is_true(3))?.into()
        }
        "parseURL" => url(string(0)?)?,
        "aws.parseArn" => arn(string(0)?)?,
        "aws.partition" => partition(string(0)?),
        _ => return None,
    })
}

/// A member, or an item of one: `name`, `name[0]`, `[0]`.
fn member(value: &Value, path: &str) -> Option<Value> {
    path.split('.').try_fold(value.clone(), |value, part| {
        let (name, index) = part.split_once('[').unwrap_or((part, ""));
        let value = match &value {
            Value::Record(members) if !name.is_empty() => {
                members.iter().find(|(known, _)| *known == name)?.1.clone()
            }
            _ if name.is_empty() => value,
            _ => return None,
        };
        match (&value, index.trim_end_matches(']').parse::<usize>()) {
            (Value::List(items), Ok(index)) => items.get(index).cloned(),
            (_, Ok(_)) => None,
            (_, Err(_)) => Some(value),
        }
    })
}

fn labels(text: &str, are_many: bool) -> impl Iterator<Item = &str> {
    text.split(move |c| are_many && c == '.')
}

fn is_host_label(label: &str) -> bool {
    (1..64).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_virtual_hostable(bucket: &str, has_dots: bool) -> bool {
    bucket.len() >= 3
        && !bucket.bytes().any(|byte| byte.is_ascii_uppercase())
        && bucket.parse::<Ipv4Addr>().is_err()
        && labels(bucket, has_dots).all(is_host_label)
}

fn substring(text: &str, start: usize, end: usize, is_from_end: bool) -> Option<&str> {
    if start >= end || !text.is_ascii() {
        return None;
    }
    if is_from_end {
        return text.get(text.len().checked_sub(end)?..text.len() - start);
    }
    text.get(start..end)
}

fn url(text: &str) -> Option<Value> {
    let (scheme, rest) = text.split_once("://")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    if !matches!(scheme, "http" | "https") || authority.is_empty() || rest.contains(['?', '#']) {
        return None;
    }
    let after = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    if after.split_once(':').is_some_and(|(_, port)| !port.is_empty() && port.parse::<u16>().is_err()) {
        return None;
    }
    let normalized = format!("{}/", path.trim_end_matches('/'));
    Some(Value::Record(Rc::new([
        ("scheme", scheme.into()),
        ("authority", authority.into()),
        ("path", path.into()),
        ("normalizedPath", (&*normalized).into()),
        ("isIp", endpoint::is_ip_address(text).into()),
    ])))
}

fn arn(text: &str) -> Option<Value> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts[..] else { return None };
    if partition.is_empty() || service.is_empty() || resource.is_empty() {
        return None;
    }
    Some(Value::Record(Rc::new([
        ("partition", partition.into()),
        ("service", service.into()),
        ("region", region.into()),
        ("accountId", account.into()),
        ("resourceId", Value::List(resource.split([':', '/']).map(Value::from).collect())),
    ])))
}

/// The partition of a region.
fn partition(region: &str) -> Value {
    let partition = Partition::of(region);
    Value::Record(Rc::new([
        ("name", partition.name.into()),
        ("dnsSuffix", partition.suffix.into()),
        ("dualStackDnsSuffix", partition.dual_stack_suffix.into()),
        ("supportsFIPS", true.into()),
        ("supportsDualStack", true.into()),
        ("implicitGlobalRegion", partition.main_region.into()),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services;
    use proptest::prelude::*;
    use rhai_vm::json;

    fn rules(service: &str) -> Rules {
        of(services::find(service).unwrap()).unwrap()
    }

    fn of_call(service: &str, operation: &str, parameters: &str) -> Named {
        let map = json::decode(parameters.as_bytes()).unwrap();
        rules(service).of_call(operation, map.as_map().unwrap())
    }

    proptest! {
        #[test]
        fn a_bucket_is_no_way_to_another_host(bucket in "\\PC{0,30}|arn:aws:s3(-outposts)?:[a-z./@]{0,9}:[0-9./@]{0,9}:[a-z./:@-]{0,30}") {
            for style in [false, true] {
                let parameters = vec![("Region", "eu-west-1".into()), ("Bucket", (&*bucket).into()), ("ForcePathStyle", style.into())];
                if let Ok(endpoint) = rules("s3").resolve(parameters, "") {
                    let host = endpoint.url.strip_prefix("https://").unwrap().split('/').next().unwrap();
                    prop_assert!(host.ends_with(".amazonaws.com"), "{host}");
                    prop_assert!(host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)), "{host}");
                }
            }
        }

        #[test]
        fn any_parameter_is_read(text in "\\PC{0,40}", url in "(https?://)?[a-z0-9.:/?#\\[\\]ü-]{0,30}") {
            for (service, parameter) in [("dynamodb", "ResourceArn"), ("kinesis", "StreamARN"), ("s3control", "Bucket"), ("events", "EndpointId")] {
                for endpoint in [None, Some(("Endpoint", (&*url).into()))] {
                    let mut parameters = vec![("Region", "eu-west-1".into()), (parameter, (&*text).into())];
                    parameters.extend(endpoint);
                    let _ = rules(service).resolve(parameters, "");
                }
            }
        }
    }

    #[test]
    fn parameters_come_from_those_of_the_call() {
        for (service, operation, parameters, expected) in [
            ("s3", "GetObject", r#"{"Bucket":"b","Key":"k"}"#, vec![("Bucket", "b".into())]),
            ("dynamodb", "GetItem", r#"{"TableName":"t"}"#, vec![("ResourceArn", "t".into())]),
            ("dynamodb", "RestoreTableFromBackup", r#"{"BackupArn":"a"}"#, vec![]),
            ("dynamodb", "DeleteBackup", r#"{"BackupArn":"a"}"#, vec![("ResourceArn", "a".into())]),
            ("events", "PutEvents", r#"{"EndpointId":7}"#, vec![]),
            (
                "dynamodb",
                "TransactWriteItems",
                r#"{"TransactItems":[{"Put":{"TableName":"t"}},{"Delete":{"TableName":"u"}}]}"#,
                vec![("ResourceArnList", Value::List(Rc::new(["t".into(), "u".into()])))],
            ),
        ] {
            assert_eq!(of_call(service, operation, parameters), expected, "{operation}");
        }
        let fixed = rules("s3").fixed("UseS3ExpressControlEndpoint.True,Unknown.x");
        assert_eq!(fixed, [("UseS3ExpressControlEndpoint", true.into())]);
        assert_eq!(rules("kinesis").fixed("OperationType.data"), [("OperationType", "data".into())]);
        assert!(rules("dynamodb").depend_on("AccountId") && !rules("s3").depend_on("Account"));
    }

    #[test]
    fn members_are_found_by_their_paths() {
        let arn = arn("arn:aws:s3:eu-west-1:1:accesspoint/a").unwrap();
        assert_eq!(member(&arn, "resourceId[1]"), Some("a".into()));
        for none in ["resourceId[2]", "region[0]", "none", "region.none"] {
            assert_eq!(member(&arn, none), None, "{none}");
        }
        assert_eq!(substring("abcdef", 0, 2, true), Some("ef"));
        assert_eq!(substring("abcdef", 1, 3, false), Some("bc"));
        assert_eq!(substring("ab", 0, 3, true), None);
        assert_eq!(substring("ab", 2, 1, false), None);
    }

    #[test]
    fn preferred_signatures_are_taken() {
        let bucket = "arn:aws:s3-outposts:us-west-2:123456789012:outpost:op-01234567890123456:accesspoint:a";
        let parameters =
            || vec![("Region", "us-west-2".into()), ("Bucket", bucket.into()), ("UseArnRegion", true.into())];
        let found = |preferred: &str| {
            let endpoint = rules("s3").resolve(parameters(), preferred).unwrap();
            (endpoint.scheme, endpoint.region)
        };
        assert_eq!(found(""), (Scheme::V4a, "*".to_owned()));
        assert_eq!(found("sigv4, sigv4a"), (Scheme::V4, "us-west-2".to_owned()));
        assert_eq!(found("none"), (Scheme::V4a, "*".to_owned()));
    }
}
