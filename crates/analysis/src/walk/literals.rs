//! What is written out of expressions: literals, and variables that never have another value.

use super::Walk;
use crate::literals::{Known, Literal};
use crate::script::GLOBAL;
use rhai::{Expr, Namespace, Stmt};
use rhai_vm::Value;

impl Walk<'_> {
    /// What is written out of an expression.
    pub(crate) fn literal(&self, expression: &Expr) -> Literal {
        let value = match expression {
            Expr::Unit(_) => Known::Scalar(Value::Unit),
            Expr::BoolConstant(value, _) => Known::Scalar((*value).into()),
            Expr::IntegerConstant(value, _) => Known::Scalar((*value).into()),
            Expr::FloatConstant(value, _) => Known::Scalar((**value).into()),
            Expr::CharConstant(value, _) => Known::Scalar(Value::Char(*value)),
            Expr::StringConstant(text, _) => Known::Scalar(text.as_str().into()),
            Expr::Array(items, _) => Known::Array(items.iter().map(|item| self.literal(item)).collect()),
            Expr::Map(entries, _) => {
                let entry = |(name, value): &(rhai::Ident, Expr)| {
                    (name.name.to_string(), name.pos, self.literal(value))
                };
                Known::Map(entries.0.iter().map(entry).collect())
            }
            Expr::Variable(variable, ..) => {
                if let Some(literal) = self.literal_of(&variable.2, &variable.1) {
                    return match literal.value {
                        // A mistake in a map is where the map is written; another value may be right elsewhere.
                        Known::Map(_) | Known::Array(_) => literal.clone(),
                        _ => Literal { place: expression.start_position(), value: literal.value.clone() },
                    };
                }
                Known::Of(self.certain(expression))
            }
            _ => Known::Of(self.certain(expression)),
        };
        Literal { place: expression.start_position(), value }
    }

    /// What a variable or a constant of the script always is.
    fn literal_of(&self, namespace: &Namespace, name: &str) -> Option<&Literal> {
        match &*namespace.path {
            [] => self.scope.variable(name)?.literal.as_ref(),
            [root] if root.name == GLOBAL && self.script.constants.contains(name) => {
                let declares = |statement: &&Stmt| matches!(statement, Stmt::Var(definition, ..) if definition.0.name == name);
                let is_one = self.script.main.iter().filter(declares).count() == 1;
                let outermost = self.scope.variables.iter().find(|variable| variable.name == name)?;
                outermost.literal.as_ref().filter(|_| is_one)
            }
            _ => None,
        }
    }
}
