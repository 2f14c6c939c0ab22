//! What a finding can be: the codes by which settings, comments and tools refer to it.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is not reported.
    Off,
    /// The script runs, but likely not as it is meant.
    Warning,
    /// The script fails when it is loaded or when it gets there.
    Error,
}

impl Severity {
    /// The severity of this name, as `rhambda.toml` has it.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Off, Self::Warning, Self::Error].into_iter().find(|severity| severity.name() == name)
    }

    /// `off`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $text:literal])* $code:ident = $name:literal, $severity:ident;)*) => {
        /// The kinds of findings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $text])* $code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)*
                }
            }

            /// The severity, if `rhambda.toml` does not set another.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$code => Severity::$severity,)*
                }
            }

            /// What it means, in a sentence.
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$code => concat!($($text),*).trim_ascii_start(),)*
                }
            }
        }
    };
}

codes! {
    /// The script cannot be parsed.
    Syntax = "syntax", Error;
    /// A variable, constant or module is not defined.
    UnknownVariable = "unknown-variable", Error;
    /// A function does not exist.
    UnknownFunction = "unknown-function", Error;
    /// A function is called with too many or too few arguments.
    ArgumentCount = "argument-count", Error;
    /// A function is called with arguments of the wrong types.
    ArgumentType = "argument-type", Error;
    /// A function is called with a value that it does not accept.
    ArgumentValue = "argument-value", Error;
    /// An operator, a condition, a loop or an index gets a value of the wrong type.
    WrongType = "wrong-type", Error;
    /// A function always calls itself.
    EndlessRecursion = "endless-recursion", Error;
    /// A constant is changed.
    ChangedConstant = "changed-constant", Error;
    /// A value does not have this property.
    UnknownField = "unknown-field", Error;
    /// A service, operation or waiter of AWS does not exist.
    UnknownOperation = "unknown-operation", Error;
    /// A call of AWS has a wrong parameter or option.
    AwsParameter = "aws-parameter", Error;
    /// An imported script does not exist.
    UnknownImport = "unknown-import", Error;
    /// Scripts import each other.
    ImportCycle = "import-cycle", Error;
    /// The handler setting does not name a function that can be called.
    UnknownHandler = "unknown-handler", Error;
    /// A secret is written in a script.
    Secret = "secret", Error;
    /// The value of a `catch` block is dropped.
    CatchValue = "catch-value", Warning;
    /// The result of a method that changes its value in place is used.
    InPlaceResult = "in-place-result", Warning;
    /// A closure that makes a choice assigns a value.
    AssignedCondition = "assigned-condition", Warning;
    /// A `for` variable or a field of it is changed, which is a copy.
    ForCopy = "for-copy", Warning;
    /// The names of a `for` loop are in the wrong order.
    ForOrder = "for-order", Warning;
    /// A comparison always has the same result.
    Comparison = "comparison", Warning;
    /// A statement calculates a value that is not used.
    UnusedResult = "unused-result", Warning;
    /// `${…}` is in a string that is not interpolated.
    PlainInterpolation = "plain-interpolation", Warning;
    /// `??` follows an index that throws.
    IndexDefault = "index-default", Warning;
    /// A loop copies its list in every round, or may do so.
    QuadraticLoop = "quadratic-loop", Warning;
    /// A statement is never reached.
    Unreachable = "unreachable", Warning;
    /// A variable is never read.
    UnusedVariable = "unused-variable", Warning;
    /// A private function is never called.
    UnusedFunction = "unused-function", Warning;
    /// An import is never used.
    UnusedImport = "unused-import", Warning;
    /// The division of two integers loses the fraction.
    IntegerDivision = "integer-division", Off;
}

impl Code {
    /// The code of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}
