#!/bin/sh
# Lints what is not Rust: shell scripts, Dockerfiles and GitHub's workflows, each by its own linter,
# which are installed in target/lint, and the extension for Visual Studio Code where Node is there.
set -eu
cd "$(dirname "$0")/.."

wanted=tests/lint-requirements.txt
folder=target/lint

if ! cmp -s "$wanted" "$folder/requirements.txt"; then
    python3 -m venv --clear "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --require-hashes --requirement "$wanted" || {
        echo "lint: pip could not install the linters of $wanted (see above)" >&2
        exit 1
    }
    cp "$wanted" "$folder/requirements.txt"
fi

# actionlint has shellcheck look at the commands in workflows.
PATH="$PWD/$folder/bin:$PATH"
git ls-files --cached --others --exclude-standard '*.sh' .ci/run | xargs shellcheck
hadolint docker/*.Dockerfile
actionlint

sh editors/vscode/setup.sh
if [ -e editors/vscode/node_modules ]; then
    (cd editors/vscode && npm run --silent lint)
fi
