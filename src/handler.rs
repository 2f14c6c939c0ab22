//! The handler setting (`_HANDLER`): which file, which function. Pure, no I/O.

use crate::failure::Failure;

/// The longest handler setting in characters that Lambda takes
/// (`CreateFunction` in the AWS Lambda API reference).
const MAX_LENGTH: usize = 128;

/// The extension of scripts.
const EXTENSION: &str = ".rhai";

/// What the handler setting asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandlerSpec {
    /// `file.function`: this function of this file is called for each invocation.
    Function {
        /// Relative to the task root, with its extension.
        file: String,
        /// The function's name.
        function: String,
    },
    /// `file` or `file.rhai`: the whole file runs for each invocation.
    Script {
        /// Relative to the task root, with its extension.
        file: String,
    },
    /// An expression whose value is a function, called for each invocation.
    Inline {
        /// The expression.
        source: String,
    },
}

impl HandlerSpec {
    /// The name of what is called, for traces.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Function { function, .. } => function,
            Self::Script { file } => file,
            Self::Inline { .. } => "handler",
        }
    }

    /// Whether Lambda takes such a setting. White space it takes only as a container image's command,
    /// where it can be part of an inline function.
    ///
    /// # Errors
    /// `Runtime.MalformedHandlerName`, with what Lambda would refuse.
    pub fn check_for_lambda(setting: &str) -> Result<(), Failure> {
        check_length(setting)?;
        if setting.contains(char::is_whitespace) {
            return Err(malformed(setting, "it contains white space, which Lambda does not accept"));
        }
        Ok(())
    }

    /// Reads a handler setting.
    ///
    /// # Errors
    /// `Runtime.MalformedHandlerName`, with what is wrong and what a right one looks like.
    pub fn parse(setting: &str) -> Result<Self, Failure> {
        check_length(setting)?;
        if setting.contains(['|', '(']) {
            return Ok(Self::Inline { source: setting.to_owned() });
        }
        if setting.contains(char::is_whitespace) {
            return Err(malformed(setting, "it contains white space"));
        }
        if setting.contains('\\') {
            return Err(malformed(setting, "folders are separated by `/`, not by `\\`"));
        }
        if setting.contains(|c: char| c.is_control()) {
            return Err(malformed(setting, "it contains a control character"));
        }
        let path = relative_path(setting).map_err(|problem| malformed(setting, problem))?;
        let (folder, last) = match path.rsplit_once('/') {
            Some((folder, last)) => (format!("{folder}/"), last),
            None => (String::new(), path.as_str()),
        };
        if last == EXTENSION {
            return Err(malformed(setting, "the file has no name before `.rhai`"));
        }
        if last.ends_with(EXTENSION) || !last.contains('.') {
            return Ok(Self::Script { file: with_extension(&path) });
        }
        match last.rsplit_once('.') {
            Some(("", _)) => Err(malformed(setting, "the file name before the dot is missing")),
            Some((_, "")) => Err(malformed(setting, "the function name after the dot is missing")),
            Some((file, function)) => Ok(Self::Function {
                file: with_extension(&format!("{folder}{file}")),
                function: function.to_owned(),
            }),
            None => Err(malformed(setting, "it contains no dot")),
        }
    }
}

fn check_length(setting: &str) -> Result<(), Failure> {
    match setting.chars().count() {
        0 => Err(malformed(setting, "it is empty")),
        1..=MAX_LENGTH => Ok(()),
        length => {
            let problem = format!("it has {length} characters; Lambda accepts at most {MAX_LENGTH}");
            Err(malformed(setting, &problem))
        }
    }
}

