//! The commands: inputs that begin with a colon.

use std::fmt::Write as _;

/// Each command: its name, its argument, and what it does.
pub(super) const NAMES: [(&str, &str, &str); 9] = [
    ("doc", "NAME", "show the documentation of a function, module or variable"),
    ("event", "NAME [--OPTION VALUE]…", "set `event` to an event of `rhambda event`; also @FILE or JSON"),
    ("help", "", "show this list"),
    ("invoke", "HANDLER", "invoke a handler with `event`, as Lambda does"),
    ("load", "FILE", "run a script; its variables and functions stay"),
    ("quit", "", "end, as Ctrl-D does"),
    ("reset", "", "forget variables, functions, imports and caches"),
    ("time", "SCRIPT", "run a script and show how long it took"),
    ("type", "SCRIPT", "run a script and show the type of its value"),
];

/// A command that was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Doc(&'a str),
    Event(&'a str),
    Help,
    Invoke(&'a str),
    Load(&'a str),
    Quit,
    Reset,
    Time(&'a str),
    Type(&'a str),
}

/// The command in a text; `None` if the text is a script.
///
/// # Errors
/// What is wrong with the command.
pub(super) fn parse(text: &str) -> Option<Result<Command<'_>, String>> {
    let text = text.trim().strip_prefix(':')?;
    let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let argument = argument.trim();
    let Some((name, wanted, _)) = NAMES.iter().find(|(known, ..)| *known == name) else {
        let alike = likeness::sorted(name, NAMES.to_vec(), |(known, ..)| known);
        let alike = alike.first().map_or("", |(known, ..)| known);
        let short: String = name.chars().take(40).collect();
        return Some(Err(format!(
            "the command \":{short}\" is unknown; did you mean :{alike}? :help lists all"
        )));
    };
    if argument.is_empty() != wanted.is_empty() {
        return Some(Err(if wanted.is_empty() {
            format!(":{name} has no argument")
        } else {
            format!(":{name} requires an argument: write :{name} {wanted}")
        }));
    }
    Some(Ok(match *name {
        "doc" => Command::Doc(argument),
        "event" => Command::Event(argument),
        "help" => Command::Help,
        "invoke" => Command::Invoke(argument),
        "load" => Command::Load(argument),
        "quit" => Command::Quit,
        "reset" => Command::Reset,
        "time" => Command::Time(argument),
        _ => Command::Type(argument),
    }))
}

/// The list of commands.
pub(super) fn help() -> String {
    let mut text =
        String::from("Type a script to see its value; `_` is the last value. Tab completes names.\n\n");
    for (name, argument, what) in NAMES {
        let command = format!(":{name} {argument}");
        let _ = writeln!(text, "  {command:<32} {what}");
    }
    text.push_str("\nCtrl-C stops what runs, Ctrl-D ends.");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_a_name_and_an_argument() {
        assert_eq!(parse("1 + 2"), None);
        assert_eq!(parse(" :load  a b.rhai "), Some(Ok(Command::Load("a b.rhai"))));
        assert_eq!(parse(":quit"), Some(Ok(Command::Quit)));
        let error = |text| parse(text).unwrap().unwrap_err();
        assert_eq!(error(":load"), ":load requires an argument: write :load FILE");
        assert_eq!(error(":quit now"), ":quit has no argument");
        assert!(error(":hlep").contains("did you mean :help?"));
    }

    #[test]
    fn every_command_is_parsed_as_itself() {
        for (name, argument, _) in NAMES {
            let parsed = parse(&format!(":{name} {argument}")).map(|parsed| format!("{parsed:?}"));
            assert!(parsed.unwrap().to_lowercase().contains(name), "{name}");
            assert!(help().contains(name));
        }
    }
}
