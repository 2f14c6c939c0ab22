//! The one place where a Rhai engine is set up.

use super::guard::Guard;
use super::resolver::Resolver;
use super::stream;
use crate::deadline::Deadline;
use crate::{context, modules};
use rhai::{Engine, OptimizationLevel, Token};
use std::cell::Cell;
use std::rc::Rc;

/// Deepest nesting of expressions, in scripts and in their functions. The default of 32 in a
/// function refuses ten nested `if`s.
pub(super) const MAX_EXPRESSION_DEPTH: usize = 256;

/// An engine for a script of this text: what limits it, where its imports are found, and what it can
/// use.
pub(super) fn new(
    guard: &Rc<Guard>,
    resolver: Resolver,
    deadline: &Deadline,
    host: &modules::Host,
    script: &str,
) -> Engine {
    let mut engine = Engine::new();
    // Data sizes have no limit on purpose: with one, Rhai measures a whole array at each push.
    engine.set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH);
    // The interner drops strings one by one in linear time once it is full.
    engine.set_max_strings_interned(0);
    // Folding constants costs more at the start than it gains, and makes some scripts panic.
    engine.set_optimization_level(OptimizationLevel::None);
    // Misspelt variables are found when the script is loaded.
    engine.set_strict_variables(true);
    engine.set_module_resolver(resolver);
    name_after_colons(&mut engine);
    guard.watch(&mut engine);
    context::register(&mut engine);
    stream::register(&mut engine);
    modules::register(&mut engine, deadline, host, script);
    engine
}

/// Makes `call` a name like any other after `::`, as in `aws::call`. Rhai reserves it for the method of
/// functions, which never stands there.
fn name_after_colons(engine: &mut Engine) {
    let is_after_colons = Cell::new(false);
    #[allow(deprecated)] // marked as volatile, not as obsolete
    engine.on_parse_token(move |token, _, _| {
        let is_name = is_after_colons.replace(matches!(token, Token::DoubleColon));
        match token {
            Token::Reserved(name) if is_name && *name == "call" => Token::Identifier(name),
            token => token,
        }
    });
}
