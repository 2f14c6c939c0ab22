//! The names of `for` loops that people from other languages write in another order.

use super::Walk;
use crate::code::Code;
use rhai::{Expr, Ident};
use rhai_vm::compile::{flatten, LinkKind};

const INDEX: [&str; 3] = ["i", "idx", "index"];
const ITEM: [&str; 9] = ["elem", "element", "entry", "item", "line", "record", "row", "v", "value"];
const KEY: [&str; 2] = ["k", "key"];

impl Walk<'_> {
    /// `for (index, item) in list`, or `for (key, value) in map.entries()`
    pub(crate) fn check_order(&mut self, names: [&Ident; 2], iterated: &Expr) {
        let [first, second] = names.map(|name| name.name.as_str());
        let help = match last_method(iterated).as_deref() {
            Some("enumerate") => "write `for (item, index) in list`, without `enumerate`",
            Some("entries") if KEY.contains(&first) => {
                "write `for pair in map.entries()`: `pair[0]` is the key, and `pair[1]` the value"
            }
            _ if INDEX.contains(&first) && ITEM.contains(&second) => "write `for (item, index) in list`",
            _ => return,
        };
        let message = format!("`{first}` is the item and `{second}` its index");
        let span = self.word(names[0].pos);
        self.report(Code::ForOrder, span, message, Some(help.to_owned()));
    }
}

/// The method whose result an expression is.
fn last_method(expression: &Expr) -> Option<String> {
    if let Expr::FnCall(call, _) = expression {
        return (call.args.len() == 1).then(|| call.name.to_string());
    }
    let Expr::Dot(..) = expression else { return None };
    match flatten(expression).1.last().map(|link| &link.kind) {
        Some(LinkKind::Method(call, _)) => Some(call.name.to_string()),
        _ => None,
    }
}
