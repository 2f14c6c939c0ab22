#!/bin/sh
# Installs pexpect (ISC), which types at a pseudo terminal, into target/repl/venv, of the version in requirements.txt.
# Does nothing when it is there already.
set -eu
cd "$(dirname "$0")/../../.."

sh tests/venv.sh repl cli/tests/repl/requirements.txt
