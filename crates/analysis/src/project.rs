//! All scripts of a function, and how they import each other.

use crate::code::{Code, Severity};
use crate::finding::Finding;
use crate::natives::Natives;
use crate::returned::Returned;
use crate::script::Script;
use crate::text::Text;
use rhai::Position;
use rhai_vm::module::Chapter;
use rhai_vm::vm::Library;
use rhambda::handler::HandlerSpec;
use rhambda::reference;
use rhambda::script::{find, Files};
use rhambda::settings::Roots;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// The name of the functions that Lambda's guides and the console give to handlers.
pub(crate) const HANDLER: &str = "handler";
/// What the top level of a script finds that is run for each event.
const EVENT_VARIABLES: [&str; 3] = ["event", "context", "payload"];

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Severities other than the codes' own.
    pub severities: BTreeMap<Code, Severity>,
    /// The function's handler, if it is known.
    pub handler: Option<HandlerSpec>,
    /// What only tests can call.
    pub tests: Tests,
    /// Whether the function has layers that are not at hand: they may bring what is imported.
    pub has_layers: bool,
}

/// What scripts can call that are tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tests {
    /// Its documentation.
    pub chapters: &'static [&'static Chapter],
    /// All that tests can call, as the machine needs it. `None` if there is nothing for tests only.
    pub library: Option<Library>,
    /// Whether a script of this name is a test.
    pub is_test: Option<fn(&str) -> bool>,
}

/// Texts that come before those of files, by the names of scripts.
pub type Texts = HashMap<String, Rc<str>>;

/// The scripts of one function.
pub struct Project {
    pub(crate) scripts: BTreeMap<String, Rc<Script>>,
    natives: Rc<Natives>,
    /// With those that only tests have.
    natives_of_tests: Rc<Natives>,
    pub(crate) settings: Settings,
    /// Which script each import means, by the importer's name and the path; or why the import fails.
    pub(crate) targets: HashMap<(String, String), Result<String, String>>,
    /// The scripts that import a script, directly or through others.
    importers: HashMap<String, BTreeSet<String>>,
    /// The scripts that are reported on.
    pub(crate) names: Vec<String>,
    /// What functions return, by script and place.
    pub(crate) returned: RefCell<HashMap<(String, Position), Returned>>,
    /// How many functions are looked at for what they return.
    pub(crate) following: Cell<usize>,
    /// What stops functions that are called with values of some types, by script, place and these types.
    pub(crate) tried: RefCell<HashMap<(String, Position, String), Option<Finding>>>,
    /// The problems of those that cannot be read.
    pub(crate) unreadable: Vec<Finding>,
}

impl Settings {
    pub(crate) fn is_test(&self, script: &str) -> bool {
        self.tests.is_test.is_some_and(|is_test| is_test(script))
    }

    pub(crate) fn library_of(&self, script: &str) -> Library {
        let of_tests = self.tests.library.filter(|_| self.is_test(script));
        of_tests.unwrap_or_else(reference::library)
    }
}

impl Project {
    /// Reads the scripts of these names, relative to the task root, and all that they import.
    pub fn new(roots: Roots, names: &[String], settings: Settings) -> Self {
        Self::with_texts(roots, names, settings, &Texts::new(), None)
    }

    /// The same with texts that are in no file yet. Scripts that are as before are not parsed again.
    pub fn with_texts(
        roots: Roots,
        names: &[String],
        settings: Settings,
        texts: &Texts,
        before: Option<Self>,
    ) -> Self {
        let (natives, natives_of_tests, old) = if let Some(before) = before {
            (before.natives, before.natives_of_tests, before.scripts)
        } else {
            let of_tests = Natives::new(settings.tests.chapters);
            (Rc::new(Natives::new(&[])), Rc::new(of_tests), BTreeMap::new())
        };
        let mut project = Self {
            scripts: BTreeMap::new(),
            natives,
            natives_of_tests,
            settings,
            targets: HashMap::new(),
            importers: HashMap::new(),
            names: names.to_vec(),
            returned: RefCell::default(),
            following: Cell::new(0),
            tried: RefCell::default(),
            unreadable: Vec::new(),
        };
        let files = Files::new(roots);
        for name in names {
            let text = match texts.get(name) {
                Some(text) => Ok(Rc::clone(text)),
                None => find(&files, "", name).map(|source| source.text),
            };
            match text {
                Ok(text) => project.add(name, text, &old),
                Err(problem) => project.unreadable.push(unreadable(name, problem)),
            }
        }
        project.resolve(&files, texts, &old);
        project.find_importers();
        project
    }

    fn add(&mut self, name: &str, text: Rc<str>, old: &BTreeMap<String, Rc<Script>>) {
        let same = old.get(name).filter(|old| old.text.as_str() == &*text);
        let new = || Rc::new(Script::new(name, text, self.settings.library_of(name)));
        let script = same.map_or_else(new, Rc::clone);
        self.scripts.insert(name.to_owned(), script);
    }

    /// The text of a script.
    pub fn text(&self, name: &str) -> Option<&Text> {
        self.scripts.get(name).map(|script| &script.text)
    }

