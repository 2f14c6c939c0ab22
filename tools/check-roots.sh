#!/bin/sh
# Fails when there is a newer version of webpki-roots than the one in Cargo.lock: the certificates of the
# authorities that `http` and `aws` trust are compiled into bootstrap, and only a release renews them.
set -eu
cd "$(dirname "$0")/.."

version() {
    sed -n '/^name = "webpki-roots"$/ { n; s/^version = "\(.*\)"$/\1/p; }' "$1" | sort -V | tail -n 1
}

used=$(version Cargo.lock)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp Cargo.lock "$folder/before.lock"
cargo update --quiet --package webpki-roots
newest=$(version Cargo.lock)
cp "$folder/before.lock" Cargo.lock
if [ "$used" != "$newest" ]; then
    echo "webpki-roots is $used, and there is $newest: run cargo update --package webpki-roots, and release" >&2
    exit 1
fi
echo "webpki-roots is $used, the newest"
