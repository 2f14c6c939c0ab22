# The front door. `make` alone says what there is.
# Everything is built for the machine's own architecture; results are under target/.

TARGET := $(shell rustc -vV | sed -n 's/^host: //p')
ARCHITECTURE := $(patsubst aarch64,arm64,$(shell uname -m))
BOOTSTRAP := target/lambda/bootstrap
LAYER := target/layer/rhambda-$(ARCHITECTURE).zip
EXAMPLE := scripts-examples/hello

.PHONY: help build run test lint layer docs bench soak fuzz clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

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
	RHAMBDA_BOOTSTRAP=$(CURDIR)/$(BOOTSTRAP) cargo test --workspace

lint: ## formatting, and clippy with warnings denied
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets -- --deny warnings

layer: build ## the layer to publish: target/layer/rhambda-ARCHITECTURE.zip
	python3 layer/build.py $(BOOTSTRAP) $(LAYER)

docs: ## the guide as a book: target/docs/index.html
	command -v mdbook >/dev/null || cargo install --locked --quiet mdbook
	mdbook build docs

bench: layer ## the figures in the README, measured on this machine
	sh benches/setup.sh
	cargo run --release --package rhambda-bench

soak: build ## 200,000 invocations with faults strewn in: the table in docs/reliability.md
	cargo run --release --package rhambda-bench -- soak

fuzz: ## each fuzz target for a minute, on top of its saved corpus
	sh fuzz/run.sh 60

clean: ## removes everything that was built
	cargo clean
