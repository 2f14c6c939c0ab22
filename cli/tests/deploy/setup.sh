#!/bin/sh
# Installs AWS's CLI, SAM's and cfn-lint (Apache-2.0 but for the last, which is MIT No Attribution) into
# target/deploy/venv, of the versions in requirements.txt. Does nothing when they are there already.
set -eu
cd "$(dirname "$0")/../../.."

wanted=cli/tests/deploy/requirements.txt
venv=target/deploy/venv

fail() {
    echo "deploy: $*" >&2
    exit 1
}

# It is written at the end, so that an installation that was broken off is begun anew.
if cmp -s "$wanted" "$venv/requirements.txt"; then
    exit 0
fi

mkdir -p target/deploy
rm -rf "$venv"
python3 -m venv "$venv" || fail "python3 could not make $venv (see above); Debian has that in python3-venv"
# The file has all of them; with --no-deps, pip does not stumble over requirements with extras.
"$venv/bin/python" -m pip install --quiet --no-compile --no-deps --disable-pip-version-check --require-hashes --requirement "$wanted" ||
    fail "pip could not install what $wanted says (see above)"
cp "$wanted" "$venv/requirements.txt"
