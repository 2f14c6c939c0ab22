#!/bin/sh
# Builds the layers a second time, in another folder and from nothing, and compares them with those in
# target/layer: the same source and tools make the same bytes. `make reproduce`.
set -eu
cd "$(dirname "$0")/.."

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
copy="$temporary/another folder"
mkdir "$copy"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from - | tar --extract --directory "$copy"
mkdir -p "$copy/target/cross"
ln -s "$PWD/target/cross/python" "$copy/target/cross/python"

sh "$copy/layer/layer.sh"
for zip in target/layer/*.zip; do
    cmp "$zip" "$copy/$zip"
    echo "$zip: the same bytes from $copy"
done
