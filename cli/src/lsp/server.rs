//! The server: works off the queue of messages, one after the other.

use super::documents::{Document, Documents};
use super::outcome::{parse, Outcome, Refusal};
use super::transport::{self, Messages};
use super::workspace::{Scripts, Workspace};
use super::{capabilities, diagnostics, uri};
use crate::test::for_check;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, FileChangeType, Uri,
};
use rhambda_analysis::catalog::Catalog;
use std::collections::{BTreeSet, VecDeque};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// Scripts are checked when nothing has changed for so long.
const SILENCE: Duration = Duration::from_millis(30);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Started,
    Running,
    ShutDown,
}

pub(super) struct Server {
    messages: Messages,
    queue: VecDeque<Message>,
    pub(super) state: State,
    pub(super) documents: Documents,
    pub(super) workspace: Workspace,
    pub(super) catalog: Catalog,
    /// With the functions that only tests have.
    pub(super) catalog_of_tests: Catalog,
    /// When changed scripts are checked.
    due: Option<Instant>,
    /// Whether the editor wants types behind the names of variables.
    pub(super) has_hints: bool,
    /// Whether the editor can tell when files change.
    pub(super) can_watch: bool,
    /// Whether a file was saved or opened, so that `rhambda.toml` is checked too.
    was_saved: bool,
    /// The folders for whose `rhambda.toml` something is shown.
    configs: BTreeSet<PathBuf>,
}

impl Server {
    pub(super) fn new(messages: Messages) -> Self {
        Self {
            messages,
            queue: VecDeque::new(),
            state: State::Started,
            documents: Documents::default(),
            workspace: Workspace::default(),
            catalog: Catalog::new(&[]),
            catalog_of_tests: Catalog::new(for_check().chapters),
            due: None,
            has_hints: false,
            can_watch: false,
            was_saved: false,
            configs: BTreeSet::new(),
        }
    }

