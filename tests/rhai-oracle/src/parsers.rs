//! A script, parsed twice: by the machine's own parser and by rhai's.

use rhai_vm::code::{Func, Unit};
use rhai_vm::parse::{self, Settings};
use rhai_vm::vm::{Options, Vm};
use std::fmt::Write as _;
use std::rc::Rc;

/// How both parse.
const OPTIONS: Options =
    Options { strict_variables: true, max_calls: 100, max_expression_depth: 64, tells_statements: false };

/// What a script is for the machine's own parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// It means what rhai says.
    Same,
    /// It leaves the script to rhai, which parses it.
    Left,
    /// It leaves the script to rhai, for which it is an error.
    Wrong,
}

/// Compares the instructions that come of both parsers.
///
/// # Errors
/// How they differ.
pub fn compare(script: &str, is_strict: bool) -> Result<Parsed, String> {
    let variables = ["event", "context"];
    let options = Options { strict_variables: is_strict, ..OPTIONS };
    let vm = Vm::new(Rc::new(()), &[], options);
    let settings = Settings {
        variables: &variables,
        is_strict,
        max_depth: options.max_expression_depth,
        has_module: &|_| false,
        may_go_on: &|| true,
    };
    let ours = parse::parse(script, &settings);
    let rhais = vm.parse(script, &variables);
    match (&ours, &rhais) {
        (Err(_), Ok(_)) => return Ok(Parsed::Left),
        (Err(_), Err(_)) => return Ok(Parsed::Wrong),
        (Ok(_), Err(error)) => return Err(format!("rhai finds {error}")),
        (Ok(_), Ok(_)) => {}
    }
    let ours = vm.compile(script, "script", &variables).map_err(|error| error.to_string());
    let rhais = rhais.and_then(|ast| vm.compile_ast(&Rc::new(ast), "script", &variables));
    let rhais = rhais.map_err(|error| error.to_string());
    match (&ours, &rhais) {
        (Ok(ours), Ok(rhais)) => {
            let (ours, rhais) = (unit(ours), unit(rhais));
            if ours == rhais {
                return Ok(Parsed::Same);
            }
            let lines = ours.lines().zip(rhais.lines());
            let differing = lines.enumerate().find(|(_, (ours, rhais))| ours != rhais);
            let (number, (ours, rhais)) = differing.unwrap_or((0, ("more or fewer lines", "")));
            Err(format!("line {number} is\n{ours}\nof rhai's tree\n{rhais}"))
        }
        (Err(ours), Err(rhais)) if ours == rhais => Ok(Parsed::Same),
        _ => Err(format!("{:?}\nof rhai's tree\n{:?}", ours.err(), rhais.err())),
    }
}

/// Everything that was compiled, as text. Closures have their numbers as names.
fn unit(unit: &Unit) -> String {
    let mut text = String::new();
    function(&unit.main, &mut text);
    for one in &unit.functions {
        function(one, &mut text);
    }
    let mut names: Vec<_> = unit.by_name.iter().map(|(name, overloads)| (overloads.clone(), name)).collect();
    names.sort();
    let _ = writeln!(text, "{names:?} {:?}", unit.typed);
    for (number, one) in unit.functions.iter().enumerate() {
        if one.name.starts_with("anon$") {
            text = text.replace(one.name.as_str(), &format!("closure {number}"));
        }
    }
    text
}

fn function(function: &Func, text: &mut String) {
    let Func { name, params, is_private, this_type, is_empty, registers, this, .. } = function;
    let _ = writeln!(text, "{name} {params:?} {is_private} {this_type:?} {is_empty} {registers} {this}");
    let _ = write!(text, "{function}");
    let _ = writeln!(text, "{:?} {:?} {:?}", function.positions, function.spent, function.constants);
    for site in &function.sites {
        let _ = writeln!(
            text,
            "{} {} {:?} {:?} {:?} {:?} {} {} {} {:?} {}",
            site.name,
            site.args,
            site.namespace,
            site.path,
            site.own,
            site.typed,
            site.may_change,
            site.is_simple,
            site.is_len,
            site.first,
            site.captured.is_some()
        );
    }
    for path in &function.paths {
        let _ = writeln!(text, "{path:?}");
    }
    for switch in &function.switches {
        let mut cases: Vec<_> = switch.cases.iter().map(|case| format!("{case:?}")).collect();
        cases.sort();
        let _ = writeln!(text, "{cases:?} {:?} {}", switch.others, switch.default);
    }
    let Func { templates, ranges, tries, scopes, variables, .. } = function;
    let _ = writeln!(text, "{templates:?} {ranges:?} {tries:?} {scopes:?} {variables:?}");
}

/// The script with small faults, or other scripts made of its parts: this one of them.
pub fn mutated(script: &str, seed: u64, others: &[String]) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = move |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % end.max(1) as u64).unwrap_or_default()
    };
    let mut parts = parts(script);
    for _ in 0..=below(2) {
        let at = below(parts.len());
        let other = self::parts(&others[below(others.len())]);
        let random = other.get(below(other.len())).map_or(";", |part| part).to_owned();
        match below(8) {
            _ if parts.is_empty() => parts.push(random),
            0 => drop(parts.remove(at)),
            1 => parts.insert(at, parts[below(parts.len())].clone()),
            2 => parts.insert(at, random),
            3 => parts[at] = random,
            4 => {
                let with = below(parts.len());
                parts.swap(at, with);
            }
            5 => parts.insert(at, SPICES[below(SPICES.len())].to_owned()),
            6 => SPICES[below(SPICES.len())].clone_into(&mut parts[at]),
            _ => {
                let part = &mut parts[at];
                let place = (0..=part.len()).filter(|place| part.is_char_boundary(*place));
                let place = place.collect::<Vec<_>>();
                let place = place[below(place.len())];
                part.insert_str(place, SPICES[below(SPICES.len())]);
            }
        }
    }
    parts.concat()
}

/// What makes scripts mean something else.
const SPICES: [&str; 96] = [
    " ", "\n", "\r\n", "\r", "\t", "(", ")", "()", "( )", "[", "]", "{", "}", "#{", ",", ";", ":", "::", ".",
    "?.", "?[", "..", "..=", "=", "==", "!=", "<", "<=", ">", ">=", "=>", "+", "-", "*", "**", "/", "%",
    "<<", ">>", "&", "|", "^", "&&", "||", "??", "!", "!in ", " in ", "+=", "-=", "**=", "<<=", "|=", "'",
    "\"", "`", "${", "\\", "\\n", "#\"", "\"#", "//", "/*", "*/", "0", "1.", "1.5", "-1", "0x1F", "1e5",
    "1_0", "_", "__a", "é", "let ", "const ", "if ", "else ", "while ", "loop ", "for ", "do ", "until ",
    "switch ", "return ", "throw ", "break ", "try ", "catch ", "fn ", "private ", "import ", "export ",
    "as ", "this", "true",
];

/// Words, numbers, spaces and other characters.
fn parts(script: &str) -> Vec<String> {
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 0,
        _ if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut parts: Vec<String> = Vec::new();
    let mut last = 3;
    for c in script.chars() {
        let this = class(c);
        match parts.last_mut() {
            Some(part) if this == last && this != 2 => part.push(c),
            _ => parts.push(c.to_string()),
        }
        last = this;
    }
    parts
}