    /// The variables that the top level of a script finds: none if it is imported, or its functions are called.
    pub(crate) fn variables(&self, script: &Script) -> &'static [&'static str] {
        let is_handlers = match &self.settings.handler {
            Some(HandlerSpec::Function { file, .. }) => *file == script.name,
            _ => false,
        };
        if is_handlers || self.importers.contains_key(&script.name) {
            &[]
        } else {
            &EVENT_VARIABLES
        }
    }

    /// The functions that a script has without writing them.
    pub(crate) fn natives_of(&self, script: &Script) -> &Natives {
        if self.settings.is_test(&script.name) {
            &self.natives_of_tests
        } else {
            &self.natives
        }
    }

    /// The scripts whose functions a script can call because they run it.
    pub(crate) fn importers<'a>(&'a self, script: &Script) -> impl Iterator<Item = &'a Script> {
        let names = self.importers.get(&script.name).into_iter().flatten();
        names.filter_map(|name| self.scripts.get(name).map(|script| &**script))
    }

    /// The script that an import of another means, if it is known.
    pub(crate) fn target(&self, script: &Script, path: &str) -> Option<&Script> {
        let target = self.targets.get(&(script.name.clone(), path.to_owned()))?;
        self.scripts.get(target.as_ref().ok()?).map(|script| &**script)
    }

    /// Whether no other script takes part: there is a handler, and what each import means is known.
    pub(crate) fn is_complete(&self) -> bool {
        let is_written = |script: &Rc<Script>| script.imports.iter().all(|import| import.path.is_some());
        (self.settings.handler.is_some() || self.has_handlers_only())
            && self.targets.values().all(Result::is_ok)
            && self.scripts.values().all(is_written)
    }

    /// Whether each script that no other imports has a handler by its usual name, or is a test.
    fn has_handlers_only(&self) -> bool {
        let roots = self.scripts.values().filter(|script| {
            !self.importers.contains_key(&script.name) && !self.settings.is_test(&script.name)
        });
        let has_handler = |script: &Rc<Script>| script.named(HANDLER).next().is_some();
        let mut roots = roots.peekable();
        roots.peek().is_some() && roots.all(has_handler)
    }

    /// Whether a map may have a field of this name, which may be a function.
    pub(crate) fn may_be_field(&self, name: &str) -> bool {
        self.scripts.values().any(|script| script.fields.contains(name) || script.strings.contains(name))
    }

    /// Whether some script calls a function of this name. A script can call the functions of those that import it.
    pub(crate) fn calls(&self, name: &str) -> bool {
        self.scripts.values().any(|script| script.called.contains(name))
    }

    /// Whether some script has a function of this name, or may have one.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        self.scripts.values().any(|script| script.named(name).next().is_some() || script.has_broken(name))
    }

    /// Whether some script has a method of a type with this name and number of parameters.
    pub(crate) fn has_typed(&self, name: &str, count: usize) -> bool {
        self.scripts.values().any(|script| script.has_typed(name, count))
    }

    fn resolve(&mut self, files: &Files, texts: &Texts, old: &BTreeMap<String, Rc<Script>>) {
        let mut waiting: Vec<String> = self.scripts.keys().cloned().collect();
        while let Some(name) = waiting.pop() {
            let paths: Vec<_> =
                self.scripts[&name].imports.iter().filter_map(|import| import.path.clone()).collect();
            for path in paths {
                let found = find(files, &name, &path);
                let target = found.map(|source| {
                    let target = source.name.clone();
                    if !self.scripts.contains_key(&target) {
                        let text = texts.get(&target).map_or(source.text, Rc::clone);
                        self.add(&target, text, old);
                        waiting.push(target.clone());
                    }
                    target
                });
                self.targets.insert((name.clone(), path), target);
            }
        }
    }

    fn find_importers(&mut self) {
        let edges: Vec<_> = self
            .targets
            .iter()
            .filter_map(|((importer, _), target)| Some((importer.clone(), target.as_ref().ok()?.clone())))
            .collect();
        // An import whose path is not written out may mean any script.
        let all = self.scripts.keys();
        let dynamic =
            self.scripts.values().filter(|script| script.imports.iter().any(|import| import.path.is_none()));
        let dynamic: Vec<_> =
            dynamic.flat_map(|script| all.clone().map(|name| (script.name.clone(), name.clone()))).collect();
        let edges: Vec<_> =
            edges.into_iter().chain(dynamic).filter(|(importer, target)| importer != target).collect();
        for target in self.scripts.keys() {
            let mut found = BTreeSet::new();
            let mut waiting = vec![target];
            while let Some(next) = waiting.pop() {
                for (importer, _) in edges.iter().filter(|(_, imported)| imported == next) {
                    if found.insert(importer.clone()) {
                        waiting.push(importer);
                    }
                }
            }
            if !found.is_empty() {
                self.importers.insert(target.clone(), found);
            }
        }
    }
}

fn unreadable(name: &str, problem: String) -> Finding {
    Finding {
        code: Code::Syntax,
        severity: Code::Syntax.severity(),
        file: name.to_owned(),
        span: 0..0,
        message: problem,
        help: None,
        edits: Vec::new(),
        suggestion: None,
    }
}
