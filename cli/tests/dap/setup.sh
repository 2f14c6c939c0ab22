#!/bin/sh
# Installs @vscode/debugadapter-testsupport (MIT), whose client talks to `rhambda dap`, into target/dap, of the version
# and with the hashes in package-lock.json. Does nothing when it is there already, or where Node is missing.
set -eu
cd "$(dirname "$0")/../../.."

if ! command -v npm >/dev/null; then
    echo "dap: npm is missing: the tests with Visual Studio Code's client are skipped" >&2
    exit 0
fi
if cmp -s cli/tests/dap/package-lock.json target/dap/installed.json; then
    exit 0
fi

mkdir -p target/dap
cp cli/tests/dap/package.json cli/tests/dap/package-lock.json target/dap/
npm ci --prefix target/dap --ignore-scripts --no-audit --no-fund --silent || {
    echo "dap: npm could not install what cli/tests/dap/package-lock.json says (see above)" >&2
    exit 1
}
cp cli/tests/dap/package-lock.json target/dap/installed.json
