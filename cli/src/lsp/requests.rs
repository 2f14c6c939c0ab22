//! Requests by their methods.

use super::documents::Document;
use super::navigation::Linked;
use super::outcome::{parse, result, Outcome, Refusal};
use super::place::{Imported, Place};
use super::server::{Server, State};
use super::{actions, capabilities, completion, config, formatting, hover, inlay, signature, symbols, uri};
use crate::folder::CONFIG_FILE;
use lsp_server::{ErrorCode, Request};
use lsp_types::{
    CodeActionParams, CompletionParams, DocumentFormattingParams, DocumentHighlightParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, FoldingRangeParams, GotoDefinitionParams,
    HoverParams, InitializeParams, InlayHintParams, Position, ReferenceParams, RenameParams,
    SignatureHelpParams, TextDocumentPositionParams, Uri, WorkspaceSymbolParams,
};
use serde_json::Value;
use std::path::Path;

impl Server {
    /// Does what a request wants.
    pub(super) fn handle(&mut self, request: Request) -> Outcome {
        let params = request.params;
        let document = params["textDocument"]["uri"].as_str().and_then(|uri| self.documents.named(uri));
        if document.is_some_and(|document| !document.is_script()) {
            return self.handle_config(&request.method, params);
        }
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
            "textDocument/rangeFormatting" => {
                let params: DocumentRangeFormattingParams = parse(params)?;
                let edits = formatting::format_range(self.document(&params.text_document.uri)?, params.range);
                edits.map_err(Refusal::new).and_then(result)
            }
            "workspace/symbol" => self.symbols(&parse(params)?),
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
                self.at(&text_document.uri, position, |place| result(completion::complete(place)))
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
            "textDocument/definition" => {
                let params = parse::<GotoDefinitionParams>(params)?.text_document_position_params;
                self.linked(&params, |linked, path, offset| result(linked.definition(path, offset)))
            }
            "textDocument/references" => {
                let params: ReferenceParams = parse(params)?;
                let with = params.context.include_declaration;
                self.linked(&params.text_document_position, |linked, path, offset| {
                    result(linked.references(path, offset, with))
                })
            }
            "textDocument/documentHighlight" => {
                let params = parse::<DocumentHighlightParams>(params)?.text_document_position_params;
                self.linked(&params, |linked, path, offset| result(linked.highlights(path, offset)))
            }
            "textDocument/prepareRename" => {
                let params: TextDocumentPositionParams = parse(params)?;
                let found = self.linked(&params, |linked, path, offset| {
                    let span = linked.renamable(path, offset).map_err(Refusal::new)?.1;
                    result([span.start, span.end])
                })?;
                let [start, end]: [usize; 2] = parse(found)?;
                result(self.document(&params.text_document.uri)?.range(&(start..end)))
            }
            "textDocument/rename" => {
                let params: RenameParams = parse(params)?;
                self.linked(&params.text_document_position, |linked, path, offset| {
                    linked.rename(path, offset, &params.new_name).map_err(Refusal::new).and_then(result)
                })
            }
            "textDocument/inlayHint" => {
                let params: InlayHintParams = parse(params)?;
                let document = self.document(&params.text_document.uri)?;
                let hints = self.has_hints.then(|| inlay::hints(document, params.range, &self.catalog));
                result(hints.unwrap_or_default())
            }
            method => Err(Refusal {
                code: ErrorCode::MethodNotFound,
                message: format!("the method {method:?} is not supported"),
            }),
        }
    }

    /// An open document.
    pub(super) fn document(&self, uri: &Uri) -> Result<&Document, Refusal> {
        let missing = || Refusal {
            code: ErrorCode::InvalidParams,
            message: format!("the document {:?} is not open", uri.as_str()),
        };
        self.documents.get(uri).ok_or_else(missing)
    }

    /// What all scripts declare.
    fn symbols(&mut self, params: &WorkspaceSymbolParams) -> Outcome {
        let scripts = self.workspace.all_scripts();
        result(symbols::in_workspace(&params.query, &scripts, &self.workspace, &self.documents))
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

    /// Answers a question about a name in all scripts of a function.
    fn linked(
        &mut self,
        at: &TextDocumentPositionParams,
        answer: impl FnOnce(&Linked<'_>, &Path, usize) -> Outcome,
    ) -> Outcome {
        let path = self.document(&at.text_document.uri)?.path.clone();
        let scripts = self.workspace.scripts_of(&path);
        let offset = self.document(&at.text_document.uri)?.offset(at.position);
        answer(&Linked::new(&scripts, &self.workspace, &self.documents), &path, offset)
    }

    /// Does what a request about a file wants that is no script: `rhambda.toml`, or anything that the editor sends.
    fn handle_config(&mut self, method: &str, params: Value) -> Outcome {
        if method != "textDocument/completion" {
            return Ok(Value::Null);
        }
        let params = parse::<CompletionParams>(params)?.text_document_position;
        let uri = &params.text_document.uri;
        let is_config = self.document(uri)?.path.file_name().is_some_and(|name| name == CONFIG_FILE);
        if is_config {
            self.handlers(uri, params.position)
        } else {
            Ok(Value::Null)
        }
    }

    /// The handlers that `rhambda.toml` can name.
    fn handlers(&mut self, uri: &Uri, position: Position) -> Outcome {
        let path = self.document(uri)?.path.clone();
        let scripts = self.workspace.scripts_of(&path);
        let outlines = scripts.names.iter().filter_map(|name| {
            let path = scripts.path(name);
            let outline = self.workspace.outline(&path, &self.documents)?;
            Some((name.clone(), Imported { outline }))
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
        let watching = params.capabilities.workspace.and_then(|workspace| workspace.did_change_watched_files);
        self.can_watch = watching.and_then(|it| it.dynamic_registration) == Some(true);
        let options = params.initialization_options.unwrap_or_default();
        self.has_hints = options["inlayHints"] == true;
        result(capabilities::capabilities(self.has_hints))
    }
}
