//! A router's routes and settings.

use super::cors::Cors;
use super::error::router_error;
use super::operation::{Description, Operation};
use super::pattern::{self, Segment};
use super::tree;
use json_schema::Schema;
use rhai_vm::{FnPtr, Object, Result};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// A router. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Router(Rc<RefCell<Inner>>);

#[derive(Default)]
struct Inner {
    tree: tree::Node,
    routes: Vec<Rc<Route>>,
    web_sockets: Vec<(String, Rc<FnPtr>)>,
    settings: Rc<Settings>,
}

/// What holds for all routes.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) base_path: String,
    pub(super) before: Vec<Rc<FnPtr>>,
    pub(super) after: Vec<Rc<FnPtr>>,
    pub(super) on_error: Option<Rc<FnPtr>>,
    pub(super) not_found: Option<Rc<FnPtr>>,
    pub(super) cors: Option<Rc<Cors>>,
    pub(super) compress: bool,
}

pub(super) struct Route {
    pub(super) method: String,
    pub(super) pattern: String,
    pub(super) segments: Vec<Segment>,
    pub(super) target: Target,
    pub(super) operation: Operation,
    pub(super) schemas: Schemas,
}

/// What requests of a route must match.
#[derive(Default)]
pub(super) struct Schemas {
    pub(super) body: Option<Rc<Schema>>,
    pub(super) query: Option<Rc<Schema>>,
}

/// What serves a route.
pub(super) enum Target {
    Function(Rc<FnPtr>),
    /// The files of a folder in the task root.
    Files(String),
    OpenApi(Rc<Description>),
    Docs(Rc<Description>),
}

impl Route {
    /// Whether it is in the `OpenAPI` document.
    pub(super) fn is_documented(&self) -> bool {
        matches!(self.target, Target::Function(_)) && self.method != "*"
    }
}

impl Router {
    pub(super) const TYPE_NAME: &'static str = "Router";

    pub(super) fn settings(&self) -> Rc<Settings> {
        Rc::clone(&self.0.borrow().settings)
    }

    pub(super) fn routes(&self) -> Vec<Rc<Route>> {
        self.0.borrow().routes.clone()
    }

    pub(super) fn find(&self, segments: &[&str], method: &str) -> (Option<Rc<Route>>, Vec<String>) {
        let inner = self.0.borrow();
        let found = inner.tree.find(segments, method);
        (found.route.map(|number| Rc::clone(&inner.routes[number])), found.methods)
    }

    pub(super) fn web_socket(&self, key: &str) -> Option<Rc<FnPtr>> {
        let inner = self.0.borrow();
        let find = |key: &str| inner.web_sockets.iter().find(|(known, _)| known == key);
        // Connecting is never a message.
        let default = || find("$default").filter(|_| !["$connect", "$disconnect"].contains(&key));
        find(key).or_else(default).map(|(_, function)| Rc::clone(function))
    }

    /// Adds the function of a route key of a WebSocket API.
    ///
    /// # Errors
    /// `RouterError` if the key has one already.
    pub(super) fn add_web_socket(&self, key: &str, function: Rc<FnPtr>) -> Result<()> {
        let web_sockets = &mut self.0.borrow_mut().web_sockets;
        if web_sockets.iter().any(|(known, _)| known == key) {
            return Err(router_error(format!("the route key {key:?} has a function already; remove one")));
        }
        web_sockets.push((key.to_owned(), function));
        Ok(())
    }

    pub(super) fn add(
        &self,
        method: &str,
        pattern: &str,
        target: Target,
        operation: Operation,
        schemas: Schemas,
    ) -> Result<()> {
        let segments = pattern::parse(pattern)?;
        let inner = &mut *self.0.borrow_mut();
        let same_id = |route: &&Rc<Route>| operation.id().is_some() && route.operation.id() == operation.id();
        if let Some(other) = inner.routes.iter().find(same_id) {
            return Err(router_error(format!(
                "the routes {:?} and {pattern:?} have the same `operation_id`; rename one",
                other.pattern
            )));
        }
        inner.tree.add(&segments, method, inner.routes.len()).map_err(|existing| {
            let existing = &inner.routes[existing].pattern;
            router_error(format!(
                "the routes {method} {existing:?} and {pattern:?} are for the same requests; remove one"
            ))
        })?;
        let (method, pattern) = (method.to_owned(), pattern.to_owned());
        inner.routes.push(Rc::new(Route { method, pattern, segments, target, operation, schemas }));
        Ok(())
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(Rc::make_mut(&mut self.0.borrow_mut().settings));
    }
}

impl Object for Router {
    fn type_name(&self) -> &'static str {
        Self::TYPE_NAME
    }

    fn display(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "router with {} routes", self.0.borrow().routes.len())
    }
}