/// `path` with its `.` and `..` parts resolved: relative to a root and inside of it.
///
/// # Errors
/// Why it is not such a path.
pub(crate) fn relative_path(path: &str) -> Result<String, &'static str> {
    if path.starts_with('/') {
        return Err("it is an absolute path; Rhambda looks for files in the task root and in layers");
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" => return Err("its path has an empty part"),
            "." => {}
            ".." => {
                parts.pop().ok_or("its `..` leaves the task root")?;
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() || path.ends_with("/.") || path.ends_with("/..") {
        return Err("it names a folder, not a file");
    }
    Ok(parts.join("/"))
}

/// `path` with `.rhai` at its end.
pub(crate) fn with_extension(path: &str) -> String {
    if path.ends_with(EXTENSION) {
        path.to_owned()
    } else {
        format!("{path}{EXTENSION}")
    }
}

fn malformed(setting: &str, problem: &str) -> Failure {
    Failure::new(
        "Runtime.MalformedHandlerName",
        format!(
            "the handler \"{setting}\" is invalid: {problem}. Use `file.function` \
             (`hello.handler` calls `handler` of `hello.rhai`), a script (`hello.rhai` or `hello`) \
             or an inline function (`|event|event.name`)"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn function(file: &str, function: &str) -> HandlerSpec {
        HandlerSpec::Function { file: file.into(), function: function.into() }
    }

    fn script(file: &str) -> HandlerSpec {
        HandlerSpec::Script { file: file.into() }
    }

    #[test]
    fn forms() {
        for (setting, spec) in [
            ("hello.handler", function("hello.rhai", "handler")),
            ("api/users.list", function("api/users.rhai", "list")),
            ("a.b/users.v2.list", function("a.b/users.v2.rhai", "list")),
            ("./hello.handler", function("hello.rhai", "handler")),
            ("a/../hello.handler", function("hello.rhai", "handler")),
            ("hello.rhai.handler", function("hello.rhai", "handler")),
            ("hello.rhai", script("hello.rhai")),
            ("hello", script("hello.rhai")),
            ("jobs/night", script("jobs/night.rhai")),
            ("a.b/night", script("a.b/night.rhai")),
            ("größe.füge", function("größe.rhai", "füge")),
        ] {
            assert_eq!(HandlerSpec::parse(setting).unwrap(), spec, "{setting}");
        }
        for inline in ["|event,context|event.a+1", "||1", "Fn(\"x\")", "| e | e"] {
            let spec = HandlerSpec::parse(inline).unwrap();
            assert_eq!(spec, HandlerSpec::Inline { source: inline.into() });
        }
    }

    #[test]
    fn malformed_settings_say_why() {
        for (setting, why) in [
            ("", "it is empty"),
            (".x", "the file name before the dot is missing"),
            ("x.", "the function name after the dot is missing"),
            ("a/.x", "the file name before the dot is missing"),
            (".", "names a folder"),
            ("a/", "an empty part"),
            ("a//b.c", "an empty part"),
            ("../x.y", "leaves the task root"),
            ("a/../../x.y", "leaves the task root"),
            ("/etc/x.y", "an absolute path"),
            ("a b.c", "white space"),
            ("a\\b.c", "separated by `/`"),
            (".rhai", "no name before `.rhai`"),
            (&"x".repeat(200), "200 characters"),
        ] {
            let failure = HandlerSpec::parse(setting).unwrap_err();
            assert_eq!(failure.error_type, "Runtime.MalformedHandlerName");
            assert!(failure.message.contains(why), "{setting:?}: {}", failure.message);
        }
    }

    #[test]
    fn what_lambda_takes() {
        for setting in ["hello.handler", "größe.füge", "|event,context|event.a+1", &"x".repeat(128)] {
            HandlerSpec::check_for_lambda(setting).unwrap();
        }
        for (setting, why) in [
            ("", "it is empty"),
            ("a b.c", "white space"),
            ("|event| event", "white space"),
            ("|event|\tevent", "white space"),
            (&format!("|event|{}", "1+".repeat(61)), "129 characters; Lambda accepts at most 128"),
        ] {
            let message = HandlerSpec::check_for_lambda(setting).unwrap_err().message;
            assert!(message.contains(why), "{setting:?}: {message}");
        }
    }

    proptest! {
        #[test]
        fn never_leaves_the_root(setting in "[a-z./]{0,20}") {
            if let Ok(HandlerSpec::Function { file, .. } | HandlerSpec::Script { file }) =
                HandlerSpec::parse(&setting)
            {
                prop_assert!(!file.starts_with('/'));
                prop_assert!(file.split('/').all(|part| !matches!(part, "" | "." | "..")));
                prop_assert!(file.ends_with(".rhai"));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(setting in any::<String>()) {
            if let Err(failure) = HandlerSpec::parse(&setting) {
                prop_assert_eq!(failure.error_type, "Runtime.MalformedHandlerName");
            }
        }

        #[test]
        fn file_and_function_come_back(file in "[a-z]{1,8}(/[a-z.]{0,5}[a-z]{1,3}){0,2}", name in "[a-z_]{1,8}") {
            prop_assume!(name != "rhai");
            let spec = HandlerSpec::parse(&format!("{file}.{name}")).unwrap();
            prop_assert_eq!(spec, function(&with_extension(&file), &name));
        }
    }
}
