//! A terminal: lines are edited, completed, and kept in a history.

use super::input::is_complete;
use crate::lsp::Typed;
use anyhow::{Context as _, Result};
use rustyline::completion::Completer;
use rustyline::config::Configurer as _;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Editor, Helper};
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Most inputs in the history.
const MAX_HISTORY: usize = 5_000;
/// Longer inputs are not kept in it.
const MAX_KEPT: usize = 64 << 10;

/// What a person has typed.
pub(super) enum Typing {
    /// A text.
    Text(String),
    /// Ctrl-C: nothing.
    Interrupted,
    /// Ctrl-D.
    End,
}

/// A person at a terminal.
pub(super) struct Terminal {
    editor: Editor<Help, FileHistory>,
    history: Option<PathBuf>,
}

/// What the editor asks.
struct Help {
    typed: Rc<Typed>,
    /// What was typed before.
    context: Rc<RefCell<String>>,
}

impl Terminal {
    /// The process's terminal.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(super) fn new(
        typed: Rc<Typed>,
        context: Rc<RefCell<String>>,
        history: Option<PathBuf>,
    ) -> Result<Self> {
        let config = Config::builder().completion_type(CompletionType::List).build();
        let mut editor = Editor::with_config(config).context("the terminal cannot be used")?;
        editor.set_max_history_size(MAX_HISTORY)?;
        editor.set_helper(Some(Help { typed, context }));
        if let Some(file) = &history {
            // Without a history, there is nothing to remember.
            let _ = editor.load_history(file);
        }
        Ok(Self { editor, history })
    }

    /// Waits for an input.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(super) fn read(&mut self) -> Result<Typing> {
        match self.editor.readline("> ") {
            Ok(text) => {
                self.remember(&text);
                Ok(Typing::Text(text))
            }
            Err(ReadlineError::Interrupted) => Ok(Typing::Interrupted),
            Err(ReadlineError::Eof) => Ok(Typing::End),
            Err(ReadlineError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                crate::visible::tell("rhambda: the input is not valid UTF-8, and is ignored");
                Ok(Typing::Interrupted)
            }
            Err(error) => Err(error).context("the terminal cannot be read"),
        }
    }

    /// Adds an input to the history, at once: a session may end in any way.
    fn remember(&mut self, text: &str) {
        let is_new = text.len() <= MAX_KEPT && self.editor.add_history_entry(text).unwrap_or(false);
        if let Some(file) = self.history.as_deref().filter(|_| is_new) {
            if let Err(error) = append(&mut self.editor, file) {
                crate::visible::tell(&format!("rhambda: {} cannot be written: {error:#}", file.display()));
                self.history = None;
            }
        }
    }
}

fn append(editor: &mut Editor<Help, FileHistory>, file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(editor.append_history(file)?)
}

impl Helper for Help {}
impl Highlighter for Help {}

impl Hinter for Help {
    type Hint = String;
}

impl Validator for Help {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_complete = is_complete(context.input());
        Ok(if is_complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Help {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..at];
        if before.starts_with(':') && !before.contains(' ') {
            let commands = super::command::NAMES.iter().map(|(name, ..)| format!(":{name}"));
            return Ok((0, commands.filter(|name| name.starts_with(before)).collect()));
        }
        // Behind the name of a command is a script, too.
        let script = match before.strip_prefix(':') {
            Some(command) => command.split_once(' ').map_or("", |(_, script)| script),
            None => before,
        };
        let labels = self.typed.complete(format!("{}\n{script}", self.context.borrow()));
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let mut start = before.trim_end_matches(is_name).len();
        if !labels.is_empty() && !labels.iter().any(|label| label.starts_with(&before[start..])) {
            // In a string there may be anything.
            start = before.rfind(['"', '`']).map_or(start, |quote| quote + 1);
        }
        let mut labels: Vec<_> =
            labels.into_iter().filter(|label| label.starts_with(&before[start..])).collect();
        labels.sort();
        labels.dedup();
        Ok((start, labels))
    }
}
