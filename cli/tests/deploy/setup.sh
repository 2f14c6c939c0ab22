#!/bin/sh
# Installs AWS's CLI, SAM's and cfn-lint (Apache-2.0 but for the last, which is MIT No Attribution) into
# target/deploy/venv, of the versions in requirements.txt. Does nothing when they are there already.
set -eu
cd "$(dirname "$0")/../../.."

# The file has all of them; with --no-deps, pip does not stumble over requirements with extras.
sh tests/venv.sh deploy cli/tests/deploy/requirements.txt --no-compile --no-deps
