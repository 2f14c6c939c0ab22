//! The server: works off the queue of messages, one after the other.

use super::documents::{Document, Documents};
use super::place::{Imported, Place};
use super::transport::{self, Messages};
use super::workspace::{Scripts, Workspace};
use super::{
    actions, capabilities, completion, config, diagnostics, formatting, hover, signature, symbols, uri,
};
use crate::test::for_check;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CodeActionParams, CompletionParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentFormattingParams, DocumentSymbolParams, FoldingRangeParams, HoverParams, InitializeParams,
    Position, SignatureHelpParams, TextDocumentPositionParams, Uri,
};
use rhambda_analysis::catalog::Catalog;
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// Scripts are checked when nothing has changed for so long.
const SILENCE: Duration = Duration::from_millis(40);

/// Why there is no result.
struct Refusal {
    code: ErrorCode,
    message: String,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

/// What a request comes to.
type Outcome = Result<Value, Refusal>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Started,
    Running,
    ShutDown,
}

pub(super) struct Server {
    messages: Messages,
    queue: VecDeque<Message>,
    state: State,
    documents: Documents,
    workspace: Workspace,
    catalog: Catalog,
    /// With the functions that only tests have.
    catalog_of_tests: Catalog,
    /// When changed scripts are checked.
    due: Option<Instant>,
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

    fn handle(&mut self, request: Request) -> Outcome {
        let params = request.params;
        match request.method.as_str() {
            "initialize" => self.initialize(parse(params)?),
            "shutdown" => {
                self.state = State::ShutDown;
                Ok(Value::Null)
            }
            "textDocument/formatting" => {
                let params: DocumentFormattingParams = parse(params)?;
                let edits = formatting::format(self.document(&params.text_document.uri)?);
                edits.map_err(Refusal::new).and_then(result)
            }
            "textDocument/documentSymbol" => {
                let params: DocumentSymbolParams = parse(params)?;
                result(symbols::symbols(self.document(&params.text_document.uri)?))
            }
            "textDocument/foldingRange" => {
                let params: FoldingRangeParams = parse(params)?;
                result(symbols::folds(self.document(&params.text_document.uri)?))
            }
            "textDocument/codeAction" => {
                let params: CodeActionParams = parse(params)?;
                let uri = &params.text_document.uri;
                let path = self.document(uri)?.path.clone();
                let scripts = self.workspace.scripts_of(&path);
                if self.document(uri)?.findings.is_none() {
                    self.workspace.check(&scripts, &mut self.documents);
                }
                result(actions::actions(self.document(uri)?, params.range, &scripts))
            }
            "textDocument/completion" => {
                let params: CompletionParams = parse(params)?;
                let TextDocumentPositionParams { text_document, position } = params.text_document_position;
                if self.document(&text_document.uri)?.is_script() {
                    self.at(&text_document.uri, position, |place| result(completion::complete(place)))
                } else {
                    self.handlers(&text_document.uri, position)
                }
            }
            "completionItem/resolve" => result(completion::resolve(parse(params)?, &self.catalog_of_tests)),
            "textDocument/hover" => {
                let params = parse::<HoverParams>(params)?.text_document_position_params;
                self.at(&params.text_document.uri, params.position, |place| result(hover::hover(place)))
            }
            "textDocument/signatureHelp" => {
                let params = parse::<SignatureHelpParams>(params)?.text_document_position_params;
                self.at(&params.text_document.uri, params.position, |place| {
                    result(signature::signature(place))
                })
            }
            method => Err(Refusal {
                code: ErrorCode::MethodNotFound,
                message: format!("the method {method:?} is not supported"),
            }),
        }
    }

    /// An open document.
    fn document(&self, uri: &Uri) -> Result<&Document, Refusal> {
        let missing = || Refusal {
            code: ErrorCode::InvalidParams,
            message: format!("the document {:?} is not open", uri.as_str()),
        };
        self.documents.get(uri).ok_or_else(missing)
    }

    /// Answers a question about a place in a script.
    fn at(&mut self, uri: &Uri, position: Position, answer: impl FnOnce(&Place<'_>) -> Outcome) -> Outcome {
        let path = self.document(uri)?.path.clone();
        let scripts = self.workspace.scripts_of(&path);
        let document = self.document(uri)?;
        let is_test = path.to_str().is_some_and(|path| path.ends_with(".test.rhai"));
        let catalog = if is_test { &self.catalog_of_tests } else { &self.catalog };
        answer(&Place::new(document, position, catalog, &scripts, &self.workspace, &self.documents))
    }

    /// The handlers that `rhambda.toml` can name.
    fn handlers(&mut self, uri: &Uri, position: Position) -> Outcome {
        let path = self.document(uri)?.path.clone();
        let scripts = self.workspace.scripts_of(&path);
        let outlines = scripts.names.iter().filter_map(|name| {
            let path = scripts.path(name);
            let outline = self.workspace.outline(&path, &self.documents)?;
            Some((name.clone(), Imported { path, outline }))
        });
        result(config::handlers(self.document(uri)?, position, &outlines.collect::<Vec<_>>()))
    }

    fn initialize(&mut self, params: InitializeParams) -> Outcome {
        self.state = State::Running;
        #[expect(deprecated, reason = "older editors send nothing else")]
        let root = params.root_uri;
        let folders = params.workspace_folders.into_iter().flatten().map(|folder| folder.uri);
        let mut roots: Vec<_> = folders.chain(root).map(|root| uri::path(&root)).collect();
        roots.sort();
        roots.dedup();
        self.workspace.roots = roots;
        result(capabilities::capabilities())
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
                let _: DidChangeWatchedFilesParams = parse(params)?;
                self.workspace.rescan();
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

/// The parameters of a message.
fn parse<P: DeserializeOwned>(params: Value) -> Result<P, Refusal> {
    let refusal = |error: serde_json::Error| Refusal {
        code: ErrorCode::InvalidParams,
        message: format!("the parameters are invalid: {error}"),
    };
    serde_json::from_value(params).map_err(refusal)
}

/// The result of a request.
fn result(value: impl Serialize) -> Outcome {
    serde_json::to_value(value).map_err(|error| Refusal::new(error.to_string()))
}
