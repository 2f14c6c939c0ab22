//! Variables, imports and functions that are never used.

use super::Walk;
use crate::code::Code;
use crate::scope::{Alias, Origin};
use crate::script::Script;
use rhai::{Expr, Stmt};

/// Functions that the runtime calls.
const HOOKS: [&str; 2] = ["before_snapshot", "after_restore"];

/// Imports of imports are followed so deep.
pub(super) const MAX_IMPORTS: usize = 8;

impl Walk<'_> {
    /// Ends the variables and imports that came after these.
    pub(crate) fn leave(&mut self, variables: usize, aliases: usize) {
        for variable in self.scope.variables.split_off(variables) {
            if variable.origin == Origin::Declared && !variable.is_read {
                let message = format!("the variable `{}` is never read", variable.name);
                let help = format!("remove it, or call it `_{}` if that is intended", variable.name);
                self.report(Code::UnusedVariable, variable.span, message, Some(help));
            }
        }
        for alias in self.scope.aliases.split_off(aliases) {
            if !alias.is_used && self.imports_functions_only(&alias) {
                let message = format!("the import `{}` is never used", alias.name);
                self.report(Code::UnusedImport, alias.span, message, Some("remove it".to_owned()));
            }
        }
    }

    /// Whether importing this script does nothing but bring functions and constants.
    fn imports_functions_only(&self, alias: &Alias) -> bool {
        let target = alias.path.as_ref().and_then(|path| self.project.target(self.script, path));
        !alias.name.is_empty()
            && !alias.name.starts_with('_')
            && target.is_some_and(|target| self.declares_only(target, MAX_IMPORTS))
    }

    /// Whether a script, with the scripts that it imports, only declares functions and constants when it is loaded.
    pub(super) fn declares_only(&self, script: &Script, depth: usize) -> bool {
        let is_declaration = |statement: &Stmt| match statement {
            Stmt::Var(..) | Stmt::Noop(_) | Stmt::Export(..) => true,
            Stmt::Import(import, _) => match &import.0 {
                Expr::StringConstant(path, _) if depth > 0 => {
                    let target = self.project.target(script, path);
                    target.is_some_and(|target| self.declares_only(target, depth - 1))
                }
                _ => false,
            },
            _ => false,
        };
        script.main.iter().all(is_declaration)
            && script.broken.is_empty()
            && script.functions.iter().all(|function| function.this_type.is_none())
    }

    /// Reports the private functions that nobody calls.
    pub(crate) fn unused_functions(&mut self) {
        let script = self.script;
        for function in script.functions.iter().filter(|function| function.is_private) {
            let name = function.name.as_str();
            let is_exempt = name.starts_with('_') || HOOKS.contains(&name) || script.strings.contains(name);
            if is_exempt
                || self.values.contains(name)
                || self.project.calls(name)
                || !script.broken.is_empty()
            {
                continue;
            }
            let text = script.text.as_str();
            let declared = text[..script.text.offset(function.at)].rfind(name).unwrap_or_default();
            let message = format!("the private function `{}` is never called", function.signature());
            let help = "remove it, or the word `private` if other scripts or Lambda call it";
            self.report(
                Code::UnusedFunction,
                declared..declared + name.len(),
                message,
                Some(help.to_owned()),
            );
        }
    }
}
