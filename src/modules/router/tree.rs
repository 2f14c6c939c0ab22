//! The routes as a tree of segments: finding one takes as long as its path, however many routes there are.

use super::pattern::{Kind, Segment};
use std::collections::HashMap;

/// A place in the tree. Literals come first, then the most specific parameters.
#[derive(Default)]
pub(super) struct Node {
    literals: HashMap<Box<str>, Node>,
    params: Vec<(Kind, Node)>,
    /// Methods and the numbers of their routes.
    routes: Vec<(Box<str>, usize)>,
}

/// What a path leads to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The route for the method.
    pub(super) route: Option<usize>,
    /// The methods that the path has, if not this one.
    pub(super) methods: Vec<String>,
}

impl Node {
    /// Adds a route. Returns the number of an existing route for the same requests instead of adding it.
    pub(super) fn add(&mut self, segments: &[Segment], method: &str, route: usize) -> Result<(), usize> {
        let Some((first, rest)) = segments.split_first() else {
            if let Some((_, existing)) = self.routes.iter().find(|(known, _)| **known == *method) {
                return Err(*existing);
            }
            self.routes.push((method.into(), route));
            return Ok(());
        };
        let next = match first {
            Segment::Literal(text) => self.literals.entry(text.as_str().into()).or_default(),
            Segment::Param(_, kind) => {
                let place = self.params.partition_point(|(other, _)| other < kind);
                if self.params.get(place).is_none_or(|(other, _)| other != kind) {
                    self.params.insert(place, (*kind, Self::default()));
                }
                &mut self.params[place].1
            }
        };
        next.add(rest, method, route)
    }

    /// Finds the route for a request. If the path has routes, but none for the method, these are `methods`.
    pub(super) fn find(&self, segments: &[&str], method: &str) -> Found {
        let mut found = Found::default();
        self.visit(segments, &mut |node| {
            let route =
                node.route(method).or_else(|| if method == "HEAD" { node.route("GET") } else { None });
            found.route = route.or_else(|| node.route("*"));
            if found.route.is_none() {
                found.methods.extend(node.routes.iter().map(|(method, _)| method.to_string()));
            }
            found.route.is_some()
        });
        found.methods.sort_unstable();
        found.methods.dedup();
        found
    }

    fn route(&self, method: &str) -> Option<usize> {
        self.routes.iter().find(|(known, _)| **known == *method).map(|(_, route)| *route)
    }

    /// Visits the nodes that a path leads to, the most specific first, until `accept` does.
    fn visit(&self, segments: &[&str], accept: &mut dyn FnMut(&Self) -> bool) -> bool {
        let Some((first, rest)) = segments.split_first() else {
            let is_rest = |(kind, _): &&(Kind, Self)| *kind == Kind::Rest;
            return (!self.routes.is_empty() && accept(self))
                || self.params.iter().find(is_rest).is_some_and(|(_, next)| accept(next));
        };
        if self.literals.get(*first).is_some_and(|next| next.visit(rest, accept)) {
            return true;
        }
        self.params.iter().any(|(kind, next)| match kind {
            Kind::Rest => next.visit(&[], accept),
            kind => kind.read(first).is_some() && next.visit(rest, accept),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern;
    use super::*;
    use std::time::{Duration, Instant};

    fn tree(routes: &[(&str, &str)]) -> Node {
        let mut tree = Node::default();
        for (number, (method, pattern)) in routes.iter().enumerate() {
            tree.add(&pattern::parse(pattern).unwrap(), method, number).unwrap();
        }
        tree
    }

    fn find(tree: &Node, method: &str, path: &str) -> Option<usize> {
        tree.find(&path.split('/').skip(1).collect::<Vec<_>>(), method).route
    }

    #[test]
    fn the_most_specific_route_wins_whatever_the_order() {
        let tree = tree(&[
            ("GET", "/a/{rest*}"),
            ("GET", "/a/{name}"),
            ("GET", "/a/{id:int}"),
            ("GET", "/a/new"),
            ("POST", "/a/only-post"),
            ("GET", "/a/{name}/b"),
        ]);
        for (path, route) in [
            ("/a/new", 3),
            ("/a/7", 2),
            ("/a/x", 1),
            ("/a/x/y", 0),
            ("/a/7/b", 5),
            ("/a/only-post", 1),
            ("/a", 0),
        ] {
            assert_eq!(find(&tree, "GET", path), Some(route), "{path}");
        }
        assert_eq!(find(&tree, "GET", "/b"), None);
    }

    #[test]
    fn other_methods_are_listed() {
        let tree = tree(&[("POST", "/a"), ("GET", "/a"), ("GET", "/{x}")]);
        assert_eq!(tree.find(&["a"], "PUT").methods, ["GET", "POST"]);
        assert_eq!(find(&tree, "HEAD", "/a"), Some(1));
    }

    #[test]
    fn a_hundred_routes_are_matched_in_microseconds() {
        let patterns: Vec<_> =
            (0..100).map(|number| format!("/service{number}/items/{{id:int}}/parts/{{part}}")).collect();
        let routes: Vec<_> = patterns.iter().map(|pattern| ("GET", pattern.as_str())).collect();
        let tree = tree(&routes);
        let started = Instant::now();
        for number in 0..1000 {
            let path = format!("/service{}/items/{number}/parts/x", number % 100);
            assert_eq!(find(&tree, "GET", &path), Some(number % 100));
        }
        // 10 µs each are the target of an optimized build; this one is not.
        assert!(started.elapsed() < Duration::from_millis(100), "{:?}", started.elapsed());
    }
}
