#!/bin/sh
# Installs what the tests of `aws` need into target/aws/venv: two emulators of AWS (MiniStack, MIT, and
# moto, Apache-2.0) and botocore (Apache-2.0), of the versions in requirements.txt. Does nothing when
# they are there already.
set -eu
cd "$(dirname "$0")/../.."

wanted=tests/aws/requirements.txt
folder=target/aws
venv=$folder/venv

fail() {
    echo "aws: $*" >&2
    exit 1
}

# It is written at the end, so that an installation that was broken off is begun anew.
if cmp -s "$wanted" "$venv/requirements.txt"; then
    exit 0
fi

mkdir -p "$folder"
rm -rf "$venv"
python3 -m venv "$venv" || fail "python3 could not make $venv (see above); Debian has that in python3-venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$wanted" ||
    fail "pip could not install what $wanted says (see above)"
cp "$wanted" "$venv/requirements.txt"
