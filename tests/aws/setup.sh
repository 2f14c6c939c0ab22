#!/bin/sh
# Installs what the tests of `aws` need into target/aws/venv: two emulators of AWS (MiniStack, MIT, and
# moto, Apache-2.0) and botocore (Apache-2.0), of the versions in requirements.txt. Does nothing when
# they are there already.
set -eu
cd "$(dirname "$0")/../.."

folder=target/aws
venv=$folder/venv

fail() {
    echo "aws: $*" >&2
    exit 1
}

suites() {
    version=$(sed -n 's/^botocore==//p' tests/aws/requirements.in)
    source=$folder/botocore-$version
    [ -d "$folder/protocols" ] && [ -d "$folder/endpoint-tests/sts" ] && [ -d "$source" ] && return
    "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary botocore \
        --dest "$folder" "botocore==$version" || fail "pip could not download botocore's source (see above)"
    tar -xzf "$source.tar.gz" -C "$folder" "botocore-$version/tests/unit/protocols" \
        "botocore-$version/tests/functional/endpoint-rules"
    rm -rf "$folder/protocols" "$folder/endpoint-tests"
    cp -R "$source/tests/functional/endpoint-rules" "$folder/endpoint-tests"
    cp -R "$source/tests/unit/protocols" "$folder/protocols"
}

sh tests/venv.sh aws tests/aws/requirements.txt
if [ "${1:-}" = suites ]; then
    suites
fi
