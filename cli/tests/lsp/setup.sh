#!/bin/sh
# Installs pygls (Apache-2.0), whose client talks to `rhambda lsp`, into target/lsp/venv, of the version in
# requirements.txt. Does nothing when it is there already.
set -eu
cd "$(dirname "$0")/../../.."

sh tests/venv.sh lsp cli/tests/lsp/requirements.txt
