# The front door. `make` alone says what there is.
# Results are under target/; what is built for the machine's own architecture needs Rust alone.

TARGET := $(shell rustc -vV | sed -n 's/^host: //p')
ARCHITECTURE := $(patsubst aarch64,arm64,$(shell uname -m))
BOOTSTRAP := target/lambda/bootstrap
EXAMPLE := scripts-examples/hello

.PHONY: help build run test lint layer toolchain verify reproduce release docs docs-modules vscode verify-aws bench soak memory fuzz clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 17

build: ## the runtime: target/lambda/bootstrap, statically linked
	cargo build --release --package rhambda --bin bootstrap
	@mkdir -p $(dir $(BOOTSTRAP))
	@install -m 755 target/$(TARGET)/release/bootstrap $(BOOTSTRAP)

run: ## the main job: a Rhai script answers an event, as it would in Lambda
	cargo run --quiet --package rhambda-cli -- \
		invoke hello.handler --dir $(EXAMPLE) --event @$(EXAMPLE)/event.json

test: build ## every test, with the release build of bootstrap and two emulators of Lambda
	sh tests/emulator/setup.sh
	sh tests/aws/setup.sh
	sh tests/databases/setup.sh
	sh tests/packaging/setup.sh
	sh crates/json-schema/tests/setup.sh
	sh cli/tests/deploy/setup.sh
	sh cli/tests/lsp/setup.sh
	sh cli/tests/repl/setup.sh
	sh cli/tests/dap/setup.sh
	sh editors/vscode/setup.sh
	RHAMBDA_BOOTSTRAP="$(CURDIR)/$(BOOTSTRAP)" cargo test --workspace --exclude native --exclude quickjs

lint: ## formatting, clippy with warnings denied, and the linters of all that is not Rust
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets -- --deny warnings
	sh tests/lint.sh

layer: ## the layers this machine can make: target/layer/rhambda-ARCHITECTURE.zip
	sh layer/layer.sh

toolchain: ## what `make layer` needs to build with musl, for both architectures
	sh layer/setup.sh

verify: ## tries the layers' programs: panics, the examples; arm64 in an emulator
	sh layer/verify.sh

reproduce: ## builds the layers again elsewhere: they must be the same bytes
	sh layer/reproduce.sh

release: ## a release by hand: layers, tool, extension, checksums and a bill of materials in target/release-VERSION
	sh layer/release.sh

docs-modules: ## the guide's pages on functions, from the descriptions of these in the source
	UPDATE_DOCS=1 cargo test --quiet --package rhambda --test docs generated
	UPDATE_DOCS=1 cargo test --quiet --package rhambda-cli --bin rhambda the_page_has

docs: ## the guide as a book: target/docs/index.html
	command -v mdbook >/dev/null || cargo install --locked --quiet mdbook
	mdbook build docs

vscode: ## the extension for Visual Studio Code: target/rhambda-VERSION.vsix; needs Node with npm
	sh editors/vscode/setup.sh
	@mkdir -p target
	cd editors/vscode && npm run --silent package

verify-aws: ## compares all AWS operations with the AWS SDK for Python, and runs its protocol tests
	sh tests/aws/setup.sh suites
	VERIFY_AWS=all cargo test --package rhambda --test aws -- operations endpoints

bench: layer ## the figures in the README, measured on this machine
	sh benches/setup.sh
	cargo run --release --package rhambda-bench -- --bootstrap target/layer/$(ARCHITECTURE)/bootstrap

soak: layer ## 200,000 invocations with faults strewn in: the table in docs/reliability.md
	cargo run --release --package rhambda-bench -- soak --bootstrap target/layer/$(ARCHITECTURE)/bootstrap

memory: layer ## scripts that need more memory than there is, and what becomes of them: the table in docs/reliability.md
	cargo run --release --package rhambda-bench -- memory --bootstrap target/layer/$(ARCHITECTURE)/bootstrap

fuzz: ## each fuzz target for four minutes, on top of its saved corpus: an hour in all
	sh fuzz/run.sh 240

clean: ## removes everything that was built
	cargo clean
