//! A page: its functions' headings and its blocks of code.

use std::fs;
use std::path::Path;

/// A page of the docs.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) blocks: Vec<Block>,
    headings: Vec<Heading>,
    /// The number of the block that is not closed.
    open: Option<usize>,
}

/// A heading of the third level, and the blocks below it.
struct Heading {
    line: usize,
    text: String,
    blocks: Vec<usize>,
}

/// A block of code in Rhai.
pub(crate) struct Block {
    /// The number of its first line in the page, from 1.
    pub(crate) first_line: usize,
    pub(crate) lines: Vec<String>,
}

/// The number of a line, and what is wrong there.
pub(crate) type Problem = (usize, String);

impl Page {
    /// Every page there is, by name.
    pub(crate) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let mut pages: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
            // Its examples are tests, which `bootstrap` does not run: cli/tests/test.rs does.
            .filter(|path| path.file_name().is_some_and(|name| name != "test.md"))
            .map(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Self::parse(&format!("docs/{name}"), &fs::read_to_string(&path).unwrap())
            })
            .collect();
        pages.sort_by(|a, b| a.name.cmp(&b.name));
        assert!(pages.iter().any(|page| !page.blocks.is_empty()), "there are no examples in docs/");
        pages
    }

    pub(crate) fn parse(name: &str, text: &str) -> Self {
        let mut page = Self { name: name.to_owned(), blocks: Vec::new(), headings: Vec::new(), open: None };
        let mut fence: Option<&str> = None;
        for (line, number) in text.lines().zip(1..) {
            match (fence, line.strip_prefix("```")) {
                (None, Some(language)) => {
                    fence = Some(language);
                    if language == "rhai" {
                        page.begin_block(number + 1);
                    }
                }
                (Some(_), Some(_)) => {
                    fence = None;
                    page.open = None;
                }
                (Some("rhai"), None) => page.blocks.last_mut().unwrap().lines.push(line.to_owned()),
                (Some(_), None) => {}
                (None, None) => page.heading(number, line),
            }
        }
        page
    }

    fn begin_block(&mut self, first_line: usize) {
        let index = self.blocks.len();
        self.blocks.push(Block { first_line, lines: Vec::new() });
        self.open = Some(index);
        if let Some(heading) = self.headings.last_mut() {
            heading.blocks.push(index);
        }
    }

    fn heading(&mut self, line: usize, text: &str) {
        if let Some(text) = text.strip_prefix("### ") {
            self.headings.push(Heading { line, text: text.to_owned(), blocks: Vec::new() });
        }
    }

    /// Functions without example and blocks that don't end.
    pub(crate) fn incomplete(&self) -> Vec<Problem> {
        let open =
            self.open.map(|block| (self.blocks[block].first_line - 1, "this block does not end".to_owned()));
        self.headings.iter().filter_map(|heading| self.lacking(heading)).chain(open).collect()
    }

    fn lacking(&self, heading: &Heading) -> Option<Problem> {
        let problem = |text: &str| Some((heading.line, text.to_owned()));
        let signature = heading.text.strip_prefix('`').and_then(|text| text.split_once('('));
        let Some((name, _)) = signature else {
            return problem("a heading of this level is a function's signature: `name(…)`");
        };
        // Only the runtime has such values to give.
        if name.starts_with("Context.") || name.starts_with("Stream.") {
            return None;
        }
        if heading.blocks.is_empty() {
            return problem("this function has no example");
        }
        // `base64::encode`, or of `x.to_json` what follows the value.
        let call = format!("{}(", name.rsplit('.').next().unwrap_or(name));
        let uses = |block: &usize| self.blocks[*block].lines.iter().any(|line| line.contains(&call));
        if heading.blocks.iter().any(uses) {
            return None;
        }
        problem("the example does not use it")
    }
}
