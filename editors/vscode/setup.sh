#!/bin/sh
# Installs what builds and tests the extension for Visual Studio Code into node_modules, of the versions and with the
# hashes in package-lock.json. Does nothing when it is there already, or where Node 20 or newer is missing.
set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null || ! node --eval 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
    echo "vscode: Node 20 or newer with npm is missing: the extension for Visual Studio Code is not tested" >&2
    exit 0
fi
installed=node_modules/installed.json
if cmp -s package-lock.json "$installed"; then
    exit 0
fi

npm ci --ignore-scripts --no-audit --no-fund --silent || {
    echo "vscode: npm could not install what editors/vscode/package-lock.json says (see above)" >&2
    exit 1
}
cp package-lock.json "$installed"
