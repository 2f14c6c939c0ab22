//! Names of variables, constants, modules and properties.

use super::Walk;
use crate::code::Code;
use crate::finding::Finding;
use crate::natives::{mistyped, type_name, Meant, Type};
use crate::remedies;
use crate::scope::Variable;
use crate::script::GLOBAL;
use rhai::{Namespace, ParseErrorType, Position};
use rhai_vm::Kind;
use rhambda::reference;
use rhambda::script::habits;

impl Walk<'_> {
    /// `module::NAME`, or `global::NAME`.
    pub(crate) fn qualified_variable(&mut self, namespace: &Namespace, name: &str, position: Position) {
        let [root] = &*namespace.path else {
            if let Some(alias) = namespace.path.first().and_then(|root| self.scope.alias_mut(&root.name)) {
                alias.is_used = true;
            }
            return;
        };
        let (root, script) = (root.name.as_str(), self.script);
        let span = self.qualified_span(namespace.position(), root, name);
        if let Some(alias) = self.scope.alias_mut(root) {
            alias.is_used = true;
            let target = alias.path.as_ref().and_then(|path| self.project.target(script, path));
            if let Some(target) =
                target.filter(|target| target.broken.is_empty() && !target.exports.contains(name))
            {
                let meant = if target.constants.contains(name) {
                    Some(Meant::hint(format!("write `export const {name} = …` in {}", target.name)))
                } else {
                    mistyped(name, target.exports.iter().map(String::as_str))
                        .map(|meant| Meant::name(meant).within(root))
                };
                let message = format!("{} does not export `{name}`", target.name);
                self.report_name(Code::UnknownVariable, span, message, name, meant);
            }
        } else if root == GLOBAL {
            if let Some(variable) = self.scope.anywhere(name) {
                variable.is_read = true;
            }
            if script.broken.is_empty() && !script.constants.contains(name) {
                let meant = mistyped(name, script.constants.iter().map(String::as_str));
                if let Some(variable) = meant.and_then(|meant| self.scope.anywhere(meant)) {
                    variable.is_read = true;
                }
                let meant = meant.map(|meant| Meant::name(meant).within(GLOBAL));
                let message = format!("the script has no constant `{name}` at its top level");
                self.report_name(Code::UnknownVariable, span, message, name, meant);
            }
        } else if self.natives().has_space(root) {
            if !self.natives().has_constant(root, name) {
                let message = format!("`{root}` has no constant `{name}`");
                let is_function = !self.natives().forms(Some(root), name).is_empty();
                let help = is_function.then(|| format!("it is a function: write `|x| {root}::{name}(x)`"));
                self.report(Code::UnknownVariable, span, message, help);
            }
        } else {
            self.unknown_module(
                root,
                if namespace.position().is_none() { position } else { namespace.position() },
            );
        }
    }

    pub(crate) fn unknown_module(&mut self, root: &str, position: Position) {
        let aliases = self.scope.aliases.iter().map(|alias| alias.name.as_str());
        let meant = mistyped(root, aliases.chain(self.natives().spaces())).map(str::to_owned);
        if let Some(alias) = meant.as_ref().and_then(|meant| self.scope.alias_mut(meant)) {
            alias.is_used = true;
        }
        let kind = ParseErrorType::ModuleUndefined(root.to_owned());
        let message = format!("the module `{root}` is not imported");
        let finding = self.undefined_name(&kind, root, position, message, meant);
        self.undefined.push(finding);
    }

    /// Notes a variable that does not exist.
    pub(crate) fn undefined(&mut self, name: &str, position: Position) {
        // `money.round(1)`, where `money::round(1)` is meant.
        if let Some(alias) = self.scope.alias_mut(name) {
            alias.is_used = true;
        }
        // A variable of the top level is meant, even if it is not in scope.
        if let Some(meant) = self.scope.anywhere(name) {
            meant.is_read = true;
        }
        let visible = self.scope.variables[self.scope.first..].iter();
        let meant = mistyped(name, visible.map(|variable| variable.name.as_str())).map(str::to_owned);
        let first = self.scope.first;
        let is_meant =
            |it: &&mut Variable| meant.as_ref() == Some(&it.name) || likeness::is_one_slip(&it.name, name);
        self.scope.variables[first..]
            .iter_mut()
            .filter(is_meant)
            .for_each(|variable| variable.is_read = true);
        let message = format!("the variable `{name}` is not defined");
        if self.script.constants.contains(name) {
            let help = format!("in functions, write `global::{name}` for a constant of the file");
            let mut finding = self.finding(Code::UnknownVariable, self.word(position), message, Some(help));
            finding.suggest(self.script.text.as_str(), name, &format!("global::{name}"));
            return self.undefined.push(finding);
        }
        let kind = ParseErrorType::VariableUndefined(name.to_owned());
        let mut finding = self.undefined_name(&kind, name, position, message, meant);
        finding.edits = remedies::word(name, &finding.span);
        self.undefined.push(finding);
    }

    /// A variable or module that does not exist, and the one that may be meant.
    fn undefined_name(
        &self,
        kind: &ParseErrorType,
        name: &str,
        position: Position,
        message: String,
        meant: Option<String>,
    ) -> Finding {
        let text = self.script.text.as_str();
        let hint = habits::for_syntax(kind, text, position);
        let meant = meant.map(|meant| Meant::name(&meant));
        // The hint may be the same, or something better.
        let meant = match (hint, meant) {
            (None, meant) => meant,
            (Some(hint), Some(meant)) if hint.eq_ignore_ascii_case(&meant.help) => Some(meant),
            (Some(hint), _) => Some(Meant::hint(hint)),
        };
        let (help, right) = meant.map(|meant| (meant.help, meant.name)).unzip();
        let mut finding = self.finding(Code::UnknownVariable, self.word(position), message, help);
        if let Some(right) = right.flatten() {
            finding.suggest(text, name, &right);
        }
        finding
    }

    /// A property of a value, whose type may be certain.
    pub(crate) fn property(&mut self, of: Type, name: &str, position: Position) {
        let Some(of) = of.filter(|of| !matches!(of, Kind::Map | Kind::Unit | Kind::Any)) else { return };
        let getter = format!("get${name}");
        let getters = self.natives().forms(None, &getter);
        if getters
            .iter()
            .any(|form| form.params.first().is_some_and(|first| [of, Kind::Any].contains(&first.of.kind)))
        {
            return;
        }
        let meant = match of {
            Kind::Host(type_name) => match reference::properties(type_name) {
                None => return,
                Some(names) if names.contains(&name) => return,
                Some(names) => {
                    let longer = || names.iter().copied().find(|longer| longer.ends_with(name));
                    let meant = mistyped(name, names.iter().copied()).or_else(longer);
                    let all = || Meant::hint(format!("it has {}", names.join(", ")));
                    Some(meant.map_or_else(all, Meant::name))
                }
            },
            _ if !self.natives().forms(None, name).is_empty() => {
                let help = format!("`{name}` is a method: write `.{name}()`");
                Some(Meant { help, name: Some(format!("{name}()")) })
            }
            _ => habits::name_in_rhai(name)
                .map(|help| Meant { help, name: habits::renamed(name).map(str::to_owned) }),
        };
        let message = format!("a value of the type {} has no property `{name}`", type_name(of));
        let span = self.word(position);
        self.report_name(Code::UnknownField, span, message, name, meant);
    }
}
