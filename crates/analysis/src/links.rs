//! What a name means across the scripts of a function, and where else it is written.

use crate::outline::{is_name, Declaration, Kind, Mention, Outline, PieceKind, What};
use crate::script::GLOBAL;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

/// The scripts of a function.
pub trait Scripts {
    /// The names of all scripts.
    fn names(&self) -> Vec<String>;
    /// What is in a script.
    fn outline(&self, script: &str) -> Option<Rc<Outline>>;
    /// The script that a path means in an import of this script.
    fn target(&self, importer: &str, path: &str) -> Option<String>;
}

/// Something that a script declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A variable, parameter, constant or alias: the number of its declaration.
    Variable(String, usize),
    /// All functions of a script with this name.
    Function(String, String),
}

/// Where something is written: in which script, and at which bytes.
pub type Place = (String, Range<usize>);

impl Symbol {
    /// The script that declares it.
    pub fn script(&self) -> &str {
        match self {
            Self::Variable(script, _) | Self::Function(script, _) => script,
        }
    }
}

/// What is meant at a place in a script, and the bytes of its name.
pub fn symbol_at(scripts: &dyn Scripts, script: &str, offset: usize) -> Option<(Symbol, Range<usize>)> {
    let outline = scripts.outline(script)?;
    if outline.is_in_comment(offset) {
        return None;
    }
    if let Some(name) = pointers(&outline).find(|name| (name.start..=name.end).contains(&offset)) {
        return Some((function(scripts, script, &outline, outline.at(&name))?, name));
    }
    let (_, mention) = outline.mention_at(offset)?;
    Some((meaning(scripts, script, &outline, mention)?, mention.span.clone()))
}

/// Where something is declared.
pub fn declarations(scripts: &dyn Scripts, symbol: &Symbol) -> Vec<Place> {
    let Some(outline) = scripts.outline(symbol.script()) else { return Vec::new() };
    let place = |declaration: &Declaration| (symbol.script().to_owned(), declaration.span.clone());
    match symbol {
        Symbol::Variable(_, number) => outline.declarations.get(*number).map(place).into_iter().collect(),
        Symbol::Function(_, name) => outline.named(name).map(place).collect(),
    }
}

/// Everywhere that something is written, with its declarations.
pub fn mentions(scripts: &dyn Scripts, symbol: &Symbol) -> Vec<Place> {
    let Some(name) = name(scripts, symbol) else { return Vec::new() };
    let mut names: BTreeSet<_> = scripts.names().into_iter().collect();
    names.insert(symbol.script().to_owned());
    let mut places = Vec::new();
    for script in names {
        let Some(outline) = scripts.outline(&script) else { continue };
        let same = outline.mentions.iter().filter(|mention| outline.at(&mention.span) == name);
        let meant =
            same.filter(|mention| meaning(scripts, &script, &outline, mention).as_ref() == Some(symbol));
        places.extend(meant.map(|mention| (script.clone(), mention.span.clone())));
        let pointers = pointers(&outline).filter(|span| outline.at(span) == name);
        let meant = pointers.filter(|_| function(scripts, &script, &outline, &name).as_ref() == Some(symbol));
        places.extend(meant.map(|span| (script.clone(), span)));
    }
    places
}

/// Everywhere that a new name is to be written.
///
/// # Errors
/// Why the script would mean something else afterwards.
pub fn rename(scripts: &dyn Scripts, symbol: &Symbol, new: &str) -> Result<Vec<Place>, String> {
    if !is_name(new) {
        return Err(format!("{new:?} cannot be a name: use letters, digits and underscores, and no keyword"));
    }
    let old = name(scripts, symbol).ok_or("the declaration does not exist any more")?;
    let places = mentions(scripts, symbol);
    let affected: BTreeSet<_> = places.iter().map(|(script, _)| script.as_str()).collect();
    for script in affected {
        let Some(outline) = scripts.outline(script) else { continue };
        let is_taken = match symbol {
            Symbol::Variable(owner, number) if owner == script => {
                let scope = &outline.declarations[*number].scope;
                let mut others = outline.mentions.iter().filter(|mention| outline.at(&mention.span) == new);
                others.any(|mention| scope.contains(&mention.span.start) && is_variable(&mention.what))
                    || is_hidden(&outline, symbol, &places, new)
            }
            Symbol::Variable(..) => false,
            Symbol::Function(..) => outline.mentions.iter().any(|mention| {
                let is_function = matches!(mention.what, What::Global { arguments: Some(_) } | What::Method { .. })
                    || matches!(mention.what, What::Declared(number) if outline.declarations[number].params().is_some());
                outline.at(&mention.span) == new && is_function
            }),
        };
        if is_taken {
            return Err(format!("the name `{new}` is used in {script} already"));
        }
    }
    if matches!(symbol, Symbol::Function(..)) && may_be_field(scripts, &places, &old) {
        return Err(format!(
            "`.{old}(…)` may also call a function in a map: rename the field or the function by hand"
        ));
    }
    Ok(places)
}

fn is_variable(what: &What) -> bool {
    matches!(what, What::Declared(_) | What::Local(_) | What::Global { arguments: None } | What::Space)
}

/// Whether a variable of the new name is visible where the symbol is mentioned.
fn is_hidden(outline: &Outline, symbol: &Symbol, places: &[Place], new: &str) -> bool {
    let mut here = places.iter().filter(|(script, _)| script == symbol.script());
    here.any(|(_, span)| outline.visible_at(span.start).any(|declaration| declaration.name == new))
}

