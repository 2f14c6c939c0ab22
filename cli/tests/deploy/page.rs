//! A page of the guide: its blocks of code, and which of them are commands.

use crate::tools::root;
use std::fs;
use std::path::PathBuf;

/// What a block that the tests don't run begins with, and why.
const NEEDS: &str = "# needs ";
/// The good reasons. A program is one, too, where it is not on this machine.
const REASONS: [&str; 5] =
    ["AWS", "Docker with BuildKit", "a terminal of its own", "40 minutes", "two hours"];
/// Languages that look like commands: there is one way to write them.
const OTHER_SHELLS: [&str; 5] = ["", "bash", "shell", "console", "zsh"];

/// A page.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A block of code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The line before its first one, from 1.
    pub(crate) line: usize,
    pub(crate) language: String,
    pub(crate) text: String,
    /// Whether nothing is between it and the block before it.
    pub(crate) follows: bool,
}

impl Page {
    /// The guide's pages and the README.
    pub(crate) fn all() -> Vec<Self> {
        let entries = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
        let pages = entries.filter(|path| path.extension().is_some_and(|end| end == "md"));
        let mut paths: Vec<PathBuf> = pages.chain([root().join("README.md")]).collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path.strip_prefix(root()).unwrap().to_str().unwrap())).collect()
    }

    /// By its path in this repository.
    pub(crate) fn read(name: &str) -> Self {
        Self { name: name.to_owned(), text: fs::read_to_string(root().join(name)).unwrap() }
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let (mut open, mut follows) = (false, false);
        for (line, number) in self.text.lines().zip(1..) {
            match (open, line.strip_prefix("```")) {
                (false, Some(language)) => {
                    blocks.push(Block {
                        line: number,
                        language: language.to_owned(),
                        text: String::new(),
                        follows,
                    });
                    open = true;
                }
                (true, Some(_)) => (open, follows) = (false, true),
                (true, None) => {
                    let text = &mut blocks.last_mut().unwrap().text;
                    text.push_str(line);
                    text.push('\n');
                }
                (false, None) => follows &= line.is_empty(),
            }
        }
        blocks
    }

    /// Its blocks in a language.
    pub(crate) fn blocks_of(&self, language: &str) -> Vec<Block> {
        let mut blocks = self.blocks();
        blocks.retain(|block| block.language == language);
        blocks
    }

    /// What is written in a way in which commands would not be run, or not be seen.
    pub(crate) fn problems(&self) -> Vec<String> {
        let problem = |line: usize, what: &str| format!("{}:{line}: {what}", self.name);
        let mut problems = Vec::new();
        for block in self.blocks() {
            if OTHER_SHELLS.contains(&&*block.language) {
                problems
                    .push(problem(block.line, "commands are in blocks of `sh`, all else has its own name"));
            }
            if block.language == "text" && block.text.lines().any(|line| line.starts_with("$ ")) {
                problems.push(problem(block.line, "commands are in blocks of `sh`"));
            }
            if block.needs().is_some_and(|need| !REASONS.contains(&need) && need.contains(' ')) {
                problems.push(problem(block.line, "this is no reason not to run it"));
            }
        }
        problems.extend(self.indented().map(|line| problem(line, "blocks are written with ```")));
        problems
    }

    /// The lines outside of blocks that Markdown takes for code, as they are indented.
    fn indented(&self) -> impl Iterator<Item = usize> + '_ {
        let mut open = false;
        let mut before = "";
        self.text.lines().zip(1..).filter_map(move |(line, number)| {
            open ^= line.starts_with("```");
            let begins = !open && before.is_empty() && line.starts_with("    ");
            before = line;
            begins.then_some(number)
        })
    }

    /// Commands within sentences, without their backticks.
    pub(crate) fn inline(&self) -> Vec<&str> {
        let mut open = false;
        let prose = self.text.lines().filter(|line| {
            open ^= line.starts_with("```");
            !open && !line.starts_with("```")
        });
        let spans = prose.flat_map(|line| line.split('`').skip(1).step_by(2));
        spans.filter(|span| span.starts_with("rhambda ")).collect()
    }
}

impl Block {
    /// What it needs that the tests may not have.
    pub(crate) fn needs(&self) -> Option<&str> {
        let first = self.text.lines().next().filter(|_| self.language == "sh")?;
        first.strip_prefix(NEEDS)
    }
}
