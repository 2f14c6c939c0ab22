#!/bin/sh
# Builds and installs what `bench` compares with, under target/bench. What is
# there already is kept; a peer that cannot be installed is left out, and
# `bench` says so.
set -eu
cd "$(dirname "$0")/.."
mkdir -p target/bench
host=$(rustc -vV | sed -n 's/^host: //p')

# build PACKAGE NAME CARGO-OPTIONS…: builds a program, for speed, as cargo does by default.
build() {
    package=$1
    name=$2
    shift 2
    cargo build --release --config 'profile.release.package."*".opt-level=3' --package "$package" --bin "$name" \
        --target "$host" --target-dir "target/bench/build-$name" "$@" &&
        cp "target/bench/build-$name/$host/release/$name" target/bench/
}

build native native-lean --no-default-features
build native native-https --no-default-features --features https
# RUSTFLAGS, which here say nothing new, replace the flags in .cargo/config.toml,
# so this one becomes what cargo-lambda builds: dynamic and position-independent.
RUSTFLAGS="--cap-lints=warn" build native native-default
build quickjs quickjs || echo "setup: QuickJS could not be built" >&2

if ! cmp -s benches/requirements.txt target/bench/python/requirements.txt; then
    python3 -m venv --clear target/bench/python &&
        target/bench/python/bin/pip install --quiet --require-hashes --requirement benches/requirements.txt &&
        cp benches/requirements.txt target/bench/python/requirements.txt ||
        echo "setup: Python's runtime could not be installed" >&2
fi

if ! [ -e target/bench/node/node_modules/aws-lambda-ric/rapid-client.node ]; then
    # Its installation compiles curl, which takes a minute and wants cmake.
    PATH="$PWD/target/bench/python/bin:$PATH" \
        npm install --prefix target/bench/node --no-audit --no-fund aws-lambda-ric@4.0.2 ||
        echo "setup: Node's runtime could not be installed" >&2
fi

# The AWS SDKs for JavaScript, which `bench aws` compares with: version 3 as a bundle, as its guide recommends.
aws=target/bench/aws
if ! { cmp -s benches/aws/package-lock.json $aws/package-lock.json && [ -e $aws/installed ]; }; then
    mkdir -p $aws && rm -f $aws/installed &&
        cp benches/aws/package.json benches/aws/package-lock.json $aws &&
        npm ci --prefix $aws --no-audit --no-fund && touch $aws/installed ||
        echo "setup: the AWS SDKs for JavaScript could not be installed" >&2
fi
if [ -e $aws/installed ]; then
    cp benches/aws/*.mjs $aws
    for operation in GetItem GetObject DescribeInstances; do
        $aws/node_modules/.bin/esbuild $aws/sdk-$operation.mjs --bundle --minify --platform=node --format=esm \
            --log-level=error --outfile=$aws/bundle-$operation.mjs \
            "--banner:js=import { createRequire } from 'module'; const require = createRequire(import.meta.url);" ||
            echo "setup: the AWS SDK for JavaScript could not be bundled" >&2
    done
fi
