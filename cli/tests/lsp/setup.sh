#!/bin/sh
# Installs pygls (Apache-2.0), whose client talks to `rhambda lsp`, into target/lsp/venv, of the version in
# requirements.txt. Does nothing when it is there already.
set -eu
cd "$(dirname "$0")/../../.."

wanted=cli/tests/lsp/requirements.txt
venv=target/lsp/venv

fail() {
    echo "lsp: $*" >&2
    exit 1
}

# It is written at the end, so that an installation that was broken off is begun anew.
if cmp -s "$wanted" "$venv/requirements.txt"; then
    exit 0
fi

mkdir -p target/lsp
rm -rf "$venv"
python3 -m venv "$venv" || fail "python3 could not make $venv (see above); Debian has that in python3-venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$wanted" ||
    fail "pip could not install what $wanted says (see above)"
cp "$wanted" "$venv/requirements.txt"
