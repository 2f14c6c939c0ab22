//! The documentation of the functions that the compiler makes instructions of: they are in no table.

use crate::entries;
use crate::module::Chapter;

/// The documentation.
pub const CHAPTER: Chapter = Chapter {
    title: "Types, functions and scripts",
    text: concat!(
        "What the language knows of its own values, functions and variables. [Functions as values](#functions-as-values) has more on\n",
        "closures.",
    ),
    functions: entries! {
        /// Returns the name of the value's type. `type_of(x)` is the same.
        ///
        /// ```rhai
        /// "a".type_of() // → "string"
        /// type_of(1) // → "i64"
        /// [(), 1.5, 'a', [], #{}, 0..1, |x| x].map(|x| type_of(x)) // → ["()", "f64", "char", "array", "map", "range", "Fn"]
        /// ```
        new "type_of" (self: Any) -> String = ();

        /// Makes a function value of a function's name. The function is looked up when it is called.
        ///
        /// ```rhai
        /// fn twice(x) { x * 2 }
        /// let f = Fn("twice");
        /// f.call(4) // → 8
        /// [1, 2].map(Fn("twice")) // → [2, 4]
        /// Fn("thrice").call(1) // ✗ FunctionNotFound
        /// ```
        new "Fn" (name: String) -> Fn = ();

        /// Calls a function value with arguments. `call(f, x)` is the same as `f.call(x)`.
        ///
        /// ```rhai
        /// let add = |a, b| a + b;
        /// add.call(1, 2) // → 3
        /// call(add, 1, 2) // → 3
        /// ```
        new "call" (self: Fn; arguments: Any "any…") -> Any = ();

        /// Returns a function value whose first arguments are given already.
        ///
        /// ```rhai
        /// let add = |a, b| a + b;
        /// let add_five = add.curry(5);
        /// add_five.call(1) // → 6
        /// ```
        new "curry" (self: Fn; arguments: Any "any…") -> Fn = ();

        /// Returns whether the script has a function of this name and this number of parameters.
        ///
        /// ```rhai
        /// fn twice(x) { x * 2 }
        /// is_def_fn("twice", 1) // → true
        /// is_def_fn("twice", 2) // → false
        /// ```
        new "is_def_fn" (name: String, parameters: Int) -> Bool = ();

        /// Returns whether a variable of this name is in scope.
        ///
        /// ```rhai
        /// let x = 1;
        /// is_def_var("x") // → true
        /// is_def_var("y") // → false
        /// ```
        new "is_def_var" (name: String) -> Bool = ();

        /// Returns whether a closure shares the variable.
        ///
        /// ```rhai
        /// let n = 0;
        /// let alone = 0;
        /// let add = || n += 1;
        /// is_shared(n) // → true
        /// is_shared(alone) // → false
        /// ```
        new "is_shared" (variable: Any) -> Bool = ();

        /// Runs a string as a script that sees the variables around it. Variables that it declares end with it. Never run a
        /// string that comes from outside.
        ///
        /// ```rhai
        /// let x = 20;
        /// eval("x + 1") // → 21
        /// ```
        new "eval" (script: String) -> Any = ();
    },
    namespaces: &[],
    options: &[],
};
