#!/bin/sh
# Makes a release in target/release-VERSION: the tested layers of both architectures, what they are
# made of, the tool `rhambda` for Linux on x86-64, the extension for Visual Studio Code, and checksums.
# `make release`.
set -eu
cd "$(dirname "$0")/.."

[ "$(uname -sm)" = "Linux x86_64" ] || {
    echo "A release contains the tool for Linux on x86-64, so it is made there and not on $(uname -sm)." >&2
    exit 1
}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
release=target/release-$version
cyclonedx=0.5.9

# Writes the bill of materials of the program for a target.
materials() {
    # It is written for every package of the workspace, beside its Cargo.toml.
    target/tools/bin/cargo-cyclonedx cyclonedx --quiet --format json --spec-version 1.5 --no-build-deps \
        --target "$1" --override-filename materials.release
    sed "s|file://$PWD|file:///rhambda|g" materials.release.json >"$2"
    find . -path ./target -prune -o -name materials.release.json -exec rm {} +
}

sh layer/setup.sh
sh layer/layer.sh
sh layer/verify.sh

rm -rf "$release"
mkdir -p "$release"
cp target/layer/rhambda-x86_64.zip target/layer/rhambda-arm64.zip "$release"

# action/run.sh looks for the tool under this name.
cargo build --quiet --release --locked --package rhambda-cli --target x86_64-unknown-linux-gnu
cp target/x86_64-unknown-linux-gnu/release/rhambda "$release/rhambda-linux-x86_64"
[ "$("$release/rhambda-linux-x86_64" --version)" = "rhambda $version" ]

sh editors/vscode/setup.sh
(cd editors/vscode && npm run --silent package)
cp "target/rhambda-$version.vsix" "$release"

cargo install --quiet --locked "cargo-cyclonedx@$cyclonedx" --root target/tools --target-dir target/tools/build
# The same source, the same document.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
materials x86_64-unknown-linux-musl "$release/rhambda-x86_64.cdx.json"
materials aarch64-unknown-linux-musl "$release/rhambda-arm64.cdx.json"

(cd "$release" && sha256sum -- * >SHA256SUMS)
echo "The release is in $release:"
ls -l "$release"
