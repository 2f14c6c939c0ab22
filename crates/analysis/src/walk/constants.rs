//! Constants that are changed: each of these is an error when the script gets there.

use super::Walk;
use crate::code::Code;
use crate::script::GLOBAL;
use rhai::{Expr, Position};
use rhai_vm::compile::{flatten, Link, LinkKind};

impl Walk<'_> {
    /// `LIST.push(1)`, or the same with a part of the constant.
    pub(crate) fn check_constant(&mut self, root: &Expr, links: &[Link<'_>]) {
        let Some(name) = self.constant(root) else { return };
        let method = links.iter().find_map(|link| match link.kind {
            LinkKind::Method(call, position) => Some((call, position)),
            _ => None,
        });
        let Some((call, position)) = method else { return };
        let (method, count) = (call.name.as_str(), call.args.len());
        let is_own = self.may_be_own_method(method, count);
        if !is_own && !self.project.may_be_field(method) && self.natives().changes(method, count + 1) {
            self.changed_constant(&name, position);
        }
    }

    /// `LIST[0] = 1`
    pub(crate) fn check_constant_part(&mut self, target: &Expr) {
        let (root, _) = flatten(target);
        if let Some(name) = self.constant(root) {
            self.changed_constant(&name, root.start_position());
        }
    }

    /// The constant that an expression is, as it is written.
    fn constant(&self, expression: &Expr) -> Option<String> {
        let Expr::Variable(variable, ..) = expression else { return None };
        let name = variable.1.as_str();
        let is_constant = match &*variable.2.path {
            [] => self.scope.variable(name).is_some_and(|variable| variable.is_constant),
            [space] => space.name == GLOBAL && self.script.constants.contains(name),
            _ => false,
        };
        let space = variable.2.path.first().map_or(String::new(), |space| format!("{}::", space.name));
        is_constant.then(|| format!("{space}{name}"))
    }

    fn changed_constant(&mut self, name: &str, position: Position) {
        let message = format!("the constant `{name}` cannot be changed");
        let help = format!("declare it with `let`, or change a copy: `let copy = {name};`");
        let span = self.word(position);
        self.report(Code::ChangedConstant, span, message, Some(help));
    }
}
