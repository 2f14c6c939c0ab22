#!/bin/sh
# Downloads the official test suite of JSON Schema and the metaschemas, as requirements.txt has them, into
# target/json-schema. Does nothing when they are there already.
set -eu
cd "$(dirname "$0")/../../.."

wanted=crates/json-schema/tests/requirements.txt
folder=target/json-schema

fail() {
    echo "json-schema: $*" >&2
    exit 1
}

# It is written at the end, so that a download that was broken off is begun anew.
if cmp -s "$wanted" "$folder/requirements.txt"; then
    exit 0
fi

rm -rf "$folder"
mkdir -p "$folder"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary jsonschema --require-hashes \
    --requirement "$wanted" --dest "$folder" || fail "pip could not download what $wanted says (see above)"
tar -xzf "$folder"/jsonschema-*.tar.gz -C "$folder" --strip-components=1
python3 -m zipfile -e "$folder"/jsonschema_specifications-*.whl "$folder" || fail "the metaschemas could not be unpacked"
cp "$wanted" "$folder/requirements.txt"
