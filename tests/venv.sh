#!/bin/sh
# Installs Python packages for tests into target/NAME/venv, of the versions and hashes in a file of requirements.
# Does nothing when they are there already.
#
# usage: tests/venv.sh NAME REQUIREMENTS [PIP_OPTION…]
set -eu
cd "$(dirname "$0")/.."

name=$1 wanted=$2 venv=target/$1/venv
shift 2

fail() {
    echo "$name: $*" >&2
    exit 1
}

# It is written at the end, so that an installation that was broken off is begun anew.
if cmp -s "$wanted" "$venv/requirements.txt"; then
    exit 0
fi

mkdir -p "target/$name"
rm -rf "$venv"
python3 -m venv "$venv" || fail "python3 could not make $venv (see above); Debian has that in python3-venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes "$@" --requirement "$wanted" ||
    fail "pip could not install what $wanted says (see above)"
cp "$wanted" "$venv/requirements.txt"