    /// Serves the editor until it says that it exits, or is gone.
    pub(super) fn run(mut self) -> ExitCode {
        loop {
            self.fill();
            let Some(message) = self.queue.pop_front() else {
                match self.wait() {
                    Ok(message) => self.enqueue(message),
                    Err(RecvTimeoutError::Timeout) => self.check_all(),
                    Err(RecvTimeoutError::Disconnected) => return ExitCode::FAILURE,
                }
                continue;
            };
            match message {
                Message::Notification(it) if it.method == "exit" => {
                    let is_expected = self.state == State::ShutDown;
                    return if is_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE };
                }
                Message::Notification(it) => self.notice(it),
                Message::Request(it) => transport::send(self.respond(it)),
                Message::Response(_) => {}
            }
        }
    }

    fn wait(&self) -> Result<Result<Message, String>, RecvTimeoutError> {
        match self.due {
            Some(due) => self.messages.recv_timeout(due.saturating_duration_since(Instant::now())),
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// Takes what has arrived.
    fn fill(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            self.enqueue(message);
        }
    }

    fn enqueue(&mut self, message: Result<Message, String>) {
        match message {
            Ok(message) => self.queue.push_back(message),
            Err(problem) => crate::visible::tell(&format!("rhambda lsp: ignored a message: {problem:.200}")),
        }
    }

    fn respond(&mut self, request: Request) -> Response {
        let id = request.id.clone();
        let outcome = self.refusal(&request).map_or_else(|| self.outcome(request), Err);
        match outcome {
            Ok(value) => Response::new_ok(id, value),
            Err(refusal) => Response::new_err(id, refusal.code as i32, refusal.message),
        }
    }

    /// Why a request is not even looked at.
    fn refusal(&self, request: &Request) -> Option<Refusal> {
        let refusal = |code, message: &str| Some(Refusal { code, message: message.to_owned() });
        let is_first = request.method == "initialize";
        match self.state {
            State::Started if !is_first => {
                refusal(ErrorCode::ServerNotInitialized, "the first request must be `initialize`")
            }
            State::Running if is_first => refusal(ErrorCode::InvalidRequest, "`initialize` was sent already"),
            State::ShutDown => refusal(ErrorCode::InvalidRequest, "the server is shut down"),
            _ if self.is_cancelled(&request.id) => {
                refusal(ErrorCode::RequestCanceled, "the request was canceled")
            }
            _ if self.is_stale(request) => {
                refusal(ErrorCode::ContentModified, "the document has changed since")
            }
            _ => None,
        }
    }

    fn is_cancelled(&self, id: &RequestId) -> bool {
        let id = serde_json::to_value(id).unwrap_or_default();
        self.notifications("$/cancelRequest").any(|it| it.params["id"] == id)
    }

    /// Whether the document of a request changes further on in the queue.
    fn is_stale(&self, request: &Request) -> bool {
        let document = &request.params["textDocument"]["uri"];
        self.notifications("textDocument/didChange").any(|it| it.params["textDocument"]["uri"] == *document)
    }

    fn notifications<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Notification> {
        self.queue.iter().filter_map(move |message| match message {
            Message::Notification(it) if it.method == method => Some(it),
            _ => None,
        })
    }

    /// Does what a request wants. A fault in here is an error, and no end.
    fn outcome(&mut self, request: Request) -> Outcome {
        let method = request.method.clone();
        catch_unwind(AssertUnwindSafe(|| self.handle(request))).unwrap_or_else(|_| {
            let message = format!("{method:?} failed: this is a fault of rhambda, please report it");
            Err(Refusal { code: ErrorCode::InternalError, message })
        })
    }

    fn notice(&mut self, notification: Notification) {
        if self.state != State::Running {
            return;
        }
        let method = notification.method.clone();
        let noticed = catch_unwind(AssertUnwindSafe(|| self.take_notice(notification)));
        if !matches!(noticed, Ok(Ok(()))) {
            crate::visible::tell(&format!("rhambda lsp: {method:?} is invalid and was ignored"));
        }
    }

    fn take_notice(&mut self, notification: Notification) -> Result<(), Refusal> {
        let params = notification.params;
        match notification.method.as_str() {
            "initialized" if self.can_watch => transport::send(capabilities::watch()),
            "textDocument/didOpen" => {
                let opened = parse::<DidOpenTextDocumentParams>(params)?.text_document;
                self.documents.open(Document::new(opened.uri, opened.version, opened.text));
                self.was_saved = true;
                self.changed();
            }
            "textDocument/didChange" => {
                let params: DidChangeTextDocumentParams = parse(params)?;
                if let Some(document) = self.documents.get_mut(&params.text_document.uri) {
                    document.change(params.text_document.version, params.content_changes);
                }
                self.changed();
            }
            "textDocument/didClose" => {
                let uri = parse::<DidCloseTextDocumentParams>(params)?.text_document.uri;
                self.documents.close(&uri);
                diagnostics::clear(uri);
                self.changed();
            }
            "textDocument/didSave" => {
                let uri = parse::<DidSaveTextDocumentParams>(params)?.text_document.uri;
                let path = uri::path(&uri);
                let scripts = self.workspace.scripts_of(&path);
                // It may be a new script.
                if scripts.name(&path).is_none_or(|name| !scripts.names.contains(&name)) {
                    self.workspace.rescan();
                }
                self.was_saved = true;
                self.changed();
            }
            "workspace/didChangeWatchedFiles" => {
                let changes = parse::<DidChangeWatchedFilesParams>(params)?.changes;
                // Other contents do not change which scripts there are.
                if changes.iter().any(|change| change.typ != FileChangeType::CHANGED) {
                    self.workspace.rescan();
                }
                self.was_saved = true;
                self.changed();
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes that scripts are to be checked: all that are open, because they may use each other.
    fn changed(&mut self) {
        self.documents.all_mut().for_each(|document| document.findings = None);
        self.due = Some(Instant::now() + SILENCE);
    }

    /// Checks the open scripts, until something arrives.
    fn check_all(&mut self) {
        self.due = None;
        let open: Vec<_> = self.documents.all().map(|document| document.uri.clone()).collect();
        for uri in open {
            self.fill();
            if !self.queue.is_empty() {
                self.due = Some(Instant::now() + SILENCE);
                return;
            }
            if catch_unwind(AssertUnwindSafe(|| self.check(&uri))).is_err() {
                crate::visible::tell(&format!("rhambda lsp: {} could not be checked", uri.as_str()));
            }
        }
        if std::mem::take(&mut self.was_saved) {
            let _ = catch_unwind(AssertUnwindSafe(|| self.check_configs()));
        }
    }

    fn check(&mut self, uri: &Uri) {
        let Some(document) = self.documents.get(uri) else { return };
        if document.is_script() && document.findings.is_none() {
            let path = document.path.clone();
            let scripts = self.workspace.scripts_of(&path);
            self.workspace.check(&scripts, &mut self.documents);
        }
        self.documents.get(uri).into_iter().for_each(diagnostics::publish);
    }

    /// Checks the saved `rhambda.toml` of each function of which a script is open, unless it is open itself and invalid.
    fn check_configs(&mut self) {
        let open: Vec<_> = self.documents.all().map(|document| document.path.clone()).collect();
        let mut folders: Vec<Scripts> = Vec::new();
        for path in open {
            let scripts = self.workspace.scripts_of(&path);
            if folders.iter().all(|known| known.folder != scripts.folder) {
                folders.push(scripts);
            }
        }
        for scripts in folders {
            let problem = scripts.config_problem();
            let was_shown = self.configs.remove(&scripts.folder);
            if (problem.is_some() || was_shown) && diagnostics::publish_config(&scripts, problem.as_ref()) {
                self.configs.insert(scripts.folder);
            }
        }
    }
}