/// Whether a function is called like a method, and a map has a field of this name.
fn may_be_field(scripts: &dyn Scripts, places: &[Place], name: &str) -> bool {
    let is_method = |(script, span): &Place| {
        let outline = scripts.outline(script);
        outline.is_some_and(|outline| {
            let mention = outline.mentions.iter().find(|mention| mention.span == *span);
            mention.is_some_and(|mention| matches!(mention.what, What::Method { .. }))
        })
    };
    let has_field = |outline: &Outline| {
        let mut fields = outline.mentions.iter().filter(|it| matches!(it.what, What::Key | What::Property));
        fields.any(|mention| outline.at(&mention.span) == name)
    };
    places.iter().any(is_method)
        && scripts
            .names()
            .iter()
            .filter_map(|script| scripts.outline(script))
            .any(|outline| has_field(&outline))
}

/// The name of a symbol.
pub fn name(scripts: &dyn Scripts, symbol: &Symbol) -> Option<String> {
    match symbol {
        Symbol::Function(_, name) => Some(name.clone()),
        Symbol::Variable(script, number) => {
            Some(scripts.outline(script)?.declarations.get(*number)?.name.clone())
        }
    }
}

fn meaning(scripts: &dyn Scripts, script: &str, outline: &Outline, mention: &Mention) -> Option<Symbol> {
    let name = outline.at(&mention.span);
    match &mention.what {
        What::Declared(number) | What::Local(number) => {
            let is_function = outline.declarations[*number].params().is_some();
            Some(if is_function {
                Symbol::Function(script.to_owned(), name.to_owned())
            } else {
                Symbol::Variable(script.to_owned(), *number)
            })
        }
        What::Global { .. } => function(scripts, script, outline, name),
        What::Method { .. } => function(scripts, script, outline, name).or_else(|| typed(scripts, name)),
        What::Qualified { space, .. } => qualified(scripts, script, outline, *space, name),
        What::Space | What::Property | What::Key => None,
    }
}

/// A function of the script, or of one that runs it.
fn function(scripts: &dyn Scripts, script: &str, outline: &Outline, name: &str) -> Option<Symbol> {
    let found = |script: &str| Symbol::Function(script.to_owned(), name.to_owned());
    if outline.named(name).next().is_some() {
        return Some(found(script));
    }
    let mut running = importers(scripts, script).into_iter();
    let declares =
        |script: &String| scripts.outline(script).is_some_and(|outline| outline.named(name).next().is_some());
    running.find(declares).map(|script| found(&script))
}

/// A method of a type, which any script can declare.
fn typed(scripts: &dyn Scripts, name: &str) -> Option<Symbol> {
    let is_typed =
        |function: &Declaration| matches!(function.kind, Kind::Function { this_type: Some(_), .. });
    let declares =
        |script: &String| scripts.outline(script).is_some_and(|outline| outline.named(name).any(is_typed));
    scripts.names().into_iter().find(declares).map(|script| Symbol::Function(script, name.to_owned()))
}

/// What another script shares, or a constant of this one.
fn qualified(
    scripts: &dyn Scripts,
    script: &str,
    outline: &Outline,
    space: usize,
    name: &str,
) -> Option<Symbol> {
    let space = outline.mentions.get(space)?;
    let What::Local(alias) = space.what else {
        let is_constant =
            |it: &Declaration| it.name == name && it.owner.is_none() && it.kind == Kind::Constant;
        let number = outline.declarations.iter().rposition(is_constant)?;
        return (outline.at(&space.span) == GLOBAL).then(|| Symbol::Variable(script.to_owned(), number));
    };
    let Kind::Import(Some(path)) = &outline.declarations[alias].kind else { return None };
    let target = scripts.target(script, path)?;
    let imported = scripts.outline(&target)?;
    let number = imported.declarations.iter().rposition(|it| it.name == name && it.is_shared)?;
    let is_function = imported.declarations[number].params().is_some();
    Some(if is_function {
        Symbol::Function(target, name.to_owned())
    } else {
        Symbol::Variable(target, number)
    })
}

/// The scripts that import a script, directly or through others.
fn importers(scripts: &dyn Scripts, script: &str) -> Vec<String> {
    let mut edges = Vec::new();
    for importer in scripts.names() {
        let Some(outline) = scripts.outline(&importer) else { continue };
        for path in &outline.imports {
            let path = outline.at(path).trim_matches(['"', '`']);
            edges.extend(scripts.target(&importer, path).map(|target| (importer.clone(), target)));
        }
    }
    let mut found: Vec<String> = Vec::new();
    let mut waiting = vec![script.to_owned()];
    while let Some(next) = waiting.pop() {
        for (importer, _) in edges.iter().filter(|(importer, target)| *target == next && importer != script) {
            if !found.contains(importer) {
                found.push(importer.clone());
                waiting.push(importer.clone());
            }
        }
    }
    found
}

/// The names in `Fn("name")`.
fn pointers(outline: &Outline) -> impl Iterator<Item = Range<usize>> + '_ {
    let names = outline.pieces.windows(3).filter(|pieces| {
        outline.at(&pieces[0].span) == "Fn"
            && outline.at(&pieces[1].span) == "("
            && pieces[2].kind == PieceKind::String
            && pieces[2].span.len() > 2
    });
    names.map(|pieces| pieces[2].span.start + 1..pieces[2].span.end - 1)
}
