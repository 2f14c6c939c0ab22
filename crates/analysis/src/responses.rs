//! Responses of AWS: which fields they have, where the operation is written out.

use crate::aws::{self, Operation};
use aws_api::{Parameter, Step};
use rhai::Expr;
use rhai_vm::compile::{Link, LinkKind};

/// Some of the members of an attribute value of `DynamoDB`.
const ATTRIBUTES: [&str; 4] = ["B", "BS", "L", "M"];

/// A part of a response of AWS.
#[derive(Clone)]
pub(crate) struct Response {
    pub(crate) operation: Operation,
    /// The ways to it; there are several to an item that is from one of several lists.
    pub(crate) paths: Vec<Vec<Step>>,
    /// Whether plain values may stand for attribute values.
    pub(crate) may_be_plain: bool,
}

impl Response {
    /// The part behind these links; `None` if a method is among them.
    pub(crate) fn behind(mut self, links: &[Link<'_>]) -> Option<Self> {
        for link in links {
            let step = match &link.kind {
                LinkKind::Property(name, _) => Step::Member((*name).to_owned()),
                LinkKind::Index(Expr::StringConstant(name, _)) => Step::Member(name.to_string()),
                LinkKind::Index(_) => Step::Item,
                LinkKind::Method(..) => return None,
            };
            self.enter(&step);
        }
        Some(self)
    }

    /// The items, if it is an array.
    pub(crate) fn items(mut self) -> Option<Self> {
        let is_array = |path: &Vec<Step>| {
            self.operation.response(path).is_some_and(|described| described.kind.starts_with("array"))
        };
        if !self.paths.iter().all(is_array) {
            return None;
        }
        self.enter(&Step::Item);
        Some(self)
    }

    pub(crate) fn enter(&mut self, step: &Step) {
        self.paths.iter_mut().for_each(|path| path.push(step.clone()));
    }

    /// The fields that it may have; `None` if it may have any.
    pub(crate) fn members(&self) -> Option<Vec<Parameter>> {
        let members = |path: &Vec<Step>| self.operation.response(path)?.members;
        let all: Vec<_> = self.paths.iter().map(members).collect::<Option<Vec<_>>>()?.concat();
        let is_member = |name: &&str| all.iter().any(|member| member.name == *name);
        let is_attribute = self.may_be_plain && ATTRIBUTES.iter().all(is_member);
        (!is_attribute).then_some(all)
    }

    /// What a page of the operation has in its lists.
    pub(crate) fn in_pages(mut self) -> Option<Self> {
        let mut paths = Vec::new();
        for key in aws::result_keys(&self.operation)? {
            let kind = self.operation.response(&key)?.kind;
            if kind.starts_with("array") {
                paths.push([key, vec![Step::Item]].concat());
            } else if kind.starts_with("map") {
                paths.push(key);
            }
        }
        self.paths = paths;
        (!self.paths.is_empty()).then_some(self)
    }
}
