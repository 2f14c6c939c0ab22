//! `rhambda`, the developer's tool: runs Rhai functions here as AWS Lambda would, and brings them there.

mod architecture;
mod args;
mod aws;
mod check;
mod config;
mod dap;
mod deploy;
mod digest;
mod doc;
mod event;
mod fmt;
mod folder;
mod functions;
mod input;
mod invoke;
mod json;
mod local;
mod log_line;
mod logs;
mod lsp;
mod operations;
mod package;
mod repl;
mod stdout;
mod test;
mod visible;

use args::Command;
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    // The runtime that a function is invoked in is this same program: a newcomer needs no other.
    if env::args_os().nth(2).is_some_and(|argument| argument == invoke::runtime::ARGUMENT) {
        return invoke::runtime::run();
    }
    let result = match args::parse() {
        Command::Invoke(invocation) => invoke::invoke(&invocation),
        Command::Check(request) => check::check(&request),
        Command::Fmt(request) => fmt::fmt(&request),
        Command::Package(request) => package::package(&request),
        Command::Deploy(request) => deploy::deploy(*request),
        Command::Logs(request) => logs::logs(&request),
        Command::Test(request) => test::test(&request),
        Command::Event(request) => event::event(&request),
        Command::Lsp => lsp::lsp(),
        Command::Dap(request) => dap::dap(&request),
        Command::Repl(request) => repl::repl(&request),
        Command::Doc(request) => doc::doc(&request),
        Command::Functions(request) => functions::functions(&request),
        Command::Aws(request) => operations::operations(&request),
    };
    result.unwrap_or_else(|error| {
        visible::tell(&format!("rhambda: {error:#}"));
        ExitCode::FAILURE
    })
}
