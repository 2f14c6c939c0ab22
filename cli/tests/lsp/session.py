"""A session of an editor, by pygls' client: session.py RHAMBDA FOLDER. Prints what the server says as JSON.

pygls converts every message to the types of the protocol, and fails on what is not in them.
"""

import asyncio
import json
import pathlib
import sys

from lsprotocol import types
from pygls.lsp.client import LanguageClient

PATIENCE = 60


async def main(rhambda: str, folder: pathlib.Path) -> dict:
    client = LanguageClient("session", "1")
    published: asyncio.Queue = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: types.PublishDiagnosticsParams) -> None:
        published.put_nowait(params)

    await client.start_io(rhambda, "lsp")
    root = folder.as_uri()
    script = folder / "hello.rhai"
    document = types.TextDocumentIdentifier(uri=script.as_uri())
    capabilities = types.ClientCapabilities()
    initialized = await client.initialize_async(
        types.InitializeParams(
            capabilities=capabilities,
            root_uri=root,
            workspace_folders=[types.WorkspaceFolder(uri=root, name="folder")],
        )
    )
    client.initialized(types.InitializedParams())
    item = types.TextDocumentItem(
        uri=document.uri, language_id="rhai", version=1, text=script.read_text()
    )
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    found = await asyncio.wait_for(published.get(), PATIENCE)

    at = types.Position(line=1, character=15)
    place = {"text_document": document, "position": at}
    whole = types.Range(start=types.Position(line=0, character=0), end=types.Position(line=9, character=0))
    context = types.CodeActionContext(diagnostics=found.diagnostics)
    options = types.FormattingOptions(tab_size=4, insert_spaces=True)
    behind_dot = types.CompletionParams(text_document=document, position=types.Position(line=1, character=22))
    completion = await client.text_document_completion_async(behind_dot)
    said = {
        "server": initialized.server_info.name,
        "diagnostics": [it.code for it in found.diagnostics],
        "completion": sorted(it.label for it in completion if it.label.startswith("to_up")),
        "hover": (await client.text_document_hover_async(types.HoverParams(**place))) is not None,
        "signature": (
            await client.text_document_signature_help_async(types.SignatureHelpParams(**place))
        ).active_parameter,
        "definition": len(await client.text_document_definition_async(types.DefinitionParams(**place))),
        "highlights": len(
            await client.text_document_document_highlight_async(types.DocumentHighlightParams(**place))
        ),
        "references": len(
            await client.text_document_references_async(
                types.ReferenceParams(**place, context=types.ReferenceContext(include_declaration=True))
            )
        ),
        "rename": len(
            (await client.text_document_rename_async(types.RenameParams(**place, new_name="it"))).changes
        ),
        "prepared": (await client.text_document_prepare_rename_async(types.PrepareRenameParams(**place))) is not None,
        "symbols": [
            it.name
            for it in await client.text_document_document_symbol_async(
                types.DocumentSymbolParams(text_document=document)
            )
        ],
        "folds": len(
            await client.text_document_folding_range_async(types.FoldingRangeParams(text_document=document))
        ),
        "actions": [
            it.title
            for it in await client.text_document_code_action_async(
                types.CodeActionParams(text_document=document, range=whole, context=context)
            )
        ],
        "formatting": len(
            await client.text_document_formatting_async(
                types.DocumentFormattingParams(text_document=document, options=options)
            )
        ),
    }
    await client.shutdown_async(None)
    client.exit(None)
    await asyncio.wait_for(client.stop(), PATIENCE)
    return said


print(json.dumps(asyncio.run(main(sys.argv[1], pathlib.Path(sys.argv[2])))))
