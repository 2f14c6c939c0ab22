//! The query protocols: parameters as form fields, and answers in XML.
//!
//! See "AWS Query protocol" and "EC2 Query protocol" in the Smithy documentation. Which element is a
//! list, and under which name it is sent, follows mostly from the protocol's rules; the rest is in a
//! table.

mod answer;
mod form;

pub use answer::result;
pub use form::body;

use super::services::{Protocol, Service};
use std::collections::HashMap;

/// A line for each service; its first lines say what is in one.
const TABLE: &str = include_str!("../tables/query.txt");

/// How one service's parameters and answers differ from the protocol's rules.
struct Rules {
    is_ec2: bool,
    /// By name, or by action, path and name.
    parameters: HashMap<&'static str, &'static str>,
    /// The same; what follows the name in the table.
    answers: HashMap<&'static str, &'static str>,
}

impl Rules {
    fn of(service: Service) -> Self {
        let mut rules = Self {
            is_ec2: service.protocol() == Protocol::Ec2,
            parameters: HashMap::new(),
            answers: HashMap::new(),
        };
        let line = TABLE.lines().find(|line| line.split('\t').next() == Some(service.name()));
        for field in line.into_iter().flat_map(|line| line.split('\t').skip(1)) {
            if let Some((name, rule)) = field.strip_prefix('>').and_then(|field| field.split_once('=')) {
                rules.parameters.insert(name, rule);
            } else if let Some(field) = field.strip_prefix('<') {
                let (name, rule) = field.split_at(field.find(['[', '{', '-']).unwrap_or(field.len()));
                rules.answers.insert(name, rule);
            }
        }
        rules
    }

    /// The rule for this path, or else for this name.
    fn find(
        rules: &HashMap<&'static str, &'static str>,
        path: &str,
        name: &str,
        kind: &str,
    ) -> Option<&'static str> {
        let rule = |key: &str| rules.get(format!("{key}{kind}").as_str()).copied();
        rule(path).or_else(|| rule(name))
    }
}
